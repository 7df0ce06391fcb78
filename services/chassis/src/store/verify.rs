//! Verification: the chain of hashes, the state that follows from it, and the cells that follow from the state.

use std::collections::HashMap;
use std::sync::Arc;

use super::engine::{Snapshot, Value};
use super::journal::{ZERO_HASH, entries};
use super::{Head, Store, StoreError, sql};

/// What a verification found.
#[derive(Debug, Clone)]
pub struct Verification {
    /// The newest entry, as stored.
    pub head: Head,
    /// The first revision that does not verify.
    pub first_bad_revision: Option<i64>,
    /// What is wrong, one sentence each.
    pub findings: Vec<String>,
}

impl Verification {
    fn bad(&mut self, revision: i64, finding: String) {
        self.first_bad_revision.get_or_insert(revision);
        self.findings.push(finding);
    }
}

/// At most this many findings are told of.
const MOST_FINDINGS: usize = 20;

impl Store {
    /// Recomputes every hash, and compares the state with the versions and the cells with the state, all at one revision.
    pub async fn verify(&self) -> Result<Verification, StoreError> {
        let mut snapshot = self.shared.engine.snapshot().await?;
        let head = super::writer::head(&snapshot.read(sql::HEAD, Vec::new()).await?)?;
        let mut found = Verification { head, first_bad_revision: None, findings: Vec::new() };
        check_chain(&mut snapshot, &mut found).await?;
        check_state(&mut snapshot, &mut found).await?;
        self.check_cells(&mut snapshot, &mut found).await?;
        found.findings.truncate(MOST_FINDINGS);
        Ok(found)
    }

    async fn check_cells(&self, snapshot: &mut Snapshot, found: &mut Verification) -> Result<(), StoreError> {
        let mut sums: HashMap<(Arc<str>, Arc<str>, i64), i64> = HashMap::new();
        let mut after: Arc<str> = "".into();
        loop {
            let rows = snapshot.read(sql::EXISTING, vec![Value::Text(Arc::clone(&after))]).await?;
            let Some(last) = rows.last() else { break };
            after = last.text(0)?;
            for row in rows {
                let (name, body) = (row.text(0)?, row.text(1)?);
                match (self.shared.contributions)(&name, &body) {
                    Ok(cells) => {
                        for cell in cells {
                            *sums.entry((cell.series, cell.measure.into(), cell.day)).or_default() += cell.amount;
                        }
                    }
                    Err(cause) => found.findings.push(format!("the body of {name} cannot be read: {cause}")),
                }
            }
        }
        sums.retain(|_, amount| *amount != 0);
        for row in snapshot.read(sql::CELLS, Vec::new()).await? {
            let key = (row.text(0)?, row.text(1)?, row.number(2)?);
            let (stored, computed) = (row.number(3)?, sums.remove(&key).unwrap_or_default());
            if stored != computed {
                found.findings.push(cell_finding(&key, stored, computed));
            }
        }
        found.findings.extend(sums.iter().map(|(key, computed)| cell_finding(key, 0, *computed)));
        Ok(())
    }
}

fn cell_finding((series, measure, day): &(Arc<str>, Arc<str>, i64), stored: i64, computed: i64) -> String {
    format!("the cell {series} {measure} on day {day} holds {stored}, its records add to {computed}")
}

async fn check_chain(snapshot: &mut Snapshot, found: &mut Verification) -> Result<(), StoreError> {
    let mut previous: Arc<str> = ZERO_HASH.into();
    let mut next = 1;
    while next <= found.head.revision && found.first_bad_revision.is_none() {
        let last = next.saturating_add(15).min(found.head.revision);
        let part = match entries(snapshot, next, last).await {
            Ok(part) => part,
            Err(StoreError::Corrupt { problem }) => {
                found.bad(next, problem);
                break;
            }
            Err(error) => return Err(error),
        };
        for expected in next..=last {
            let Some(entry) = part.iter().find(|entry| entry.revision == expected) else {
                found.bad(expected, format!("revision {expected} is missing"));
                break;
            };
            if entry.previous_hash != previous {
                found.bad(expected, format!("revision {expected} does not continue the entry before it"));
                break;
            }
            if entry.compute_hash() != *entry.hash {
                found.bad(expected, format!("revision {expected} does not have the hash that its content gives"));
                break;
            }
            previous = Arc::clone(&entry.hash);
        }
        next = last + 1;
    }
    if found.first_bad_revision.is_none() && previous != found.head.hash {
        found.bad(found.head.revision, "the head does not have the hash of the newest entry".to_owned());
    }
    Ok(())
}

async fn check_state(snapshot: &mut Snapshot, found: &mut Verification) -> Result<(), StoreError> {
    for (statement, what) in [
        (sql::STALE_RESOURCES, "does not stand at its newest version"),
        (sql::DANGLING_RESOURCES, "stands at a version that is not there"),
    ] {
        for row in snapshot.read(statement, Vec::new()).await? {
            let (name, revision) = (row.text(0)?, row.number(1)?);
            found.findings.push(format!("{name} {what} (revision {revision})"));
        }
    }
    Ok(())
}
