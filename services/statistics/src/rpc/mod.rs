//! The methods: each parses, authorises, decides, answers.
//!
//! Each room holds the methods and conversions of its resources and uses only rooms that are named before it; what the rooms
//! of every service share is in the chassis. `figure_service` and
//! `stored_bodies` span several rooms.

mod certainty;
mod service;
mod stream_sender;

mod units;

mod calendars;

mod deadlines;

mod locks;

mod records;

mod figures;

mod forms;

mod returns;

mod transfer;

mod figure_service;
mod services;
mod stored_bodies;

pub use self::service::Statistics;
pub use self::services::{NAMES, routes};
pub use self::stored_bodies::CONTRIBUTIONS;
