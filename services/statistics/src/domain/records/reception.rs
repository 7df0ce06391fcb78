//! Citizen receptions (tiếp công dân).

use jiff::civil::Date;
use thidua_proto::names::RecordName;

use crate::domain::records::contribution::Contribution;
use crate::domain::records::family::{dimension, families};
use crate::domain::records::quantity::Count;

/// One visit (lượt), a line of the reception book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reception {
    /// The day.
    pub date: Date,
    /// Who received.
    pub mode: Mode,
    /// People in the visit; none only where the line opens a session to which nobody came.
    pub people: Count,
    /// Matters brought for the first time.
    pub first_time_matters: Count,
    /// Matters brought again.
    pub repeat_matters: Count,
    /// What the visit was about.
    pub matter: Option<RecordName>,
    /// Whether the line opens a session (kỳ tiếp) of the head or by delegation.
    pub opens_session: bool,
}

/// Who received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Tiếp thường xuyên.
    Regular,
    /// Thủ trưởng tiếp.
    Head,
    /// Ủy quyền tiếp.
    Delegated,
}

/// From how many people on a visit is one of a group (đoàn đông người): how a
/// vendor of reporting software reads 01/TCD (second-hand), and the number of a petition with many signers.
pub const GROUP: Count = 5;

dimension!(Mode: Regular = "regular", Head = "head", Delegated = "delegated");

families! {
    VISITS: Mode = "receptions.visits";
    PEOPLE: Mode = "receptions.people";
    FIRST_TIME_MATTERS: Mode = "receptions.first_time_matters";
    REPEAT_MATTERS: Mode = "receptions.repeat_matters";
    GROUPS: Mode = "receptions.groups";
    GROUP_PEOPLE: Mode = "receptions.group_people";
    GROUP_FIRST_TIME_MATTERS: Mode = "receptions.group_first_time_matters";
    GROUP_REPEAT_MATTERS: Mode = "receptions.group_repeat_matters";
    SESSIONS: Mode = "receptions.sessions";
}

impl Reception {
    /// What the visit adds to the sums of its day (01/TCD).
    pub fn contribute(&self, add: &mut impl FnMut(Contribution)) {
        // Of a visit that is no group's, nothing.
        let in_group = |count: Count| if self.people >= GROUP { count } else { 0 };
        for (family, amount) in [
            (&VISITS, u32::from(self.people > 0)),
            (&PEOPLE, self.people),
            (&FIRST_TIME_MATTERS, self.first_time_matters),
            (&REPEAT_MATTERS, self.repeat_matters),
            (&GROUPS, in_group(1)),
            (&GROUP_PEOPLE, in_group(self.people)),
            (&GROUP_FIRST_TIME_MATTERS, in_group(self.first_time_matters)),
            (&GROUP_REPEAT_MATTERS, in_group(self.repeat_matters)),
            (&SESSIONS, u32::from(self.opens_session)),
        ] {
            if amount != 0 {
                add(Contribution { measure: family.code(self.mode), date: self.date, amount: amount.into() });
            }
        }
    }
}
