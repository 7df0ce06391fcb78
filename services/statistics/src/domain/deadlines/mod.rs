//! Statutory deadlines: which rule holds for the facts of a case, which days are worked, and how the last day follows.

pub mod deadline;
mod explanation;
pub mod facts;
pub mod rules;
pub mod workdays;
