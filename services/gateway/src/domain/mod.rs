//! How a report is put together and worded. Pure.

pub mod reports;
pub mod span;
pub mod wording;
