//! How methods are reached over plain HTTP.

use std::collections::BTreeMap;

use prost_reflect::MessageDescriptor;

use super::contract::{Rule, contract};

#[test]
fn unary_methods_are_served_over_http_and_streams_are_not() {
    let contract = contract();
    let mut rule = Rule::default();
    for method in contract.methods() {
        let (http, name) = (contract.http(&method), method.full_name().to_owned());
        if method.is_client_streaming() || method.is_server_streaming() {
            rule.require(http.is_none(), || format!("{name}: a stream over HTTP"));
            continue;
        }
        let Some(http) = http else {
            rule.require(false, || format!("{name}: no HTTP"));
            continue;
        };
        let standard =
            [("Get", "get"), ("List", "get"), ("Create", "post"), ("Update", "patch"), ("Delete", "delete")];
        if let Some((_, verb)) = standard.into_iter().find(|(prefix, _)| method.name().starts_with(prefix)) {
            rule.require(http.verb == verb, || format!("{name}: {}", http.verb));
        }
        let has_body = ["post", "patch"].contains(&http.verb);
        rule.require(has_body != http.body.is_empty(), || format!("{name}: body `{}`", http.body));
        let named = http.body == "*" || method.input().get_field_by_name(&http.body).is_some();
        rule.require(named || !has_body, || format!("{name}: body `{}`", http.body));
        rule.require(http.path.starts_with("/v1/"), || format!("{name}: {}", http.path));
    }
    rule.assert();
}

#[test]
fn http_paths_bind_fields_of_their_requests_and_no_two_methods_share_one() {
    let contract = contract();
    let mut rule = Rule::default();
    let mut taken = BTreeMap::new();
    for method in contract.methods() {
        let Some(http) = contract.http(&method) else { continue };
        let mut route = String::new();
        for part in http.path.split_inclusive(['{', '}']) {
            let Some(binding) = part.strip_suffix('}') else {
                route.push_str(part.trim_end_matches('{'));
                continue;
            };
            let (field, pattern) = binding.split_once('=').unwrap_or((binding, "*"));
            route.push_str(pattern);
            rule.require(is_scalar_path(&method.input(), field), || {
                format!("{}: {field}", method.full_name())
            });
        }
        let before = taken.insert((http.verb, route), method.full_name().to_owned());
        rule.require(before.is_none(), || format!("{} and {before:?}", method.full_name()));
    }
    rule.assert();
}

/// Whether a path such as `unit.name` leads to one text or number.
fn is_scalar_path(message: &MessageDescriptor, path: &str) -> bool {
    match path.split_once('.') {
        None => {
            message.get_field_by_name(path).is_some_and(|f| !f.is_list() && f.kind().as_message().is_none())
        }
        Some((first, rest)) => message
            .get_field_by_name(first)
            .is_some_and(|field| field.kind().as_message().is_some_and(|inner| is_scalar_path(inner, rest))),
    }
}
