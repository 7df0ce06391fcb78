//! What the rules of deadlines need to know of a petition or matter.

use jiff::civil::Date;

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

/// First or second instance, of a petition or a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instance {
    /// Lần đầu.
    First,
    /// Lần hai, tố cáo tiếp.
    Second,
}

/// Facts of a case that the law makes longer deadlines of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Vụ việc phức tạp, as the law defines it and somebody has decided.
    pub complex: bool,
    /// Vùng sâu, vùng xa, đi lại khó khăn.
    pub remote: bool,
    /// A denunciation had to be checked at several places, or the check was delegated (Luật Tố cáo 2018 Điều 24 khoản 1).
    pub several_places: bool,
}

/// What rules speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseType {
    /// A letter, from its receipt.
    Petition,
    /// A matter, from its acceptance.
    Matter,
}

/// What the rules need to know of a petition or matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Which of the two.
    pub subject: CaseType,
    /// What it is.
    pub kind: Kind,
    /// The day on which periods begin: of receipt, or of acceptance.
    pub start: Date,
    /// At which instance it is, or asks to be, resolved.
    pub instance: Option<Instance>,
    /// Whether another agency was found competent.
    pub outside_competence: bool,
    /// Whether a petition was handed in at a reception.
    pub at_reception: bool,
    /// Whether a complaint is against a disciplinary decision.
    pub disciplinary: bool,
    /// What makes periods longer.
    pub circumstances: Circumstances,
    /// How often a period was extended.
    pub extensions: u32,
    /// The last day that the unit itself has set for the resolution.
    pub set_date: Option<Date>,
    /// When it was classified and handled.
    pub processed: Option<Date>,
    /// When it was answered in writing.
    pub replied: Option<Date>,
    /// When it was resolved.
    pub resolved: Option<Date>,
}
