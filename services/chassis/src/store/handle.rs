//! The handle of an open store: what queues commands and tells where the journal stands.

use std::marker::PhantomData;
use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use super::command::{Command, Committed, SubmitError};
use super::commit_time::ClockRules;
use super::condition::StoreCondition;
use super::contribution::Contributions;
use super::engine::Engine;
use super::error::StoreError;
use super::follow::look_out;
use super::head::Head;
use super::inner::StoreInner;
use super::job::{Job, JobResult};
use super::probe::watch_condition;
use super::set_up::set_up;
use super::writer;
use crate::clock::Clock;

/// An open store. Cheap to clone; the writer stops once every clone is dropped or [`close`](Self::close) is called.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) shared: Arc<StoreInner>,
    queue: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
}

/// A command in the queue. It is done whether or not anybody waits for it.
#[derive(Debug)]
pub struct Receipt<E> {
    outcome: oneshot::Receiver<JobResult>,
    refusal: PhantomData<fn() -> E>,
}

impl<E: 'static> Receipt<E> {
    /// What became of it: everything that it changes is durable when this returns, or nothing is.
    pub async fn outcome(self) -> Result<Committed, SubmitError<E>> {
        let outcome = self.outcome.await.map_err(|_| SubmitError::Store(StoreError::Closing))?;
        outcome.map_err(SubmitError::from_job)
    }
}

/// How many commands may wait for the writer before callers wait for a place.
const QUEUE: usize = 4096;
/// How many KiB of requests may wait or be worked on before callers wait for room.
const ROOM_KIB: usize = 64 * 1024;

/// How many KiB a request takes up; one that is larger than all the room waits until it is alone.
fn room_of(request_bytes: usize) -> u32 {
    u32::try_from((request_bytes / 1024 + 1).min(ROOM_KIB)).unwrap_or(u32::MAX)
}

impl Store {
    /// Opens a store, making or migrating it as needed. An address may end in `?confirm-clock=YYYY-MM-DD`: then the clock
    /// is believed on that day, however far it is from the last entry.
    pub async fn open(address: &str, contributions: Contributions, clock: Clock) -> Result<Self, StoreError> {
        let (address, clock_rules) = ClockRules::of_address(address)?;
        Self::open_with(address, contributions, clock, clock_rules).await
    }

    /// The same with rules for the clock of one's own.
    pub async fn open_with(
        address: &str,
        contributions: Contributions,
        clock: Clock,
        clock_rules: ClockRules,
    ) -> Result<Self, StoreError> {
        let engine = Engine::open(address).await?;
        let head = set_up(&engine, Some(&contributions)).await?;
        let store = Self::start(StoreInner::new(engine, head, contributions, clock_rules), clock);
        Ok(store)
    }

    /// Starts the writer, what watches the store's condition, and where others write too, what follows them.
    pub(super) fn start(inner: StoreInner, clock: Clock) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let shared = Arc::new(inner);
        tokio::spawn(writer::run(Arc::clone(&shared), jobs, clock));
        tokio::spawn(watch_condition(Arc::downgrade(&shared)));
        if shared.engine.is_shared() {
            tokio::spawn(look_out(Arc::downgrade(&shared)));
        }
        Self { shared, queue, room: Arc::new(Semaphore::new(ROOM_KIB)) }
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
        let room = Arc::clone(&self.room).acquire_many_owned(room_of(command.request_bytes)).await;
        let room = room.map_err(|_| SubmitError::Store(StoreError::Closing))?;
        let job = Job::new(command, room, reply);
        self.queue.send(job).await.map_err(|_| SubmitError::Store(StoreError::Closing))?;
        Ok(Receipt { outcome, refusal: PhantomData })
    }

    /// The newest entry that this process has followed to. With one writer, includes all acknowledged writes; with several,
    /// see [`current`](Self::current).
    #[must_use]
    pub fn head(&self) -> Head {
        self.shared.head.borrow().clone()
    }

    /// Tells of every move of the head.
    #[must_use]
    pub fn watch_head(&self) -> watch::Receiver<Head> {
        self.shared.head.subscribe()
    }

    /// The newest entry, whichever process made it: every write acknowledged anywhere before the call is in it, and in what
    /// this process keeps in memory.
    pub async fn current(&self) -> Result<Head, StoreError> {
        self.shared.current().await
    }

    /// A revision at which a collection may have changed last, as far as this process has followed.
    #[must_use]
    pub fn last_change(&self, collection: &str) -> i64 {
        self.shared.following.last_change(collection)
    }

    /// Whether the store can be read and written, as it was found last: it is looked at every few seconds, and at once
    /// when a write fails.
    #[must_use]
    pub fn condition(&self) -> watch::Receiver<StoreCondition> {
        self.shared.condition.subscribe()
    }

    /// Finishes what has queued, then lets go of the database.
    pub async fn close(self) {
        let mut closed = self.shared.closed.subscribe();
        let Self { shared, queue, room: _ } = self;
        let (last, done) = oneshot::channel();
        // The writer answers jobs in order, so this one's answer means that all before it are done.
        if queue.send(Job::Stop(last)).await.is_ok() {
            let _ = done.await;
            let _ = closed.wait_for(|closed| *closed).await;
        }
        shared.engine.close().await;
    }
}
