//! What a unit's approved returns lock, as it is stored.

pub(super) mod lock;
