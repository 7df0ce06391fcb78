//! Quantities, days and instants: their types and the words in their names.

use prost_reflect::Kind;

use super::contract::{Rule, comment, contract, is_message, is_ours};

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

#[test]
fn field_numbers_have_no_holes_but_reserved_ones() {
    let mut rule = Rule::default();
    for message in contract().messages() {
        let reserved: Vec<i32> =
            message.reserved_ranges().flatten().filter_map(|number| i32::try_from(number).ok()).collect();
        let mut numbers: Vec<i32> =
            message.fields().filter_map(|field| i32::try_from(field.number()).ok()).chain(reserved).collect();
        numbers.sort_unstable();
        let expected: Vec<i32> = (1..).take(numbers.len()).collect();
        rule.require(numbers == expected, || format!("{}: {numbers:?}", message.full_name()));
    }
    rule.assert();
}

#[test]
fn one_thing_has_one_name() {
    // Field names that were used for the same thing before, with the one name that it has now.
    let gone = [
        ("period_last_date", "window.cut_off_date"),
        ("title_en", "display_name_en"),
        ("year_name", "bloc_year"),
    ];
    let mut rule = Rule::default();
    for field in contract().fields() {
        let found = gone.iter().find(|(name, _)| *name == field.name());
        // A report tells the three days that it has computed.
        let computed = field.parent_message().name() == "BlocReport";
        rule.require(found.is_none() || computed, || format!("{}: {found:?}", field.full_name()));
        // A code names its own thing alone; whoever refers to that has a field with the thing's name, which is a text and no
        // resource name.
        let owner = field.parent_message().name().to_owned();
        if field.name() == "code" {
            let has_code = ["Measure", "Calendar", "Period", "Form", "FormColumn", "Title", "UnitCode"]
                .contains(&&*owner);
            rule.require(has_code, || field.full_name().to_owned());
        }
        if ["measure", "calendar", "period", "form", "column"].contains(&field.name()) {
            let text = field.kind() == Kind::String && !field.is_list();
            // What an answer tells of the thing itself is the message.
            let whole =
                field.kind().as_message().is_some_and(|message| message.full_name().starts_with("thidua."));
            rule.require(text || whole, || field.full_name().to_owned());
        }
    }
    rule.assert();
}

#[test]
fn days_of_figures_are_asked_for_by_a_window() {
    let mut rule = Rule::default();
    for method in contract().methods() {
        let input = method.input();
        let has = |name: &str| input.get_field_by_name(name).is_some();
        if input
            .get_field_by_name("window")
            .is_some_and(|field| is_message(&field, "thidua.statistics.v1.Window"))
        {
            for name in ["first_date", "last_date", "calendar", "period", "cut_off_date"] {
                rule.require(!has(name), || format!("{}: {name} beside window", input.full_name()));
            }
        }
    }
    rule.assert();
}

#[test]
fn what_may_be_left_out_has_presence() {
    let contract = contract();
    let mut rule = Rule::default();
    for message in contract.held_to_behavior().values() {
        for field in
            message.fields().filter(|field| matches!(field.kind(), Kind::Enum(_)) && !field.is_list())
        {
            let optional = contract.behavior(&field).contains("OPTIONAL");
            rule.require(!optional || field.supports_presence(), || {
                format!("{}: UNSPECIFIED would be a value", field.full_name())
            });
        }
    }
    for found in contract.enums() {
        for zero in found.values().filter(|value| value.number() == 0) {
            let about = comment(&zero.parent_file(), zero.path());
            let none = ["Never valid.", "Never returned."].contains(&about.as_str());
            rule.require(none, || format!("{}: {about}", zero.full_name()));
        }
    }
    rule.assert();
}

#[test]
fn every_bound_is_stated() {
    let contract = contract();
    let mut rule = Rule::default();
    for message in contract.held_to_behavior().values() {
        for field in message.fields() {
            let behavior = contract.behavior(&field);
            if behavior.contains("OUTPUT_ONLY") || behavior.contains("IDENTIFIER") {
                continue;
            }
            let about = comment(&field.parent_file(), field.path());
            let text = field.kind() == Kind::String && !(field.is_list() && about.contains("at most"));
            let is_bounded = about.contains("characters")
                || about.contains("UUID")
                || about.contains("hexadecimal digits")
                || about.contains("/{")
                || about.contains("As in")
                || about.contains("`journals/");
            rule.require(!text || is_bounded, || format!("{}: how long?", field.full_name()));
            let list = field.is_list() || is_message(&field, "google.protobuf.FieldMask");
            let numbered = about.contains("at most") || about.bytes().any(|letter| letter.is_ascii_digit());
            rule.require(!list || numbered, || format!("{}: how many?", field.full_name()));
            let number = matches!(field.kind(), Kind::Int32 | Kind::Int64);
            let numbered = about.contains("As in")
                || about.bytes().any(|letter| letter.is_ascii_digit())
                || about.contains("no more than");
            rule.require(!number || numbered, || format!("{}: from what to what?", field.full_name()));
        }
    }
    rule.assert();
}

#[test]
fn spelling_is_american() {
    const BRITISH: [&str; 16] = [
        "organis",
        "specialis",
        "recognis",
        "behaviour",
        "colour",
        "favour",
        "honour",
        "labour",
        "centre",
        "metre",
        "catalogue",
        "licence",
        "judgement",
        "programme",
        "cancelled",
        "analyse",
    ];
    let mut rule = Rule::default();
    for file in contract().files() {
        let proto = file.file_descriptor_proto();
        let comments = proto.source_code_info.iter().flat_map(|info| &info.location);
        let texts = comments.flat_map(|location| [&location.leading_comments, &location.trailing_comments]);
        let all = texts.flatten().map(|text| text.to_lowercase());
        for text in all {
            let found = BRITISH.iter().find(|word| text.contains(**word));
            rule.require(found.is_none(), || format!("{}: {found:?} in {text}", file.name()));
        }
    }
    for field in contract().fields() {
        let found = BRITISH.iter().find(|word| field.name().contains(**word));
        rule.require(found.is_none(), || field.full_name().to_owned());
    }
    for found in contract().enums().iter().flat_map(|found| found.values().collect::<Vec<_>>()) {
        let lower = found.name().to_lowercase();
        let british = BRITISH.iter().find(|word| lower.contains(**word));
        rule.require(british.is_none(), || found.full_name().to_owned());
    }
    rule.assert();
}
