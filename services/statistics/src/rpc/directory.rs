//! `DirectoryService`: units and their names.

use thidua_chassis::body;
use thidua_chassis::caller::Role;
use thidua_chassis::edge::at_revision;
use thidua_chassis::store::{Committed, Decision, Needs, PageQuery, State};
use thidua_chassis::terms::Terms;
use thidua_proto::names::UnitName;
use thidua_proto::page::{self, Binding, Cursor};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::directory_service_server::DirectoryService;
use tonic::{Request, Response, Status};

use super::lists::{DEFAULT_PAGE, MOST_PAGE, Page};
use super::unit::{self, COLLECTION};
use super::{Statistics, caller};
use crate::domain::unit::{Units, fit, resolve};
use crate::error::Error;

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
        let Page { size, token } = Page::take(&mut request.page_size, &mut request.page_token);
        let mut v = Violations::default();
        let size = page::size(&mut v, size, DEFAULT_PAGE, MOST_PAGE);
        let valid_on = v.day("valid_on", request.valid_on);
        let (size, valid_on) = v.finish((|| Some((size?, valid_on?)))()).map_err(Error::from)?;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let binding = Binding::of("ListUnits", &request);
        let cursor = binding.cursor(&token).map_err(|bad| Error::Shared(bad.into()))?;
        let after = cursor.map_or_else(String::new, |cursor| cursor.name);

        let mut units: Vec<proto::Unit> = Vec::new();
        let mut next_page_token = String::new();
        // A province has some hundreds of units: all are read, and those of the day asked for are kept.
        let all = self.store.page(&PageQuery::all(COLLECTION, u32::MAX)).await.map_err(Error::store)?;
        for row in all.iter().filter(|row| *row.name > *after) {
            let (_, found) = unit::decode(row)?;
            if valid_on.is_some_and(|date| !found.exists_on(date)) {
                continue;
            }
            if let (true, Some(last)) = (units.len() == size, units.last()) {
                next_page_token = binding.token(&Cursor { number: 0, name: last.name.clone() });
                break;
            }
            units.push(body::present(row).map_err(Error::store)?);
        }
        Ok(Response::new(proto::ListUnitsResponse { units, next_page_token }))
    }

    async fn create_unit(
        &self,
        request: Request<proto::CreateUnitRequest>,
    ) -> Result<Response<proto::Unit>, Status> {
        const METHOD: &str = "thidua.statistics.v1.DirectoryService/CreateUnit";
        let caller = caller(&request);
        let request = request.into_inner();
        let mut v = Violations::default();
        let name = unit::parse_id(&mut v, &request.unit_id);
        if request.unit.is_none() {
            v.refuse("unit", Problem::Required);
        }
        let unit = v.within("unit", |v| unit::parse(request.unit.as_ref()?, v));
        let terms = (request.request_id.as_str(), request.validate_only);
        let terms = Terms::parse(&mut v, METHOD, &caller, &request, terms);
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
                fit(&all_units(state)?, &name, &unit)?;
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
        let caller = caller(&request);
        let request = request.into_inner();
        let mut v = Violations::default();
        if request.unit.is_none() {
            v.refuse("unit", Problem::Required);
        }
        let name: Option<UnitName> = request.unit.as_ref().and_then(|unit| v.name("unit.name", &unit.name));
        let terms = (request.request_id.as_str(), request.validate_only);
        let terms = Terms::parse(&mut v, METHOD, &caller, &request, terms);
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
                let unit = v.within("unit", |v| unit::parse(&merged, v));
                let unit = v.finish(unit)?;
                fit(&all_units(state)?, &name, &unit)?;
                Ok(Decision::put(&key, unit::index(), unit::encode(&unit)))
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
        let (name, matched) = resolve(&units, &written, valid_on)?;
        let unit = Some(self.show_unit(name).await?);
        Ok(Response::new(proto::ResolveUnitResponse { unit, matched_name: matched.to_owned() }))
    }
}

impl Statistics {
    async fn show_unit(&self, name: &UnitName) -> Result<proto::Unit, Error> {
        let found = self.store.get(&name.to_string()).await?.ok_or_else(|| Error::not_found(name))?;
        Ok(body::present(&found)?)
    }
}

fn all_units(state: &State) -> Result<Units, Error> {
    let read = |(name, held): (&str, _)| {
        let parsed: UnitName = name.parse().map_err(|_| unit::corrupt(name))?;
        Ok((parsed, unit::decode_held(held)?.as_ref().clone()))
    };
    state.collection(COLLECTION).map(read).collect()
}

fn answer(key: &str, committed: &Committed) -> Result<Response<proto::Unit>, Status> {
    let held = committed.changed(key).ok_or_else(|| Error::not_found(&key))?;
    let unit = body::present_held(key, held).map_err(Error::store)?;
    Ok(at_revision(unit, committed.revision))
}
