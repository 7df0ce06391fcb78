//! `NominationService`: a bloc's proposals for titles.

use std::sync::Arc;

use thidua_chassis::body;
use thidua_chassis::caller::Caller;
use thidua_chassis::failure::CommonError;
use thidua_chassis::list::ListQuery;
use thidua_chassis::resources;
use thidua_chassis::store::{Change, Decision, Index, State, StoredVersion};
use thidua_chassis::write_options::{WriteOptions, id_or_new};
use thidua_proto::awards as proto;
use thidua_proto::awards::nomination_service_server::NominationService;
use thidua_proto::names::{NominationName, UnitName, YearName};
use thidua_proto::page::Binding;
use thidua_proto::parse::Violations;
use tonic::{Request, Response, Status};

use crate::domain::nominations::nomination::{Nomination, NominationState};
use crate::domain::rules::rule_set::TitleCode;
use crate::error::Error;
use crate::rpc::rules::rule_set::parse_code;
use crate::rpc::service::Awards;
use crate::rpc::years::year;

#[tonic::async_trait]
impl NominationService for Awards {
    async fn get_nomination(
        &self,
        request: Request<proto::GetNominationRequest>,
    ) -> Result<Response<proto::Nomination>, Status> {
        Ok(self.show::<NominationName, _>(&request.get_ref().name).await?)
    }

    async fn list_nominations(
        &self,
        request: Request<proto::ListNominationsRequest>,
    ) -> Result<Response<proto::ListNominationsResponse>, Status> {
        Ok(list(self, request.into_inner()).await?)
    }

    async fn nominate(
        &self,
        request: Request<proto::NominateRequest>,
    ) -> Result<Response<proto::Nomination>, Status> {
        Ok(nominate(self, request).await?)
    }

    async fn withdraw_nomination(
        &self,
        request: Request<proto::WithdrawNominationRequest>,
    ) -> Result<Response<proto::Nomination>, Status> {
        Ok(withdraw(self, request).await?)
    }
}

async fn list(
    service: &Awards,
    mut request: proto::ListNominationsRequest,
) -> Result<Response<proto::ListNominationsResponse>, Error> {
    let list = ListQuery::take(&mut request.page_size, &mut request.page_token);
    let mut v = Violations::default();
    let parent = v.name("parent", &request.parent);
    let size = list.size(&mut v);
    let (parent, size): (YearName, _) = v.finish((|| Some((parent?, size?)))())?;
    let binding = Binding::of("ListNominations", &request);
    resources::require(&service.store, &parent).await?;
    let (nominations, next_page_token) =
        list.page(&service.store, &collection(&parent), (size, binding), |_| true).await?;
    Ok(Response::new(proto::ListNominationsResponse { nominations, next_page_token }))
}

