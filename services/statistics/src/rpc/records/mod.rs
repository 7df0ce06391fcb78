//! Records: their conversions, the methods on each kind, and what all kinds share.

pub(super) mod content;
pub(super) mod contributions;
pub(super) mod inspection;
pub(super) mod list;
pub(super) mod locked_days;
pub(super) mod matter;
pub(super) mod petition;
pub(super) mod petition_service;
pub(super) mod reception;
pub(super) mod record;
pub(super) mod write;
