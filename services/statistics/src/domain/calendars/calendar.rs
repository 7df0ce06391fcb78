//! Reporting calendars (kỳ báo cáo): how official periods lie in the year. Defined in `data/calendars.toml`, checked when
//! the program starts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;

use crate::domain::calendars::window::Window;
use crate::domain::text::certainty::Certainty;
use crate::domain::text::search::nearest;

/// A reporting calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Its code, such as `tt-02-2021`.
    pub code: String,
    /// The Vietnamese name.
    pub display_name: String,
    /// The English name.
    pub display_name_en: String,
    /// The circular that sets it.
    pub source: String,
    /// What is not certain about it; empty where nothing is.
    pub note: String,
    /// How sure its cut-offs are.
    pub certainty: Certainty,
    /// By when the returns of a period are due, and with whom: those with the unit's superior first.
    dues: Vec<DueRule>,
    /// The first day on which it holds; `None` where it always did.
    pub valid_from: Option<Date>,
    /// The last day on which it holds; `None` while it goes on.
    pub valid_to: Option<Date>,
    year: Span,
    patterns: Vec<Pattern>,
}

/// One period of a calendar (kỳ): a closed span of days with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Its code, such as `2023-Q1`, `2023-9M`, `2023-Y`, `2023-M03`.
    pub code: String,
    /// The year that it is named for.
    pub year: i16,
    /// Periods of one kind follow each other.
    pub kind: String,
    /// The Vietnamese label, such as "Quý I năm 2023".
    pub label: String,
    /// The English label.
    pub label_en: String,
    /// The first day.
    pub first: Date,
    /// The last day, not before the first.
    pub last: Date,
    /// Whether it begins with the reporting year and grows within it, as six months, nine months and the year do.
    pub cumulative: bool,
    /// The last day of its reporting year.
    pub year_last: Date,
}

/// With whom a report is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Receiver {
    /// The unit's superior: the provincial people's committee, or the ministry.
    Superior,
    /// The Government Inspectorate, from provinces and ministries.
    GovernmentInspectorate,
}

/// By when reports are due: so many days after the period, for periods that end in a span.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DueRule {
    /// With whom.
    pub receiver: Receiver,
    /// Days after the last day of the period.
    pub days: u8,
    /// The first last day of a period for which it holds; `None` where it always did.
    #[serde(default)]
    pub first_date: Option<Date>,
    /// Article and number.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// All calendars, by code.
#[derive(Debug, Clone)]
pub struct Calendars {
    /// Name and version of the data file.
    pub version: String,
    calendars: BTreeMap<String, Calendar>,
}

/// A calendar or period that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarError {
    /// There is no such calendar.
    Unknown {
        /// The code.
        calendar: String,
        /// The nearest codes, best first.
        suggestions: Vec<String>,
    },
    /// A calendar has no such period.
    PeriodUnknown {
        /// The calendar's code.
        calendar: String,
        /// The period's code.
        period: String,
        /// The nearest codes of its year, best first.
        suggestions: Vec<String>,
    },
}

/// The years that a period may be named for: those of every day that a request may name.
const YEARS: std::ops::RangeInclusive<i16> = 1901..=2199;

impl Period {
    /// The window of the period, or of its days up to a cut-off; `None` where the cut-off is not a day of it.
    #[must_use]
    pub fn window(&self, cut_off: Option<Date>) -> Option<Window> {
        let last = cut_off.unwrap_or(self.last);
        (self.first <= last && last <= self.last).then_some(Window {
            first: self.first,
            last,
            period_last: self.last,
        })
    }
}

