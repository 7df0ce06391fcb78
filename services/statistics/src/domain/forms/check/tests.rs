mod slips;

use jiff::civil::date;

use super::*;
use crate::domain::figures::catalogue::{self, Catalogue};

/// The published headline figures, checked as anybody could have checked them.
fn headline() -> (Forms, FormId) {
    let catalogue = Catalogue::parse(catalogue::BUILT_IN).unwrap();
    let forms = Forms::parse(&[include_str!("../../../../data/forms/thidua.toml")], &catalogue).unwrap();
    (forms, FormId { document: "thidua".to_owned(), code: "HEADLINE".to_owned() })
}

fn values(pairs: &[(&str, i64)]) -> Values {
    pairs.iter().map(|(column, value)| ((*column).to_owned(), *value)).collect()
}

fn cited(finding: &Finding) -> Vec<(&str, i64)> {
    finding.cited.iter().map(|cited| (cited.column.as_str(), cited.value)).collect()
}

fn window(first: Date, last: Date) -> Window {
    Window { first, last, period_last: last }
}

const FORMS: &str = r#"
    version = "1"
    document = "D"
    official = true
    source = "s"
    validity_certainty = "found"
    certainty = "found"
    [[form]]
    code = "A"
    title = "t"
    title_en = "t"
    column = [
      { code = "1", label = "l", label_en = "l", unit = "đơn", columns = "2 + 3" },
      { code = "2", label = "l", label_en = "l", unit = "đơn" },
      { code = "3", label = "l", label_en = "l", unit = "đơn" },
      { code = "4", label = "l", label_en = "l", unit = "triệu đồng" },
    ]
    check = [{ rule = "2 <= 3 - 1 when 4 > 0", warning = true, text = "x" }, { rule = "4 < 0", text = "x" }]
    [[form]]
    code = "B"
    title = "t"
    title_en = "t"
    column = [{ code = "1", label = "l", label_en = "l", unit = "đơn" }]"#;

const CHECKS: &str = r#"
    version = "1"
    between_forms = [{ document = "D", certainty = "found", check = [{ rule = "B:1 <= A:2 + A:3", text = "x" }] }]
    succession = [{ document = "D", form = "A", closing = "1 - 3", opening = "2", text = "x" }]
    growth = [{ document = "D", of = "counts", factor = 3, least = 10, text = "x" }]"#;

fn small() -> (Forms, Checks, FormId) {
    let catalogue = Catalogue::parse(catalogue::BUILT_IN).unwrap();
    let forms = Forms::parse(&[FORMS], &catalogue).unwrap();
    let checks = Checks::parse(CHECKS, &forms).unwrap();
    (forms, checks, FormId { document: "D".to_owned(), code: "A".to_owned() })
}

#[test]
fn a_share_that_does_not_follow_from_its_counts_is_found() {
    let (forms, id) = headline();
    let printed = values(&[("6", 238), ("7", 316), ("8", 889)]);
    let found = check(forms.get(&id).unwrap(), &printed);
    assert_eq!(found.len(), 1);
    assert_eq!(cited(&found[0]), [("8", 889), ("6", 238), ("7", 316)]);
    assert_eq!((found[0].severity, found[0].difference), (Severity::Error, 136));
    assert_eq!(found[0].vietnamese, "Cột 8 (88,9%) khác tỷ lệ cột 6 trên cột 7 (238/316 = 75,3%)");
    assert_eq!(found[0].english, "Column 8 (88.9%) differs from column 6 over column 7 (238/316 = 75.3%)");
    let meant = values(&[("6", 281), ("7", 316), ("8", 889)]);
    assert_eq!(check(forms.get(&id).unwrap(), &meant), []);
}

#[test]
fn parts_that_do_not_add_up_to_their_total_are_found() {
    let (forms, id) = headline();
    let printed = values(&[("9", 28_854), ("10", 57), ("11", 917), ("12", 27_800)]);
    let found = check(forms.get(&id).unwrap(), &printed);
    assert_eq!(found.len(), 1);
    assert_eq!(cited(&found[0]), [("9", 28_854), ("10", 57), ("11", 917), ("12", 27_800)]);
    assert_eq!((found[0].rule.as_str(), found[0].difference), ("9 = 10 + 11 + 12", 80));
    assert_eq!(found[0].vietnamese, "Cột 9 (28.854) khác tổng các cột 10 + 11 + 12 (28.774), chênh 80");
    assert_eq!(
        found[0].english,
        "Column 9 (28,854) differs from the sum of columns 10 + 11 + 12 (28,774), by 80"
    );
    // A part that nobody entered says nothing.
    assert_eq!(check(forms.get(&id).unwrap(), &values(&[("9", 28_854), ("10", 57), ("11", 917)])), []);
}

#[test]
fn a_year_has_no_less_than_its_nine_months() {
    let (forms, id) = headline();
    let checks =
        Checks::parse("version = \"1\"\nbetween_forms = []\nsuccession = []\ngrowth = []", &forms).unwrap();
    let form = forms.get(&id).unwrap();
    let first = date(2022, 12, 15);
    let compare = |months: i64, year: i64| {
        let (months, year) = (values(&[("1", months), ("8", 900)]), values(&[("1", year), ("8", 881)]));
        let earlier = FormValues { window: window(first, date(2023, 9, 14)), values: &months };
        let later = FormValues { window: window(first, date(2023, 12, 14)), values: &year };
        checks.compare(form, earlier, later)
    };
    // As published: 356 visits more. A share may fall.
    assert_eq!(compare(3348, 3704), []);
    let found = compare(3704, 3348);
    assert_eq!(found.len(), 1);
    assert_eq!(cited(&found[0]), [("1", 3704), ("1", 3348)]);
    assert_eq!(found[0].cited[0].days, Some((first, date(2023, 9, 14))));
    assert_eq!((found[0].severity, found[0].difference), (Severity::Error, -356));
    assert_eq!(
        found[0].vietnamese,
        "Cột 1: lũy kế đến ngày 14/12/2023 (3.348) nhỏ hơn lũy kế đến ngày 14/09/2023 (3.704), chênh 356"
    );
}

