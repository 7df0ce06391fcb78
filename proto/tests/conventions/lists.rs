//! Lists and their pages.

use prost_reflect::Kind;

use super::contract::{Rule, contract, has};

#[test]
fn every_list_is_paged() {
    let mut rule = Rule::default();
    for method in contract().methods() {
        let (name, input, output) = (method.name(), method.input(), method.output());
        if !name.starts_with("List") {
            continue;
        }
        for (message, field, kind) in [
            (&input, "page_size", Kind::Int32),
            (&input, "page_token", Kind::String),
            (&output, "next_page_token", Kind::String),
        ] {
            rule.require(has(message, field, &kind), || format!("{name}: {field}"));
        }
        rule.require(output.name() == format!("{name}Response"), || format!("{name}: {}", output.name()));
    }
    rule.assert();
}
