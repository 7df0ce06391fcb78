//! Records in bulk, in and out.

pub(super) mod export;
pub(super) mod import;
