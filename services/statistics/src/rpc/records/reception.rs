//! `ReceptionService`, and the conversions of receptions.

use thidua_chassis::list::ListQuery;
use thidua_proto::Empty;
use thidua_proto::names::RecordKind;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::reception_service_server::ReceptionService;
use tonic::{Request, Response, Status};

use crate::domain::records::reception::{Mode, Reception};
use crate::domain::records::record::Record;
use crate::rpc::records::list as lists;
use crate::rpc::records::record::{RecordMessage, count, matter, refuse_given};
use crate::rpc::records::write;
use crate::rpc::service::Statistics;

/// The most people of one visit: more have never been written down as one; a larger number is a slip.
const MOST_PEOPLE: i64 = 2_000;

impl RecordMessage for proto::Reception {
    const KIND: RecordKind = RecordKind::Reception;

    fn name_and_etag(&self) -> (&str, &str) {
        (&self.name, &self.etag)
    }

    fn matter(&self) -> &str {
        &self.matter
    }

    fn parse(&self, v: &mut Violations) -> Option<Record> {
        let date = v.required_day("reception_date", self.reception_date);
        let mode = v.choice("mode", self.mode).and_then(mode);
        // To a session that is held on its day, nobody may come.
        let least = i64::from(!self.opens_session);
        let people = count(v, "people_count", self.people_count, least..=MOST_PEOPLE);
        let first_time_matters = count(v, "first_time_matter_count", self.first_time_matter_count, 0..=100);
        let repeat_matters = count(v, "repeat_matter_count", self.repeat_matter_count, 0..=100);
        let matter = matter(v, &self.matter);
        if self.opens_session && mode == Some(Mode::Regular) {
            let when =
                ("at receptions by the head or by delegation", "khi thủ trưởng tiếp hoặc ủy quyền tiếp");
            v.refuse("opens_session", Problem::Unwanted { when });
        }
        if people == Some(0) {
            let given = [
                ("first_time_matter_count", self.first_time_matter_count > 0),
                ("repeat_matter_count", self.repeat_matter_count > 0),
            ];
            let when = ("where somebody came (people_count)", "khi có người đến (people_count)");
            refuse_given(v, &given, &Problem::Unwanted { when });
        }
        Some(Record::Reception(Reception {
            date: date?,
            mode: mode?,
            people: people?,
            first_time_matters: first_time_matters?,
            repeat_matters: repeat_matters?,
            matter: matter?,
            opens_session: self.opens_session,
        }))
    }
}

impl From<&Reception> for proto::Reception {
    fn from(reception: &Reception) -> Self {
        Self {
            reception_date: Some(thidua_proto::date::to_wire(reception.date)),
            mode: match reception.mode {
                Mode::Regular => proto::ReceptionMode::Regular,
                Mode::Head => proto::ReceptionMode::Head,
                Mode::Delegated => proto::ReceptionMode::Delegated,
            }
            .into(),
            people_count: reception.people.into(),
            first_time_matter_count: reception.first_time_matters.into(),
            repeat_matter_count: reception.repeat_matters.into(),
            matter: reception.matter.as_ref().map(ToString::to_string).unwrap_or_default(),
            opens_session: reception.opens_session,
            ..Self::default()
        }
    }
}

fn mode(mode: proto::ReceptionMode) -> Option<Mode> {
    match mode {
        proto::ReceptionMode::Unspecified => None,
        proto::ReceptionMode::Regular => Some(Mode::Regular),
        proto::ReceptionMode::Head => Some(Mode::Head),
        proto::ReceptionMode::Delegated => Some(Mode::Delegated),
    }
}

#[tonic::async_trait]
impl ReceptionService for Statistics {
    async fn get_reception(
        &self,
        request: Request<proto::GetReceptionRequest>,
    ) -> Result<Response<proto::Reception>, Status> {
        lists::get(self, &request.get_ref().name).await
    }

    async fn list_receptions(
        &self,
        request: Request<proto::ListReceptionsRequest>,
    ) -> Result<Response<proto::ListReceptionsResponse>, Status> {
        let mut request = request.into_inner();
        let page = ListQuery::take(&mut request.page_size, &mut request.page_token);
        let filter = lists::Filter {
            first: ("reception_from", request.reception_from),
            last: ("reception_to", request.reception_to),
            kinds: &lists::kinds::<proto::ReceptionMode>("modes", &request.modes),
            ..lists::Filter::of(&request.parent)
        };
        let (receptions, next_page_token) =
            lists::list(self, &page, &request, filter, |reception: &proto::Reception| {
                lists::wanted(&request.modes, reception.mode)
            })
            .await?;
        Ok(Response::new(proto::ListReceptionsResponse { receptions, next_page_token }))
    }

    async fn create_reception(
        &self,
        request: Request<proto::CreateReceptionRequest>,
    ) -> Result<Response<proto::Reception>, Status> {
        write::create(self, request).await
    }

    async fn update_reception(
        &self,
        request: Request<proto::UpdateReceptionRequest>,
    ) -> Result<Response<proto::Reception>, Status> {
        write::update(self, request).await
    }

    async fn delete_reception(
        &self,
        request: Request<proto::DeleteReceptionRequest>,
    ) -> Result<Response<Empty>, Status> {
        write::delete(self, request).await
    }
}

write::requests!(
    proto::Reception,
    reception,
    reception_id,
    (proto::CreateReceptionRequest, "thidua.statistics.v1.ReceptionService/CreateReception"),
    (proto::UpdateReceptionRequest, "thidua.statistics.v1.ReceptionService/UpdateReception"),
    (proto::DeleteReceptionRequest, "thidua.statistics.v1.ReceptionService/DeleteReception")
);
