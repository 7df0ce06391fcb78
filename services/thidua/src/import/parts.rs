//! The parts of a file whose column of units says to which unit each row belongs: one part for each unit.

use std::collections::HashMap;

use thidua_proto::names::UnitName;

use super::document::Document;
use super::grid::Mark;
use super::rows::{Rows, SkippedRows, refusal};
use super::units::UnitIndex;

/// The rows of one unit in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) unit: UnitName,
    /// Where its first row begins; all rows of the file belong to the unit if unset.
    pub(super) begin: Option<Mark>,
    /// Where its last row begins.
    pub(super) end: Option<Mark>,
}

impl Part {
    /// All rows, for one unit.
    pub(super) fn whole(unit: &UnitName) -> Self {
        Self { unit: unit.clone(), begin: None, end: None }
    }
}

/// The parts of a file, one for each unit, in the order of their first rows; and the rows that belong to none.
pub(super) fn split(document: &Document, units: &UnitIndex) -> Result<(Vec<Part>, SkippedRows), String> {
    let mut skipped = SkippedRows::default();
    let mut parts: Vec<Part> = Vec::new();
    let mut places: HashMap<UnitName, usize> = HashMap::new();
    let mut rows = Rows::of(document, None).ok_or("the table has no rows")?;
    while let Some((mark, written)) = rows.next_unit(&mut skipped)? {
        let unit = match units.find(&written) {
            Ok(unit) => unit,
            Err(problem) => {
                skipped.refused.push(refusal(mark.line, "unit".to_owned(), &problem));
                continue;
            }
        };
        let place = *places.entry(unit.clone()).or_insert(parts.len());
        match parts.get_mut(place) {
            Some(part) => part.end = Some(mark),
            None => parts.push(Part { unit: unit.clone(), begin: Some(mark), end: Some(mark) }),
        }
    }
    Ok((parts, skipped))
}
