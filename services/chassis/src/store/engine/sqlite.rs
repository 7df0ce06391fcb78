//! SQLite: a file of this process alone.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Arguments as _, ConnectOptions as _, Pool, Sqlite};

use super::value::Value;
use crate::store::error::StoreError;

/// The most rows of one statement; times the widest row, well below the 32,766 values that SQLite binds.
pub(in crate::store) const MOST_ROWS: usize = 500;

/// How many connections read at once; each has a page cache of its own.
pub(super) const READERS: u16 = 6;

/// How the writer's connection is made; readers only read.
pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        // The file is made where it is locked: a connection made later must not make another.
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        // An OK reply means durable: the log is flushed at every commit.
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-65536")
        // Rare checkpoints: a page changed often is written back once.
        .pragma("wal_autocheckpoint", "16384")
        .pragma("temp_store", "MEMORY")
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(512)
        // A page at once, so that the connection's thread does not wait for whoever takes its rows.
        .row_buffer_size(MOST_ROWS)
        .disable_statement_logging()
}

/// Connections that read, by their use, so that none waits for another.
#[derive(Debug)]
pub(super) struct SqliteReaders {
    /// The one that the writer reads ahead with.
    pub(super) scout: Pool<Sqlite>,
    /// Everyone else's.
    pub(super) shared: Pool<Sqlite>,
}

impl SqliteReaders {
    pub(super) async fn close(&self) {
        self.shared.close().await;
        self.scout.close().await;
    }
}

pub(super) fn readers(options: &SqliteConnectOptions) -> SqliteReaders {
    let pool = |most: u16| {
        let pool = SqlitePoolOptions::new().max_connections(most.into()).test_before_acquire(false);
        pool.idle_timeout(None).max_lifetime(None).connect_lazy_with(options.clone())
    };
    SqliteReaders { scout: pool(1), shared: pool(READERS) }
}

pub(super) fn arguments(values: Vec<Value>) -> Result<SqliteArguments, StoreError> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        let added = match value {
            Value::Number(number) => arguments.add(number),
            Value::Text(text) => arguments.add(text),
            Value::OptionalText(text) => arguments.add(text),
            Value::OptionalNumber(number) => arguments.add(number),
        };
        added.map_err(|cause| StoreError::Database(sqlx::Error::Encode(cause)))?;
    }
    Ok(arguments)
}

/// `head VALUES (…), (…) tail` with `rows` rows of `columns` parameters.
///
/// SQLite looks `$1` up by name, one after the other, at preparing and at binding: a thousand of them cost a million
/// comparisons. `?` counts by itself.
pub(in crate::store) fn multi_row(head: &str, columns: usize, rows: usize, tail: &str) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("{head}VALUES {}{tail}", vec![row; rows].join(", "))
}

/// `head IN (…)` with `count` parameters.
pub(in crate::store) fn one_list(head: &str, count: usize) -> String {
    format!("{head} IN ({})", vec!["?"; count].join(", "))
}
