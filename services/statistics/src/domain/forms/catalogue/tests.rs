mod table;

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::domain::calendars::window::Window;
use crate::domain::figures::figure::Sums;
use crate::domain::forms::check::{FormValues, check};
use crate::domain::forms::expression::Reference;
use crate::domain::forms::form::{Behaviour, Source, Values, fill, total};
use crate::domain::forms::rule::Severity;
use crate::domain::records::arbitrary::record;
use crate::domain::records::contribution::Contribution;
use crate::domain::records::record::Record;
use crate::domain::records::sums;
use crate::domain::text::certainty::Certainty;
use crate::rules::Rules;

/// What records have added, day by day.
struct Daily(Vec<(String, Date, i64)>);

impl Daily {
    fn of(records: &[Record]) -> Self {
        let contributions = records.iter().flat_map(Record::contributions);
        Self(
            contributions
                .map(|Contribution { measure, date, amount }| (measure.to_owned(), date, amount))
                .collect(),
        )
    }
}

impl Sums for Daily {
    fn within(&self, sum: &str, first: Date, last: Date) -> i64 {
        let counts = |(code, day, _): &&(String, Date, i64)| code == sum && first <= *day && *day <= last;
        self.0.iter().filter(counts).map(|(.., amount)| amount).sum()
    }

    fn up_to(&self, sum: &str, day: Date) -> i64 {
        self.within(sum, Date::MIN, day)
    }
}

fn rules() -> &'static Rules {
    static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::built_in().unwrap());
    &RULES
}

/// The forms whose columns are known.
fn known_forms() -> impl Iterator<Item = &'static Form> {
    rules().forms.all().filter(|form| !form.columns.is_empty())
}

fn id(document: &str, code: &str) -> FormId {
    FormId { document: document.to_owned(), code: code.to_owned() }
}

fn day(offset: i32) -> Date {
    date(2022, 1, 1).checked_add(jiff::Span::new().days(offset)).unwrap()
}

fn window(first: i32, last: i32) -> Window {
    Window { first: day(first), last: day(last), period_last: day(last) }
}

/// A record that carries out no more than was decided: what is more is a slip that the checks are there to find.
fn sound() -> impl Strategy<Value = Record> {
    record().prop_map(|mut record| {
        match &mut record {
            Record::Inspection(inspection) => {
                for event in
                    inspection.conclusion.iter_mut().flat_map(|conclusion| &mut conclusion.executions)
                {
                    event.recovered.0 = 0;
                    event.recovered_area.0 = 0;
                }
            }
            Record::Matter(matter) => {
                let resolution = matter.resolution.iter_mut();
                for event in resolution.flat_map(|resolution| resolution.executions.iter_mut().flatten()) {
                    for money in
                        [&mut event.recovered, &mut event.returned_organisation, &mut event.returned_person]
                    {
                        money.0 = 0;
                    }
                    for land in [
                        &mut event.recovered_area,
                        &mut event.returned_organisation_area,
                        &mut event.returned_person_area,
                    ] {
                        land.0 = 0;
                    }
                }
            }
            Record::Reception(_) | Record::Petition(_) => {}
        }
        record
    })
}

#[test]
fn the_built_in_forms_have_the_columns_of_their_documents() {
    let rules = rules();
    let counts: Vec<(String, usize)> = rules
        .forms
        .of_document("TT 02/2021/TT-TTCP")
        .map(|form| (form.id.code.clone(), form.columns.len()))
        .collect();
    let expected = [
        ("01/KQGQ", 26),
        ("01/TCD", 29),
        ("01/TTr", 18),
        ("01/XLD", 26),
        ("02/KQGQ", 19),
        ("02/TCD", 16),
        ("02/TTr", 12),
        ("02/XLD", 30),
        ("03/KQGQ", 31),
        ("03/TTr", 0),
        ("03/XLD", 33),
        ("04/KQGQ", 24),
        ("04/TTr", 0),
        ("04/XLD", 24),
        ("05/TTr", 0),
        ("06/TTr", 0),
        ("07/TTr", 0),
    ];
    assert_eq!(counts, expected.map(|(code, count)| (code.to_owned(), count)));
    for form in rules.forms.all() {
        let codes: Vec<String> = form.columns.iter().map(|column| column.code.clone()).collect();
        let expected: Vec<String> = (1..=form.columns.len()).map(|code| code.to_string()).collect();
        assert_eq!(codes, expected, "{}", form.id);
        assert!(
            form.rules.is_empty() == form.columns.is_empty()
                && form.rules.iter().all(|rule| !rule.meaning.is_empty()),
            "{}",
            form.id
        );
        assert!(
            form.certainty == Certainty::Found || !form.note.is_empty(),
            "{} was not found: say why",
            form.id
        );
        for column in &form.columns {
            assert!(!column.label.is_empty() && !column.label_en.is_empty(), "{} {}", form.id, column.code);
            assert!(!column.is_entered() || !column.note.is_empty(), "{} {}", form.id, column.code);
        }
    }
}

