//! Verification: the chain of hashes, the state that follows from it, and the cells that follow from the state.

use std::sync::Arc;

use super::cells::CellPages;
use super::engine::{Transaction, Value};
use super::journal::{Entry, ZERO_HASH, entries};
use super::{Head, Map, Store, StoreError, sql};

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

    /// What cannot be read is a finding too; only a database that does not answer ends the verification.
    fn note(&mut self, outcome: Result<(), StoreError>) -> Result<(), StoreError> {
        match outcome {
            Err(StoreError::Corrupt { problem }) => {
                self.findings.push(problem);
                Ok(())
            }
            other => other,
        }
    }
}

/// At most this many findings are told of.
const MOST_FINDINGS: usize = 20;

impl Store {
    /// Recomputes every hash, and compares the state with the versions and the cells with the state, all at one revision.
    pub async fn verify(&self) -> Result<Verification, StoreError> {
        let mut snapshot = self.shared.engine.long_snapshot().await?;
        let head = super::writer::head(&snapshot.run(sql::HEAD, Vec::new()).await?)?;
        let mut found = Verification { head, first_bad_revision: None, findings: Vec::new() };
        check_chain(&mut snapshot, &mut found).await?;
        let stale = check_versions(&mut snapshot, &mut found).await;
        found.note(stale)?;
        let resources = self.check_resources(&mut snapshot, &mut found).await;
        found.note(resources)?;
        found.findings.truncate(MOST_FINDINGS);
        Ok(found)
    }

    /// One walk over all resources: each stands at a version that is there, and together they add to the cells.
    async fn check_resources(
        &self,
        snapshot: &mut Transaction,
        found: &mut Verification,
    ) -> Result<(), StoreError> {
        let mut sums = Sums::default();
        let mut after: Arc<str> = "".into();
        loop {
            let rows = snapshot.run(sql::STANDING, vec![Value::Text(Arc::clone(&after))]).await?;
            let Some(last) = rows.last() else { break };
            after = last.text(0)?;
            for row in rows {
                let name = row.text(0)?;
                if row.optional_number(2)?.is_none() {
                    let revision = row.number(1)?;
                    found
                        .findings
                        .push(format!("{name} stands at a version that is not there (revision {revision})"));
                }
                let Some(body) = row.optional_text(3)? else { continue };
                let found_by = row.optional_text(4)?;
                if found_by.as_deref() != (self.shared.contributions.found_by)(&name, &body).as_deref() {
                    found.findings.push(format!("{name} is not found by what its body says ({found_by:?})"));
                }
                match (self.shared.contributions.of)(&name, &body) {
                    Ok(cells) => {
                        for cell in cells {
                            *sums.entry((cell.series, cell.measure.into(), cell.day)).or_default() +=
                                cell.amount;
                        }
                    }
                    Err(cause) => found.findings.push(format!("the body of {name} cannot be read: {cause}")),
                }
            }
        }
        sums.retain(|_, amount| *amount != 0);
        compare_cells(snapshot, sums, found).await
    }
}

type Sums = Map<(Arc<str>, Arc<str>, i64), i64>;

async fn compare_cells(
    snapshot: &mut Transaction,
    mut sums: Sums,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let mut pages = CellPages::default();
    while let Some(rows) = pages.next(snapshot).await? {
        for row in rows {
            let key = (row.text(0)?, row.text(1)?, row.number(2)?);
            let (stored, computed) = (row.number(3)?, sums.remove(&key).unwrap_or_default());
            if stored != computed {
                found.findings.push(cell_finding(&key, stored, computed));
            }
        }
    }
    found.findings.extend(sums.iter().map(|(key, computed)| cell_finding(key, 0, *computed)));
    Ok(())
}

fn cell_finding((series, measure, day): &(Arc<str>, Arc<str>, i64), stored: i64, computed: i64) -> String {
    format!("the cell {series} {measure} on day {day} holds {stored}, its records add to {computed}")
}

/// How many entries are read at once.
const ENTRIES_AT_ONCE: i64 = 16;

async fn check_chain(snapshot: &mut Transaction, found: &mut Verification) -> Result<(), StoreError> {
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

/// How many revisions are compared with their resources at once: no statement may take long.
const REVISIONS_AT_ONCE: i64 = 2000;

/// No version is newer than what its resource's row points at.
async fn check_versions(snapshot: &mut Transaction, found: &mut Verification) -> Result<(), StoreError> {
    let mut next = 1;
    while next <= found.head.revision {
        let last = next + REVISIONS_AT_ONCE - 1;
        let span = vec![Value::Number(next), Value::Number(last)];
        if let Some(row) = snapshot.run(sql::STALE_RESOURCES, span).await?.first() {
            let (name, revision) = (row.text(0)?, row.number(1)?);
            found.findings.push(format!("{name} does not stand at its newest version (revision {revision})"));
            return Ok(());
        }
        next = last + 1;
    }
    Ok(())
}
