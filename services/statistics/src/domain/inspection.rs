//! Inspections and checks (thanh tra, kiểm tra).

use jiff::civil::Date;

use super::contribution::Contribution;
use super::quantity::{Count, SquareMetres, Vnd};

/// One inspection or check and what it recommended (01/TTr).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// What was inspected.
    pub title: String,
    /// Of which branch.
    pub kind: Kind,
    /// Planned or not.
    pub basis: Basis,
    /// On one theme (chuyên đề).
    pub thematic: bool,
    /// Of a concluded matter (thanh tra lại).
    pub reinspection: bool,
    /// The first day of the work.
    pub start_date: Date,
    /// Units and enterprises inspected, at least 1.
    pub inspected_units: Count,
    /// The signed conclusion; recommendations exist only with it.
    pub conclusion: Option<Conclusion>,
}

/// A signed conclusion (kết luận) and its recommendations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// The day of signing, not before the start.
    pub date: Date,
    /// Money to recover to the budget.
    pub recovery: Vnd,
    /// Land to recover.
    pub recovery_area: SquareMetres,
    /// Money to handle otherwise.
    pub other: Vnd,
    /// Land to handle otherwise.
    pub other_area: SquareMetres,
    /// Organisations for administrative handling.
    pub handled_organisations: Count,
    /// Persons for administrative handling.
    pub handled_persons: Count,
    /// Cases passed to the police.
    pub referred_cases: Count,
    /// Persons in them.
    pub referred_persons: Count,
    /// Policy documents to complete.
    pub policy_documents: Count,
}

/// The branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Thanh tra hành chính.
    Administrative,
    /// Thanh tra chuyên ngành.
    Specialised,
    /// Kiểm tra.
    Check,
}

/// Planned or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Theo kế hoạch.
    Planned,
    /// Đột xuất.
    Unplanned,
}

impl Inspection {
    /// What the inspection adds to the sums: itself on its first day, its recommendations on the day of the conclusion.
    pub fn contribute(&self, add: &mut impl FnMut(Contribution)) {
        let mut on = |date, measure, amount: i64| {
            if amount != 0 {
                add(Contribution { measure, date, amount });
            }
        };
        let started = match self.kind {
            Kind::Administrative => "inspections.started.administrative",
            Kind::Specialised => "inspections.started.specialised",
            Kind::Check => "inspections.started.check",
        };
        on(self.start_date, started, 1);
        let basis = match self.basis {
            Basis::Planned => "inspections.planned",
            Basis::Unplanned => "inspections.unplanned",
        };
        on(self.start_date, basis, 1);
        on(self.start_date, "inspections.thematic", i64::from(self.thematic));
        on(self.start_date, "inspections.reinspections", i64::from(self.reinspection));
        on(self.start_date, "inspections.inspected_units", self.inspected_units.into());
        let Some(conclusion) = &self.conclusion else { return };
        on(conclusion.date, "inspections.concluded", 1);
        on(conclusion.date, "inspections.recovery_amount", conclusion.recovery.0);
        on(conclusion.date, "inspections.recovery_area", conclusion.recovery_area.0);
        on(conclusion.date, "inspections.other_amount", conclusion.other.0);
        on(conclusion.date, "inspections.other_area", conclusion.other_area.0);
        on(conclusion.date, "inspections.handled_organisations", conclusion.handled_organisations.into());
        on(conclusion.date, "inspections.handled_persons", conclusion.handled_persons.into());
        on(conclusion.date, "inspections.referred_cases", conclusion.referred_cases.into());
        on(conclusion.date, "inspections.referred_persons", conclusion.referred_persons.into());
        on(conclusion.date, "inspections.policy_documents", conclusion.policy_documents.into());
    }
}
