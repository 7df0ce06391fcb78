//! Contributions: what bodies add to the cells, and what else follows from a body.

use std::sync::Arc;

use super::error::StoreError;
use super::index::Index;
use super::map::Map;

/// Whose sums: in statistics, a unit's name.
pub type Series = Arc<str>;

/// What one body adds to one sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Whose.
    pub series: Series,
    /// Of what.
    pub measure: &'static str,
    /// On which day, counted from 1970-01-01.
    pub day: i64,
    /// How much.
    pub amount: i64,
}

/// What bodies add to the cells.
#[derive(Debug, Clone, Copy)]
pub struct Contributions {
    /// Grows by one whenever `of` changes: a store whose cells were written by an earlier edition is counted anew when it
    /// is opened, and a program of an earlier edition writes to it no more.
    pub edition: i64,
    /// What a body of a name adds: a pure function, so that sums can be taken back and recomputed. An error tells why the
    /// body cannot be read.
    pub of: fn(name: &str, body: &str) -> Result<Vec<Cell>, String>,
    /// The text that a body of a name is found by. A change of it is a new edition, too.
    pub found_by: fn(name: &str, body: &str) -> Option<String>,
    /// Where a body of a name is listed, for verification; nothing where that does not follow from name and body.
    pub index: fn(name: &str, body: &str) -> Option<Index>,
    /// How names begin whose bodies may add to a series: others are passed over where it is told what the series was.
    pub prefix: fn(series: &str) -> String,
}

impl Contributions {
    /// Of a store without sums.
    pub const NONE: Self = Self {
        edition: 1,
        of: |_, _| Ok(Vec::new()),
        found_by: |_, _| None,
        index: |_, _| None,
        prefix: |_| String::new(),
    };

    /// What a stored body adds.
    pub(super) fn read(&self, name: &str, body: &str) -> Result<Vec<Cell>, StoreError> {
        (self.of)(name, body).map_err(|cause| StoreError::Corrupt {
            problem: format!("the body of {name} cannot be read: {cause}"),
        })
    }
}

/// The changes of sums, by series, measure and day.
pub(super) type Deltas = Map<(Series, &'static str, i64), i64>;

/// Adds what a body contributes to changes of sums, or takes it back with the sign −1. Saturates: who must not lose a sum
/// checks it before.
pub(super) fn add_cells(deltas: &mut Deltas, cells: &[Cell], sign: i64) {
    for cell in cells {
        let sum = deltas.entry((Arc::clone(&cell.series), cell.measure, cell.day)).or_default();
        *sum = sum.saturating_add(cell.amount.saturating_mul(sign));
    }
}
