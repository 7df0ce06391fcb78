//! The rules of statistics: types that cannot hold a bad value, and pure functions on them. Knows neither transport, store
//! nor statuses.
//!
//! Each room uses only rooms that are named before it. Where an earlier room needs what a later one knows, it takes that as
//! an argument.

pub mod text;
pub mod units;

pub mod calendars;

pub mod deadlines;

pub mod locks;

pub mod records;

pub mod figures;

pub mod forms;

pub mod returns;
