//! One mechanism for all resources of all services: a journal of accepted commands, the versions that they made, the
//! latest state, and dated sums over it ("cells"), all written in one transaction.
//!
//! Writing is serial and group committed: [`Store::submit`] queues a command; the writer takes what has queued, loads at
//! once all that the commands named, runs each command's pure `decide` over that state, and commits the changes together.
//! An OK answer is durable; a refused command leaves nothing; a `request_id` seen before gets its first outcome again.
//!
//! Invariants: revisions have no gaps; an entry's hash covers its changes and the entry before; a resource's row points at
//! its newest version; `cells` equals the sum of the contributions of all bodies that are in force.

mod cells;
mod command;
mod copy;
mod draft;
mod engine;
mod follow;
mod journal;
mod read;
mod snapshot;
mod sql;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

pub use self::cells::{Cell, Contributions, RunningTotals, Series};
pub use self::command::{
    Change, Command, Committed, Context, Decision, Index, Needs, Rule, State, StoredVersion, SubmitError,
    request_hash,
};
pub use self::copy::copy;
pub use self::journal::{Entry, EntryChange, ZERO_HASH};
pub use self::read::{FoundBy, FoundQuery, PageQuery, Resource};
pub use self::snapshot::Snapshot;
pub use self::verify::Verification;

use self::cells::CellCache;
use self::engine::Engine;
use self::follow::JournalFollower;
use crate::clock::Clock;

/// What can go wrong with the store itself.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address names no engine that is built in.
    #[error("`{address}` is no store: write sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")]
    Address {
        /// As given.
        address: String,
    },
    /// A PostgreSQL database that does not keep text as the store needs it.
    #[error(
        "the database {address} has encoding {encoding} and sorts by {order}; make one with CREATE DATABASE … TEMPLATE \
         template0 ENCODING 'UTF8' LOCALE 'C'"
    )]
    DatabaseText {
        /// Without its password.
        address: String,
        /// Its encoding.
        encoding: String,
        /// Its collation.
        order: String,
    },
    /// Another process has the store open.
    #[error("the store {path} is open in another process; stop that one first")]
    InUse {
        /// The database file.
        path: PathBuf,
    },
    /// There is no store at the address.
    #[error("there is no store at {address}")]
    Missing {
        /// As given.
        address: String,
    },
    /// A store that must be empty is not.
    #[error("the store {address} holds entries already; copy into an empty one")]
    NotEmpty {
        /// Without its password.
        address: String,
    },
    /// A folder or file cannot be made.
    #[error("cannot make {path}: {cause}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The store was written by another release.
    #[error("the store has schema version {found}, this program knows up to {known}; use a newer release")]
    Schema {
        /// In the store.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// The sums were written by a newer release.
    #[error(
        "the sums of the store are of edition {found}, this program counts by edition {known}; use the newer release"
    )]
    Edition {
        /// In the store.
        found: i64,
        /// The one of this program.
        known: i64,
    },
    /// The database holds something impossible.
    #[error("the store is damaged: {problem}")]
    Corrupt {
        /// What and where.
        problem: String,
    },
    /// The writer has stopped, because the program is stopping.
    #[error("the store is closing")]
    Closing,
    /// The batch that the command was part of could not be written; the log says why.
    #[error("the database failed; the log says why")]
    NotWritten,
    /// As many long reads are under way as there may be.
    #[error("too many long reads are under way")]
    Busy,
    /// The disk or quota is full; nothing was written.
    #[error("the store has no room left")]
    Full,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    /// The engine's own code: of SQLite a number, of PostgreSQL an SQLSTATE.
    fn code(&self) -> Option<String> {
        let Self::Database(sqlx::Error::Database(cause)) = self else { return None };
        cause.code().map(Into::into)
    }

    /// Whether the disk or quota is full (`SQLITE_FULL`, `disk_full`): trying again does not help.
    fn is_full(&self) -> bool {
        self.code().is_some_and(|code| matches!(&*code, "13" | "53100"))
    }

    /// Whether another process's work stood against it, so that the same may go through now: serialization failures,
    /// deadlocks, and tables that were made twice at once.
    fn is_conflict(&self) -> bool {
        self.code().is_some_and(|code| matches!(&*code, "40001" | "40P01" | "23505" | "42P07"))
    }

    /// Whether the connection is gone, so that a new one may do: cut, or ended by a server that stops (class 57P).
    fn is_disconnect(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Io(_) | sqlx::Error::Protocol(_)))
            || self.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
    }

    /// Whether trying again at once is worth it.
    fn is_retryable(&self) -> bool {
        self.is_conflict() || self.is_disconnect()
    }
}

