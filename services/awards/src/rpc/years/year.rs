//! Years of blocs: their conversions, and the methods of `BlocService` on them.

use std::fmt::Display;
use std::sync::Arc;

use thidua_chassis::body;
use thidua_chassis::caller::{Caller, Role};
use thidua_chassis::list::ListQuery;
use thidua_chassis::resources::{self, Patch};
use thidua_chassis::store::{Change, Decision, Index, Needs, State, StoredVersion};
use thidua_chassis::write_options::WriteOptions;
use thidua_proto::awards as proto;
use thidua_proto::date;
use thidua_proto::names::{BlocName, Year, YearName};
use thidua_proto::page::Binding;
use thidua_proto::parse::{Problem, Violations};
use tonic::{Request, Response};

use crate::domain::years::year::{
    BlocYear, MOST_CONTENTS, MOST_DAYS, NextLeader, PledgeAgreement, PledgeContent, YearPlan,
};
use crate::error::Error;
use crate::rpc::blocs::bloc;
use crate::rpc::service::Awards;

pub(in crate::rpc) async fn list(
    service: &Awards,
    request: Request<proto::ListYearsRequest>,
) -> Result<Response<proto::ListYearsResponse>, Error> {
    let mut request = request.into_inner();
    let list = ListQuery::take(&mut request.page_size, &mut request.page_token);
    let mut v = Violations::default();
    let parent = v.name("parent", &request.parent);
    let size = list.size(&mut v);
    let (parent, size): (BlocName, _) = v.finish((|| Some((parent?, size?)))())?;
    let binding = Binding::of("ListYears", &request);
    resources::require(&service.store, &parent).await?;
    let (bloc_years, next_page_token) =
        list.page(&service.store, &collection(&parent), (size, binding), |_| true).await?;
    Ok(Response::new(proto::ListYearsResponse { bloc_years, next_page_token }))
}