async fn nominate(
    service: &Awards,
    request: Request<proto::NominateRequest>,
) -> Result<Response<proto::Nomination>, Error> {
    const METHOD: &str = "thidua.awards.v1.NominationService/Nominate";
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let mut v = Violations::default();
    let year = v.name("parent", &request.parent);
    let id = id_or_new(&mut v, "nomination_id", &request.nomination_id);
    let proposal = resources::required(&mut v, "nomination", request.nomination.as_ref(), parse);
    let terms = (request.request_id.as_str(), request.validate_only);
    let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
    let (year, id, (unit, title), terms) = v.finish((|| Some((year?, id?, proposal?, terms?)))())?;
    year::require_runner_of_some(&caller, &year)?;

    let name = NominationName { year, id };
    let collection = collection(&name.year);
    let mut needs = year::needs(&name.year).and_collection(&collection);
    needs.names.push(name.to_string().into());
    let rules = Arc::clone(&service.rules);
    let decide = move |state: &State, _: &_| {
        let year = year::run_by(&caller, state, &name.year)?;
        resources::require_free(state, &name)?;
        let others = state.collection(&collection).map(|(name, held)| Ok((parse_name(name)?, decode(held)?)));
        let others = others.collect::<Result<Vec<_>, Error>>()?;
        let nomination = Nomination::propose(unit.clone(), title.clone(), &year, &rules, &others)?;
        Ok(Decision { changes: vec![put(state, &name, &nomination)?], outcome: None })
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    Ok(resources::answer::<NominationName, _>(&committed)?)
}

async fn withdraw(
    service: &Awards,
    request: Request<proto::WithdrawNominationRequest>,
) -> Result<Response<proto::Nomination>, Error> {
    const METHOD: &str = "thidua.awards.v1.NominationService/WithdrawNomination";
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let mut v = Violations::default();
    let name = v.name("name", &request.name);
    let reason = v.text("reason", &request.reason, 1, 500);
    let terms = (request.request_id.as_str(), request.validate_only);
    let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
    let (name, reason, terms): (NominationName, _, _) = v.finish((|| Some((name?, reason?, terms?)))())?;
    year::require_runner_of_some(&caller, &name)?;

    let mut needs = year::needs(&name.year);
    needs.names.push(name.to_string().into());
    let decide = move |state: &State, _: &_| {
        year::run_by(&caller, state, &name.year)?;
        let withdrawn = of(state, &name)?.withdraw(&name, reason.clone())?;
        Ok(Decision { changes: vec![put(state, &name, &withdrawn)?], outcome: None })
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    Ok(resources::answer::<NominationName, _>(&committed)?)
}

/// A nomination of the state.
pub(in crate::rpc) fn of(state: &State, name: &NominationName) -> Result<Nomination, Error> {
    decode(resources::stored(state, name)?)
}

/// A nomination as it now stands.
pub(in crate::rpc) fn put(
    state: &State,
    name: &NominationName,
    nomination: &Nomination,
) -> Result<Change, Error> {
    let index = Index { collection: collection(&name.year).into(), sort_number: 0, refers_to: None };
    let change = Change::put(&name.to_string(), index, encode(nomination));
    match state.get(&change.name) {
        Some(held) => Ok(body::keep::<proto::Nomination>(held, change)?),
        None => Ok(change),
    }
}

/// Where a year's nominations are listed.
pub(in crate::rpc) fn collection(year: &YearName) -> String {
    format!("{year}/nominations")
}

fn parse(m: &proto::Nomination, v: &mut Violations) -> Option<(UnitName, TitleCode)> {
    let unit = v.name("unit", &m.unit);
    let title = parse_code(v, "title", &m.title);
    Some((unit?, title?))
}

fn parse_name(text: &str) -> Result<NominationName, Error> {
    Ok(text.parse().map_err(|_| CommonError::corrupt(format!("`{text}` is listed as a nomination")))?)
}

fn encode(nomination: &Nomination) -> String {
    let (state, withdrawal_reason) = match &nomination.state {
        NominationState::Proposed => (proto::NominationState::Proposed, String::new()),
        NominationState::Endorsed => (proto::NominationState::Endorsed, String::new()),
        NominationState::Rejected => (proto::NominationState::Rejected, String::new()),
        NominationState::Withdrawn { reason } => (proto::NominationState::Withdrawn, reason.clone()),
    };
    body::encode(proto::Nomination {
        unit: nomination.unit.to_string(),
        title: nomination.title.to_string(),
        state: state.into(),
        withdrawal_reason,
        ..proto::Nomination::default()
    })
}

fn decode(held: &StoredVersion) -> Result<Nomination, Error> {
    let m: proto::Nomination = resources::message(held)?;
    let read = |v: &mut Violations| {
        let (unit, title) = parse(&m, v)?;
        let state = match v.choice("state", m.state)? {
            proto::NominationState::Unspecified => None,
            proto::NominationState::Proposed => Some(NominationState::Proposed),
            proto::NominationState::Endorsed => Some(NominationState::Endorsed),
            proto::NominationState::Rejected => Some(NominationState::Rejected),
            proto::NominationState::Withdrawn => {
                Some(NominationState::Withdrawn { reason: m.withdrawal_reason.clone() })
            }
        };
        Some(Nomination { unit, title, state: state? })
    };
    Ok(resources::read(read)?)
}
