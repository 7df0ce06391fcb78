//! Commands: what to load, and the pure function that turns the state into changes or a refusal.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use uuid::Uuid;

use super::contribution::{Cell, Series};
use super::error::StoreError;
use super::index::Index;
use super::map::Map;
use super::running_totals::RunningTotals;

/// A pure function of the state and the circumstances: changes, or a refusal.
pub type Rule<E> = Box<dyn Fn(&State, &Context) -> Result<Decision, E> + Send + Sync>;

/// A command with its rule. `E` is what the rule refuses with.
pub struct Command<E> {
    /// Who asks, as it enters the journal.
    pub caller: String,
    /// The full method name, such as `thidua.statistics.v1.PetitionService/CreatePetition`.
    pub method: &'static str,
    /// The caller's id for the request, if it may be sent again.
    pub request_id: Option<Uuid>,
    /// SHA-256 of the request in lower-case hex.
    pub request_hash: String,
    /// Decide, but write nothing.
    pub validate_only: bool,
    /// How many bytes the request has: what waits for the writer is bounded by it.
    pub request_bytes: usize,
    /// What `decide` looks at.
    pub needs: Needs,
    /// The rule. Run again where the engine asks for a retry, so it must not have effects.
    pub decide: Rule<E>,
}

/// What a command's rule looks at; loaded before it runs.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// Resources by name, whether they exist or not.
    pub names: Vec<Arc<str>>,
    /// All resources of these collections; only for small ones.
    pub collections: Vec<Arc<str>>,
    /// Resources that refer to these names.
    pub references: Vec<Arc<str>>,
    /// The running totals of these series; only for rare commands, a year of a unit is thousands of sums.
    pub series: Vec<Series>,
    /// Of these collections the first resources from a sort number on: enough to know whether there is one at all, also
    /// where commands decided before, which name them, take some of them away. A rule itself only looks at them.
    pub tails: Vec<(Arc<str>, i64)>,
}

/// What the `request_id` of a command is bound to: SHA-256 of the method's name and the request, in lower-case hex.
#[must_use]
pub fn request_hash(method: &str, request: &impl prost::Message) -> String {
    let mut bytes = method.as_bytes().to_vec();
    bytes.extend(request.encode_to_vec());
    super::journal::sha256_hex(&bytes)
}

impl Needs {
    /// Resources by name.
    #[must_use]
    pub fn names(names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().map(Arc::from).collect(), ..Self::default() }
    }

    /// All of a collection as well.
    #[must_use]
    pub fn and_collection(mut self, collection: &str) -> Self {
        self.collections.push(collection.into());
        self
    }

    /// The running totals of a series as well.
    #[must_use]
    pub fn and_tallies(mut self, series: &str) -> Self {
        self.series.push(series.into());
        self
    }

    /// What refers to a name as well.
    #[must_use]
    pub fn and_referrers(mut self, name: &str) -> Self {
        self.references.push(name.into());
        self
    }

    /// The first resources of a collection from a sort number on as well.
    #[must_use]
    pub fn and_tail(mut self, collection: &str, first: i64) -> Self {
        self.tails.push((collection.into(), first));
        self
    }
}

/// Circumstances of a decision that the rule may use.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// The time of the decision; the entry's commit time.
    pub now: Timestamp,
    /// The revision that the entry gets if the rule accepts.
    pub revision: i64,
}

/// A resource in the state.
#[derive(Debug, Clone)]
pub struct StoredVersion {
    /// Its latest revision.
    pub revision: i64,
    /// When it was created.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
    /// Canonical ProtoJSON; `None` once deleted.
    pub body: Option<Arc<str>>,
    /// Where it is listed.
    pub index: Index,
    /// A text that it is found by, where it is about to be written.
    pub(super) found_by: Option<Arc<str>>,
    /// What the body says, once a rule has read it.
    pub(super) decoded: Decoded,
}

/// A value read from a body, kept for the next rule of the batch.
pub(super) type Decoded = OnceLock<Arc<dyn Any + Send + Sync>>;

impl StoredVersion {
    /// A version as a rule may meet it.
    #[cfg(test)]
    pub(crate) fn of(revision: i64, time: Timestamp, body: String, index: Index) -> Self {
        Self {
            revision,
            create_time: time,
            update_time: time,
            body: Some(body.into()),
            index,
            found_by: None,
            decoded: Decoded::new(),
        }
    }

    /// What the body says, read once for all the rules of a batch: many records have one unit.
    pub fn decoded<T: Send + Sync + 'static, E>(
        &self,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        if let Some(known) = self.decoded.get().and_then(|known| Arc::clone(known).downcast().ok()) {
            return Ok(known);
        }
        let value = Arc::new(read(self.body.as_deref().unwrap_or("{}"))?);
        // Kept already as another type: then it is read anew each time.
        let _ = self.decoded.set(Arc::<T>::clone(&value));
        Ok(value)
    }
}

