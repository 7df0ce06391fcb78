//! Form data: from TOML to forms whose formulas can be computed and whose identities name their columns.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;

use super::form::{Behaviour, Column, Contradiction, Form, FormId, Source, Validity};
use crate::domain::figures::catalogue::Catalogue;
use crate::domain::figures::measure::{Formula, Measure};
use crate::domain::forms::expression::{Expression, Reference};
use crate::domain::forms::rule::RuleEntry;
use crate::domain::records::sums;
use crate::domain::text::certainty::Certainty;
use crate::domain::text::pattern::matches;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    document: String,
    official: bool,
    source: String,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
    validity_certainty: Certainty,
    certainty: Certainty,
    form: Vec<FormEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormEntry {
    code: String,
    title: String,
    title_en: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    column: Vec<ColumnEntry>,
    #[serde(default)]
    contradiction: Vec<Contradiction>,
    #[serde(default)]
    check: Vec<RuleEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnEntry {
    code: String,
    #[serde(default)]
    group: String,
    label: String,
    label_en: String,
    unit: String,
    #[serde(default)]
    note: String,
    certainty: Option<Certainty>,
    behaviour: Option<BehaviourEntry>,
    #[serde(default)]
    measures: Vec<String>,
    #[serde(default)]
    less: Vec<String>,
    #[serde(default)]
    before: Vec<String>,
    #[serde(default)]
    before_less: Vec<String>,
    #[serde(default)]
    through: Vec<String>,
    #[serde(default)]
    through_less: Vec<String>,
    columns: Option<String>,
    at_most: Option<String>,
    percent: Option<String>,
}

/// Where it does not follow from the formula.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum BehaviourEntry {
    Turnover,
}

/// Reads one file: its version and its forms.
pub(super) fn read(text: &str, catalogue: &Catalogue) -> Result<(String, Vec<Form>), String> {
    let file: File = toml::from_str(text).map_err(|cause| format!("forms: {cause}"))?;
    let validity = Validity { from: file.valid_from, to: file.valid_to, certainty: file.validity_certainty };
    let mut forms = Vec::with_capacity(file.form.len());
    for entry in file.form {
        let id = FormId { document: file.document.clone(), code: entry.code.clone() };
        let of = id.to_string();
        let blank = Form {
            id,
            official: file.official,
            title: String::new(),
            title_en: String::new(),
            source: file.source.clone(),
            note: String::new(),
            contradictions: Vec::new(),
            certainty: file.certainty,
            validity,
            columns: Vec::new(),
            rules: Vec::new(),
            derived: Vec::new(),
        };
        forms.push(entry.read(blank, catalogue).map_err(|problem| format!("forms: {of}: {problem}"))?);
    }
    Ok((file.version, forms))
}

impl FormEntry {
    fn read(self, mut form: Form, catalogue: &Catalogue) -> Result<Form, String> {
        form.title = self.title;
        form.title_en = self.title_en;
        form.note = self.note;
        for entry in self.column {
            let of = entry.code.clone();
            let column =
                entry.read(catalogue, form.certainty).map_err(|problem| format!("column {of}: {problem}"))?;
            if form.column(&column.code).is_some() {
                return Err(format!("column {of} stands twice"));
            }
            form.columns.push(column);
        }
        for contradiction in self.contradiction {
            form.note = told(&form, &contradiction)?;
            form.contradictions.push(contradiction);
        }
        form.derived = order(&form.columns)?;
        settle(&mut form.columns, &form.derived);
        let printed = form.certainty;
        form.rules = self.check.into_iter().map(|entry| entry.read(printed)).collect::<Result<_, _>>()?;
        form.certainty = form.columns.iter().map(|column| column.certainty).max().unwrap_or(printed);
        for rule in &form.rules {
            let unknown =
                |reference: &&Reference| reference.form.is_some() || form.column(&reference.column).is_none();
            if let Some(reference) = rule.statement.references().find(unknown) {
                return Err(format!("`{}` names column {reference}, which is not there", rule.text));
            }
        }
        Ok(form)
    }
}

