//! The one writer: takes what has queued, decides it in order, commits it together. While one batch is being written the
//! next is decided already, over what the first will leave; if that came otherwise, it is decided anew under the lock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::command::{Committed, Decoded, JobError, StoredVersion};
use super::commit_time::commit_time;
use super::draft::{BatchDraft, BatchInput, Outcome, Speculative};
use super::engine::{Transaction, Value};
use super::error::StoreError;
use super::head::HeadRow;
use super::index::Index;
use super::inner::StoreInner;
use super::job::{Job, JobResult, Pending};
use super::journal::timestamp;
use super::sql;
use super::sum_bounds::Excess;
use crate::clock::Clock;

/// How many commands share one flush of the disk at most.
const MOST_JOBS: usize = 256;
/// How many bytes their requests have together at most, unless one alone has more: who writes must not keep other
/// processes waiting for the lock.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// How often a batch is tried again that failed before its commit, for a reason that passes.
const MOST_ATTEMPTS: usize = 5;
/// How many commands of a batch may exceed a sum before the batch is done one command after the other.
const MOST_EXCESS: usize = 8;

pub(super) async fn run(shared: Arc<StoreInner>, mut jobs: mpsc::Receiver<Job>, clock: Clock) {
    let closed = shared.closed.clone();
    let made = shared.head.borrow().revision;
    let mut writer = Writer { shared, clock, under_way: None, made, alone: true };
    let mut queued = Vec::new();
    let mut crowd = 1;
    let stopped = loop {
        if queued.is_empty() && jobs.recv_many(&mut queued, MOST_JOBS).await == 0 {
            break None;
        }
        gather(&mut jobs, &mut queued, crowd).await;
        crowd = queued.len();
        let (commands, stop) = next_batch(&mut queued);
        if !commands.is_empty() {
            writer.take(commands).await;
        }
        if stop.is_some() {
            break stop;
        }
    };
    writer.settle().await;
    if let Some(done) = stopped {
        // The closer may have gone; then nobody waits.
        let _ = done.send(());
    }
    // Before it is told: whoever waits for the end may open the store again at once.
    drop(writer);
    closed.send_replace(true);
}

/// Takes off the queue what shares one flush: commands up to a bound of bytes, or to the sign to stop.
fn next_batch(queued: &mut Vec<Job>) -> (Vec<Pending>, Option<oneshot::Sender<()>>) {
    let mut bytes = 0;
    let fits = |job: &Job| match job {
        Job::Command(command) => {
            let is_first = bytes == 0;
            bytes += command.request_bytes.max(1);
            is_first || bytes <= MOST_BYTES
        }
        Job::Stop(_) => false,
    };
    let count = queued.iter().map(fits).take_while(|fits| *fits).count();
    let mut commands = Vec::with_capacity(count);
    for job in queued.drain(..count) {
        if let Job::Command(command) = job {
            commands.push(*command);
        }
    }
    if matches!(queued.first(), Some(Job::Stop(_)))
        && let Job::Stop(done) = queued.remove(0)
    {
        return (commands, Some(done));
    }
    (commands, None)
}

/// How long to wait for a crowd to come back: about as long as a flush of the disk.
const GATHER: Duration = Duration::from_millis(1);

/// Callers who were answered together ask again together, but not at the same instant: without a moment's wait the first
/// would start a batch alone and the rest wait for its flush. Nobody waits where there was no crowd.
async fn gather(jobs: &mut mpsc::Receiver<Job>, queued: &mut Vec<Job>, crowd: usize) {
    let wanted = crowd.min(MOST_JOBS);
    let waiting = async {
        while queued.len() < wanted {
            let room = MOST_JOBS - queued.len();
            if jobs.recv_many(queued, room).await == 0 {
                break;
            }
        }
    };
    // What has come by then is enough.
    let _ = tokio::time::timeout(GATHER, waiting).await;
}

struct Writer {
    shared: Arc<StoreInner>,
    clock: Clock,
    under_way: Option<UnderWay>,
    /// The head that this process made last.
    made: i64,
    /// Whether the last batch stood right on the one before it: no other process writes at the moment.
    alone: bool,
}

/// A batch that is being written.
struct UnderWay {
    /// Tells, if anything was written, the revisions before and after it.
    task: JoinHandle<Option<RevisionSpan>>,
    /// What it leaves, once it is decided.
    ahead: oneshot::Receiver<Speculative>,
}

impl Writer {
    /// Sends a batch on its way once the one before it has ended, decided as far as that is possible before.
    async fn take(&mut self, commands: Vec<Pending>) {
        let plan = self.plan(&commands).await;
        // What was decided over a batch that failed is void.
        let plan = if self.settle().await { plan } else { None };
        let (leave, ahead) = oneshot::channel();
        let (shared, clock) = (Arc::clone(&self.shared), self.clock.clone());
        let task = tokio::spawn(async move { work(&shared, commands, plan, &clock, leave).await });
        self.under_way = Some(UnderWay { task, ahead });
    }

