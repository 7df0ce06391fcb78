//! Slips that offices make, put into the forms that are built in.

use super::*;
use crate::rules::Rules;

fn form(rules: &Rules, document: &str, code: &str) -> Form {
    let id = FormId { document: document.to_owned(), code: code.to_owned() };
    rules.forms.get(&id).unwrap().clone()
}

/// The rules that a column breaks against the year before, with the severity of each.
fn against_the_year_before(
    (document, code): (&str, &str),
    column: &str,
    (before, now): (i64, i64),
) -> Vec<(String, Severity)> {
    let rules = Rules::built_in().unwrap();
    let (before, now) = (values(&[(column, before)]), values(&[(column, now)]));
    let earlier = FormValues { window: window(date(2021, 12, 15), date(2022, 12, 14)), values: &before };
    let later = FormValues { window: window(date(2022, 12, 15), date(2023, 12, 14)), values: &now };
    let found = rules.checks.compare(&form(&rules, document, code), earlier, later);
    found.into_iter().map(|finding| (finding.cited[0].column.clone(), finding.severity)).collect()
}

#[test]
fn money_in_another_unit_is_found() {
    const MILLION: i64 = 1_000_000;
    let before = 43_600 * MILLION;
    let warned = vec![("10".to_owned(), Severity::Warning)];
    for (document, code) in [("TT 02/2021/TT-TTCP", "01/TTr")] {
        let found = |now: i64| against_the_year_before((document, code), "10", (before, now));
        // Thousands and đồng typed where millions belong, and millions typed as đồng.
        for slip in [before * 1_000, before * MILLION, before / MILLION, before / 1_000] {
            assert_eq!(found(slip), warned, "{slip}");
        }
        // Money grows by leaps.
        for leap in [before * 100, before / 100, 0] {
            assert_eq!(found(leap), [], "{leap}");
        }
    }
    let returned =
        against_the_year_before(("TT 01/2024/TT-TTCP", "01/KQGQ"), "11", (MILLION, MILLION * 1_000));
    assert_eq!(returned.len(), 1);
}

#[test]
fn a_small_number_with_zeros_added_is_found_once() {
    let form = ("TT 02/2021/TT-TTCP", "01/TCD");
    for (before, now, count) in [
        (10, 10_000, 1),
        (1, 101, 1),
        (10, 1_000, 0),
        (19, 60, 0),
        (25, 10_000, 1),
        (10_000, 10, 1),
        (0, 10_000, 0),
    ] {
        assert_eq!(against_the_year_before(form, "1", (before, now)).len(), count, "{before} to {now}");
    }
}

/// The rules between forms of a document that values break; columns that are not given have no value.
fn between(document: &str, given: &[(&str, &[(&str, i64)])]) -> Vec<(String, Severity)> {
    let rules = Rules::built_in().unwrap();
    let given = given.iter().map(|(code, pairs)| ((*code).to_owned(), values(pairs))).collect();
    let found = rules.checks.between_forms(&rules.forms, document, &given);
    found.into_iter().map(|finding| (finding.rule, finding.severity)).collect()
}

#[test]
fn pairs_of_forms_that_disagree_are_found() {
    let (old, new) = ("TT 02/2021/TT-TTCP", "TT 01/2024/TT-TTCP");
    let error = |rule: &str| vec![(rule.to_owned(), Severity::Error)];
    let land = |column: &'static str, other: &'static str| {
        between(old, &[("03/KQGQ", &[(column, 501)]), ("04/KQGQ", &[(other, 500)])])
    };
    assert_eq!(land("14", "10"), error("03/KQGQ:14 <= 04/KQGQ:10"));
    assert_eq!(land("16", "12"), error("03/KQGQ:16 <= 04/KQGQ:12"));
    assert_eq!(
        between(old, &[("01/TTr", &[("11", 1_201)]), ("02/TTr", &[("4", 1_200)])]),
        error("01/TTr:11 <= 02/TTr:4")
    );
    assert_eq!(
        between(
            new,
            &[
                ("01/XLD", &[("7", 9)]),
                ("02/XLD", &[("8", 4)]),
                ("03/XLD", &[("8", 3)]),
                ("04/XLD", &[("8", 1)])
            ]
        ),
        error("01/XLD:7 = 02/XLD:8 + 03/XLD:8 + 04/XLD:8")
    );
    // 04/XLD has no column of replies: the whole may be more than the two.
    let replies =
        |all| between(new, &[("01/XLD", &[("22", all)]), ("02/XLD", &[("26", 4)]), ("03/XLD", &[("27", 3)])]);
    assert_eq!(replies(6), error("01/XLD:22 >= 02/XLD:26 + 03/XLD:27"));
    assert_eq!([replies(7), replies(12)], [vec![], vec![]]);
}

#[test]
fn petitions_processed_and_taken_up_are_about_as_many() {
    let complaints = |processed, taken_up| {
        let given: [(&str, &[(&str, i64)]); 2] =
            [("01/XLD", &[("19", processed)]), ("01/KQGQ", &[("3", taken_up)])];
        between("TT 02/2021/TT-TTCP", &given).into_iter().map(|(_, severity)| severity).collect::<Vec<_>>()
    };
    for (processed, taken_up, found) in
        [(40, 45, 0), (90, 45, 0), (91, 45, 1), (45, 91, 1), (0, 5, 0), (5, 0, 0)]
    {
        assert_eq!(
            complaints(processed, taken_up),
            vec![Severity::Warning; found],
            "{processed}, {taken_up}"
        );
    }
}

#[test]
fn visits_outside_groups_have_a_person_each() {
    // As once printed: 87 groups with 1,960 of 5,195 people in 3,348 visits.
    let rules = Rules::built_in().unwrap();
    for document in ["TT 02/2021/TT-TTCP", "TT 01/2024/TT-TTCP"] {
        let form = form(&rules, document, "01/TCD");
        let found = |people| {
            let given = values(&[("4", 3_348), ("5", people), ("8", 87), ("9", 1_960)]);
            let found = check(&form, &given);
            found.into_iter().map(|finding| (finding.rule, finding.severity)).collect::<Vec<_>>()
        };
        assert_eq!(found(5_195), [("5 - 9 >= 4 - 8".to_owned(), Severity::Warning)]);
        assert_eq!(found(5_221), []);
    }
}
