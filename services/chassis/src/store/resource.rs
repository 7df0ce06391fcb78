//! Resources as they are read, and which of them to read.

use std::sync::Arc;

use super::command::{Decoded, StoredVersion};
use super::engine::{Row, Value};
use super::error::StoreError;
use super::index::Index;
use super::journal::timestamp;

/// A resource as it stands.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its name.
    pub name: Arc<str>,
    /// Its content and times.
    pub held: StoredVersion,
}

impl Resource {
    pub(super) fn of_row(row: &Row) -> Result<Self, StoreError> {
        let held = StoredVersion {
            revision: row.number(1)?,
            index: Index {
                collection: row.text(2)?,
                sort_number: row.number(3)?,
                refers_to: row.optional_text(4)?,
            },
            create_time: timestamp(row.number(5)?)?,
            update_time: timestamp(row.number(6)?)?,
            body: row.optional_text(7)?,
            found_by: None,
            decoded: Decoded::new(),
        };
        Ok(Self { name: row.text(0)?, held })
    }
}

/// Which part of a collection to read.
#[derive(Debug, Clone)]
pub struct PageQuery {
    /// The collection.
    pub collection: String,
    /// After this sort number and name; `(i64::MIN, "")` from the start.
    pub after: (i64, String),
    /// Only sort numbers from here.
    pub first: i64,
    /// Only sort numbers up to here.
    pub last: i64,
    /// How many at most.
    pub limit: u32,
}

impl PageQuery {
    /// A whole collection's first page.
    #[must_use]
    pub fn all(collection: &str, limit: u32) -> Self {
        let after = (i64::MIN, String::new());
        Self { collection: collection.to_owned(), after, first: i64::MIN, last: i64::MAX, limit }
    }

    pub(super) fn values(&self) -> Vec<Value> {
        vec![
            Value::Text(self.collection.as_str().into()),
            Value::Number(self.after.0),
            Value::Text(self.after.1.as_str().into()),
            Value::Number(self.first),
            Value::Number(self.last),
            Value::Number(self.limit.into()),
        ]
    }
}

/// What resources of any collection are found by.
#[derive(Debug, Clone)]
pub enum FoundBy {
    /// The text that they were put with.
    Text(String),
    /// The name that they refer to.
    Reference(String),
}

/// Which part of what is found to read.
#[derive(Debug, Clone)]
pub struct FoundQuery {
    /// By what.
    pub by: FoundBy,
    /// After this collection, sort number and name; `("", i64::MIN, "")` from the start.
    pub after: (String, i64, String),
    /// Only sort numbers from here.
    pub first: i64,
    /// Only sort numbers up to here.
    pub last: i64,
    /// How many at most.
    pub limit: u32,
}
