//! The methods: each parses, authorises, decides, answers.

mod approved_values;
mod calendars;
mod certainty;
mod content;
mod deadlines;
mod directory;
mod explanations;
mod export;
mod figure_query;
mod figures;
mod forms;
mod inspection;
mod lists;
mod locks;
mod matter;
mod petition;
mod reception;
mod records;
mod return_body;
mod return_lists;
mod returns;
mod services;
mod stream_sender;
mod succession;
mod transfer;
mod unit;
mod unit_sums;
mod write;

use std::sync::{Arc, PoisonError, RwLock};

use thidua_chassis::caller::{Caller, Role};
use thidua_chassis::clock::Clock;
use thidua_chassis::store::{Cell, Contributions, PageQuery, Store};
use thidua_proto::names::{RecordName, UnitName};

use crate::domain::deadlines::deadline::Schedule;
use crate::domain::records::contribution::Contribution;
use crate::domain::units::unit::{Units, superiors};
use crate::error::Error;
use crate::rules::Rules;

pub use self::services::{NAMES, routes};

/// What every method works with.
#[derive(Debug, Clone)]
pub struct Statistics {
    store: Store,
    clock: Clock,
    rules: Arc<Rules>,
    schedule: Arc<Schedule>,
    /// All units as of a revision; read anew once a unit has changed.
    units: Arc<RwLock<(i64, Arc<Units>)>>,
}

impl Statistics {
    /// The service over an open store.
    #[must_use]
    pub fn new(store: Store, clock: Clock, rules: Rules, schedule: Schedule) -> Self {
        let units = Arc::new(RwLock::new((-1, Arc::new(Units::new()))));
        Self { store, clock, rules: Arc::new(rules), schedule: Arc::new(schedule), units }
    }

    /// All units, as current as the last acknowledged write.
    async fn units(&self) -> Result<Arc<Units>, Error> {
        let revision = self.store.current().await.map_err(Error::store)?.revision;
        {
            let (read_at, units) = &*self.units.read().unwrap_or_else(PoisonError::into_inner);
            if *read_at >= self.store.last_change(unit::COLLECTION) {
                return Ok(Arc::clone(units));
            }
        }
        // Read after the head: what is found is at least as new.
        let rows =
            self.store.page(&PageQuery::all(unit::COLLECTION, u32::MAX)).await.map_err(Error::store)?;
        let units: Units = rows.iter().map(unit::decode).collect::<Result<_, _>>()?;
        let units = Arc::new(units);
        *self.units.write().unwrap_or_else(PoisonError::into_inner) = (revision, Arc::clone(&units));
        Ok(units)
    }

    /// Whether units that were read are still the newest, as far as this process has followed.
    fn units_stand(&self, read: &Arc<Units>) -> bool {
        let (read_at, units) = &*self.units.read().unwrap_or_else(PoisonError::into_inner);
        Arc::ptr_eq(read, units) && *read_at >= self.store.last_change(unit::COLLECTION)
    }

    /// Brings the running totals of all units into memory, so that the first figures after a start are as quick as later
    /// ones. Nothing depends on it.
    pub async fn warm(self) {
        let Ok(units) = self.units().await else { return };
        // From the end: who asks at once begins at the front, and the two do not read the same.
        for unit in units.keys().rev() {
            if let Err(error) = self.store.running_totals(&[unit.to_string().into()]).await {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, %unit, "totals could not be read ahead");
                return;
            }
        }
    }

    /// Refuses a caller who may not keep a unit's records.
    async fn may_record(&self, caller: &Caller, unit: &UnitName) -> Result<(), Error> {
        self.may(caller, Role::Recorder, unit).await
    }

    /// Refuses a caller who does not act for a unit in a role: callers act for their unit and for those below it.
    async fn may(&self, caller: &Caller, role: Role, unit: &UnitName) -> Result<(), Error> {
        if caller.acts_for(unit, role) {
            return Ok(());
        }
        let units = self.units().await?;
        let from_above = superiors(&units, unit).any(|above| caller.acts_for(above, role));
        if from_above { Ok(()) } else { Err(caller.refusal(role, unit).into()) }
    }
}

/// The caller that the edge has read.
fn caller<T>(request: &tonic::Request<T>) -> Caller {
    // Without an edge there is no network either: a test, or a call within the process.
    request.extensions().get().cloned().unwrap_or_else(Caller::local_operator)
}

/// What records add to the cells of their units. The edition grows with every change of a record's contributions.
pub const CONTRIBUTIONS: Contributions = Contributions {
    edition: 3,
    of: contributions,
    found_by,
    index: |_, _| None,
    prefix: |unit| format!("{unit}/"),
};

fn contributions(name: &str, body: &str) -> Result<Vec<Cell>, String> {
    let Ok(record) = name.parse::<RecordName>() else { return Ok(Vec::new()) };
    Ok(cells(&record.unit, &records::decode(record.kind, body)?.contributions()).collect())
}

fn found_by(name: &str, body: &str) -> Option<String> {
    let name: RecordName = name.parse().ok()?;
    // Most have none, and need not be read for it.
    let told = body.contains("contentToken").then(|| records::decode(name.kind, body).ok())??;
    told.content().map(ToString::to_string)
}

/// What contributions of a unit's record are in the cells.
fn cells(unit: &UnitName, contributions: &[Contribution]) -> impl Iterator<Item = Cell> {
    let series: Arc<str> = unit.to_string().into();
    contributions.iter().map(move |contribution| Cell {
        series: Arc::clone(&series),
        measure: contribution.measure,
        day: thidua_proto::date::to_number(contribution.date),
        amount: contribution.amount,
    })
}
