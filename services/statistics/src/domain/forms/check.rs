//! Checks of forms: the identities printed under them, rules between forms, and rules between periods. Whatever stands in
//! a form may be checked, computed or entered by hand; what has no value is passed over.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;

use super::catalogue::Forms;
use super::expression::{Claim, Expression, Reference, Statement};
use super::form::{Column, Form, FormId, Values};
use super::rule::{Rule, RuleEntry, Severity};
use super::wording::{self, Sides};
use crate::domain::calendars::window::Window;
use crate::domain::text::certainty::Certainty;

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule, as printed: `1 = 2 + 3`.
    pub rule: String,
    /// What the rule means, in Vietnamese.
    pub meaning: String,
    /// How grave it is.
    pub severity: Severity,
    /// The form that was checked.
    pub form: FormId,
    /// The columns that the rule names, with their values.
    pub cited: Vec<Cited>,
    /// What stands on the left side, less what should.
    pub difference: i64,
    /// In Vietnamese: `Cột 1 (28.854) khác tổng các cột 2 + 3 + 4 (28.774), chênh 80`.
    pub vietnamese: String,
    /// In English.
    pub english: String,
}

/// A column that a finding names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// The code of its form.
    pub form: String,
    /// Its code.
    pub column: String,
    /// Its exact value.
    pub value: i64,
    /// The first and last day of the values, where the rule compares two windows.
    pub days: Option<(Date, Date)>,
}

/// Rules that look at more than one form or period.
#[derive(Debug, Clone)]
pub struct Checks {
    /// Name and version of the data file.
    pub version: String,
    between_forms: Vec<(String, Rule)>,
    pub(super) successions: Vec<Succession>,
    growths: Vec<Growth>,
}

/// What stood at the end of a period must stand on the eve of the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Succession {
    pub(super) form: FormId,
    pub(super) closing: Expression,
    pub(super) opening: Expression,
    pub(super) meaning: String,
}

/// From which factor on a change against the same period of the year before is worth a look.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Growth {
    document: String,
    /// Of which columns.
    of: GrowthOf,
    factor: i64,
    /// Looked at where the smaller of the two values is at least this …
    least: i64,
    /// … and below this; `None` for any.
    below: Option<i64>,
    meaning: String,
}

/// The columns whose growth is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum GrowthOf {
    /// Those that count, land among them.
    Counts,
    /// Those in triệu đồng, which are kept in đồng.
    Money,
}

impl GrowthOf {
    fn looks_at(self, column: &super::form::Column) -> bool {
        match self {
            Self::Counts => column.decimals() == 0,
            Self::Money => column.is_money(),
        }
    }
}

/// What stands in a form over a window.
#[derive(Debug, Clone, Copy)]
pub struct FormValues<'v> {
    /// The window.
    pub window: Window,
    /// The values.
    pub values: &'v Values,
}

/// The findings of a form by itself.
#[must_use]
pub fn check(form: &Form, values: &Values) -> Vec<Finding> {
    let of = |reference: &Reference| values.get(&reference.column).copied();
    let of_rules = form.rules.iter().flat_map(|rule| findings(rule, form, &of));
    without_columns(form).into_iter().chain(of_rules).collect()
}

/// What is not known cannot be right.
fn without_columns(form: &Form) -> Option<Finding> {
    form.columns.is_empty().then(|| Finding {
        rule: "0 cột".to_owned(),
        meaning: "Chưa có cột của biểu mẫu này trong dữ liệu".to_owned(),
        severity: Severity::Error,
        form: form.id.clone(),
        cited: Vec::new(),
        difference: 0,
        vietnamese: "Chưa có cột của biểu mẫu này, nên không lập và nộp được; cần bổ sung từ thông tư".to_owned(),
        english: "The columns of this form are not known, so it cannot be filled or handed in; add them from the circular"
            .to_owned(),
    })
}

/// The findings of a rule.
fn findings(rule: &Rule, form: &Form, of: &impl Fn(&Reference) -> Option<i64>) -> Vec<Finding> {
    let finding = |(claim, left, right): (&Claim, i64, i64)| {
        let texts = wording::claim(form, claim, of, Sides { left, right });
        let cite = |reference: &Reference| {
            let named = reference.form.clone().unwrap_or_else(|| form.id.code.clone());
            Some(Cited { form: named, column: reference.column.clone(), value: of(reference)?, days: None })
        };
        Finding {
            rule: rule.text.clone(),
            meaning: rule.meaning.clone(),
            severity: rule.severity,
            form: form.id.clone(),
            cited: claim.references().filter_map(cite).collect(),
            difference: left.saturating_sub(right),
            vietnamese: texts.0,
            english: texts.1,
        }
    };
    rule.statement.broken(of).map(finding).collect()
}

/// The data file built in.
pub const BUILT_IN: &str = include_str!("../../../data/checks.toml");

