//! The database engine behind the store: values in, rows out, transactions. The only file that names one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool,
    SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, Row as _, Sqlite};

use super::StoreError;

/// Writes a parameter of a statement that is made for a number of rows. SQLite looks `$1` up by name, one after the other,
/// at preparing and at binding: a thousand of them cost a million comparisons. `?` counts by itself.
pub(super) fn write_parameter(text: &mut String, _number: usize) {
    text.push('?');
}

/// A value bound to a statement.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Number(i64),
    Text(Arc<str>),
    OptionalText(Option<Arc<str>>),
    OptionalNumber(Option<i64>),
}

/// A row that was read.
pub(super) struct Row(SqliteRow);

impl Row {
    pub(super) fn number(&self, column: usize) -> Result<i64, StoreError> {
        self.0.try_get(column).map_err(|cause| unreadable(&cause))
    }

    pub(super) fn text(&self, column: usize) -> Result<Arc<str>, StoreError> {
        self.0.try_get::<&str, _>(column).map(Into::into).map_err(|cause| unreadable(&cause))
    }

    pub(super) fn optional_text(&self, column: usize) -> Result<Option<Arc<str>>, StoreError> {
        self.0
            .try_get::<Option<&str>, _>(column)
            .map(|text| text.map(Into::into))
            .map_err(|cause| unreadable(&cause))
    }
}

/// What was stored is not what statements store: the database answered, but it is damaged.
fn unreadable(cause: &sqlx::Error) -> StoreError {
    StoreError::Corrupt { problem: format!("a stored value cannot be read: {cause}") }
}

/// A database with one connection for writing and several for reading.
#[derive(Debug)]
pub(super) struct Engine {
    options: SqliteConnectOptions,
    readers: SqlitePool,
    /// Held as long as the store is open: a second process would not see this one's memory.
    _lock: std::fs::File,
}

impl Engine {
    /// Opens `sqlite:PATH`, creating file and folder if they are missing.
    pub(super) fn open(address: &str) -> Result<Self, StoreError> {
        let path = address
            .strip_prefix("sqlite:")
            .map(PathBuf::from)
            .ok_or_else(|| StoreError::Address { address: address.to_owned() })?;
        let lock = lock(&path)?;
        let options = SqliteConnectOptions::new()
            .filename(&path)
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
            .disable_statement_logging();
        let readers =
            SqlitePoolOptions::new().max_connections(4).connect_lazy_with(options.clone().read_only(true));
        Ok(Self { options, readers, _lock: lock })
    }

    /// A connection for the one writer.
    pub(super) async fn writer(&self) -> Result<Connection, StoreError> {
        Ok(Connection(SqliteConnection::connect_with(&self.options).await?))
    }

    /// Rows of one statement, read outside any transaction.
    pub(super) async fn read(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let rows = sqlx::query_with(sql, arguments(values)?).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(Row).collect())
    }

    /// A snapshot: every read through it sees the same revision.
    pub(super) async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(Snapshot(self.readers.begin().await?))
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
    }
}

fn lock(path: &Path) -> Result<std::fs::File, StoreError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|cause| StoreError::Folder { path: folder.to_owned(), cause })?;
    }
    let lock_path = path.with_extension("lock");
    let file =
        std::fs::File::create(&lock_path).map_err(|cause| StoreError::Folder { path: lock_path, cause })?;
    file.try_lock().map_err(|_| StoreError::InUse { path: path.to_owned() })?;
    Ok(file)
}

fn arguments(values: Vec<Value>) -> Result<SqliteArguments, StoreError> {
    use sqlx::Arguments as _;
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

/// Reads of one revision.
pub(super) struct Snapshot(sqlx::Transaction<'static, Sqlite>);

impl Snapshot {
    pub(super) async fn read(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = sqlx::query_with(sql, arguments(values)?).fetch_all(&mut *self.0).await?;
        Ok(rows.into_iter().map(Row).collect())
    }
}

/// The writer's connection.
pub(super) struct Connection(SqliteConnection);

impl Connection {
    /// A transaction that takes the writer's lock at once: one that upgrades later could be refused.
    pub(super) async fn begin(&mut self) -> Result<Transaction<'_>, StoreError> {
        Ok(Transaction(self.0.begin_with("BEGIN IMMEDIATE").await?))
    }

    /// Lets go of the database; without it, that happens some time after.
    pub(super) async fn close(self) -> Result<(), StoreError> {
        Ok(self.0.close().await?)
    }
}

/// A transaction of the writer. Dropped without [`commit`](Self::commit), it leaves nothing.
pub(super) struct Transaction<'c>(sqlx::Transaction<'c, Sqlite>);

impl Transaction<'_> {
    /// Runs a text of several statements, such as a migration.
    pub(super) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        sqlx::raw_sql(sql).execute(&mut *self.0).await?;
        Ok(())
    }

    pub(super) async fn run(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = sqlx::query_with(sql, arguments(values)?).fetch_all(&mut *self.0).await?;
        Ok(rows.into_iter().map(Row).collect())
    }

    /// Reads with a statement whose `IN` list has the length of `values`.
    pub(super) async fn read_each(
        &mut self,
        (head, tail): (&'static str, &'static str),
        texts: &[Arc<str>],
    ) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::new();
        for part in texts.chunks(super::sql::MOST_ROWS) {
            let values = part.iter().cloned().map(Value::Text).collect();
            let text = AssertSqlSafe(super::sql::one_list(head, part.len(), tail));
            let rows = sqlx::query_with(text, arguments(values)?).fetch_all(&mut *self.0).await?;
            found.extend(rows.into_iter().map(Row));
        }
        Ok(found)
    }

    /// Writes rows with multi-row statements: one round trip for [`MOST_ROWS`](super::sql::MOST_ROWS) of them.
    pub(super) async fn write_rows(
        &mut self,
        (head, tail): (&'static str, &'static str),
        columns: usize,
        rows: Vec<Vec<Value>>,
    ) -> Result<(), StoreError> {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let part: Vec<Vec<Value>> = rows.by_ref().take(super::sql::MOST_ROWS).collect();
            let text = AssertSqlSafe(super::sql::multi_row(head, columns, part.len(), tail));
            let values = part.into_iter().flatten().collect();
            sqlx::query_with(text, arguments(values)?).execute(&mut *self.0).await?;
        }
        Ok(())
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}
