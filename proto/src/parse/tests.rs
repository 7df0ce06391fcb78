use super::*;
use crate::names::UnitName;
use crate::statistics::PetitionKind;

fn problems(violations: Violations) -> Vec<(String, &'static str)> {
    violations
        .into_list()
        .into_iter()
        .map(|violation| (violation.field, violation.problem.reason()))
        .collect()
}

#[test]
fn text_is_normalised_trimmed_and_bounded() {
    let mut violations = Violations::default();
    // "é" and "ộ" in decomposed form.
    assert_eq!(violations.text("a", "  Hue\u{301} bo\u{323}\u{302} ", 1, 10).as_deref(), Some("Hué bộ"));
    assert_eq!(violations.text("b", &"ă".repeat(10), 1, 10).map(|text| text.chars().count()), Some(10));
    assert_eq!(violations.text("c", &"ă".repeat(11), 1, 10), None);
    assert_eq!(violations.text("d", "   ", 1, 10), None);
    assert_eq!(violations.text("e", "a\u{7}b", 1, 10), None);
    assert_eq!(violations.text("f", &"x".repeat(10_000_000), 0, 10), None);
    let reasons: Vec<_> = problems(violations);
    assert_problems(&reasons, &[("c", "TOO_LONG"), ("d", "REQUIRED"), ("e", "MALFORMED"), ("f", "TOO_LONG")]);
}

fn assert_problems(found: &[(String, &'static str)], expected: &[(&str, &str)]) {
    let found: Vec<(&str, &str)> = found.iter().map(|(field, reason)| (field.as_str(), *reason)).collect();
    assert_eq!(found, expected);
}

#[test]
fn numbers_and_days_are_bounded_on_both_sides() {
    let mut violations = Violations::default();
    assert_eq!(violations.number("n", 1, 1..=9), Some(1));
    assert_eq!(violations.number("n", 9, 1..=9), Some(9));
    assert_eq!(violations.number("low", 0, 1..=9), None);
    assert_eq!(violations.number("high", 10, 1..=9), None);
    let day = |year, month, day| Some(crate::Date { year, month, day });
    assert!(violations.required_day("d", day(1900, 1, 1)).is_some());
    assert!(violations.required_day("d", day(2199, 12, 31)).is_some());
    assert!(violations.required_day("old", day(1899, 12, 31)).is_none());
    assert!(violations.required_day("far", day(2200, 1, 1)).is_none());
    assert!(violations.required_day("none", None).is_none());
    assert!(violations.required_day("leap", day(2023, 2, 29)).is_none());
    assert_problems(
        &problems(violations),
        &[
            ("low", "OUT_OF_RANGE"),
            ("high", "OUT_OF_RANGE"),
            ("old", "OUT_OF_RANGE"),
            ("far", "OUT_OF_RANGE"),
            ("none", "REQUIRED"),
            ("leap", "NO_SUCH_DAY"),
        ],
    );
}

#[test]
fn choices_names_and_lists_are_told_with_their_paths() {
    let mut violations = Violations::default();
    violations.within("petition", |violations| {
        assert_eq!(violations.choice::<PetitionKind>("kind", 99), None);
        assert_eq!(violations.choice::<PetitionKind>("kind", 0), None);
        assert_eq!(violations.optional_choice::<PetitionKind>("kind", Some(0)), None);
        assert_eq!(violations.optional_choice::<PetitionKind>("kind", None), Some(None));
        assert_eq!(violations.choice::<PetitionKind>("kind", 1), Some(PetitionKind::Complaint));
    });
    assert_eq!(violations.name::<UnitName>("parent", "units/Ă"), None);
    assert_eq!(
        violations.list("units", ["units/a", "x", "units/b", "y"], 4, Violations::name::<UnitName>),
        None
    );
    assert!(violations.list("rows", [1, 2, 3], 2, |_, _, row| Some(row)).is_none());
    assert_problems(
        &problems(violations),
        &[
            ("petition.kind", "UNKNOWN_VALUE"),
            ("petition.kind", "REQUIRED"),
            ("petition.kind", "UNKNOWN_VALUE"),
            ("parent", "MALFORMED"),
            ("units[1]", "MALFORMED"),
            ("units[3]", "MALFORMED"),
            ("rows", "TOO_MANY"),
        ],
    );
}

#[test]
fn every_problem_has_texts_in_both_languages() {
    let all = [
        Problem::Required,
        Problem::Unwanted { when: ("once resolved", "khi đã giải quyết") },
        Problem::malformed(("a day", "một ngày"), "x"),
        Problem::TooLong { max: 1, found: 2 },
        Problem::TooMany { max: 1, found: 2 },
        Problem::OutOfRange { min: 0, max: 1, found: 2 },
        Problem::NoSuchDay,
        Problem::Before { other: "start_date" },
        Problem::UnknownValue { found: 9 },
        Problem::Repeated,
        Problem::Ambiguous { found: "3.704".to_owned() },
        Problem::AmbiguousDay { found: "05/03/2023".to_owned() },
    ];
    for problem in all {
        assert!(!problem.english().is_empty() && !problem.vietnamese().is_empty());
        assert_ne!(problem.english(), problem.vietnamese());
    }
}
