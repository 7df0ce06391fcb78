//! The sums of one series as running totals, so that a window costs two look-ups.
//!
//! Sums are bounded when they are written (see `sum_bounds`). Arithmetic here saturates all the same: a store of an
//! earlier release may hold larger ones, and must be readable.

use super::map::Map;

/// The sums of one series, as running totals by day.
#[derive(Debug, Clone, Default)]
pub struct RunningTotals {
    measures: Map<Box<str>, Vec<(i64, i64)>>,
    pub(super) days: usize,
}

impl RunningTotals {
    /// All that came up to the end of `day`.
    #[must_use]
    pub fn up_to(&self, measure: &str, day: i64) -> i64 {
        self.measures.get(measure).map_or(0, |totals| reached(totals, day))
    }

    /// All that came from the start of `first` to the end of `last`.
    #[must_use]
    pub fn within(&self, measure: &str, first: i64, last: i64) -> i64 {
        self.measures.get(measure).map_or(0, |totals| {
            let before = first.checked_sub(1).map_or(0, |eve| reached(totals, eve));
            reached(totals, last).saturating_sub(before)
        })
    }

    /// The amounts of a measure that has none yet, each day once.
    pub(super) fn put(&mut self, measure: &str, mut amounts: Vec<(i64, i64)>) {
        amounts.sort_unstable();
        let mut total = 0;
        for (_, amount) in &mut amounts {
            total = amount.saturating_add(total);
            *amount = total;
        }
        self.days += amounts.len();
        self.measures.insert(measure.into(), amounts);
    }

    /// Adds to many days of a measure at once.
    pub(super) fn add_all(&mut self, measure: &str, mut amounts: Vec<(i64, i64)>) {
        let totals = self.measures.remove(measure).unwrap_or_default();
        self.days -= totals.len();
        let mut before = 0;
        for (day, total) in totals {
            amounts.push((day, total.saturating_sub(before)));
            before = total;
        }
        amounts.sort_unstable();
        amounts.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        self.put(measure, amounts);
    }

    pub(super) fn add(&mut self, measure: &str, day: i64, amount: i64) {
        if !self.measures.contains_key(measure) {
            self.measures.insert(measure.into(), Vec::new());
        }
        let Some(totals) = self.measures.get_mut(measure) else { return };
        let at = totals.partition_point(|(at, _)| *at < day);
        if totals.get(at).is_none_or(|(found, _)| *found != day) {
            let before = at.checked_sub(1).and_then(|last| totals.get(last)).map_or(0, |(_, total)| *total);
            totals.insert(at, (day, before));
            self.days += 1;
        }
        for (_, total) in totals.iter_mut().skip(at) {
            *total = total.saturating_add(amount);
        }
    }
}

/// The running total at the end of a day.
fn reached(totals: &[(i64, i64)], day: i64) -> i64 {
    let after = totals.partition_point(|(at, _)| *at <= day);
    after.checked_sub(1).and_then(|last| totals.get(last)).map_or(0, |(_, total)| *total)
}
