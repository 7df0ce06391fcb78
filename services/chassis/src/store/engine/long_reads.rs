//! Places for snapshots that are held for long: half of the readers, so that the others are there for everyone else. Of
//! these, streams that somebody reads at their own pace leave one, and no caller takes more than half for its streams.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::store::error::StoreError;

/// How long to wait for a place.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct LongReads {
    all: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    most_of_caller: usize,
    callers: Mutex<HashMap<Arc<str>, Arc<Semaphore>>>,
}

/// A place that is given back when it is dropped.
#[derive(Debug)]
pub(super) struct LongReadPlace {
    _permits: Vec<OwnedSemaphorePermit>,
}

impl LongReads {
    /// So many places of which streams leave one.
    pub(super) fn new(places: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(places)),
            streams: Arc::new(Semaphore::new(places.saturating_sub(1).max(1))),
            most_of_caller: (places / 2).max(1),
            callers: Mutex::default(),
        }
    }

    /// A place for a read that takes long but waits for nobody.
    pub(super) async fn place(&self) -> Result<LongReadPlace, StoreError> {
        take_each([&self.all]).await
    }

    /// A place for a stream that a caller reads.
    pub(super) async fn stream_place(&self, caller: &str) -> Result<LongReadPlace, StoreError> {
        let of_caller = self.semaphore_of(caller);
        // In this order, so that who waits for its own streams to end keeps nobody else from a place.
        take_each([&of_caller, &self.streams, &self.all]).await
    }

    fn semaphore_of(&self, caller: &str) -> Arc<Semaphore> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        // Who has no stream and waits for none needs no entry.
        callers.retain(|_, of_caller| Arc::strong_count(of_caller) > 1);
        let new = || Arc::new(Semaphore::new(self.most_of_caller));
        Arc::clone(callers.entry(caller.into()).or_insert_with(new))
    }
}

async fn take_each<const N: usize>(semaphores: [&Arc<Semaphore>; N]) -> Result<LongReadPlace, StoreError> {
    let take = async {
        let mut permits = Vec::with_capacity(N);
        for semaphore in semaphores {
            permits.push(Arc::clone(semaphore).acquire_owned().await.map_err(|_| StoreError::Closing)?);
        }
        Ok(LongReadPlace { _permits: permits })
    };
    tokio::time::timeout(PATIENCE, take).await.unwrap_or(Err(StoreError::Busy))
}
