//! The condition of a store, for health: whether it can be read, and whether it can be written.

/// Whether a store can be read and written, as it was found last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreCondition {
    /// It answers reads, from the database that was opened.
    pub is_readable: bool,
    /// It takes writes; never without being readable.
    pub is_writable: bool,
}

impl StoreCondition {
    /// As it is once it has been opened.
    pub const SOUND: Self = Self { is_readable: true, is_writable: true };
}
