//! Families of measures: one definition with `{dimension}` in its code stands for a measure of each value.

use serde::Deserialize;

use crate::domain::figures::measure::Measure;

/// What tells the measures of a family apart.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dimension {
    /// What families call it.
    code: String,
    /// Its values.
    value: Vec<Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Value {
    code: String,
    display_name: String,
    display_name_en: String,
}

/// The measures of a family: in codes, `{dimension}` is the value's code; in labels and the definition, its label.
pub(super) fn expand(family: &Measure, dimensions: &[Dimension]) -> Result<Vec<Measure>, String> {
    let problem = |what: &str| format!("measures: the family `{}` {what}", family.code);
    let mut measures = vec![family.clone()];
    let mut known = false;
    for dimension in dimensions {
        let hole = format!("{{{}}}", dimension.code);
        if family.code.contains(&hole) {
            known = true;
            measures = measures
                .iter()
                .flat_map(|measure| dimension.value.iter().map(|value| fill(measure, &hole, value)))
                .collect();
        }
    }
    if !known {
        return Err(problem("has no dimension in its code"));
    }
    if measures.is_empty() {
        return Err(problem("has a dimension without values"));
    }
    for measure in &mut measures {
        let mut texts =
            vec![&measure.code, &measure.display_name, &measure.display_name_en, &measure.definition];
        texts.extend(measure.formula.codes_mut().into_iter().map(|code| &*code));
        if let Some(left) = texts.into_iter().find(|text| text.contains(['{', '}'])) {
            return Err(problem(&format!("has a dimension that is not known, or not in its code: `{left}`")));
        }
    }
    Ok(measures)
}

fn fill(measure: &Measure, hole: &str, value: &Value) -> Measure {
    let mut filled = measure.clone();
    filled.display_name = filled.display_name.replace(hole, &value.display_name);
    for text in [&mut filled.display_name_en, &mut filled.definition] {
        *text = text.replace(hole, &value.display_name_en);
    }
    for code in filled.formula.codes_mut().into_iter().chain([&mut filled.code]) {
        *code = code.replace(hole, &value.code);
    }
    filled
}