pub(in crate::rpc) async fn start(
    service: &Awards,
    request: Request<proto::StartYearRequest>,
) -> Result<Response<proto::BlocYear>, Error> {
    const METHOD: &str = "thidua.awards.v1.BlocService/StartYear";
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let mut v = Violations::default();
    let parent = v.name("parent", &request.parent);
    let year = Year::new(request.year);
    if year.is_none() {
        v.refuse("year", Problem::OutOfRange { min: 1900, max: 9999, found: request.year.into() });
    }
    let plan = resources::required(&mut v, "bloc_year", request.bloc_year.as_ref(), parse);
    let terms = (request.request_id.as_str(), request.validate_only);
    let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
    let (parent, year, plan, terms) = v.finish((|| Some((parent?, year?, plan?, terms?)))())?;
    let name = YearName { bloc: parent, year };
    caller.require(Role::Registrar, &name)?;

    let needs = needs(&name);
    let rules = Arc::clone(&service.rules);
    let decide = move |state: &State, _: &_| {
        let bloc = bloc::decode(resources::stored(state, &name.bloc)?)?;
        resources::require_free(state, &name)?;
        let year = BlocYear::start(name.clone(), bloc, plan.clone(), &rules)?;
        Ok(Decision { changes: vec![put(&year)], outcome: None })
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    Ok(resources::answer::<YearName, _>(&committed)?)
}

pub(in crate::rpc) async fn update(
    service: &Awards,
    request: Request<proto::UpdateYearRequest>,
) -> Result<Response<proto::BlocYear>, Error> {
    const METHOD: &str = "thidua.awards.v1.BlocService/UpdateYear";
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let mut v = Violations::default();
    let patch =
        resources::patch(&mut v, "bloc_year", request.bloc_year.as_ref(), |year: &proto::BlocYear| {
            &year.name
        });
    let terms = (request.request_id.as_str(), request.validate_only);
    let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
    let (Patch { name, message }, terms): (Patch<YearName, _>, _) = v.finish((|| Some((patch?, terms?)))())?;
    require_runner_of_some(&caller, &name)?;

    let needs = needs(&name);
    let rules = Arc::clone(&service.rules);
    let decide = move |state: &State, _: &_| {
        let year = run_by(&caller, state, &name)?;
        let held = resources::stored(state, &name)?;
        body::check_etag(&name.to_string(), held, &message.etag)?;
        let stored = held.body.as_deref().unwrap_or("{}");
        let merged: proto::BlocYear = body::merge(stored, &message, request.update_mask.as_ref())?;
        let mut v = Violations::default();
        let plan = v.within("bloc_year", |v| parse(&merged, v));
        let changed = year.change(v.finish(plan)?, &rules)?;
        Ok(body::replace::<proto::BlocYear>(held, put(&changed))?)
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    Ok(resources::answer::<YearName, _>(&committed)?)
}

pub(in crate::rpc) async fn agree_next_leader(
    service: &Awards,
    request: Request<proto::AgreeNextLeaderRequest>,
) -> Result<Response<proto::BlocYear>, Error> {
    const METHOD: &str = "thidua.awards.v1.BlocService/AgreeNextLeader";
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let mut v = Violations::default();
    let name = v.name("name", &request.name);
    let unit = v.name("next_leader", &request.next_leader);
    let agreed_date = v.required_day("agreed_date", request.agreed_date);
    let terms = (request.request_id.as_str(), request.validate_only);
    let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
    let next = (|| Some(NextLeader { unit: unit?, agreed_date: agreed_date? }))();
    let (name, next, terms): (YearName, _, _) = v.finish((|| Some((name?, next?, terms?)))())?;
    require_runner_of_some(&caller, &name)?;

    let needs = needs(&name);
    let decide = move |state: &State, _: &_| {
        let agreed = run_by(&caller, state, &name)?.agree_next_leader(next.clone())?;
        let change = body::keep::<proto::BlocYear>(resources::stored(state, &name)?, put(&agreed))?;
        Ok(Decision { changes: vec![change], outcome: None })
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    Ok(resources::answer::<YearName, _>(&committed)?)
}

/// Refuses callers who can run no year at all; whether their unit leads this one is decided with the year.
pub(in crate::rpc) fn require_runner_of_some(caller: &Caller, resource: &impl Display) -> Result<(), Error> {
    if caller.has(Role::Registrar) || caller.has(Role::Secretary) {
        return Ok(());
    }
    Err(caller.refusal(Role::Secretary, resource).into())
}

/// What a decision on a year looks at: the bloc with its members, and the year.
pub(in crate::rpc) fn needs(name: &YearName) -> Needs {
    Needs::names([name.bloc.to_string(), name.to_string()])
}

/// A year of the state.
pub(in crate::rpc) fn of(state: &State, name: &YearName) -> Result<BlocYear, Error> {
    decode(name, resources::stored(state, name)?, resources::stored(state, &name.bloc)?)
}

/// A year of the state that the caller may run.
pub(in crate::rpc) fn run_by(caller: &Caller, state: &State, name: &YearName) -> Result<BlocYear, Error> {
    let year = of(state, name)?;
    year.require_runner(caller)?;
    Ok(year)
}

fn put(year: &BlocYear) -> Change {
    let sort_number = year.name.year.number().into();
    let index = Index { collection: collection(&year.name.bloc).into(), sort_number, refers_to: None };
    Change::put(&year.name.to_string(), index, encode(year))
}

fn collection(bloc: &BlocName) -> String {
    format!("{bloc}/years")
}

fn parse(m: &proto::BlocYear, v: &mut Violations) -> Option<YearPlan> {
    let leader = v.name("leader", &m.leader);
    let days = v.required_days(("first_date", m.first_date), ("last_date", m.last_date));
    let conference_date = v.day("conference_date", m.conference_date);
    v.order(("first_date", days.map(|(first, _)| first)), ("conference_date", conference_date.flatten()));
    if let Some((first, last)) = days
        && YearPlan::days(first, last) > MOST_DAYS
    {
        let expected = (
            format!("a day within {MOST_DAYS} days of first_date"),
            format!("một ngày trong vòng {MOST_DAYS} ngày kể từ first_date"),
        );
        v.refuse("last_date", Problem::malformed((&expected.0, &expected.1), &last.to_string()));
    }
    let pledge_agreement = match &m.pledge_agreement {
        Some(pledge) => v.within("pledge_agreement", |v| parse_pledge(pledge, v)).map(Some),
        None => Some(None),
    };
    let (first_date, last_date) = days?;
    Some(YearPlan {
        leader: leader?,
        first_date,
        last_date,
        conference_date: conference_date?,
        pledge_agreement: pledge_agreement?,
    })
}

fn parse_pledge(m: &proto::PledgeAgreement, v: &mut Violations) -> Option<PledgeAgreement> {
    let signed_date = v.required_day("signed_date", m.signed_date);
    if m.contents.is_empty() {
        v.refuse("contents", Problem::Required);
    }
    let contents = v.list("contents", &m.contents, MOST_CONTENTS, |v, field, content| {
        v.within(field, |v| {
            let display_name = v.text("display_name", &content.display_name, 1, 500);
            let display_name_en = v.text("display_name_en", &content.display_name_en, 0, 500);
            Some(PledgeContent { display_name: display_name?, display_name_en: display_name_en? })
        })
    });
    Some(PledgeAgreement { signed_date: signed_date?, contents: contents? })
}

fn encode(year: &BlocYear) -> String {
    let next = year.next_leader.as_ref();
    body::encode(proto::BlocYear {
        leader: year.plan.leader.to_string(),
        first_date: Some(date::to_wire(year.plan.first_date)),
        last_date: Some(date::to_wire(year.plan.last_date)),
        conference_date: year.plan.conference_date.map(date::to_wire),
        pledge_agreement: year.plan.pledge_agreement.as_ref().map(encode_pledge),
        next_leader: next.map(|next| next.unit.to_string()).unwrap_or_default(),
        next_leader_agreed_date: next.map(|next| date::to_wire(next.agreed_date)),
        rule_set: year.rule_set.to_string(),
        ..proto::BlocYear::default()
    })
}

fn encode_pledge(pledge: &PledgeAgreement) -> proto::PledgeAgreement {
    let contents = pledge.contents.iter().map(|content| proto::PledgeContent {
        display_name: content.display_name.clone(),
        display_name_en: content.display_name_en.clone(),
    });
    proto::PledgeAgreement {
        signed_date: Some(date::to_wire(pledge.signed_date)),
        contents: contents.collect(),
    }
}

pub(in crate::rpc) fn decode(
    name: &YearName,
    year: &StoredVersion,
    bloc: &StoredVersion,
) -> Result<BlocYear, Error> {
    let bloc = bloc::decode(bloc)?;
    let m: proto::BlocYear = resources::message(year)?;
    let read = |v: &mut Violations| {
        let plan = parse(&m, v)?;
        let rule_set = v.name("rule_set", &m.rule_set)?;
        let unit = v.optional_name("next_leader", &m.next_leader)?;
        let agreed_date = v.day("next_leader_agreed_date", m.next_leader_agreed_date)?;
        let next_leader = unit.zip(agreed_date).map(|(unit, agreed_date)| NextLeader { unit, agreed_date });
        Some(BlocYear { name: name.clone(), bloc, plan, next_leader, rule_set })
    };
    Ok(resources::read(read)?)
}
