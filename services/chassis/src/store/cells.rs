//! Cells: dated sums over what records contribute, so that a total over any window is right the moment a write is
//! acknowledged and costs the same however many records there are.
//!
//! The table is the truth; series in use are also kept in memory as running totals, which move on with every
//! commit before it is answered, or, where other processes write too, before anybody reads them.

use std::sync::{Arc, PoisonError, RwLock};

use super::contribution::{Contributions, Deltas, Series, add_cells};
use super::engine::{Row, Transaction, Value};
use super::error::StoreError;
use super::map::Map;
use super::running_totals::RunningTotals;
use super::sql;

/// Reads `day amount,day amount`.
fn amounts(text: &str) -> Result<Vec<(i64, i64)>, StoreError> {
    let pair = |part: &str| {
        let (day, amount) = part.split_once(' ')?;
        Some((day.parse().ok()?, amount.parse().ok()?))
    };
    let corrupt = || StoreError::Corrupt { problem: format!("`{text}` is no list of days and amounts") };
    text.split(',').map(pair).collect::<Option<_>>().ok_or_else(corrupt)
}

/// Running totals in memory.
#[derive(Debug)]
pub(super) struct CellCache(RwLock<Cached>);

#[derive(Debug, Default)]
struct Cached {
    revision: i64,
    series: Map<Series, Slot>,
    days: usize,
}

#[derive(Debug)]
enum Slot {
    /// Being read; what was committed after `since`, step by step.
    Loading {
        since: i64,
        log: Vec<Step>,
    },
    Ready(Arc<RunningTotals>),
}

/// A move of the journal from one revision to a later one, and what it added to a series.
#[derive(Debug)]
struct Step {
    after: i64,
    until: i64,
    deltas: Vec<(&'static str, i64, i64)>,
}

/// How many days of running totals are kept before all are let go; 16 bytes each. Few under test, so that letting go is
/// tested too.
pub(super) const MOST_DAYS: usize = if cfg!(test) { 40 } else { 2_000_000 };

impl CellCache {
    /// Nothing yet, of a journal that stands at a revision.
    pub(super) fn new(revision: i64) -> Self {
        Self(RwLock::new(Cached { revision, ..Cached::default() }))
    }

    /// Moves on to a committed revision.
    pub(super) fn commit(&self, revision: i64, deltas: &Deltas) {
        let mut cached = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let after = std::mem::replace(&mut cached.revision, revision);
        for ((series, measure, day), amount) in deltas {
            match cached.series.get_mut(series) {
                Some(Slot::Ready(running_totals)) => {
                    Arc::make_mut(running_totals).add(measure, *day, *amount);
                }
                Some(Slot::Loading { log, .. }) => {
                    if log.last().is_none_or(|step| step.until != revision) {
                        log.push(Step { after, until: revision, deltas: Vec::new() });
                    }
                    if let Some(step) = log.last_mut() {
                        step.deltas.push((measure, *day, *amount));
                    }
                }
                None => {}
            }
        }
    }

    /// Moves on to a committed revision that added what is not known.
    pub(super) fn forget(&self, revision: i64) {
        let mut cached = self.0.write().unwrap_or_else(PoisonError::into_inner);
        cached.revision = revision;
        cached.series.clear();
        cached.days = 0;
    }

    /// The series asked for at one revision, or those that have to be loaded first.
    pub(super) fn ready(&self, wanted: &[Series]) -> Result<(i64, Vec<Arc<RunningTotals>>), Vec<Series>> {
        let cached = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = Vec::with_capacity(wanted.len());
        let mut missing = Vec::new();
        for series in wanted {
            match cached.series.get(series) {
                Some(Slot::Ready(running_totals)) => found.push(Arc::clone(running_totals)),
                Some(Slot::Loading { .. }) | None => missing.push(Arc::clone(series)),
            }
        }
        if missing.is_empty() { Ok((cached.revision, found)) } else { Err(missing) }
    }

    /// Lets go of all series once they are too many.
    pub(super) fn make_room(&self) {
        let mut cached = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if cached.days > MOST_DAYS {
            cached.series.clear();
            cached.days = 0;
        }
    }

    pub(super) fn begin_load(&self, series: &Series) {
        let mut cached = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let since = cached.revision;
        cached.series.entry(Arc::clone(series)).or_insert_with(|| Slot::Loading { since, log: Vec::new() });
    }

