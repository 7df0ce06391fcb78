//! A bloc's year: its leader, its pledge, its conference, and who leads next.

pub mod year;
