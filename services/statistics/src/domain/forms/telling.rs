//! Which columns tell a measure: those that are made of the same sums over the same days.

use std::collections::BTreeMap;

use super::form::{Form, FormId};
use crate::domain::figures::catalogue::Catalogue;
use crate::domain::figures::explanation::{Part, Term, formula_terms};
use crate::domain::figures::measure::{Formula, Span};

/// By span and code: how often a sum is counted. What is counted up to the end of a window is what is counted before it and
/// within it, so that everything is written in one way.
type Sums<'t> = BTreeMap<(bool, &'t str), i64>;

/// By a measure's code, the columns that tell it.
pub(super) fn of(
    forms: &BTreeMap<FormId, Form>,
    catalogue: &Catalogue,
) -> BTreeMap<String, Vec<(FormId, String)>> {
    let terms = |formula: &Formula| match formula {
        Formula::Flow { .. } | Formula::Stock { .. } => Some(formula_terms(formula, Part::Amount)),
        Formula::Ratio { .. } => None,
    };
    let measures: Vec<(&String, Vec<Term>)> =
        catalogue.all().filter_map(|measure| Some((&measure.code, terms(&measure.formula)?))).collect();
    let mut by_sums: BTreeMap<Sums<'_>, Vec<&String>> = BTreeMap::new();
    for (code, terms) in &measures {
        by_sums.entry(sums(terms)).or_default().push(code);
    }
    let mut found: BTreeMap<String, Vec<(FormId, String)>> = BTreeMap::new();
    let all = forms.values().flat_map(|form| form.columns.iter().map(move |column| (form, column)));
    for (form, column) in all.filter(|(_, column)| !column.is_share()) {
        let terms = form.terms(&column.code).unwrap_or_default();
        for code in by_sums.get(&sums(&terms)).into_iter().flatten() {
            found.entry((*code).clone()).or_default().push((form.id.clone(), column.code.clone()));
        }
    }
    found
}

fn sums(terms: &[Term]) -> Sums<'_> {
    let mut found = Sums::new();
    for term in terms {
        let days: &[bool] = match term.span {
            Span::Within => &[true],
            Span::Before => &[false],
            Span::Through => &[false, true],
        };
        for within in days {
            *found.entry((*within, &term.sum)).or_default() += term.sign;
        }
    }
    found.retain(|_, times| *times != 0);
    found
}
