//! Amounts with their units of measure.

/// Money in đồng.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vnd(pub i64);

/// Land in square metres.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SquareMetres(pub i64);

/// A count of people, units, cases or letters.
pub type Count = u32;