/// The note of a form with one more contradiction.
fn told(form: &Form, contradiction: &Contradiction) -> Result<String, String> {
    let Contradiction { columns, says, choice } = contradiction;
    if columns.is_empty() || says.is_empty() || choice.is_empty() {
        return Err("a contradiction has columns, what it says, and a choice".to_owned());
    }
    if let Some(lost) = columns.iter().find(|code| form.column(code).is_none()) {
        return Err(format!("a contradiction names column {lost}, which is not there"));
    }
    let before = if form.note.is_empty() { "" } else { " " };
    Ok(format!("{}{before}Cột {}: {says} Chọn: {choice}", form.note, columns.join(", ")))
}

impl ColumnEntry {
    fn read(self, catalogue: &Catalogue, of_document: Certainty) -> Result<Column, String> {
        let _: Reference = self.code.parse()?;
        let formula = self.formula();
        let (source, behaviour) = match (&self.columns, &self.percent) {
            (None, None) if formula.is_empty() => (Source::Entered, Behaviour::Flow),
            (None, None) => self.of_measures(catalogue)?,
            (Some(sum), None) => {
                let at_most = self.at_most.as_deref().map(str::parse).transpose()?;
                (Source::Columns { sum: Expression::parse(sum)?, at_most }, Behaviour::Closing)
            }
            (None, Some(percent)) => {
                let (part, whole) = percent.split_once(" / ").ok_or("a share has a part and a whole")?;
                let (part, whole) = (Expression::parse(part)?, Expression::parse(whole)?);
                (Source::Percent { part, whole }, Behaviour::Share)
            }
            (Some(_), Some(_)) => return Err("it is a sum or a share, not both".to_owned()),
        };
        let behaviour = match self.behaviour {
            Some(BehaviourEntry::Turnover) => Behaviour::Turnover,
            None => behaviour,
        };
        let Self { code, group, label, label_en, unit: unit_of_measure, note, certainty, .. } = self;
        Ok(Column {
            code,
            group,
            label,
            label_en,
            unit_of_measure,
            note,
            certainty: certainty.unwrap_or(of_document),
            formula,
            behaviour,
            source,
        })
    }

    /// The formula as one line of text.
    fn formula(&self) -> String {
        let mut parts = Vec::new();
        for (word, codes) in [
            ("", &self.measures),
            ("less ", &self.less),
            ("before: ", &self.before),
            ("before, less ", &self.before_less),
            ("through: ", &self.through),
            ("through, less ", &self.through_less),
        ] {
            if !codes.is_empty() {
                parts.push(format!("{word}{}", codes.join(" + ")));
            }
        }
        parts.extend(self.columns.iter().map(|sum| format!("columns {sum}")));
        parts.extend(self.at_most.iter().map(|most| format!("at most column {most}")));
        parts.extend(self.percent.iter().map(|share| format!("columns {share} in per cent")));
        parts.join("; ")
    }

    fn of_measures(&self, catalogue: &Catalogue) -> Result<(Source, Behaviour), String> {
        let mut add = self.measures(catalogue, &self.measures)?;
        let less = self.measures(catalogue, &self.less)?;
        let stock = Formula::Stock {
            window: Vec::new(),
            before: expand(&self.before)?,
            before_less: expand(&self.before_less)?,
            through: expand(&self.through)?,
            through_less: expand(&self.through_less)?,
        };
        let stocks = [&self.before, &self.before_less, &self.through, &self.through_less];
        if stocks.into_iter().any(|codes| !codes.is_empty()) {
            add.push(stock);
        }
        let behaviour = add.iter().chain(&less).map(behaviour_of).reduce(together).unwrap_or(Behaviour::Flow);
        Ok((Source::Measures { add, less }, behaviour))
    }

    fn measures(&self, catalogue: &Catalogue, patterns: &[String]) -> Result<Vec<Formula>, String> {
        let mut found = Vec::new();
        for pattern in patterns {
            let before = found.len();
            for measure in catalogue.all().filter(|measure| matches(pattern, &measure.code)) {
                self.same_unit(measure)?;
                found.push(measure.formula.clone());
            }
            if found.len() == before {
                return Err(format!("there is no measure `{pattern}`"));
            }
        }
        if found.iter().any(|formula| std::matches!(formula, Formula::Ratio { .. })) {
            return Err("ratios do not add".to_owned());
        }
        Ok(found)
    }

