//! Windows of figures and forms as messages.

use jiff::civil::Date;

use crate::date::to_wire;
use crate::statistics::{CalendarPeriod, DaySpan, Window, window::Span};

impl Window {
    /// The days from `first` to `last`, both included.
    #[must_use]
    pub fn of_days(first: Date, last: Date) -> Self {
        let days = DaySpan { first_date: Some(to_wire(first)), last_date: Some(to_wire(last)) };
        Self { span: Some(Span::Days(days)), cut_off_date: None }
    }

    /// A period of a reporting calendar.
    #[must_use]
    pub fn of_period(calendar: &str, period: &str) -> Self {
        let period = CalendarPeriod { calendar: calendar.to_owned(), period: period.to_owned() };
        Self { span: Some(Span::CalendarPeriod(period)), cut_off_date: None }
    }

    /// The same with data up to a day; to the end without one.
    #[must_use]
    pub fn up_to(self, cut_off: Option<Date>) -> Self {
        Self { cut_off_date: cut_off.map(to_wire), ..self }
    }
}
