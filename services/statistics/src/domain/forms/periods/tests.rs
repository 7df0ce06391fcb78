use jiff::civil::date;

use super::*;
use crate::domain::forms::form::FormId;
use crate::rules::Rules;

const OLD: &str = "TT 02/2021/TT-TTCP";

fn window(code: &str) -> Window {
    let rules = Rules::built_in().unwrap();
    let period = rules.calendars.get("tt-02-2021").unwrap().period(code).unwrap();
    period.window(None).unwrap()
}

fn values(pairs: &[(&str, i64)]) -> Values {
    pairs.iter().map(|(column, value)| ((*column).to_owned(), *value)).collect()
}

/// The rules that a return breaks against others of its form; what its columns say of each other is left out.
fn broken(
    (document, code): (&str, &str),
    (period, own): (&str, &[(&str, i64)]),
    others: &[(&str, &[(&str, i64)])],
) -> Vec<String> {
    let rules = Rules::built_in().unwrap();
    let form = rules.forms.get(&FormId { document: document.to_owned(), code: code.to_owned() }).unwrap();
    let own = values(own);
    let periods = others.iter().map(|(period, pairs)| (window(period), values(pairs))).collect();
    let entered = form.columns.iter().map(|column| column.code.clone()).collect();
    let others = OtherReturns { periods, entered, ..OtherReturns::default() };
    let stand = FormValues { window: window(period), values: &own };
    let found = rules.checks.of_return(&rules.forms, form, stand, others);
    let between = found.into_iter().filter(|finding| finding.cited.iter().any(|cited| cited.days.is_some()));
    between.filter(|finding| finding.severity == Severity::Error).map(|finding| finding.rule).collect()
}

#[test]
fn cumulative_figures_fall_in_neither_order() {
    let form = (OLD, "01/TCD");
    let fallen = vec!["4 (lũy kế)".to_owned()];
    assert_eq!(broken(form, ("2023-Y", &[("4", 3_074)]), &[("2023-9M", &[("4", 3_348)])]), fallen);
    assert_eq!(broken(form, ("2023-9M", &[("4", 3_348)]), &[("2023-Y", &[("4", 3_074)])]), fallen);
    assert_eq!(broken(form, ("2023-9M", &[("4", 3_074)]), &[("2023-Y", &[("4", 3_348)])]), [""; 0]);
}

#[test]
fn quarters_add_up_to_what_they_make_up() {
    let form = (OLD, "01/TCD");
    let quarter = |value| [("4", value)];
    let [ten, twenty, thirty] = [10, 20, 30].map(quarter);
    let told = "4 (các kỳ) = 4 (cả kỳ)".to_owned();
    let all: [(&str, &[(&str, i64)]); 3] = [("2023-Q1", &ten), ("2023-Q2", &twenty), ("2023-6M", &thirty)];
    assert_eq!(broken(form, all[0], &all[1..]), [""; 0]);
    for at in 0..3 {
        // Whichever comes last, and whichever is wrong.
        let mut wrong = all;
        wrong[2].1 = &[("4", 31)];
        let own = wrong[at];
        let others: Vec<_> = wrong.into_iter().filter(|(period, _)| *period != own.0).collect();
        assert_eq!(broken(form, own, &others), std::slice::from_ref(&told), "{}", own.0);
    }
    // The year of six months and two quarters; without the fourth nothing is said.
    let year: [(&str, &[(&str, i64)]); 3] = [("2023-6M", &thirty), ("2023-Q3", &ten), ("2023-Q4", &ten)];
    assert_eq!(broken(form, ("2023-Y", &[("4", 51)]), &year), std::slice::from_ref(&told));
    assert_eq!(broken(form, ("2023-Y", &[("4", 51)]), &year[..2]), [""; 0]);
    // What records give adds up by itself, and stocks do not add.
    let stocks: [(&str, &[(&str, i64)]); 2] = [("2023-Q1", &[("2", 5)]), ("2023-Q2", &[("2", 6)])];
    assert_eq!(broken((OLD, "01/TTr"), ("2023-6M", &[("2", 5)]), &stocks), [""; 0]);
}

#[test]
fn what_a_period_leaves_the_next_takes_over_in_either_order() {
    let form = (OLD, "01/TTr");
    let closes: &[(&str, i64)] = &[("1", 9), ("6", 4)];
    let told = "1 - 6 (kỳ trước) = 2 (kỳ này)".to_owned();
    for next in ["2024-Q1", "2024-6M"] {
        // The form was in force until February 2024: the calendar goes on.
        assert_eq!(
            broken(form, (next, &[("2", 6)]), &[("2023-Y", closes)]),
            std::slice::from_ref(&told),
            "{next}"
        );
        assert_eq!(
            broken(form, ("2023-Y", closes), &[(next, &[("2", 6)])]),
            std::slice::from_ref(&told),
            "{next}"
        );
        assert_eq!(broken(form, ("2023-Y", closes), &[(next, &[("2", 5)])]), [""; 0], "{next}");
    }
    assert_eq!(broken(form, ("2023-Y", &[("2", 6)]), &[("2022-Y", closes)]), [told]);
}

#[test]
fn one_day_has_one_stock() {
    let form = (OLD, "01/TTr");
    let year: &[(&str, i64)] = &[("1", 9), ("6", 4)];
    let quarter: &[(&str, i64)] = &[("1", 7), ("6", 1)];
    assert_eq!(broken(form, ("2023-Y", year), &[("2023-Q4", quarter)]), ["1 - 6 (cùng ngày)"]);
    assert_eq!(broken(form, ("2023-Q4", quarter), &[("2023-Y", year)]), ["1 - 6 (cùng ngày)"]);
    assert_eq!(broken(form, ("2023-Y", &[("2", 3)]), &[("2023-Q1", &[("2", 3)])]), [""; 0]);
    assert_eq!(broken(form, ("2023-Q1", &[("2", 4)]), &[("2023-Y", &[("2", 5)])]), ["2 (cùng ngày)"]);
}

#[test]
fn a_return_of_nothing_but_zeros_is_worth_a_look() {
    let rules = Rules::built_in().unwrap();
    let form = rules.forms.get(&FormId { document: OLD.to_owned(), code: "01/TCD".to_owned() }).unwrap();
    let found = |first: i64| {
        let values: Values = form.columns.iter().map(|column| (column.code.clone(), 0)).collect();
        let values = values.into_iter().chain([("4".to_owned(), first)]).collect::<Values>();
        let days =
            Window { first: date(2023, 1, 1), last: date(2023, 1, 31), period_last: date(2023, 1, 31) };
        let stand = FormValues { window: days, values: &values };
        let found = rules.checks.of_return(&rules.forms, form, stand, OtherReturns::default());
        found
            .into_iter()
            .filter(|finding| finding.rule == "0")
            .map(|finding| finding.severity)
            .collect::<Vec<_>>()
    };
    assert_eq!(found(0), [Severity::Warning]);
    assert_eq!(found(1), []);
}