    /// Money is counted in đồng and shown in millions, land in square metres; counts may have other words in forms.
    fn same_unit(&self, measure: &Measure) -> Result<(), String> {
        let expected = match self.unit.as_str() {
            "triệu đồng" => "đồng",
            other => other,
        };
        let weighed = |unit: &str| ["đồng", "m²", "%"].contains(&unit);
        let differs = measure.unit_of_measure != expected;
        if differs && (weighed(expected) || weighed(&measure.unit_of_measure)) {
            return Err(format!("`{}` is counted in {}", measure.code, measure.unit_of_measure));
        }
        Ok(())
    }
}

/// The dated sums of patterns.
fn expand(patterns: &[String]) -> Result<Vec<String>, String> {
    sums::expand(patterns).map_err(|pattern| format!("there is no sum `{pattern}`"))
}

fn behaviour_of(formula: &Formula) -> Behaviour {
    match formula {
        Formula::Flow { .. } => Behaviour::Flow,
        Formula::Stock { window, before, through, through_less, .. } => {
            if !through.is_empty() || !through_less.is_empty() {
                Behaviour::Closing
            } else if window.is_empty() {
                Behaviour::Opening
            } else if before.is_empty() {
                Behaviour::Flow
            } else {
                Behaviour::Turnover
            }
        }
        Formula::Ratio { .. } => Behaviour::Share,
    }
}

fn together(one: Behaviour, other: Behaviour) -> Behaviour {
    match (one, other) {
        (one, other) if one == other => one,
        (one, other) if one.grows() && other.grows() => Behaviour::Turnover,
        _ => Behaviour::Closing,
    }
}

/// The order in which columns made of others can be computed.
fn order(columns: &[Column]) -> Result<Vec<usize>, String> {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut left: Vec<usize> = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        match column.source {
            Source::Measures { .. } | Source::Entered => {
                known.insert(&column.code);
            }
            Source::Columns { .. } | Source::Percent { .. } => left.push(at),
        }
    }
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let ready = |at: &usize| {
            columns.get(*at).is_some_and(|column| made_of(column).iter().all(|code| known.contains(code)))
        };
        let (now, later): (Vec<usize>, Vec<usize>) = left.iter().partition(|at| ready(at));
        if now.is_empty() {
            let codes: Vec<&str> =
                later.iter().filter_map(|at| columns.get(*at)).map(|column| column.code.as_str()).collect();
            return Err(format!("columns {} are made of each other, or of none", codes.join(", ")));
        }
        known.extend(now.iter().filter_map(|at| columns.get(*at)).map(|column| column.code.as_str()));
        ordered.extend(now);
        left = later;
    }
    Ok(ordered)
}

/// The columns that a column is made of.
fn made_of(column: &Column) -> Vec<&str> {
    let references: Vec<&Reference> = match &column.source {
        Source::Columns { sum, at_most } => sum.references().chain(at_most).collect(),
        Source::Percent { part, whole } => part.references().chain(whole.references()).collect(),
        Source::Measures { .. } | Source::Entered => Vec::new(),
    };
    references.into_iter().map(|reference| reference.column.as_str()).collect()
}

/// Sums of columns behave as what they add.
fn settle(columns: &mut [Column], derived: &[usize]) {
    for at in derived {
        let Some(column) = columns.get(*at) else { continue };
        let Source::Columns { sum, at_most: None } = &column.source else { continue };
        let of =
            |code: &str| columns.iter().find(|column| column.code == code).map(|column| column.behaviour);
        let found = sum.references().filter_map(|reference| of(&reference.column)).reduce(together);
        let behaviour = if sum.only_adds() { found.unwrap_or(Behaviour::Flow) } else { column.behaviour };
        if let Some(column) = columns.get_mut(*at) {
            column.behaviour = behaviour;
        }
    }
}
