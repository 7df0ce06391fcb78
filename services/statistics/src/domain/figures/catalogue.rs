//! All measures: defined in `data/measures.toml`, checked when the program starts.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::family::{Dimension, expand};
use super::measure::{Formula, Measure};
use crate::domain::text::search::nearest;

/// All measures, by code.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Name and version of the data file.
    pub version: String,
    measures: BTreeMap<String, Measure>,
}

/// There is no such measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureUnknown {
    /// The code.
    pub measure: String,
    /// The nearest codes, best first.
    pub suggestions: Vec<String>,
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
pub const BUILT_IN: &str = include_str!("../../../data/measures.toml");

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
    pub fn find(&self, code: &str) -> Result<&Measure, MeasureUnknown> {
        self.get(code).ok_or_else(|| MeasureUnknown {
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

#[cfg(test)]
mod tests;
