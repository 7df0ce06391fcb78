//! JournalFollower the journal: what this process keeps in memory moves on with every commit, its own and those of other
//! processes on the same database.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use tokio::sync::Mutex;

use super::cells::Deltas;
use super::engine::Value;
use super::{Head, Store, StoreError, StoreInner, sql};

/// How far this process has followed.
#[derive(Debug)]
pub(super) struct JournalFollower {
    /// Questions for the newest head that were asked so far.
    asked: AtomicU64,
    /// Which of them are answered. Held by whoever moves the head on: one step after the other.
    answered: Mutex<HeadAnswers>,
    collections: RwLock<CollectionChanges>,
}

/// The last question that has its answer, and the last that the database left without one.
#[derive(Debug, Default)]
struct HeadAnswers {
    well: u64,
    failed: u64,
}

/// When collections changed last.
#[derive(Debug)]
struct CollectionChanges {
    /// Nothing is known of the time before.
    since: i64,
    at: HashMap<Arc<str>, i64>,
}

impl JournalFollower {
    pub(super) fn new(revision: i64) -> Self {
        let collections = RwLock::new(CollectionChanges { since: revision, at: HashMap::new() });
        Self { asked: AtomicU64::new(0), answered: Mutex::default(), collections }
    }

    fn change(&self, revision: i64, collections: impl IntoIterator<Item = Arc<str>>) {
        let mut changed = self.collections.write().unwrap_or_else(PoisonError::into_inner);
        changed.at.extend(collections.into_iter().map(|collection| (collection, revision)));
    }

    fn forget(&self, revision: i64) {
        let mut changed = self.collections.write().unwrap_or_else(PoisonError::into_inner);
        *changed = CollectionChanges { since: revision, at: HashMap::new() };
    }
}

/// The most changes of other processes that are read to follow them; beyond, what was in memory is read anew.
const MOST_FOLLOWED: i64 = 5000;

/// How often other processes' commits are looked for while somebody watches.
const LOOK_OUT: Duration = Duration::from_millis(50);

/// Moves the head on for those who watch it.
pub(super) async fn look_out(shared: Weak<StoreInner>) {
    loop {
        tokio::time::sleep(LOOK_OUT).await;
        let Some(shared) = shared.upgrade() else { return };
        if *shared.closed.borrow() {
            return;
        }
        if shared.head.receiver_count() > 0
            && let Err(error) = shared.current().await
        {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "the journal's head cannot be read; watchers wait");
        }
    }
}

impl Store {
    /// The newest entry, whichever process made it: every write acknowledged anywhere before the call is in it, and in what
    /// this process keeps in memory.
    pub async fn current(&self) -> Result<Head, StoreError> {
        self.shared.current().await
    }

    /// The newest entry that any read can have seen by now: within its own process, reads of the database see a write a
    /// moment before [`Store::head`] tells it.
    pub async fn newest(&self) -> Result<Head, StoreError> {
        let seen = self.snapshot().await?.revision();
        let mut watched = self.watch_head();
        let head = self.current().await?;
        if head.revision >= seen {
            return Ok(head);
        }
        let head = watched.wait_for(|head| head.revision >= seen).await;
        head.map(|head| head.clone()).map_err(|_| StoreError::Database(sqlx::Error::PoolClosed))
    }

    /// A revision at which a collection may have changed last, as far as this process has followed.
    #[must_use]
    pub fn last_change(&self, collection: &str) -> i64 {
        let changed = self.shared.following.collections.read().unwrap_or_else(PoisonError::into_inner);
        changed.at.get(collection).copied().unwrap_or(changed.since)
    }
}

impl StoreInner {
    /// One look at the database answers all who asked before it began.
    async fn current(&self) -> Result<Head, StoreError> {
        if self.engine.is_shared() {
            let question = self.following.asked.fetch_add(1, Ordering::Relaxed) + 1;
            let mut answered = self.following.answered.lock().await;
            if answered.well < question {
                // One failure answers all who asked before it, too: else each would wait for its own.
                if question <= answered.failed {
                    return Err(StoreError::Database(sqlx::Error::PoolTimedOut));
                }
                let answers = self.following.asked.load(Ordering::Relaxed);
                match self.look().await {
                    Ok(()) => answered.well = answers,
                    Err(error) => {
                        answered.failed = answers;
                        return Err(error);
                    }
                }
            }
        }
        Ok(self.head.borrow().clone())
    }

    /// Reads the newest head and follows to it. Only for who holds the order.
    async fn look(&self) -> Result<(), StoreError> {
        let rows = self.engine.read(sql::HEAD, Vec::new()).await?;
        super::writer::check_edition(super::writer::edition(&rows)?, &self.contributions)?;
        let head = super::writer::head(&rows)?;
        let known = self.head.borrow().clone();
        if head.revision < known.revision || (head.revision == known.revision && head.hash != known.hash) {
            tracing::error!(
                from = known.revision,
                to = head.revision,
                "the journal went back: the database was restored, or a failover lost its end"
            );
            self.forget(&head);
        }
        self.step(&head).await
    }

    /// Follows the journal up to a head that was read, unless this process is there already.
    pub(super) async fn follow(&self, head: &Head) -> Result<(), StoreError> {
        if self.head.borrow().revision >= head.revision {
            return Ok(());
        }
        let _order = self.following.answered.lock().await;
        self.step(head).await
    }

    /// Moves on past a commit of this process, from its base to its head. Where others committed before it, that waits until
    /// somebody asks: then all is followed in one step.
    pub(super) async fn move_on(
        &self,
        base: &Head,
        head: Head,
        deltas: &Deltas,
        collections: HashSet<Arc<str>>,
    ) {
        let _order = self.following.answered.lock().await;
        if self.head.borrow().revision != base.revision || head.revision == base.revision {
            return;
        }
        self.cells.commit(head.revision, deltas);
        self.following.change(head.revision, collections);
        self.head.send_replace(head);
    }

    /// Moves on to a later head with what other processes committed. Only for who holds the order.
    async fn step(&self, head: &Head) -> Result<(), StoreError> {
        let known = self.head.borrow().revision;
        if head.revision <= known {
            return Ok(());
        }
        let span = [known, head.revision, MOST_FOLLOWED + 1].map(Value::Number);
        let rows = self.engine.read(sql::REPLACED, span.to_vec()).await?;
        if i64::try_from(rows.len()).is_ok_and(|found| found > MOST_FOLLOWED) {
            self.forget(head);
            return Ok(());
        }
        let (mut deltas, mut collections) = (Deltas::default(), HashSet::new());
        for row in rows {
            let name = row.text(0)?;
            for (body, sign) in [(row.optional_text(1)?, 1), (row.optional_text(2)?, -1)] {
                let Some(body) = body else { continue };
                let Ok(cells) = (self.contributions.of)(&name, &body) else {
                    // Written by a release that knows more than this one; the table of cells has the sums.
                    self.forget(head);
                    return Ok(());
                };
                for cell in cells {
                    *deltas.entry((cell.series, cell.measure, cell.day)).or_default() += sign * cell.amount;
                }
            }
            collections.insert(row.text(3)?);
        }
        self.cells.commit(head.revision, &deltas);
        self.following.change(head.revision, collections);
        self.head.send_replace(head.clone());
        Ok(())
    }

    fn forget(&self, head: &Head) {
        self.cells.forget(head.revision);
        self.following.forget(head.revision);
        self.head.send_replace(head.clone());
    }
}
