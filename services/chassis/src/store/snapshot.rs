//! Snapshots: many reads of one revision, and what the sums were at an earlier one.

use std::sync::Arc;

use jiff::Timestamp;

use super::cells::read_tallies;
use super::contribution::{Contributions, Series};
use super::engine::{Transaction, Value};
use super::error::StoreError;
use super::handle::Store;
use super::head::{Head, HeadRow};
use super::map::Map;
use super::resource::{PageQuery, Resource};
use super::running_totals::RunningTotals;
use super::sql;

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

    /// The newest entry that any read can have seen by now: within its own process, reads of the database see a write a
    /// moment before [`Store::head`] tells it.
    pub async fn newest(&self) -> Result<Head, StoreError> {
        let seen = self.snapshot().await?.revision();
        let mut watched = self.watch_head();
        let head = self.current().await?;
        if head.revision >= seen {
            return Ok(head);
        }
        let head = watched.wait_for(|head| head.revision >= seen).await;
        head.map(|head| head.clone()).map_err(|_| StoreError::Closing)
    }

    /// The same for reads that take long. Only so many are held at once that quick reads find a connection:
    /// [`StoreError::Busy`] after a short wait where they are all taken.
    pub async fn long_snapshot(&self) -> Result<Snapshot, StoreError> {
        self.at_head(self.shared.engine.long_snapshot().await?).await
    }

    /// The same for a stream that a caller reads at its own pace. A caller has few, so that one is left for others.
    pub async fn stream_snapshot(&self, caller: &str) -> Result<Snapshot, StoreError> {
        self.at_head(self.shared.engine.stream_snapshot(caller).await?).await
    }

    async fn at_head(&self, mut transaction: Transaction) -> Result<Snapshot, StoreError> {
        let revision = HeadRow::read(&transaction.run(sql::HEAD, Vec::new()).await?)?.head.revision;
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

    /// Those of the named resources that exist, in no order.
    pub async fn get_each(&mut self, names: &[Arc<str>]) -> Result<Vec<Resource>, StoreError> {
        let rows = self.transaction.read_each(sql::RESOURCES_BY_NAME, names).await?;
        let mut found: Vec<Resource> = rows.iter().map(Resource::of_row).collect::<Result<_, _>>()?;
        found.retain(|resource| resource.held.body.is_some());
        Ok(found)
    }

    /// A page of a collection, by sort number, then by name.
    pub async fn page(&mut self, query: &PageQuery) -> Result<Vec<Resource>, StoreError> {
        let rows = self.transaction.run(sql::PAGE, query.values()).await?;
        rows.iter().map(Resource::of_row).collect()
    }

    /// A page of a collection whose resources are named below it, by name, whatever their sort numbers: for who reads all.
    /// Names mostly come in the order in which they were entered, so that this goes through a large database and does not
    /// jump about in it.
    pub async fn page_by_name(&mut self, query: &PageQuery) -> Result<Vec<Resource>, StoreError> {
        let (_, after) = &query.after;
        let below = format!("{}/", query.collection);
        let values = vec![
            Value::Text(after.as_str().max(&below).into()),
            Value::Text(format!("{below}{}", char::MAX).into()),
            Value::Number(query.first),
            Value::Number(query.last),
            Value::Number(query.limit.into()),
        ];
        self.transaction.run(sql::PAGE_BY_NAME, values).await?.iter().map(Resource::of_row).collect()
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

    /// The newest revision that was committed at an instant or before. Commit times rise with revisions, but for the few
    /// that an operator let fall: between two of these, one search is enough.
    pub async fn revision_at(&mut self, time: Timestamp) -> Result<i64, StoreError> {
        let newest = self.revision;
        let mut end = newest;
        let falls = self.transaction.run(sql::CLOCK_FALLS, Vec::new()).await?;
        let falls: Vec<i64> = falls.iter().map(|row| row.number(0)).collect::<Result<_, _>>()?;
        for first in falls.into_iter().filter(|first| *first <= newest).chain([1]) {
            let found = self.last_until(first, end, time).await?;
            if found >= first {
                return Ok(found);
            }
            end = first - 1;
        }
        Ok(0)
    }

    /// The last of a span of revisions, whose times rise, that was committed at an instant or before; the one before the
    /// span if there is none.
    async fn last_until(&mut self, first: i64, last: i64, time: Timestamp) -> Result<i64, StoreError> {
        let (mut before, mut after) = (first - 1, last + 1);
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

    /// The running totals of series, each named once, as they stood at a revision, which must not be after the snapshot's.
    /// Costs as much as there are changes between that revision and now, or before it, whichever are fewer; of those that
    /// cannot add to the series only the names are looked at.
    pub async fn tallies_at(
        &mut self,
        revision: i64,
        wanted: &[Series],
    ) -> Result<Vec<RunningTotals>, StoreError> {
        let from_start = revision < self.revision - revision;
        let (after, last, sign) = if from_start { (0, revision, 1) } else { (revision, self.revision, -1) };
        let mut found = Vec::with_capacity(wanted.len());
        for series in wanted {
            found.push(if from_start {
                RunningTotals::default()
            } else {
                read_tallies(&mut self.transaction, series).await?
            });
        }
        for ((series, measure), amounts) in self.deltas(after, last, sign, wanted).await? {
            if let Some(running_totals) = found.get_mut(series) {
                running_totals.add_all(measure, amounts);
            }
        }
        Ok(found)
    }

    /// What the entries after a revision up to another added to series, by the series' place among the wanted and by measure.
    async fn deltas(
        &mut self,
        after: i64,
        last: i64,
        sign: i64,
        wanted: &[Series],
    ) -> Result<Map<(usize, &'static str), Vec<(i64, i64)>>, StoreError> {
        let places: Map<&Series, usize> = wanted.iter().zip(0..).collect();
        let mut sums: Map<(usize, &'static str, i64), i64> = Map::default();
        let names = Names::of(wanted.iter().map(|series| (self.contributions.prefix)(series)).collect());
        let Some((first_name, last_name)) = names.span() else { return Ok(Map::default()) };
        let mut cursor: (i64, Arc<str>) = (after + 1, "".into());
        loop {
            let (revision, name) = cursor.clone();
            let page = vec![
                Value::Number(revision),
                Value::Text(name),
                Value::Number(last),
                Value::Text(first_name.as_str().into()),
                Value::Text(last_name.as_str().into()),
            ];
            let rows = self.transaction.run(sql::REPLACED_IN_PAGES, page).await?;
            let Some(end) = rows.last() else { break };
            cursor = (end.number(3)?, end.text(0)?);
            for row in rows {
                let name = row.text(0)?;
                if !names.hold(&name) {
                    continue;
                }
                for (body, sign) in [(row.optional_text(1)?, sign), (row.optional_text(2)?, -sign)] {
                    let Some(body) = body else { continue };
                    for cell in self.contributions.read(&name, &body)? {
                        if let Some(place) = places.get(&cell.series) {
                            let sum = sums.entry((*place, cell.measure, cell.day)).or_default();
                            *sum = sum.saturating_add(cell.amount.saturating_mul(sign));
                        }
                    }
                }
            }
        }
        let mut deltas: Map<(usize, &'static str), Vec<(i64, i64)>> = Map::default();
        for ((place, measure, day), amount) in sums.into_iter().filter(|(_, amount)| *amount != 0) {
            deltas.entry((place, measure)).or_default().push((day, amount));
        }
        Ok(deltas)
    }
}

/// How names begin whose bodies may add to some series; none begins with another.
struct Names(Vec<String>);

impl Names {
    fn of(mut prefixes: Vec<String>) -> Self {
        prefixes.sort_unstable();
        prefixes.dedup_by(|next, kept| next.starts_with(&**kept));
        Self(prefixes)
    }

    /// The first and the last name that there can be.
    fn span(&self) -> Option<(String, String)> {
        Some((self.0.first()?.clone(), format!("{}{}", self.0.last()?, char::MAX)))
    }

    fn hold(&self, name: &str) -> bool {
        let after = self.0.partition_point(|prefix| **prefix <= *name);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|prefix| name.starts_with(&**prefix))
    }
}
