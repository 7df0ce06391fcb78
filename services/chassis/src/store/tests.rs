//! The conformance suite: what every engine must do. An engine is plugged in by adding a home to [`homes`].

mod clock;
mod condition;
mod editions;
mod moving;
mod opening;
mod reading;
mod releases;
mod replicas;
mod room;
mod running_totals;
mod snapshots;
mod sums;
mod verification;
mod writing;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Waker};

use jiff::Timestamp;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqlSafeStr as _};
use tempfile::TempDir;
use thidua_tests::cluster::Cluster;
use uuid::Uuid;

use super::*;
use crate::clock::Clock;

/// A place where a store lives, to be opened again and again.
struct Home {
    address: String,
    folder: TempDir,
}

/// A new home on every engine that is here.
fn homes() -> Vec<Home> {
    let shared = Cluster::shared()
        .map(|cluster| Home { address: cluster.database(), folder: TempDir::new().unwrap() });
    std::iter::once(embedded()).chain(shared).collect()
}

/// A new home on SQLite.
fn embedded() -> Home {
    let folder = TempDir::new().unwrap();
    Home { address: format!("sqlite:{}", folder.path().join("store.sqlite").display()), folder }
}

impl Home {
    /// Whether several processes may share the store.
    fn is_shared(&self) -> bool {
        self.address.starts_with("postgres:")
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store.sqlite")
    }

    async fn try_open(&self) -> Result<Store, StoreError> {
        self.try_open_counting(COUNTING).await
    }

    async fn try_open_counting(&self, counting: Contributions) -> Result<Store, StoreError> {
        Store::open(&self.address, counting, Clock::fixed(at(0))).await
    }

    async fn open(&self) -> Store {
        self.try_open().await.unwrap()
    }

    /// Opens the store while the clock stands still at a second.
    async fn open_at(&self, second: i64) -> Store {
        Store::open(&self.address, COUNTING, Clock::fixed(at(second))).await.unwrap()
    }

    /// Changes what is stored, past the store, which must be closed.
    async fn alter(&self, sql: &'static str) {
        let altered = if self.is_shared() {
            let mut connection = PgConnection::connect(&self.address).await.unwrap();
            let done = sqlx::raw_sql(sql).execute(&mut connection).await.unwrap().rows_affected();
            connection.close().await.unwrap();
            done
        } else {
            let mut connection =
                SqliteConnection::connect(&format!("{}?mode=rwc", self.address)).await.unwrap();
            let done = sqlx::raw_sql(sql).execute(&mut connection).await.unwrap().rows_affected();
            connection.close().await.unwrap();
            done
        };
        assert!(altered > 0, "nothing was altered by {sql}");
    }

