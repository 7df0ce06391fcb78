//! Deadlines in messages.

pub(super) mod deadline;