impl Checks {
    /// Reads and checks a data file.
    pub fn parse(text: &str, forms: &Forms) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|cause| format!("checks: {cause}"))?;
        let mut checks = Self {
            version: file.version,
            between_forms: Vec::new(),
            successions: Vec::new(),
            growths: Vec::new(),
        };
        for BetweenForms { document, certainty, check } in file.between_forms {
            for entry in check {
                let rule = entry.read(certainty).map_err(|problem| format!("checks: {problem}"))?;
                known(forms, &document, &rule.statement)?;
                checks.between_forms.push((document.clone(), rule));
            }
        }
        for entry in file.succession {
            let form = FormId { document: entry.document, code: entry.form };
            let read = |text: &str| {
                Expression::parse(text).map_err(|problem| format!("checks: `{text}`: {problem}"))
            };
            let (closing, opening) = (read(&entry.closing)?, read(&entry.opening)?);
            let there = forms.get(&form).ok_or_else(|| format!("checks: there is no form {form}"))?;
            let lost = closing
                .references()
                .chain(opening.references())
                .find(|one| there.column(&one.column).is_none());
            if let Some(lost) = lost {
                return Err(format!("checks: {form} has no column {lost}"));
            }
            checks.successions.push(Succession { form, closing, opening, meaning: entry.text });
        }
        for GrowthEntry { document, of, factor, least, below, text } in file.growth {
            if factor < 2
                || least < 1
                || below.is_some_and(|below| below <= least)
                || forms.of_document(&document).next().is_none()
            {
                return Err(format!("checks: growth of `{document}` by {factor} cannot be looked at"));
            }
            checks.growths.push(Growth { document, of, factor, least, below, meaning: text });
        }
        Ok(checks)
    }

    /// All findings of one form: by itself, beside other forms of its document, by code, and against what was told of other
    /// windows.
    #[must_use]
    pub fn review(
        &self,
        forms: &Forms,
        form: &Form,
        stand: FormValues<'_>,
        beside: BTreeMap<String, Values>,
        earlier: &[(Window, Values)],
    ) -> Vec<Finding> {
        let mut found = check(form, stand.values);
        let mut all = beside;
        all.insert(form.id.code.clone(), stand.values.clone());
        let between = self.between_forms(forms, &form.id.document, &all);
        let named = |finding: &Finding| finding.cited.iter().any(|cited| cited.form == form.id.code);
        found.extend(between.into_iter().filter(named));
        for (window, values) in earlier {
            found.extend(self.compare(form, FormValues { window: *window, values }, stand));
        }
        found
    }

    /// The findings between the forms of one document, of the same units and window. A rule is looked at where all forms
    /// that it names are there; it is a finding of the form that it names first.
    #[must_use]
    pub fn between_forms(
        &self,
        forms: &Forms,
        document: &str,
        values: &BTreeMap<String, Values>,
    ) -> Vec<Finding> {
        let of =
            |reference: &Reference| values.get(reference.form.as_deref()?)?.get(&reference.column).copied();
        let mut found = Vec::new();
        for (_, rule) in self.between_forms.iter().filter(|(of, _)| of == document) {
            let first = rule.statement.references().find_map(|reference| reference.form.clone());
            let id = first.map(|code| FormId { document: document.to_owned(), code });
            if let Some(form) = id.and_then(|id| forms.get(&id)) {
                found.extend(findings(rule, form, &of));
            }
        }
        found
    }

    /// The codes of the forms that rules between forms name beside a form.
    #[must_use]
    pub fn beside(&self, form: &FormId) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for (_, rule) in self.between_forms.iter().filter(|(document, _)| *document == form.document) {
            let named: Vec<&String> =
                rule.statement.references().filter_map(|one| one.form.as_ref()).collect();
            if named.contains(&&form.code) {
                found.extend(named.into_iter().filter(|code| **code != form.code).cloned());
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// The findings between an earlier and a later stand of one form and the same units: what one ends with the next begins
    /// with, what grows within the year does not fall, and what changed much against the year before is worth a look.
    #[must_use]
    pub fn compare(&self, form: &Form, earlier: FormValues<'_>, later: FormValues<'_>) -> Vec<Finding> {
        let (before, after) = (earlier.window, later.window);
        let year_later = |date: Date| date.checked_add(1.year()).ok();
        let mut found = Vec::new();
        if before.last.tomorrow().is_ok_and(|next| next == after.first) {
            let of_form = self.successions.iter().filter(|succession| succession.form == form.id);
            found.extend(of_form.filter_map(|one| one.finding(form, earlier, later)));
        }
        if before.first == after.first && before.last < after.last {
            found.extend(fallen(form, earlier, later));
        }
        // A year also follows the one before it, so both are looked at.
        if year_later(before.first) == Some(after.first) && year_later(before.last) == Some(after.last) {
            let of_document = self.growths.iter().filter(|growth| growth.document == form.id.document);
            found.extend(of_document.flat_map(|growth| growth.findings(form, earlier, later)));
        }
        found
    }
}

/// Whether the forms and columns of a rule between forms are there.
fn known(forms: &Forms, document: &str, statement: &Statement) -> Result<(), String> {
    for reference in statement.references() {
        let id = reference.form.clone().map(|code| FormId { document: document.to_owned(), code });
        let form = id.and_then(|id| forms.get(&id));
        if form.and_then(|form| form.column(&reference.column)).is_none() {
            return Err(format!("checks: {document} has no column {reference}"));
        }
    }
    Ok(())
}

/// What a year has gathered by a day it does not lose by a later one.
fn fallen(form: &Form, earlier: FormValues<'_>, later: FormValues<'_>) -> Vec<Finding> {
    let finding = |column: &Column| {
        let (before, now) = (*earlier.values.get(&column.code)?, *later.values.get(&column.code)?);
        let texts = wording::fallen(column, (before, earlier.window.last), (now, later.window.last));
        (now < before).then(|| Finding {
            rule: format!("{} (lũy kế)", column.code),
            meaning: "Số lũy kế của năm không giảm".to_owned(),
            severity: Severity::Error,
            form: form.id.clone(),
            cited: cite_both(form, &column.code, earlier, later),
            difference: now.saturating_sub(before),
            vietnamese: texts.0,
            english: texts.1,
        })
    };
    form.columns.iter().filter(|column| column.behaviour.grows()).filter_map(finding).collect()
}

impl Succession {
    fn finding(&self, form: &Form, earlier: FormValues<'_>, later: FormValues<'_>) -> Option<Finding> {
        let value = |sum: &Expression, stand: FormValues<'_>| {
            sum.value(&|one: &Reference| stand.values.get(&one.column).copied())
        };
        let (closing, opening) = (value(&self.closing, earlier)?, value(&self.opening, later)?);
        if closing == opening {
            return None;
        }
        let texts = wording::succession(
            (&self.closing.to_string(), closing, earlier.window.last),
            (&self.opening.to_string(), opening, later.window.first),
        );
        let cite = |sum: &Expression, stand: FormValues<'_>| -> Vec<Cited> {
            sum.references().filter_map(|one| cite(form, &one.column, stand)).collect()
        };
        Some(Finding {
            rule: format!("{} (kỳ trước) = {} (kỳ này)", self.closing, self.opening),
            meaning: self.meaning.clone(),
            severity: Severity::Error,
            form: form.id.clone(),
            cited: [cite(&self.closing, earlier), cite(&self.opening, later)].concat(),
            difference: closing.saturating_sub(opening),
            vietnamese: texts.0,
            english: texts.1,
        })
    }
}

