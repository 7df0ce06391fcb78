//! A batch as it is decided: the state that its commands named, and what each of them changes in it.

use std::collections::{BTreeMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use tokio::runtime::{Handle, RuntimeFlavor};

use super::cells::{read_tallies, rows_of};
use super::command::{Change, Committed, Context, Decoded, JobError, Needs, State, StoredVersion};
use super::commit_time::CommitTime;
use super::contribution::{Cell, Contributions, Deltas};
use super::engine::{Transaction, Value};
use super::error::StoreError;
use super::head::Head;
use super::job::Pending;
use super::journal::{self, Entry, EntryChange};
use super::map::Map;
use super::resource::{PageQuery, Resource};
use super::sql;
use super::sum_bounds::{LARGE, LargeChange, SumKey};

/// A request that was accepted before.
pub(super) struct AcceptedRequest {
    revision: i64,
    caller: Arc<str>,
    request_hash: Arc<str>,
    outcome: Option<Arc<str>>,
}

impl AcceptedRequest {
    fn repeat(&self, command: &Pending) -> Outcome {
        if self.request_hash == command.request_hash && self.caller == command.caller {
            return Outcome::Repeat { revision: self.revision, outcome: self.outcome.clone() };
        }
        let request_id = command.request_id.unwrap_or_default();
        Outcome::Refused(JobError::RequestIdReused { request_id, revision: self.revision })
    }
}

/// What became of one command of a batch.
pub(super) enum Outcome {
    Done(Committed),
    /// Its request was accepted before, in an earlier batch or in this one.
    Repeat {
        revision: i64,
        outcome: Option<Arc<str>>,
    },
    Refused(JobError),
}

/// What a batch leaves, once it is decided: the next one may be decided over it before it is durable.
pub(super) struct Speculative {
    /// The head before the batch.
    base: Head,
    head: Head,
    /// When the batch's entries were made.
    pub(super) time: jiff::Timestamp,
    state: State,
    requests: Map<Arc<str>, AcceptedRequest>,
}

/// What a batch is decided from, beside the state.
#[derive(Clone, Copy)]
pub(super) struct BatchInput<'b> {
    pub(super) contributions: &'b Contributions,
    pub(super) commands: &'b [Pending],
    pub(super) time: CommitTime,
    /// The commands that would make a sum too large, by their place in the batch.
    pub(super) excess: &'b BTreeMap<usize, SumKey>,
}

/// A batch, decided.
pub(super) struct BatchDraft {
    /// The head that it was decided over; it holds only there.
    pub(super) base: Head,
    pub(super) outcomes: Vec<Outcome>,
    /// What the commands add to cells, where it is much.
    pub(super) large_changes: Vec<LargeChange>,
    pub(super) collections: HashSet<Arc<str>>,
    requests: Map<Arc<str>, AcceptedRequest>,
    state: State,
    revision: i64,
    hash: Arc<str>,
    time: CommitTime,
    entries: Vec<Value>,
    versions: Vec<Value>,
    latest: Map<Arc<str>, [Value; 7]>,
    deltas: Deltas,
}

impl BatchDraft {
    /// Decides commands over the state at `base`, the head that the transaction sees and keeps.
    pub(super) async fn decide(
        transaction: &mut Transaction,
        base: Head,
        input: BatchInput<'_>,
    ) -> Result<Self, StoreError> {
        let mut draft = Self::empty(base, input.time);
        draft.load(transaction, input.commands, 0).await?;
        draft.decide_all(input);
        Ok(draft)
    }

    /// Decides commands over what the batch before them leaves. The transaction may see that batch or not.
    pub(super) async fn decide_ahead(
        transaction: &mut Transaction,
        ahead: Speculative,
        input: BatchInput<'_>,
    ) -> Result<Self, StoreError> {
        let mut draft = Self::empty(ahead.head, input.time);
        draft.load(transaction, input.commands, ahead.state.held.len()).await?;
        let needed: HashSet<&Arc<str>> =
            input.commands.iter().flat_map(|command| &command.needs.names).collect();
        for (name, held) in ahead.state.held {
            if held.revision > ahead.base.revision || needed.contains(&name) {
                draft.state.held.insert(name, held);
            }
        }
        // What is older can be seen by the transaction.
        let base = ahead.base.revision;
        draft.requests.extend(ahead.requests.into_iter().filter(|(_, seen)| seen.revision > base));
        draft.decide_all(input);
        Ok(draft)
    }

