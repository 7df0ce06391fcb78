//! The writer's one connection, and what becomes of it when a transaction fails.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{ConnectOptions, Connection};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::store::error::StoreError;

/// How long to wait for a connection before the database counts as unreachable.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a connection may take to close before it is dropped.
const CLOSE: Duration = Duration::from_secs(2);

/// A connection that is made when it is needed, and made anew after every transaction that was not committed: which state
/// a failure leaves a connection in, a full disk above all, is different in every engine and never relied on.
#[derive(Debug)]
pub(super) struct WriteConnection<C: Connection> {
    slot: Arc<Mutex<Option<C>>>,
    options: C::Options,
}

impl<C: Connection + 'static> WriteConnection<C> {
    pub(super) fn new(options: C::Options) -> Self {
        Self { slot: Arc::default(), options }
    }

    /// The connection, once nobody else has it.
    pub(super) async fn take(&self) -> Result<WriteTransaction<C>, StoreError> {
        let mut slot = Arc::clone(&self.slot).lock_owned().await;
        if slot.is_none() {
            let connected = tokio::time::timeout(CONNECT, self.options.connect()).await;
            *slot = Some(connected.map_err(|_| StoreError::Database(sqlx::Error::PoolTimedOut))??);
        }
        Ok(WriteTransaction { slot: Some(slot) })
    }

    pub(super) async fn close(&self) {
        if let Some(connection) = self.slot.lock().await.take()
            && let Err(error) = connection.close().await
        {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "the writer's connection did not close well");
        }
    }
}

/// The connection while a transaction is under way on it. Dropped before [`keep`](Self::keep), it is closed.
pub(super) struct WriteTransaction<C: Connection + 'static> {
    /// Empty once the connection is kept.
    slot: Option<OwnedMutexGuard<Option<C>>>,
}

impl<C: Connection + 'static> WriteTransaction<C> {
    pub(super) fn connection(&mut self) -> Result<&mut C, StoreError> {
        let lost = || StoreError::Fault { problem: "a transaction has lost its connection".to_owned() };
        self.slot.as_mut().and_then(|slot| slot.as_mut()).ok_or_else(lost)
    }

    /// The transaction was committed: the connection serves the next one.
    pub(super) fn keep(mut self) {
        self.slot = None;
    }
}

impl<C: Connection + 'static> Drop for WriteTransaction<C> {
    fn drop(&mut self) {
        let Some(mut slot) = self.slot.take() else { return };
        let (Some(connection), Ok(runtime)) = (slot.take(), Handle::try_current()) else { return };
        // The slot is free for the next connection once this one has let go of its locks.
        runtime.spawn(async move {
            if let Ok(Err(error)) = tokio::time::timeout(CLOSE, connection.close()).await {
                let error: &dyn std::error::Error = &error;
                tracing::debug!(error, "a connection whose transaction failed did not close well");
            }
            drop(slot);
        });
    }
}
