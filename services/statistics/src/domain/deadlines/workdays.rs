//! Working days (ngày làm việc): all days but the weekly days off and the holidays, and those worked in exchange (làm bù).
//! The days are data (`data/holidays.toml`), checked when the program starts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Span;
use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use crate::domain::text::certainty::Certainty;
use crate::domain::text::sentence::Sentence;

/// Which days are worked.
#[derive(Debug, Clone)]
pub struct Workdays {
    /// Name and version of the data.
    pub version: String,
    weekend: Vec<Weekday>,
    /// Holidays of every year, by month and day.
    annual: BTreeMap<(i8, i8), Annual>,
    /// Days off of one year alone.
    off: BTreeMap<Date, DayOff>,
    /// Days worked in exchange for others.
    working: BTreeSet<Date>,
    /// Days that somebody proposed to change; until that is decided they are as they would be without it.
    proposed: BTreeMap<Date, Sentence>,
    /// The years whose days are all known.
    years: BTreeSet<i16>,
}

/// Why a day is off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayOff {
    /// The holiday's name, or that it is a weekly day off.
    pub label: Sentence,
    /// How sure it is.
    pub certainty: Certainty,
}

#[derive(Debug, Clone)]
struct Annual {
    first_year: i16,
    off: DayOff,
}

/// The longest span of one entry, in days: a longer one is a slip.
const MOST_DAYS: i32 = 31;

impl Workdays {
    /// Reads and checks a data file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|cause| format!("holidays: {cause}"))?;
        let weekend = file.weekend.iter().map(|name| weekday(name)).collect::<Result<Vec<_>, _>>()?;
        if file.weekend_source.is_empty()
            || (0..7).all(|offset| weekend.contains(&Weekday::Monday.wrapping_add(offset)))
        {
            return Err("holidays: `weekend` needs a source, and must leave a day for work".to_owned());
        }
        let mut workdays = Self {
            version: file.version,
            weekend,
            annual: BTreeMap::new(),
            off: BTreeMap::new(),
            working: BTreeSet::new(),
            proposed: BTreeMap::new(),
            years: BTreeSet::new(),
        };
        for annual in file.annual {
            workdays.add_annual(annual)?;
        }
        for day in file.day {
            workdays.add(&day)?;
        }
        for year in file.year {
            stated(&year.code, &year.source)?;
            workdays.years.insert(year.year);
        }
        if let Some(both) = workdays.working.iter().find(|date| workdays.off.contains_key(date)) {
            return Err(format!("holidays: {both} is both off and worked"));
        }
        Ok(workdays)
    }

    fn add_annual(&mut self, annual: AnnualEntry) -> Result<(), String> {
        stated(&annual.code, &annual.source)?;
        // A leap year has every day that any year has.
        if Date::new(2024, annual.month, annual.day).is_err() {
            return Err(format!("holidays: `{}` is on no day of the year", annual.code));
        }
        let label = Sentence::new(annual.display_name, annual.display_name_en);
        let off = DayOff { label, certainty: annual.certainty };
        self.annual.insert((annual.month, annual.day), Annual { first_year: annual.first_year, off });
        Ok(())
    }

    fn add(&mut self, entry: &DayEntry) -> Result<(), String> {
        stated(&entry.code, &entry.source)?;
        let [first, last] = [entry.first_date, entry.last_date].map(|date| {
            date.to_string().parse::<Date>().map_err(|cause| format!("holidays: `{}`: {cause}", entry.code))
        });
        let (first, last) = (first?, last?);
        if last < first || (last - first).get_days() >= MOST_DAYS {
            return Err(format!("holidays: `{}` must last 1 to {MOST_DAYS} days", entry.code));
        }
        for date in first.series(Span::new().days(1)).take_while(|date| *date <= last) {
            let label = Sentence::new(&*entry.display_name, &*entry.display_name_en);
            if entry.proposed {
                self.proposed.insert(date, label);
            } else if entry.working {
                self.working.insert(date);
            } else {
                self.off.insert(date, DayOff { label, certainty: entry.certainty });
            }
        }
        Ok(())
    }

    /// Why a day is off; `None` for a working day.
    #[must_use]
    pub fn day_off(&self, date: Date) -> Option<DayOff> {
        if self.working.contains(&date) {
            return None;
        }
        let annual = || {
            let found = self.annual.get(&(date.month(), date.day()));
            found.filter(|annual| annual.first_year <= date.year()).map(|annual| &annual.off)
        };
        let holiday = self.off.get(&date).or_else(annual).cloned();
        let label = || Sentence::new("ngày nghỉ hằng tuần", "weekly day off");
        let weekly = || DayOff { label: label(), certainty: Certainty::Found };
        holiday.or_else(|| self.weekend.contains(&date.weekday()).then(weekly))
    }

    /// Whether a day is worked.
    #[must_use]
    pub fn is_working_day(&self, date: Date) -> bool {
        self.day_off(date).is_none()
    }

    /// The day itself if it is worked, else the next that is.
    #[must_use]
    pub fn working_day_from(&self, date: Date) -> Date {
        let mut days = date.series(Span::new().days(1));
        days.find(|date| self.is_working_day(*date)).unwrap_or(Date::MAX)
    }

    /// The last of so many working days after a day, which is not counted itself; with none, the day itself.
    #[must_use]
    pub fn add_working_days(&self, date: Date, days: u32) -> Date {
        (0..days).fold(date, |date, _| date.tomorrow().map_or(Date::MAX, |next| self.working_day_from(next)))
    }

    /// The last of so many days after a day, which is not counted itself; holidays make no difference.
    #[must_use]
    pub fn add_calendar_days(date: Date, days: u32) -> Date {
        date.saturating_add(Span::new().days(days))
    }

    /// The proposals that touch a span of days, both included.
    pub fn proposals(&self, first: Date, last: Date) -> impl Iterator<Item = (Date, &Sentence)> {
        let touched = self.proposed.range(first..).take_while(move |(date, _)| **date <= last);
        touched.map(|(date, label)| (*date, label))
    }

    /// Whether all days off of a year are known; of others, only weekends and the holidays of every year are.
    #[must_use]
    pub fn knows(&self, year: i16) -> bool {
        self.years.contains(&year)
    }
}

fn weekday(name: &str) -> Result<Weekday, String> {
    let found = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let found = found.into_iter().find(|(known, _)| *known == name);
    found.map(|(_, weekday)| weekday).ok_or_else(|| format!("holidays: `{name}` is no day of the week"))
}

/// Nothing stands in the data without saying where it comes from.
fn stated(code: &str, source: &str) -> Result<(), String> {
    if source.is_empty() { Err(format!("holidays: `{code}` has no source")) } else { Ok(()) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    weekend: Vec<String>,
    weekend_source: String,
    #[serde(default)]
    annual: Vec<AnnualEntry>,
    #[serde(default)]
    day: Vec<DayEntry>,
    #[serde(default)]
    year: Vec<YearEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnnualEntry {
    code: String,
    month: i8,
    day: i8,
    first_year: i16,
    display_name: String,
    display_name_en: String,
    source: String,
    certainty: Certainty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DayEntry {
    code: String,
    first_date: toml::value::Datetime,
    last_date: toml::value::Datetime,
    #[serde(default)]
    working: bool,
    #[serde(default)]
    proposed: bool,
    display_name: String,
    display_name_en: String,
    source: String,
    certainty: Certainty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearEntry {
    code: String,
    year: i16,
    source: String,
}

#[cfg(test)]
pub(crate) mod tests;
