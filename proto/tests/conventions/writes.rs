//! What every write takes, and what updates may change.

use std::collections::BTreeMap;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use thidua_proto::resource::Resource;
use thidua_proto::{awards, statistics};

use super::contract::{Rule, contract, has, is_message};

#[test]
fn every_write_can_be_sent_again_and_tried_without_effect() {
    let mut rule = Rule::default();
    for method in contract().writes() {
        let (name, input) = (method.full_name(), method.input());
        rule.require(has(&input, "request_id", &Kind::String), || format!("{name}: request_id"));
        rule.require(has(&input, "validate_only", &Kind::Bool), || format!("{name}: validate_only"));
    }
    rule.assert();
}

#[test]
fn updates_take_the_resource_and_a_mask_and_resources_that_change_have_times_and_an_etag() {
    let mut rule = Rule::default();
    for method in contract().methods() {
        let (name, input, resource) = (method.full_name(), method.input(), method.output());
        if method.name().starts_with("Update") {
            let takes = input.fields().any(|field| is_message(&field, resource.full_name()));
            rule.require(takes, || format!("{name}: takes no {}", resource.name()));
            let mask = input.get_field_by_name("update_mask");
            let masked = mask.is_some_and(|mask| is_message(&mask, "google.protobuf.FieldMask"));
            rule.require(masked, || format!("{name}: update_mask"));
            rule.require(has(&resource, "etag", &Kind::String), || format!("{name}: etag"));
            for time in ["create_time", "update_time"] {
                rule.require(resource.get_field_by_name(time).is_some(), || format!("{name}: {time}"));
            }
        } else if method.name().starts_with("Delete") {
            rule.require(is_empty(&resource), || format!("{name}: returns {}", resource.name()));
            rule.require(has(&input, "etag", &Kind::String), || format!("{name}: etag"));
        }
    }
    rule.assert();
}

fn is_empty(message: &MessageDescriptor) -> bool {
    message.full_name() == "google.protobuf.Empty"
}

#[test]
fn updates_may_change_what_callers_set() {
    fn of<M: Resource>() -> (String, Vec<String>) {
        (M::MESSAGE.to_owned(), M::CHANGEABLE.iter().map(|field| (*field).to_owned()).collect())
    }
    let listed: BTreeMap<String, Vec<String>> = [
        of::<statistics::Unit>(),
        of::<statistics::Inspection>(),
        of::<statistics::Reception>(),
        of::<statistics::Petition>(),
        of::<statistics::Matter>(),
        of::<statistics::Return>(),
        of::<awards::Bloc>(),
        of::<awards::BlocYear>(),
        of::<awards::Nomination>(),
    ]
    .into();
    let contract = contract();
    let set_by_callers = |message: &MessageDescriptor| -> Vec<String> {
        let by_callers = |field: &FieldDescriptor| {
            let behavior = contract.behavior(field);
            field.name() != "etag" && !behavior.contains("IDENTIFIER") && !behavior.contains("OUTPUT_ONLY")
        };
        message.fields().filter(by_callers).map(|field| field.name().to_owned()).collect()
    };
    // Recorded resources have no etag: they never change.
    let is_updated = |message: &MessageDescriptor| {
        message.get_field_by_name("etag").is_some() && !message.name().ends_with("Request")
    };
    let updated = contract.messages().into_iter().filter(is_updated);
    let expected: BTreeMap<_, _> =
        updated.map(|message| (message.full_name().to_owned(), set_by_callers(&message))).collect();
    assert_eq!(listed, expected);
    assert!(awards::Ballot::CHANGEABLE.is_empty() && awards::Award::CHANGEABLE.is_empty());
}
