//! What all writes do alike: read the resource of a request, answer with the one that was made.

use thidua_chassis::body;
use thidua_chassis::edge::at_revision;
use thidua_chassis::store::{Committed, State};
use thidua_proto::names::ResourceName;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::resource::Resource;
use tonic::Response;

use crate::error::Error;

/// A nested message that must be given; paths inside begin with its field.
pub(super) fn required<M, T>(
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

/// The resource of an update with its name; its other fields are read once the update has been merged.
pub(super) fn patch<N: ResourceName, M: Clone>(
    v: &mut Violations,
    field: &str,
    message: Option<&M>,
    name: impl FnOnce(&M) -> &str,
) -> Option<(N, M)> {
    required(v, field, message, |message, v| Some((v.name("name", name(message))?, message.clone())))
}

/// Refuses a name that is taken.
pub(super) fn require_free(state: &State, name: &str) -> Result<(), Error> {
    if state.get(name).is_some() { Err(Error::already_exists(&name)) } else { Ok(()) }
}

/// The one resource of a pattern that a command has made or changed. Found by its pattern, not by its name: a call without an
/// id that is sent again has drawn a new id, and gets the resource of the first one.
pub(super) fn answer<N: ResourceName, M: Resource>(committed: &Committed) -> Result<Response<M>, Error> {
    if let Some(unchanged) = body::unchanged(committed)? {
        return Ok(at_revision(unchanged, committed.revision));
    }
    let found = committed.changes.iter().find(|(name, _)| name.parse::<N>().is_ok());
    let (name, held) =
        found.ok_or_else(|| Error::corrupt(format!("an entry has no change of {}", N::PATTERN)))?;
    Ok(at_revision(body::present_held(name, held)?, committed.revision))
}
