//! Reporting periods: the years of inspection statistics and their parts, as SDMX writes them.
//!
//! A reporting year runs from 15 December of the year before to 14 December (TT 02/2021/TT-TTCP, and so the quarters and
//! half-years in it); months are its twelfths, from the 15th to the 14th. SDMX writes `2023-A1`, `2023-Q1`. Its attribute
//! `REPORTING_YEAR_START_DAY` cannot say this calendar: a year must then bear the number of the calendar year in which it
//! begins, and 2023 would become 2022. For years called after the one in which they end, SDMX's guidelines on
//! non-calendar years have the attribute `REPYEAREND`.

use std::fmt;

use jiff::Span;
use jiff::civil::Date;

/// The value of `REPYEAREND`: the last day of every reporting year, as `xs:gMonthDay`.
pub const YEAR_END: &str = "--12-14";

/// The first year of which data are given where no start is asked for: the measures are defined by its forms.
pub const FIRST_YEAR: i16 = 2021;

/// The years that can be asked for: statistics knows days from 1900 on.
const YEARS: std::ops::RangeInclusive<i16> = 1901..=2999;

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

    /// The code, which is also the letter in a period.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Annual => "A",
            Self::HalfYearly => "S",
            Self::Quarterly => "Q",
            Self::Monthly => "M",
        }
    }

    /// What it is called, in Vietnamese and English.
    #[must_use]
    pub fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Annual => ("Năm báo cáo", "Reporting year"),
            Self::HalfYearly => ("Nửa năm báo cáo (6 tháng)", "Half a reporting year"),
            Self::Quarterly => ("Quý báo cáo", "Quarter of a reporting year"),
            Self::Monthly => ("Tháng báo cáo", "Month of a reporting year"),
        }
    }

    fn months(self) -> i8 {
        match self {
            Self::Annual => 12,
            Self::HalfYearly => 6,
            Self::Quarterly => 3,
            Self::Monthly => 1,
        }
    }
}

/// A reporting period with its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// How often there is one.
    pub frequency: Frequency,
    year: i16,
    number: i8,
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
}

