//! Days: `google.type.Date` on the wire, [`jiff::civil::Date`] inside.

use jiff::civil::Date;

use crate::Date as Wire;

/// The day that a message holds; `None` where there is no such day.
#[must_use]
pub fn from_wire(wire: Wire) -> Option<Date> {
    let (year, month, day) =
        (i16::try_from(wire.year).ok()?, i8::try_from(wire.month).ok()?, i8::try_from(wire.day).ok()?);
    if year < 1 {
        return None;
    }
    Date::new(year, month, day).ok()
}

/// The message for a day.
#[must_use]
pub fn to_wire(date: Date) -> Wire {
    Wire { year: date.year().into(), month: date.month().into(), day: date.day().into() }
}

/// Days since 1970-01-01: how stores keep and compare days.
#[must_use]
pub fn to_number(date: Date) -> i64 {
    i64::from((date - EPOCH).get_days())
}

/// The day of a number made by [`to_number`]; `None` outside the calendar.
#[must_use]
pub fn from_number(number: i64) -> Option<Date> {
    EPOCH.checked_add(jiff::Span::new().try_days(number).ok()?).ok()
}

const EPOCH: Date = Date::constant(1970, 1, 1);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_day_survives_both_ways(number in -700_000_i64..2_000_000) {
            let date = from_number(number).unwrap();
            prop_assert_eq!(to_number(date), number);
            if date.year() >= 1 {
                prop_assert_eq!(from_wire(to_wire(date)), Some(date));
            }
        }
    }

    #[test]
    fn days_that_do_not_exist_are_none() {
        for (year, month, day) in
            [(2023, 2, 29), (2023, 13, 1), (2023, 0, 1), (0, 1, 1), (-5, 1, 1), (2023, 4, 31)]
        {
            assert_eq!(from_wire(Wire { year, month, day }), None, "{year}-{month}-{day}");
        }
        assert!(from_wire(Wire { year: 2024, month: 2, day: 29 }).is_some());
    }
}
