//! Windows as requests say them, by days or by a period of a reporting calendar, and `ListCalendars`.

use jiff::civil::Date;
use thidua_proto::date;
use thidua_proto::page::{Binding, CodePage};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use tonic::{Request, Response, Status};

use crate::domain::calendars::calendar::{Calendar, Calendars, DueRule, Period, Receiver};
use crate::domain::calendars::window::Window;
use crate::error::Error;
use crate::rpc::certainty;
use crate::rpc::service::Statistics;
use crate::rules::Rules;

/// The longest window, in years: longer ones are slips of the keyboard.
const MOST_YEARS: i16 = 100;

/// The window that a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rpc) struct WindowQuery {
    span: Span,
    cut_off: Option<Date>,
}

/// The days that a window lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Span {
    Days { first: Date, last: Date },
    Period { calendar: String, period: String },
}

/// A window, and the period that it is of.
#[derive(Debug)]
pub(in crate::rpc) struct ResolvedWindow<'c> {
    pub(in crate::rpc) window: Window,
    pub(in crate::rpc) period: Option<(&'c Calendar, Period)>,
}

impl WindowQuery {
    /// Reads the field `window` of a request.
    pub(in crate::rpc) fn parse(v: &mut Violations, window: Option<&proto::Window>) -> Option<Self> {
        let span = window.and_then(|window| Some((window, window.span.as_ref()?)));
        if span.is_none() {
            v.refuse("window", Problem::Required);
        }
        let (window, span) = span?;
        v.within("window", |v| {
            let span = match span {
                proto::window::Span::Days(days) => v.within("days", |v| parse_days(v, days)),
                proto::window::Span::CalendarPeriod(period) => {
                    v.within("calendar_period", |v| parse_period(v, period))
                }
            };
            let cut_off = v.day("cut_off_date", window.cut_off_date);
            Some(Self { span: span?, cut_off: cut_off? })
        })
    }

    /// The days of the window.
    pub(in crate::rpc) fn find(self, calendars: &Calendars) -> Result<ResolvedWindow<'_>, Error> {
        let (first, last, period) = match self.span {
            Span::Days { first, last } => (first, last, None),
            Span::Period { calendar, period } => {
                let calendar = calendars.find(&calendar)?;
                let period = calendar.find(&period)?;
                (period.first, period.last, Some((calendar, period)))
            }
        };
        if let Some(found) = self.cut_off.filter(|day| !(first..=last).contains(day)) {
            let mut v = Violations::default();
            let (english, vietnamese) =
                (format!("a day from {first} to {last}"), format!("một ngày từ {first} đến {last}"));
            let problem = Problem::malformed((&english, &vietnamese), &found.to_string());
            v.refuse("window.cut_off_date", problem);
            return Err(v.into());
        }
        let window = Window { first, last: self.cut_off.unwrap_or(last), period_last: last };
        Ok(ResolvedWindow { window, period })
    }
}

fn parse_days(v: &mut Violations, days: &proto::DaySpan) -> Option<Span> {
    let (first, last) = v.required_days(("first_date", days.first_date), ("last_date", days.last_date))?;
    if last.year() - first.year() > MOST_YEARS {
        let (min, max) = (first.year().into(), (first.year() + MOST_YEARS).into());
        v.refuse("last_date", Problem::OutOfRange { min, max, found: last.year().into() });
    }
    Some(Span::Days { first, last })
}

fn parse_period(v: &mut Violations, period: &proto::CalendarPeriod) -> Option<Span> {
    let (calendar, period) =
        (v.text("calendar", &period.calendar, 1, 100), v.text("period", &period.period, 1, 100));
    Some(Span::Period { calendar: calendar?, period: period? })
}

impl Statistics {
    pub(in crate::rpc) fn calendars(
        &self,
        request: Request<proto::ListCalendarsRequest>,
    ) -> Result<Response<proto::ListCalendarsResponse>, Status> {
        let mut request = request.into_inner();
        let page = CodePage::take(&mut request.page_size, &mut request.page_token);
        let mut v = Violations::default();
        let year = match request.year {
            Some(year) => {
                v.number("year", year.into(), 1901..=2199).and_then(|year| i16::try_from(year).ok())
            }
            // The periods of no year.
            None => Some(0),
        };
        let size = page.size(&mut v);
        let (year, size) = v.finish((|| Some((year?, size?)))()).map_err(Error::from)?;
        let calendars = self.rules.calendars.all().map(|calendar| (calendar.code.clone(), calendar));
        let (calendars, next_page_token) = page
            .of(calendars, size, &Binding::of("ListCalendars", &request))
            .map_err(|bad| Error::Common(bad.into()))?;
        let calendars = calendars.into_iter().map(|calendar| calendar_to_proto(calendar, year)).collect();
        let source_version = self.rules.calendars.version.clone();
        Ok(Response::new(proto::ListCalendarsResponse { calendars, source_version, next_page_token }))
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

/// A period of a calendar.
pub(in crate::rpc) fn find_period<'r>(
    rules: &'r Rules,
    calendar: &str,
    period: &str,
) -> Result<(&'r Calendar, Period), Error> {
    let found = rules.calendars.find(calendar)?;
    Ok((found, found.find(period)?))
}
