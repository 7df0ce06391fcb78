//! The days of a report's data within the reporting year.

use jiff::civil::Date;
use thidua_proto::{awards, date};

/// The days of the data, and the last day of the year that they are part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub first: Date,
    /// The last day: the cut-off.
    pub last: Date,
    /// The last day of the reporting year.
    pub period_last: Date,
}

/// A cut-off that does not lie in the bloc's year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutOffOutsideYear {
    /// The cut-off of the request.
    pub cut_off_date: Date,
    /// The year's first day.
    pub first_date: Date,
    /// The year's last day.
    pub last_date: Date,
}

/// Why a year has no such span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanError {
    /// The year has no first or no last day, which awards never stores.
    YearWithoutDays,
    /// The cut-off lies elsewhere.
    CutOffOutsideYear(CutOffOutsideYear),
}

impl Span {
    /// Up to the cut-off of the request, or to the conference if it lies in the year, or to the year's end.
    pub fn of(year: &awards::BlocYear, cut_off: Option<Date>) -> Result<Self, SpanError> {
        let day = |wire: Option<thidua_proto::Date>| wire.and_then(date::from_wire);
        let (Some(first), Some(period_last)) = (day(year.first_date), day(year.last_date)) else {
            return Err(SpanError::YearWithoutDays);
        };
        let is_within = |date: &Date| (first..=period_last).contains(date);
        if let Some(cut_off_date) = cut_off.filter(|date| !is_within(date)) {
            let outside = CutOffOutsideYear { cut_off_date, first_date: first, last_date: period_last };
            return Err(SpanError::CutOffOutsideYear(outside));
        }
        let last = cut_off.or_else(|| day(year.conference_date).filter(is_within)).unwrap_or(period_last);
        Ok(Self { first, last, period_last })
    }
}
