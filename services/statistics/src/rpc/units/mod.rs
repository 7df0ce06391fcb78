//! Units: their conversions, the register of all of them, and the methods of the directory.

pub(super) mod directory;
pub(super) mod register;
pub(super) mod succession;
pub(super) mod unit;
