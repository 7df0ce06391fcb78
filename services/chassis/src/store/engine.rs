//! The database engine behind the store: values in, rows out, transactions. Only here and below it is an engine named.
//!
//! - [`sqlite`] – embedded, the default: one process owns the file.
//! - [`postgres`] – a server: several processes share the database.
//!
//! Both take the same statements. An engine writes only where a statement's rows come from, and its lists: SQLite repeats
//! `?` for each value, PostgreSQL takes arrays, so that a statement is one round trip whatever its size.

pub(super) mod postgres;
pub(super) mod sqlite;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Database, Executor, Pool, Postgres, Row as _, SqlSafeStr as _, SqlStr, Sqlite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::StoreError;

/// A value bound to a statement.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Number(i64),
    Text(Arc<str>),
    OptionalText(Option<Arc<str>>),
    OptionalNumber(Option<i64>),
}

/// A row that was read.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(super) fn number(&self, column: usize) -> Result<i64, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|cause| unreadable(&cause))
    }

    pub(super) fn optional_number(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|cause| unreadable(&cause))
    }

    pub(super) fn text(&self, column: usize) -> Result<Arc<str>, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get::<&str, _>(column),
            Self::Postgres(row) => row.try_get::<&str, _>(column),
        }
        .map(Into::into)
        .map_err(|cause| unreadable(&cause))
    }

    pub(super) fn optional_text(&self, column: usize) -> Result<Option<Arc<str>>, StoreError> {
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

/// Connections by their use, so that none waits for another.
#[derive(Debug)]
struct Pools<D: Database> {
    /// The writer's one connection.
    writer: Pool<D>,
    /// The one that the writer reads ahead with.
    scout: Pool<D>,
    /// Everyone else's.
    readers: Pool<D>,
}

impl<D: Database> Pools<D> {
    async fn close(&self) {
        self.readers.close().await;
        self.scout.close().await;
        self.writer.close().await;
    }
}

/// A database.
#[derive(Debug)]
pub(super) struct Engine {
    kind: Kind,
    trips: Trips,
    /// Places for snapshots that are held for long: half of the readers, so that the others are there for everyone else.
    long: Arc<Semaphore>,
}

/// How long to wait for a place among the long snapshots.
const PATIENCE: Duration = Duration::from_secs(1);

/// Statements sent to the database so far, each with one answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Trips(Arc<AtomicU64>);

impl Trips {
    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many.
    #[cfg(test)]
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
enum Kind {
    Sqlite {
        pools: Pools<Sqlite>,
        /// Held as long as the store is open: a second process would not see this one's memory.
        _lock: sqlite::Lock,
    },
    Postgres {
        pools: Pools<Postgres>,
    },
}

impl Engine {
    /// Opens `sqlite:PATH`, creating file and folder if they are missing, or `postgres://…`.
    pub(super) async fn open(address: &str) -> Result<Self, StoreError> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            let (pools, lock) = sqlite::open(path.into())?;
            return Ok(Self::new(Kind::Sqlite { pools, _lock: lock }, sqlite::READERS));
        }
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Ok(Self::new(
                Kind::Postgres { pools: postgres::open(address).await? },
                postgres::READERS,
            ));
        }
        Err(StoreError::Address { address: super::without_password(address) })
    }

    fn new(kind: Kind, readers: u16) -> Self {
        Self { kind, trips: Trips::default(), long: Arc::new(Semaphore::new(usize::from(readers / 2))) }
    }

    /// Counts what is sent to the database.
    #[cfg(test)]
    pub(super) fn trips(&self) -> &Trips {
        &self.trips
    }

    fn transaction(&self, begun: EngineTransaction) -> Transaction {
        self.trips.add();
        Transaction { begun, trips: self.trips.clone(), _place: None }
    }

    /// Whether other processes may write to the same database.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.kind, Kind::Postgres { .. })
    }

    /// Rows of one statement, read outside any transaction.
    pub(super) async fn read(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.trips.add();
        let sql = sql.into_sql_str();
        match &self.kind {
            Kind::Sqlite { pools, .. } => sqlite_rows(&pools.readers, sql, values).await,
            Kind::Postgres { pools } => {
                let read = || postgres_rows(&pools.readers, sql.clone(), values.clone());
                postgres::past_cut_connections(read).await
            }
        }
    }

    /// Every read through a snapshot sees the same revision.
    pub(super) async fn snapshot(&self) -> Result<Transaction, StoreError> {
        Ok(self.transaction(match &self.kind {
            Kind::Sqlite { pools, .. } => EngineTransaction::Sqlite(pools.readers.begin().await?),
            Kind::Postgres { pools } => {
                EngineTransaction::Postgres(postgres::snapshot(&pools.readers).await?)
            }
        }))
    }

    /// A snapshot that may be held for as long as somebody reads what it tells. There are few: ordinary reads wait for none
    /// of them.
    pub(super) async fn long_snapshot(&self) -> Result<Transaction, StoreError> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.long).acquire_owned()).await;
        let place = place.ok().and_then(Result::ok).ok_or(StoreError::Busy)?;
        Ok(Transaction { _place: Some(place), ..self.snapshot().await? })
    }

    /// A snapshot for the writer, which waits for no reader.
    pub(super) async fn scout(&self) -> Result<Transaction, StoreError> {
        Ok(self.transaction(match &self.kind {
            Kind::Sqlite { pools, .. } => EngineTransaction::Sqlite(pools.scout.begin().await?),
            Kind::Postgres { pools } => EngineTransaction::Postgres(postgres::snapshot(&pools.scout).await?),
        }))
    }

    /// A transaction of the writer.
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        Ok(self.transaction(match &self.kind {
            // Takes the lock at once: a transaction that upgrades later could be refused.
            Kind::Sqlite { pools, .. } => {
                EngineTransaction::Sqlite(pools.writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Kind::Postgres { pools } => EngineTransaction::Postgres(pools.writer.begin().await?),
        }))
    }

    pub(super) async fn close(&self) {
        match &self.kind {
            Kind::Sqlite { pools, .. } => pools.close().await,
            Kind::Postgres { pools } => pools.close().await,
        }
    }
}

