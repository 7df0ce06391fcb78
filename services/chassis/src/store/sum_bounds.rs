//! Bounds of sums, so that no addition that a figure can form ever overflows.
//!
//! What is bounded is the sum of the absolute amounts of a measure's cells in one series: no running total, no window and
//! no partial sum of either can be larger. The bound leaves room for figures that add a thousand of these.
//!
//! Cells are only read where the bound could be near. For each measure that changes by large amounts an upper bound is
//! remembered, which grows with what batches add; once it is too large, the cells tell the true value. Amounts below
//! [`LARGE`] are not followed: it takes more commands than a journal will ever hold for them to overflow anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::contribution::Series;
use super::engine::{Transaction, Value};
use super::error::StoreError;
use super::map::Map;
use super::sql;

/// The largest sum of absolute amounts: the largest whole number that every reader of JSON keeps exactly, 2^53 − 1.
pub(super) const MOST_SUM: i64 = 9_007_199_254_740_991;

/// From which amount on changes are followed: 2^32 commands of less stay within 2^63.
pub(super) const LARGE: u64 = 1 << 31;

/// Whose sum of what.
pub(super) type SumKey = (Series, &'static str);

/// What a command of a batch adds to a cell, where it is much.
#[derive(Debug, Clone)]
pub(super) struct LargeChange {
    /// The command's place in the batch.
    pub(super) command: usize,
    pub(super) key: SumKey,
    pub(super) day: i64,
    pub(super) amount: i64,
    /// Whether it is written, and not only tried.
    pub(super) is_written: bool,
}

/// Upper bounds of the sums of absolute amounts.
#[derive(Debug, Default)]
pub(super) struct SumBounds {
    /// The revision at which they hold; nothing while a batch is under way, or once one failed.
    revision: Option<i64>,
    bounds: Map<SumKey, i64>,
}

impl SumBounds {
    /// The first command of a batch that would make a sum too large, over the cells as a transaction at a revision sees
    /// them.
    pub(super) async fn first_excess(
        &mut self,
        transaction: &mut Transaction,
        revision: i64,
        changes: &[LargeChange],
    ) -> Result<Option<Excess>, StoreError> {
        if self.revision.take() != Some(revision) {
            self.bounds.clear();
        }
        let mut by_key: Map<&SumKey, Vec<&LargeChange>> = Map::default();
        for change in changes {
            by_key.entry(&change.key).or_default().push(change);
        }
        let mut first: Option<Excess> = None;
        for (key, changes) in by_key {
            if self.add_to_bound(key, &changes) {
                continue;
            }
            let mut cells = Cells::read(transaction, key).await?;
            if let Some(command) = cells.add_all(&changes)
                && first.as_ref().is_none_or(|first| command < first.command)
            {
                first = Some(Excess { command, key: key.clone() });
            }
            self.bounds.insert(key.clone(), i64::try_from(cells.sum()).unwrap_or(i64::MAX));
        }
        Ok(first)
    }

    /// Adds changes to a bound that is known; tells whether it is known and low enough with them.
    fn add_to_bound(&mut self, key: &SumKey, changes: &[&LargeChange]) -> bool {
        let Some(bound) = self.bounds.get_mut(key) else { return false };
        for change in changes {
            *bound = change.amount.checked_abs().map_or(i64::MAX, |amount| bound.saturating_add(amount));
        }
        *bound <= MOST_SUM
    }

    /// A batch is committed, from one revision to the next. The bounds hold there if they were told of its changes, or if
    /// they held before and there were none.
    pub(super) fn move_on(&mut self, base: i64, head: i64, knows_changes: bool) {
        if knows_changes || self.revision == Some(base) {
            self.revision = Some(head);
        }
    }
}

/// A command that would make a sum too large.
#[derive(Debug)]
pub(super) struct Excess {
    /// Its place in the batch.
    pub(super) command: usize,
    pub(super) key: SumKey,
}

/// The cells of one measure of one series.
struct Cells(BTreeMap<i64, i128>);

impl Cells {
    async fn read(transaction: &mut Transaction, (series, measure): &SumKey) -> Result<Self, StoreError> {
        let values = vec![Value::Text(Arc::clone(series)), Value::Text((*measure).into())];
        let mut cells = BTreeMap::new();
        for row in transaction.run(sql::CELLS_OF_MEASURE, values).await? {
            cells.insert(row.number(0)?, i128::from(row.number(1)?));
        }
        Ok(Self(cells))
    }

    /// The sum of the absolute amounts.
    fn sum(&self) -> i128 {
        self.0.values().map(|amount| amount.abs()).sum()
    }

    fn add(&mut self, changes: &[&LargeChange], sign: i128) {
        for change in changes {
            *self.0.entry(change.day).or_default() += sign * i128::from(change.amount);
        }
    }

    /// Adds what commands change, in their order, up to the first that would make the sum too large, which is returned.
    /// A sum that is too large already may become smaller.
    fn add_all(&mut self, changes: &[&LargeChange]) -> Option<usize> {
        for of_command in changes.chunk_by(|a, b| a.command == b.command) {
            let before = self.sum();
            self.add(of_command, 1);
            if self.sum() > before.max(i128::from(MOST_SUM)) {
                self.add(of_command, -1);
                return of_command.first().map(|change| change.command);
            }
            if !of_command.iter().all(|change| change.is_written) {
                self.add(of_command, -1);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(command: usize, day: i64, amount: i64) -> LargeChange {
        LargeChange { command, key: ("a".into(), "amounts"), day, amount, is_written: true }
    }

    fn first_excess(cells: &[(i64, i128)], changes: &[LargeChange]) -> Option<usize> {
        let changes: Vec<&LargeChange> = changes.iter().collect();
        Cells(cells.iter().copied().collect()).add_all(&changes)
    }

    #[test]
    fn the_first_command_that_goes_too_far_is_found() {
        let most = MOST_SUM;
        assert_eq!(first_excess(&[], &[change(0, 1, most), change(1, 1, 1), change(2, 2, -1)]), Some(1));
        assert_eq!(first_excess(&[], &[change(0, 1, most), change(1, 2, -1)]), Some(1));
        assert_eq!(first_excess(&[], &[change(0, 1, most), change(1, 1, -1), change(2, 2, 1)]), None);
        assert_eq!(first_excess(&[(1, most.into())], &[change(0, 1, -5), change(0, 2, 5)]), None);
        assert_eq!(first_excess(&[(1, most.into())], &[change(0, 1, 5), change(0, 2, -5)]), Some(0));
    }

    #[test]
    fn a_sum_that_is_too_large_may_become_smaller() {
        let cells = [(1, 10 * i128::from(MOST_SUM))];
        assert_eq!(first_excess(&cells, &[change(0, 1, -MOST_SUM), change(1, 1, 1)]), Some(1));
    }

    #[test]
    fn what_is_only_tried_takes_no_room() {
        let tried = LargeChange { is_written: false, ..change(0, 1, MOST_SUM) };
        assert_eq!(first_excess(&[], &[tried, change(1, 1, MOST_SUM)]), None);
    }
}
