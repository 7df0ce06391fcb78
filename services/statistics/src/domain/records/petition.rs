//! Petitions (đơn thư).

use jiff::civil::Date;
use thidua_proto::names::RecordName;

use crate::domain::deadlines::facts::{CaseType, Circumstances, Facts, Instance, Kind};
use crate::domain::records::content::ContentToken;
use crate::domain::records::contribution::Contribution;
use crate::domain::records::family::{dimension, families};
use crate::domain::records::quantity::Count;

/// One letter received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Petition {
    /// The day of receipt.
    pub received_date: Date,
    /// What it is.
    pub kind: Kind,
    /// People who signed, at least 1; 1 where it is anonymous.
    pub signers: Count,
    /// How it was classified and handled, once it was.
    pub processing: Option<Processing>,
    /// The matter that it is about.
    pub matter: Option<RecordName>,
    /// Whether nobody put a name to it (nặc danh).
    pub anonymous: bool,
    /// What it is about, where that was said; other where not.
    pub subject: Option<Subject>,
    /// How far the matter had been resolved, where that was said; not at all where not.
    pub prior_resolution: Option<PriorResolution>,
    /// At which instance it asks for a resolution, where that was said; the first where not.
    pub instance: Option<Instance>,
    /// Whether it was handed in at a reception.
    pub at_reception: bool,
    /// Whether another letter about the same matter was counted already.
    pub repeats_matter: bool,
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
    /// The day of the written reply (văn bản phúc đáp), not before the processing.
    pub replied_date: Option<Date>,
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

/// What a petition is about (nội dung đơn).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Chế độ, chính sách.
    Policy,
    /// Đất đai, nhà cửa.
    Land,
    /// Cán bộ, công chức, viên chức.
    Officials,
    /// Hành chính khác.
    OtherAdministrative,
    /// Tham nhũng.
    Corruption,
    /// Tư pháp.
    Judicial,
    /// Đảng, đoàn thể.
    Party,
    /// Khác.
    Other,
}

/// How far the matter had been resolved when the letter came (tình trạng giải quyết).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriorResolution {
    /// Chưa giải quyết.
    Unresolved,
    /// Đang giải quyết.
    InProgress,
    /// Đã giải quyết lần đầu.
    First,
    /// Đã giải quyết lần hai, nhiều lần.
    Second,
    /// Đã có bản án, quyết định của tòa.
    Judgment,
    /// Quá hạn chưa giải quyết.
    Overdue,
}

/// Who signed, as 01/XLD to 04/XLD tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signers {
    /// Nhiều người đứng tên.
    Joint,
    /// Một người đứng tên.
    Single,
    /// Khác: a few signers, or nobody.
    Other,
}

/// The column of a qualified petition: competence with the instance, or what was done outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Handled {
    /// Thuộc thẩm quyền, lần đầu.
    WithinFirst,
    /// Thuộc thẩm quyền, lần hai.
    WithinSecond,
    /// Hướng dẫn.
    Guided,
    /// Chuyển đơn.
    Forwarded,
    /// Đôn đốc.
    Urged,
}

/// From how many signers on a petition is one of "nhiều người đứng tên".
pub const JOINT: Count = 5;

dimension!(Kind: Complaint = "complaint", Denunciation = "denunciation", Proposal = "proposal");
dimension!(Signers: Joint = "joint", Single = "single", Other = "other");
dimension!(Instance: First = "first", Second = "second");
dimension!(
    Subject: Policy = "policy", Land = "land", Officials = "officials",
    OtherAdministrative = "other_administrative", Corruption = "corruption", Judicial = "judicial",
    Party = "party", Other = "other",
);
dimension!(
    PriorResolution: Unresolved = "none", InProgress = "in_progress", First = "first", Second = "second",
    Judgment = "judgment", Overdue = "overdue",
);
dimension!(
    Handled: WithinFirst = "within_first", WithinSecond = "within_second", Guided = "guided",
    Forwarded = "forwarded", Urged = "urged",
);
dimension!(
    Handling: Accepted = "accepted", Guided = "guided", Forwarded = "forwarded", Urged = "urged",
    Returned = "returned", Stored = "stored",
);