#[test]
fn columns_behave_as_what_they_are_made_of() {
    let rules = rules();
    let behaviour = |document: &str, form: &str, column: &str| {
        rules.forms.get(&id(document, form)).unwrap().column(column).unwrap().behaviour
    };
    let (old, new) = ("TT 02/2021/TT-TTCP", "TT 01/2024/TT-TTCP");
    for (document, form, column, expected) in [
        (old, "01/TTr", "1", Behaviour::Turnover),
        (old, "01/TTr", "2", Behaviour::Opening),
        (old, "01/TTr", "3", Behaviour::Flow),
        (old, "01/TTr", "8", Behaviour::Flow),
        (old, "01/TCD", "1", Behaviour::Flow),
        // Of those carried over: with another eve others are.
        (old, "02/XLD", "7", Behaviour::Turnover),
        (new, "01/XLD", "5", Behaviour::Closing),
        ("thidua", "HEADLINE", "7", Behaviour::Turnover),
        ("thidua", "HEADLINE", "8", Behaviour::Share),
    ] {
        assert_eq!(behaviour(document, form, column), expected, "{form} {column}");
    }
}

#[test]
fn one_document_follows_the_other() {
    let rules = rules();
    let on = |day: Date| -> Vec<String> {
        let forms = rules.forms.all().filter(|form| form.official && form.validity.holds_on(day));
        forms.filter(|form| form.id.code == "01/XLD").map(|form| form.id.document.clone()).collect()
    };
    assert_eq!(on(date(2021, 5, 9)), Vec::<String>::new());
    assert_eq!(on(date(2023, 12, 14)), ["TT 02/2021/TT-TTCP"]);
    assert_eq!(on(date(2024, 12, 14)), ["TT 01/2024/TT-TTCP"]);
    assert_eq!(on(date(2025, 9, 29)), ["TT 01/2024/TT-TTCP"]);
    // One form of petitions since, under another code.
    assert_eq!(on(date(2025, 9, 30)), Vec::<String>::new());
}

