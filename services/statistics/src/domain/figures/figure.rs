//! Figures: the value of a measure over a window, for one unit or for several together.

use jiff::civil::Date;

use crate::domain::calendars::window::Window;
use crate::domain::figures::catalogue::Catalogue;
use crate::domain::figures::measure::{Formula, Span};

/// The exact value of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// Of a flow or stock.
    Amount(i64),
    /// Of a ratio.
    Ratio(Ratio),
}

impl Value {
    /// Of a flow or stock.
    #[must_use]
    pub fn amount(self) -> Option<i64> {
        match self {
            Self::Amount(amount) => Some(amount),
            Self::Ratio(_) => None,
        }
    }
}

/// A share with its counts: it cannot exist without them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    /// The part.
    pub numerator: i64,
    /// The whole.
    pub denominator: i64,
}

impl Ratio {
    /// In per cent with one decimal, rounded half up; `None` where the whole is 0.
    #[must_use]
    pub fn percent(&self) -> Option<String> {
        let tenths = self.tenths()?;
        let (sign, tenths) = (if tenths < 0 { "-" } else { "" }, tenths.unsigned_abs());
        Some(format!("{sign}{}.{}", tenths / 10, tenths % 10))
    }

    /// In tenths of a per cent, rounded half up; `None` where the whole is 0.
    #[must_use]
    pub fn tenths(&self) -> Option<i64> {
        if self.denominator == 0 {
            return None;
        }
        let (part, whole) = (i128::from(self.numerator), i128::from(self.denominator));
        i64::try_from((2 * 1000 * part + whole).div_euclid(2 * whole)).ok()
    }
}

/// The dated sums that a figure is computed from.
pub trait Sums {
    /// Of the days from `first` to `last`.
    fn within(&self, sum: &str, first: Date, last: Date) -> i64;
    /// Of all days up to `day`.
    fn up_to(&self, sum: &str, day: Date) -> i64;
}

impl Span {
    /// A sum over its days of a window.
    pub fn total(self, sums: &impl Sums, sum: &str, window: Window) -> i64 {
        match self {
            Self::Within => sums.within(sum, window.first, window.last),
            Self::Before => sums.up_to(sum, window.first.yesterday().unwrap_or(window.first)),
            Self::Through => sums.up_to(sum, window.last),
        }
    }

    /// Whether a day of a window is one of its days.
    #[must_use]
    pub fn holds(self, day: Date, window: Window) -> bool {
        match self {
            Self::Within => window.first <= day && day <= window.last,
            Self::Before => day < window.first,
            Self::Through => day <= window.last,
        }
    }
}

/// The value of a formula over a window.
#[must_use]
pub fn compute(catalogue: &Catalogue, formula: &Formula, sums: &impl Sums, window: Window) -> Value {
    match formula {
        Formula::Ratio { numerator, denominator } => Value::Ratio(Ratio {
            numerator: amount_of(catalogue, numerator, sums, window),
            denominator: amount_of(catalogue, denominator, sums, window),
        }),
        Formula::Flow { .. } | Formula::Stock { .. } => Value::Amount(amount(formula, sums, window)),
    }
}

fn amount_of(catalogue: &Catalogue, code: &str, sums: &impl Sums, window: Window) -> i64 {
    // The catalogue is checked when it is read: the parts of a ratio are there.
    catalogue.get(code).map_or(0, |measure| amount(&measure.formula, sums, window))
}

/// The value of a flow or stock over a window; 0 for a ratio, which needs the measures that it is made of.
#[must_use]
pub fn amount(formula: &Formula, sums: &impl Sums, window: Window) -> i64 {
    formula.terms().map(|term| term.sign * term.span.total(sums, term.sum, window)).sum()
}

/// The total of a measure over several units. The parts of ratios add; the share follows.
#[must_use]
pub fn total(formula: &Formula, values: impl Iterator<Item = Value>) -> Value {
    let none = match formula {
        Formula::Ratio { .. } => Value::Ratio(Ratio { numerator: 0, denominator: 0 }),
        Formula::Flow { .. } | Formula::Stock { .. } => Value::Amount(0),
    };
    values.fold(none, |sum, value| match (sum, value) {
        (Value::Ratio(a), Value::Ratio(b)) => Value::Ratio(Ratio {
            numerator: a.numerator + b.numerator,
            denominator: a.denominator + b.denominator,
        }),
        (Value::Amount(a), Value::Amount(b)) => Value::Amount(a + b),
        // One measure has values of one kind.
        (Value::Ratio(_), Value::Amount(_)) | (Value::Amount(_), Value::Ratio(_)) => sum,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shares_are_rounded_half_up_to_one_decimal() {
        for (numerator, denominator, percent) in [
            (89, 101, "88.1"),
            (238, 316, "75.3"),
            (1, 8, "12.5"),
            (1, 2000, "0.1"),
            (1, 2001, "0.0"),
            (3, 2, "150.0"),
            (0, 5, "0.0"),
        ] {
            assert_eq!(
                Ratio { numerator, denominator }.percent().as_deref(),
                Some(percent),
                "{numerator}/{denominator}"
            );
        }
        assert_eq!(Ratio { numerator: 0, denominator: 0 }.percent(), None);
    }

    #[test]
    fn a_window_is_open_until_its_period_has_ended() {
        let window = |last, period_last| Window { first: date(2022, 12, 15), last, period_last };
        let (conference, end) = (date(2023, 11, 21), date(2023, 12, 14));
        assert!(window(conference, end).is_open(date(2026, 1, 1)));
        assert!(window(end, end).is_open(end));
        assert!(!window(end, end).is_open(date(2023, 12, 15)));
    }

    struct Daily(Vec<(Date, i64)>);

    impl Sums for Daily {
        fn within(&self, _: &str, first: Date, last: Date) -> i64 {
            self.0.iter().filter(|(day, _)| first <= *day && *day <= last).map(|(_, amount)| amount).sum()
        }

        fn up_to(&self, _: &str, day: Date) -> i64 {
            self.within("", Date::MIN, day)
        }
    }

    proptest! {
        #[test]
        fn flows_of_adjoining_windows_add_and_stocks_meet(
            days in prop::collection::vec((0_i32..400, -5_i64..9), 0..40),
            split in 1_i32..399,
        ) {
            let day = |offset: i32| date(2023, 1, 1).checked_add(jiff::Span::new().days(offset)).unwrap();
            let sums = Daily(days.into_iter().map(|(offset, amount)| (day(offset), amount)).collect());
            let window = |first, last| Window { first: day(first), last: day(last), period_last: day(last) };
            let flow = Formula::Flow { window: vec!["x".to_owned()] };
            let opening = Formula::Stock { window: vec![], before: vec!["x".to_owned()], before_less: vec![], through: vec![], through_less: vec![] };
            let closing = Formula::Stock { window: vec![], before: vec![], before_less: vec![], through: vec!["x".to_owned()], through_less: vec![] };
            let (whole, first, second) = (window(0, 400), window(0, split - 1), window(split, 400));
            prop_assert_eq!(amount(&flow, &sums, whole), amount(&flow, &sums, first) + amount(&flow, &sums, second));
            prop_assert_eq!(amount(&closing, &sums, first), amount(&opening, &sums, second));
        }
    }
}
