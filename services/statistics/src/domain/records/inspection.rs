//! Inspections and checks (thanh tra, kiểm tra).

use jiff::civil::Date;

use crate::domain::records::contribution::Contribution;
use crate::domain::records::family::{Family, dimension, families};
use crate::domain::records::quantity::{Count, SquareMetres, Vnd};

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
    /// What was done to carry it out, at most one event of which completes it: the last.
    pub executions: Vec<Execution>,
}

/// A dated event of carrying out a conclusion (02/TTr, 07/TTr; shape not verified).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Execution {
    /// The day, not before the conclusion.
    pub date: Date,
    /// Money recovered.
    pub recovered: Vnd,
    /// Land recovered.
    pub recovered_area: SquareMetres,
    /// Organisations disciplined.
    pub disciplined_organisations: Count,
    /// Persons disciplined.
    pub disciplined_persons: Count,
    /// Cases prosecuted.
    pub prosecuted_cases: Count,
    /// Persons in them.
    pub prosecuted_persons: Count,
    /// Whether the conclusion was carried out in full with it.
    pub completed: bool,
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

dimension!(Kind: Administrative = "administrative", Specialised = "specialised", Check = "check");
dimension!(Basis: Planned = "planned", Unplanned = "unplanned");

families! {
    STARTED: (Kind, Basis) = "inspections.started";
    CONCLUDED: (Kind, Basis) = "inspections.concluded";
    THEMATIC: Kind = "inspections.thematic";
    REINSPECTIONS: Kind = "inspections.reinspections";
    INSPECTED_UNITS: Kind = "inspections.inspected_units";
    RECOVERY_AMOUNT: Kind = "inspections.recovery_amount";
    RECOVERY_AREA: Kind = "inspections.recovery_area";
    OTHER_AMOUNT: Kind = "inspections.other_amount";
    OTHER_AREA: Kind = "inspections.other_area";
    HANDLED_ORGANISATIONS: Kind = "inspections.handled_organisations";
    HANDLED_PERSONS: Kind = "inspections.handled_persons";
    REFERRED_CASES: Kind = "inspections.referred_cases";
    REFERRED_PERSONS: Kind = "inspections.referred_persons";
    POLICY_DOCUMENTS: Kind = "inspections.policy_documents";
    EXECUTED: Kind = "inspections.executed";
    RECOVERED_AMOUNT: Kind = "inspections.recovered_amount";
    RECOVERED_AREA: Kind = "inspections.recovered_area";
    DISCIPLINED_ORGANISATIONS: Kind = "inspections.disciplined_organisations";
    DISCIPLINED_PERSONS: Kind = "inspections.disciplined_persons";
    PROSECUTED_CASES: Kind = "inspections.prosecuted_cases";
    PROSECUTED_PERSONS: Kind = "inspections.prosecuted_persons";
}

impl Inspection {
    /// What the inspection adds to the sums: itself on its first day, its recommendations on the day of the conclusion, and
    /// what carried them out on the day of each event.
    pub fn contribute(&self, add: &mut impl FnMut(Contribution)) {
        let kind = self.kind;
        let mut one = |date, measure| add(Contribution { measure, date, amount: 1 });
        one(self.start_date, STARTED.code((kind, self.basis)));
        if let Some(conclusion) = &self.conclusion {
            one(conclusion.date, CONCLUDED.code((kind, self.basis)));
        }
        let mut on = |date, amounts: &[(&'static Family<Kind>, i64)]| {
            for (family, amount) in amounts.iter().filter(|(_, amount)| *amount != 0) {
                add(Contribution { measure: family.code(kind), date, amount: *amount });
            }
        };
        on(
            self.start_date,
            &[
                (&THEMATIC, self.thematic.into()),
                (&REINSPECTIONS, self.reinspection.into()),
                (&INSPECTED_UNITS, self.inspected_units.into()),
            ],
        );
        let Some(conclusion) = &self.conclusion else { return };
        on(conclusion.date, &conclusion.amounts());
        for execution in &conclusion.executions {
            on(execution.date, &execution.amounts());
        }
    }
}

impl Conclusion {
    fn amounts(&self) -> [(&'static Family<Kind>, i64); 9] {
        [
            (&RECOVERY_AMOUNT, self.recovery.0),
            (&RECOVERY_AREA, self.recovery_area.0),
            (&OTHER_AMOUNT, self.other.0),
            (&OTHER_AREA, self.other_area.0),
            (&HANDLED_ORGANISATIONS, self.handled_organisations.into()),
            (&HANDLED_PERSONS, self.handled_persons.into()),
            (&REFERRED_CASES, self.referred_cases.into()),
            (&REFERRED_PERSONS, self.referred_persons.into()),
            (&POLICY_DOCUMENTS, self.policy_documents.into()),
        ]
    }
}

impl Execution {
    fn amounts(&self) -> [(&'static Family<Kind>, i64); 7] {
        [
            (&EXECUTED, self.completed.into()),
            (&RECOVERED_AMOUNT, self.recovered.0),
            (&RECOVERED_AREA, self.recovered_area.0),
            (&DISCIPLINED_ORGANISATIONS, self.disciplined_organisations.into()),
            (&DISCIPLINED_PERSONS, self.disciplined_persons.into()),
            (&PROSECUTED_CASES, self.prosecuted_cases.into()),
            (&PROSECUTED_PERSONS, self.prosecuted_persons.into()),
        ]
    }
}
