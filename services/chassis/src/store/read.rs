//! Reads: one resource, a page of a collection, what is found, entries of the journal.

use super::engine::Value;
use super::error::StoreError;
use super::handle::Store;
use super::journal::{Entry, entries};
use super::resource::{FoundBy, FoundQuery, PageQuery, Resource};
use super::sql;

/// At most this many entries are read at once; an import's entry has up to 500 changes.
const ENTRIES_AT_ONCE: i64 = 16;

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

    /// The entries from `first` on, at most `most`, ending early once they hold about `bytes` of bodies.
    pub async fn entries(&self, first: i64, most: usize, bytes: usize) -> Result<Vec<Entry>, StoreError> {
        let mut snapshot = self.shared.engine.snapshot().await?;
        let mut found: Vec<Entry> = Vec::new();
        let mut next = first.max(1);
        let mut size = 0;
        while found.len() < most && size < bytes {
            let left = i64::try_from(most - found.len()).unwrap_or(i64::MAX);
            let last = next.saturating_add(ENTRIES_AT_ONCE.min(left) - 1);
            let part = entries(&mut snapshot, next, last).await?;
            if part.is_empty() {
                break;
            }
            size += part
                .iter()
                .flat_map(|e| &e.changes)
                .filter_map(|c| c.body.as_ref())
                .map(|b| b.len())
                .sum::<usize>();
            next = last.saturating_add(1);
            found.extend(part);
        }
        Ok(found)
    }
}
