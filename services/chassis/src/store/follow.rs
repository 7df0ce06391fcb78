//! Following the journal: what this process keeps in memory moves on with every commit, its own and those of other
//! processes on the same database.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::contribution::{Deltas, add_cells};
use super::engine::Value;
use super::error::StoreError;
use super::head::{Head, HeadRow};
use super::inner::StoreInner;
use super::sql;

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

impl StoreInner {
    /// One look at the database answers all who asked before it began.
    pub(super) async fn current(&self) -> Result<Head, StoreError> {
        if self.engine.is_shared() {
            let question = self.following.questions.fetch_add(1, Ordering::Relaxed) + 1;
            let mut answers = self.following.answers.lock().await;
            if answers.last_answered < question {
                // One failure answers all who asked before it, too: else each would wait for its own.
                if question <= answers.last_failed {
                    return Err(StoreError::Database(sqlx::Error::PoolTimedOut));
                }
                let last = self.following.questions.load(Ordering::Relaxed);
                match self.look().await {
                    Ok(()) => answers.last_answered = last,
                    Err(error) => {
                        answers.last_failed = last;
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
        let found = HeadRow::read(&rows)?;
        found.check_edition(&self.contributions)?;
        let head = found.head;
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
        let _order = self.following.answers.lock().await;
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
        let _order = self.following.answers.lock().await;
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
                add_cells(&mut deltas, &cells, sign);
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
