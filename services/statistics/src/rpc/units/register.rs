//! All units, kept in memory, and who may keep the records of which.

use std::sync::{Arc, PoisonError};

use thidua_chassis::caller::{Caller, Role};
use thidua_chassis::store::PageQuery;
use thidua_proto::names::UnitName;

use crate::domain::units::unit::{Units, superiors};
use crate::error::Error;
use crate::rpc::service::Statistics;
use crate::rpc::units::unit;

impl Statistics {
    /// All units, as current as the last acknowledged write.
    pub(in crate::rpc) async fn units(&self) -> Result<Arc<Units>, Error> {
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
    pub(in crate::rpc) fn units_stand(&self, read: &Arc<Units>) -> bool {
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
    pub(in crate::rpc) async fn may_record(&self, caller: &Caller, unit: &UnitName) -> Result<(), Error> {
        self.may(caller, Role::Recorder, unit).await
    }

    /// Refuses a caller who does not act for a unit in a role: callers act for their unit and for those below it.
    pub(in crate::rpc) async fn may(
        &self,
        caller: &Caller,
        role: Role,
        unit: &UnitName,
    ) -> Result<(), Error> {
        if caller.acts_for(unit, role) {
            return Ok(());
        }
        let units = self.units().await?;
        let from_above = superiors(&units, unit).any(|above| caller.acts_for(above, role));
        if from_above { Ok(()) } else { Err(caller.refusal(role, unit).into()) }
    }
}
