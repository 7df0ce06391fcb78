//! Lists and their pages.

use prost_reflect::Kind;

use super::contract::{Rule, contract, has};

/// Lists without pages: what they return comes from data files and is few.
const WHOLE_LISTS: [&str; 5] = ["ListCalendars", "ListForms", "ListMeasures", "ListRuleSets", "ListTitles"];

#[test]
fn lists_are_paged_unless_they_return_everything() {
    let mut rule = Rule::default();
    for method in contract().methods() {
        let (name, input, output) = (method.name(), method.input(), method.output());
        if !name.starts_with("List") {
            continue;
        }
        let paged = !WHOLE_LISTS.contains(&name);
        for (message, field, kind) in [
            (&input, "page_size", Kind::Int32),
            (&input, "page_token", Kind::String),
            (&output, "next_page_token", Kind::String),
        ] {
            rule.require(has(message, field, &kind) == paged, || format!("{name}: {field}"));
        }
        rule.require(output.name() == format!("{name}Response"), || format!("{name}: {}", output.name()));
    }
    rule.assert();
}
