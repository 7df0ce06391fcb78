//! What a record adds to dated sums: a pure function of the record.

use jiff::civil::Date;

/// `amount` of `measure` on `date`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contribution {
    /// The code of the sum; published measures are expressions over these (`data/measures.toml`).
    pub measure: &'static str,
    /// The day that counts.
    pub date: Date,
    /// How much.
    pub amount: i64,
}
