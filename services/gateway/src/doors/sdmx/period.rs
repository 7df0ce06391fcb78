//! Reporting periods by their names: the years of inspection statistics and their parts, as SDMX and as forms write them.
//!
//! SDMX writes `2023-A1`, `2023-Q1`. A reporting year is called after the calendar year in which it ends. SDMX's attribute
//! `REPORTING_YEAR_START_DAY` cannot say this: a year must then bear the number of the calendar year in which it begins, and
//! 2023 would become 2022. For years called after the one in which they end, SDMX's guidelines on non-calendar years have
//! the attribute `REPYEAREND`.

use std::fmt;

use jiff::civil::Date;

/// The years that can be named: statistics knows days from 1900 on.
pub const YEARS: std::ops::RangeInclusive<i16> = 1901..=2999;

/// How often figures are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frequency {
    /// Năm.
    Annual,
    /// Sáu tháng.
    HalfYearly,
    /// Quý.
    Quarterly,
    /// Tháng.
    Monthly,
}

impl Frequency {
    /// All.
    pub const ALL: [Self; 4] = [Self::Annual, Self::HalfYearly, Self::Quarterly, Self::Monthly];

    /// The code, which is also the letter in a period's name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Annual => "A",
            Self::HalfYearly => "S",
            Self::Quarterly => "Q",
            Self::Monthly => "M",
        }
    }

    /// How long its periods are, in months.
    #[must_use]
    pub fn months(self) -> i8 {
        match self {
            Self::Annual => 12,
            Self::HalfYearly => 6,
            Self::Quarterly => 3,
            Self::Monthly => 1,
        }
    }

    /// The number of its last period in a year.
    #[must_use]
    pub fn periods(self) -> i8 {
        12 / self.months()
    }

    /// How many digits the number of a period has.
    fn width(self) -> usize {
        if self == Self::Monthly { 2 } else { 1 }
    }
}

/// The name of a period, such as `2023-Q1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodName {
    /// How often there is such a period.
    pub frequency: Frequency,
    /// The reporting year.
    pub year: i16,
    /// Which period of the year, from 1.
    pub number: i8,
}

impl PeriodName {
    /// The name of a period of a year; `None` where there is none of that number.
    #[must_use]
    pub fn new(frequency: Frequency, year: i16, number: i8) -> Option<Self> {
        let is_there = YEARS.contains(&year) && (1..=frequency.periods()).contains(&number);
        is_there.then_some(Self { frequency, year, number })
    }

    fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let frequency = Frequency::ALL.into_iter().find(|frequency| rest.starts_with(frequency.code()))?;
        let (year, number) = (digits(year, 4)?, digits(rest.get(1..)?, frequency.width())?);
        Self::new(frequency, year, i8::try_from(number).ok()?)
    }
}

impl fmt::Display for PeriodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.frequency.width();
        write!(f, "{:04}-{}{:0width$}", self.year, self.frequency.code(), self.number)
    }
}

/// What `startPeriod` or `endPeriod` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeBound {
    /// Reporting periods, from the first to the last of them.
    Periods {
        /// The first.
        first: PeriodName,
        /// The last.
        last: PeriodName,
    },
    /// Days of the calendar, from the first to the last.
    Days {
        /// The first.
        first: Date,
        /// The last.
        last: Date,
    },
}

impl TimeBound {
    /// Reads a reporting period, as SDMX or as forms call it, a year (`2023`, which is the reporting year), a month of the
    /// calendar (`2023-03`) or a day (`2023-03-15`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let whole = |name| Self::Periods { first: name, last: name };
        if let Some(year) = digits(text, 4) {
            return PeriodName::new(Frequency::Annual, year, 1).map(whole);
        }
        let found = PeriodName::parse(text).map(whole);
        found.or_else(|| period_of_forms(text)).or_else(|| month_or_day(text))
    }
}

/// The periods that forms call otherwise: `2023-Y`, `2023-6M`, `2023-9M`.
fn period_of_forms(text: &str) -> Option<TimeBound> {
    let (year, name) = text.split_once('-')?;
    let year = digits(year, 4)?;
    let (frequency, number) = match name {
        "Y" => (Frequency::Annual, 1),
        "6M" => (Frequency::HalfYearly, 1),
        "9M" => (Frequency::Quarterly, 3),
        _ => return None,
    };
    let period = |number| PeriodName::new(frequency, year, number);
    Some(TimeBound::Periods { first: period(1)?, last: period(number)? })
}

fn month_or_day(text: &str) -> Option<TimeBound> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4).filter(|year| YEARS.contains(year))?;
    let month = i8::try_from(digits(parts.next()?, 2)?).ok()?;
    let found = match parts.next() {
        None => {
            let first = Date::new(year, month, 1).ok()?;
            TimeBound::Days { first, last: first.last_of_month() }
        }
        Some(day) => {
            let day = Date::new(year, month, i8::try_from(digits(day, 2)?).ok()?).ok()?;
            TimeBound::Days { first: day, last: day }
        }
    };
    parts.next().is_none().then_some(found)
}

fn digits(text: &str, width: usize) -> Option<i16> {
    if text.len() != width || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_period_is_none() {
        for text in [
            "",
            "23",
            "1900",
            "3000",
            "2023-",
            "2023-A2",
            "2023-3M",
            "1900-Y",
            "2023-A",
            "2023-Q0",
            "2023-Q5",
            "2023-S3",
            "2023-M1",
            "2023-M13",
            "2023-W01",
            "2023-13",
            "2023-02-29",
            "2023-1-1",
            "2023-01-01-01",
            "2023-Q1 ",
            "+202",
            "2023-é",
        ] {
            assert_eq!(TimeBound::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn names_are_read_as_they_are_written(year in YEARS, which in 0..4_usize, number in 1..=12_i8) {
            let frequency = Frequency::ALL[which];
            let name = PeriodName::new(frequency, year, number);
            prop_assert_eq!(name.is_some(), number <= frequency.periods());
            if let Some(name) = name {
                prop_assert_eq!(PeriodName::parse(&name.to_string()), Some(name));
            }
        }
    }
}
