//! Rules of columns: what is printed under a form, or must hold between the forms of a document.

use serde::Deserialize;

use super::expression::Statement;
use crate::domain::text::certainty::Certainty;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The form cannot be right.
    Error,
    /// The form may be right, and should be looked at.
    Warning,
}

/// Something that must hold of the columns of a form, or of the forms of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// As printed.
    pub text: String,
    /// What it means, in Vietnamese.
    pub meaning: String,
    /// How grave it is where it does not hold.
    pub severity: Severity,
    /// How sure it is.
    pub certainty: Certainty,
    /// What it says.
    pub statement: Statement,
}

/// A rule as data files write it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleEntry {
    rule: String,
    text: String,
    #[serde(default)]
    warning: bool,
    certainty: Option<Certainty>,
}

impl RuleEntry {
    /// The rule; as sure as the form that it is printed under, unless it says otherwise.
    pub(super) fn read(self, of_form: Certainty) -> Result<Rule, String> {
        let statement = Statement::parse(&self.rule)?;
        let severity = if self.warning { Severity::Warning } else { Severity::Error };
        let certainty = self.certainty.unwrap_or(of_form);
        Ok(Rule { text: self.rule, meaning: self.text, severity, certainty, statement })
    }
}
