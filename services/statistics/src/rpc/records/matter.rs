//! Matters: their conversions and the methods on them.

use jiff::civil::Date;
use thidua_chassis::list::ListQuery;
use thidua_proto::names::RecordKind;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use tonic::{Response, Status};

use crate::domain::deadlines::facts::Circumstances;
use crate::domain::deadlines::facts::Instance;
use crate::domain::records::matter::{Execution, Matter, Outcome, Resolution, Results};
use crate::domain::records::quantity::Count;
use crate::domain::records::record::Record;
use crate::rpc::records::content;
use crate::rpc::records::list as lists;
use crate::rpc::records::petition::{
    competence, competence_to_proto, instance, instance_to_proto, kind, kind_to_proto,
};
use crate::rpc::records::record::{
    RecordMessage, cases, count, executions, land, money, officials, persons, refuse_given,
};
use crate::rpc::records::write;
use crate::rpc::service::Statistics;

impl RecordMessage for proto::Matter {
    const KIND: RecordKind = RecordKind::Matter;

    fn name_and_etag(&self) -> (&str, &str) {
        (&self.name, &self.etag)
    }

    fn parse(&self, v: &mut Violations) -> Option<Record> {
        let kind = v.choice("kind", self.kind).and_then(kind);
        let competence = v.choice("competence", self.competence).and_then(competence);
        let accepted_date = v.required_day("accepted_date", self.accepted_date);
        let instance = v
            .optional_choice("instance", self.instance)
            .map(|found| found.and_then(instance).unwrap_or(Instance::First));
        let due_date = v.day("due_date", self.due_date);
        v.order(("accepted_date", accepted_date), ("due_date", due_date.flatten()));
        let petitions = self.petition_count.map_or_else(
            || Count::try_from(0).ok(),
            |petitions| count(v, "petition_count", petitions, 1..=10_000),
        );
        let resolution = parse_resolution(self, accepted_date, v);
        let extensions = count(v, "extension_count", self.extension_count, 0..=2);
        let content = content::token(v, &self.content_token);
        Some(Record::Matter(Matter {
            kind: kind?,
            competence: competence?,
            accepted_date: accepted_date?,
            instance: instance?,
            due_date: due_date?,
            petitions: petitions?,
            resolution: resolution?,
            circumstances: Circumstances {
                complex: self.complex,
                remote: self.remote,
                several_places: false,
            },
            disciplinary: self.disciplinary,
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
    let results = parse_results(m, v);
    let executions = executions(
        v,
        &m.executions,
        |v, event| parse_execution(event, date.flatten(), v),
        |event| (event.date, event.completed),
    );
    let (date, outcome) = (date?, outcome?);
    let Some(date) = date else {
        refuse_results_of_open(m, outcome, v);
        return Some(None);
    };
    if outcome.is_none() {
        v.refuse("outcome", Problem::Required);
    }
    if !m.requires_execution && !m.executions.is_empty() {
        let when = ("with requires_execution", "khi có requires_execution (phải tổ chức thực hiện)");
        v.refuse("executions", Problem::Unwanted { when });
    }
    let executions = executions?;
    Some(Some(Resolution {
        date,
        outcome: outcome?,
        results: results?,
        executions: m.requires_execution.then_some(executions),
    }))
}

fn parse_results(m: &proto::Matter, v: &mut Violations) -> Option<Results> {
    let recovery = money(v, "recovery_amount_vnd", m.recovery_amount_vnd);
    let recovery_area = land(v, "recovery_area_m2", m.recovery_area_m2);
    let return_organisation = money(v, "return_organization_amount_vnd", m.return_organization_amount_vnd);
    let return_organisation_area = land(v, "return_organization_area_m2", m.return_organization_area_m2);
    let return_person = money(v, "return_person_amount_vnd", m.return_person_amount_vnd);
    let return_person_area = land(v, "return_person_area_m2", m.return_person_area_m2);
    let benefited_organisations = persons(v, "benefited_organization_count", m.benefited_organization_count);
    let benefited_persons = persons(v, "benefited_person_count", m.benefited_person_count);
    let handled_persons = persons(v, "handled_person_count", m.handled_person_count);
    let handled_officials =
        officials(v, "handled_official_count", m.handled_official_count, m.handled_person_count);
    let referred_cases = cases(v, "referred_case_count", m.referred_case_count);
    let referred_persons = persons(v, "referred_person_count", m.referred_person_count);
    let referred_officials =
        officials(v, "referred_official_count", m.referred_official_count, m.referred_person_count);
    Some(Results {
        recovery: recovery?,
        recovery_area: recovery_area?,
        return_organisation: return_organisation?,
        return_organisation_area: return_organisation_area?,
        return_person: return_person?,
        return_person_area: return_person_area?,
        benefited_organisations: benefited_organisations?,
        benefited_persons: benefited_persons?,
        handled_persons: handled_persons?,
        handled_officials: handled_officials?,
        referred_cases: referred_cases?,
        referred_persons: referred_persons?,
        referred_officials: referred_officials?,
    })
}

/// Results are those of a resolution; without its date they could not be counted in any window.
fn refuse_results_of_open(m: &proto::Matter, outcome: Option<Outcome>, v: &mut Violations) {
    let given = [
        ("outcome", outcome.is_some()),
        ("recovery_amount_vnd", m.recovery_amount_vnd > 0),
        ("recovery_area_m2", m.recovery_area_m2 > 0),
        ("return_organization_amount_vnd", m.return_organization_amount_vnd > 0),
        ("return_organization_area_m2", m.return_organization_area_m2 > 0),
        ("return_person_amount_vnd", m.return_person_amount_vnd > 0),
        ("return_person_area_m2", m.return_person_area_m2 > 0),
        ("benefited_organization_count", m.benefited_organization_count > 0),
        ("benefited_person_count", m.benefited_person_count > 0),
        ("handled_person_count", m.handled_person_count > 0),
        ("handled_official_count", m.handled_official_count > 0),
        ("referred_case_count", m.referred_case_count > 0),
        ("referred_person_count", m.referred_person_count > 0),
        ("referred_official_count", m.referred_official_count > 0),
        ("requires_execution", m.requires_execution),
        ("executions", !m.executions.is_empty()),
    ];
    let when = ("with a resolved_date", "khi có resolved_date (ngày giải quyết)");
    refuse_given(v, &given, &Problem::Unwanted { when });
}

fn parse_execution(
    m: &proto::MatterExecution,
    resolved_date: Option<Date>,
    v: &mut Violations,
) -> Option<Execution> {
    let date = v.required_day("execution_date", m.execution_date);
    v.order(("resolved_date", resolved_date), ("execution_date", date));
    let recovered = money(v, "recovered_amount_vnd", m.recovered_amount_vnd);
    let recovered_area = land(v, "recovered_area_m2", m.recovered_area_m2);
    let to_organisations = money(v, "returned_organization_amount_vnd", m.returned_organization_amount_vnd);
    let to_organisations_area = land(v, "returned_organization_area_m2", m.returned_organization_area_m2);
    let to_persons = money(v, "returned_person_amount_vnd", m.returned_person_amount_vnd);
    let to_persons_area = land(v, "returned_person_area_m2", m.returned_person_area_m2);
    let organisations = persons(v, "disciplined_organization_count", m.disciplined_organization_count);
    let disciplined = persons(v, "disciplined_person_count", m.disciplined_person_count);
    let disciplined_officials =
        officials(v, "disciplined_official_count", m.disciplined_official_count, m.disciplined_person_count);
    let prosecuted_cases = cases(v, "prosecuted_case_count", m.prosecuted_case_count);
    let prosecuted = persons(v, "prosecuted_person_count", m.prosecuted_person_count);
    let prosecuted_officials =
        officials(v, "prosecuted_official_count", m.prosecuted_official_count, m.prosecuted_person_count);
    Some(Execution {
        date: date?,
        recovered: recovered?,
        recovered_area: recovered_area?,
        returned_organisation: to_organisations?,
        returned_organisation_area: to_organisations_area?,
        returned_person: to_persons?,
        returned_person_area: to_persons_area?,
        disciplined_organisations: organisations?,
        disciplined_persons: disciplined?,
        disciplined_officials: disciplined_officials?,
        prosecuted_cases: prosecuted_cases?,
        prosecuted_persons: prosecuted?,
        prosecuted_officials: prosecuted_officials?,
        completed: m.completed,
    })
}

impl From<&Matter> for proto::Matter {
    fn from(matter: &Matter) -> Self {
        let message = Self {
            kind: kind_to_proto(matter.kind).into(),
            competence: competence_to_proto(matter.competence).into(),
            accepted_date: Some(thidua_proto::date::to_wire(matter.accepted_date)),
            instance: Some(instance_to_proto(matter.instance).into()),
            due_date: matter.due_date.map(thidua_proto::date::to_wire),
            petition_count: Some(i64::from(matter.petitions)).filter(|petitions| *petitions > 0),
            complex: matter.circumstances.complex,
            remote: matter.circumstances.remote,
            disciplinary: matter.disciplinary,
            extension_count: matter.extensions.into(),
            content_token: matter.content.as_ref().map(ToString::to_string).unwrap_or_default(),
            ..Self::default()
        };
        let Some(resolution) = &matter.resolution else { return message };
        let results = &resolution.results;
        Self {
            resolved_date: Some(thidua_proto::date::to_wire(resolution.date)),
            outcome: Some(outcome_to_proto(resolution.outcome).into()),
            recovery_amount_vnd: results.recovery.0,
            recovery_area_m2: results.recovery_area.0,
            return_organization_amount_vnd: results.return_organisation.0,
            return_organization_area_m2: results.return_organisation_area.0,
            return_person_amount_vnd: results.return_person.0,
            return_person_area_m2: results.return_person_area.0,
            benefited_organization_count: results.benefited_organisations.into(),
            benefited_person_count: results.benefited_persons.into(),
            handled_person_count: results.handled_persons.into(),
            handled_official_count: results.handled_officials.into(),
            referred_case_count: results.referred_cases.into(),
            referred_person_count: results.referred_persons.into(),
            referred_official_count: results.referred_officials.into(),
            requires_execution: resolution.executions.is_some(),
            executions: resolution.executions.iter().flatten().map(proto::MatterExecution::from).collect(),
            ..message
        }
    }
}

impl From<&Execution> for proto::MatterExecution {
    fn from(execution: &Execution) -> Self {
        Self {
            execution_date: Some(thidua_proto::date::to_wire(execution.date)),
            recovered_amount_vnd: execution.recovered.0,
            recovered_area_m2: execution.recovered_area.0,
            returned_organization_amount_vnd: execution.returned_organisation.0,
            returned_organization_area_m2: execution.returned_organisation_area.0,
            returned_person_amount_vnd: execution.returned_person.0,
            returned_person_area_m2: execution.returned_person_area.0,
            disciplined_organization_count: execution.disciplined_organisations.into(),
            disciplined_person_count: execution.disciplined_persons.into(),
            disciplined_official_count: execution.disciplined_officials.into(),
            prosecuted_case_count: execution.prosecuted_cases.into(),
            prosecuted_person_count: execution.prosecuted_persons.into(),
            prosecuted_official_count: execution.prosecuted_officials.into(),
            completed: execution.completed,
        }
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

/// The matters that a request asks for.
pub(in crate::rpc) async fn list_matters(
    service: &Statistics,
    mut request: proto::ListMattersRequest,
) -> Result<Response<proto::ListMattersResponse>, Status> {
    let page = ListQuery::take(&mut request.page_size, &mut request.page_token);
    let filter = lists::Filter {
        parent: &request.parent,
        first: ("accepted_from", request.accepted_from),
        last: ("accepted_to", request.accepted_to),
        kinds: &lists::kinds::<proto::PetitionKind>("kinds", &request.kinds),
        overdue_on: request.overdue_on,
        content_token: &request.content_token,
        matter: "",
    };
    let (matters, next_page_token) =
        lists::list(service, &page, &request, filter, |matter: &proto::Matter| {
            lists::wanted(&request.kinds, matter.kind)
                && lists::named(&request.content_token, &matter.content_token)
        })
        .await?;
    Ok(Response::new(proto::ListMattersResponse { matters, next_page_token }))
}

write::requests!(
    proto::Matter,
    matter,
    matter_id,
    (proto::CreateMatterRequest, "thidua.statistics.v1.PetitionService/CreateMatter"),
    (proto::UpdateMatterRequest, "thidua.statistics.v1.PetitionService/UpdateMatter"),
    (proto::DeleteMatterRequest, "thidua.statistics.v1.PetitionService/DeleteMatter")
);
