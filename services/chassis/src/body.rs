//! Stored bodies: messages as canonical ProtoJSON, without what the journal itself tells (name, times, etag).

mod releases;

use prost_reflect::MessageDescriptor;
use serde_json::Value;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::resource::{Output, Resource as Message};
use thidua_proto::{FieldMask, descriptors};

use crate::failure::CommonError;
use crate::store::{Change, Committed, Decision, Resource, StoreError, StoredVersion};

/// The most paths of an update mask.
pub const MOST_PATHS: usize = 100;

/// The body of a message.
pub fn encode(mut message: impl Message) -> String {
    message.set_output(Output::default());
    // Maps with keys other than text cannot be written; messages have none.
    serde_json::to_string(&message).unwrap_or_default()
}

/// The message of a body; what only later releases know is left out.
pub fn decode<M: Message>(body: &str) -> Result<M, StoreError> {
    // Bodies of this release need no second look.
    serde_json::from_str(body).or_else(|_| {
        let stored = read::<M>(body)?;
        serde_json::from_value(releases::known_part(&descriptor::<M>()?, &stored)).map_err(unreadable)
    })
}

/// A body under the names of today, with all that is in it.
fn read<M: Message>(body: &str) -> Result<Value, StoreError> {
    let stored = serde_json::from_str(body).map_err(unreadable)?;
    Ok(releases::with_names_of_today(&descriptor::<M>()?, stored))
}

fn descriptor<M: Message>() -> Result<MessageDescriptor, StoreError> {
    let problem = || format!("the contract has no message {}", M::MESSAGE);
    descriptors::message(M::MESSAGE).ok_or_else(|| StoreError::Corrupt { problem: problem() })
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn unreadable(cause: serde_json::Error) -> StoreError {
    StoreError::Corrupt { problem: format!("a body cannot be read: {cause}") }
}

/// A resource as callers see it.
pub fn present<M: Message>(resource: &Resource) -> Result<M, StoreError> {
    present_held(&resource.name, &resource.held)
}

/// A resource of a name as callers see it.
pub fn present_held<M: Message>(name: &str, held: &StoredVersion) -> Result<M, StoreError> {
    let mut message: M = decode(held.body.as_deref().unwrap_or("{}"))?;
    message.set_output(Output {
        name: name.to_owned(),
        create_time: Some(crate::journal::time(held.create_time)),
        update_time: Some(crate::journal::time(held.update_time)),
        etag: held.revision.to_string(),
    });
    Ok(message)
}

/// Refuses an `etag` that is not the latest; none always fits.
pub fn check_etag(name: &str, held: &StoredVersion, etag: &str) -> Result<(), CommonError> {
    if etag.is_empty() || etag == held.revision.to_string() {
        return Ok(());
    }
    let etag = etag.chars().take(60).collect();
    Err(CommonError::EtagMismatch { resource: name.to_owned(), etag })
}

/// A stored message with an update (AIP-134): of `patch` the fields of the mask, without a mask the populated ones, under `*` all
/// that callers set. What the server sets is ignored wherever it comes from.
pub fn merge<M: Message>(stored: &str, patch: &M, mask: Option<&FieldMask>) -> Result<M, CommonError> {
    let mut patch = patch.clone();
    // Times may be such as cannot be written.
    patch.set_output(Output::default());
    let patch = serde_json::to_value(patch).map_err(unreadable)?;
    let patch = patch.as_object().cloned().unwrap_or_default();
    let paths = mask.map(|mask| mask.paths.as_slice()).unwrap_or_default();
    let merged_fields: Vec<&str> = match paths {
        [] => M::CHANGEABLE.iter().copied().filter(|field| patch.contains_key(&json_name(field))).collect(),
        [all] if all == "*" => M::CHANGEABLE.to_vec(),
        paths => named_fields::<M>(paths)?,
    };
    let mut merged = releases::known_part(&descriptor::<M>()?, &read::<M>(stored)?);
    if let Some(merged) = merged.as_object_mut() {
        for field in merged_fields {
            let name = json_name(field);
            match patch.get(&name) {
                Some(value) => merged.insert(name, value.clone()),
                None => merged.remove(&name),
            };
        }
    }
    Ok(serde_json::from_value(merged).map_err(unreadable)?)
}

/// The fields that a mask names, without those that the server sets.
fn named_fields<M: Message>(paths: &[String]) -> Result<Vec<&str>, CommonError> {
    let mut violations = Violations::default();
    let message = descriptor::<M>()?;
    let fields = violations.list("update_mask.paths", paths, MOST_PATHS, |v, field, path| {
        if message.get_field_by_name(path).is_none() {
            let expected = ("the name of a field of the resource", "tên một trường của dữ liệu");
            v.refuse(field, Problem::malformed(expected, path));
        }
        Some(path.as_str())
    });
    let fields = violations.finish(fields)?;
    Ok(fields.into_iter().filter(|field| M::CHANGEABLE.contains(field)).collect())
}

/// The change of a resource that keeps what later releases have put into its body.
pub fn keep<M: Message>(held: &StoredVersion, change: Change) -> Result<Change, StoreError> {
    let (Some(stored), Some(body)) = (held.body.as_deref(), change.body.as_deref()) else {
        return Ok(change);
    };
    if serde_json::from_str::<M>(stored).is_ok() {
        return Ok(change);
    }
    let message = descriptor::<M>()?;
    let stored = read::<M>(stored)?;
    if releases::known_part(&message, &stored) == stored {
        return Ok(change);
    }
    let new = serde_json::from_str(body).map_err(unreadable)?;
    let kept = releases::keep_unknown(&message, &stored, new);
    Ok(Change { body: Some(kept.to_string().into()), ..change })
}

/// What a command does that changes a resource: nothing where the body says what it said. Then the answer is kept as the entry's
/// outcome, for a call that is sent again.
pub fn replace<M: Message>(held: &StoredVersion, change: Change) -> Result<Decision, StoreError> {
    let change = keep::<M>(held, change)?;
    if !is_same::<M>(held, &change)? {
        return Ok(Decision { changes: vec![change], outcome: None });
    }
    let message: M = present_held(&change.name, held)?;
    let outcome = serde_json::to_string(&message).map_err(unreadable)?;
    Ok(Decision { changes: Vec::new(), outcome: Some(outcome) })
}

/// Whether a change leaves a resource as it is.
pub fn is_same<M: Message>(held: &StoredVersion, change: &Change) -> Result<bool, StoreError> {
    let (Some(stored), Some(body)) = (held.body.as_deref(), change.body.as_deref()) else { return Ok(false) };
    Ok(stored == body || read::<M>(stored)? == serde_json::from_str::<Value>(body).map_err(unreadable)?)
}

/// The resource that a command found as it was asked to make it, as [`replace`] has kept it; `None` where it was changed.
pub fn unchanged<M: Message>(committed: &Committed) -> Result<Option<M>, StoreError> {
    let outcome = committed.outcome.as_deref().filter(|_| committed.changes.is_empty());
    outcome.map(|outcome| serde_json::from_str(outcome).map_err(unreadable)).transpose()
}

/// A field's name in JSON: `received_date` as `receivedDate`.
fn json_name(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let initial = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &initial.into_iter().chain(letters).collect::<String>()
    })
}

#[cfg(test)]
mod tests;
