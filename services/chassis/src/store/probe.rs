//! Looking at the condition of a store, so that health follows it down and up again.

use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::condition::StoreCondition;
use super::error::StoreError;
use super::head::HeadRow;
use super::inner::StoreInner;
use super::sql;

/// How long a store that is sound is left alone. Under test, until somebody asks.
const PAUSE: Duration = if cfg!(test) { Duration::from_hours(1) } else { Duration::from_secs(5) };
/// How long one that is not.
const PAUSE_IN_TROUBLE: Duration =
    if cfg!(test) { Duration::from_millis(10) } else { Duration::from_secs(1) };
/// How long a look may take: more than a frozen process keeps the lock on the head.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks at the condition of a store now and then, and whenever a write failed, until the store is closed.
pub(super) async fn watch_condition(shared: Weak<StoreInner>) {
    let mut commits = 0;
    loop {
        let Some(inner) = shared.upgrade() else { return };
        let mut closed = inner.closed.subscribe();
        let known = *inner.condition.borrow();
        let pause = if known == StoreCondition::SOUND { PAUSE } else { PAUSE_IN_TROUBLE };
        let is_called = tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return,
            () = inner.look_at_condition.notified() => true,
            () = tokio::time::sleep(pause) => false,
        };
        // What was committed since the last time was written, unless something failed after it.
        let committed = inner.commits.load(Ordering::Relaxed);
        let has_written = std::mem::replace(&mut commits, committed) != committed && !is_called;
        let found = inner.examine(has_written && known.is_writable).await;
        if found != known {
            let StoreCondition { is_readable, is_writable } = found;
            tracing::warn!(is_readable, is_writable, "the condition of the store changed");
            inner.condition.send_replace(found);
        }
    }
}

impl StoreInner {
    /// Reads, and writes unless that is known to go well.
    async fn examine(&self, has_written: bool) -> StoreCondition {
        let is_readable = is_well("read", self.try_reading()).await;
        let is_writable = is_readable && (has_written || is_well("written", self.try_writing()).await);
        StoreCondition { is_readable, is_writable }
    }

    async fn try_reading(&self) -> Result<(), StoreError> {
        self.engine.check_in_place()?;
        HeadRow::read(&self.engine.read(sql::HEAD, Vec::new()).await?).map(drop)
    }

    async fn try_writing(&self) -> Result<(), StoreError> {
        let mut transaction = self.engine.begin().await?;
        transaction.run(sql::TRY_WRITING, Vec::new()).await?;
        transaction.commit().await
    }
}

async fn is_well(attempt: &str, work: impl Future<Output = Result<(), StoreError>>) -> bool {
    let outcome = tokio::time::timeout(PATIENCE, work).await;
    match outcome.unwrap_or(Err(StoreError::Database(sqlx::Error::PoolTimedOut))) {
        Ok(()) => true,
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "the store cannot be {attempt}");
            false
        }
    }
}
