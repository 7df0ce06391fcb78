//! Bodies of other releases. An earlier one may have called a field otherwise; a later one may have put fields and values into a
//! body that this one does not know. Reading leaves those out. Rewriting keeps them, so that replicas of two releases on one store
//! destroy nothing of each other:
//!
//! - a field that is not known stays, in the resource and in each message inside it that is still there;
//! - a value of an enum that is not known stays unless the new body has another one;
//! - an element of a list keeps what is not known of it if it still says what it said; else if its first field, which tells elements
//!   of our lists apart (`code`, `unit`, `execution_date` …), is that of one other stored element alone; else if it has the same
//!   place in a list of the same length. What was known of an element that is gone, goes with it.

use std::collections::BTreeSet;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};

/// What fields and values were called before: message (or enum), earlier name in JSON, name of today.
const EARLIER_NAMES: [(&str, &str, &str); 10] = [
    ("thidua.statistics.v1.Inspection", "handledOrganisationCount", "handledOrganizationCount"),
    ("thidua.statistics.v1.Execution", "disciplinedOrganisationCount", "disciplinedOrganizationCount"),
    ("thidua.statistics.v1.InspectionKind", "INSPECTION_KIND_SPECIALISED", "INSPECTION_KIND_SPECIALIZED"),
    ("thidua.statistics.v1.Matter", "returnOrganisationAmountVnd", "returnOrganizationAmountVnd"),
    ("thidua.statistics.v1.Matter", "returnOrganisationAreaM2", "returnOrganizationAreaM2"),
    ("thidua.statistics.v1.Matter", "benefitedOrganisationCount", "benefitedOrganizationCount"),
    (
        "thidua.statistics.v1.MatterExecution",
        "returnedOrganisationAmountVnd",
        "returnedOrganizationAmountVnd",
    ),
    ("thidua.statistics.v1.MatterExecution", "returnedOrganisationAreaM2", "returnedOrganizationAreaM2"),
    ("thidua.statistics.v1.MatterExecution", "disciplinedOrganisationCount", "disciplinedOrganizationCount"),
    ("thidua.statistics.v1.ReturnColumn", "code", "column"),
];

/// The name of today.
fn renamed<'n>(of: &str, name: &'n str) -> &'n str {
    // Of approved values the column was called as that of returns.
    let of =
        if of == "thidua.statistics.v1.ApprovedValue" { "thidua.statistics.v1.ReturnColumn" } else { of };
    let found = EARLIER_NAMES.iter().find(|(holder, earlier, _)| *holder == of && *earlier == name);
    found.map_or(name, |(_, _, today)| today)
}

/// A message's fields in a body; `None` for text and numbers, also where they stand for a message, as times do.
fn fields(value: &Value) -> Option<&Map<String, Value>> {
    value.as_object()
}

/// A body under the names of today, with all that is in it.
pub(super) fn with_names_of_today(message: &MessageDescriptor, body: Value) -> Value {
    let Value::Object(body) = body else { return body };
    let named = body.into_iter().map(|(name, value)| {
        let name = renamed(message.full_name(), &name).to_owned();
        let value = match message.get_field_by_json_name(&name) {
            Some(field) => each(value, &|value| value_with_names_of_today(&field, value)),
            None => value,
        };
        (name, value)
    });
    Value::Object(named.collect())
}

fn value_with_names_of_today(field: &FieldDescriptor, value: Value) -> Value {
    let kind = field.kind();
    if let Some(inner) = kind.as_message() {
        return with_names_of_today(inner, value);
    }
    if let (Some(kind), Some(text)) = (kind.as_enum(), value.as_str()) {
        return Value::String(renamed(kind.full_name(), text).to_owned());
    }
    value
}

/// A value, or each of a list.
fn each(value: Value, change: &dyn Fn(Value) -> Value) -> Value {
    if let Value::Array(elements) = value {
        return Value::Array(elements.into_iter().map(change).collect());
    }
    change(value)
}

