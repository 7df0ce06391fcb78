//! What units have recorded, and which units there were, all at one revision.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use thidua_chassis::failure::CommonError;
use thidua_chassis::store::{RunningTotals, Series, Snapshot};
use thidua_proto::names::UnitName;

use crate::domain::units::structure::{ShownUnit, Structure, sources};
use crate::error::Error;
use crate::rpc::figures::figure::Daily;
use crate::rpc::figures::figure_query::AsOf;
use crate::rpc::service::Statistics;
use crate::rpc::units::unit;

/// The units whose figures are wanted, with the sums of their sources.
pub(in crate::rpc) struct UnitSums {
    pub(in crate::rpc) revision: i64,
    pub(in crate::rpc) shown: Vec<ShownUnit>,
    pub(in crate::rpc) sums: BTreeMap<UnitName, Daily<Arc<RunningTotals>>>,
}

impl UnitSums {
    fn new(revision: i64, shown: Vec<ShownUnit>, running_totals: Vec<Arc<RunningTotals>>) -> Self {
        let sums = names(&shown).into_iter().cloned().zip(running_totals.into_iter().map(Daily)).collect();
        Self { revision, shown, sums }
    }
}

/// Whose records count, each unit once.
fn names(shown: &[ShownUnit]) -> BTreeSet<&UnitName> {
    shown.iter().flat_map(|unit| &unit.sources).map(|source| &source.unit).collect()
}

fn series(shown: &[ShownUnit]) -> Vec<Series> {
    names(shown).into_iter().map(|name| name.to_string().into()).collect()
}

impl Statistics {
    /// What units have recorded, now or as of an earlier revision: then also units and lineage are those of that revision.
    pub(in crate::rpc) async fn recorded(
        &self,
        asked: &[UnitName],
        structure: Structure,
        as_of: Option<AsOf>,
    ) -> Result<UnitSums, Error> {
        let Some(as_of) = as_of else { return self.recorded_now(asked, structure).await };
        let mut snapshot = self.store.long_snapshot().await?;
        let revision = revision_of(&mut snapshot, as_of).await?;
        let shown = sources(&unit::all_at(&mut snapshot, revision).await?, asked, structure)?;
        let running_totals = snapshot.tallies_at(revision, &series(&shown)).await?;
        Ok(UnitSums::new(revision, shown, running_totals.into_iter().map(Arc::new).collect()))
    }

    /// Units and sums are kept in memory, each at its own revision: read again where a unit has changed between the two.
    async fn recorded_now(&self, asked: &[UnitName], structure: Structure) -> Result<UnitSums, Error> {
        loop {
            let units = self.units().await?;
            let shown = sources(&units, asked, structure)?;
            let (revision, running_totals) = self.store.running_totals(&series(&shown)).await?;
            if self.units_stand(&units) {
                return Ok(UnitSums::new(revision, shown, running_totals));
            }
        }
    }
}

/// The revision that figures are wanted of, which must have been reached.
async fn revision_of(snapshot: &mut Snapshot, as_of: AsOf) -> Result<i64, Error> {
    let newest = snapshot.revision();
    match as_of {
        AsOf::Revision(asked) if asked > newest => {
            Err(CommonError::RevisionNotReached { revision: newest, min_revision: asked.to_string() }.into())
        }
        AsOf::Revision(revision) => Ok(revision),
        AsOf::Time(time) => Ok(snapshot.revision_at(time).await?),
    }
}
