//! Nominations: a bloc's proposals of members for titles, and how far each has come.

pub mod nomination;
