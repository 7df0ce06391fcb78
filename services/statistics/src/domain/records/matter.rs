//! Matters (vụ việc): what several petitions and visits may be about.

use jiff::civil::Date;

use crate::domain::deadlines::facts::{CaseType, Circumstances, Facts, Instance, Kind};
use crate::domain::records::content::ContentToken;
use crate::domain::records::contribution::Contribution;
use crate::domain::records::family::{Family, dimension, families};
use crate::domain::records::petition::Competence;
use crate::domain::records::quantity::{Count, SquareMetres, Vnd};

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
    /// Letters about it; 0 where nobody said how many, which stands for 1.
    pub petitions: Count,
    /// How and when it ended.
    pub resolution: Option<Resolution>,
    /// What may make its deadlines longer.
    pub circumstances: Circumstances,
    /// Whether a complaint is against a disciplinary decision.
    pub disciplinary: bool,
    /// How often the time for resolution was extended.
    pub extensions: Count,
    /// The same for the same content, in whichever office.
    pub content: Option<ContentToken>,
}

/// The end of a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The day, not before acceptance.
    pub date: Date,
    /// How.
    pub outcome: Outcome,
    /// What the decision orders and recommends.
    pub results: Results,
    /// What was done to carry it out, where that has to be done; at most one event completes it: the last.
    pub executions: Option<Vec<Execution>>,
}

/// What a decision on a complaint (01/KQGQ, columns 7 to 19) or a conclusion on a denunciation (03/KQGQ, columns 11 to 23)
/// orders and recommends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Results {
    /// Money to recover for the state.
    pub recovery: Vnd,
    /// Land to recover for the state.
    pub recovery_area: SquareMetres,
    /// Money to return to organisations.
    pub return_organisation: Vnd,
    /// Land to return to organisations.
    pub return_organisation_area: SquareMetres,
    /// Money to return to persons.
    pub return_person: Vnd,
    /// Land to return to persons.
    pub return_person_area: SquareMetres,
    /// Organisations whose rights are restored.
    pub benefited_organisations: Count,
    /// Persons whose rights are restored.
    pub benefited_persons: Count,
    /// Persons for handling.
    pub handled_persons: Count,
    /// Officials among them.
    pub handled_officials: Count,
    /// Cases passed to the police.
    pub referred_cases: Count,
    /// Persons in them.
    pub referred_persons: Count,
    /// Officials among them.
    pub referred_officials: Count,
}

/// A dated event of carrying out a decision (02/KQGQ) or a conclusion on a denunciation (04/KQGQ).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Execution {
    /// The day, not before the resolution.
    pub date: Date,
    /// Money recovered for the state.
    pub recovered: Vnd,
    /// Land recovered for the state.
    pub recovered_area: SquareMetres,
    /// Money returned to organisations.
    pub returned_organisation: Vnd,
    /// Land returned to organisations.
    pub returned_organisation_area: SquareMetres,
    /// Money returned to persons.
    pub returned_person: Vnd,
    /// Land returned to persons.
    pub returned_person_area: SquareMetres,
    /// Organisations disciplined.
    pub disciplined_organisations: Count,
    /// Persons disciplined.
    pub disciplined_persons: Count,
    /// Officials among them.
    pub disciplined_officials: Count,
    /// Cases prosecuted.
    pub prosecuted_cases: Count,
    /// Persons in them.
    pub prosecuted_persons: Count,
    /// Officials among them.
    pub prosecuted_officials: Count,
    /// Whether the decision was carried out in full with it.
    pub completed: bool,
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

dimension!(
    Outcome: Upheld = "upheld", Rejected = "rejected", PartlyUpheld = "partly_upheld",
    Withdrawn = "withdrawn", Discontinued = "discontinued",
);

families! {
    ACCEPTED: (Kind, Instance) = "matters.accepted";
    ACCEPTED_PETITIONS: Kind = "matters.accepted_petitions";
    RESOLVED: (Kind, Instance, Outcome) = "matters.resolved";
    RESOLVED_PETITIONS: Kind = "matters.resolved_petitions";
    RESOLVED_IN_TIME: Kind = "matters.resolved_in_time";
    RESOLVED_LATE: Kind = "matters.resolved_late";
    RECOVERY_AMOUNT: Kind = "matters.recovery_amount";
    RECOVERY_AREA: Kind = "matters.recovery_area";
    RETURN_ORGANISATION_AMOUNT: Kind = "matters.return_organisation_amount";
    RETURN_ORGANISATION_AREA: Kind = "matters.return_organisation_area";
    RETURN_PERSON_AMOUNT: Kind = "matters.return_person_amount";
    RETURN_PERSON_AREA: Kind = "matters.return_person_area";
    BENEFITED_ORGANISATIONS: Kind = "matters.benefited_organisations";
    BENEFITED_PERSONS: Kind = "matters.benefited_persons";
    HANDLED_PERSONS: Kind = "matters.handled_persons";
    HANDLED_OFFICIALS: Kind = "matters.handled_officials";
    REFERRED_CASES: Kind = "matters.referred_cases";
    REFERRED_PERSONS: Kind = "matters.referred_persons";
    REFERRED_OFFICIALS: Kind = "matters.referred_officials";
    DECISIONS: Kind = "matters.decisions";
    EXECUTED: Kind = "matters.executed";
    RECOVERED_AMOUNT: Kind = "matters.recovered_amount";
    RECOVERED_AREA: Kind = "matters.recovered_area";
    RETURNED_ORGANISATION_AMOUNT: Kind = "matters.returned_organisation_amount";
    RETURNED_ORGANISATION_AREA: Kind = "matters.returned_organisation_area";
    RETURNED_PERSON_AMOUNT: Kind = "matters.returned_person_amount";
    RETURNED_PERSON_AREA: Kind = "matters.returned_person_area";
    DISCIPLINED_ORGANISATIONS: Kind = "matters.disciplined_organisations";
    DISCIPLINED_PERSONS: Kind = "matters.disciplined_persons";
    DISCIPLINED_OFFICIALS: Kind = "matters.disciplined_officials";
    PROSECUTED_CASES: Kind = "matters.prosecuted_cases";
    PROSECUTED_PERSONS: Kind = "matters.prosecuted_persons";
    PROSECUTED_OFFICIALS: Kind = "matters.prosecuted_officials";
}