/// What of a body under the names of today this release knows.
pub(super) fn known_part(message: &MessageDescriptor, body: &Value) -> Value {
    let Some(body) = fields(body) else { return body.clone() };
    let known = body.iter().filter_map(|(name, value)| {
        let field = message.get_field_by_json_name(name)?;
        let value = if let Some(elements) = value.as_array() {
            Value::Array(elements.iter().filter_map(|element| known_value(&field, element)).collect())
        } else {
            known_value(&field, value)?
        };
        Some((name.clone(), value))
    });
    Value::Object(known.collect())
}

fn known_value(field: &FieldDescriptor, value: &Value) -> Option<Value> {
    if let Some(inner) = field.kind().as_message() {
        return Some(known_part(inner, value));
    }
    (!is_later_value(field, value)).then(|| value.clone())
}

/// Whether a field holds a value of an enum that this release does not know.
fn is_later_value(field: &FieldDescriptor, value: &Value) -> bool {
    match (field.kind(), value) {
        (Kind::Enum(kind), Value::String(name)) => kind.get_value_by_name(name).is_none(),
        _ => false,
    }
}

/// A new body, with what only later releases know of the one that it replaces. Both are under the names of today.
pub(super) fn keep_unknown(message: &MessageDescriptor, stored: &Value, new: Value) -> Value {
    let (Some(stored), Value::Object(mut new)) = (fields(stored), new.clone()) else { return new };
    for (name, before) in stored {
        let Some(field) = message.get_field_by_json_name(name) else {
            new.insert(name.clone(), before.clone());
            continue;
        };
        match (field.kind(), before, new.get_mut(name)) {
            (Kind::Enum(_), before, None) if is_later_value(&field, before) => {
                new.insert(name.clone(), before.clone());
            }
            (Kind::Message(inner), Value::Array(before), Some(Value::Array(after))) => {
                keep_unknown_of_elements(&inner, before, after);
            }
            (Kind::Message(inner), before, Some(after)) => {
                *after = keep_unknown(&inner, before, after.take());
            }
            _ => {}
        }
    }
    Value::Object(new)
}

fn keep_unknown_of_elements(message: &MessageDescriptor, stored: &[Value], new: &mut [Value]) {
    let known: Vec<Value> = stored.iter().map(|element| known_part(message, element)).collect();
    let mut pairs: Vec<Option<usize>> = vec![None; new.len()];
    let mut free: BTreeSet<usize> = (0..stored.len()).collect();
    for (at, element) in new.iter().enumerate() {
        // Its own place first, so that equal elements do not change places.
        let own = free.get(&at).filter(|at| known.get(**at) == Some(element));
        let same = own.or_else(|| free.iter().find(|at| known.get(**at) == Some(element))).copied();
        take(&mut pairs, &mut free, at, same);
    }
    let first = first_field(message);
    let key = |element: &Value| fields(element).and_then(|element| element.get(first.as_ref()?)).cloned();
    for (at, element) in new.iter().enumerate().filter(|_| first.is_some()) {
        let Some(wanted) = key(element) else { continue };
        let mut found = free.iter().filter(|at| known.get(**at).and_then(&key).as_ref() == Some(&wanted));
        let alone = found.next().copied().filter(|_| found.next().is_none());
        let others = new
            .iter()
            .zip(&pairs)
            .filter(|(other, pair)| pair.is_none() && key(other).as_ref() == Some(&wanted));
        let alone = alone.filter(|_| others.count() == 1);
        take(&mut pairs, &mut free, at, alone);
    }
    if stored.len() == new.len() {
        for at in 0..new.len() {
            let own = free.get(&at).copied();
            take(&mut pairs, &mut free, at, own);
        }
    }
    for (element, pair) in new.iter_mut().zip(pairs) {
        if let Some(before) = pair.and_then(|at| stored.get(at)) {
            *element = keep_unknown(message, before, element.take());
        }
    }
}

/// Gives a new element that has none yet the stored one that it was.
fn take(pairs: &mut [Option<usize>], free: &mut BTreeSet<usize>, new: usize, stored: Option<usize>) {
    if let (Some(pair @ None), Some(stored)) = (pairs.get_mut(new), stored) {
        *pair = Some(stored);
        free.remove(&stored);
    }
}

/// The name of a message's first field, by its number.
fn first_field(message: &MessageDescriptor) -> Option<String> {
    message.fields().min_by_key(FieldDescriptor::number).map(|field| field.json_name().to_owned())
}
