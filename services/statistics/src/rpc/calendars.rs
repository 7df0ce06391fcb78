//! Windows as requests say them, by days or by a period of a reporting calendar, and `ListCalendars`.

use jiff::civil::Date;
use thidua_proto::date;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use tonic::{Request, Response, Status};

use super::{Statistics, certainty};
use crate::domain::calendars::calendar::{Calendar, Calendars, DueRule, Period, Receiver};
use crate::domain::calendars::window::Window;
use crate::error::Error;

/// The longest window, in years: longer ones are slips of the keyboard.
const MOST_YEARS: i16 = 100;

/// The fields of a request that say its window.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WindowFields<'r> {
    pub(super) first_date: Option<thidua_proto::Date>,
    pub(super) last_date: Option<thidua_proto::Date>,
    pub(super) period_last_date: Option<thidua_proto::Date>,
    pub(super) calendar: &'r str,
    pub(super) period: &'r str,
    pub(super) cut_off_date: Option<thidua_proto::Date>,
}

/// The window that a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WindowQuery {
    /// By its days.
    Days(Window),
    /// By a period of a calendar, up to a cut-off.
    Period { calendar: String, period: String, cut_off: Option<Date> },
}

/// A window, and the period that it is of.
#[derive(Debug)]
pub(super) struct ResolvedWindow<'c> {
    pub(super) window: Window,
    pub(super) period: Option<(&'c Calendar, Period)>,
}

impl WindowQuery {
    /// Reads a window said in exactly one of the two ways.
    pub(super) fn parse(v: &mut Violations, fields: WindowFields<'_>) -> Option<Self> {
        if fields.calendar.is_empty() && fields.period.is_empty() {
            Self::days(v, fields)
        } else {
            Self::period(v, fields)
        }
    }

    fn days(v: &mut Violations, fields: WindowFields<'_>) -> Option<Self> {
        if fields.cut_off_date.is_some() {
            let when = ("with `calendar` and `period`", "cùng với lịch và kỳ báo cáo");
            v.refuse("cut_off_date", Problem::Unwanted { when });
        }
        let first = v.required_day("first_date", fields.first_date);
        let last = v.required_day("last_date", fields.last_date);
        let period_last = v.day("period_last_date", fields.period_last_date);
        v.order(("first_date", first), ("last_date", last));
        v.order(("last_date", last), ("period_last_date", period_last.flatten()));
        if let (Some(first), Some(last)) = (first, last)
            && last.year() - first.year() > MOST_YEARS
        {
            let (min, max) = (first.year().into(), (first.year() + MOST_YEARS).into());
            v.refuse("last_date", Problem::OutOfRange { min, max, found: last.year().into() });
        }
        let (first, last) = (first?, last?);
        Some(Self::Days(Window { first, last, period_last: period_last?.unwrap_or(last) }))
    }

    fn period(v: &mut Violations, fields: WindowFields<'_>) -> Option<Self> {
        for (field, day) in [
            ("first_date", fields.first_date),
            ("last_date", fields.last_date),
            ("period_last_date", fields.period_last_date),
        ] {
            if day.is_some() {
                let when = ("without `calendar` and `period`", "khi không chọn lịch và kỳ báo cáo");
                v.refuse(field, Problem::Unwanted { when });
            }
        }
        let calendar = v.text("calendar", fields.calendar, 1, 100);
        let period = v.text("period", fields.period, 1, 100);
        let cut_off = v.day("cut_off_date", fields.cut_off_date);
        Some(Self::Period { calendar: calendar?, period: period?, cut_off: cut_off? })
    }

    /// The days of the window.
    pub(super) fn find(self, calendars: &Calendars) -> Result<ResolvedWindow<'_>, Error> {
        let (calendar, code, cut_off) = match self {
            Self::Days(window) => return Ok(ResolvedWindow { window, period: None }),
            Self::Period { calendar, period, cut_off } => (calendar, period, cut_off),
        };
        let known = calendars.find(&calendar)?;
        let period = known.find(&code)?;
        let Some(window) = period.window(cut_off) else {
            let mut v = Violations::default();
            let (first, last) = (period.first, period.last);
            let (english, vietnamese) =
                (format!("a day from {first} to {last}"), format!("một ngày từ {first} đến {last}"));
            let found = cut_off.map_or_else(String::new, |day| day.to_string());
            v.refuse("cut_off_date", Problem::malformed((&english, &vietnamese), &found));
            return Err(v.into());
        };
        Ok(ResolvedWindow { window, period: Some((known, period)) })
    }
}

impl Statistics {
    pub(super) fn calendars(
        &self,
        request: &Request<proto::ListCalendarsRequest>,
    ) -> Result<Response<proto::ListCalendarsResponse>, Status> {
        let asked = request.get_ref().year;
        let mut v = Violations::default();
        let year = if asked == 0 { Some(0) } else { v.number("year", asked.into(), 1901..=2199) };
        let year = v.finish(year.and_then(|year| i16::try_from(year).ok())).map_err(Error::from)?;
        let calendars =
            self.rules.calendars.all().map(|calendar| calendar_to_proto(calendar, year)).collect();
        let source_version = self.rules.calendars.version.clone();
        Ok(Response::new(proto::ListCalendarsResponse { calendars, source_version }))
    }
}

fn calendar_to_proto(calendar: &Calendar, year: i16) -> proto::Calendar {
    proto::Calendar {
        code: calendar.code.clone(),
        display_name: calendar.display_name.clone(),
        display_name_en: calendar.display_name_en.clone(),
        source: calendar.source.clone(),
        note: calendar.note.clone(),
        certainty: certainty::to_proto(calendar.certainty).into(),
        valid_from: calendar.valid_from.map(date::to_wire),
        valid_to: calendar.valid_to.map(date::to_wire),
        periods: calendar.periods(year).into_iter().map(|period| period_to_proto(calendar, period)).collect(),
    }
}

fn due_to_proto((rule, due): (&DueRule, Date)) -> proto::PeriodDue {
    proto::PeriodDue {
        receiver: match rule.receiver {
            Receiver::Superior => proto::ReportReceiver::Superior,
            Receiver::GovernmentInspectorate => proto::ReportReceiver::GovernmentInspectorate,
        }
        .into(),
        due_date: Some(date::to_wire(due)),
        source: rule.source.clone(),
        certainty: certainty::to_proto(rule.certainty).into(),
    }
}

fn period_to_proto(calendar: &Calendar, period: Period) -> proto::Period {
    let dues = calendar.dues(&period).into_iter().map(due_to_proto).collect();
    proto::Period {
        dues,
        code: period.code,
        display_name: period.label,
        display_name_en: period.label_en,
        first_date: Some(date::to_wire(period.first)),
        last_date: Some(date::to_wire(period.last)),
        year_last_date: Some(date::to_wire(period.year_last)),
        cumulative: period.cumulative,
    }
}
