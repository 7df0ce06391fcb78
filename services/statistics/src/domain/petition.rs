//! Petitions (đơn thư).

use jiff::civil::Date;
use thidua_proto::names::RecordName;

use super::content::ContentToken;
use super::contribution::Contribution;
use super::deadline::Circumstances;
use super::quantity::Count;

/// One letter received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Petition {
    /// The day of receipt.
    pub received_date: Date,
    /// What it is.
    pub kind: Kind,
    /// People who signed, at least 1.
    pub signers: Count,
    /// How it was classified and handled, once it was.
    pub processing: Option<Processing>,
    /// The matter that it is about.
    pub matter: Option<RecordName>,
    /// What may make its deadlines longer.
    pub circumstances: Circumstances,
    /// The same for the same content, in whichever office.
    pub content: Option<ContentToken>,
}

/// How a petition was classified and handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Processing {
    /// The day, not before receipt.
    pub date: Date,
    /// Whether it meets the conditions (đủ điều kiện xử lý), and then who is competent.
    pub qualified: Option<Competence>,
    /// What was done.
    pub handling: Handling,
}

/// What a petition, or the matter behind it, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Khiếu nại.
    Complaint,
    /// Tố cáo.
    Denunciation,
    /// Kiến nghị, phản ánh.
    Proposal,
}

/// Whether the unit is the competent one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Competence {
    /// Thuộc thẩm quyền.
    Within,
    /// Không thuộc thẩm quyền.
    Outside,
}

/// What was done with a petition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// Thụ lý.
    Accepted,
    /// Hướng dẫn.
    Guided,
    /// Chuyển đơn.
    Forwarded,
    /// Đôn đốc.
    Urged,
    /// Trả đơn.
    Returned,
    /// Lưu đơn.
    Stored,
}

/// From how many signers on a petition is one of "nhiều người đứng tên" (domain/4).
pub const JOINT: Count = 5;

impl Petition {
    /// What the petition adds to the sums: its receipt, and its handling on the day of that (01/XLD to 04/XLD).
    pub fn contribute(&self, add: &mut impl FnMut(Contribution)) {
        let mut on = |date, measure| add(Contribution { measure, date, amount: 1 });
        let [received, processed, qualified, within, outside] = match self.kind {
            Kind::Complaint => [
                "petitions.received.complaint",
                "petitions.processed.complaint",
                "petitions.qualified.complaint",
                "petitions.within_competence.complaint",
                "petitions.outside_competence.complaint",
            ],
            Kind::Denunciation => [
                "petitions.received.denunciation",
                "petitions.processed.denunciation",
                "petitions.qualified.denunciation",
                "petitions.within_competence.denunciation",
                "petitions.outside_competence.denunciation",
            ],
            Kind::Proposal => [
                "petitions.received.proposal",
                "petitions.processed.proposal",
                "petitions.qualified.proposal",
                "petitions.within_competence.proposal",
                "petitions.outside_competence.proposal",
            ],
        };
        on(self.received_date, received);
        if self.signers >= JOINT {
            on(self.received_date, "petitions.jointly_signed");
        }
        let Some(processing) = &self.processing else { return };
        on(processing.date, processed);
        if let Some(competence) = processing.qualified {
            on(processing.date, qualified);
            on(
                processing.date,
                match competence {
                    Competence::Within => within,
                    Competence::Outside => outside,
                },
            );
        }
        on(
            processing.date,
            match processing.handling {
                Handling::Accepted => "petitions.accepted",
                Handling::Guided => "petitions.guided",
                Handling::Forwarded => "petitions.forwarded",
                Handling::Urged => "petitions.urged",
                Handling::Returned => "petitions.returned",
                Handling::Stored => "petitions.stored",
            },
        );
    }
}
