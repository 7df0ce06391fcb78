//! Official forms (biểu mẫu): their columns, each with its formula, and the identities printed under them. Defined in
//! `data/forms/`, checked against the measures when the program starts.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::Deserialize;
use thidua_proto::names::RecordKind;

use crate::domain::calendars::window::Window;
use crate::domain::figures::explanation::{Part, Term, formula_terms};
use crate::domain::figures::figure::{Ratio, Sums, amount};
use crate::domain::figures::measure::Formula;
use crate::domain::forms::expression::{Expression, Reference};
use crate::domain::forms::rule::Rule;
use crate::domain::text::certainty::Certainty;

/// What stands in a form: the exact value of each column that has one, by the column's code. Missing is not zero.
pub type Values = BTreeMap<String, i64>;

/// What identifies a form: circulars and decrees use the same codes for different forms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormId {
    /// The issuing document, such as `TT 02/2021/TT-TTCP`.
    pub document: String,
    /// The code in it, such as `01/TCD`.
    pub code: String,
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Document and code.
    pub id: FormId,
    /// Whether a circular prescribes it.
    pub official: bool,
    /// The Vietnamese title.
    pub title: String,
    /// The English title.
    pub title_en: String,
    /// Where its columns and identities were found.
    pub source: String,
    /// What is not certain about it, in Vietnamese; empty where nothing is. Contradictions stand at its end.
    pub note: String,
    /// Where copies contradict each other, the form, or themselves.
    pub contradictions: Vec<Contradiction>,
    /// How sure the least sure of its columns is.
    pub certainty: Certainty,
    /// When it is in force.
    pub validity: Validity,
    /// Its columns, in the order printed; none where they were not obtained: then it cannot be handed in.
    pub columns: Vec<Column>,
    /// The identities printed under it, and what else must hold.
    pub rules: Vec<Rule>,
    /// The columns that are made of other columns, by index, each after those that it is made of.
    pub(super) derived: Vec<usize>,
}

/// Where copies of a form contradict each other, the form, or themselves, and how it is read here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    /// The codes of its columns; at least one.
    pub columns: Vec<String>,
    /// What contradicts what, in Vietnamese.
    pub says: String,
    /// How it is read, in Vietnamese.
    pub choice: String,
}

/// A span of days, open where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
    /// How sure both days are.
    pub certainty: Certainty,
}

/// A column of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The code printed above it (MS): `1`, `2` ….
    pub code: String,
    /// The header over several columns; may be empty.
    pub group: String,
    /// The Vietnamese label.
    pub label: String,
    /// The English label, which can be read without the header.
    pub label_en: String,
    /// What one stands for as printed: `lượt`, `triệu đồng`, `m²`, `%`.
    pub unit_of_measure: String,
    /// What is inferred or not certain; empty where nothing is.
    pub note: String,
    /// How sure number and meaning are.
    pub certainty: Certainty,
    /// How it is made, as written in the data; empty where it is entered by hand.
    pub formula: String,
    /// How it behaves in time.
    pub behaviour: Behaviour,
    pub(super) source: Source,
}

/// How a column behaves in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// What happened in the window: adds over windows that adjoin.
    Flow,
    /// What stood on the eve of the window (kỳ trước chuyển sang).
    Opening,
    /// Grows with the window, does not add over windows: what stood on the eve and what came, or a part of it that depends on
    /// what stood on the eve.
    Turnover,
    /// What stands at the end of the window (chuyển kỳ sau).
    Closing,
    /// A share of two others.
    Share,
}

/// Where a column's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// Measures that add, and those taken off.
    Measures { add: Vec<Formula>, less: Vec<Formula> },
    /// Other columns; at most another one.
    Columns { sum: Expression, at_most: Option<Reference> },
    /// One column over another, in tenths of a per cent.
    Percent { part: Expression, whole: Expression },
    /// Nobody's records: it is entered by hand.
    Entered,
}

impl Behaviour {
    /// Whether a longer window with the same first day can only have more.
    #[must_use]
    pub fn grows(self) -> bool {
        match self {
            Self::Flow | Self::Opening | Self::Turnover => true,
            Self::Closing | Self::Share => false,
        }
    }
}

impl Column {
    /// Decimal digits of the value: it counts 10 to the power of minus so many of the unit. Money is shown in millions and
    /// kept in đồng, shares are tenths of a per cent.
    #[must_use]
    pub fn decimals(&self) -> u8 {
        match self.unit_of_measure.as_str() {
            "triệu đồng" => 6,
            "%" => 1,
            _ => 0,
        }
    }

    /// Whether it is money.
    #[must_use]
    pub fn is_money(&self) -> bool {
        self.unit_of_measure == "triệu đồng"
    }

    /// Whether no record tells its value.
    #[must_use]
    pub fn is_entered(&self) -> bool {
        matches!(self.source, Source::Entered)
    }

    pub(super) fn is_share(&self) -> bool {
        matches!(self.source, Source::Percent { .. })
    }

    /// The sums that it is made of.
    fn sums(&self) -> impl Iterator<Item = &str> {
        let (add, less): (&[Formula], &[Formula]) = match &self.source {
            Source::Measures { add, less } => (add, less),
            Source::Columns { .. } | Source::Percent { .. } | Source::Entered => (&[], &[]),
        };
        add.iter().chain(less).flat_map(Formula::sums)
    }