#[test]
fn money_is_told_in_the_unit_of_its_column() {
    let (forms, _, id) = small();
    let found =
        check(forms.get(&id).unwrap(), &values(&[("1", 9), ("2", 5), ("3", 4), ("4", 43_586_274_000)]));
    let texts: Vec<(Severity, &str)> =
        found.iter().map(|finding| (finding.severity, finding.vietnamese.as_str())).collect();
    assert_eq!(
        texts,
        [
            (Severity::Warning, "Cột 2 (5) lớn hơn kết quả các cột 3 - 1 (-5), chênh 10"),
            (Severity::Error, "Cột 4 (43.586,274) không nhỏ hơn 0, chênh 43.586,274"),
        ]
    );
    let found = check(forms.get(&id).unwrap(), &values(&[("4", 0)]));
    assert_eq!(found[0].english, "Column 4 (0) is not below 0");
    // The condition does not hold, so nothing is said of columns 2 and 3.
    assert_eq!(check(forms.get(&id).unwrap(), &values(&[("1", 9), ("2", 5), ("3", 4), ("4", -1)])), []);
}

#[test]
fn forms_of_one_document_agree() {
    let (forms, checks, id) = small();
    let a = values(&[("2", 5), ("3", 4)]);
    let of = |b: i64| BTreeMap::from([("A".to_owned(), a.clone()), ("B".to_owned(), values(&[("1", b)]))]);
    assert_eq!(checks.between_forms(&forms, "D", &of(9)), []);
    let found = checks.between_forms(&forms, "D", &of(12));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].form.code, "B");
    assert_eq!(found[0].vietnamese, "Cột B:1 (12) lớn hơn tổng các cột A:2 + A:3 (9), chênh 3");
    let forms_cited: Vec<&str> = found[0].cited.iter().map(|cited| cited.form.as_str()).collect();
    assert_eq!(forms_cited, ["B", "A", "A"]);
    assert_eq!(checks.between_forms(&forms, "E", &of(12)), []);
    assert_eq!(checks.between_forms(&forms, "D", &BTreeMap::from([("A".to_owned(), a.clone())])), []);
    assert_eq!(checks.beside(&id), ["B"]);
}

#[test]
fn a_period_begins_with_what_the_one_before_left() {
    let (forms, checks, id) = small();
    let (first, second) = (values(&[("1", 9), ("2", 5), ("3", 4)]), values(&[("1", 8), ("2", 6), ("3", 2)]));
    let earlier = FormValues { window: window(date(2022, 12, 15), date(2023, 3, 14)), values: &first };
    let later = |first| FormValues { window: window(first, date(2023, 6, 14)), values: &second };
    let found = checks.compare(forms.get(&id).unwrap(), earlier, later(date(2023, 3, 15)));
    assert_eq!(found.len(), 1);
    assert_eq!(cited(&found[0]), [("1", 9), ("3", 4), ("2", 6)]);
    assert_eq!(found[0].difference, -1);
    assert!(found[0].vietnamese.contains("cột 1 - 3 (5)") && found[0].vietnamese.ends_with("chênh 1"));
    // Windows that do not adjoin say nothing of each other.
    assert_eq!(checks.compare(forms.get(&id).unwrap(), earlier, later(date(2023, 3, 16))), []);
}

#[test]
fn what_changed_much_against_the_year_before_is_worth_a_look() {
    let (forms, checks, id) = small();
    let compare = |before: i64, now: i64| {
        let (before, now) = (values(&[("2", before)]), values(&[("2", now)]));
        let earlier = FormValues { window: window(date(2022, 1, 1), date(2022, 12, 31)), values: &before };
        let later = FormValues { window: window(date(2023, 1, 1), date(2023, 12, 31)), values: &now };
        checks.compare(forms.get(&id).unwrap(), earlier, later).len()
    };
    for (before, now, count) in [(10, 30, 0), (10, 31, 1), (31, 10, 1), (9, 1000, 0), (0, 1000, 0)] {
        assert_eq!(compare(before, now), count, "{before} to {now}");
    }
}

#[test]
fn checks_that_name_what_is_not_there_are_refused() {
    let (forms, ..) = small();
    let told = |from: &str, to: &str| Checks::parse(&CHECKS.replace(from, to), &forms).unwrap_err();
    assert_eq!(told("A:3", "A:5"), "checks: D has no column A:5");
    assert_eq!(told("B:1", "1"), "checks: D has no column 1");
    assert_eq!(told("B:1 <=", ""), "checks: `A:2 + A:3`: nothing is compared".replace("`A", "` A"));
    assert_eq!(told(r#"form = "A""#, r#"form = "C""#), "checks: there is no form D C");
    assert_eq!(told(r#"opening = "2""#, r#"opening = "7""#), "checks: D A has no column 7");
    assert!(told("factor = 3", "factor = 1").starts_with("checks: growth of `D`"));
}

#[test]
fn entered_numbers_of_any_size_are_checked() {
    let (forms, id) = headline();
    for value in [i64::MIN, i64::MAX] {
        let entered: Values = (1..=12).map(|column| (column.to_string(), value)).collect();
        assert!(!check(forms.get(&id).unwrap(), &entered).is_empty());
    }
}
