//! SQLite: a file of this process alone.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Arguments as _, ConnectOptions as _, Sqlite};

use super::{Pools, StoreError, Value};

/// The most rows of one statement; times the widest row, well below the 32,766 values that SQLite binds.
pub(in crate::store) const MOST_ROWS: usize = 500;

/// How many connections read at once; each has a page cache of its own.
pub(super) const READERS: u16 = 4;

/// Keeps other processes out while it lives.
#[derive(Debug)]
pub(super) struct Lock(std::fs::File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Said, not left to closing: a process that is just being forked would keep it a moment longer.
        let _ = self.0.unlock();
    }
}

pub(super) fn open(path: PathBuf) -> Result<(Pools<Sqlite>, Lock), StoreError> {
    let lock = lock(&path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
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
        .disable_statement_logging();
    let pool = |most: u16| {
        let pool = SqlitePoolOptions::new().max_connections(most.into()).test_before_acquire(false);
        pool.idle_timeout(None).max_lifetime(None)
    };
    let reading = options.clone().read_only(true);
    let pools = Pools {
        writer: pool(1).connect_lazy_with(options),
        scout: pool(1).connect_lazy_with(reading.clone()),
        readers: pool(READERS).connect_lazy_with(reading),
    };
    Ok((pools, lock))
}

fn lock(path: &Path) -> Result<Lock, StoreError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|cause| StoreError::Folder { path: folder.to_owned(), cause })?;
    }
    let lock_path = path.with_extension("lock");
    let file =
        std::fs::File::create(&lock_path).map_err(|cause| StoreError::Folder { path: lock_path, cause })?;
    file.try_lock().map_err(|_| StoreError::InUse { path: path.to_owned() })?;
    Ok(Lock(file))
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
