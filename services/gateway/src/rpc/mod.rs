//! The methods, and the passage to the services behind.
//!
//! - [`reports`]: bloc reports.
//! - [`journals`]: the journals of the services behind, by their names.
//! - [`forward`]: all other calls, as they come.

pub mod forward;
pub mod journals;
pub mod reports;
