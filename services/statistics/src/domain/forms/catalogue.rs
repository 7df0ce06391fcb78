//! All forms: defined in `data/forms/`, checked against the measures when the program starts.

use std::collections::BTreeMap;

use super::form::{Form, FormError, FormId};
use super::{data_file, telling};
use crate::domain::figures::catalogue::Catalogue;
use crate::domain::text::search::nearest;

/// All forms.
#[derive(Debug, Clone)]
pub struct Forms {
    /// Names and versions of the data files.
    pub version: String,
    by_id: BTreeMap<FormId, Form>,
    /// By a measure's code: the columns that are that measure.
    telling: BTreeMap<String, Vec<(FormId, String)>>,
}

/// The data files built in, by name.
pub const BUILT_IN: [(&str, &str); 9] = [
    ("tt-02-2021-ttr.toml", include_str!("../../../data/forms/tt-02-2021-ttr.toml")),
    ("tt-02-2021-tcd.toml", include_str!("../../../data/forms/tt-02-2021-tcd.toml")),
    ("tt-02-2021-xld.toml", include_str!("../../../data/forms/tt-02-2021-xld.toml")),
    ("tt-02-2021-kqgq.toml", include_str!("../../../data/forms/tt-02-2021-kqgq.toml")),
    ("tt-01-2024-xld.toml", include_str!("../../../data/forms/tt-01-2024-xld.toml")),
    ("tt-01-2024-tcd.toml", include_str!("../../../data/forms/tt-01-2024-tcd.toml")),
    ("tt-01-2024-kqgq.toml", include_str!("../../../data/forms/tt-01-2024-kqgq.toml")),
    ("tt-06-2025.toml", include_str!("../../../data/forms/tt-06-2025.toml")),
    ("thidua.toml", include_str!("../../../data/forms/thidua.toml")),
];

impl Forms {
    /// Reads and checks data files: every code of a measure or sum, every formula and every identity.
    pub fn parse(texts: &[&str], catalogue: &Catalogue) -> Result<Self, String> {
        let mut forms = BTreeMap::new();
        let mut versions = Vec::new();
        for text in texts {
            let (version, found) = data_file::read(text, catalogue)?;
            versions.push(version);
            for form in found {
                if let Some(twice) = forms.insert(form.id.clone(), form) {
                    return Err(format!("forms: {} is defined twice", twice.id));
                }
            }
        }
        let telling = telling::of(&forms, catalogue);
        Ok(Self { version: versions.join("; "), by_id: forms, telling })
    }

    /// The columns that tell a measure as it is, by form.
    #[must_use]
    pub fn telling(&self, measure: &str) -> &[(FormId, String)] {
        self.telling.get(measure).map_or(&[], Vec::as_slice)
    }

    /// A form by document and code.
    #[must_use]
    pub fn get(&self, id: &FormId) -> Option<&Form> {
        self.by_id.get(id)
    }

    /// A form that must be there; the refusal names the nearest.
    pub fn find(&self, id: &FormId) -> Result<&Form, FormError> {
        self.get(id).ok_or_else(|| {
            let suggestions = nearest(&id.to_string(), self.all().map(|form| form.id.to_string()));
            FormError::Unknown { form: id.clone(), suggestions }
        })
    }

    /// All forms, by document and code.
    pub fn all(&self) -> impl Iterator<Item = &Form> {
        self.by_id.values()
    }

    /// The forms of one document, by code.
    pub fn of_document(&self, document: &str) -> impl Iterator<Item = &Form> {
        self.all().filter(move |form| form.id.document == document)
    }
}

#[cfg(test)]
mod tests;
