//! The conversions of matters; their methods are in `PetitionService`.

use jiff::civil::Date;
use thidua_proto::names::RecordKind;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;

use super::petition::{competence, competence_to_proto, kind, kind_to_proto};
use super::records::{RecordMessage, count};
use super::{content, write};
use crate::domain::deadline::Circumstances;
use crate::domain::matter::{Instance, Matter, Outcome, Resolution};
use crate::domain::record::Record;

impl RecordMessage for proto::Matter {
    const KIND: RecordKind = RecordKind::Matter;

    fn name_and_etag(&self) -> (&str, &str) {
        (&self.name, &self.etag)
    }

    fn parse(&self, v: &mut Violations) -> Option<Record> {
        let kind = v.choice("kind", self.kind).and_then(kind);
        let competence = v.choice("competence", self.competence).and_then(competence);
        let accepted_date = v.required_day("accepted_date", self.accepted_date);
        let instance = v.optional_choice("instance", self.instance).map(instance);
        let due_date = v.day("due_date", self.due_date);
        v.order(("accepted_date", accepted_date), ("due_date", due_date.flatten()));
        let resolution = parse_resolution(self, accepted_date, v);
        let extensions = count(v, "extension_count", self.extension_count, 0..=2);
        let content = content::token(v, &self.content_token);
        Some(Record::Matter(Matter {
            kind: kind?,
            competence: competence?,
            accepted_date: accepted_date?,
            instance: instance?,
            due_date: due_date?,
            resolution: resolution?,
            circumstances: Circumstances { complex: self.complex, remote: self.remote },
            extensions: extensions?,
            content: content?,
        }))
    }

    fn deadlines(&mut self) -> Option<&mut Vec<proto::Deadline>> {
        Some(&mut self.deadlines)
    }
}

/// `Some(None)` while the matter is open.
fn parse_resolution(
    m: &proto::Matter,
    accepted_date: Option<Date>,
    v: &mut Violations,
) -> Option<Option<Resolution>> {
    let date = v.day("resolved_date", m.resolved_date);
    v.order(("accepted_date", accepted_date), ("resolved_date", date.flatten()));
    let outcome = v.optional_choice("outcome", m.outcome).map(|found| found.and_then(outcome));
    match (date?, outcome?) {
        (None, None) => Some(None),
        (Some(date), Some(outcome)) => Some(Some(Resolution { date, outcome })),
        (Some(_), None) => {
            v.refuse("outcome", Problem::Required);
            None
        }
        (None, Some(_)) => {
            let when = ("with a resolved_date", "khi có resolved_date (ngày giải quyết)");
            v.refuse("outcome", Problem::Unwanted { when });
            None
        }
    }
}

impl From<&Matter> for proto::Matter {
    fn from(matter: &Matter) -> Self {
        Self {
            kind: kind_to_proto(matter.kind).into(),
            competence: competence_to_proto(matter.competence).into(),
            accepted_date: Some(thidua_proto::date::to_wire(matter.accepted_date)),
            instance: match matter.instance {
                Instance::First => proto::MatterInstance::First,
                Instance::Second => proto::MatterInstance::Second,
            }
            .into(),
            due_date: matter.due_date.map(thidua_proto::date::to_wire),
            resolved_date: matter.resolution.map(|resolution| thidua_proto::date::to_wire(resolution.date)),
            outcome: matter.resolution.map_or(0, |resolution| outcome_to_proto(resolution.outcome).into()),
            complex: matter.circumstances.complex,
            remote: matter.circumstances.remote,
            extension_count: matter.extensions.into(),
            content_token: matter.content.as_ref().map(ToString::to_string).unwrap_or_default(),
            ..Self::default()
        }
    }
}

fn instance(instance: Option<proto::MatterInstance>) -> Instance {
    match instance {
        None | Some(proto::MatterInstance::Unspecified | proto::MatterInstance::First) => Instance::First,
        Some(proto::MatterInstance::Second) => Instance::Second,
    }
}

fn outcome(outcome: proto::MatterOutcome) -> Option<Outcome> {
    match outcome {
        proto::MatterOutcome::Unspecified => None,
        proto::MatterOutcome::Upheld => Some(Outcome::Upheld),
        proto::MatterOutcome::Rejected => Some(Outcome::Rejected),
        proto::MatterOutcome::PartlyUpheld => Some(Outcome::PartlyUpheld),
        proto::MatterOutcome::Withdrawn => Some(Outcome::Withdrawn),
        proto::MatterOutcome::Discontinued => Some(Outcome::Discontinued),
    }
}

fn outcome_to_proto(outcome: Outcome) -> proto::MatterOutcome {
    match outcome {
        Outcome::Upheld => proto::MatterOutcome::Upheld,
        Outcome::Rejected => proto::MatterOutcome::Rejected,
        Outcome::PartlyUpheld => proto::MatterOutcome::PartlyUpheld,
        Outcome::Withdrawn => proto::MatterOutcome::Withdrawn,
        Outcome::Discontinued => proto::MatterOutcome::Discontinued,
    }
}

write::requests!(
    proto::Matter,
    matter,
    matter_id,
    (proto::CreateMatterRequest, "thidua.statistics.v1.PetitionService/CreateMatter"),
    (proto::UpdateMatterRequest, "thidua.statistics.v1.PetitionService/UpdateMatter"),
    (proto::DeleteMatterRequest, "thidua.statistics.v1.PetitionService/DeleteMatter")
);