    fn empty(base: Head, time: CommitTime) -> Self {
        Self {
            outcomes: Vec::new(),
            large_changes: Vec::new(),
            collections: HashSet::new(),
            requests: Map::default(),
            state: State::default(),
            revision: base.revision,
            hash: Arc::clone(&base.hash),
            base,
            time,
            entries: Vec::new(),
            versions: Vec::new(),
            latest: Map::default(),
            deltas: Deltas::default(),
        }
    }

    /// The head after the batch.
    pub(super) fn head(&self) -> Head {
        Head { revision: self.revision, hash: Arc::clone(&self.hash) }
    }

    /// What the batch leaves for the next; the draft needs it no more.
    pub(super) fn leave(&mut self) -> Speculative {
        Speculative {
            base: self.base.clone(),
            head: self.head(),
            time: self.time.time,
            state: std::mem::take(&mut self.state),
            requests: std::mem::take(&mut self.requests),
        }
    }

    /// Loads what commands named, over a batch that may have changed so many resources which the transaction does not see.
    async fn load(
        &mut self,
        transaction: &mut Transaction,
        commands: &[Pending],
        ahead: usize,
    ) -> Result<(), StoreError> {
        let ids: Vec<Arc<str>> = commands
            .iter()
            .filter_map(|command| command.request_id)
            .map(|id| id.to_string().into())
            .collect();
        for row in transaction.read_each(sql::REQUESTS, &ids).await? {
            let seen = AcceptedRequest {
                revision: row.number(1)?,
                caller: row.text(2)?,
                request_hash: row.text(3)?,
                outcome: row.optional_text(4)?,
            };
            self.requests.insert(row.text(0)?, seen);
        }
        let unique = |pick: fn(&Needs) -> &Vec<Arc<str>>| {
            let mut texts: Vec<Arc<str>> =
                commands.iter().flat_map(|command| pick(&command.needs)).cloned().collect();
            texts.sort_unstable();
            texts.dedup();
            texts
        };
        for (statement, texts) in [
            (sql::RESOURCES_BY_NAME, unique(|needs| &needs.names)),
            (sql::RESOURCES_BY_COLLECTION, unique(|needs| &needs.collections)),
            (sql::RESOURCES_BY_REFERENCE, unique(|needs| &needs.references)),
        ] {
            for row in transaction.read_each(statement, &texts).await? {
                let Resource { name, held } = Resource::of_row(&row)?;
                self.state.held.insert(name, held);
            }
        }
        for series in unique(|needs| &needs.series) {
            let running_totals = read_tallies(transaction, &series).await?;
            self.state.running_totals.insert(series, running_totals);
        }
        // One more than the commands decided before can have taken away: they change only what was loaded.
        let most = u32::try_from(self.state.held.len() + ahead + 1).unwrap_or(u32::MAX);
        for (collection, first) in commands.iter().flat_map(|command| &command.needs.tails) {
            let query = PageQuery { first: *first, ..PageQuery::all(collection, most) };
            for row in transaction.run(sql::PAGE, query.values()).await? {
                let Resource { name, held } = Resource::of_row(&row)?;
                self.state.held.insert(name, held);
            }
        }
        Ok(())
    }