impl Growth {
    fn findings(&self, form: &Form, earlier: FormValues<'_>, later: FormValues<'_>) -> Vec<Finding> {
        let finding = |column: &Column| {
            let (before, now) = (*earlier.values.get(&column.code)?, *later.values.get(&column.code)?);
            let beyond = |small: i64, large: i64| large > small.saturating_mul(self.factor);
            let (small, large) = (before.min(now), before.max(now));
            // From little or nothing every growth is large.
            let other_base = small < self.least || self.below.is_some_and(|below| below <= small);
            if other_base || !beyond(small, large) {
                return None;
            }
            let texts = wording::growth(column, self.factor, before, now);
            Some(Finding {
                rule: format!("{} (cùng kỳ năm trước)", column.code),
                meaning: self.meaning.clone(),
                severity: Severity::Warning,
                form: form.id.clone(),
                cited: cite_both(form, &column.code, earlier, later),
                difference: now.saturating_sub(before),
                vietnamese: texts.0,
                english: texts.1,
            })
        };
        let looked_at = form.columns.iter().filter(|column| self.of.looks_at(column));
        looked_at.filter_map(finding).collect()
    }
}

pub(super) fn cite(form: &Form, column: &str, stand: FormValues<'_>) -> Option<Cited> {
    let value = *stand.values.get(column)?;
    let days = Some((stand.window.first, stand.window.last));
    Some(Cited { form: form.id.code.clone(), column: column.to_owned(), value, days })
}

fn cite_both(form: &Form, column: &str, earlier: FormValues<'_>, later: FormValues<'_>) -> Vec<Cited> {
    [earlier, later].into_iter().filter_map(|stand| cite(form, column, stand)).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    between_forms: Vec<BetweenForms>,
    succession: Vec<SuccessionEntry>,
    growth: Vec<GrowthEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BetweenForms {
    document: String,
    certainty: Certainty,
    check: Vec<RuleEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuccessionEntry {
    document: String,
    form: String,
    closing: String,
    opening: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrowthEntry {
    document: String,
    of: GrowthOf,
    factor: i64,
    least: i64,
    below: Option<i64>,
    text: String,
}

#[cfg(test)]
mod tests;