impl Period {
    /// The period of a year; `None` where there is none of that number.
    #[must_use]
    pub fn new(frequency: Frequency, year: i16, number: i8) -> Option<Self> {
        if !YEARS.contains(&year) || number < 1 || number > 12 / frequency.months() {
            return None;
        }
        let begin = Date::new(year - 1, 12, 15).ok()?;
        let after =
            |periods: i8| begin.checked_add(Span::new().try_months(periods * frequency.months()).ok()?).ok();
        Some(Self {
            frequency,
            year,
            number,
            first: after(number - 1)?,
            last: after(number)?.yesterday().ok()?,
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let frequency = Frequency::ALL.into_iter().find(|frequency| rest.starts_with(frequency.code()))?;
        let (year, number) = (digits(year, 4)?, rest.get(1..)?);
        let width = if frequency == Frequency::Monthly { 2 } else { 1 };
        Self::new(frequency, year, i8::try_from(digits(number, width)?).ok()?)
    }

    /// All periods of a frequency whose days lie between two days.
    pub fn between(frequency: Frequency, first: Date, last: Date) -> impl Iterator<Item = Self> {
        let years = first.year()..=last.year().saturating_add(1);
        let numbers = move |year| (1..=12).filter_map(move |number| Self::new(frequency, year, number));
        years.flat_map(numbers).filter(move |period| first <= period.first && period.last <= last)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = if self.frequency == Frequency::Monthly { 2 } else { 1 };
        write!(f, "{:04}-{}{:0width$}", self.year, self.frequency.code(), self.number)
    }
}

fn digits(text: &str, width: usize) -> Option<i16> {
    if text.len() != width || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// The days of the periods that forms call otherwise: `2023-Y`, `2023-6M`, `2023-9M`.
fn of_forms(text: &str) -> Option<(Date, Date)> {
    let (year, name) = text.split_once('-')?;
    let year = digits(year, 4)?;
    let through = |frequency, number| {
        let (first, last) = (Period::new(frequency, year, 1)?, Period::new(frequency, year, number)?);
        Some((first.first, last.last))
    };
    match name {
        "Y" => through(Frequency::Annual, 1),
        "6M" => through(Frequency::HalfYearly, 1),
        "9M" => through(Frequency::Quarterly, 3),
        _ => None,
    }
}

/// The days of a period as `startPeriod` and `endPeriod` name it: a reporting period, as SDMX or as forms call it, a year
/// (`2023`, which is the reporting year), a month of the calendar (`2023-03`) or a day (`2023-03-15`).
#[must_use]
pub fn days(text: &str) -> Option<(Date, Date)> {
    if let Some(year) = digits(text, 4) {
        let period = Period::new(Frequency::Annual, year, 1)?;
        return Some((period.first, period.last));
    }
    if let Some(period) = Period::parse(text) {
        return Some((period.first, period.last));
    }
    if let Some(found) = of_forms(text) {
        return Some(found);
    }
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4).filter(|year| YEARS.contains(year))?;
    let month = i8::try_from(digits(parts.next()?, 2)?).ok()?;
    let found = match parts.next() {
        None => {
            let first = Date::new(year, month, 1).ok()?;
            (first, first.last_of_month())
        }
        Some(day) => {
            let day = Date::new(year, month, i8::try_from(digits(day, 2)?).ok()?).ok()?;
            (day, day)
        }
    };
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn periods_have_the_days_of_the_circular() {
        for (text, first, last) in [
            ("2023-A1", date(2022, 12, 15), date(2023, 12, 14)),
            ("2023-S1", date(2022, 12, 15), date(2023, 6, 14)),
            ("2023-Y", date(2022, 12, 15), date(2023, 12, 14)),
            ("2023-6M", date(2022, 12, 15), date(2023, 6, 14)),
            ("2023-9M", date(2022, 12, 15), date(2023, 9, 14)),
            ("2023-S2", date(2023, 6, 15), date(2023, 12, 14)),
            ("2023-Q1", date(2022, 12, 15), date(2023, 3, 14)),
            ("2023-Q4", date(2023, 9, 15), date(2023, 12, 14)),
            ("2023-M01", date(2022, 12, 15), date(2023, 1, 14)),
            ("2023-M12", date(2023, 11, 15), date(2023, 12, 14)),
            ("2023", date(2022, 12, 15), date(2023, 12, 14)),
            ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
            ("2023-03-15", date(2023, 3, 15), date(2023, 3, 15)),
        ] {
            assert_eq!(days(text), Some((first, last)), "{text}");
        }
    }

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
            assert_eq!(days(text), None, "{text}");
        }
    }

    #[test]
    fn only_whole_periods_lie_between_two_days() {
        let between = |frequency, first, last| {
            Period::between(frequency, first, last).map(|period| period.to_string()).collect::<Vec<_>>()
        };
        let (first, last) = (date(2022, 12, 15), date(2023, 12, 14));
        assert_eq!(between(Frequency::Annual, first, last), ["2023-A1"]);
        assert_eq!(between(Frequency::Quarterly, first, last), ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4"]);
        assert_eq!(between(Frequency::Monthly, first, last).len(), 12);
        assert_eq!(between(Frequency::HalfYearly, date(2022, 12, 16), last), ["2023-S2"]);
        assert!(between(Frequency::Annual, last, first).is_empty());
    }

    proptest! {
        #[test]
        fn parts_of_a_year_follow_each_other_and_fill_it(year in YEARS, which in 0..4_usize) {
            let frequency = Frequency::ALL[which];
            let whole = Period::new(Frequency::Annual, year, 1).unwrap();
            let parts: Vec<Period> = Period::between(frequency, whole.first, whole.last).collect();
            prop_assert_eq!(parts.first().unwrap().first, whole.first);
            prop_assert_eq!(parts.last().unwrap().last, whole.last);
            prop_assert!(parts.windows(2).all(|pair| pair[0].last.tomorrow().unwrap() == pair[1].first));
            for part in parts {
                prop_assert_eq!(Period::parse(&part.to_string()), Some(part));
            }
        }
    }
}
