//! How a report is put together and worded. Pure: knows neither transport nor the services' connections.

pub mod report;
pub mod wording;
