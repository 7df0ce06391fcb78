//! Returns: their conversions, the steps on them, lists, and what they have published.

pub(super) mod approved_values;
pub(super) mod body;
pub(super) mod list;
pub(super) mod plan;
pub(super) mod step;
