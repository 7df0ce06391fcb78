//! Blocs: their conversions and the methods on them.

pub(super) mod bloc;
