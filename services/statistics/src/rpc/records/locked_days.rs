//! Whether a record may come, change or go while returns lock days of its unit.

use thidua_chassis::store::{State, StoreError, StoredVersion};
use thidua_proto::names::RecordName;

use crate::domain::locks::lock::permit;
use crate::domain::records::contribution::{Contribution, changed_days};
use crate::error::Error;
use crate::rpc::locks::lock;
use crate::rpc::records::record;

/// Refuses what changes a locked day: a record that comes, changes or goes, with what it adds afterwards.
pub(in crate::rpc) fn check(
    state: &State,
    name: &RecordName,
    before: Option<&StoredVersion>,
    after: &[Contribution],
) -> Result<(), Error> {
    let locks = lock::of(state, &name.unit)?;
    if locks.is_empty() {
        return Ok(());
    }
    let before = match before.and_then(|held| held.body.as_deref()) {
        Some(body) => record::decode(name.kind, body)
            .map_err(|problem| Error::store(StoreError::Corrupt { problem }))?
            .contributions(),
        None => Vec::new(),
    };
    Ok(permit(&name.unit, &locks, name.kind, &changed_days(&before, after))?)
}
