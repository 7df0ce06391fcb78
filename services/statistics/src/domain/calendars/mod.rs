//! Reporting calendars: how official periods lie in the year, and the windows of days that figures are computed over.

pub mod calendar;
pub mod window;
