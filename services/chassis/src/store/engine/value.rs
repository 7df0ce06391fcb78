//! What goes into a statement and comes out of it.

use std::sync::Arc;

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::store::error::StoreError;

/// A value bound to a statement.
#[derive(Debug, Clone)]
pub(in crate::store) enum Value {
    Number(i64),
    Text(Arc<str>),
    OptionalText(Option<Arc<str>>),
    OptionalNumber(Option<i64>),
}

/// A row that was read.
pub(in crate::store) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(in crate::store) fn number(&self, column: usize) -> Result<i64, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|cause| unreadable(&cause))
    }

    pub(in crate::store) fn optional_number(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|cause| unreadable(&cause))
    }

    pub(in crate::store) fn text(&self, column: usize) -> Result<Arc<str>, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get::<&str, _>(column),
            Self::Postgres(row) => row.try_get::<&str, _>(column),
        }
        .map(Into::into)
        .map_err(|cause| unreadable(&cause))
    }

    pub(in crate::store) fn optional_text(&self, column: usize) -> Result<Option<Arc<str>>, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get::<Option<&str>, _>(column),
            Self::Postgres(row) => row.try_get::<Option<&str>, _>(column),
        }
        .map(|text| text.map(Into::into))
        .map_err(|cause| unreadable(&cause))
    }
}

/// What was stored is not what statements store: the database answered, but it is damaged.
fn unreadable(cause: &sqlx::Error) -> StoreError {
    StoreError::Corrupt { problem: format!("a stored value cannot be read: {cause}") }
}
