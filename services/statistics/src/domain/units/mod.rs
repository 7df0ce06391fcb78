//! Units (agencies): their names and codes, who stands above whom, who takes over from whom, and by which units figures are
//! told.

pub mod error;
pub mod roster;
pub mod share;
pub mod structure;
pub mod succession;
pub mod unit;
