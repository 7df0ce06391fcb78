//! The reasons of refusals, the same in every package where they are shared.

use std::collections::BTreeSet;

use prost_reflect::EnumDescriptor;

use super::contract::{Rule, comment, contract};

/// The gRPC codes of failures.
const CODES: &str = "CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED \
RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED";

#[test]
fn shared_reasons_are_the_same_in_every_package_and_own_ones_begin_at_50() {
    let contract = contract();
    let reasons: Vec<_> =
        contract.enums().into_iter().filter(|found| found.name() == "ErrorReason").collect();
    let packages: BTreeSet<_> = contract.files().iter().map(|file| file.package_name().to_owned()).collect();
    assert_eq!(reasons.len(), packages.len(), "one ErrorReason a package");
    let split = |found: &EnumDescriptor, own: bool| -> Vec<(i32, String)> {
        let values = found.values().filter(|value| (value.number() >= 50) == own);
        values.map(|value| (value.number(), value.name().to_owned())).collect()
    };
    let mut rule = Rule::default();
    for found in &reasons {
        rule.require(split(found, false) == split(&reasons[0], false), || found.full_name().to_owned());
        let numbers: Vec<i32> = split(found, true).into_iter().map(|(number, _)| number).collect();
        let expected: Vec<i32> = (50..).take(numbers.len()).collect();
        rule.require(numbers == expected, || format!("{}: {numbers:?}", found.full_name()));
    }
    rule.assert();
    let with_own = reasons.iter().filter(|found| !split(found, true).is_empty()).count();
    assert_eq!(with_own, 3, "all but the journal have reasons of their own");
}

#[test]
fn every_reason_documents_its_code_metadata_and_an_example() {
    let codes: Vec<&str> = CODES.split_whitespace().collect();
    let mut rule = Rule::default();
    for found in contract().enums().into_iter().filter(|found| found.name() == "ErrorReason") {
        for value in found.values().filter(|value| value.number() != 0) {
            let comment = comment(&value.parent_file(), value.path());
            let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let named = comment.split(|letter| !is_word(letter)).any(|word| codes.contains(&word));
            rule.require(named, || format!("{}: names no gRPC code", value.full_name()));
            let metadata = comment.contains("Metadata:");
            rule.require(metadata, || format!("{}: tells no metadata", value.full_name()));
            let example = comment.contains("Metadata: none.") || comment.contains("Example: {");
            rule.require(example, || format!("{}: has no example", value.full_name()));
        }
    }
    rule.assert();
}

#[test]
fn every_method_lists_its_reasons_and_every_reason_is_listed() {
    let contract = contract();
    let mut rule = Rule::default();
    for reasons in contract.enums().into_iter().filter(|found| found.name() == "ErrorReason") {
        let package = reasons.package_name();
        let known: BTreeSet<String> = reasons
            .values()
            .filter(|value| value.number() != 0)
            .filter_map(|value| Some(value.name().strip_prefix("ERROR_REASON_")?.to_owned()))
            .collect();
        let about = comment(&reasons.parent_file(), reasons.path());
        let any = listed(&about, "Any method: ");
        rule.require(any.is_some(), || format!("{package}: no line of the reasons of any method"));
        let elsewhere = listed(&about, "Other packages: ").unwrap_or_default();
        let mut returned = any.clone().unwrap_or_default();
        for method in
            contract.methods().into_iter().filter(|method| method.parent_service().package_name() == package)
        {
            let about = comment(&method.parent_file(), method.path());
            let own = about.rsplit("\n\n").next().and_then(|last| listed(last, "Reasons: "));
            rule.require(own.is_some(), || format!("{}: no line of reasons at its end", method.full_name()));
            for reason in own.unwrap_or_default() {
                let is_own = known.contains(&reason) && any.as_ref().is_none_or(|any| !any.contains(&reason));
                rule.require(is_own, || format!("{}: {reason}", method.full_name()));
                returned.insert(reason);
            }
        }
        for reason in &known {
            let is_listed = returned.contains(reason) != elsewhere.contains(reason);
            rule.require(is_listed, || format!("{package}: no method, or another package, lists {reason}"));
        }
        rule.require(elsewhere.is_subset(&known), || format!("{package}: {elsewhere:?}"));
    }
    rule.assert();
}

/// The names in the paragraph that begins in this way, as `Reasons: A, B.`; `none` for no name at all. `None` where there is no
/// such paragraph, or it does not have this form.
fn listed(about: &str, beginning: &str) -> Option<BTreeSet<String>> {
    let lines: Vec<&str> = about.lines().map(str::trim).collect();
    let text = lines.join("\n");
    let paragraph = text.split("\n\n").find_map(|paragraph| paragraph.strip_prefix(beginning))?;
    let paragraph = paragraph.replace('\n', " ");
    let names: Vec<&str> = paragraph.strip_suffix('.')?.split(", ").collect();
    if names == ["none"] {
        return Some(BTreeSet::new());
    }
    let is_name = |name: &&str| name.bytes().all(|letter| letter.is_ascii_uppercase() || letter == b'_');
    let found: BTreeSet<String> =
        names.iter().filter(|name| is_name(name)).map(|name| (*name).to_owned()).collect();
    (found.len() == names.len()).then_some(found)
}
