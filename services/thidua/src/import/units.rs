//! Whose rows a file holds, where it has a column that says so: each unit's are imported for that unit.

use std::collections::{BTreeMap, HashMap};

use thidua_proto::names::UnitName;
use thidua_proto::parse::Problem;
use thidua_proto::statistics as proto;
use thidua_statistics::domain::text::search::{nearest, search_key};

use super::document::Document;
use super::grid::Mark;
use super::rows::{Rows, SkippedRows};

/// The units there are, by all that may stand for one: its name, its id, and what it alone is called.
#[derive(Debug, Default)]
pub(super) struct UnitIndex {
    names: BTreeMap<String, UnitName>,
    /// None where several are called so.
    called: HashMap<String, Option<UnitName>>,
}

impl UnitIndex {
    pub(super) fn of(units: &[proto::Unit]) -> Self {
        let mut known = Self::default();
        for unit in units {
            let Ok(name) = unit.name.parse::<UnitName>() else { continue };
            known.names.insert(unit.name.clone(), name.clone());
            known.names.insert(name.unit.to_string(), name.clone());
            for called in std::iter::once(&unit.display_name).chain(&unit.aliases) {
                let entry = known.called.entry(search_key(called)).or_insert_with(|| Some(name.clone()));
                if entry.as_ref() != Some(&name) {
                    *entry = None;
                }
            }
        }
        known
    }

    /// The unit that a cell means. A name that several units had at different times means none.
    pub(super) fn find(&self, written: &str) -> Result<&UnitName, Problem> {
        if written.is_empty() {
            return Err(Problem::Required);
        }
        let called = || self.called.get(&search_key(written)).and_then(Option::as_ref);
        self.names.get(written).or_else(called).ok_or_else(|| self.unknown(written))
    }

    fn unknown(&self, written: &str) -> Problem {
        let near = nearest(written, self.names.keys().filter(|name| name.contains('/')).cloned());
        let (english, vietnamese) = match near.first() {
            Some(near) => (
                format!("a unit that is there, such as {near}, which is the nearest"),
                format!("một đơn vị đã có, gần nhất là {near}"),
            ),
            None => (
                "a unit that is there; `thidua list units` tells all".to_owned(),
                "một đơn vị đã có (xem “thidua list units”)".to_owned(),
            ),
        };
        Problem::malformed((&english, &vietnamese), written)
    }
}

/// Whose rows are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whose<'d> {
    pub(super) unit: &'d UnitName,
    pub(super) known: &'d UnitIndex,
    /// Whether rows of other units are passed over; they are refused where not.
    pub(super) others_pass: bool,
}

impl Whose<'_> {
    /// Whether a row is of the unit, by what its column of units holds. A row that does not say is, unless others pass.
    pub(super) fn holds(&self, written: &str) -> bool {
        if written.is_empty() {
            return !self.others_pass;
        }
        written == self.unit.unit.as_str()
            || *written == self.unit.to_string()
            || self.known.find(written) == Ok(self.unit)
    }

    /// What is wrong with a row of another unit.
    pub(super) fn refusal(&self, written: &str) -> Problem {
        let unit = self.unit;
        let english =
            format!("{unit}, whose records are imported (without --unit, each row goes to its own unit)");
        let vietnamese =
            format!("{unit} là đơn vị đang nhập (bỏ --unit thì mỗi dòng được nhập cho đơn vị của dòng đó)");
        Problem::malformed((&english, &vietnamese), written)
    }
}

/// The rows of one unit in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) unit: UnitName,
    /// Where its first row begins; all rows of the file are its if unset.
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

/// The parts of a file, one a unit, in the order of their first rows; and what is told of all rows that are of none.
pub(super) fn split(document: &Document, known: &UnitIndex) -> Result<(Vec<Part>, SkippedRows), String> {
    let mut told = SkippedRows::default();
    let mut parts: Vec<Part> = Vec::new();
    let mut places: HashMap<UnitName, usize> = HashMap::new();
    let mut rows = Rows::of(document, None).ok_or("the table has no rows")?;
    while let Some((mark, written)) = rows.next_unit(&mut told)? {
        let unit = match known.find(&written) {
            Ok(unit) => unit,
            Err(problem) => {
                told.refused.push(super::rows::refusal(mark.line, "unit".to_owned(), &problem));
                continue;
            }
        };
        let place = *places.entry(unit.clone()).or_insert(parts.len());
        match parts.get_mut(place) {
            Some(part) => part.end = Some(mark),
            None => parts.push(Part { unit: unit.clone(), begin: Some(mark), end: Some(mark) }),
        }
    }
    Ok((parts, told))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(name: &str, display_name: &str, aliases: &[&str]) -> proto::Unit {
        proto::Unit {
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            ..proto::Unit::default()
        }
    }

    #[test]
    fn a_unit_goes_by_its_name_its_id_and_what_it_alone_is_called() {
        let known = UnitIndex::of(&[
            unit("units/so-noi-vu", "Sở Nội vụ", &["Nội vụ tỉnh"]),
            unit("units/so-noi-vu-cu", "Sở Nội vụ", &[]),
            unit("units/so-tu-phap", "Sở Tư pháp", &[]),
        ]);
        let find = |written: &str| known.find(written).map(ToString::to_string);
        for written in ["units/so-noi-vu", "so-noi-vu", "NỘI VỤ TỈNH"] {
            assert_eq!(find(written), Ok("units/so-noi-vu".to_owned()), "{written}");
        }
        assert_eq!(find("so tu phap"), Ok("units/so-tu-phap".to_owned()));
        assert_eq!(find(""), Err(Problem::Required));
        // Two units had the name: it is not guessed which is meant.
        assert!(find("Sở Nội vụ").is_err());
        let told = find("units/so-tu-phpa").unwrap_err();
        assert!(
            told.english().contains("units/so-tu-phap") && told.vietnamese().contains("units/so-tu-phap")
        );
    }
}
