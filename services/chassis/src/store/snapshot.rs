//! Snapshots: many reads of one revision, and what the sums were at an earlier one.

use std::sync::Arc;

use jiff::Timestamp;

use super::cells::{Deltas, read_tallies};
use super::engine::{Transaction, Value};
use super::{Contributions, PageQuery, Resource, Series, Store, StoreError, Tallies, sql};

/// The store as it stood at one revision, whatever is written meanwhile. Holds one of few connections: read, then let go.
pub struct Snapshot {
    transaction: Transaction,
    contributions: Contributions,
    revision: i64,
}

impl Store {
    /// The newest revision, for a few quick reads. Every write acknowledged anywhere before the call is in it.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.at_head(self.shared.engine.snapshot().await?).await
    }

    /// The same for reads that take long, such as a stream that somebody else reads at their pace. Only so many are held at
    /// once that quick reads find a connection: [`StoreError::Busy`] after a short wait where they are all taken.
    pub async fn long_snapshot(&self) -> Result<Snapshot, StoreError> {
        self.at_head(self.shared.engine.long_snapshot().await?).await
    }

    async fn at_head(&self, mut transaction: Transaction) -> Result<Snapshot, StoreError> {
        let revision = super::writer::head(&transaction.run(sql::HEAD, Vec::new()).await?)?.revision;
        Ok(Snapshot { transaction, contributions: self.shared.contributions, revision })
    }
}

impl Snapshot {
    /// Which revision is read.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// A resource by name, if it exists.
    pub async fn get(&mut self, name: &str) -> Result<Option<Resource>, StoreError> {
        let rows = self.transaction.run(sql::RESOURCE, vec![Value::Text(name.into())]).await?;
        rows.first().map(Resource::of_row).transpose()
    }

    /// A page of a collection, by sort number, then by name.
    pub async fn page(&mut self, query: &PageQuery) -> Result<Vec<Resource>, StoreError> {
        let rows = self.transaction.run(sql::PAGE, query.values()).await?;
        rows.iter().map(Resource::of_row).collect()
    }

    /// All of a collection as it stood at a revision, which must not be after the snapshot's; only for small ones whose
    /// resources stay where they are listed.
    pub async fn collection_at(
        &mut self,
        revision: i64,
        collection: &str,
    ) -> Result<Vec<Resource>, StoreError> {
        let values = vec![Value::Text(collection.into()), Value::Number(revision)];
        self.transaction.run(sql::COLLECTION_AT, values).await?.iter().map(Resource::of_row).collect()
    }

    /// The newest revision that was committed at an instant or before. Revisions follow their times, as far as the clocks
    /// of the programs that made them went forward.
    pub async fn revision_at(&mut self, time: Timestamp) -> Result<i64, StoreError> {
        let (mut before, mut after) = (0, self.revision + 1);
        while before + 1 < after {
            let middle = before.midpoint(after);
            let rows = self.transaction.run(sql::ENTRY_TIME, vec![Value::Number(middle)]).await?;
            let missing = || StoreError::Corrupt { problem: format!("revision {middle} is missing") };
            if rows.first().ok_or_else(missing)?.number(0)? <= time.as_microsecond() {
                before = middle;
            } else {
                after = middle;
            }
        }
        Ok(before)
    }

    /// The running totals of series as they stood at a revision, which must not be after the snapshot's. Costs as much as
    /// there are changes between that revision and now, or before it, whichever are fewer.
    pub async fn tallies_at(&mut self, revision: i64, wanted: &[Series]) -> Result<Vec<Tallies>, StoreError> {
        let from_start = revision < self.revision - revision;
        let (after, last, sign) = if from_start { (0, revision, 1) } else { (revision, self.revision, -1) };
        let mut found = Vec::with_capacity(wanted.len());
        for series in wanted {
            found.push(if from_start {
                Tallies::default()
            } else {
                read_tallies(&mut self.transaction, series).await?
            });
        }
        let deltas = self.deltas(after, last, wanted).await?;
        for ((series, measure, day), amount) in deltas {
            for (_, tallies) in wanted.iter().zip(&mut found).filter(|(one, _)| **one == series) {
                tallies.add(measure, day, sign * amount);
            }
        }
        Ok(found)
    }

    /// What the entries after a revision up to another added to series.
    async fn deltas(&mut self, after: i64, last: i64, wanted: &[Series]) -> Result<Deltas, StoreError> {
        let mut deltas = Deltas::default();
        let mut cursor: (i64, Arc<str>) = (after + 1, "".into());
        loop {
            let (revision, name) = cursor.clone();
            let page = vec![Value::Number(revision), Value::Text(name), Value::Number(last)];
            let rows = self.transaction.run(sql::REPLACED_IN_PAGES, page).await?;
            let Some(end) = rows.last() else { break };
            cursor = (end.number(3)?, end.text(0)?);
            for row in rows {
                let name = row.text(0)?;
                for (body, sign) in [(row.optional_text(1)?, 1), (row.optional_text(2)?, -1)] {
                    let Some(body) = body else { continue };
                    for cell in self.contributions.read(&name, &body)? {
                        if wanted.contains(&cell.series) {
                            *deltas.entry((cell.series, cell.measure, cell.day)).or_default() +=
                                sign * cell.amount;
                        }
                    }
                }
            }
        }
        deltas.retain(|_, amount| *amount != 0);
        Ok(deltas)
    }
}
