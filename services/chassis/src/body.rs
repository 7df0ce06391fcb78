//! Stored bodies: messages as canonical ProtoJSON, without what the journal itself tells (name, times, etag).

use serde_json::Value;
use thidua_proto::FieldMask;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::resource::{Output, Resource as Message};

use crate::failure::CommonError;
use crate::store::{Resource, StoreError, StoredVersion};

/// The body of a message.
pub fn encode(mut message: impl Message) -> String {
    message.set_output(Output::default());
    // Maps with keys other than text cannot be written; messages have none.
    serde_json::to_string(&message).unwrap_or_default()
}

/// The message of a body.
pub fn decode<M: Message>(body: &str) -> Result<M, StoreError> {
    serde_json::from_str(body)
        .map_err(|cause| StoreError::Corrupt { problem: format!("a body cannot be read: {cause}") })
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
    Err(CommonError::EtagMismatch { resource: name.to_owned(), etag: etag.to_owned() })
}

/// A stored message with the fields of `mask` taken from `patch`; all changeable fields without a mask.
pub fn merge<M: Message>(stored: &str, patch: &M, mask: Option<&FieldMask>) -> Result<M, CommonError> {
    let paths: Vec<&str> = match mask {
        Some(mask) if !mask.paths.is_empty() && mask.paths != ["*"] => {
            mask.paths.iter().map(String::as_str).collect()
        }
        _ => M::CHANGEABLE.to_vec(),
    };
    let mut violations = Violations::default();
    for (index, path) in paths.iter().enumerate() {
        if !M::CHANGEABLE.contains(path) {
            let all = M::CHANGEABLE.join(", ");
            let expected = (format!("one of {all}"), format!("một trong các trường {all}"));
            let problem = Problem::malformed((&expected.0, &expected.1), path);
            violations.refuse(&format!("update_mask.paths[{index}]"), problem);
        }
    }
    violations.finish(Some(()))?;
    let corrupt = |cause: serde_json::Error| StoreError::Corrupt {
        problem: format!("a body cannot be merged: {cause}"),
    };
    let mut merged: Value = serde_json::from_str(stored).map_err(corrupt)?;
    let mut patch = serde_json::to_value(patch).map_err(corrupt)?;
    if let (Some(merged), Some(patch)) = (merged.as_object_mut(), patch.as_object_mut()) {
        for path in paths {
            let key = json_name(path);
            match patch.remove(&key) {
                Some(value) => merged.insert(key, value),
                None => merged.remove(&key),
            };
        }
    }
    Ok(serde_json::from_value(merged).map_err(corrupt)?)
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
mod tests {
    use super::*;

    #[test]
    fn names_of_fields_are_written_as_json_writes_them() {
        for (field, name) in
            [("kind", "kind"), ("received_date", "receivedDate"), ("recovery_area_m2", "recoveryAreaM2")]
        {
            assert_eq!(json_name(field), name);
        }
    }
}
