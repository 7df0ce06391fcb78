//! Measures: what can be asked of the records. Defined in `data/measures.toml`, checked when the program starts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::search::nearest;
use super::sums;
use super::template::{Dimension, expand};
use crate::error::Error;

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
    /// How it is computed.
    #[serde(flatten)]
    pub formula: Formula,
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

/// All measures, by code.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Name and version of the data file.
    pub version: String,
    measures: BTreeMap<String, Measure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    #[serde(default)]
    dimension: Vec<Dimension>,
    #[serde(default)]
    family: Vec<Measure>,
    #[serde(default)]
    measure: Vec<Measure>,
}

/// The data file built in.
pub const BUILT_IN: &str = include_str!("../../data/measures.toml");

impl Catalogue {
    /// Reads and checks a data file; families and patterns are kept written out.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|cause| format!("measures: {cause}"))?;
        let mut defined = file.measure;
        for family in &file.family {
            defined.extend(expand(family, &file.dimension)?);
        }
        let mut measures = BTreeMap::new();
        for mut measure in defined {
            measure.resolve()?;
            if let Some(twice) = measures.insert(measure.code.clone(), measure) {
                return Err(format!("measures: `{}` is defined twice", twice.code));
            }
        }
        let catalogue = Self { version: file.version, measures };
        catalogue.check()?;
        Ok(catalogue)
    }

    /// A measure by code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Measure> {
        self.measures.get(code)
    }

    /// A measure that must be there; the refusal names the nearest.
    pub fn find(&self, code: &str) -> Result<&Measure, Error> {
        self.get(code).ok_or_else(|| Error::MeasureUnknown {
            measure: code.to_owned(),
            suggestions: nearest(code, self.measures.keys().cloned()),
        })
    }

    /// All measures, by code.
    pub fn all(&self) -> impl Iterator<Item = &Measure> {
        self.measures.values()
    }

    fn check(&self) -> Result<(), String> {
        for measure in self.all() {
            if let Formula::Ratio { numerator, denominator } = &measure.formula {
                for part in [numerator, denominator] {
                    let found = self.get(part).map(|part| &part.formula);
                    if matches!(found, None | Some(Formula::Ratio { .. })) {
                        return Err(format!("measures: `{}` needs `{part}`, a flow or stock", measure.code));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Measure {
    /// Writes out the patterns of the formula. Every sum that it names must be one that records add to.
    fn resolve(&mut self) -> Result<(), String> {
        let lists = self.formula.lists_mut();
        if !lists.is_empty() && lists.iter().all(|list| list.is_empty()) {
            return Err(format!("measures: `{}` adds nothing", self.code));
        }
        for list in lists {
            let mut seen = BTreeSet::new();
            let mut found = Vec::with_capacity(list.len());
            for pattern in &*list {
                let before = found.len();
                found.extend(sums::matching(pattern).map(str::to_owned));
                if found.len() == before {
                    return Err(format!(
                        "measures: `{}` needs `{pattern}`, to which no record adds",
                        self.code
                    ));
                }
            }
            if let Some(twice) = found.iter().find(|sum| !seen.insert(sum.as_str())) {
                return Err(format!("measures: `{}` adds `{twice}` twice", self.code));
            }
            *list = found;
        }
        Ok(())
    }
}

impl Formula {
    /// The sums that it is made of; those of a ratio are its parts'.
    pub fn sums(&self) -> impl Iterator<Item = &str> {
        let lists: Vec<&Vec<String>> = match self {
            Self::Flow { window } => vec![window],
            Self::Stock { window, before, before_less, through, through_less } => {
                vec![window, before, before_less, through, through_less]
            }
            Self::Ratio { .. } => Vec::new(),
        };
        lists.into_iter().flatten().map(String::as_str)
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

#[cfg(test)]
mod tests;
