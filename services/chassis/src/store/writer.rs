//! The one writer: takes what has queued, decides it in order, commits it together.

use std::any::Any;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::cells::{Cell, Deltas};
use super::command::{Change, Command, Committed, Context, Held, JobError, Rule, State};
use super::engine::{Connection, Row, Transaction, Value};
use super::journal::{Entry, EntryChange, timestamp};
use super::{Head, Index, Needs, Resource, Shared, StoreError, sql};
use crate::clock::Clock;

type Refusal = Box<dyn Any + Send>;
type Reply = oneshot::Sender<Result<Committed, JobError>>;

/// A command on its way, with the type of its refusal erased.
pub(super) enum Job {
    Command(Box<Pending>),
    /// Answered once all before it are done.
    Stop(oneshot::Sender<()>),
}

pub(super) struct Pending {
    caller: Arc<str>,
    method: &'static str,
    request_id: Option<Uuid>,
    request_hash: Arc<str>,
    validate_only: bool,
    needs: Needs,
    decide: Rule<Refusal>,
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

/// Makes or migrates the schema and tells where the journal stands.
pub(super) async fn set_up(connection: &mut Connection) -> Result<Head, StoreError> {
    let mut transaction = connection.begin().await?;
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
    let head = head(&transaction.run(sql::HEAD, Vec::new()).await?)?;
    transaction.commit().await?;
    Ok(head)
}

/// The one row of the head table.
pub(super) fn head(rows: &[Row]) -> Result<Head, StoreError> {
    let row =
        rows.first().ok_or_else(|| StoreError::Corrupt { problem: "the head row is missing".to_owned() })?;
    Ok(Head { revision: row.number(0)?, hash: row.text(1)? })
}

pub(super) async fn run(
    shared: Arc<Shared>,
    mut connection: Connection,
    mut jobs: mpsc::Receiver<Job>,
    clock: Clock,
) {
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
            work(&shared, &mut connection, commands, &clock).await;
        }
        if !stops.is_empty() {
            for done in stops {
                // The closer may have gone; then nobody waits.
                let _ = done.send(());
            }
            break;
        }
    }
    if let Err(error) = connection.close().await {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, "the writer's connection did not close well");
    }
    let closed = shared.closed.clone();
    // Before it is told: whoever waits for the end may open the store again at once.
    drop(shared);
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

/// One batch: decided, committed, remembered, answered.
async fn work(shared: &Shared, connection: &mut Connection, commands: Vec<Pending>, clock: &Clock) {
    match write(shared, connection, &commands, clock).await {
        Ok(batch) => {
            if batch.head.revision > shared.head.borrow().revision {
                shared.cells.commit(batch.head.revision, &batch.deltas);
                shared.head.send_replace(batch.head);
            }
            for (command, outcome) in commands.into_iter().zip(batch.outcomes) {
                // A caller that has gone is not told; its command is done all the same.
                let _ = command.reply.send(outcome);
            }
        }
        Err(error) => {
            let cause: &dyn std::error::Error = &error;
            tracing::error!(error = cause, "a batch of commands could not be written");
            for command in commands {
                let told = if error.is_full() { StoreError::Full } else { StoreError::NotWritten };
                let _ = command.reply.send(Err(JobError::Store(told)));
            }
        }
    }
}

/// What a batch leaves to do once it is durable.
struct Batch {
    head: Head,
    deltas: Deltas,
    outcomes: Vec<Result<Committed, JobError>>,
}

async fn write(
    shared: &Shared,
    connection: &mut Connection,
    commands: &[Pending],
    clock: &Clock,
) -> Result<Batch, StoreError> {
    let mut transaction = connection.begin().await?;
    let head = head(&transaction.run(sql::LOCK_HEAD, Vec::new()).await?)?;
    let first_free = head.revision;
    let mut draft = Draft {
        requests: load_requests(&mut transaction, commands).await?,
        state: load_state(&mut transaction, commands).await?,
        revision: head.revision,
        hash: head.hash,
        now: clock.now(),
        entries: Vec::new(),
        versions: Vec::new(),
        latest: HashMap::new(),
        deltas: Deltas::new(),
    };
    let mut taken = Vec::with_capacity(commands.len());
    for command in commands {
        taken.push(draft.take(shared, command));
    }
    let mut outcomes: Vec<Result<Committed, JobError>> = Vec::with_capacity(taken.len());
    for one in taken {
        let outcome = match one {
            Taken::Done(committed) => Ok(committed),
            Taken::Refused(error) => Err(error),
            Taken::Repeat { revision, outcome } => {
                let here = outcomes.iter().flatten().find(|done| done.revision == revision).cloned();
                match here {
                    Some(committed) if revision > first_free => Ok(committed),
                    _ => Ok(recall(&mut transaction, revision, outcome).await?),
                }
            }
        };
        outcomes.push(outcome);
    }
    let (head, deltas) = draft.write(&mut transaction).await?;
    transaction.commit().await?;
    Ok(Batch { head, deltas, outcomes })
}

/// A request that was accepted before.
struct Seen {
    revision: i64,
    caller: Arc<str>,
    request_hash: Arc<str>,
    outcome: Option<Arc<str>>,
}

