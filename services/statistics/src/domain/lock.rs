//! Locked periods: once a return is approved, what counts on the days of its period stays as it is. Days before are not
//! locked by it: what changes there changes what the period began with, and shows beside what was approved.

use std::collections::BTreeMap;

use jiff::civil::Date;
use thidua_proto::names::{RecordKind, ReturnName, UnitName};

use super::contribution::Contribution;
use crate::error::Error;

/// What an approved return locks for its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The return.
    pub return_name: ReturnName,
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// The kinds of records that its form counts.
    pub kinds: Vec<RecordKind>,
}

impl Lock {
    fn holds(&self, kind: RecordKind, date: Date) -> bool {
        self.first <= date && date <= self.last && self.kinds.contains(&kind)
    }
}

/// Whether a record may come, change or go: nothing that it adds on a locked day may differ afterwards. What it adds on
/// other days may, so that a petition received in a locked quarter can be settled in the next.
pub fn permit(
    unit: &UnitName,
    locks: &[Lock],
    kind: RecordKind,
    (before, after): (&[Contribution], &[Contribution]),
) -> Result<(), Error> {
    if locks.is_empty() {
        return Ok(());
    }
    let mut changes: BTreeMap<(Date, &str), i64> = BTreeMap::new();
    for (contributions, sign) in [(before, -1), (after, 1)] {
        for one in contributions {
            *changes.entry((one.date, one.measure)).or_default() += sign * one.amount;
        }
    }
    changes.retain(|_, amount| *amount != 0);
    let locked = |(date, _): &(Date, &str)| {
        locks.iter().find(|lock| lock.holds(kind, *date)).map(|lock| (*date, lock))
    };
    match changes.keys().find_map(locked) {
        None => Ok(()),
        Some((date, lock)) => Err(Error::PeriodLocked { unit: unit.clone(), date, lock: lock.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn lock(first: Date, last: Date) -> Lock {
        Lock {
            return_name: "units/a/returns/r".parse().unwrap(),
            first,
            last,
            kinds: vec![RecordKind::Petition],
        }
    }

    fn on(date: Date, measure: &'static str) -> Contribution {
        Contribution { measure, date, amount: 1 }
    }

    #[test]
    fn only_locked_days_of_the_kind_stay_as_they_are() {
        let unit: UnitName = "units/a".parse().unwrap();
        let locks = [lock(date(2023, 1, 1), date(2023, 3, 31))];
        let (march, april) = (on(date(2023, 3, 31), "received"), on(date(2023, 4, 1), "processed"));
        let permit = |kind, before: &[Contribution], after: &[Contribution]| {
            permit(&unit, &locks, kind, (before, after)).is_ok()
        };
        assert!(!permit(RecordKind::Petition, &[], &[march]), "a record dated into the period");
        assert!(!permit(RecordKind::Petition, &[march], &[]), "its end");
        assert!(!permit(RecordKind::Petition, &[march], &[on(march.date, "other")]), "another meaning");
        assert!(permit(RecordKind::Petition, &[march], &[march, april]), "a later event");
        assert!(permit(RecordKind::Petition, &[], &[april]), "a later record");
        assert!(permit(RecordKind::Reception, &[], &[march]), "another kind");
    }
}
