//! The reporting year as statistics' calendar has it, and the periods that SDMX divides it into.
//!
//! SDMX knows years, halves, quarters and months, each kind of one length. They are counted from the first day of the
//! reporting year (15 December of the year before, by TT 02/2021/TT-TTCP), so that months are its twelfths and the
//! quarters are those of the calendar.

use jiff::Span;
use jiff::civil::Date;
use thidua_proto::{date, statistics as proto};

use super::period::{Frequency, PeriodName, TimeBound, YEARS};

/// The code of the calendar by which figures are served.
pub const CODE: &str = "tt-02-2021";

/// A reporting calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportingCalendar {
    /// A reporting year.
    year: i16,
    /// Its first day.
    first: Date,
    /// Its last day.
    last: Date,
    /// The first reporting year of the calendar.
    first_year: i16,
}

/// A reporting period with its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its name.
    pub name: PeriodName,
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
}

impl ReportingCalendar {
    /// From the calendar that statistics lists with its periods of a year; `None` where it does not tell a year of twelve
    /// months.
    #[must_use]
    pub fn new(calendar: &proto::Calendar, year: i16) -> Option<Self> {
        let day = |wire: Option<thidua_proto::Date>| wire.and_then(date::from_wire);
        let is_year =
            |period: &&proto::Period| period.cumulative && period.last_date == period.year_last_date;
        let found = calendar.periods.iter().find(is_year)?;
        let (first, last) = (day(found.first_date)?, day(found.last_date)?);
        let first_year = day(calendar.valid_from).map_or(year, Date::year);
        let is_twelve_months = first.checked_add(Span::new().months(12)).ok()?.yesterday().ok()? == last;
        is_twelve_months.then_some(Self { year, first, last, first_year })
    }

    /// The value of `REPYEAREND`: the last day of every reporting year, as `xs:gMonthDay`.
    #[must_use]
    pub fn year_end(&self) -> String {
        format!("--{:02}-{:02}", self.last.month(), self.last.day())
    }

    /// The first day of which data are given where no start is asked for: the measures are defined by the forms of that
    /// year.
    #[must_use]
    pub fn begin(&self) -> Option<Date> {
        Some(self.period(PeriodName::new(Frequency::Annual, self.first_year, 1)?)?.first)
    }

    /// A period with its days.
    #[must_use]
    pub fn period(&self, name: PeriodName) -> Option<Period> {
        let begin = self.first.checked_add(Span::new().years(name.year - self.year)).ok()?;
        let months = name.frequency.months();
        let after = |periods: i8| begin.checked_add(Span::new().months(periods * months)).ok();
        Some(Period { name, first: after(name.number - 1)?, last: after(name.number)?.yesterday().ok()? })
    }

    /// All periods of a frequency whose days lie between two days and that have begun by `today`.
    pub fn between(
        self,
        frequency: Frequency,
        first: Date,
        last: Date,
        today: Date,
    ) -> impl Iterator<Item = Period> {
        let names = years(first, last, today).flat_map(move |year| {
            (1..=frequency.periods()).filter_map(move |number| PeriodName::new(frequency, year, number))
        });
        names
            .filter_map(move |name| self.period(name))
            .filter(move |it| first <= it.first && it.last <= last && it.first <= today)
    }

    /// The first and the last day of what a bound names.
    #[must_use]
    pub fn days(&self, bound: TimeBound) -> Option<(Date, Date)> {
        match bound {
            TimeBound::Periods { first, last } => Some((self.period(first)?.first, self.period(last)?.last)),
            TimeBound::Days { first, last } => Some((first, last)),
        }
    }
}

/// The years whose periods may lie between two days and have begun by `today`.
fn years(first: Date, last: Date, today: Date) -> std::ops::RangeInclusive<i16> {
    let first = first.year().max(*YEARS.start());
    first..=last.min(today).year().saturating_add(1).min(*YEARS.end())
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// As statistics tells it.
    pub(in crate::doors::sdmx) fn calendar() -> ReportingCalendar {
        let wire = |day| Some(date::to_wire(day));
        let year_last = date(2024, 12, 14);
        let period = |cumulative, first, last| proto::Period {
            first_date: wire(first),
            last_date: wire(last),
            year_last_date: wire(year_last),
            cumulative,
            ..Default::default()
        };
        let calendar = proto::Calendar {
            valid_from: wire(date(2021, 5, 10)),
            periods: vec![
                period(false, date(2024, 9, 15), year_last),
                period(true, date(2023, 12, 15), date(2024, 9, 14)),
                period(true, date(2023, 12, 15), year_last),
            ],
            ..Default::default()
        };
        ReportingCalendar::new(&calendar, 2024).unwrap()
    }

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
            let bound = TimeBound::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(calendar().days(bound), Some((first, last)), "{text}");
        }
        assert_eq!(calendar().year_end(), "--12-14");
        assert_eq!(calendar().begin(), Some(date(2020, 12, 15)));
    }

    #[test]
    fn only_whole_periods_that_have_begun_lie_between_two_days() {
        let between = |frequency, first, last, today| {
            let found = calendar().between(frequency, first, last, today);
            found.map(|period| period.name.to_string()).collect::<Vec<_>>()
        };
        let (first, last) = (date(2022, 12, 15), date(2023, 12, 14));
        assert_eq!(between(Frequency::Annual, first, last, Date::MAX), ["2023-A1"]);
        let quarters = ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4"];
        assert_eq!(between(Frequency::Quarterly, first, last, Date::MAX), quarters);
        assert_eq!(between(Frequency::Quarterly, first, last, date(2023, 6, 14)), quarters[..2]);
        assert_eq!(between(Frequency::Quarterly, first, last, date(2023, 6, 15)), quarters[..3]);
        assert_eq!(between(Frequency::Monthly, first, last, Date::MAX).len(), 12);
        assert_eq!(between(Frequency::HalfYearly, date(2022, 12, 16), last, Date::MAX), ["2023-S2"]);
        assert!(between(Frequency::Annual, last, first, Date::MAX).is_empty());
    }

    #[test]
    fn years_to_come_are_not_gone_through() {
        let today = date(2024, 3, 1);
        let years = years(date(2020, 1, 1), Date::MAX, today);
        assert_eq!(years, 2020..=2025);
        let found = calendar().between(Frequency::Monthly, date(2023, 1, 1), Date::MAX, today);
        let names = found.map(|period| period.name.to_string()).collect::<Vec<_>>();
        assert_eq!(names.last().map(String::as_str), Some("2024-M03"));
    }

    #[test]
    fn a_year_of_another_length_is_none() {
        let none = proto::Calendar::default();
        assert_eq!(ReportingCalendar::new(&none, 2024), None);
    }

    proptest! {
        #[test]
        fn parts_of_a_year_follow_each_other_and_fill_it(year in YEARS, which in 0..4_usize) {
            let (calendar, frequency) = (calendar(), Frequency::ALL[which]);
            let whole = calendar.period(PeriodName::new(Frequency::Annual, year, 1).unwrap()).unwrap();
            let parts: Vec<Period> =
                calendar.between(frequency, whole.first, whole.last, Date::MAX).collect();
            prop_assert_eq!(parts.first().unwrap().first, whole.first);
            prop_assert_eq!(parts.last().unwrap().last, whole.last);
            prop_assert!(parts.windows(2).all(|pair| pair[0].last.tomorrow().unwrap() == pair[1].first));
        }
    }
}
