//! The rules of awards: types that cannot hold a bad value, and pure functions on them. Knows neither transport, store nor
//! statuses, and no floating point.
//!
//! Each room uses only rooms that are named before it.

pub mod rules;

pub mod blocs;

pub mod years;

pub mod nominations;

pub mod ballots;

pub mod awards;

#[cfg(test)]
mod samples;
