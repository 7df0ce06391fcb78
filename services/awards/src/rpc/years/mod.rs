//! Years of blocs: their conversions and the methods on them.

pub(super) mod year;