impl Calendar {
    /// The period of a code such as `2023-9M`, or of the one that SDMX has for it (`2023-A1` for `2023-Y`); `None` where the calendar has none, or did not hold at its end.
    #[must_use]
    pub fn period(&self, code: &str) -> Option<Period> {
        let (year, name) = code.split_once('-')?;
        let is_year = year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit());
        let year = year.parse().ok().filter(|year| is_year && YEARS.contains(year))?;
        let pattern = self.patterns.iter().find(|pattern| pattern.is_called(name))?;
        self.in_force(self.make(pattern, year)?)
    }

    /// A period that must be there; the refusal names the nearest of its year.
    pub fn find(&self, code: &str) -> Result<Period, CalendarError> {
        self.period(code).ok_or_else(|| {
            let year = code.get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
            CalendarError::PeriodUnknown {
                calendar: self.code.clone(),
                period: code.to_owned(),
                suggestions: nearest(code, self.periods(year).into_iter().map(|period| period.code)),
            }
        })
    }

    /// All periods named for a year, in the order of the data: none where the calendar did not hold.
    #[must_use]
    pub fn periods(&self, year: i16) -> Vec<Period> {
        let made = self.patterns.iter().filter(|_| YEARS.contains(&year));
        made.filter_map(|pattern| self.in_force(self.make(pattern, year)?)).collect()
    }

    /// The period of the same kind before this one: of 2023-Q1 it is 2022-Q4, of 2023-9M it is 2022-9M.
    #[must_use]
    pub fn previous(&self, period: &Period) -> Option<Period> {
        let before = self.of_kind(period, period.year).into_iter().rfind(|other| other.first < period.first);
        before.or_else(|| self.of_kind(period, period.year - 1).into_iter().next_back())
    }

    /// The same period of the year before.
    #[must_use]
    pub fn last_year(&self, period: &Period) -> Option<Period> {
        let name = period.code.split_once('-').map_or("", |(_, name)| name);
        self.period(&format!("{:04}-{name}", period.year - 1))
    }

    /// The cumulative periods of the same year that begin with this one and end before it: of 2023-Y, 2023-6M and 2023-9M.
    #[must_use]
    pub fn within(&self, period: &Period) -> Vec<Period> {
        let mut found = self.periods(period.year);
        found.retain(|other| other.cumulative && other.first == period.first && other.last < period.last);
        found
    }

    /// The periods that a period is compared with: the shorter cumulative ones of its year, the one before, and the same one
    /// of the year before.
    #[must_use]
    pub fn compared(&self, period: &Period) -> Vec<Period> {
        let mut found = self.within(period);
        found.extend(self.previous(period));
        found.extend(self.last_year(period));
        found
    }

    /// The periods whose returns must agree with those of this one: the others of its year, those that adjoin it, and the same one
    /// of the years before and after.
    #[must_use]
    pub fn related(&self, period: &Period) -> Vec<Period> {
        let adjoins = |one: &Period, next: &Period| one.last.tomorrow().is_ok_and(|day| day == next.first);
        let name = |period: &Period| period.code.split_once('-').map(|(_, name)| name.to_owned());
        let years = period.year - 1..=period.year + 1;
        let mut found: Vec<Period> = years.flat_map(|year| self.periods(year)).collect();
        found.retain(|other| {
            let near = adjoins(other, period) || adjoins(period, other) || name(other) == name(period);
            other.code != period.code && (other.year == period.year || near)
        });
        found
    }

    /// The last day for handing in the returns of a period to the superior.
    #[must_use]
    pub fn due(&self, period: &Period) -> Date {
        self.dues(period).first().map_or(period.last, |(_, due)| *due)
    }

    /// The last day for each receiver of reports of a period, with the rule that says so.
    #[must_use]
    pub fn dues(&self, period: &Period) -> Vec<(&DueRule, Date)> {
        let mut holding: BTreeMap<Receiver, &DueRule> = BTreeMap::new();
        let begun = self.dues.iter().filter(|rule| rule.first_date.is_none_or(|first| first <= period.last));
        for rule in begun {
            let held = holding.entry(rule.receiver).or_insert(rule);
            if held.first_date < rule.first_date {
                *held = rule;
            }
        }
        let due = |rule: &DueRule| period.last.saturating_add(jiff::Span::new().days(rule.days));
        holding.into_values().map(|rule| (rule, due(rule))).collect()
    }

    fn of_kind(&self, period: &Period, year: i16) -> Vec<Period> {
        let mut found = self.periods(year);
        found.retain(|other| other.kind == period.kind);
        found.sort_by_key(|other| other.first);
        found
    }

    fn in_force(&self, period: Period) -> Option<Period> {
        let begun = self.valid_from.is_none_or(|from| from <= period.last);
        let ended = self.valid_to.is_some_and(|to| to < period.last);
        (begun && !ended).then_some(period)
    }

    fn make(&self, pattern: &Pattern, year: i16) -> Option<Period> {
        let label = |template: &str| template.replace("{year}", &year.to_string());
        Some(Period {
            code: format!("{year:04}-{}", pattern.code),
            year,
            kind: pattern.kind.clone(),
            label: label(&pattern.label),
            label_en: label(&pattern.label_en),
            first: pattern.span.first.of(year)?,
            last: pattern.span.last.of(year)?,
            cumulative: pattern.cumulative,
            year_last: self.year.last.of(year)?,
        })
    }

    /// Whether every period of a year can be made, lies in its reporting year, and cumulative ones begin with it.
    fn check(&self) -> Result<(), String> {
        const YEAR: i16 = 2024;
        let of = |problem: String| format!("calendars: `{}`: {problem}", self.code);
        let (Some(first), Some(last)) = (self.year.first.of(YEAR), self.year.last.of(YEAR)) else {
            return Err(of("the year has no such days".to_owned()));
        };
        let always = |rule: &&DueRule| rule.receiver == Receiver::Superior && rule.first_date.is_none();
        if self.dues.iter().filter(always).count() != 1 || self.dues.iter().any(|rule| rule.source.is_empty())
        {
            return Err(of("`due` needs sources, and one rule of the superior that always holds".to_owned()));
        }
        let mut codes = BTreeSet::new();
        for pattern in &self.patterns {
            let made = self.make(pattern, YEAR).filter(|period| period.first <= period.last);
            let period = made.ok_or_else(|| of(format!("`{}` has no days", pattern.code)))?;
            if pattern.code.is_empty() || !pattern.code.bytes().all(|c| c.is_ascii_alphanumeric()) {
                return Err(of(format!("`{}` is not of letters and digits", pattern.code)));
            }
            // Names of returns are written small.
            if !codes.insert(pattern.code.to_ascii_lowercase()) {
                return Err(of(format!("`{}` is defined twice", pattern.code)));
            }
            if period.first < first || last < period.last || (period.cumulative && period.first != first) {
                return Err(of(format!("`{}` does not lie in its year", pattern.code)));
            }
        }
        Ok(())
    }
}

