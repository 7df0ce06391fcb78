//! Measures: what can be asked of the records, and how each is computed from the dated sums.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::domain::records::sums;
use crate::domain::text::certainty::Certainty;

/// A published measure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Measure {
    /// Its code.
    pub code: String,
    /// Its Vietnamese label.
    pub display_name: String,
    /// Its English label.
    pub display_name_en: String,
    /// What one stands for.
    pub unit_of_measure: String,
    /// How it is counted.
    pub definition: String,
    /// Form and column, or article.
    pub source: String,
    /// How sure form and column are.
    pub certainty: Certainty,
    /// How it is computed.
    #[serde(flatten)]
    pub formula: Formula,
}

/// Over which days a sum is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The days of the window.
    Within,
    /// All days before the window.
    Before,
    /// All days up to the end of the window.
    Through,
}

/// One sum of a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormulaTerm<'f> {
    /// The code of the sum.
    pub sum: &'f str,
    /// Over which days.
    pub span: Span,
    /// 1, or -1 where the sum is taken off.
    pub sign: i64,
}

/// How a measure is computed from the dated sums. In the data file, `*` in the code of a sum stands for exactly one segment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Formula {
    /// The sums of the window's days.
    Flow {
        /// The sums that add.
        window: Vec<String>,
    },
    /// What stands at the end of the window, or, with `window`, what stood on its eve and what came in it.
    Stock {
        /// Sums of the window's days.
        #[serde(default)]
        window: Vec<String>,
        /// Everything up to the eve of the window.
        #[serde(default)]
        before: Vec<String>,
        /// Taken off: everything up to the eve of the window.
        #[serde(default)]
        before_less: Vec<String>,
        /// Everything up to the end of the window.
        #[serde(default)]
        through: Vec<String>,
        /// Taken off: everything up to the end of the window.
        #[serde(default)]
        through_less: Vec<String>,
    },
    /// One measure over another, in per cent.
    Ratio {
        /// The code of the part; a flow or stock.
        numerator: String,
        /// The code of the whole; a flow or stock.
        denominator: String,
    },
}

impl Measure {
    /// Writes out the patterns of the formula. Every sum that it names must be one that records add to.
    pub(super) fn resolve(&mut self) -> Result<(), String> {
        let lists = self.formula.lists_mut();
        if !lists.is_empty() && lists.iter().all(|list| list.is_empty()) {
            return Err(format!("measures: `{}` adds nothing", self.code));
        }
        for list in lists {
            let codes = sums::expand(list).map_err(|pattern| {
                format!("measures: `{}` needs `{pattern}`, to which no record adds", self.code)
            })?;
            let mut seen = BTreeSet::new();
            if let Some(twice) = codes.iter().find(|sum| !seen.insert(sum.as_str())) {
                return Err(format!("measures: `{}` adds `{twice}` twice", self.code));
            }
            *list = codes;
        }
        Ok(())
    }
}

impl Formula {
    /// The sums that it is made of, each with its days and its sign; a ratio has none of its own.
    pub fn terms(&self) -> impl Iterator<Item = FormulaTerm<'_>> {
        let lists: [(&[String], Span, i64); 5] = match self {
            Self::Flow { window } => [
                (window, Span::Within, 1),
                (&[], Span::Before, 1),
                (&[], Span::Before, -1),
                (&[], Span::Through, 1),
                (&[], Span::Through, -1),
            ],
            Self::Stock { window, before, before_less, through, through_less } => [
                (window, Span::Within, 1),
                (before, Span::Before, 1),
                (before_less, Span::Before, -1),
                (through, Span::Through, 1),
                (through_less, Span::Through, -1),
            ],
            Self::Ratio { .. } => [(&[], Span::Within, 1); 5],
        };
        lists
            .into_iter()
            .flat_map(|(sums, span, sign)| sums.iter().map(move |sum| FormulaTerm { sum, span, sign }))
    }

    /// The codes of the sums that it is made of; those of a ratio are its parts'.
    pub fn sums(&self) -> impl Iterator<Item = &str> {
        self.terms().map(|term| term.sum)
    }

    /// The lists of sums; a ratio has none of its own.
    fn lists_mut(&mut self) -> Vec<&mut Vec<String>> {
        match self {
            Self::Flow { window } => vec![window],
            Self::Stock { window, before, before_less, through, through_less } => {
                vec![window, before, before_less, through, through_less]
            }
            Self::Ratio { .. } => Vec::new(),
        }
    }

    /// Every code that the formula names.
    pub(super) fn codes_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::Ratio { numerator, denominator } => vec![numerator, denominator],
            Self::Flow { .. } | Self::Stock { .. } => self.lists_mut().into_iter().flatten().collect(),
        }
    }
}
