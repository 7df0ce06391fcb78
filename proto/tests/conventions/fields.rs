//! Quantities, days and instants: their types and the words in their names.

use prost_reflect::Kind;

use super::contract::{Rule, contract, is_message, is_ours};

#[test]
fn numbers_are_signed_and_whole() {
    let mut rule = Rule::default();
    for field in contract().fields() {
        // The wrappers of unsigned and fractional numbers are messages.
        let whole = match field.kind().as_message() {
            Some(message) => is_ours(message) || !message.full_name().ends_with("Value"),
            None => {
                matches!(field.kind(), Kind::Bool | Kind::String | Kind::Int32 | Kind::Int64 | Kind::Enum(_))
            }
        };
        rule.require(whole, || format!("{}: {:?}", field.full_name(), field.kind()));
    }
    rule.assert();
}

#[test]
fn quantities_carry_their_unit_last() {
    let mut rule = Rule::default();
    for field in contract().fields() {
        let words: Vec<&str> = field.name().split('_').collect();
        let unit = *words.last().unwrap();
        if ["vnd", "m2", "count"].contains(&unit) {
            rule.require(field.kind() == Kind::Int64, || {
                format!("{}: {:?}", field.full_name(), field.kind())
            });
        }
        // A figure's `amount` alone is in the unit of its measure.
        if words.len() > 1 && words.contains(&"amount") {
            rule.require(unit == "vnd", || field.full_name().to_owned());
        }
        if words.contains(&"area") {
            rule.require(unit == "m2", || field.full_name().to_owned());
        }
        if ["number", "num", "total", "quantity"].contains(&words[0]) && words.len() > 1 {
            rule.require(false, || format!("{}: counts end in _count", field.full_name()));
        }
    }
    rule.assert();
}

#[test]
fn days_and_instants_have_their_types_and_names() {
    let mut rule = Rule::default();
    for field in contract().fields() {
        let name = field.name();
        let (date, time) =
            (is_message(&field, "google.type.Date"), is_message(&field, "google.protobuf.Timestamp"));
        if name.ends_with("_date") || name.ends_with("_time") || date || time {
            rule.require(!name.ends_with("_date") || date, || format!("{}: no Date", field.full_name()));
            rule.require(!name.ends_with("_time") || time, || format!("{}: no Timestamp", field.full_name()));
            // The bounds and the day of a filter: `received_from`, `received_to`, `valid_on`.
            let day = ["_date", "_from", "_to", "_on"].iter().any(|end| name.ends_with(end));
            rule.require(!date || day, || format!("{}: a Date", field.full_name()));
            rule.require(!time || name.ends_with("_time"), || format!("{}: a Timestamp", field.full_name()));
        }
    }
    rule.assert();
}