    /// Runs a statement on an embedded database, past the store, which may be open.
    async fn run(&self, sql: &str) {
        let mut connection = SqliteConnection::connect(&self.address).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Why the engine does not take a statement.
    async fn refuses(&self, sql: &str) -> Option<sqlx::Error> {
        let text = AssertSqlSafe(sql).into_sql_str();
        if self.is_shared() {
            PgConnection::connect(&self.address).await.unwrap().prepare(text).await.err()
        } else {
            SqliteConnection::connect(&self.address).await.unwrap().prepare(text).await.err()
        }
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

/// What the rules of the tests refuse with.
#[derive(Debug, Clone, PartialEq, Eq)]
struct No(String);

/// How the tests count.
const COUNTING: Contributions = Contributions {
    edition: 1,
    of: contributions,
    found_by,
    index: listed_by_sort,
    prefix: |_| String::new(),
};

/// A body such as `{"unit": "a", "day": 3, "amount": 7}` counts once and adds its amount; others add nothing.
fn contributions(_: &str, body: &str) -> Result<Vec<Cell>, String> {
    let body: serde_json::Value = serde_json::from_str(body).map_err(|cause| cause.to_string())?;
    let (Some(unit), Some(day), Some(amount)) =
        (body["unit"].as_str(), body["day"].as_i64(), body["amount"].as_i64())
    else {
        return Ok(Vec::new());
    };
    let cell = |measure, amount| Cell { series: unit.into(), measure, day, amount };
    Ok(vec![cell("records", 1), cell("amounts", amount)])
}

/// A body is found by what it says of `label`.
fn found_by(_: &str, body: &str) -> Option<String> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    Some(body.get("label")?.as_str()?.to_owned())
}

/// A body that says `sort` is listed under it, in the collection that its name tells.
fn listed_by_sort(name: &str, body: &str) -> Option<Index> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    Some(index(name, body.get("sort")?.as_i64()?))
}

fn record(unit: &str, day: i64, amount: i64) -> String {
    serde_json::json!({"unit": unit, "day": day, "amount": amount}).to_string()
}

/// Listed in the collection that its name tells, under a sort number.
fn index(name: &str, sort_number: i64) -> Index {
    Index { collection: collection_of(name).into(), sort_number, refers_to: None }
}

fn collection_of(name: &str) -> &str {
    name.rsplit_once('/').unwrap().0
}

/// A command of a rule that looks at resources by name.
fn command(
    names: &[&str],
    decide: impl Fn(&State, &Context) -> Result<Decision, No> + Send + Sync + 'static,
) -> Command<No> {
    Command {
        caller: "offices/a".to_owned(),
        method: "tests.v1.Tests/Do",
        request_id: None,
        request_hash: "0".repeat(64),
        validate_only: false,
        request_bytes: 0,
        needs: Needs::names(names.iter().map(|name| (*name).to_owned())),
        decide: Box::new(decide),
    }
}

/// A new body, whatever was there.
fn put(name: &str, body: &str) -> Command<No> {
    let (owned, body) = (name.to_owned(), body.to_owned());
    command(&[name], move |_, _| Ok(Decision::put(&owned, index(&owned, 0), body.clone())))
}

/// The end of a resource, which must exist.
fn delete(name: &str) -> Command<No> {
    let owned = name.to_owned();
    command(&[name], move |state, _| {
        let held = state.get(&owned).ok_or_else(|| No(format!("{owned} is missing")))?;
        Ok(Decision { changes: vec![Change::delete(&owned, held)], outcome: None })
    })
}

fn refuse() -> Command<No> {
    command(&[], |_, _| Err(No("never".to_owned())))
}

/// One more in the count that a resource's body holds.
fn count(name: &str) -> Command<No> {
    let owned = name.to_owned();
    command(&[name], move |state, _| {
        let before = state.get(&owned).and_then(|held| held.body.as_deref()).unwrap_or("0");
        let next: i64 = before.parse().map(|before: i64| before + 1).unwrap();
        Ok(Decision::put(&owned, index(&owned, 0), next.to_string()))
    })
}

/// A command that may be sent again: its id, and what its content hashes to.
fn with_id(mut command: Command<No>, id: u128, content: char) -> Command<No> {
    command.request_id = Some(Uuid::from_u128(id));
    command.request_hash = content.to_string().repeat(64);
    command
}

type Submitted<'s> = Pin<Box<dyn Future<Output = Result<Committed, SubmitError<No>>> + 's>>;

/// Puts a command into the queue. The writer shares the test's thread, so that commands queued one after the other,
/// without waiting, are one batch.
fn queue(store: &Store, command: Command<No>) -> Submitted<'_> {
    let mut submitted: Submitted = Box::pin(tokio::task::unconstrained(store.submit(command)));
    let polled = submitted.as_mut().poll(&mut TaskContext::from_waker(Waker::noop()));
    assert!(polled.is_pending(), "nothing is answered before the writer runs");
    submitted
}

/// Runs commands as one batch.
async fn batch(
    store: &Store,
    commands: impl IntoIterator<Item = Command<No>>,
) -> Vec<Result<Committed, SubmitError<No>>> {
    let queued: Vec<_> = commands.into_iter().map(|command| queue(store, command)).collect();
    let mut outcomes = Vec::with_capacity(queued.len());
    for one in queued {
        outcomes.push(one.await);
    }
    outcomes
}

async fn body(store: &Store, name: &str) -> Option<String> {
    store.get(name).await.unwrap().map(|found| found.held.body.unwrap().to_string())
}

/// The names on the first page of a collection.
async fn listed(store: &Store, collection: &str) -> Vec<String> {
    let page = store.page(&PageQuery::all(collection, 1000)).await.unwrap();
    page.into_iter().map(|found| found.name.to_string()).collect()
}

/// Names and bodies of what a command changed.
fn changed(committed: &Committed) -> BTreeMap<String, Option<String>> {
    let text = |held: &StoredVersion| held.body.as_ref().map(ToString::to_string);
    committed.changes.iter().map(|(name, held)| (name.to_string(), text(held))).collect()
}

async fn assert_verified(store: &Store) {
    let found = store.verify(None).await.unwrap();
    assert_eq!((found.findings, found.first_bad_revision), (Vec::new(), None));
    assert_eq!(found.head, store.head());
}
