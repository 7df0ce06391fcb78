//! The rules of statistics: types that cannot hold a bad value, and pure functions on them. Knows neither transport nor
//! store.

#[cfg(test)]
pub(crate) mod arbitrary;
pub mod calendar;
pub mod check;
pub mod collation;
pub mod content;
pub mod contribution;
pub mod deadline;
pub mod explanation;
pub mod expression;
pub mod figure;
pub mod filing;
pub mod form;
pub mod inspection;
pub mod lock;
pub mod matter;
pub mod measure;
pub mod petition;
pub mod quantity;
pub mod reception;
pub mod record;
pub mod roster;
pub mod rules;
pub mod search;
pub mod sentence;
pub mod share;
pub mod slug;
pub mod structure;
pub mod succession;
pub mod sums;
mod template;
pub mod unit;
pub mod unit_of_measure;
pub mod wording;
pub mod workday;
