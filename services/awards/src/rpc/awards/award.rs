//! `AwardService`: conferments, decided by authorities outside the bloc.

use std::sync::Arc;

use thidua_chassis::body;
use thidua_chassis::caller::{Caller, Role};
use thidua_chassis::list::ListQuery;
use thidua_chassis::resources;
use thidua_chassis::store::{Decision, Index, State};
use thidua_chassis::write_options::{WriteOptions, id_or_new};
use thidua_proto::awards as proto;
use thidua_proto::awards::award_service_server::AwardService;
use thidua_proto::date;
use thidua_proto::names::{AwardName, NominationName, UnitName};
use thidua_proto::page::Binding;
use thidua_proto::parse::Violations;
use tonic::{Request, Response, Status};

use crate::domain::awards::award::Award;
use crate::error::Error;
use crate::rpc::nominations::nomination;
use crate::rpc::rules::rule_set::parse_code;
use crate::rpc::service::Awards;
use crate::rpc::years::year;

/// Where conferments are listed.
pub(in crate::rpc) const COLLECTION: &str = "awards";

#[tonic::async_trait]
impl AwardService for Awards {
    async fn get_award(
        &self,
        request: Request<proto::GetAwardRequest>,
    ) -> Result<Response<proto::Award>, Status> {
        Ok(self.show::<AwardName, _>(&request.get_ref().name).await?)
    }

    async fn list_awards(
        &self,
        request: Request<proto::ListAwardsRequest>,
    ) -> Result<Response<proto::ListAwardsResponse>, Status> {
        Ok(list(self, request.into_inner()).await?)
    }

    async fn record_decision(
        &self,
        request: Request<proto::RecordDecisionRequest>,
    ) -> Result<Response<proto::Award>, Status> {
        Ok(record(self, request).await?)
    }
}

async fn list(
    service: &Awards,
    mut request: proto::ListAwardsRequest,
) -> Result<Response<proto::ListAwardsResponse>, Error> {
    let list = ListQuery::take(&mut request.page_size, &mut request.page_token);
    let mut v = Violations::default();
    let unit: Option<Option<UnitName>> = v.optional_name("unit", &request.unit);
    let size = list.size(&mut v);
    let (unit, size) = v.finish((|| Some((unit?, size?)))())?;
    let binding = Binding::of("ListAwards", &request);
    let unit = unit.map(|unit| unit.to_string());
    let wanted = |award: &proto::Award| unit.as_ref().is_none_or(|unit| award.unit == *unit);
    let (awards, next_page_token) = list.page(&service.store, COLLECTION, (size, binding), wanted).await?;
    Ok(Response::new(proto::ListAwardsResponse { awards, next_page_token }))
}

async fn record(
    service: &Awards,
    request: Request<proto::RecordDecisionRequest>,
) -> Result<Response<proto::Award>, Error> {
    const METHOD: &str = "thidua.awards.v1.AwardService/RecordDecision";
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let mut v = Violations::default();
    let id = id_or_new(&mut v, "award_id", &request.award_id);
    let award = resources::required(&mut v, "award", request.award.as_ref(), parse);
    let terms = (request.request_id.as_str(), request.validate_only);
    let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
    let (id, award, terms) = v.finish((|| Some((id?, award?, terms?)))())?;
    caller.require(Role::Registrar, &award.nomination)?;

    let (key, nominated) = (AwardName { award: id }.to_string(), award.nomination.to_string());
    let mut needs = year::needs(&award.nomination.year).and_referrers(&nominated);
    needs.names.extend([key.as_str().into(), nominated.as_str().into()]);
    let rules = Arc::clone(&service.rules);
    let decide = move |state: &State, _: &_| {
        resources::require_free(state, &key)?;
        let year = year::of(state, &award.nomination.year)?;
        let nomination = nomination::of(state, &award.nomination)?;
        // Ballots refer to the nomination as well.
        let earlier = state.referrers(&nominated).find_map(|(name, _)| name.parse::<AwardName>().ok());
        award.admit(&nomination, &year, &rules, earlier.as_ref())?;
        Ok(Decision::put(&key, index(&award), encode(&award)))
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    Ok(resources::answer::<AwardName, _>(&committed)?)
}

fn parse(m: &proto::Award, v: &mut Violations) -> Option<Award> {
    let unit = v.name("unit", &m.unit);
    let title = parse_code(v, "title", &m.title);
    let nomination: Option<NominationName> = v.name("nomination", &m.nomination);
    let decision_number = v.text("decision_number", &m.decision_number, 1, 50);
    let decision_date = v.required_day("decision_date", m.decision_date);
    let authority = v.text("authority", &m.authority, 1, 200);
    Some(Award {
        unit: unit?,
        title: title?,
        nomination: nomination?,
        decision_number: decision_number?,
        decision_date: decision_date?,
        authority: authority?,
    })
}

fn encode(award: &Award) -> String {
    body::encode(proto::Award {
        unit: award.unit.to_string(),
        title: award.title.to_string(),
        nomination: award.nomination.to_string(),
        decision_number: award.decision_number.clone(),
        decision_date: Some(date::to_wire(award.decision_date)),
        authority: award.authority.clone(),
        ..proto::Award::default()
    })
}

fn index(award: &Award) -> Index {
    Index {
        collection: COLLECTION.into(),
        sort_number: date::to_number(award.decision_date),
        refers_to: Some(award.nomination.to_string().into()),
    }
}
