//! The one writer: takes what has queued, decides it in order, commits it together. While one batch is being written the
//! next is decided already, over what the first will leave; if that came otherwise, it is decided anew under the lock.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::command::{Command, Committed, Decoded, JobError, Rule, StoredVersion};
use super::draft::{BatchDraft, Outcome, Speculative};
use super::engine::{Engine, Row, Transaction, Value};
use super::journal::timestamp;
use super::{Contributions, Head, Index, Needs, StoreError, StoreInner, sql};
use crate::clock::Clock;

type Refusal = Box<dyn Any + Send>;
type Reply = oneshot::Sender<Result<Committed, JobError>>;

/// A command on its way, with the type of its refusal erased.
pub(super) enum Job {
    Command(Box<Pending>),
    /// HeadAnswers once all before it are done.
    Stop(oneshot::Sender<()>),
}

pub(super) struct Pending {
    pub(super) caller: Arc<str>,
    pub(super) method: &'static str,
    pub(super) request_id: Option<Uuid>,
    pub(super) request_hash: Arc<str>,
    pub(super) validate_only: bool,
    pub(super) needs: Needs,
    pub(super) decide: Rule<Refusal>,
    reply: Reply,
}

impl Job {
    pub(super) fn new<E: Send + 'static>(command: Command<E>, reply: Reply) -> Self {
        let decide = command.decide;
        Self::Command(Box::new(Pending {
            caller: command.caller.into(),
            method: command.method,
            request_id: command.request_id,
            request_hash: command.request_hash.into(),
            validate_only: command.validate_only,
            needs: command.needs,
            decide: Box::new(move |state, context| {
                decide(state, context).map_err(|refusal| -> Refusal { Box::new(refusal) })
            }),
            reply,
        }))
    }

    pub(super) fn stop(done: oneshot::Sender<()>) -> Self {
        Self::Stop(done)
    }
}

/// How many commands share one flush of the disk at most.
const MOST_JOBS: usize = 256;
/// How often a batch is tried again that failed before its commit, for a reason that passes.
const MOST_ATTEMPTS: usize = 5;

/// Makes or migrates the schema, counts the cells anew where another edition of the contributions wrote them, and tells
/// where the journal stands. All of it is one transaction: what is interrupted begins again.
pub(super) async fn set_up(
    engine: &Engine,
    contributions: Option<&Contributions>,
) -> Result<Head, StoreError> {
    let mut attempts = 1;
    loop {
        match migrate(engine, contributions).await {
            // Another process made the same tables at the same time.
            Err(error) if error.is_conflict() && attempts < MOST_ATTEMPTS => attempts += 1,
            outcome => return outcome,
        }
    }
}

async fn migrate(engine: &Engine, contributions: Option<&Contributions>) -> Result<Head, StoreError> {
    let mut transaction = engine.begin().await?;
    transaction.script(sql::SCHEMA_TABLE).await?;
    let rows = transaction.run(sql::SCHEMA_VERSION, Vec::new()).await?;
    let found = rows.first().map_or(Ok(0), |row| row.number(0))?;
    let known = i64::try_from(sql::MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known || found < 0 {
        return Err(StoreError::Schema { found, known });
    }
    for (step, migration) in (1..).zip(sql::MIGRATIONS) {
        if step > found {
            transaction.script(migration).await?;
            transaction.run(sql::PUT_SCHEMA_VERSION, vec![Value::Number(step)]).await?;
        }
    }
    // Under the lock: another process may write, or count anew, at this moment.
    let rows = transaction.run(sql::LOCK_HEAD, Vec::new()).await?;
    let (head, found) = (head(&rows)?, edition(&rows)?);
    if let Some(contributions) = contributions {
        check_edition(found, contributions)?;
        if found < contributions.edition {
            if head.revision > 0 {
                tracing::info!(from = found, to = contributions.edition, "the sums are counted anew");
            }
            super::cells::recount(&mut transaction, contributions).await?;
        }
    }
    transaction.commit().await?;
    Ok(head)
}

/// The one row of the head table.
pub(super) fn head(rows: &[Row]) -> Result<Head, StoreError> {
    let row =
        rows.first().ok_or_else(|| StoreError::Corrupt { problem: "the head row is missing".to_owned() })?;
    Ok(Head { revision: row.number(0)?, hash: row.text(1)? })
}

/// Which edition of the contributions the cells were written by.
pub(super) fn edition(rows: &[Row]) -> Result<i64, StoreError> {
    rows.first().map_or(Ok(0), |row| row.number(2))
}

/// A newer release counts differently: this program's sums would be wrong.
pub(super) fn check_edition(found: i64, contributions: &Contributions) -> Result<(), StoreError> {
    if found > contributions.edition {
        return Err(StoreError::Edition { found, known: contributions.edition });
    }
    Ok(())
}

pub(super) async fn run(shared: Arc<StoreInner>, mut jobs: mpsc::Receiver<Job>, clock: Clock) {
    let closed = shared.closed.clone();
    let made = shared.head.borrow().revision;
    let mut writer = Writer { shared, clock, under_way: None, made, alone: true };
    let mut queued = Vec::new();
    let mut crowd = 1;
    while jobs.recv_many(&mut queued, MOST_JOBS).await > 0 {
        gather(&mut jobs, &mut queued, crowd).await;
        crowd = queued.len();
        let mut commands = Vec::with_capacity(queued.len());
        let mut stops = Vec::new();
        for job in queued.drain(..) {
            match job {
                Job::Command(pending) => commands.push(*pending),
                Job::Stop(done) => stops.push(done),
            }
        }
        if !commands.is_empty() {
            writer.take(commands).await;
        }
        if !stops.is_empty() {
            writer.settle().await;
            for done in stops {
                // The closer may have gone; then nobody waits.
                let _ = done.send(());
            }
            break;
        }
    }
    writer.settle().await;
    // Before it is told: whoever waits for the end may open the store again at once.
    drop(writer);
    closed.send_replace(true);
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
    /// Tells, if it was written, the revisions before and after it.
    task: JoinHandle<Option<(i64, i64)>>,
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
        BatchDraft::decide_ahead(&self.shared, &mut transaction, ahead, commands, self.clock.now()).await.ok()
    }

    /// Waits for the batch under way; tells whether all is well.
    async fn settle(&mut self) -> bool {
        let Some(under_way) = self.under_way.take() else { return true };
        let Some((base, head)) = under_way.task.await.ok().flatten() else { return false };
        self.alone = base == self.made;
        self.made = head;
        true
    }
}

