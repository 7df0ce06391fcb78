//! How far this process has followed the journal, and which collections have changed.

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

/// How far this process has followed.
#[derive(Debug)]
pub(super) struct JournalFollower {
    /// Questions for the newest head so far.
    pub(super) questions: AtomicU64,
    /// Which of them have answers. Held by whoever moves the head on: one step after the other.
    pub(super) answers: Mutex<HeadAnswers>,
    collections: RwLock<CollectionChanges>,
}

/// Which questions have answers.
#[derive(Debug, Default)]
pub(super) struct HeadAnswers {
    /// The last question that the database answered.
    pub(super) last_answered: u64,
    /// The last question that it left without an answer.
    pub(super) last_failed: u64,
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
        Self { questions: AtomicU64::new(0), answers: Mutex::default(), collections }
    }

    /// A revision at which a collection may have changed last.
    pub(super) fn last_change(&self, collection: &str) -> i64 {
        let changed = self.collections.read().unwrap_or_else(PoisonError::into_inner);
        changed.at.get(collection).copied().unwrap_or(changed.since)
    }

    pub(super) fn change(&self, revision: i64, collections: impl IntoIterator<Item = Arc<str>>) {
        let mut changed = self.collections.write().unwrap_or_else(PoisonError::into_inner);
        changed.at.extend(collections.into_iter().map(|collection| (collection, revision)));
    }

    /// Nothing is known of the time before a revision.
    pub(super) fn forget(&self, revision: i64) {
        let mut changed = self.collections.write().unwrap_or_else(PoisonError::into_inner);
        *changed = CollectionChanges { since: revision, at: HashMap::new() };
    }
}
