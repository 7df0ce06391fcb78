//! Enumerations and the prefixes of their values.

use super::contract::{Rule, contract};

#[test]
fn enums_begin_with_a_value_that_says_nothing() {
    let mut rule = Rule::default();
    for found in contract().enums() {
        let prefix = upper_snake(found.name());
        let zero = found.get_value(0).map(|value| value.name().to_owned());
        let expected = format!("{prefix}_UNSPECIFIED");
        rule.require(zero.as_ref() == Some(&expected), || format!("{}: {zero:?}", found.full_name()));
        for value in found.values() {
            let prefixed = value.name().starts_with(&format!("{prefix}_"));
            rule.require(prefixed, || value.full_name().to_owned());
            let zero = value.name().ends_with("_UNSPECIFIED") == (value.number() == 0);
            rule.require(zero, || format!("{} = {}", value.full_name(), value.number()));
        }
    }
    rule.assert();
}

fn upper_snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_uppercase());
    }
    snake
}
