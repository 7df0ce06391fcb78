//! Calendars, and windows as requests say them.

pub(super) mod calendar;
