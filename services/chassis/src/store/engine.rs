//! The database engine behind the store: values in, rows out, transactions. Only here and below it is an engine named.
//!
//! - [`sqlite`] – embedded, the default: one process owns the file.
//! - [`postgres`] – a server: several processes share the database.
//!
//! Both take the same statements. An engine writes only where a statement's rows come from, and its lists: SQLite repeats
//! `?` for each value, PostgreSQL takes arrays, so that a statement is one round trip whatever its size.

mod database_file;
mod long_reads;
pub(super) mod postgres;
pub(super) mod sqlite;
mod transaction;
mod value;
mod write_connection;

use sqlx::{PgConnection, SqlSafeStr as _, SqliteConnection};

use self::database_file::DatabaseFile;
use self::long_reads::LongReads;
use self::postgres::PostgresReaders;
use self::sqlite::SqliteReaders;
use self::transaction::{Connected, RoundTrips, postgres_rows, sqlite_rows};
use self::write_connection::WriteConnection;
use super::error::{StoreError, without_password};

pub(super) use self::transaction::Transaction;
pub(super) use self::value::{Row, Value};

/// A database.
#[derive(Debug)]
pub(super) struct Engine {
    kind: Kind,
    round_trips: RoundTrips,
    long_reads: LongReads,
}

#[derive(Debug)]
enum Kind {
    Sqlite {
        writer: WriteConnection<SqliteConnection>,
        readers: SqliteReaders,
        /// Kept as long as the store is open: a second process would not see this one's memory.
        file: DatabaseFile,
    },
    Postgres {
        writer: WriteConnection<PgConnection>,
        readers: PostgresReaders,
    },
}

impl Engine {
    /// Opens `sqlite:PATH`, creating file and folder if they are missing, or `postgres://…`.
    pub(super) async fn open(address: &str) -> Result<Self, StoreError> {
        let (kind, readers) = if let Some(path) = address.strip_prefix("sqlite:") {
            let file = DatabaseFile::take(path.as_ref())?;
            let options = sqlite::options(file.path());
            let (writer, readers) =
                (WriteConnection::new(options.clone()), sqlite::readers(&options.read_only(true)));
            (Kind::Sqlite { writer, readers, file }, sqlite::READERS)
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let readers = postgres::readers(address)?;
            postgres::check_text(&readers, address).await?;
            let writer = WriteConnection::new(postgres::writer_options(address)?);
            (Kind::Postgres { writer, readers }, postgres::READERS)
        } else {
            return Err(StoreError::Address { address: without_password(address) });
        };
        let long_reads = LongReads::new(usize::from(readers / 2));
        Ok(Self { kind, round_trips: RoundTrips::default(), long_reads })
    }

    /// Counts what is sent to the database.
    #[cfg(test)]
    pub(super) fn round_trips(&self) -> &RoundTrips {
        &self.round_trips
    }

    fn transaction(&self, connected: Connected) -> Transaction {
        Transaction::new(connected, self.round_trips.clone())
    }

    /// Whether other processes may write to the same database.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.kind, Kind::Postgres { .. })
    }

    /// Which text of a migration is this engine's.
    pub(super) fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.kind {
            Kind::Sqlite { .. } => sqlite,
            Kind::Postgres { .. } => postgres,
        }
    }

    /// Fails where the database is not the one that was opened any more, as far as that can be seen from outside of it.
    pub(super) fn check_in_place(&self) -> Result<(), StoreError> {
        match &self.kind {
            Kind::Sqlite { file, .. } => file.check_in_place(),
            Kind::Postgres { .. } => Ok(()),
        }
    }

    /// Writes down, outside of the database, that a store was begun in it.
    pub(super) fn mark_begun(&self) -> Result<(), StoreError> {
        match &self.kind {
            Kind::Sqlite { file, .. } => file.mark(),
            Kind::Postgres { .. } => Ok(()),
        }
    }

    /// Rows of one statement, read outside any transaction.
    pub(super) async fn read(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.round_trips.add();
        let sql = sql.into_sql_str();
        match &self.kind {
            Kind::Sqlite { readers, .. } => sqlite_rows(&readers.shared, sql, values).await,
            Kind::Postgres { readers, .. } => {
                let read = || postgres_rows(&readers.shared, sql.clone(), values.clone());
                postgres::past_cut_connections(read).await
            }
        }
    }

    /// Every read through a snapshot sees the same revision.
    pub(super) async fn snapshot(&self) -> Result<Transaction, StoreError> {
        Ok(self.transaction(match &self.kind {
            Kind::Sqlite { readers, .. } => Connected::SqliteReader(readers.shared.begin().await?),
            Kind::Postgres { readers, .. } => {
                Connected::PostgresReader(postgres::snapshot(&readers.shared).await?)
            }
        }))
    }

    /// A snapshot that may be held for as long as the work on it takes. There are few: ordinary reads wait for none of
    /// them.
    pub(super) async fn long_snapshot(&self) -> Result<Transaction, StoreError> {
        let place = self.long_reads.place().await?;
        Ok(self.snapshot().await?.holding(place))
    }

    /// A snapshot that may be held for as long as a caller reads what it tells.
    pub(super) async fn stream_snapshot(&self, caller: &str) -> Result<Transaction, StoreError> {
        let place = self.long_reads.stream_place(caller).await?;
        Ok(self.snapshot().await?.holding(place))
    }

    /// A snapshot for the writer, which waits for no reader.
    pub(super) async fn scout(&self) -> Result<Transaction, StoreError> {
        Ok(self.transaction(match &self.kind {
            Kind::Sqlite { readers, .. } => Connected::SqliteReader(readers.scout.begin().await?),
            Kind::Postgres { readers, .. } => {
                Connected::PostgresReader(postgres::snapshot(&readers.scout).await?)
            }
        }))
    }

    /// A transaction of the writer.
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        let connected = match &self.kind {
            Kind::Sqlite { writer, file, .. } => {
                file.check_in_place()?;
                let mut transaction = writer.take().await?;
                // Takes the lock at once: a transaction that upgrades later could be refused.
                sqlx::raw_sql("BEGIN IMMEDIATE").execute(transaction.connection()?).await?;
                Connected::SqliteWriter(transaction)
            }
            Kind::Postgres { writer, .. } => {
                let mut transaction = writer.take().await?;
                sqlx::raw_sql("BEGIN").execute(transaction.connection()?).await?;
                Connected::PostgresWriter(transaction)
            }
        };
        Ok(self.transaction(connected))
    }

    pub(super) async fn close(&self) {
        match &self.kind {
            Kind::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Kind::Postgres { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }
}
