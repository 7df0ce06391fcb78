//! The head: where the journal stands.

use std::sync::Arc;

use jiff::Timestamp;

use super::contribution::Contributions;
use super::engine::Row;
use super::error::StoreError;
use super::journal::timestamp;

/// The newest entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its revision; 0 while the journal is empty.
    pub revision: i64,
    /// Its hash; [`ZERO_HASH`](super::ZERO_HASH) while the journal is empty.
    pub hash: Arc<str>,
}

/// The one row of the head table.
#[derive(Debug, Clone)]
pub(super) struct HeadRow {
    pub(super) head: Head,
    /// Which edition of the contributions the cells were written by.
    pub(super) edition: i64,
    /// When the newest entry was made, if there is one.
    pub(super) last_time: Option<Timestamp>,
}

impl HeadRow {
    pub(super) fn read(rows: &[Row]) -> Result<Self, StoreError> {
        let missing = || StoreError::Corrupt { problem: "the head row is missing".to_owned() };
        let row = rows.first().ok_or_else(missing)?;
        Ok(Self {
            head: Head { revision: row.number(0)?, hash: row.text(1)? },
            edition: row.number(2)?,
            last_time: row.optional_number(3)?.map(timestamp).transpose()?,
        })
    }

    /// Refuses sums of a newer release, which counts differently: this program's would be wrong.
    pub(super) fn check_edition(&self, contributions: &Contributions) -> Result<(), StoreError> {
        if self.edition > contributions.edition {
            return Err(StoreError::Edition { found: self.edition, known: contributions.edition });
        }
        Ok(())
    }
}
