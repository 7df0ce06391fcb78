//! Figures: the measures that are computed from the dated sums, their values over a window, and what they are made of.

pub mod catalogue;
pub mod explanation;
mod family;
pub mod figure;
pub mod measure;
pub mod regrouped;
pub mod unit_of_measure;