impl Seen {
    fn repeat(&self, command: &Pending) -> Taken {
        if self.request_hash == command.request_hash && self.caller == command.caller {
            return Taken::Repeat { revision: self.revision, outcome: self.outcome.clone() };
        }
        let request_id = command.request_id.unwrap_or_default();
        Taken::Refused(JobError::RequestIdReused { request_id, revision: self.revision })
    }
}

async fn load_requests(
    transaction: &mut Transaction<'_>,
    commands: &[Pending],
) -> Result<HashMap<Arc<str>, Seen>, StoreError> {
    let ids: Vec<Arc<str>> =
        commands.iter().filter_map(|command| command.request_id).map(|id| id.to_string().into()).collect();
    let mut requests = HashMap::new();
    for row in transaction.read_each(sql::REQUESTS, &ids).await? {
        let seen = Seen {
            revision: row.number(1)?,
            caller: row.text(2)?,
            request_hash: row.text(3)?,
            outcome: row.optional_text(4)?,
        };
        requests.insert(row.text(0)?, seen);
    }
    Ok(requests)
}

async fn load_state(transaction: &mut Transaction<'_>, commands: &[Pending]) -> Result<State, StoreError> {
    let unique = |pick: fn(&Needs) -> &Vec<Arc<str>>| {
        let mut texts: Vec<Arc<str>> =
            commands.iter().flat_map(|command| pick(&command.needs)).cloned().collect();
        texts.sort();
        texts.dedup();
        texts
    };
    let mut state = State::default();
    for (statement, texts) in [
        (sql::RESOURCES_BY_NAME, unique(|needs| &needs.names)),
        (sql::RESOURCES_BY_COLLECTION, unique(|needs| &needs.collections)),
        (sql::RESOURCES_BY_REFERENCE, unique(|needs| &needs.references)),
    ] {
        for row in transaction.read_each(statement, &texts).await? {
            let Resource { name, held } = Resource::of_row(&row)?;
            state.held.insert(name, held);
        }
    }
    Ok(state)
}

/// What an earlier revision did, as it was answered then.
async fn recall(
    transaction: &mut Transaction<'_>,
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
        changes.push((row.text(1)?, Held { revision, create_time, update_time, body, index }));
    }
    Ok(Committed { revision, changes, outcome })
}

/// What became of one command of a batch.
enum Taken {
    Done(Committed),
    /// Its request was accepted before, in an earlier batch or in this one.
    Repeat {
        revision: i64,
        outcome: Option<Arc<str>>,
    },
    Refused(JobError),
}

/// The batch as it grows.
struct Draft {
    requests: HashMap<Arc<str>, Seen>,
    state: State,
    revision: i64,
    hash: Arc<str>,
    now: jiff::Timestamp,
    entries: Vec<Vec<Value>>,
    versions: Vec<Vec<Value>>,
    latest: HashMap<Arc<str>, Vec<Value>>,
    deltas: Deltas,
}

impl Draft {
    /// Decides one command over the state that the ones before it left.
    fn take(&mut self, shared: &Shared, command: &Pending) -> Taken {
        let request_id: Option<Arc<str>> = command.request_id.map(|id| id.to_string().into());
        if let Some(seen) = request_id.as_ref().and_then(|id| self.requests.get(id)) {
            return seen.repeat(command);
        }
        let context = Context { now: self.now, revision: self.revision + 1 };
        // A rule that panics fails its own command; the writer and everybody else's commands go on.
        let decided = std::panic::catch_unwind(AssertUnwindSafe(|| (command.decide)(&self.state, &context)));
        let decision = match decided {
            Ok(Ok(decision)) => decision,
            Ok(Err(refusal)) => return Taken::Refused(JobError::Refused(refusal)),
            Err(_) => {
                let problem = format!("the rule of {} panicked", command.method);
                return Taken::Refused(JobError::Store(StoreError::Corrupt { problem }));
            }
        };
        // Before anything is taken over: a body that cannot be counted fails its own command, not the batch.
        let deltas = match self.deltas_of(shared, &decision.changes) {
            Ok(deltas) => deltas,
            Err(error) => return Taken::Refused(JobError::Store(error)),
        };
        let changes =
            decision.changes.iter().map(|change| (Arc::clone(&change.name), self.hold(change))).collect();
        let outcome: Option<Arc<str>> = decision.outcome.map(Into::into);
        if command.validate_only {
            return Taken::Done(Committed { revision: self.revision, changes, outcome });
        }
        let committed = Committed { revision: context.revision, changes, outcome };
        for (cell, amount) in deltas {
            *self.deltas.entry(cell).or_default() += amount;
        }
        self.add(command, request_id, &committed);
        Taken::Done(committed)
    }

    /// A change as it will be held at the next revision.
    fn hold(&self, change: &Change) -> Held {
        let before = self.state.get(&change.name);
        Held {
            revision: self.revision + 1,
            create_time: before.map_or(self.now, |held| held.create_time),
            update_time: self.now,
            body: change.body.clone(),
            index: change.index.clone(),
        }
    }

