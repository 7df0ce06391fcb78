//! The rules of awards: types that cannot hold a bad value, and pure functions on them. Knows neither transport nor store,
//! and no floating point.

pub mod award;
pub mod ballot;
pub mod bloc;
pub mod nomination;
pub mod rule_set;
pub mod year;

#[cfg(test)]
mod samples;
