//! Locked periods: on which days an approved return keeps a unit's sums as they are.

pub mod lock;