    /// Decides all commands: here where that is quick, else where it keeps no other call waiting.
    fn decide_all(&mut self, input: BatchInput<'_>) {
        let bytes: usize = input.commands.iter().map(|command| command.request_bytes).sum();
        let has_threads = || {
            Handle::try_current().is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread)
        };
        if bytes > QUICK_BYTES && has_threads() {
            tokio::task::block_in_place(|| self.decide_each(input));
        } else {
            self.decide_each(input);
        }
    }

    fn decide_each(&mut self, input: BatchInput<'_>) {
        self.outcomes.reserve(input.commands.len());
        for (place, command) in input.commands.iter().enumerate() {
            let outcome = self.decide_one(input, place, command).unwrap_or_else(Outcome::Refused);
            self.outcomes.push(outcome);
        }
    }

    /// Decides one command over the state that the ones before it left.
    fn decide_one(
        &mut self,
        input: BatchInput<'_>,
        place: usize,
        command: &Pending,
    ) -> Result<Outcome, JobError> {
        let request_id: Option<Arc<str>> = command.request_id.map(|id| id.to_string().into());
        if let Some(seen) = request_id.as_ref().and_then(|id| self.requests.get(id)) {
            return Ok(seen.repeat(command));
        }
        if self.time.is_uncertain {
            let (now, last) = (self.time.now, self.time.last);
            return Err(JobError::Store(StoreError::ClockUncertain { now, last }));
        }
        if let Some((series, measure)) = input.excess.get(&place).cloned() {
            return Err(JobError::Store(StoreError::SumOutOfRange { series, measure }));
        }
        let context = Context { now: self.time.time, revision: self.revision + 1 };
        // A rule that panics fails its own command; the writer and everybody else's commands go on.
        let decided = std::panic::catch_unwind(AssertUnwindSafe(|| (command.decide)(&self.state, &context)));
        let Ok(decided) = decided else {
            let problem = format!("the rule of {} panicked", command.method);
            return Err(JobError::Store(StoreError::Fault { problem }));
        };
        let decision = decided.map_err(JobError::Refused)?;
        // Before anything is taken over: a body that cannot be counted fails its own command, not the batch.
        let deltas = self.deltas_of(input.contributions, &decision.changes).map_err(JobError::Store)?;
        let sums = self.sums_with(&deltas).map_err(JobError::Store)?;
        self.follow_large(place, command, &deltas);
        let changes =
            decision.changes.iter().map(|change| (Arc::clone(&change.name), self.hold(change))).collect();
        let outcome: Option<Arc<str>> = decision.outcome.map(Into::into);
        if command.validate_only {
            return Ok(Outcome::Done(Committed { revision: self.revision, changes, outcome }));
        }
        let committed = Committed { revision: context.revision, changes, outcome };
        for ((series, measure, day), amount) in deltas {
            if let Some(running_totals) = self.state.running_totals.get_mut(&series) {
                running_totals.add(measure, day, amount);
            }
        }
        self.deltas.extend(sums);
        self.add(command, request_id, &committed);
        Ok(Outcome::Done(committed))
    }

    /// What the batch adds to the cells that a command changes, with that command.
    fn sums_with(&self, deltas: &Deltas) -> Result<Deltas, StoreError> {
        let mut sums = Deltas::default();
        for (key, amount) in deltas {
            let sum = self.deltas.get(key).copied().unwrap_or_default().checked_add(*amount);
            sums.insert(key.clone(), sum.ok_or_else(|| out_of_range(&key.0, key.1))?);
        }
        Ok(sums)
    }

    fn follow_large(&mut self, place: usize, command: &Pending, deltas: &Deltas) {
        let large = deltas.iter().filter(|(_, amount)| amount.unsigned_abs() >= LARGE);
        self.large_changes.extend(large.map(|((series, measure, day), amount)| LargeChange {
            command: place,
            key: (Arc::clone(series), measure),
            day: *day,
            amount: *amount,
            is_written: !command.validate_only,
        }));
    }

    /// A change as it will be held at the next revision.
    fn hold(&self, change: &Change) -> StoredVersion {
        let before = self.state.get(&change.name);
        StoredVersion {
            revision: self.revision + 1,
            create_time: before.map_or(self.time.time, |held| held.create_time),
            update_time: self.time.time,
            body: change.body.clone(),
            index: change.index.clone(),
            found_by: change.found_by.clone(),
            decoded: Decoded::new(),
        }
    }

    /// Takes an accepted command's changes into the state and into what will be written.
    fn add(&mut self, command: &Pending, request_id: Option<Arc<str>>, committed: &Committed) {
        let mut changes = Vec::with_capacity(committed.changes.len());
        for (name, held) in &committed.changes {
            let previous =
                self.state.held.insert(Arc::clone(name), held.clone()).map(|before| before.revision);
            self.versions.extend([
                Value::Number(held.revision),
                Value::Text(Arc::clone(name)),
                Value::OptionalNumber(previous),
                Value::Number(held.create_time.as_microsecond()),
                Value::OptionalText(held.body.clone()),
            ]);
            self.latest.insert(Arc::clone(name), latest_row(name, held));
            if !self.collections.contains(&held.index.collection) {
                self.collections.insert(Arc::clone(&held.index.collection));
            }
            changes.push(EntryChange { name: Arc::clone(name), body: held.body.clone() });
        }
        changes.sort_by(|a, b| a.name.cmp(&b.name));
        let mut entry = Entry {
            revision: committed.revision,
            commit_time: self.time.time,
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
            let seen = AcceptedRequest {
                revision: entry.revision,
                caller: Arc::clone(&entry.caller),
                request_hash: Arc::clone(&entry.request_hash),
                outcome: entry.outcome.clone(),
            };
            self.requests.insert(id, seen);
        }
        self.entries.extend(journal::row(&entry));
    }

    /// What changes add to the cells: what the new bodies contribute, less what the old ones did.
    fn deltas_of(&self, contributions: &Contributions, changes: &[Change]) -> Result<Deltas, StoreError> {
        let mut deltas = Deltas::default();
        for Change { name, body, cells, .. } in changes {
            if let Some(before) = self.state.get(name).and_then(|held| held.body.as_deref()) {
                add_checked(&mut deltas, &contributions.read(name, before)?, -1)?;
            }
            match (cells, body) {
                (Some(cells), _) => add_checked(&mut deltas, cells, 1)?,
                (None, Some(body)) => add_checked(&mut deltas, &contributions.read(name, body)?, 1)?,
                (None, None) => {}
            }
        }
        Ok(deltas)
    }

    /// Writes everything with a bounded number of statements, whatever the number of commands.
    pub(super) async fn write(&mut self, transaction: &mut Transaction) -> Result<(), StoreError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        if self.time.falls {
            let first = vec![Value::Number(self.base.revision + 1)];
            transaction.run(sql::ADD_CLOCK_FALL, first).await?;
        }
        let cells = rows_of(&self.deltas).collect();
        // In the order of their names: neighbours lie on the same pages.
        let mut latest: Vec<_> = std::mem::take(&mut self.latest).into_iter().collect();
        latest.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let latest = latest.into_iter().flat_map(|(_, row)| row).collect();
        transaction.write_rows(sql::ADD_ENTRIES, 9, std::mem::take(&mut self.entries)).await?;
        transaction.write_rows(sql::ADD_VERSIONS, 5, std::mem::take(&mut self.versions)).await?;
        transaction.write_rows(sql::PUT_RESOURCES, 7, latest).await?;
        transaction.write_rows(sql::ADD_TO_CELLS, 4, cells).await?;
        let values = vec![Value::Number(self.revision), Value::Text(Arc::clone(&self.hash))];
        transaction.run(sql::MOVE_HEAD, values).await?;
        Ok(())
    }

    /// What the batch adds to the cells.
    pub(super) fn deltas(&self) -> &Deltas {
        &self.deltas
    }
}

