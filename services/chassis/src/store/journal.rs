//! Journal entries and their hashes. The definition of the hash is in `journal_entry.proto`; a script in another language
//! can recompute it from an export.

use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::engine::{Row, Transaction, Value};
use super::error::StoreError;
use super::sql;

/// The hash before the first entry.
pub const ZERO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One accepted command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 1, 2, 3 … without gaps.
    pub revision: i64,
    /// When it was decided.
    pub commit_time: Timestamp,
    /// Who asked.
    pub caller: Arc<str>,
    /// The full method name.
    pub method: Arc<str>,
    /// The caller's id for the request.
    pub request_id: Option<Arc<str>>,
    /// SHA-256 of the request.
    pub request_hash: Arc<str>,
    /// The answer as JSON, where it cannot be told from the changes.
    pub outcome: Option<Arc<str>>,
    /// What it changed, in the byte order of names.
    pub changes: Vec<EntryChange>,
    /// The hash of the entry before.
    pub previous_hash: Arc<str>,
    /// This entry's hash, as stored.
    pub hash: Arc<str>,
}

/// A new body, or `None` for an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryChange {
    /// The resource's name.
    pub name: Arc<str>,
    /// Its new body.
    pub body: Option<Arc<str>>,
}

impl Entry {
    /// The hash that follows from the content.
    #[must_use]
    pub fn compute_hash(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}",
            self.previous_hash,
            self.revision,
            self.commit_time.as_microsecond(),
            self.caller,
            self.method,
            self.request_id.as_deref().unwrap_or_default(),
            self.request_hash,
            sha256_hex(self.outcome.as_deref().unwrap_or_default().as_bytes()),
        ));
        for change in &self.changes {
            digest.update("\n");
            digest.update(&*change.name);
            digest.update(" ");
            match &change.body {
                Some(body) => digest.update(sha256_hex(body.as_bytes())),
                None => digest.update("-"),
            }
        }
        hex(&digest.finalize())
    }
}

/// The hash of an entry that continues the chain.
pub(super) fn check_entry(entry: Option<&Entry>, previous: &str) -> Result<Arc<str>, &'static str> {
    let entry = entry.ok_or("is missing")?;
    if *entry.previous_hash != *previous {
        return Err("does not continue the entry before it");
    }
    if entry.compute_hash() != *entry.hash {
        return Err("does not have the hash that its content gives");
    }
    Ok(Arc::clone(&entry.hash))
}

/// SHA-256 in lower-case hex.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

pub(super) fn timestamp(microseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microseconds)
        .map_err(|_| StoreError::Corrupt { problem: format!("{microseconds} is no time") })
}

fn entry(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        revision: row.number(0)?,
        commit_time: timestamp(row.number(1)?)?,
        caller: row.text(2)?,
        method: row.text(3)?,
        request_id: row.optional_text(4)?,
        request_hash: row.text(5)?,
        outcome: row.optional_text(6)?,
        changes: Vec::new(),
        previous_hash: row.text(7)?,
        hash: row.text(8)?,
    })
}

/// An entry as it is stored.
pub(super) fn row(entry: &Entry) -> [Value; 9] {
    [
        Value::Number(entry.revision),
        Value::Number(entry.commit_time.as_microsecond()),
        Value::Text(Arc::clone(&entry.caller)),
        Value::Text(Arc::clone(&entry.method)),
        Value::OptionalText(entry.request_id.clone()),
        Value::Text(Arc::clone(&entry.request_hash)),
        Value::OptionalText(entry.outcome.clone()),
        Value::Text(Arc::clone(&entry.previous_hash)),
        Value::Text(Arc::clone(&entry.hash)),
    ]
}

/// Entries of a closed span of revisions, with their changes, by revision.
pub(super) async fn entries(
    snapshot: &mut Transaction,
    first: i64,
    last: i64,
) -> Result<Vec<Entry>, StoreError> {
    let span = || vec![Value::Number(first), Value::Number(last)];
    let mut entries: Vec<Entry> =
        snapshot.run(sql::ENTRIES, span()).await?.iter().map(entry).collect::<Result<_, _>>()?;
    for row in snapshot.run(sql::VERSIONS_OF_ENTRIES, span()).await? {
        let revision = row.number(0)?;
        let change = EntryChange { name: row.text(1)?, body: row.optional_text(3)? };
        let at = entries.binary_search_by_key(&revision, |entry| entry.revision);
        let Some(entry) = at.ok().and_then(|at| entries.get_mut(at)) else {
            let problem = format!("a version of {} belongs to no entry (revision {revision})", change.name);
            return Err(StoreError::Corrupt { problem });
        };
        entry.changes.push(change);
    }
    for entry in &mut entries {
        // Not left to the database: engines sort text by their locale.
        entry.changes.sort_by(|a, b| a.name.cmp(&b.name));
    }
    Ok(entries)
}
