//! `DirectoryService`: units and their names.

use thidua_chassis::body;
use thidua_chassis::caller::{Caller, Role};
use thidua_chassis::edge::at_revision;
use thidua_chassis::list::ListQuery;
use thidua_chassis::store::{Change, Committed, Decision, Needs, PageQuery, State};
use thidua_chassis::write_options::WriteOptions;
use thidua_proto::names::UnitName;
use thidua_proto::page::{BadToken, Binding, Cursor};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::directory_service_server::DirectoryService;
use tonic::{Request, Response, Status};

use crate::domain::text::collation::Collation;
use crate::domain::text::search::search_key;
use crate::domain::units::roster::{Depth, Filter, Place, roster};
use crate::domain::units::unit::{Unit, Units, fit, resolve};
use crate::error::Error;
use crate::rpc::service::Statistics;
use crate::rpc::units::succession;
use crate::rpc::units::unit;
use crate::rpc::units::unit::COLLECTION;

#[tonic::async_trait]
impl DirectoryService for Statistics {
    async fn get_unit(
        &self,
        request: Request<proto::GetUnitRequest>,
    ) -> Result<Response<proto::Unit>, Status> {
        let mut v = Violations::default();
        let name: Option<UnitName> = v.name("name", &request.get_ref().name);
        let name = v.finish(name).map_err(Error::from)?;
        Ok(Response::new(self.show_unit(&name).await?))
    }

    async fn list_units(
        &self,
        request: Request<proto::ListUnitsRequest>,
    ) -> Result<Response<proto::ListUnitsResponse>, Status> {
        let mut request = request.into_inner();
        let list = ListQuery::take(&mut request.page_size, &mut request.page_token);
        let mut v = Violations::default();
        let size = list.size(&mut v);
        let filter = filter(&request, &mut v);
        let (size, filter) = v.finish((|| Some((size?, filter?)))()).map_err(Error::from)?;
        let binding = Binding::of("ListUnits", &request);
        let cursor = list.cursor(&binding).map_err(Error::from)?;
        let after =
            cursor.map(|cursor| place(&cursor)).transpose().map_err(|bad| Error::Common(bad.into()))?;

        // A province has some hundreds of units: all are read, those asked for are sorted, and a page of them is shown.
        let rows = self.store.page(&PageQuery::all(COLLECTION, u32::MAX)).await.map_err(Error::store)?;
        let units: Units = rows.iter().map(unit::decode).collect::<Result<_, _>>()?;
        if let Some((superior, _)) = filter.superior.as_ref().filter(|(name, _)| !units.contains_key(name)) {
            return Err(Error::not_found(superior).into());
        }
        let order = Collation::vietnamese().map_err(|problem| unit::corrupt(&problem))?;
        let found = roster(&units, &filter, after.as_ref(), &order);
        let page: Vec<(String, &Unit)> =
            found.iter().take(size).map(|(name, unit)| (name.to_string(), *unit)).collect();
        let next_page_token = match page.last() {
            Some((name, unit)) if found.len() > page.len() => {
                binding.token(&Cursor { number: 0, name: format!("{name} {}", unit.display_name) })
            }
            _ => String::new(),
        };
        let row =
            |name: &str| rows.iter().find(|row| *row.name == *name).ok_or_else(|| Error::not_found(&name));
        let shown = page.iter().map(|(name, _)| Ok::<_, Error>(body::present(row(name)?)?));
        let units: Vec<proto::Unit> = shown.collect::<Result<_, _>>()?;
        Ok(Response::new(proto::ListUnitsResponse { units, next_page_token }))
    }

    async fn create_unit(
        &self,
        request: Request<proto::CreateUnitRequest>,
    ) -> Result<Response<proto::Unit>, Status> {
        const METHOD: &str = "thidua.statistics.v1.DirectoryService/CreateUnit";
        let caller = Caller::of(&request);
        let request = request.into_inner();
        let mut v = Violations::default();
        let name = unit::parse_id(&mut v, &request.unit_id);
        if request.unit.is_none() {
            v.refuse("unit", Problem::Required);
        }
        let unit = v.within("unit", |v| unit::parse(request.unit.as_ref()?, v));
        let terms = (request.request_id.as_str(), request.validate_only);
        let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
        let (name, unit, terms) = v.finish((|| Some((name?, unit?, terms?)))()).map_err(Error::from)?;
        caller.require(Role::Registrar, &name).map_err(Error::from)?;

        let key = name.to_string();
        let needs = Needs::names([key.clone()]).and_collection(COLLECTION);
        let decide = {
            let (key, name) = (key.clone(), name.clone());
            move |state: &State, _: &_| {
                if state.get(&key).is_some() {
                    return Err(Error::already_exists(&key));
                }
                fit(&unit::all_units(state)?, &name, &unit)?;
                Ok(Decision::put(&key, unit::index(), unit::encode(&unit)))
            }
        };
        let committed = terms.submit::<Error>(&self.store, needs, decide).await?;
        answer(&key, &committed)
    }

