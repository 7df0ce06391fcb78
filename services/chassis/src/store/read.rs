//! Reads: one resource, a page of a collection.

use std::sync::Arc;

use super::command::{Decoded, Index, StoredVersion};
use super::engine::{Row, Value};
use super::journal::timestamp;
use super::{Store, StoreError, sql};

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

impl Store {
    /// A page of what is found, by collection, then by sort number, then by name.
    pub async fn found(&self, query: &FoundQuery) -> Result<Vec<Resource>, StoreError> {
        let (statement, by) = match &query.by {
            FoundBy::Text(text) => (sql::PAGE_BY_TEXT, text),
            FoundBy::Reference(name) => (sql::PAGE_BY_REFERENCE, name),
        };
        let (collection, number, name) = &query.after;
        let values = vec![
            Value::Text(by.as_str().into()),
            Value::Text(collection.as_str().into()),
            Value::Number(*number),
            Value::Text(name.as_str().into()),
            Value::Number(query.first),
            Value::Number(query.last),
            Value::Number(query.limit.into()),
        ];
        let rows = self.shared.engine.read(statement, values).await?;
        rows.iter().map(Resource::of_row).collect()
    }

    /// A resource by name, if it exists.
    pub async fn get(&self, name: &str) -> Result<Option<Resource>, StoreError> {
        let rows = self.shared.engine.read(sql::RESOURCE, vec![Value::Text(name.into())]).await?;
        rows.first().map(Resource::of_row).transpose()
    }

    /// A page of a collection, by sort number, then by name.
    pub async fn page(&self, query: &PageQuery) -> Result<Vec<Resource>, StoreError> {
        let rows = self.shared.engine.read(sql::PAGE, query.values()).await?;
        rows.iter().map(Resource::of_row).collect()
    }
}