/// How many bytes of requests are decided without a thought for other calls: some milliseconds of work.
const QUICK_BYTES: usize = 256 * 1024;

fn out_of_range(series: &Arc<str>, measure: &'static str) -> StoreError {
    StoreError::SumOutOfRange { series: Arc::clone(series), measure }
}

/// Adds what a body contributes, or takes it back with the sign −1.
fn add_checked(deltas: &mut Deltas, cells: &[Cell], sign: i64) -> Result<(), StoreError> {
    for cell in cells {
        let sum = deltas.entry((Arc::clone(&cell.series), cell.measure, cell.day)).or_default();
        let added = cell.amount.checked_mul(sign).and_then(|amount| sum.checked_add(amount));
        *sum = added.ok_or_else(|| out_of_range(&cell.series, cell.measure))?;
    }
    Ok(())
}

fn latest_row(name: &Arc<str>, held: &StoredVersion) -> [Value; 7] {
    [
        Value::Text(Arc::clone(name)),
        Value::Number(held.revision),
        Value::Text(Arc::clone(&held.index.collection)),
        Value::Number(held.index.sort_number),
        Value::OptionalText(held.index.refers_to.clone()),
        Value::Number(i64::from(held.body.is_none())),
        Value::OptionalText(held.found_by.clone()),
    ]
}