    async fn update_unit(
        &self,
        request: Request<proto::UpdateUnitRequest>,
    ) -> Result<Response<proto::Unit>, Status> {
        const METHOD: &str = "thidua.statistics.v1.DirectoryService/UpdateUnit";
        let caller = Caller::of(&request);
        let request = request.into_inner();
        let mut v = Violations::default();
        if request.unit.is_none() {
            v.refuse("unit", Problem::Required);
        }
        let name: Option<UnitName> = request.unit.as_ref().and_then(|unit| v.name("unit.name", &unit.name));
        let terms = (request.request_id.as_str(), request.validate_only);
        let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
        let patch = request.unit.clone();
        let (name, patch, terms) = v.finish((|| Some((name?, patch?, terms?)))()).map_err(Error::from)?;
        caller.require(Role::Registrar, &name).map_err(Error::from)?;

        let key = name.to_string();
        let needs = Needs::names([key.clone()]).and_collection(COLLECTION);
        let decide = {
            let (key, mask) = (key.clone(), request.update_mask);
            move |state: &State, _: &_| {
                let held = state.get(&key).ok_or_else(|| Error::not_found(&key))?;
                body::check_etag(&key, held, &patch.etag)?;
                let merged = body::merge(held.body.as_deref().unwrap_or("{}"), &patch, mask.as_ref())?;
                let mut v = Violations::default();
                let unit = v.within("unit", |v| unit::parse_kept(&merged, v));
                let unit = v.finish(unit)?;
                fit(&unit::all_units(state)?, &name, &unit)?;
                let change = Change::put(&key, unit::index(), unit::encode(&unit));
                Ok(body::replace::<proto::Unit>(held, change)?)
            }
        };
        let committed = terms.submit::<Error>(&self.store, needs, decide).await?;
        answer(&key, &committed)
    }

    async fn resolve_unit(
        &self,
        request: Request<proto::ResolveUnitRequest>,
    ) -> Result<Response<proto::ResolveUnitResponse>, Status> {
        let request = request.into_inner();
        let mut v = Violations::default();
        let written = v.text("display_name", &request.display_name, 1, 200);
        let valid_on = v.day("valid_on", request.valid_on);
        let (written, valid_on) = v.finish((|| Some((written?, valid_on?)))()).map_err(Error::from)?;
        let units = self.units().await?;
        let (name, matched) = resolve(&units, &written, valid_on).map_err(Error::from)?;
        let unit = Some(self.show_unit(name).await?);
        Ok(Response::new(proto::ResolveUnitResponse { unit, matched_name: matched.to_owned() }))
    }

    async fn succeed_units(
        &self,
        request: Request<proto::SucceedUnitsRequest>,
    ) -> Result<Response<proto::SucceedUnitsResponse>, Status> {
        succession::succeed_units(self, request).await
    }
}

fn filter(request: &proto::ListUnitsRequest, v: &mut Violations) -> Option<Filter> {
    let valid_on = v.day("valid_on", request.valid_on);
    let query = v.text("query", &request.query, 0, 200);
    if query.as_deref().is_some_and(|query| !query.is_empty() && search_key(query).is_empty()) {
        let expected = ("a text with a letter or digit", "chuỗi có ít nhất một chữ cái hoặc chữ số");
        v.refuse("query", Problem::malformed(expected, &request.query));
    }
    let superior: Option<Option<UnitName>> = v.optional_name("superior", &request.superior);
    if request.all_below && request.superior.is_empty() {
        v.refuse("all_below", Problem::Unwanted { when: ("with superior", "khi có superior") });
    }
    let depth = if request.all_below { Depth::All } else { Depth::Direct };
    Some(Filter { valid_on: valid_on?, query: query?, superior: superior?.map(|name| (name, depth)) })
}

/// The unit that a page ended with: its name, which holds no space, and its official name.
fn place(cursor: &Cursor) -> Result<Place, BadToken> {
    let (name, display_name) = cursor.name.split_once(' ').ok_or(BadToken)?;
    Ok(Place { display_name: display_name.to_owned(), name: name.to_owned() })
}

impl Statistics {
    async fn show_unit(&self, name: &UnitName) -> Result<proto::Unit, Error> {
        let found = self.store.get(&name.to_string()).await?.ok_or_else(|| Error::not_found(name))?;
        Ok(body::present(&found)?)
    }
}

fn answer(key: &str, committed: &Committed) -> Result<Response<proto::Unit>, Status> {
    let unit = if let Some(unit) = body::unchanged(committed).map_err(Error::store)? {
        unit
    } else {
        let held = committed.changed(key).ok_or_else(|| Error::not_found(&key))?;
        body::present_held(key, held).map_err(Error::store)?
    };
    Ok(at_revision(unit, committed.revision))
}