    /// Columns are made of flows and stocks; the data is checked for it.
    fn measured(&self, sums: &impl Sums, window: Window) -> Option<i64> {
        let Source::Measures { add, less } = &self.source else { return None };
        let total = |formulas: &[Formula]| formulas.iter().map(|one| amount(one, sums, window)).sum::<i64>();
        Some(total(add) - total(less))
    }

    pub(super) fn derived(&self, values: &Values) -> Option<i64> {
        let of = |reference: &Reference| values.get(&reference.column).copied();
        match &self.source {
            Source::Columns { sum, at_most } => {
                let value = sum.value(&of)?;
                at_most.as_ref().map_or(Some(value), |most| Some(value.min(of(most)?)))
            }
            Source::Percent { part, whole } => {
                Ratio { numerator: part.value(&of)?, denominator: whole.value(&of)? }.tenths()
            }
            Source::Measures { .. } | Source::Entered => None,
        }
    }
}

impl Form {
    /// Whether the form is in force when a window ends.
    pub fn require_in_force(&self, last_date: Date) -> Result<(), FormError> {
        if self.validity.holds_on(last_date) {
            return Ok(());
        }
        Err(FormError::NotInForce { form: self.id.clone(), last_date, validity: self.validity })
    }

    /// A column by code.
    #[must_use]
    pub fn column(&self, code: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.code == code)
    }

    /// The dated sums that a column is made of; `None` where there is no such column, or no records make it: it is entered
    /// by hand, or cut off at another column.
    #[must_use]
    pub fn terms(&self, code: &str) -> Option<Vec<Term>> {
        self.terms_of(code, Part::Amount)
    }

    fn terms_of(&self, code: &str, part: Part) -> Option<Vec<Term>> {
        let sum = |expression: &Expression, part: Part| {
            let mut found = Vec::new();
            for (factor, reference) in expression.terms() {
                let terms = self.terms_of(&reference.column, part)?;
                found.extend(terms.into_iter().map(|term| Term { sign: factor * term.sign, ..term }));
            }
            Some(found)
        };
        match &self.column(code)?.source {
            Source::Measures { add, less } => {
                let taken = less.iter().flat_map(|formula| formula_terms(formula, part));
                let taken = taken.map(|term| Term { sign: -term.sign, ..term });
                Some(add.iter().flat_map(|formula| formula_terms(formula, part)).chain(taken).collect())
            }
            Source::Columns { sum: expression, at_most: None } => sum(expression, part),
            Source::Percent { part: of, whole } => {
                Some([sum(of, Part::Amount)?, sum(whole, Part::Denominator)?].concat())
            }
            Source::Columns { at_most: Some(_), .. } | Source::Entered => None,
        }
    }

    /// The kinds of records that it counts: a sum's code begins with its kind.
    #[must_use]
    pub fn kinds(&self) -> Vec<RecordKind> {
        let sums = || self.columns.iter().flat_map(Column::sums);
        let counts = |kind: &RecordKind| sums().any(|sum| sum.split('.').next() == Some(kind.collection()));
        RecordKind::ALL.into_iter().filter(counts).collect()
    }
}

impl Validity {
    /// Whether a day lies in it.
    #[must_use]
    pub fn holds_on(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }
}

/// A form that cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormError {
    /// There is no such form.
    Unknown {
        /// Document and code.
        form: FormId,
        /// The nearest, best first.
        suggestions: Vec<String>,
    },
    /// A window does not end while its form is in force.
    NotInForce {
        /// Document and code.
        form: FormId,
        /// The window's last day.
        last_date: Date,
        /// The form's days.
        validity: Validity,
    },
}

/// Fills a form for one unit over a window. Columns entered by hand, and shares of nothing, have no value.
#[must_use]
pub fn fill(form: &Form, sums: &impl Sums, window: Window) -> Values {
    let measured = |column: &Column| Some((column.code.clone(), column.measured(sums, window)?));
    derive(form, form.columns.iter().filter_map(measured).collect(), |_| true)
}

/// The form of several units together: each column is the sum of theirs, and shares follow from the sums. A column that
/// one of them lacks is lacking.
#[must_use]
pub fn total(form: &Form, units: &[Values]) -> Values {
    let sum = |column: &Column| {
        if column.is_share() || (units.is_empty() && column.is_entered()) {
            return None;
        }
        let sum = units.iter().map(|values| values.get(&column.code).copied()).sum::<Option<i64>>()?;
        Some((column.code.clone(), sum))
    };
    derive(form, form.columns.iter().filter_map(sum).collect(), Column::is_share)
}

/// A filled form with columns put in by hand; the columns that are made of others follow, unless they were put in too.
#[must_use]
pub fn with_entries(form: &Form, computed: &Values, entered: &Values) -> Values {
    let mut values = computed.clone();
    values.extend(entered.clone());
    derive(form, values, |column| !entered.contains_key(&column.code))
}

/// Adds the columns that are made of others.
fn derive(form: &Form, mut values: Values, which: impl Fn(&Column) -> bool) -> Values {
    for column in form.derived.iter().filter_map(|at| form.columns.get(*at)).filter(|column| which(column)) {
        if let Some(value) = column.derived(&values) {
            values.insert(column.code.clone(), value);
        }
    }
    values
}

impl fmt::Display for FormId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.document, self.code)
    }
}