#[test]
fn data_that_cannot_be_computed_is_refused() {
    let catalogue = &rules().catalogue;
    let form = |columns: &str, checks: &str| {
        let text = format!(
            r#"version = "1"
            document = "D"
            official = false
            source = "s"
            validity_certainty = "found"
            certainty = "found"
            [[form]]
            code = "A"
            title = "t"
            title_en = "t"
            column = [{columns}]
            check = [{checks}]"#
        );
        Forms::parse(&[&text], catalogue).map(|forms| forms.all().count())
    };
    let column = |code: &str, source: &str| {
        format!(r#"{{ code = "{code}", label = "l", label_en = "l", unit = "đơn", {source} }}"#)
    };
    for (columns, problem) in [
        (column("1", r#"measures = ["petitions.lost"]"#), "column 1: there is no measure `petitions.lost`"),
        (
            column("1", r#"before = ["petitions.received.*"]"#),
            "column 1: there is no sum `petitions.received.*`",
        ),
        (
            column("1", r#"measures = ["inspections.recovery_amount"]"#),
            "column 1: `inspections.recovery_amount` is counted in đồng",
        ),
        (column("1", r#"columns = "2 + 3""#), "columns 1 are made of each other, or of none"),
        (
            [column("1", r#"columns = "2""#), column("2", r#"columns = "1""#)].join(","),
            "columns 1, 2 are made of each other, or of none",
        ),
        ([column("1", ""), column("1", "")].join(","), "column 1 stands twice"),
        (column("x", ""), "column x: `x` is no column"),
        (column("1", r#"percent = "2""#), "column 1: a share has a part and a whole"),
        (column("1", r#"columns = "2", percent = "2 / 3""#), "column 1: it is a sum or a share, not both"),
    ] {
        assert_eq!(form(&columns, "").unwrap_err(), format!("forms: D A: {problem}"));
    }
    let check = r#"{ rule = "1 = 2", text = "t" }"#;
    let told = form(&column("1", ""), check).unwrap_err();
    assert_eq!(told, "forms: D A: `1 = 2` names column 2, which is not there");
    assert_eq!(form(&column("1", r#"measures = ["petitions.received.*"]"#), "").unwrap(), 1);
}

#[test]
fn columns_tell_the_measures_that_are_made_of_the_same_sums() {
    let rules = rules();
    let told = |measure: &str| {
        let columns = rules.forms.telling(measure).iter();
        columns.map(|(form, column)| format!("{} {column}", form.code)).collect::<Vec<_>>().join(", ")
    };
    for (measure, columns) in [
        ("receptions.visits", "01/TCD 1, 01/TCD 1, HEADLINE 1"),
        ("receptions.people", "01/TCD 2, 01/TCD 2, HEADLINE 2"),
        ("matters.resolved", ""),
        ("matters.resolved_complaints_denunciations", "HEADLINE 6"),
        ("nothing", ""),
    ] {
        assert_eq!(told(measure), columns, "{measure}");
    }
    // Shares are told by their counts.
    assert!(rules.forms.telling("petitions.processed_share").is_empty());
}

#[test]
fn shares_and_columns_entered_by_hand_have_no_value_where_there_is_none() {
    let rules = rules();
    let form = rules.forms.get(&id("thidua", "HEADLINE")).unwrap();
    let none = fill(form, &Daily(Vec::new()), window(0, 10));
    assert_eq!(none.keys().map(String::as_str).collect::<Vec<_>>(), ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(total(form, &[]), none);
    let entered = Values::from([("9".to_owned(), 3), ("6".to_owned(), 1), ("7".to_owned(), 3)]);
    let both = total(form, &[entered.clone(), entered.clone()]);
    // The share of two units is that of their sums, not the sum of theirs.
    assert_eq!((both["9"], both["6"], both["8"]), (6, 2, 333));
    assert!(!total(form, &[entered, none]).contains_key("9"));
}

proptest! {
    /// What the forms print holds of whatever the records say: of each unit and of all, in every window.
    #[test]
    fn filled_forms_keep_what_is_printed_under_them(
        units in prop::collection::vec(prop::collection::vec(sound(), 0..60), 1..3),
        (first, length) in (0_i32..600, 0_i32..700),
    ) {
        let rules = rules();
        let window = window(first, first + length);
        let sums: Vec<Daily> = units.iter().map(|records| Daily::of(records)).collect();
        let mut filled: BTreeMap<&str, BTreeMap<String, Values>> = BTreeMap::new();
        for form in known_forms() {
            let mut everyone: Vec<Values> = sums.iter().map(|unit| fill(form, unit, window)).collect();
            let whole = total(form, &everyone);
            everyone.push(whole.clone());
            for values in &everyone {
                let errors: Vec<_> =
                    check(form, values).into_iter().filter(|finding| finding.severity == Severity::Error).collect();
                prop_assert!(errors.is_empty(), "{}: {errors:?}", form.id);
            }
            filled.entry(&form.id.document).or_default().insert(form.id.code.clone(), whole);
        }
        for (document, forms) in &filled {
            let found = rules.checks.between_forms(&rules.forms, document, forms);
            let errors: Vec<_> = found.into_iter().filter(|finding| finding.severity == Severity::Error).collect();
            prop_assert!(errors.is_empty(), "{errors:?}");
        }
    }

    /// Periods that adjoin pass their stocks on, and a longer window has no less.
    #[test]
    fn windows_of_one_form_agree(
        records in prop::collection::vec(sound(), 0..60),
        (split, length) in (100_i32..700, 1_i32..400),
    ) {
        let rules = rules();
        let sums = Daily::of(&records);
        for form in known_forms() {
            let fill = |window| (window, fill(form, &sums, window));
            let (one, next) = (fill(window(0, split - 1)), fill(window(split, split + length)));
            let whole = fill(window(0, split + length));
            for later in [next, whole] {
                let earlier = FormValues { window: one.0, values: &one.1 };
                let later = FormValues { window: later.0, values: &later.1 };
                // Growth against the year before is only worth a look.
                let mut found = rules.checks.compare(form, earlier, later);
                found.retain(|finding| finding.severity == Severity::Error);
                prop_assert!(found.is_empty(), "{}: {found:?}", form.id);
            }
        }
    }

    /// Sums of whatever sign: totals of units are the sums of theirs, and columns made of others are their sums.
    #[test]
    fn totals_are_the_sums_of_their_parts(
        cells in prop::collection::vec((any::<prop::sample::Index>(), 0_i32..400, 0_i64..50, 0_usize..3), 0..80),
        (first, length) in (0_i32..400, 0_i32..200),
    ) {
        let rules = rules();
        let codes: Vec<&str> = sums::all().iter().copied().collect();
        let mut units = [Vec::new(), Vec::new(), Vec::new()];
        for (code, offset, amount, unit) in cells {
            units[unit].push(((*code.get(&codes)).to_owned(), day(offset), amount));
        }
        let units = units.map(Daily);
        for form in rules.forms.all() {
            let of = |unit: &Daily| fill(form, unit, window(first, first + length));
            let each: Vec<Values> = units.iter().map(of).collect();
            let whole = total(form, &each);
            for column in &form.columns {
                let sum = each.iter().map(|values| values.get(&column.code).copied()).sum::<Option<i64>>();
                if column.is_share() {
                    prop_assert_eq!(whole.get(&column.code).copied(), column.derived(&whole));
                } else {
                    prop_assert_eq!(whole.get(&column.code).copied(), sum, "{} {}", &form.id, &column.code);
                }
                if let Source::Columns { sum, at_most: None } = &column.source {
                    let parts = sum.value(&|part: &Reference| whole.get(&part.column).copied());
                    prop_assert_eq!(whole.get(&column.code).copied(), parts, "{} {}", &form.id, &column.code);
                }
            }
        }
    }
}
