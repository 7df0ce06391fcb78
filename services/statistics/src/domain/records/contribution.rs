//! What a record adds to dated sums: a pure function of the record.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

/// `amount` of `measure` on `date`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contribution {
    /// The code of the sum; published measures are expressions over these (`data/measures.toml`).
    pub measure: &'static str,
    /// The day that counts.
    pub date: Date,
    /// How much.
    pub amount: i64,
}

/// The days on which the contributions after a change differ from those before it.
#[must_use]
pub fn changed_days(before: &[Contribution], after: &[Contribution]) -> BTreeSet<Date> {
    let mut changes: BTreeMap<(Date, &str), i64> = BTreeMap::new();
    for (contributions, sign) in [(before, -1), (after, 1)] {
        for one in contributions {
            let change = changes.entry((one.date, one.measure)).or_default();
            *change = change.saturating_add(sign * one.amount);
        }
    }
    changes.retain(|_, amount| *amount != 0);
    changes.into_keys().map(|(date, _)| date).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn on(date: Date, measure: &'static str) -> Contribution {
        Contribution { measure, date, amount: 1 }
    }

    #[test]
    fn days_change_where_a_record_comes_goes_or_means_something_else() {
        let (march, april) = (on(date(2023, 3, 31), "received"), on(date(2023, 4, 1), "processed"));
        let days = |before: &[Contribution], after: &[Contribution]| {
            changed_days(before, after).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(days(&[], &[march]), [march.date], "a new record");
        assert_eq!(days(&[march], &[]), [march.date], "its end");
        assert_eq!(days(&[march], &[on(march.date, "other")]), [march.date], "another meaning");
        assert_eq!(days(&[march], &[march, april]), [april.date], "a later event");
        assert_eq!(days(&[march, april], &[april, march]), [], "the same in another order");
    }
}
