//! Verification: the chain of hashes, the state that follows from it, and the cells that follow from the state.
//!
//! A chain that was cut off holds as far as it goes: an earlier state of the journal is a journal. What was there before is
//! known to whoever remembers a head, a revision and its hash, and gives it to the next verification.

use std::sync::Arc;

use super::check_state::{check_resources, check_versions};
use super::engine::{Transaction, Value};
use super::error::StoreError;
use super::handle::Store;
use super::head::{Head, HeadRow};
use super::journal::{ZERO_HASH, check_entry, entries};
use super::sql;
use super::verification::Verification;

/// At most this many findings are told of.
const MOST_FINDINGS: usize = 20;

impl Store {
    /// Recomputes every hash, and compares the state with the versions and the cells with the state, all at one revision.
    /// A head that was remembered must be in the chain.
    pub async fn verify(&self, remembered: Option<&Head>) -> Result<Verification, StoreError> {
        let mut snapshot = self.shared.engine.long_snapshot().await?;
        let head = HeadRow::read(&snapshot.run(sql::HEAD, Vec::new()).await?)?.head;
        let mut found = Verification { head, first_bad_revision: None, findings: Vec::new() };
        check_chain(&mut snapshot, remembered, &mut found).await?;
        if let Some(remembered) = remembered.filter(|remembered| remembered.revision > found.head.revision) {
            let (end, last) = (found.head.revision, remembered.revision);
            found.bad(
                end + 1,
                format!("the journal ends at revision {end}, but revision {last} is remembered"),
            );
        }
        let contributions = &self.shared.contributions;
        let versions = check_versions(&mut snapshot, &mut found).await;
        found.note(versions)?;
        let resources = check_resources(&mut snapshot, contributions, &mut found).await;
        found.note(resources)?;
        found.findings.truncate(MOST_FINDINGS);
        Ok(found)
    }
}

/// How many entries are read at once.
const ENTRIES_AT_ONCE: i64 = 16;

/// Recomputes the chain of hashes, and compares it with a head that was remembered.
async fn check_chain(
    snapshot: &mut Transaction,
    remembered: Option<&Head>,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let head = found.head.clone();
    let mut previous: Arc<str> = ZERO_HASH.into();
    let (mut next, mut step) = (1, ENTRIES_AT_ONCE);
    while next <= head.revision {
        let last = next.saturating_add(step - 1).min(head.revision);
        let part = match entries(snapshot, next, last).await {
            Ok(part) => part,
            // One by one from here, to name the very revision.
            Err(StoreError::Corrupt { .. }) if last > next => {
                step = 1;
                continue;
            }
            Err(StoreError::Corrupt { problem }) => {
                found.bad(next, format!("revision {next} cannot be read: {problem}"));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        for expected in next..=last {
            match check_entry(part.iter().find(|entry| entry.revision == expected), &previous) {
                Ok(hash) if remembered.is_some_and(|head| head.revision == expected && head.hash != hash) => {
                    found.bad(expected, format!("revision {expected} is not the one that was remembered"));
                    return Ok(());
                }
                Ok(hash) => previous = hash,
                Err(problem) => {
                    found.bad(expected, format!("revision {expected} {problem}"));
                    return Ok(());
                }
            }
        }
        next = last + 1;
    }
    if previous != head.hash {
        found.bad(head.revision, "the head does not have the hash of the newest entry".to_owned());
    } else if let Some(row) =
        snapshot.run(sql::ENTRY_AFTER, vec![Value::Number(head.revision)]).await?.first()
    {
        let beyond = row.number(0)?;
        found.bad(beyond, format!("revision {beyond} lies beyond the head"));
    }
    Ok(())
}
