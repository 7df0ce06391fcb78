//! Measures: what can be asked of the records. Defined in `data/measures.toml`, checked when the program starts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

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

/// How a measure is computed from the dated sums.
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
    measure: Vec<Measure>,
}

impl Catalogue {
    /// The measures built in.
    pub fn built_in() -> Result<Self, String> {
        Self::parse(include_str!("../../data/measures.toml"))
    }

    /// Reads and checks a data file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|cause| format!("measures: {cause}"))?;
        let mut measures = BTreeMap::new();
        for measure in file.measure {
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

    /// All measures, by code.
    pub fn all(&self) -> impl Iterator<Item = &Measure> {
        self.measures.values()
    }

    /// The dated sums that the measures use.
    #[must_use]
    pub fn sums(&self) -> BTreeSet<&str> {
        self.all().flat_map(|measure| measure.formula.sums()).collect()
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
            } else if measure.formula.sums().next().is_none() {
                return Err(format!("measures: `{}` adds nothing", measure.code));
            }
        }
        Ok(())
    }
}

impl Formula {
    /// The sums that it is made of.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_measures_hold() {
        let catalogue = Catalogue::built_in().unwrap();
        for measure in catalogue.all() {
            assert!(!measure.definition.is_empty() && !measure.source.is_empty(), "{}", measure.code);
            assert_ne!(measure.display_name, measure.display_name_en, "{}", measure.code);
        }
    }

    #[test]
    fn a_measure_that_cannot_be_computed_is_refused() {
        let ratio = r#"version = "1"
            [[measure]]
            code = "a"
            display_name = "A"
            display_name_en = "B"
            unit_of_measure = "%"
            definition = "d"
            source = "s"
            kind = "ratio"
            numerator = "x"
            denominator = "y""#;
        assert_eq!(Catalogue::parse(ratio).unwrap_err(), "measures: `a` needs `x`, a flow or stock");
        assert!(Catalogue::parse("version = 1").is_err());
    }
}