    /// Decides commands over what the batch under way leaves; nothing where that cannot be known.
    async fn plan(&mut self, commands: &[Pending]) -> Option<BatchDraft> {
        let under_way = self.under_way.as_mut().filter(|under_way| !under_way.task.is_finished())?;
        // Sums are loaded as the database has them, which does not have the batch under way.
        let loads_sums = |command: &Pending| !command.needs.series.is_empty();
        if !self.alone || commands.iter().any(loads_sums) {
            return None;
        }
        let ahead = (&mut under_way.ahead).await.ok()?;
        // Whatever fails here is tried again under the lock, and told of there.
        let mut transaction = self.shared.engine.scout().await.ok()?;
        let time = commit_time(self.clock.now(), Some(ahead.time), &self.shared.clock_rules);
        let contributions = &self.shared.contributions;
        let input = BatchInput { contributions, commands, time, excess: &BTreeMap::new() };
        BatchDraft::decide_ahead(&mut transaction, ahead, input).await.ok()
    }

    /// Waits for the batch under way; tells whether all is well.
    async fn settle(&mut self) -> bool {
        let Some(under_way) = self.under_way.take() else { return true };
        let Some(span) = under_way.task.await.ok().flatten() else { return false };
        self.alone = span.base == self.made;
        self.made = span.head;
        true
    }
}

/// One batch: decided, committed, remembered, answered; where the data of one command are to blame, one command after the
/// other. Tells, if anything was committed, the revisions before and after it.
async fn work(
    shared: &StoreInner,
    commands: Vec<Pending>,
    plan: Option<BatchDraft>,
    clock: &Clock,
    leave: oneshot::Sender<Speculative>,
) -> Option<RevisionSpan> {
    match attempt(shared, &commands, plan, clock, &mut Some(leave)).await {
        Ok(written) => Some(publish(shared, commands, written).await),
        Err(Unwritten::Before(error)) if error.is_data_error() && commands.len() > 1 => {
            tracing::warn!(%error, "a batch is done again, one command after the other");
            one_by_one(shared, commands, clock).await
        }
        Err(unwritten) => {
            fail(shared, commands, &unwritten.error());
            None
        }
    }
}

/// The revisions before and after what was written.
struct RevisionSpan {
    base: i64,
    head: i64,
}

async fn one_by_one(shared: &StoreInner, commands: Vec<Pending>, clock: &Clock) -> Option<RevisionSpan> {
    let mut span: Option<RevisionSpan> = None;
    for command in commands {
        let one = vec![command];
        match attempt(shared, &one, None, clock, &mut None).await {
            Ok(written) => {
                let step = publish(shared, one, written).await;
                let base = span.map_or(step.base, |span| span.base);
                span = Some(RevisionSpan { base, head: step.head });
            }
            Err(unwritten) => fail(shared, one, &unwritten.error()),
        }
    }
    span
}

/// Answers commands of which nothing was written.
fn fail(shared: &StoreInner, commands: Vec<Pending>, error: &StoreError) {
    let cause: &dyn std::error::Error = error;
    tracing::error!(error = cause, "a batch of commands could not be written");
    for command in commands {
        command.answer(Err(JobError::Store(reply_to(error))));
    }
    if !error.is_data_error() {
        shared.look_at_condition.notify_one();
    }
}

/// What callers are told of a batch that was not written.
fn reply_to(error: &StoreError) -> StoreError {
    if error.is_full() {
        StoreError::Full
    } else if let StoreError::SumOutOfRange { series, measure } = error {
        StoreError::SumOutOfRange { series: Arc::clone(series), measure }
    } else if error.is_damage() {
        StoreError::Corrupt { problem: error.to_string() }
    } else if error.is_data_error() {
        StoreError::Fault { problem: error.to_string() }
    } else {
        StoreError::NotWritten
    }
}

/// Remembers what was committed, then answers.
async fn publish(shared: &StoreInner, commands: Vec<Pending>, written: WrittenBatch) -> RevisionSpan {
    let WrittenBatch { mut draft, outcomes } = written;
    let (base, head) = (draft.base.clone(), draft.head());
    let span = RevisionSpan { base: base.revision, head: head.revision };
    let collections = std::mem::take(&mut draft.collections);
    shared.move_on(&base, head, draft.deltas(), collections).await;
    shared.commits.fetch_add(1, Ordering::Relaxed);
    for (command, outcome) in commands.into_iter().zip(outcomes) {
        command.answer(outcome);
    }
    span
}

/// How far a batch came.
enum Unwritten {
    /// Nothing of it is there.
    Before(StoreError),
    /// The commit did not answer: all of it is there, or nothing.
    Commit(StoreError),
}

impl Unwritten {
    fn error(self) -> StoreError {
        match self {
            Self::Before(error) | Self::Commit(error) => error,
        }
    }
}

impl From<StoreError> for Unwritten {
    fn from(error: StoreError) -> Self {
        Self::Before(error)
    }
}

/// A batch that is durable.
struct WrittenBatch {
    draft: BatchDraft,
    outcomes: Vec<JobResult>,
}