/// An address that can be shown: `postgres://user:secret@host/x?…` without the secret, and without what follows `?`.
fn without_password(address: &str) -> String {
    let address = address.split_once('?').map_or(address, |(shown, _)| shown);
    let hidden = || {
        let (scheme, rest) = address.split_once("://")?;
        let (user, host) = rest.rsplit_once('@')?;
        let (user, _) = user.split_once(':')?;
        Some(format!("{scheme}://{user}@{host}"))
    };
    hidden().unwrap_or_else(|| address.to_owned())
}

/// The newest entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its revision; 0 while the journal is empty.
    pub revision: i64,
    /// Its hash; [`ZERO_HASH`] while the journal is empty.
    pub hash: Arc<str>,
}

/// An open store. Cheap to clone; the writer stops once every clone is dropped or [`close`](Self::close) is called.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Arc<StoreInner>,
    queue: mpsc::Sender<writer::Job>,
}

#[derive(Debug)]
struct StoreInner {
    engine: Engine,
    contributions: Contributions,
    cells: CellCache,
    head: watch::Sender<Head>,
    closed: watch::Sender<bool>,
    following: JournalFollower,
}

/// A command in the queue. It is done whether or not anybody waits for it.
#[derive(Debug)]
pub struct Receipt<E> {
    outcome: oneshot::Receiver<Result<Committed, command::JobError>>,
    refusal: PhantomData<fn() -> E>,
}

impl<E: 'static> Receipt<E> {
    /// What became of it: everything that it changes is durable when this returns, or nothing is.
    pub async fn outcome(self) -> Result<Committed, SubmitError<E>> {
        let outcome = self.outcome.await.map_err(|_| SubmitError::Store(StoreError::Closing))?;
        outcome.map_err(SubmitError::from_job)
    }
}

/// Tables of names: many are looked up for every record.
type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// How many commands may wait for the writer before callers wait for a place.
const QUEUE: usize = 4096;

impl Store {
    /// Opens a store, making or migrating it as needed.
    pub async fn open(address: &str, contributions: Contributions, clock: Clock) -> Result<Self, StoreError> {
        let engine = Engine::open(address).await?;
        let head = writer::set_up(&engine, Some(&contributions)).await?;
        Ok(Self::start(engine, head, contributions, clock))
    }

    /// Starts the writer, and where others write too, what follows them.
    fn start(engine: Engine, head: Head, contributions: Contributions, clock: Clock) -> Self {
        let opened_at = head.revision;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let shared = Arc::new(StoreInner {
            engine,
            contributions,
            cells: CellCache::new(opened_at),
            head: watch::Sender::new(head),
            closed: watch::Sender::new(false),
            following: JournalFollower::new(opened_at),
        });
        tokio::spawn(writer::run(Arc::clone(&shared), jobs, clock));
        if shared.engine.is_shared() {
            tokio::spawn(follow::look_out(Arc::downgrade(&shared)));
        }
        Self { shared, queue }
    }

    /// Runs a command: everything that it changes is durable when this returns, or nothing is.
    pub async fn submit<E: Send + 'static>(&self, command: Command<E>) -> Result<Committed, SubmitError<E>> {
        self.enqueue(command).await?.outcome().await
    }

    /// Puts a command into the queue: those queued later are decided after it.
    pub async fn enqueue<E: Send + 'static>(
        &self,
        command: Command<E>,
    ) -> Result<Receipt<E>, SubmitError<E>> {
        let (reply, outcome) = oneshot::channel();
        let job = writer::Job::new(command, reply);
        self.queue.send(job).await.map_err(|_| SubmitError::Store(StoreError::Closing))?;
        Ok(Receipt { outcome, refusal: PhantomData })
    }

    /// The newest entry that this process has followed to. Where it alone writes, every write acknowledged before the call
    /// is in it; else see [`current`](Self::current).
    #[must_use]
    pub fn head(&self) -> Head {
        self.shared.head.borrow().clone()
    }

    /// Tells of every move of the head.
    #[must_use]
    pub fn watch_head(&self) -> watch::Receiver<Head> {
        self.shared.head.subscribe()
    }

    /// Finishes what has queued, then lets go of the database.
    pub async fn close(self) {
        let mut closed = self.shared.closed.subscribe();
        let Self { shared, queue } = self;
        let (last, done) = oneshot::channel();
        // The writer answers jobs in order, so this one's answer means that all before it are done.
        if queue.send(writer::Job::stop(last)).await.is_ok() {
            let _ = done.await;
            let _ = closed.wait_for(|closed| *closed).await;
        }
        shared.engine.close().await;
    }
}
