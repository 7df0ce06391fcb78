//! Official forms: their columns, how each is computed from the records or from other columns, and the checks of what
//! stands in them.

pub mod catalogue;
pub mod check;
mod data_file;
pub mod expression;
pub mod form;
pub mod periods;
pub mod rule;
mod telling;
mod wording;
