//! The methods: each parses, authorises, decides, answers.
//!
//! Each room holds the methods and conversions of its resources and uses only rooms that are named before it; what the rooms of
//! every service share is in the chassis. `bloc_service` and `year_record` span several rooms.

mod service;

mod rules;

mod blocs;

mod years;

mod nominations;

mod ballots;

mod awards;

mod bloc_service;
mod services;
mod year_record;

pub use self::service::Awards;
pub use self::services::{NAMES, routes};
