//! `InspectionService`, and the conversions of inspections.

use jiff::civil::Date;
use thidua_chassis::list::ListQuery;
use thidua_proto::Empty;
use thidua_proto::names::RecordKind;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::inspection_service_server::InspectionService;
use tonic::{Request, Response, Status};

use crate::domain::records::inspection::{Basis, Conclusion, Execution, Inspection, Kind};
use crate::domain::records::record::Record;
use crate::rpc::records::list as lists;
use crate::rpc::records::record::{
    RecordMessage, cases, count, executions, land, money, persons, refuse_given,
};
use crate::rpc::records::write;
use crate::rpc::service::Statistics;

impl RecordMessage for proto::Inspection {
    const KIND: RecordKind = RecordKind::Inspection;

    fn name_and_etag(&self) -> (&str, &str) {
        (&self.name, &self.etag)
    }

    fn parse(&self, v: &mut Violations) -> Option<Record> {
        let title = v.text("title", &self.title, 1, 500);
        let kind = v.choice("kind", self.kind).and_then(kind);
        let basis = v.choice("basis", self.basis).and_then(basis);
        let start_date = v.required_day("start_date", self.start_date);
        let inspected_units = count(v, "inspected_unit_count", self.inspected_unit_count, 1..=10_000);
        let conclusion = parse_conclusion(self, start_date, v);
        Some(Record::Inspection(Inspection {
            title: title?,
            kind: kind?,
            basis: basis?,
            thematic: self.thematic,
            reinspection: self.reinspection,
            start_date: start_date?,
            inspected_units: inspected_units?,
            conclusion: conclusion?,
        }))
    }
}

/// `Some(None)` where there is none yet.
fn parse_conclusion(
    m: &proto::Inspection,
    start_date: Option<Date>,
    v: &mut Violations,
) -> Option<Option<Conclusion>> {
    let date = v.day("conclusion_date", m.conclusion_date);
    v.order(("start_date", start_date), ("conclusion_date", date.flatten()));
    let recovery = money(v, "recovery_amount_vnd", m.recovery_amount_vnd);
    let recovery_area = land(v, "recovery_area_m2", m.recovery_area_m2);
    let other = money(v, "other_amount_vnd", m.other_amount_vnd);
    let other_area = land(v, "other_area_m2", m.other_area_m2);
    let organisations = persons(v, "handled_organization_count", m.handled_organization_count);
    let handled_persons = persons(v, "handled_person_count", m.handled_person_count);
    let referred_cases = cases(v, "referred_case_count", m.referred_case_count);
    let referred_persons = persons(v, "referred_person_count", m.referred_person_count);
    let documents = count(v, "policy_document_count", m.policy_document_count, 0..=10_000);
    let executions = executions(
        v,
        &m.executions,
        |v, event| parse_execution(event, date.flatten(), v),
        |event| (event.date, event.completed),
    );
    let Some(date) = date? else {
        refuse_results_without_conclusion(m, v);
        return Some(None);
    };
    Some(Some(Conclusion {
        date,
        recovery: recovery?,
        recovery_area: recovery_area?,
        other: other?,
        other_area: other_area?,
        handled_organisations: organisations?,
        handled_persons: handled_persons?,
        referred_cases: referred_cases?,
        referred_persons: referred_persons?,
        policy_documents: documents?,
        executions: executions?,
    }))
}

/// Recommendations are made by a signed conclusion; without its date they could not be counted in any window.
fn refuse_results_without_conclusion(m: &proto::Inspection, v: &mut Violations) {
    let given = [
        ("recovery_amount_vnd", m.recovery_amount_vnd > 0),
        ("recovery_area_m2", m.recovery_area_m2 > 0),
        ("other_amount_vnd", m.other_amount_vnd > 0),
        ("other_area_m2", m.other_area_m2 > 0),
        ("handled_organization_count", m.handled_organization_count > 0),
        ("handled_person_count", m.handled_person_count > 0),
        ("referred_case_count", m.referred_case_count > 0),
        ("referred_person_count", m.referred_person_count > 0),
        ("policy_document_count", m.policy_document_count > 0),
        ("executions", !m.executions.is_empty()),
    ];
    let when = ("with a conclusion_date", "khi có conclusion_date (ngày kết luận)");
    refuse_given(v, &given, &Problem::Unwanted { when });
}

fn parse_execution(
    m: &proto::Execution,
    conclusion_date: Option<Date>,
    v: &mut Violations,
) -> Option<Execution> {
    let date = v.required_day("execution_date", m.execution_date);
    v.order(("conclusion_date", conclusion_date), ("execution_date", date));
    let recovered = money(v, "recovered_amount_vnd", m.recovered_amount_vnd);
    let recovered_area = land(v, "recovered_area_m2", m.recovered_area_m2);
    let organisations = persons(v, "disciplined_organization_count", m.disciplined_organization_count);
    let disciplined_persons = persons(v, "disciplined_person_count", m.disciplined_person_count);
    let prosecuted_cases = cases(v, "prosecuted_case_count", m.prosecuted_case_count);
    let prosecuted_persons = persons(v, "prosecuted_person_count", m.prosecuted_person_count);
    Some(Execution {
        date: date?,
        recovered: recovered?,
        recovered_area: recovered_area?,
        disciplined_organisations: organisations?,
        disciplined_persons: disciplined_persons?,
        prosecuted_cases: prosecuted_cases?,
        prosecuted_persons: prosecuted_persons?,
        completed: m.completed,
    })
}

