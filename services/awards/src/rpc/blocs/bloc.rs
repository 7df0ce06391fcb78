//! Blocs: their conversions, and the methods of `BlocService` on them.

use thidua_chassis::body;
use thidua_chassis::caller::{Caller, Role};
use thidua_chassis::list::ListQuery;
use thidua_chassis::resources::{self, Patch};
use thidua_chassis::store::{Change, Decision, Index, Needs, State, StoredVersion};
use thidua_chassis::write_options::WriteOptions;
use thidua_proto::awards as proto;
use thidua_proto::date;
use thidua_proto::names::BlocName;
use thidua_proto::page::Binding;
use thidua_proto::parse::{Problem, Violations};
use tonic::{Request, Response};

use crate::domain::blocs::bloc::{Bloc, MOST_MEMBERS, Member};
use crate::error::Error;
use crate::rpc::service::Awards;

/// Where blocs are listed.
pub(in crate::rpc) const COLLECTION: &str = "blocs";

pub(in crate::rpc) async fn list(
    service: &Awards,
    request: Request<proto::ListBlocsRequest>,
) -> Result<Response<proto::ListBlocsResponse>, Error> {
    let mut request = request.into_inner();
    let list = ListQuery::take(&mut request.page_size, &mut request.page_token);
    let mut v = Violations::default();
    let size = list.size(&mut v);
    let size = v.finish(size)?;
    let binding = Binding::of("ListBlocs", &request);
    let (blocs, next_page_token) = list.page(&service.store, COLLECTION, (size, binding), |_| true).await?;
    Ok(Response::new(proto::ListBlocsResponse { blocs, next_page_token }))
}

pub(in crate::rpc) async fn create(
    service: &Awards,
    request: Request<proto::CreateBlocRequest>,
) -> Result<Response<proto::Bloc>, Error> {
    const METHOD: &str = "thidua.awards.v1.BlocService/CreateBloc";
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let mut v = Violations::default();
    let name = parse_id(&mut v, &request.bloc_id);
    let bloc = resources::required(&mut v, "bloc", request.bloc.as_ref(), parse);
    let terms = (request.request_id.as_str(), request.validate_only);
    let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
    let (name, bloc, terms) = v.finish((|| Some((name?, bloc?, terms?)))())?;
    caller.require(Role::Registrar, &name)?;

    let key = name.to_string();
    let needs = Needs::names([key.clone()]);
    let decide = move |state: &State, _: &_| {
        resources::require_free(state, &key)?;
        bloc.check_terms()?;
        Ok(Decision::put(&key, index(), encode(&bloc)))
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    Ok(resources::answer::<BlocName, _>(&committed)?)
}

pub(in crate::rpc) async fn update(
    service: &Awards,
    request: Request<proto::UpdateBlocRequest>,
) -> Result<Response<proto::Bloc>, Error> {
    const METHOD: &str = "thidua.awards.v1.BlocService/UpdateBloc";
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let mut v = Violations::default();
    let patch = resources::patch(&mut v, "bloc", request.bloc.as_ref(), |bloc: &proto::Bloc| &bloc.name);
    let terms = (request.request_id.as_str(), request.validate_only);
    let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
    let (Patch { name, message }, terms): (Patch<BlocName, _>, _) = v.finish((|| Some((patch?, terms?)))())?;
    caller.require(Role::Registrar, &name)?;

    let key = name.to_string();
    let needs = Needs::names([key.clone()]);
    let decide = move |state: &State, _: &_| {
        let held = resources::stored(state, &key)?;
        body::check_etag(&key, held, &message.etag)?;
        let stored = held.body.as_deref().unwrap_or("{}");
        let merged: proto::Bloc = body::merge(stored, &message, request.update_mask.as_ref())?;
        let mut v = Violations::default();
        let bloc = v.within("bloc", |v| parse(&merged, v));
        let bloc = v.finish(bloc)?;
        bloc.check_terms()?;
        Ok(body::replace::<proto::Bloc>(held, Change::put(&key, index(), encode(&bloc)))?)
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    Ok(resources::answer::<BlocName, _>(&committed)?)
}

/// The id of a bloc: a readable slug, so longer than one character.
fn parse_id(v: &mut Violations, text: &str) -> Option<BlocName> {
    let bloc = v.id("bloc_id", text)?;
    if bloc.as_str().len() < 2 {
        let expected =
            ("a readable slug of 2 to 63 characters", "mã dễ đọc từ 2 đến 63 ký tự, như so-noi-vu");
        v.refuse("bloc_id", Problem::malformed(expected, text));
        return None;
    }
    Some(BlocName { bloc })
}

fn parse(m: &proto::Bloc, v: &mut Violations) -> Option<Bloc> {
    let display_name = v.text("display_name", &m.display_name, 1, 200);
    let display_name_en = v.text("display_name_en", &m.display_name_en, 0, 200);
    if m.members.is_empty() {
        v.refuse("members", Problem::Required);
    }
    let members = v.list("members", &m.members, MOST_MEMBERS, |v, field, member| {
        v.within(field, |v| parse_member(member, v))
    });
    Some(Bloc { display_name: display_name?, display_name_en: display_name_en?, members: members? })
}

fn parse_member(m: &proto::BlocMember, v: &mut Violations) -> Option<Member> {
    let unit = v.name("unit", &m.unit);
    let display_name = v.text("display_name", &m.display_name, 1, 200);
    let display_name_en = v.text("display_name_en", &m.display_name_en, 0, 200);
    let first_date = v.required_day("first_date", m.first_date);
    let last_date = v.day("last_date", m.last_date);
    v.order(("first_date", first_date), ("last_date", last_date.flatten()));
    Some(Member {
        unit: unit?,
        display_name: display_name?,
        display_name_en: display_name_en?,
        first_date: first_date?,
        last_date: last_date?,
    })
}

fn encode(bloc: &Bloc) -> String {
    let members = bloc.members.iter().map(|member| proto::BlocMember {
        unit: member.unit.to_string(),
        display_name: member.display_name.clone(),
        display_name_en: member.display_name_en.clone(),
        first_date: Some(date::to_wire(member.first_date)),
        last_date: member.last_date.map(date::to_wire),
    });
    body::encode(proto::Bloc {
        display_name: bloc.display_name.clone(),
        display_name_en: bloc.display_name_en.clone(),
        members: members.collect(),
        ..proto::Bloc::default()
    })
}

pub(in crate::rpc) fn decode(held: &StoredVersion) -> Result<Bloc, Error> {
    let message = resources::message(held)?;
    Ok(resources::read(|v| parse(&message, v))?)
}

fn index() -> Index {
    Index { collection: COLLECTION.into(), sort_number: 0, refers_to: None }
}