/// The data file built in.
pub const BUILT_IN: &str = include_str!("../../../data/calendars.toml");

impl Calendars {
    /// Reads and checks a data file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|cause| format!("calendars: {cause}"))?;
        let mut calendars = BTreeMap::new();
        for entry in file.calendar {
            let calendar = entry.read()?;
            calendar.check()?;
            if let Some(twice) = calendars.insert(calendar.code.clone(), calendar) {
                return Err(format!("calendars: `{}` is defined twice", twice.code));
            }
        }
        Ok(Self { version: file.version, calendars })
    }

    /// A calendar by code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Calendar> {
        self.calendars.get(code)
    }

    /// A calendar that must be there; the refusal names the nearest.
    pub fn find(&self, code: &str) -> Result<&Calendar, CalendarError> {
        self.get(code).ok_or_else(|| CalendarError::Unknown {
            calendar: code.to_owned(),
            suggestions: nearest(code, self.calendars.keys().cloned()),
        })
    }

    /// All calendars, by code.
    pub fn all(&self) -> impl Iterator<Item = &Calendar> {
        self.calendars.values()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    code: String,
    /// SDMX's code, where it is another one.
    sdmx: Option<String>,
    kind: String,
    label: String,
    label_en: String,
    span: Span,
    cumulative: bool,
}

impl Pattern {
    fn is_called(&self, name: &str) -> bool {
        self.code == name || self.sdmx.as_deref() == Some(name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    first: Boundary,
    last: Boundary,
}

/// A day of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Boundary {
    /// In the year before.
    previous: bool,
    month: i8,
    /// `None` for the month's last.
    day: Option<i8>,
}

impl Boundary {
    fn of(self, year: i16) -> Option<Date> {
        let first = Date::new(year - i16::from(self.previous), self.month, 1).ok()?;
        match self.day {
            Some(day) => Date::new(first.year(), self.month, day).ok(),
            None => Some(first.last_of_month()),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let (previous, rest) = text.strip_prefix("previous ").map_or((false, text), |rest| (true, rest));
        let parse = || {
            let (month, day) = rest.split_once('-')?;
            let day = if day == "end" { None } else { Some(day.parse().ok()?) };
            Some(Self { previous, month: month.parse().ok()?, day })
        };
        parse().ok_or_else(|| format!("calendars: `{text}` is no boundary"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    calendar: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    display_name: String,
    display_name_en: String,
    source: String,
    #[serde(default)]
    note: String,
    certainty: Certainty,
    due: Vec<DueRule>,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
    year: SpanEntry,
    period: Vec<PatternEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpanEntry {
    first: String,
    last: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PatternEntry {
    code: String,
    sdmx: Option<String>,
    kind: String,
    label: String,
    label_en: String,
    first: String,
    last: String,
    #[serde(default)]
    cumulative: bool,
}

impl Entry {
    fn read(self) -> Result<Calendar, String> {
        let span = |first: &str, last: &str| {
            Ok::<_, String>(Span { first: Boundary::parse(first)?, last: Boundary::parse(last)? })
        };
        let pattern = |entry: PatternEntry| {
            let span = span(&entry.first, &entry.last)?;
            let PatternEntry { code, sdmx, kind, label, label_en, cumulative, .. } = entry;
            Ok::<_, String>(Pattern { code, sdmx, kind, label, label_en, span, cumulative })
        };
        Ok(Calendar {
            year: span(&self.year.first, &self.year.last)?,
            patterns: self.period.into_iter().map(pattern).collect::<Result<_, _>>()?,
            code: self.code,
            display_name: self.display_name,
            display_name_en: self.display_name_en,
            source: self.source,
            note: self.note,
            certainty: self.certainty,
            dues: self.due,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        })
    }
}

#[cfg(test)]
mod tests;
