//! Figures: what requests ask for, the sums of units, and the records behind a figure.

pub(super) mod compute;
pub(super) mod explanation;
pub(super) mod figure;
pub(super) mod figure_query;
pub(super) mod unit_sums;
