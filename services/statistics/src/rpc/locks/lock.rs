//! What a unit's approved returns lock: kept beside them, loaded with every write of a record.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thidua_chassis::store::{Change, Index, State, StoreError};
use thidua_proto::date;
use thidua_proto::names::{RecordKind, ReturnName, UnitName};

use crate::domain::locks::lock::Lock;
use crate::error::Error;

/// The body of a unit's locks. No method returns it.
#[derive(Default, Serialize, Deserialize)]
struct StoredLocks {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    locks: Vec<StoredLock>,
    /// What only later releases know.
    #[serde(flatten)]
    later: Map<String, Value>,
}

/// What one approved return locks, written as a message of the contract would be.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredLock {
    return_name: String,
    first_date: thidua_proto::Date,
    last_date: thidua_proto::Date,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    collections: Vec<String>,
    /// What only later releases know.
    #[serde(flatten)]
    later: Map<String, Value>,
}

/// Where a unit's locks are kept.
pub(in crate::rpc) fn name(unit: &UnitName) -> String {
    format!("{unit}/periodLocks")
}

/// The locks of a unit, as a command sees them.
pub(in crate::rpc) fn of(state: &State, unit: &UnitName) -> Result<Arc<Vec<Lock>>, Error> {
    state.get(&name(unit)).map_or_else(|| Ok(Arc::default()), |held| held.decoded(read))
}

/// The locks of a return's unit without that of the return itself: it has one at most, however often it is approved.
pub(in crate::rpc) fn without(state: &State, name: &ReturnName) -> Result<Vec<Lock>, Error> {
    Ok(of(state, &name.unit)?.iter().filter(|lock| lock.return_name != *name).cloned().collect())
}

/// The change that puts a unit's locks. What later releases have put beside those that stay is kept.
pub(in crate::rpc) fn put(state: &State, unit: &UnitName, locks: &[Lock]) -> Result<Change, Error> {
    let name = name(unit);
    let stored = match state.get(&name).and_then(|held| held.body.as_deref()) {
        Some(body) => stored(body)?,
        None => StoredLocks::default(),
    };
    let put = |lock: &Lock| {
        let return_name = lock.return_name.to_string();
        let before = stored.locks.iter().find(|before| before.return_name == return_name);
        StoredLock {
            return_name,
            first_date: date::to_wire(lock.first),
            last_date: date::to_wire(lock.last),
            collections: lock.kinds.iter().map(|kind| kind.collection().to_owned()).collect(),
            later: before.map(|before| before.later.clone()).unwrap_or_default(),
        }
    };
    let locks = StoredLocks { locks: locks.iter().map(put).collect(), later: stored.later.clone() };
    // Names, days and lists can always be written.
    let body = serde_json::to_string(&locks).unwrap_or_default();
    let index = Index { collection: name.as_str().into(), sort_number: 0, refers_to: None };
    Ok(Change::put(&name, index, body))
}

fn read(body: &str) -> Result<Vec<Lock>, Error> {
    let lock = |lock: &StoredLock| {
        let kind = |found: &String| RecordKind::ALL.into_iter().find(|kind| kind.collection() == found);
        Some(Lock {
            return_name: lock.return_name.parse().ok()?,
            first: date::from_wire(lock.first_date)?,
            last: date::from_wire(lock.last_date)?,
            kinds: lock.collections.iter().map(kind).collect::<Option<_>>()?,
        })
    };
    stored(body)?.locks.iter().map(lock).collect::<Option<_>>().ok_or_else(|| unreadable(body))
}

fn stored(body: &str) -> Result<StoredLocks, Error> {
    serde_json::from_str(body).map_err(|_| unreadable(body))
}

fn unreadable(body: &str) -> Error {
    Error::store(StoreError::Corrupt { problem: format!("locks of periods cannot be read: {body}") })
}
