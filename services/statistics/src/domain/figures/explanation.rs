//! Explanations: which dated sums a figure is made of, and what one record adds to it.

use crate::domain::calendars::window::Window;
use crate::domain::figures::catalogue::Catalogue;
use crate::domain::figures::figure::{Ratio, Sums, Value};
use crate::domain::figures::measure::{Formula, FormulaTerm, Span};
use crate::domain::records::contribution::Contribution;

/// Which part of a figure a sum is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The whole of a flow or stock, or the numerator of a ratio.
    Amount,
    /// The denominator of a ratio.
    Denominator,
}

/// One sum of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Of which part.
    pub part: Part,
    /// The code of the sum.
    pub sum: String,
    /// Over which days.
    pub span: Span,
    /// How often it is counted; negative where it is taken off.
    pub sign: i64,
}

/// The sums that a formula is made of.
#[must_use]
pub fn terms(catalogue: &Catalogue, formula: &Formula) -> Vec<Term> {
    match formula {
        Formula::Ratio { numerator, denominator } => {
            let part = |code: &str, part| {
                let formula = catalogue.get(code).map(|measure| &measure.formula);
                formula.map_or_else(Vec::new, |formula| formula_terms(formula, part))
            };
            [part(numerator, Part::Amount), part(denominator, Part::Denominator)].concat()
        }
        Formula::Flow { .. } | Formula::Stock { .. } => formula_terms(formula, Part::Amount),
    }
}

/// The sums of a flow or stock, as a part of something.
#[must_use]
pub fn formula_terms(formula: &Formula, part: Part) -> Vec<Term> {
    let term =
        |term: FormulaTerm<'_>| Term { part, sum: term.sum.to_owned(), span: term.span, sign: term.sign };
    formula.terms().map(term).collect()
}

/// What a record adds to a figure, as (amount, denominator): the terms that each of its contributions is counted in.
#[must_use]
pub fn record_share(terms: &[Term], contributions: &[Contribution], window: Window) -> (i64, i64) {
    let (mut amount, mut denominator) = (0, 0);
    for contribution in contributions {
        for term in terms.iter().filter(|term| term.sum == contribution.measure) {
            if term.span.holds(contribution.date, window) {
                match term.part {
                    Part::Amount => amount += term.sign * contribution.amount,
                    Part::Denominator => denominator += term.sign * contribution.amount,
                }
            }
        }
    }
    (amount, denominator)
}

/// What the sums of terms make, as (amount, denominator).
#[must_use]
pub fn evaluate_terms(terms: &[Term], sums: &impl Sums, window: Window) -> (i64, i64) {
    let (mut amount, mut denominator) = (0, 0);
    for term in terms {
        let sum = term.span.total(sums, &term.sum, window);
        match term.part {
            Part::Amount => amount += term.sign * sum,
            Part::Denominator => denominator += term.sign * sum,
        }
    }
    (amount, denominator)
}

/// The value of what terms make.
#[must_use]
pub fn value(terms: &[Term], (amount, denominator): (i64, i64)) -> Value {
    if terms.iter().any(|term| term.part == Part::Denominator) {
        Value::Ratio(Ratio { numerator: amount, denominator })
    } else {
        Value::Amount(amount)
    }
}

/// A formula in words that a spreadsheet's reader understands: sums with their days, joined by signs.
#[must_use]
pub fn formula(terms: &[Term]) -> String {
    let part = |part| {
        let mut text = String::new();
        for term in terms.iter().filter(|term| term.part == part) {
            let sign = if term.sign < 0 {
                "- "
            } else if text.is_empty() {
                ""
            } else {
                "+ "
            };
            let times = match term.sign.abs() {
                1 => String::new(),
                factor => format!("{factor} * "),
            };
            let span = match term.span {
                Span::Within => "within",
                Span::Before => "before",
                Span::Through => "through",
            };
            let space = if text.is_empty() { "" } else { " " };
            text = format!("{text}{space}{sign}{times}{span}({})", term.sum);
        }
        text
    };
    let (amount, denominator) = (part(Part::Amount), part(Part::Denominator));
    if denominator.is_empty() { amount } else { format!("({amount}) / ({denominator})") }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::figures::figure::compute;
    use crate::domain::records::sums;

    struct Records(Vec<Contribution>);

    impl Records {
        fn sum(&self, sum: &str, holds: impl Fn(Date) -> bool) -> i64 {
            self.0.iter().filter(|one| one.measure == sum && holds(one.date)).map(|one| one.amount).sum()
        }
    }

    impl Sums for Records {
        fn within(&self, sum: &str, first: Date, last: Date) -> i64 {
            self.sum(sum, |day| first <= day && day <= last)
        }

        fn up_to(&self, sum: &str, day: Date) -> i64 {
            self.sum(sum, |found| found <= day)
        }
    }

    proptest! {
        #[test]
        fn what_records_add_makes_every_figure(
            found in prop::collection::vec((any::<prop::sample::Index>(), 0_i8..100, 1_i64..9), 0..60),
            (first, days) in (0_i8..100, 0_i8..50),
        ) {
            let catalogue = Catalogue::parse(crate::domain::figures::catalogue::BUILT_IN).unwrap();
            let codes: Vec<&'static str> = sums::all().iter().copied().collect();
            let day = |offset: i8| date(2023, 1, 1).checked_add(jiff::Span::new().days(offset)).unwrap();
            let records = Records(found.into_iter().map(|(code, at, amount)| Contribution {
                measure: codes[code.index(codes.len())], date: day(at), amount,
            }).collect());
            let last = day(first.saturating_add(days));
            let window = Window { first: day(first), last, period_last: last };
            for measure in catalogue.all() {
                let terms = terms(&catalogue, &measure.formula);
                // Each contribution as a record of its own.
                let added = records.0.iter().map(|one| record_share(&terms, &[*one], window));
                let sum = added.fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
                let computed = compute(&catalogue, &measure.formula, &records, window);
                prop_assert_eq!(value(&terms, sum), computed, "{}", measure.code);
                prop_assert_eq!(evaluate_terms(&terms, &records, window), sum, "{}", measure.code);
            }
        }
    }

    #[test]
    fn a_formula_is_told_in_words() {
        let catalogue = Catalogue::parse(crate::domain::figures::catalogue::BUILT_IN).unwrap();
        let of = |code| formula(&terms(&catalogue, &catalogue.get(code).unwrap().formula));
        assert_eq!(of("petitions.accepted"), "within(petitions.accepted)");
        assert!(of("matters.resolution_rate").contains(") / (within(matters.accepted"));
    }
}
