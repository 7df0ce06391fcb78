//! Every column of the forms of TT 02/2021/TT-TTCP and TT 01/2024/TT-TTCP, against tables that were copied from their templates.

use serde::Deserialize;

use super::*;
use crate::domain::forms::expression::{Claim, Statement};
use crate::domain::forms::form::{Column, with_entries};
use crate::domain::text::certainty::Certainty;

const TABLES: [&str; 2] = [
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/forms-tt-02-2021.toml")),
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/forms-tt-01-2024.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    document: String,
    form: Vec<TableForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableForm {
    code: String,
    title: String,
    /// Identities that no copy prints.
    inferred: Vec<String>,
    /// Columns in which copies contradict each other, the form, or themselves.
    contradictions: Vec<Vec<String>>,
    column: Vec<TableColumn>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableColumn {
    code: String,
    label: String,
    #[serde(default)]
    formula: String,
    unit: String,
    certainty: Certainty,
}

fn tables() -> Vec<Table> {
    TABLES.iter().map(|text| toml::from_str(text).unwrap()).collect()
}

/// The heads from the top down.
fn whole_label(column: &Column) -> String {
    let heads = [&column.group, &column.label];
    heads.into_iter().filter(|head| !head.is_empty()).cloned().collect::<Vec<_>>().join(" › ")
}

/// Each claim of a form's rules, with how sure it is.
fn claims(form: &Form) -> Vec<(&Claim, Certainty)> {
    let unconditional = form.rules.iter();
    unconditional.flat_map(|rule| rule.statement.claims.iter().map(|claim| (claim, rule.certainty))).collect()
}

#[test]
fn every_column_of_every_form_is_as_its_template_says() {
    let (mut forms, mut columns) = (0, 0);
    for table in tables() {
        for expected in table.form {
            let form = rules().forms.get(&id(&table.document, &expected.code)).unwrap();
            assert_eq!(form.title, expected.title, "{}", form.id);
            let found: Vec<TableColumn> = form
                .columns
                .iter()
                .zip(&expected.column)
                .map(|(column, of_table)| TableColumn {
                    code: column.code.clone(),
                    label: whole_label(column),
                    formula: of_table.formula.clone(),
                    unit: column.unit_of_measure.clone(),
                    certainty: column.certainty,
                })
                .collect();
            assert_eq!(found, expected.column, "{}", form.id);
            assert_eq!(form.columns.len(), expected.column.len(), "{}", form.id);
            forms += 1;
            columns += found.len();
        }
    }
    assert_eq!((forms, columns), (18, 445));
}

#[test]
fn every_formula_of_a_template_is_checked_and_says_how_sure_it_is() {
    let mut printed = 0;
    for table in tables() {
        for expected in table.form {
            let form = rules().forms.get(&id(&table.document, &expected.code)).unwrap();
            let claims = claims(form);
            let certainty = |formula: &str| -> Vec<Certainty> {
                let statement = Statement::parse(formula).unwrap();
                let sure = |claim: &Claim| {
                    let found = claims.iter().find(|(other, _)| *other == claim);
                    found.unwrap_or_else(|| panic!("{}: {formula}", form.id)).1
                };
                statement.claims.iter().map(sure).collect()
            };
            for column in expected.column.iter().filter(|column| !column.formula.is_empty()) {
                let sure = certainty(&column.formula);
                printed += sure.len();
                assert!(
                    sure.iter().all(|sure| *sure == Certainty::SecondHand),
                    "{}: {}",
                    form.id,
                    column.formula
                );
            }
            for formula in &expected.inferred {
                assert!(
                    certainty(formula).iter().all(|sure| *sure == Certainty::Inferred),
                    "{}: {formula}",
                    form.id
                );
            }
        }
    }
    assert_eq!(printed, 69);
}

#[test]
fn every_contradiction_of_the_templates_is_named_with_its_choice() {
    for table in tables() {
        for expected in table.form {
            let form = rules().forms.get(&id(&table.document, &expected.code)).unwrap();
            let named: Vec<&Vec<String>> =
                form.contradictions.iter().map(|contradiction| &contradiction.columns).collect();
            for columns in &expected.contradictions {
                assert!(named.contains(&columns), "{}: {columns:?}", form.id);
            }
            assert_eq!(named.len(), expected.contradictions.len(), "{}", form.id);
            for contradiction in &form.contradictions {
                assert!(form.note.contains(&contradiction.says) && form.note.contains(&contradiction.choice));
            }
        }
    }
}

/// Certainty of a whole document's forms: nobody has seen the circulars themselves.
#[test]
fn no_official_form_claims_to_be_read_in_its_circular() {
    for form in rules().forms.all().filter(|form| form.official) {
        assert!(form.certainty > Certainty::Found && !form.note.is_empty(), "{}", form.id);
    }
}

#[test]
fn matters_outside_competence_at_receptions_add_and_petitions_stand_apart() {
    let form = rules().forms.get(&id("TT 02/2021/TT-TTCP", "02/TCD")).unwrap();
    let petition = |handled: &str, times| {
        let code = |stem: &str| (format!("petitions.{stem}.complaint.{handled}"), day(1), times);
        [code("at_reception"), (code("at_reception_matters").0, day(1), 1)]
    };
    // Three letters about one matter were forwarded, two about another urged.
    let sums = Daily([petition("forwarded", 3), petition("urged", 2)].concat());
    let values = fill(form, &sums, window(0, 2));
    assert_eq!(["11", "12", "13", "14", "15"].map(|code| values[code]), [5, 2, 0, 1, 1]);
    assert_eq!(check(form, &values), []);
    let wrong = with_entries(form, &values, &Values::from([("12".to_owned(), 3), ("2".to_owned(), 3)]));
    let broken: Vec<String> = check(form, &wrong).into_iter().map(|finding| finding.rule).collect();
    assert!(broken.contains(&"12 = 13 + 14 + 15".to_owned()), "{broken:?}");
}

#[test]
fn continued_denunciations_of_2024_stand_before_those_not_resolved() {
    let form = rules().forms.get(&id("TT 01/2024/TT-TTCP", "03/XLD")).unwrap();
    let state = |prior: &str| (format!("petitions.qualified_matters.denunciation.{prior}"), day(1), 1);
    for (prior, column) in
        [("overdue", "18"), ("first", "19"), ("judgment", "19"), ("none", "20"), ("in_progress", "20")]
    {
        let values = fill(form, &Daily(vec![state(prior)]), window(0, 2));
        let filled: Vec<&str> = ["18", "19", "20"].into_iter().filter(|code| values[*code] == 1).collect();
        assert_eq!(filled, [column], "{prior}");
    }
}

#[test]
fn the_forms_of_2025_are_listed_without_columns_and_cannot_be_handed_in() {
    let forms: Vec<&Form> = rules().forms.of_document("TT 06/2025/TT-TTCP").collect();
    let codes: Vec<&str> = forms.iter().map(|form| form.id.code.as_str()).collect();
    assert_eq!(
        codes,
        ["01/PCTN", "01/TCD", "02/PCTN", "02/XLD", "03/GQKN", "03/PCTN", "04/GQTC", "05/KQTH", "06/QLKNTC"]
    );
    for form in forms {
        assert!(form.validity.holds_on(date(2025, 9, 30)) && !form.validity.holds_on(date(2025, 9, 29)));
        let findings = check(form, &fill(form, &Daily(Vec::new()), window(0, 10)));
        let [finding] = &findings[..] else { panic!("{findings:?}") };
        assert_eq!((finding.severity, finding.difference), (Severity::Error, 0));
        assert!(finding.vietnamese.starts_with("Chưa có cột"), "{}", finding.vietnamese);
    }
}
