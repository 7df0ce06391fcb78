//! The rules of statistics: types that cannot hold a bad value, and pure functions on them. Knows neither transport nor
//! store.

#[cfg(test)]
pub(crate) mod arbitrary;
pub mod content;
pub mod contribution;
pub mod deadline;
pub mod figure;
pub mod inspection;
pub mod matter;
pub mod measure;
pub mod petition;
pub mod quantity;
pub mod reception;
pub mod record;
pub mod search;
pub mod sentence;
pub mod sums;
mod template;
pub mod unit;
pub mod workday;