/// What a rule sees: all that the command named, with the changes of the commands before it.
#[derive(Debug, Default)]
pub struct State {
    pub(super) held: Map<Arc<str>, StoredVersion>,
    pub(super) running_totals: Map<Series, RunningTotals>,
}

impl State {
    /// A resource that exists.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&StoredVersion> {
        self.held.get(name).filter(|held| held.body.is_some())
    }

    /// The running totals of a series that the command named, with the changes of the commands before it.
    #[must_use]
    pub fn running_totals(&self, series: &str) -> Option<&RunningTotals> {
        self.running_totals.get(series)
    }

    /// The resources of a collection, by name.
    pub fn collection(&self, collection: &str) -> impl Iterator<Item = (&str, &StoredVersion)> {
        self.existing().filter(move |(_, held)| &*held.index.collection == collection)
    }

    /// The resources that refer to a name, by name.
    pub fn referrers(&self, name: &str) -> impl Iterator<Item = (&str, &StoredVersion)> {
        self.existing().filter(move |(_, held)| held.index.refers_to.as_deref() == Some(name))
    }

    fn existing(&self) -> impl Iterator<Item = (&str, &StoredVersion)> {
        let mut found: Vec<(&str, &StoredVersion)> = self
            .held
            .iter()
            .filter(|(_, held)| held.body.is_some())
            .map(|(name, held)| (&**name, held))
            .collect();
        found.sort_unstable_by_key(|(name, _)| *name);
        found.into_iter()
    }
}

/// What an accepted command does.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// New bodies and ends; each name at most once.
    pub changes: Vec<Change>,
    /// The answer as JSON, where it cannot be told from the changes.
    pub outcome: Option<String>,
}

impl Decision {
    /// One new body.
    #[must_use]
    pub fn put(name: &str, index: Index, body: String) -> Self {
        Self { changes: vec![Change::put(name, index, body)], outcome: None }
    }
}

/// A new body of a resource, or its end.
#[derive(Debug, Clone)]
pub struct Change {
    /// The resource's name.
    pub name: Arc<str>,
    /// Canonical ProtoJSON; `None` deletes.
    pub body: Option<Arc<str>>,
    /// Where it is listed.
    pub index: Index,
    /// A text that the body is found by, whatever collection it is in; others may have the same.
    pub found_by: Option<Arc<str>>,
    /// What the body adds to the cells, where that was computed beside it; else it is read from the body.
    pub cells: Option<Arc<[Cell]>>,
}

impl Change {
    /// A new body.
    #[must_use]
    pub fn put(name: &str, index: Index, body: String) -> Self {
        Self { name: name.into(), body: Some(body.into()), index, found_by: None, cells: None }
    }

    /// The end of a resource that is held.
    #[must_use]
    pub fn delete(name: &str, held: &StoredVersion) -> Self {
        Self { name: name.into(), body: None, index: held.index.clone(), found_by: None, cells: None }
    }
}

/// What a command did, or, after `validate_only`, would have done.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The revision of its entry; for `validate_only` the newest one.
    pub revision: i64,
    /// What it changed, each as it stood then.
    pub changes: Vec<(Arc<str>, StoredVersion)>,
    /// The answer as JSON, where it cannot be told from the changes.
    pub outcome: Option<Arc<str>>,
}

impl Committed {
    /// The resource of a name among the changes.
    #[must_use]
    pub fn changed(&self, name: &str) -> Option<&StoredVersion> {
        self.changes.iter().find(|(changed, _)| &**changed == name).map(|(_, held)| held)
    }
}

/// Why a command did nothing.
#[derive(Debug)]
pub enum SubmitError<E> {
    /// Its rule refused.
    Refused(E),
    /// The `request_id` was used for another request.
    RequestIdReused {
        /// The id.
        request_id: Uuid,
        /// The revision of that request.
        revision: i64,
    },
    /// The store failed; whether the command was done is known after sending it again with its `request_id`.
    Store(StoreError),
}

/// As the writer answers, with the type of `E` erased.
#[derive(Debug)]
pub(super) enum JobError {
    Refused(Box<dyn Any + Send>),
    RequestIdReused { request_id: Uuid, revision: i64 },
    Store(StoreError),
}

impl<E: 'static> SubmitError<E> {
    pub(super) fn from_job(error: JobError) -> Self {
        match error {
            JobError::Refused(refusal) => refusal.downcast().map_or_else(
                |_| {
                    let problem = "it was refused with another command's type".to_owned();
                    Self::Store(StoreError::Fault { problem })
                },
                |refusal| Self::Refused(*refusal),
            ),
            JobError::RequestIdReused { request_id, revision } => {
                Self::RequestIdReused { request_id, revision }
            }
            JobError::Store(error) => Self::Store(error),
        }
    }
}
