//! Forms, filled from the dated sums.

pub(super) mod form;