    pub(super) fn end_load(&self, series: &Series, revision: i64, loaded: Option<RunningTotals>) {
        let mut cached = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(Slot::Loading { since, log }) = cached.series.get(series) else { return };
        let Some(mut running_totals) = loaded else {
            cached.series.remove(series);
            return;
        };
        // The slot was let go and taken again by another load, whose log does not reach back far enough for this one.
        if revision < *since {
            return;
        }
        // What was read lies within a step that cannot be divided.
        if log.iter().any(|step| step.after < revision && revision < step.until) {
            cached.series.remove(series);
            return;
        }
        for (measure, day, amount) in log.iter().filter(|step| step.until > revision).flat_map(|s| &s.deltas)
        {
            running_totals.add(measure, *day, *amount);
        }
        cached.days += running_totals.days;
        cached.series.insert(Arc::clone(series), Slot::Ready(Arc::new(running_totals)));
    }
}

/// The sums of a series as a transaction sees them.
pub(super) async fn read_tallies(
    transaction: &mut Transaction,
    series: &Series,
) -> Result<RunningTotals, StoreError> {
    let mut running_totals = RunningTotals::default();
    for row in transaction.run(sql::CELLS_OF_SERIES, vec![Value::Text(Arc::clone(series))]).await? {
        running_totals.put(&row.text(0)?, amounts(&row.text(1)?)?);
    }
    Ok(running_totals)
}

/// How many cells are read at once.
const CELLS_AT_ONCE: i64 = 5000;
/// How many cells a statement writes at most.
const CELLS_WRITTEN_AT_ONCE: usize = 50_000;

/// All cells, page by page.
pub(super) struct CellPages([Value; 3]);

impl Default for CellPages {
    fn default() -> Self {
        Self([Value::Text("".into()), Value::Text("".into()), Value::Number(i64::MIN)])
    }
}

impl CellPages {
    pub(super) async fn next(
        &mut self,
        transaction: &mut Transaction,
    ) -> Result<Option<Vec<Row>>, StoreError> {
        let page = [&self.0[..], &[Value::Number(CELLS_AT_ONCE)]].concat();
        let rows = transaction.run(sql::CELLS_AFTER, page).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.0 = [Value::Text(last.text(0)?), Value::Text(last.text(1)?), Value::Number(last.number(2)?)];
        Ok(Some(rows))
    }
}

/// Counts all records anew, with the contributions of this program, and finds them by what it finds them by.
pub(super) async fn recount(
    transaction: &mut Transaction,
    contributions: &Contributions,
) -> Result<(), StoreError> {
    transaction.run(sql::CLEAR_CELLS, Vec::new()).await?;
    let mut sums = Deltas::default();
    let mut after: Arc<str> = "".into();
    loop {
        let rows = transaction.run(sql::STANDING, vec![Value::Text(Arc::clone(&after))]).await?;
        let Some(last) = rows.last() else { break };
        after = last.text(0)?;
        for row in &rows {
            let Some(body) = row.optional_text(3)? else { continue };
            let name = row.text(0)?;
            let found_by: Option<Arc<str>> = (contributions.found_by)(&name, &body).map(Into::into);
            if found_by != row.optional_text(4)? {
                let values = vec![Value::OptionalText(found_by), Value::Text(Arc::clone(&name))];
                transaction.run(sql::FIND_BY, values).await?;
            }
            add_cells(&mut sums, &contributions.read(&name, &body)?, 1);
        }
    }
    let mut rows = rows_of(&sums);
    loop {
        let part: Vec<Value> = rows.by_ref().take(4 * CELLS_WRITTEN_AT_ONCE).collect();
        if part.is_empty() {
            break;
        }
        transaction.write_rows(sql::ADD_TO_CELLS, 4, part).await?;
    }
    transaction.run(sql::PUT_EDITION, vec![Value::Number(contributions.edition)]).await?;
    Ok(())
}

/// Sums that are not 0, as the statement that writes them takes them, in the order of the table.
pub(super) fn rows_of(deltas: &Deltas) -> impl Iterator<Item = Value> {
    let mut rows: Vec<_> = deltas.iter().filter(|(_, amount)| **amount != 0).collect();
    rows.sort_unstable();
    rows.into_iter().flat_map(|((series, measure, day), amount)| {
        [
            Value::Text(Arc::clone(series)),
            Value::Text((*measure).into()),
            Value::Number(*day),
            Value::Number(*amount),
        ]
    })
}
