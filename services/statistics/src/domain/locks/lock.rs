//! Locked periods: once a return is approved, what counts on the days of its period stays as it is. Days before are not
//! locked by it: what changes there changes what the period began with, and shows beside what was approved.

use std::collections::BTreeSet;

use jiff::civil::Date;
use thidua_proto::names::{RecordKind, ReturnName, UnitName};

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

/// A change of a locked day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodLocked {
    /// The unit.
    pub unit: UnitName,
    /// The day.
    pub date: Date,
    /// What locks it.
    pub lock: Lock,
}

/// Whether a record may come, change or go: what it adds to the sums may differ afterwards on `changed` days, and none of
/// them may be locked. So a petition received in a locked quarter can be settled in the next.
pub fn permit(
    unit: &UnitName,
    locks: &[Lock],
    kind: RecordKind,
    changed: &BTreeSet<Date>,
) -> Result<(), PeriodLocked> {
    for date in changed {
        if let Some(lock) = locks.iter().find(|lock| lock.holds(kind, *date)) {
            return Err(PeriodLocked { unit: unit.clone(), date: *date, lock: lock.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn only_locked_days_of_the_kind_stay_as_they_are() {
        let unit: UnitName = "units/a".parse().unwrap();
        let lock = Lock {
            return_name: "units/a/returns/r".parse().unwrap(),
            first: date(2023, 1, 1),
            last: date(2023, 3, 31),
            kinds: vec![RecordKind::Petition],
        };
        let (march, april) = (date(2023, 3, 31), date(2023, 4, 1));
        let permit = |kind, changed: &[Date]| {
            permit(&unit, std::slice::from_ref(&lock), kind, &changed.iter().copied().collect())
        };
        let refused = permit(RecordKind::Petition, &[april, march]).unwrap_err();
        assert_eq!((refused.date, &refused.lock, &refused.unit), (march, &lock, &unit));
        assert_eq!(permit(RecordKind::Petition, &[april]), Ok(()), "a later day");
        assert_eq!(permit(RecordKind::Petition, &[]), Ok(()), "nothing changes");
        assert_eq!(permit(RecordKind::Reception, &[march]), Ok(()), "another kind");
    }
}