families! {
    RECEIVED: (Kind, Signers) = "petitions.received";
    PROCESSED: (Kind, Signers) = "petitions.processed";
    HANDLING: Handling = "petitions";
    QUALIFIED: (Kind, PriorResolution) = "petitions.qualified";
    QUALIFIED_MATTERS: (Kind, PriorResolution) = "petitions.qualified_matters";
    SUBJECT_MATTERS: (Kind, Subject) = "petitions.subject_matters";
    HANDLED: (Kind, Handled) = "petitions.handled";
    HANDLED_MATTERS: (Kind, Handled) = "petitions.handled_matters";
    AT_RECEPTION: (Kind, Handled) = "petitions.at_reception";
    AT_RECEPTION_MATTERS: (Kind, Handled) = "petitions.at_reception_matters";
    REPLIED: Kind = "petitions.replied";
    REPLIED_AT_RECEPTION: Kind = "petitions.replied_at_reception";
}

impl Petition {
    /// What the rules of deadlines need to know of it.
    #[must_use]
    pub fn deadline_facts(&self) -> Facts {
        let qualified = self.processing.and_then(|processing| processing.qualified);
        Facts {
            subject: CaseType::Petition,
            kind: self.kind,
            start: self.received_date,
            instance: Some(self.instance.unwrap_or(Instance::First)),
            outside_competence: qualified == Some(Competence::Outside),
            at_reception: self.at_reception,
            disciplinary: false,
            circumstances: self.circumstances,
            extensions: 0,
            set_date: None,
            processed: self.processing.map(|processing| processing.date),
            replied: self.processing.and_then(|processing| processing.replied_date),
            resolved: None,
        }
    }

    /// What the petition adds to the sums: its receipt, its handling on the day of that, and the reply on the day of that
    /// (01/XLD to 04/XLD, 02/TCD).
    pub fn contribute(&self, add: &mut impl FnMut(Contribution)) {
        let mut on = |date, measure| add(Contribution { measure, date, amount: 1 });
        let (kind, signers) = (self.kind, self.signed());
        on(self.received_date, RECEIVED.code((kind, signers)));
        let Some(processing) = &self.processing else { return };
        on(processing.date, PROCESSED.code((kind, signers)));
        on(processing.date, HANDLING.code(processing.handling));
        if let Some(competence) = processing.qualified {
            let handled = (kind, self.handled(competence, processing.handling));
            self.contribute_qualified(handled, |measure| on(processing.date, measure));
        }
        if let Some(date) = processing.replied_date {
            on(date, REPLIED.code(kind));
            if self.at_reception {
                on(date, REPLIED_AT_RECEPTION.code(kind));
            }
        }
    }

    /// The letter in each of the forms' breakdowns, and its matter where no other letter was counted for it.
    fn contribute_qualified(&self, handled: (Kind, Handled), mut on: impl FnMut(&'static str)) {
        let prior = (self.kind, self.prior_resolution.unwrap_or(PriorResolution::Unresolved));
        on(QUALIFIED.code(prior));
        on(HANDLED.code(handled));
        if self.at_reception {
            on(AT_RECEPTION.code(handled));
        }
        if self.repeats_matter {
            return;
        }
        on(QUALIFIED_MATTERS.code(prior));
        on(SUBJECT_MATTERS.code((self.kind, self.subject.unwrap_or(Subject::Other))));
        on(HANDLED_MATTERS.code(handled));
        if self.at_reception {
            on(AT_RECEPTION_MATTERS.code(handled));
        }
    }

    fn signed(&self) -> Signers {
        match self.signers {
            _ if self.anonymous => Signers::Other,
            JOINT.. => Signers::Joint,
            2.. => Signers::Other,
            0 | 1 => Signers::Single,
        }
    }

    fn handled(&self, competence: Competence, handling: Handling) -> Handled {
        match (competence, handling) {
            (Competence::Within, _) => match self.instance.unwrap_or(Instance::First) {
                Instance::First => Handled::WithinFirst,
                Instance::Second => Handled::WithinSecond,
            },
            (Competence::Outside, Handling::Forwarded) => Handled::Forwarded,
            (Competence::Outside, Handling::Urged) => Handled::Urged,
            // Letters of other agencies that were returned or stored are refused by now. Those entered before still are letters
            // outside competence, and telling the writer where to turn comes nearest to what was done.
            (
                Competence::Outside,
                Handling::Accepted | Handling::Guided | Handling::Returned | Handling::Stored,
            ) => Handled::Guided,
        }
    }
}