impl Matter {
    /// What the rules of deadlines need to know of it.
    #[must_use]
    pub fn deadline_facts(&self) -> Facts {
        Facts {
            subject: CaseType::Matter,
            kind: self.kind,
            start: self.accepted_date,
            instance: Some(self.instance),
            outside_competence: self.competence == Competence::Outside,
            at_reception: false,
            disciplinary: self.disciplinary,
            circumstances: self.circumstances,
            extensions: self.extensions,
            set_date: self.due_date,
            processed: None,
            replied: None,
            resolved: self.resolution.as_ref().map(|resolution| resolution.date),
        }
    }

    /// What the matter adds to the sums, where the unit is competent: its acceptance, its resolution with all results on the
    /// day of that, and what carried it out on the day of each event (01/KQGQ to 04/KQGQ). Matters of other agencies add
    /// nothing here.
    pub fn contribute(&self, add: &mut impl FnMut(Contribution)) {
        if self.competence == Competence::Outside {
            return;
        }
        let (kind, instance) = (self.kind, self.instance);
        let mut one = |date, measure| add(Contribution { measure, date, amount: 1 });
        one(self.accepted_date, ACCEPTED.code((kind, instance)));
        if let Some(resolution) = &self.resolution {
            one(resolution.date, RESOLVED.code((kind, instance, resolution.outcome)));
        }
        let mut on = |date, amounts: &[(&'static Family<Kind>, i64)]| {
            for (family, amount) in amounts.iter().filter(|(_, amount)| *amount != 0) {
                add(Contribution { measure: family.code(kind), date, amount: *amount });
            }
        };
        let petitions = self.petitions.max(1).into();
        on(self.accepted_date, &[(&ACCEPTED_PETITIONS, petitions)]);
        let Some(resolution) = &self.resolution else { return };
        let (in_time, late) = match self.due_date {
            Some(due_date) => (resolution.date <= due_date, resolution.date > due_date),
            None => (false, false),
        };
        on(
            resolution.date,
            &[
                (&RESOLVED_PETITIONS, petitions),
                (&RESOLVED_IN_TIME, in_time.into()),
                (&RESOLVED_LATE, late.into()),
                (&DECISIONS, resolution.executions.is_some().into()),
            ],
        );
        on(resolution.date, &resolution.results.amounts());
        for execution in resolution.executions.iter().flatten() {
            on(execution.date, &execution.amounts());
        }
    }
}

impl Results {
    fn amounts(&self) -> [(&'static Family<Kind>, i64); 13] {
        [
            (&RECOVERY_AMOUNT, self.recovery.0),
            (&RECOVERY_AREA, self.recovery_area.0),
            (&RETURN_ORGANISATION_AMOUNT, self.return_organisation.0),
            (&RETURN_ORGANISATION_AREA, self.return_organisation_area.0),
            (&RETURN_PERSON_AMOUNT, self.return_person.0),
            (&RETURN_PERSON_AREA, self.return_person_area.0),
            (&BENEFITED_ORGANISATIONS, self.benefited_organisations.into()),
            (&BENEFITED_PERSONS, self.benefited_persons.into()),
            (&HANDLED_PERSONS, self.handled_persons.into()),
            (&HANDLED_OFFICIALS, self.handled_officials.into()),
            (&REFERRED_CASES, self.referred_cases.into()),
            (&REFERRED_PERSONS, self.referred_persons.into()),
            (&REFERRED_OFFICIALS, self.referred_officials.into()),
        ]
    }
}

impl Execution {
    fn amounts(&self) -> [(&'static Family<Kind>, i64); 13] {
        [
            (&EXECUTED, self.completed.into()),
            (&RECOVERED_AMOUNT, self.recovered.0),
            (&RECOVERED_AREA, self.recovered_area.0),
            (&RETURNED_ORGANISATION_AMOUNT, self.returned_organisation.0),
            (&RETURNED_ORGANISATION_AREA, self.returned_organisation_area.0),
            (&RETURNED_PERSON_AMOUNT, self.returned_person.0),
            (&RETURNED_PERSON_AREA, self.returned_person_area.0),
            (&DISCIPLINED_ORGANISATIONS, self.disciplined_organisations.into()),
            (&DISCIPLINED_PERSONS, self.disciplined_persons.into()),
            (&DISCIPLINED_OFFICIALS, self.disciplined_officials.into()),
            (&PROSECUTED_CASES, self.prosecuted_cases.into()),
            (&PROSECUTED_PERSONS, self.prosecuted_persons.into()),
            (&PROSECUTED_OFFICIALS, self.prosecuted_officials.into()),
        ]
    }
}
