//! Matters (vụ việc): what several petitions and visits may be about.

use jiff::civil::Date;

use super::content::ContentToken;
use super::contribution::Contribution;
use super::deadline::Circumstances;
use super::petition::{Competence, Kind};
use super::quantity::Count;

/// One matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// What it is.
    pub kind: Kind,
    /// Whether the unit is competent.
    pub competence: Competence,
    /// The day on which the unit took it up (thụ lý).
    pub accepted_date: Date,
    /// First or second instance.
    pub instance: Instance,
    /// The last day of the time allowed.
    pub due_date: Option<Date>,
    /// How and when it ended.
    pub resolution: Option<Resolution>,
    /// What may make its deadlines longer.
    pub circumstances: Circumstances,
    /// How often the time for resolution was extended.
    pub extensions: Count,
    /// The same for the same content, in whichever office.
    pub content: Option<ContentToken>,
}

/// The end of a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolution {
    /// The day, not before acceptance.
    pub date: Date,
    /// How.
    pub outcome: Outcome,
}

/// First or second instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instance {
    /// Lần đầu.
    First,
    /// Lần hai, tố cáo tiếp.
    Second,
}

/// How a matter ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Đúng.
    Upheld,
    /// Sai.
    Rejected,
    /// Đúng một phần.
    PartlyUpheld,
    /// Rút đơn.
    Withdrawn,
    /// Đình chỉ.
    Discontinued,
}

impl Matter {
    /// What the matter adds to the sums, where the unit is competent: its acceptance, and its resolution on the day of that
    /// (01/KQGQ, 03/KQGQ). Matters of other agencies add nothing here.
    pub fn contribute(&self, add: &mut impl FnMut(Contribution)) {
        if self.competence == Competence::Outside {
            return;
        }
        let mut on = |date, measure| add(Contribution { measure, date, amount: 1 });
        let [accepted, resolved] = match self.kind {
            Kind::Complaint => ["matters.accepted.complaint", "matters.resolved.complaint"],
            Kind::Denunciation => ["matters.accepted.denunciation", "matters.resolved.denunciation"],
            Kind::Proposal => ["matters.accepted.proposal", "matters.resolved.proposal"],
        };
        on(self.accepted_date, accepted);
        let Some(resolution) = &self.resolution else { return };
        on(resolution.date, resolved);
        if let Some(due_date) = self.due_date {
            let timely = if resolution.date <= due_date {
                "matters.resolved_in_time"
            } else {
                "matters.resolved_late"
            };
            on(resolution.date, timely);
        }
    }
}
