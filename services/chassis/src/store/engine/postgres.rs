//! PostgreSQL: a server that several processes share. The lock on the head row puts their writers into one order.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions};
use sqlx::{Arguments as _, ConnectOptions as _, Pool, Postgres, Row as _};

use super::value::Value;
use crate::store::error::{StoreError, without_password};
use crate::store::sql;

/// What every connection sets.
const SETTINGS: [(&str, &str); 7] = [
    // "Already exists, skipping" is no news.
    ("client_min_messages", "warning"),
    // A peer that takes nothing off its line for so long is gone, in milliseconds.
    ("tcp_user_timeout", "10000"),
    // One plan a statement, by its index, also while the server has no statistics of new tables yet: it would rather read
    // all of them for each page.
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    ("max_parallel_workers_per_gather", "0"),
    ("jit", "off"),
];
/// What readers set: a statement that takes longer waits for something that will not come.
const READER_SETTINGS: [(&str, &str); 2] =
    [("statement_timeout", "60s"), ("idle_in_transaction_session_timeout", "120s")];
/// How long the writer may leave the server waiting in the middle of a transaction. A process that is frozen while it has
/// the lock on the head stops every other writer for so long. Short under test, where that is waited for.
const MOST_IDLE: &str = if cfg!(test) { "1s" } else { "7s" };
/// What the writer sets. Waiting for the lock outlasts what a frozen holder is granted, but not by much.
const WRITER_SETTINGS: [(&str, &str); 3] = [
    ("statement_timeout", "60s"),
    ("lock_timeout", "20s"),
    ("idle_in_transaction_session_timeout", MOST_IDLE),
];
/// How many connections read at once.
pub(super) const READERS: u16 = 8;
/// How long to wait for a connection before the store counts as unreachable.
const CONNECT: Duration = Duration::from_secs(5);

fn options(address: &str) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(address)
        .map_err(|_| StoreError::Address { address: without_password(address) })?;
    Ok(options.options(SETTINGS).application_name("thidua").disable_statement_logging())
}

pub(super) fn writer_options(address: &str) -> Result<PgConnectOptions, StoreError> {
    Ok(options(address)?.options(WRITER_SETTINGS))
}

/// Connections that read, by their use, so that none waits for another.
#[derive(Debug)]
pub(super) struct PostgresReaders {
    /// The one that the writer reads ahead with.
    pub(super) scout: Pool<Postgres>,
    /// Everyone else's.
    pub(super) shared: Pool<Postgres>,
}

impl PostgresReaders {
    pub(super) async fn close(&self) {
        self.shared.close().await;
        self.scout.close().await;
    }
}

pub(super) fn readers(address: &str) -> Result<PostgresReaders, StoreError> {
    let options = options(address)?.options(READER_SETTINGS);
    let pool = |most: u16| {
        let pool = PgPoolOptions::new().max_connections(most.into()).test_before_acquire(false);
        pool.acquire_timeout(CONNECT).connect_lazy_with(options.clone())
    };
    Ok(PostgresReaders { scout: pool(1), shared: pool(READERS) })
}

/// Names are listed and compared byte by byte, on every engine alike.
pub(super) async fn check_text(readers: &PostgresReaders, address: &str) -> Result<(), StoreError> {
    let row = sqlx::query(sql::DATABASE_TEXT).fetch_one(&readers.shared).await?;
    let (encoding, order): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    if encoding == "UTF8" && matches!(&*order, "C" | "POSIX" | "C.UTF-8" | "C.utf8") {
        return Ok(());
    }
    Err(StoreError::DatabaseText { address: without_password(address), encoding, order })
}

pub(super) async fn snapshot(
    pool: &Pool<Postgres>,
) -> Result<sqlx::Transaction<'static, Postgres>, StoreError> {
    let begin = || async { Ok(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?) };
    past_cut_connections(begin).await
}

/// Tries again where a connection was cut while it lay idle, until there can be none of these left.
pub(super) async fn past_cut_connections<T, F: Future<Output = Result<T, StoreError>>>(
    work: impl Fn() -> F,
) -> Result<T, StoreError> {
    for _ in 0..READERS {
        match work().await {
            Err(error) if error.is_disconnect() => {}
            other => return other,
        }
    }
    work().await
}

fn encode(cause: sqlx::error::BoxDynError) -> StoreError {
    StoreError::Database(sqlx::Error::Encode(cause))
}

pub(super) fn arguments(values: Vec<Value>) -> Result<PgArguments, StoreError> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Number(number) => arguments.add(number),
            Value::Text(text) => arguments.add(&*text),
            Value::OptionalText(text) => arguments.add(text.as_deref()),
            Value::OptionalNumber(number) => arguments.add(number),
        }
        .map_err(encode)?;
    }
    Ok(arguments)
}

pub(super) fn list_argument(texts: &[Arc<str>]) -> Result<PgArguments, StoreError> {
    let mut arguments = PgArguments::default();
    let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
    arguments.add(texts).map_err(encode)?;
    Ok(arguments)
}

/// The columns of rows as arrays, with their types.
pub(super) fn arrays(
    columns: usize,
    values: &[Value],
) -> Result<(Vec<&'static str>, PgArguments), StoreError> {
    let mut arguments = PgArguments::default();
    let mut types = Vec::with_capacity(columns);
    for (column, first) in values.iter().take(columns).enumerate() {
        let column = values.iter().skip(column).step_by(columns);
        match first {
            Value::Number(_) | Value::OptionalNumber(_) => {
                types.push("BIGINT");
                let numbers: Vec<Option<i64>> = column
                    .map(|value| match value {
                        Value::Number(number) => Some(*number),
                        Value::OptionalNumber(number) => *number,
                        Value::Text(_) | Value::OptionalText(_) => None,
                    })
                    .collect();
                arguments.add(numbers).map_err(encode)?;
            }
            Value::Text(_) | Value::OptionalText(_) => {
                types.push("TEXT");
                let texts: Vec<Option<&str>> = column
                    .map(|value| match value {
                        Value::Text(text) => Some(&**text),
                        Value::OptionalText(text) => text.as_deref(),
                        Value::Number(_) | Value::OptionalNumber(_) => None,
                    })
                    .collect();
                arguments.add(texts).map_err(encode)?;
            }
        }
    }
    Ok((types, arguments))
}

/// `head SELECT * FROM UNNEST(…) tail` with an array for each column.
pub(in crate::store) fn multi_row(head: &str, types: &[&str], tail: &str) -> String {
    let arrays: Vec<String> =
        types.iter().zip(1..).map(|(of, number)| format!("CAST(${number} AS {of}[])")).collect();
    format!("{head}SELECT * FROM UNNEST({}){tail}", arrays.join(", "))
}

/// `head = ANY (…)` with one array.
pub(in crate::store) fn one_list(head: &str) -> String {
    format!("{head} = ANY ($1)")
}
