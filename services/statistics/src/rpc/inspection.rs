//! `InspectionService`, and the conversions of inspections.

use jiff::civil::Date;
use thidua_proto::Empty;
use thidua_proto::names::RecordKind;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::inspection_service_server::InspectionService;
use tonic::{Request, Response, Status};

use super::records::{RecordMessage, count};
use super::{Statistics, lists, write};
use crate::domain::inspection::{Basis, Conclusion, Inspection, Kind};
use crate::domain::quantity::{SquareMetres, Vnd};
use crate::domain::record::Record;

/// The most money of one record, in đồng: a hundred times the largest provincial budget.
const MOST_VND: i64 = 1_000_000_000_000_000;
/// The most land of one record, in square metres: three times the country.
const MOST_M2: i64 = 1_000_000_000_000;

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
    let recovery = v.number("recovery_amount_vnd", m.recovery_amount_vnd, 0..=MOST_VND);
    let recovery_area = v.number("recovery_area_m2", m.recovery_area_m2, 0..=MOST_M2);
    let other = v.number("other_amount_vnd", m.other_amount_vnd, 0..=MOST_VND);
    let other_area = v.number("other_area_m2", m.other_area_m2, 0..=MOST_M2);
    let organisations = count(v, "handled_organisation_count", m.handled_organisation_count, 0..=100_000);
    let persons = count(v, "handled_person_count", m.handled_person_count, 0..=100_000);
    let referred_cases = count(v, "referred_case_count", m.referred_case_count, 0..=10_000);
    let referred_persons = count(v, "referred_person_count", m.referred_person_count, 0..=100_000);
    let documents = count(v, "policy_document_count", m.policy_document_count, 0..=10_000);
    let Some(date) = date? else {
        refuse_results_without_conclusion(m, v);
        return Some(None);
    };
    Some(Some(Conclusion {
        date,
        recovery: Vnd(recovery?),
        recovery_area: SquareMetres(recovery_area?),
        other: Vnd(other?),
        other_area: SquareMetres(other_area?),
        handled_organisations: organisations?,
        handled_persons: persons?,
        referred_cases: referred_cases?,
        referred_persons: referred_persons?,
        policy_documents: documents?,
    }))
}

/// Recommendations are made by a signed conclusion; without its date they could not be counted in any window.
fn refuse_results_without_conclusion(m: &proto::Inspection, v: &mut Violations) {
    for (field, number) in [
        ("recovery_amount_vnd", m.recovery_amount_vnd),
        ("recovery_area_m2", m.recovery_area_m2),
        ("other_amount_vnd", m.other_amount_vnd),
        ("other_area_m2", m.other_area_m2),
        ("handled_organisation_count", m.handled_organisation_count),
        ("handled_person_count", m.handled_person_count),
        ("referred_case_count", m.referred_case_count),
        ("referred_person_count", m.referred_person_count),
        ("policy_document_count", m.policy_document_count),
    ] {
        if number > 0 {
            v.refuse(
                field,
                Problem::Unwanted {
                    when: ("with a conclusion_date", "khi có conclusion_date (ngày kết luận)"),
                },
            );
        }
    }
}

impl From<&Inspection> for proto::Inspection {
    fn from(inspection: &Inspection) -> Self {
        let message = Self {
            title: inspection.title.clone(),
            kind: match inspection.kind {
                Kind::Administrative => proto::InspectionKind::Administrative,
                Kind::Specialised => proto::InspectionKind::Specialised,
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
            handled_organisation_count: conclusion.handled_organisations.into(),
            handled_person_count: conclusion.handled_persons.into(),
            referred_case_count: conclusion.referred_cases.into(),
            referred_person_count: conclusion.referred_persons.into(),
            policy_document_count: conclusion.policy_documents.into(),
            ..message
        }
    }
}

fn kind(kind: proto::InspectionKind) -> Option<Kind> {
    match kind {
        proto::InspectionKind::Unspecified => None,
        proto::InspectionKind::Administrative => Some(Kind::Administrative),
        proto::InspectionKind::Specialised => Some(Kind::Specialised),
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
        let page = lists::Page::take(&mut request.page_size, &mut request.page_token);
        let filter = lists::Filter {
            first: ("start_from", request.start_from),
            last: ("start_to", request.start_to),
            kinds: ("kinds", &request.kinds, proto::InspectionKind::is_valid),
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