/// Writes a batch, again where it failed for a reason that passes.
async fn attempt(
    shared: &StoreInner,
    commands: &[Pending],
    mut plan: Option<BatchDraft>,
    clock: &Clock,
    leave: &mut Option<oneshot::Sender<Speculative>>,
) -> Result<WrittenBatch, Unwritten> {
    let mut attempts = 1;
    loop {
        match write(shared, commands, plan.take(), clock, leave).await {
            Err(Unwritten::Before(error)) if error.is_retryable() && attempts < MOST_ATTEMPTS => {
                let cause: &dyn std::error::Error = &error;
                tracing::warn!(error = cause, attempts, "a batch of commands is tried again");
                attempts += 1;
            }
            outcome => return outcome,
        }
    }
}

async fn write(
    shared: &StoreInner,
    commands: &[Pending],
    plan: Option<BatchDraft>,
    clock: &Clock,
    leave: &mut Option<oneshot::Sender<Speculative>>,
) -> Result<WrittenBatch, Unwritten> {
    let mut transaction = shared.engine.begin().await?;
    let stands = HeadRow::read(&transaction.run(sql::LOCK_HEAD, Vec::new()).await?)?;
    stands.check_edition(&shared.contributions)?;
    let time = commit_time(clock.now(), stands.last_time, &shared.clock_rules);
    let mut excess = BTreeMap::new();
    let input = BatchInput { contributions: &shared.contributions, commands, time, excess: &excess };
    let mut draft = match plan {
        Some(plan) if plan.base == stands.head => plan,
        _ => BatchDraft::decide(&mut transaction, stands.head.clone(), input).await?,
    };
    let mut sum_bounds = shared.sum_bounds.lock().await;
    let mut follows_sums = false;
    while !draft.large_changes.is_empty() {
        follows_sums = true;
        let (base, changes) = (stands.head.revision, &draft.large_changes);
        let Some(Excess { command, key }) = sum_bounds.first_excess(&mut transaction, base, changes).await?
        else {
            break;
        };
        if excess.len() == MOST_EXCESS {
            let (series, measure) = key;
            return Err(StoreError::SumOutOfRange { series, measure }.into());
        }
        // The others are decided anew, as if this one had changed nothing.
        excess.insert(command, key);
        let input = BatchInput { contributions: &shared.contributions, commands, time, excess: &excess };
        draft = BatchDraft::decide(&mut transaction, stands.head.clone(), input).await?;
    }
    if let Some(leave) = leave.take() {
        // Nobody waits for it where nothing has queued.
        let _ = leave.send(draft.leave());
    }
    let outcomes = outcomes(&mut draft, &mut transaction).await?;
    draft.write(&mut transaction).await?;
    match transaction.commit().await {
        Ok(()) => {
            sum_bounds.move_on(stands.head.revision, draft.head().revision, follows_sums);
            Ok(WrittenBatch { draft, outcomes })
        }
        // The database says that it took it back.
        Err(error) if error.is_conflict() => Err(Unwritten::Before(error)),
        Err(error) => Err(Unwritten::Commit(error)),
    }
}

async fn outcomes(
    draft: &mut BatchDraft,
    transaction: &mut Transaction,
) -> Result<Vec<JobResult>, StoreError> {
    let decided = std::mem::take(&mut draft.outcomes);
    let mut outcomes: Vec<JobResult> = Vec::with_capacity(decided.len());
    for one in decided {
        let outcome = match one {
            Outcome::Done(committed) => Ok(committed),
            Outcome::Refused(error) => Err(error),
            Outcome::Repeat { revision, outcome } => {
                let here = outcomes.iter().flatten().find(|done| done.revision == revision).cloned();
                match here {
                    Some(committed) if revision > draft.base.revision => Ok(committed),
                    _ => Ok(recall(transaction, revision, outcome).await?),
                }
            }
        };
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// What an earlier revision did, as it was answered then.
async fn recall(
    transaction: &mut Transaction,
    revision: i64,
    outcome: Option<Arc<str>>,
) -> Result<Committed, StoreError> {
    let span = vec![Value::Number(revision), Value::Number(revision)];
    let entries = transaction.run(sql::ENTRIES, span.clone()).await?;
    let missing = || StoreError::Corrupt { problem: format!("the entry of revision {revision} is missing") };
    let update_time = timestamp(entries.first().ok_or_else(missing)?.number(1)?)?;
    let mut changes = Vec::new();
    for row in transaction.run(sql::VERSIONS_OF_ENTRIES, span).await? {
        let index = Index { collection: "".into(), sort_number: 0, refers_to: None };
        let (create_time, body) = (timestamp(row.number(2)?)?, row.optional_text(3)?);
        changes.push((
            row.text(1)?,
            StoredVersion {
                revision,
                create_time,
                update_time,
                body,
                index,
                found_by: None,
                decoded: Decoded::new(),
            },
        ));
    }
    Ok(Committed { revision, changes, outcome })
}