/// One batch: decided, committed, remembered, answered. Tells, if it was committed, the revisions before and after it.
async fn work(
    shared: &StoreInner,
    commands: Vec<Pending>,
    mut plan: Option<BatchDraft>,
    clock: &Clock,
    leave: oneshot::Sender<Speculative>,
) -> Option<(i64, i64)> {
    let mut leave = Some(leave);
    let mut attempts = 1;
    let error = loop {
        match write(shared, &commands, plan.take(), clock, &mut leave).await {
            Ok((mut draft, outcomes)) => {
                let (base, head) = (draft.base.clone(), draft.head());
                let span = (base.revision, head.revision);
                let collections = std::mem::take(&mut draft.collections);
                shared.move_on(&base, head, draft.deltas(), collections).await;
                for (command, outcome) in commands.into_iter().zip(outcomes) {
                    // A caller that has gone is not told; its command is done all the same.
                    let _ = command.reply.send(outcome);
                }
                return Some(span);
            }
            Err(Unwritten::Before(error)) if error.is_retryable() && attempts < MOST_ATTEMPTS => {
                let cause: &dyn std::error::Error = &error;
                tracing::warn!(error = cause, attempts, "a batch of commands is tried again");
                attempts += 1;
            }
            Err(Unwritten::Before(error) | Unwritten::Commit(error)) => break error,
        }
    };
    let cause: &dyn std::error::Error = &error;
    tracing::error!(error = cause, "a batch of commands could not be written");
    for command in commands {
        let told = if error.is_full() { StoreError::Full } else { StoreError::NotWritten };
        let _ = command.reply.send(Err(JobError::Store(told)));
    }
    None
}

/// How far a batch came.
enum Unwritten {
    /// Nothing of it is there.
    Before(StoreError),
    /// The commit did not answer: all of it is there, or nothing.
    Commit(StoreError),
}

impl From<StoreError> for Unwritten {
    fn from(error: StoreError) -> Self {
        Self::Before(error)
    }
}

type CommandResult = Result<Committed, JobError>;

async fn write(
    shared: &StoreInner,
    commands: &[Pending],
    plan: Option<BatchDraft>,
    clock: &Clock,
    leave: &mut Option<oneshot::Sender<Speculative>>,
) -> Result<(BatchDraft, Vec<CommandResult>), Unwritten> {
    let mut transaction = shared.engine.begin().await?;
    let rows = transaction.run(sql::LOCK_HEAD, Vec::new()).await?;
    check_edition(edition(&rows)?, &shared.contributions)?;
    let base = head(&rows)?;
    let mut draft = match plan {
        Some(plan) if plan.base == base => plan,
        _ => BatchDraft::decide(shared, &mut transaction, base, commands, clock.now()).await?,
    };
    if let Some(leave) = leave.take() {
        // Nobody waits for it where nothing has queued.
        let _ = leave.send(draft.leave());
    }
    let outcomes = outcomes(&mut draft, &mut transaction).await?;
    draft.write(&mut transaction).await?;
    match transaction.commit().await {
        Ok(()) => Ok((draft, outcomes)),
        // The database says that it took it back.
        Err(error) if error.is_conflict() => Err(Unwritten::Before(error)),
        Err(error) => Err(Unwritten::Commit(error)),
    }
}

async fn outcomes(
    draft: &mut BatchDraft,
    transaction: &mut Transaction,
) -> Result<Vec<CommandResult>, StoreError> {
    let taken = std::mem::take(&mut draft.taken);
    let mut outcomes: Vec<CommandResult> = Vec::with_capacity(taken.len());
    for one in taken {
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
