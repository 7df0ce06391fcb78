//! `GetYearRecord`: all that is on record of a year, at one revision.

use thidua_chassis::body;
use thidua_chassis::failure::CommonError;
use thidua_chassis::resources;
use thidua_chassis::store::{PageQuery, Resource};
use thidua_proto::awards as proto;
use thidua_proto::names::{NominationName, YearName};
use tonic::{Request, Response};

use super::awards::award;
use super::ballots::ballot;
use super::blocs::bloc;
use super::nominations::nomination;
use super::rules::rule_set;
use super::service::Awards;
use super::years::year;
use crate::error::Error;

pub(super) async fn get(
    service: &Awards,
    request: Request<proto::GetYearRecordRequest>,
) -> Result<Response<proto::YearRecord>, Error> {
    let name: YearName = resources::parse_name("name", &request.get_ref().name)?;
    let mut snapshot = service.store.snapshot().await?;
    let found = snapshot.get(&name.to_string()).await?.ok_or_else(|| CommonError::not_found(&name))?;
    let mut all = async |collection: &str| snapshot.page(&PageQuery::all(collection, u32::MAX)).await;
    let blocs = all(bloc::COLLECTION).await?;
    let nominations = all(&nomination::collection(&name)).await?;
    let ballots = all(&ballot::collection(&name)).await?;
    let awards = all(award::COLLECTION).await?;
    let revision = snapshot.revision();

    let key = name.bloc.to_string();
    let no_bloc = || CommonError::corrupt(format!("{name} has no bloc"));
    let its_bloc = blocs.iter().find(|bloc| *bloc.name == *key).ok_or_else(no_bloc)?;
    let rules = year::decode(&name, &found.held, &its_bloc.held)?;
    let rules = rules.rules(&service.rules)?;
    let mut awards: Vec<Resource> = awards.into_iter().filter(|award| answers(award, &name)).collect();
    // The collection is read by day.
    awards.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Response::new(proto::YearRecord {
        name: name.to_string(),
        bloc: Some(body::present(its_bloc)?),
        bloc_year: Some(body::present(&found)?),
        rule_set: Some(rule_set::to_proto(rules)),
        nominations: present_all(&nominations)?,
        ballots: present_all(&ballots)?,
        awards: present_all(&awards)?,
        revision,
    }))
}

/// Whether a conferment answers a nomination of the year.
fn answers(award: &Resource, year: &YearName) -> bool {
    let nomination =
        award.held.index.refers_to.as_deref().and_then(|name| name.parse::<NominationName>().ok());
    nomination.is_some_and(|nomination| nomination.year == *year)
}

fn present_all<M: thidua_proto::resource::Resource>(rows: &[Resource]) -> Result<Vec<M>, Error> {
    rows.iter().map(|row| Ok(body::present(row)?)).collect()
}
