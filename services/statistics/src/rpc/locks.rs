//! What a unit's approved returns lock: kept beside them, loaded with every write of a record.

use std::sync::Arc;

use thidua_chassis::store::{Change, Index, State, StoreError, StoredVersion};
use thidua_proto::date;
use thidua_proto::names::{RecordKind, RecordName, ReturnName, UnitName};
use thidua_proto::statistics as proto;

use super::records;
use crate::domain::locks::lock::{Lock, permit};
use crate::domain::records::contribution::{Contribution, changed_days};
use crate::error::Error;

/// Where a unit's locks are kept.
pub(super) fn name(unit: &UnitName) -> String {
    format!("{unit}/periodLocks")
}

/// The locks of a unit, as a command sees them.
fn of(state: &State, unit: &UnitName) -> Result<Arc<Vec<Lock>>, Error> {
    state.get(&name(unit)).map_or_else(|| Ok(Arc::default()), |held| held.decoded(read))
}

/// The locks of a return's unit without that of the return itself: it has one at most, however often it is approved.
pub(super) fn without(state: &State, name: &ReturnName) -> Result<Vec<Lock>, Error> {
    Ok(of(state, &name.unit)?.iter().filter(|lock| lock.return_name != *name).cloned().collect())
}

/// The change that puts a unit's locks.
pub(super) fn put(unit: &UnitName, locks: &[Lock]) -> Change {
    let name = name(unit);
    let locks = locks.iter().map(|lock| proto::PeriodLock {
        return_name: lock.return_name.to_string(),
        first_date: Some(date::to_wire(lock.first)),
        last_date: Some(date::to_wire(lock.last)),
        collections: lock.kinds.iter().map(|kind| kind.collection().to_owned()).collect(),
    });
    // Names, days and lists can always be written.
    let body = serde_json::to_string(&proto::PeriodLocks { locks: locks.collect() }).unwrap_or_default();
    let index = Index { collection: name.as_str().into(), sort_number: 0, refers_to: None };
    Change::put(&name, index, body)
}

fn read(stored: &str) -> Result<Vec<Lock>, Error> {
    let lock = |lock: &proto::PeriodLock| {
        let kind = |found: &String| RecordKind::ALL.into_iter().find(|kind| kind.collection() == found);
        Some(Lock {
            return_name: lock.return_name.parse().ok()?,
            first: date::from_wire(lock.first_date?)?,
            last: date::from_wire(lock.last_date?)?,
            kinds: lock.collections.iter().map(kind).collect::<Option<_>>()?,
        })
    };
    let message: Option<proto::PeriodLocks> = serde_json::from_str(stored).ok();
    let locks = message.and_then(|message| message.locks.iter().map(lock).collect());
    let problem = || StoreError::Corrupt { problem: format!("locks of periods cannot be read: {stored}") };
    locks.ok_or_else(|| Error::store(problem()))
}

/// Refuses what changes a locked day: a record that comes, changes or goes, with what it adds afterwards.
pub(super) fn check(
    state: &State,
    name: &RecordName,
    before: Option<&StoredVersion>,
    after: &[Contribution],
) -> Result<(), Error> {
    let locks = of(state, &name.unit)?;
    if locks.is_empty() {
        return Ok(());
    }
    let before = match before.and_then(|held| held.body.as_deref()) {
        Some(body) => records::decode(name.kind, body)
            .map_err(|problem| Error::store(StoreError::Corrupt { problem }))?
            .contributions(),
        None => Vec::new(),
    };
    Ok(permit(&name.unit, &locks, name.kind, &changed_days(&before, after))?)
}
