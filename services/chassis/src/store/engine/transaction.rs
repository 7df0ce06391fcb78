//! Transactions: statements on one connection, all or nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{
    AssertSqlSafe, Executor, PgConnection, Postgres, SqlSafeStr as _, SqlStr, Sqlite, SqliteConnection,
};

use super::long_reads::LongReadPlace;
use super::value::{Row, Value};
use super::write_connection::WriteTransaction;
use super::{postgres, sqlite};
use crate::store::error::StoreError;

/// Statements sent to the database so far, each with one answer.
#[derive(Debug, Clone, Default)]
pub(in crate::store) struct RoundTrips(Arc<AtomicU64>);

impl RoundTrips {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many.
    #[cfg(test)]
    pub(in crate::store) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

pub(super) async fn sqlite_rows<'c>(
    on: impl Executor<'c, Database = Sqlite>,
    sql: SqlStr,
    values: Vec<Value>,
) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query_with(sql, sqlite::arguments(values)?).fetch_all(on).await?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

pub(super) async fn postgres_rows<'c>(
    on: impl Executor<'c, Database = Postgres>,
    sql: SqlStr,
    values: Vec<Value>,
) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query_with(sql, postgres::arguments(values)?).fetch_all(on).await?;
    Ok(rows.into_iter().map(Row::Postgres).collect())
}

/// A transaction. Dropped without [`commit`](Self::commit), it leaves nothing.
pub(in crate::store) struct Transaction {
    connected: Connected,
    round_trips: RoundTrips,
    /// Given back with the transaction.
    _place: Option<LongReadPlace>,
}

/// What a transaction runs on.
pub(super) enum Connected {
    SqliteReader(sqlx::Transaction<'static, Sqlite>),
    SqliteWriter(WriteTransaction<SqliteConnection>),
    PostgresReader(sqlx::Transaction<'static, Postgres>),
    PostgresWriter(WriteTransaction<PgConnection>),
}

impl Connected {
    fn connection(&mut self) -> Result<EngineConnection<'_>, StoreError> {
        Ok(match self {
            Self::SqliteReader(transaction) => EngineConnection::Sqlite(transaction),
            Self::SqliteWriter(transaction) => EngineConnection::Sqlite(transaction.connection()?),
            Self::PostgresReader(transaction) => EngineConnection::Postgres(transaction),
            Self::PostgresWriter(transaction) => EngineConnection::Postgres(transaction.connection()?),
        })
    }
}

/// A connection of one engine or the other.
enum EngineConnection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Transaction {
    pub(super) fn new(connected: Connected, round_trips: RoundTrips) -> Self {
        round_trips.add();
        Self { connected, round_trips, _place: None }
    }

    /// Keeps a place as long as it lives.
    pub(super) fn holding(self, place: LongReadPlace) -> Self {
        Self { _place: Some(place), ..self }
    }

    /// Runs a text of several statements, such as a migration.
    pub(in crate::store) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.round_trips.add();
        match self.connected.connection()? {
            EngineConnection::Sqlite(connection) => {
                sqlx::raw_sql(sql).execute(connection).await?;
            }
            EngineConnection::Postgres(connection) => {
                sqlx::raw_sql(sql).execute(connection).await?;
            }
        }
        Ok(())
    }

    pub(in crate::store) async fn run(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.round_trips.add();
        let sql = sql.into_sql_str();
        match self.connected.connection()? {
            EngineConnection::Sqlite(connection) => sqlite_rows(connection, sql, values).await,
            EngineConnection::Postgres(connection) => postgres_rows(connection, sql, values).await,
        }
    }

    /// Reads with a statement that ends where its list of texts begins.
    pub(in crate::store) async fn read_each(
        &mut self,
        head: &'static str,
        texts: &[Arc<str>],
    ) -> Result<Vec<Row>, StoreError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        match self.connected.connection()? {
            EngineConnection::Sqlite(connection) => {
                let mut found = Vec::new();
                for part in texts.chunks(sqlite::MOST_ROWS) {
                    self.round_trips.add();
                    let text = AssertSqlSafe(sqlite::one_list(head, part.len())).into_sql_str();
                    let values = part.iter().cloned().map(Value::Text).collect();
                    found.extend(sqlite_rows(&mut *connection, text, values).await?);
                }
                Ok(found)
            }
            EngineConnection::Postgres(connection) => {
                self.round_trips.add();
                let text = AssertSqlSafe(postgres::one_list(head));
                let query = sqlx::query_with(text, postgres::list_argument(texts)?);
                Ok(query.fetch_all(connection).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Writes rows, given one value after the other, with a statement whose two parts stand around them.
    pub(in crate::store) async fn write_rows(
        &mut self,
        (head, tail): (&'static str, &'static str),
        columns: usize,
        values: Vec<Value>,
    ) -> Result<(), StoreError> {
        match self.connected.connection()? {
            EngineConnection::Sqlite(connection) => {
                let mut values = values.into_iter();
                while values.len() > 0 {
                    let part: Vec<Value> = values.by_ref().take(columns * sqlite::MOST_ROWS).collect();
                    let rows = part.len() / columns;
                    self.round_trips.add();
                    let text = AssertSqlSafe(sqlite::multi_row(head, columns, rows, tail));
                    sqlx::query_with(text, sqlite::arguments(part)?).execute(&mut *connection).await?;
                }
            }
            EngineConnection::Postgres(connection) if !values.is_empty() => {
                let (types, arguments) = postgres::arrays(columns, &values)?;
                self.round_trips.add();
                let text = AssertSqlSafe(postgres::multi_row(head, &types, tail));
                sqlx::query_with(text, arguments).execute(connection).await?;
            }
            EngineConnection::Postgres(_) => {}
        }
        Ok(())
    }

    pub(in crate::store) async fn commit(self) -> Result<(), StoreError> {
        self.round_trips.add();
        match self.connected {
            Connected::SqliteReader(transaction) => transaction.commit().await?,
            Connected::PostgresReader(transaction) => transaction.commit().await?,
            Connected::SqliteWriter(mut transaction) => {
                sqlx::raw_sql("COMMIT").execute(transaction.connection()?).await?;
                transaction.keep();
            }
            Connected::PostgresWriter(mut transaction) => {
                sqlx::raw_sql("COMMIT").execute(transaction.connection()?).await?;
                transaction.keep();
            }
        }
        Ok(())
    }
}