impl From<&Inspection> for proto::Inspection {
    fn from(inspection: &Inspection) -> Self {
        let message = Self {
            title: inspection.title.clone(),
            kind: match inspection.kind {
                Kind::Administrative => proto::InspectionKind::Administrative,
                Kind::Specialised => proto::InspectionKind::Specialized,
                Kind::Check => proto::InspectionKind::Check,
            }
            .into(),
            basis: match inspection.basis {
                Basis::Planned => proto::InspectionBasis::Planned,
                Basis::Unplanned => proto::InspectionBasis::Unplanned,
            }
            .into(),
            thematic: inspection.thematic,
            reinspection: inspection.reinspection,
            start_date: Some(thidua_proto::date::to_wire(inspection.start_date)),
            inspected_unit_count: inspection.inspected_units.into(),
            ..Self::default()
        };
        let Some(conclusion) = &inspection.conclusion else { return message };
        Self {
            conclusion_date: Some(thidua_proto::date::to_wire(conclusion.date)),
            recovery_amount_vnd: conclusion.recovery.0,
            recovery_area_m2: conclusion.recovery_area.0,
            other_amount_vnd: conclusion.other.0,
            other_area_m2: conclusion.other_area.0,
            handled_organization_count: conclusion.handled_organisations.into(),
            handled_person_count: conclusion.handled_persons.into(),
            referred_case_count: conclusion.referred_cases.into(),
            referred_person_count: conclusion.referred_persons.into(),
            policy_document_count: conclusion.policy_documents.into(),
            executions: conclusion.executions.iter().map(proto::Execution::from).collect(),
            ..message
        }
    }
}

impl From<&Execution> for proto::Execution {
    fn from(execution: &Execution) -> Self {
        Self {
            execution_date: Some(thidua_proto::date::to_wire(execution.date)),
            recovered_amount_vnd: execution.recovered.0,
            recovered_area_m2: execution.recovered_area.0,
            disciplined_organization_count: execution.disciplined_organisations.into(),
            disciplined_person_count: execution.disciplined_persons.into(),
            prosecuted_case_count: execution.prosecuted_cases.into(),
            prosecuted_person_count: execution.prosecuted_persons.into(),
            completed: execution.completed,
        }
    }
}

fn kind(kind: proto::InspectionKind) -> Option<Kind> {
    match kind {
        proto::InspectionKind::Unspecified => None,
        proto::InspectionKind::Administrative => Some(Kind::Administrative),
        proto::InspectionKind::Specialized => Some(Kind::Specialised),
        proto::InspectionKind::Check => Some(Kind::Check),
    }
}

fn basis(basis: proto::InspectionBasis) -> Option<Basis> {
    match basis {
        proto::InspectionBasis::Unspecified => None,
        proto::InspectionBasis::Planned => Some(Basis::Planned),
        proto::InspectionBasis::Unplanned => Some(Basis::Unplanned),
    }
}

#[tonic::async_trait]
impl InspectionService for Statistics {
    async fn get_inspection(
        &self,
        request: Request<proto::GetInspectionRequest>,
    ) -> Result<Response<proto::Inspection>, Status> {
        lists::get(self, &request.get_ref().name).await
    }

    async fn list_inspections(
        &self,
        request: Request<proto::ListInspectionsRequest>,
    ) -> Result<Response<proto::ListInspectionsResponse>, Status> {
        let mut request = request.into_inner();
        let page = ListQuery::take(&mut request.page_size, &mut request.page_token);
        let filter = lists::Filter {
            first: ("start_from", request.start_from),
            last: ("start_to", request.start_to),
            kinds: &lists::kinds::<proto::InspectionKind>("kinds", &request.kinds),
            ..lists::Filter::of(&request.parent)
        };
        let (inspections, next_page_token) =
            lists::list(self, &page, &request, filter, |inspection: &proto::Inspection| {
                let notable = inspection.thematic || inspection.basis() == proto::InspectionBasis::Unplanned;
                lists::wanted(&request.kinds, inspection.kind) && (notable || !request.notable_only)
            })
            .await?;
        Ok(Response::new(proto::ListInspectionsResponse { inspections, next_page_token }))
    }

    async fn create_inspection(
        &self,
        request: Request<proto::CreateInspectionRequest>,
    ) -> Result<Response<proto::Inspection>, Status> {
        write::create(self, request).await
    }

    async fn update_inspection(
        &self,
        request: Request<proto::UpdateInspectionRequest>,
    ) -> Result<Response<proto::Inspection>, Status> {
        write::update(self, request).await
    }

    async fn delete_inspection(
        &self,
        request: Request<proto::DeleteInspectionRequest>,
    ) -> Result<Response<Empty>, Status> {
        write::delete(self, request).await
    }
}

write::requests!(
    proto::Inspection,
    inspection,
    inspection_id,
    (proto::CreateInspectionRequest, "thidua.statistics.v1.InspectionService/CreateInspection"),
    (proto::UpdateInspectionRequest, "thidua.statistics.v1.InspectionService/UpdateInspection"),
    (proto::DeleteInspectionRequest, "thidua.statistics.v1.InspectionService/DeleteInspection")
);