async fn sqlite_rows<'c>(
    on: impl Executor<'c, Database = Sqlite>,
    sql: SqlStr,
    values: Vec<Value>,
) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query_with(sql, sqlite::arguments(values)?).fetch_all(on).await?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

async fn postgres_rows<'c>(
    on: impl Executor<'c, Database = Postgres>,
    sql: SqlStr,
    values: Vec<Value>,
) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query_with(sql, postgres::arguments(values)?).fetch_all(on).await?;
    Ok(rows.into_iter().map(Row::Postgres).collect())
}

/// A transaction. Dropped without [`commit`](Self::commit), it leaves nothing.
pub(super) struct Transaction {
    begun: EngineTransaction,
    trips: Trips,
    /// Given back with the transaction.
    _place: Option<OwnedSemaphorePermit>,
}

enum EngineTransaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Transaction {
    /// Runs a text of several statements, such as a migration.
    pub(super) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.trips.add();
        match &mut self.begun {
            EngineTransaction::Sqlite(begun) => sqlx::raw_sql(sql).execute(&mut **begun).await.map(|_| ())?,
            EngineTransaction::Postgres(begun) => {
                sqlx::raw_sql(sql).execute(&mut **begun).await.map(|_| ())?
            }
        }
        Ok(())
    }

    pub(super) async fn run(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.trips.add();
        let sql = sql.into_sql_str();
        match &mut self.begun {
            EngineTransaction::Sqlite(begun) => sqlite_rows(&mut **begun, sql, values).await,
            EngineTransaction::Postgres(begun) => postgres_rows(&mut **begun, sql, values).await,
        }
    }

    /// Reads with a statement that ends where its list of texts begins.
    pub(super) async fn read_each(
        &mut self,
        head: &'static str,
        texts: &[Arc<str>],
    ) -> Result<Vec<Row>, StoreError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        match &mut self.begun {
            EngineTransaction::Sqlite(begun) => {
                let mut found = Vec::new();
                for part in texts.chunks(sqlite::MOST_ROWS) {
                    self.trips.add();
                    let text = AssertSqlSafe(sqlite::one_list(head, part.len())).into_sql_str();
                    let values = part.iter().cloned().map(Value::Text).collect();
                    found.extend(sqlite_rows(&mut **begun, text, values).await?);
                }
                Ok(found)
            }
            EngineTransaction::Postgres(begun) => {
                self.trips.add();
                let text = AssertSqlSafe(postgres::one_list(head));
                let query = sqlx::query_with(text, postgres::list_argument(texts)?);
                Ok(query.fetch_all(&mut **begun).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Writes rows, given one value after the other, with a statement whose two parts stand around them.
    pub(super) async fn write_rows(
        &mut self,
        (head, tail): (&'static str, &'static str),
        columns: usize,
        values: Vec<Value>,
    ) -> Result<(), StoreError> {
        match &mut self.begun {
            EngineTransaction::Sqlite(begun) => {
                let mut values = values.into_iter();
                while values.len() > 0 {
                    let part: Vec<Value> = values.by_ref().take(columns * sqlite::MOST_ROWS).collect();
                    let rows = part.len() / columns;
                    self.trips.add();
                    let text = AssertSqlSafe(sqlite::multi_row(head, columns, rows, tail));
                    sqlx::query_with(text, sqlite::arguments(part)?).execute(&mut **begun).await?;
                }
            }
            EngineTransaction::Postgres(begun) if !values.is_empty() => {
                let (types, arguments) = postgres::arrays(columns, &values)?;
                self.trips.add();
                let text = AssertSqlSafe(postgres::multi_row(head, &types, tail));
                sqlx::query_with(text, arguments).execute(&mut **begun).await?;
            }
            EngineTransaction::Postgres(_) => {}
        }
        Ok(())
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        self.trips.add();
        match self.begun {
            EngineTransaction::Sqlite(begun) => begun.commit().await?,
            EngineTransaction::Postgres(begun) => begun.commit().await?,
        }
        Ok(())
    }
}
