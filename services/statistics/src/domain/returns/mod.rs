//! Returns: forms filled for a unit and period, the steps from preparing one to its approval, and their readable ids.

pub mod filing;
pub mod slug;
pub mod step;
