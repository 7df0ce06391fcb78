//! Resources and requests: names, and who sets which field.

use std::collections::BTreeSet;

use prost_reflect::Kind;

use thidua_proto::names::{
    AwardName, BallotName, BlocName, NominationName, RecordKind, ResourceName, ReturnName, RuleSetName,
    UnitName, YearName,
};

use super::contract::{Rule, comment, contract};

#[test]
fn every_field_of_requests_and_resources_tells_its_behavior() {
    let contract = contract();
    let mut rule = Rule::default();
    for message in contract.held_to_behavior().values() {
        for field in message.fields() {
            let behavior = contract.behavior(&field);
            let main = ["OPTIONAL", "REQUIRED", "OUTPUT_ONLY", "IDENTIFIER"];
            let count = main.into_iter().filter(|one| behavior.contains(*one)).count();
            rule.require(count == 1, || format!("{}: {behavior:?}", field.full_name()));
        }
    }
    rule.assert();
}

#[test]
fn resources_have_their_name_first() {
    let contract = contract();
    let mut rule = Rule::default();
    for message in contract.messages().iter().filter(|message| !message.name().ends_with("Request")) {
        if let Some(name) = message.get_field_by_name("name") {
            rule.require(name.number() == 1 && name.kind() == Kind::String, || {
                message.full_name().to_owned()
            });
            let returned = message.get_field_by_name("create_time").is_some();
            let identifies = contract.behavior(&name).contains("IDENTIFIER");
            rule.require(identifies || !returned, || format!("{}: no IDENTIFIER", message.full_name()));
        }
    }
    rule.assert();
}

#[test]
fn every_message_can_be_sent_or_returned() {
    let contract = contract();
    let mut left: Vec<_> =
        contract.methods().iter().flat_map(|method| [method.input(), method.output()]).collect();
    let mut reached = BTreeSet::new();
    while let Some(message) = left.pop() {
        if reached.insert(message.full_name().to_owned()) {
            left.extend(message.fields().filter_map(|field| field.kind().as_message().cloned()));
        }
    }
    let mut rule = Rule::default();
    for message in contract.messages() {
        rule.require(reached.contains(message.full_name()), || message.full_name().to_owned());
    }
    rule.assert();
}

#[test]
fn every_name_of_a_resource_has_its_type() {
    let known: BTreeSet<String> = [
        UnitName::PATTERN,
        ReturnName::PATTERN,
        BlocName::PATTERN,
        YearName::PATTERN,
        NominationName::PATTERN,
        BallotName::PATTERN,
        AwardName::PATTERN,
        RuleSetName::PATTERN,
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(
        RecordKind::ALL.map(|kind| format!("units/{{unit}}/{}/{{{}}}", kind.collection(), kind.singular())),
    )
    .collect();
    let contract = contract();
    let mut stated = BTreeSet::new();
    for field in contract.fields().iter().filter(|field| contract.behavior(field).contains("IDENTIFIER")) {
        let about = comment(&field.parent_file(), field.path());
        let pattern = about.split('`').nth(1).unwrap_or_default();
        stated.insert(pattern.to_owned());
    }
    assert_eq!(stated, known, "the comments of `name`, and the types in src/names.rs");
}
