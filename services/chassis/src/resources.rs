//! One resource, read for a caller from the store, or for a rule from the state that a command has named; and the answer to
//! the command that changed it.

use std::fmt::Display;

use thidua_proto::names::ResourceName;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::resource::Resource as Message;
use tonic::Response;

use crate::body;
use crate::edge::at_revision;
use crate::failure::CommonError;
use crate::store::{Committed, State, Store, StoreError, StoredVersion};

/// The one field of a request that is a name and nothing else.
pub fn parse_name<N: ResourceName>(field: &str, text: &str) -> Result<N, CommonError> {
    let mut violations = Violations::default();
    let name = violations.name(field, text);
    Ok(violations.finish(name)?)
}

/// A nested message that must be given; paths inside begin with its field.
pub fn required<M, T>(
    v: &mut Violations,
    field: &str,
    message: Option<&M>,
    parse: impl FnOnce(&M, &mut Violations) -> Option<T>,
) -> Option<T> {
    if message.is_none() {
        v.refuse(field, Problem::Required);
    }
    v.within(field, |v| parse(message?, v))
}

/// The resource of an update.
#[derive(Debug, Clone)]
pub struct Patch<N, M> {
    /// Its name.
    pub name: N,
    /// The message as it was sent; its fields are read once it has been merged with what is stored.
    pub message: M,
}

/// Reads the resource of an update with its name.
pub fn patch<N: ResourceName, M: Clone>(
    v: &mut Violations,
    field: &str,
    message: Option<&M>,
    name: impl FnOnce(&M) -> &str,
) -> Option<Patch<N, M>> {
    required(v, field, message, |message, v| {
        Some(Patch { name: v.name("name", name(message))?, message: message.clone() })
    })
}

/// The resource of a name, as callers see it.
pub async fn get<M: Message>(store: &Store, name: &impl Display) -> Result<M, CommonError> {
    let found = store.get(&name.to_string()).await?.ok_or_else(|| CommonError::not_found(name))?;
    Ok(body::present(&found)?)
}

/// Refuses a list below a parent that does not exist: an empty page would hide a slip in its name.
pub async fn require(store: &Store, name: &impl Display) -> Result<(), CommonError> {
    match store.get(&name.to_string()).await? {
        Some(_) => Ok(()),
        None => Err(CommonError::not_found(name)),
    }
}

/// The stored version of a resource that a rule needs.
pub fn stored<'s>(state: &'s State, name: &impl Display) -> Result<&'s StoredVersion, CommonError> {
    state.get(&name.to_string()).ok_or_else(|| CommonError::not_found(name))
}

/// Refuses a name that is taken.
pub fn require_free(state: &State, name: &impl Display) -> Result<(), CommonError> {
    let resource = name.to_string();
    if state.get(&resource).is_some() { Err(CommonError::AlreadyExists { resource }) } else { Ok(()) }
}

/// The message of a stored body.
pub fn message<M: Message>(stored: &StoredVersion) -> Result<M, CommonError> {
    Ok(body::decode(stored.body.as_deref().unwrap_or("{}"))?)
}

/// What a stored message holds; this system wrote it, so that nothing is ever wrong with it in a sound store.
pub fn read<T>(parse: impl FnOnce(&mut Violations) -> Option<T>) -> Result<T, CommonError> {
    let mut violations = Violations::default();
    let value = parse(&mut violations);
    violations
        .finish(value)
        .map_err(|violations| CommonError::corrupt(format!("a body cannot be read: {}", violations.paths())))
}

/// The answer of a command: the one resource of a pattern that it has made or changed. Found by its pattern, not by its name: a
/// call without an id that is sent again has drawn a new id, and gets the resource of the first one.
pub fn answer<N: ResourceName, M: Message>(committed: &Committed) -> Result<Response<M>, CommonError> {
    if let Some(unchanged) = body::unchanged(committed)? {
        return Ok(at_revision(unchanged, committed.revision));
    }
    let is_answer = |name: &str, stored: &StoredVersion| name.parse::<N>().is_ok() && stored.body.is_some();
    let changed = committed.changes.iter().find(|(name, stored)| is_answer(name, stored));
    let (name, stored) =
        changed.ok_or_else(|| CommonError::corrupt(format!("an entry has no change of {}", N::PATTERN)))?;
    Ok(at_revision(body::present_held(name, stored)?, committed.revision))
}

impl CommonError {
    /// A resource that does not exist.
    #[must_use]
    pub fn not_found(name: &impl Display) -> Self {
        Self::NotFound { resource: name.to_string() }
    }

    /// A name that is taken.
    #[must_use]
    pub fn already_exists(name: &impl Display) -> Self {
        Self::AlreadyExists { resource: name.to_string() }
    }

    /// A stored body that this system did not write.
    #[must_use]
    pub fn corrupt(problem: String) -> Self {
        StoreError::Corrupt { problem }.into()
    }
}