    /// Takes an accepted command's changes into the state and into what will be written.
    fn add(&mut self, command: &Pending, request_id: Option<Arc<str>>, committed: &Committed) {
        let mut changes = Vec::with_capacity(committed.changes.len());
        for (name, held) in &committed.changes {
            let previous =
                self.state.held.insert(Arc::clone(name), held.clone()).map(|before| before.revision);
            self.versions.push(vec![
                Value::Number(held.revision),
                Value::Text(Arc::clone(name)),
                Value::OptionalNumber(previous),
                Value::Number(held.create_time.as_microsecond()),
                Value::OptionalText(held.body.clone()),
            ]);
            self.latest.insert(Arc::clone(name), latest_row(name, held));
            changes.push(EntryChange { name: Arc::clone(name), body: held.body.clone() });
        }
        changes.sort_by(|a, b| a.name.cmp(&b.name));
        let mut entry = Entry {
            revision: committed.revision,
            commit_time: self.now,
            caller: Arc::clone(&command.caller),
            method: command.method.into(),
            request_id: request_id.clone(),
            request_hash: Arc::clone(&command.request_hash),
            outcome: committed.outcome.clone(),
            changes,
            previous_hash: Arc::clone(&self.hash),
            hash: "".into(),
        };
        entry.hash = entry.compute_hash().into();
        self.revision = entry.revision;
        self.hash = Arc::clone(&entry.hash);
        if let Some(id) = request_id {
            let seen = Seen {
                revision: entry.revision,
                caller: Arc::clone(&entry.caller),
                request_hash: Arc::clone(&entry.request_hash),
                outcome: entry.outcome.clone(),
            };
            self.requests.insert(id, seen);
        }
        self.entries.push(entry_row(&entry));
    }

    /// What changes add to the cells: what the new bodies contribute, less what the old ones did.
    fn deltas_of(&self, shared: &Shared, changes: &[Change]) -> Result<Deltas, StoreError> {
        let mut deltas = Deltas::new();
        let mut add = |cells: &[Cell], sign: i64| {
            for cell in cells {
                let key = (Arc::clone(&cell.series), cell.measure, cell.day);
                *deltas.entry(key).or_default() += sign * cell.amount;
            }
        };
        let read = |name: &str, body: Option<&str>| {
            let Some(body) = body else { return Ok(Vec::new()) };
            (shared.contributions)(name, body).map_err(|cause| StoreError::Corrupt {
                problem: format!("the body of {name} cannot be read: {cause}"),
            })
        };
        for Change { name, body, cells, .. } in changes {
            let before = self.state.get(name).and_then(|held| held.body.as_deref());
            add(&read(name, before)?, -1);
            match cells {
                Some(cells) => add(cells, 1),
                None => add(&read(name, body.as_deref())?, 1),
            }
        }
        Ok(deltas)
    }

    /// Writes everything with a bounded number of statements, whatever the number of commands.
    async fn write(mut self, transaction: &mut Transaction<'_>) -> Result<(Head, Deltas), StoreError> {
        let head = Head { revision: self.revision, hash: self.hash };
        if self.entries.is_empty() {
            return Ok((head, self.deltas));
        }
        self.deltas.retain(|_, amount| *amount != 0);
        let cells = self.deltas.iter().map(|((series, measure, day), amount)| {
            vec![
                Value::Text(Arc::clone(series)),
                Value::Text((*measure).into()),
                Value::Number(*day),
                Value::Number(*amount),
            ]
        });
        transaction.write_rows(sql::ADD_ENTRIES, 9, self.entries).await?;
        transaction.write_rows(sql::ADD_VERSIONS, 5, self.versions).await?;
        transaction.write_rows(sql::PUT_RESOURCES, 6, self.latest.into_values().collect()).await?;
        transaction.write_rows(sql::ADD_TO_CELLS, 4, cells.collect()).await?;
        let values = vec![Value::Number(head.revision), Value::Text(Arc::clone(&head.hash))];
        transaction.run(sql::MOVE_HEAD, values).await?;
        Ok((head, self.deltas))
    }
}

fn latest_row(name: &Arc<str>, held: &Held) -> Vec<Value> {
    vec![
        Value::Text(Arc::clone(name)),
        Value::Number(held.revision),
        Value::Text(Arc::clone(&held.index.collection)),
        Value::Number(held.index.sort_number),
        Value::OptionalText(held.index.refers_to.clone()),
        Value::Number(i64::from(held.body.is_none())),
    ]
}

fn entry_row(entry: &Entry) -> Vec<Value> {
    vec![
        Value::Number(entry.revision),
        Value::Number(entry.commit_time.as_microsecond()),
        Value::Text(Arc::clone(&entry.caller)),
        Value::Text(Arc::clone(&entry.method)),
        Value::OptionalText(entry.request_id.clone()),
        Value::Text(Arc::clone(&entry.request_hash)),
        Value::OptionalText(entry.outcome.clone()),
        Value::Text(Arc::clone(&entry.previous_hash)),
        Value::Text(Arc::clone(&entry.hash)),
    ]
}
