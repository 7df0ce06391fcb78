//! The units that the cells of a file may mean, and to which unit a row belongs.

use std::collections::{BTreeMap, HashMap};

use thidua_proto::names::UnitName;
use thidua_proto::parse::Problem;
use thidua_proto::statistics as proto;
use thidua_statistics::domain::text::search::{nearest, search_key};

/// The units of the system by all that may stand for one: its name, its id, and display names and aliases of it alone.
#[derive(Debug, Default)]
pub(super) struct UnitIndex {
    names: BTreeMap<String, UnitName>,
    /// By display name or alias; none where several units share it.
    display_names: HashMap<String, Option<UnitName>>,
}

impl UnitIndex {
    pub(super) fn of(units: &[proto::Unit]) -> Self {
        let mut index = Self::default();
        for unit in units {
            let Ok(name) = unit.name.parse::<UnitName>() else { continue };
            index.names.insert(unit.name.clone(), name.clone());
            index.names.insert(name.unit.to_string(), name.clone());
            for display_name in std::iter::once(&unit.display_name).chain(&unit.aliases) {
                let entry =
                    index.display_names.entry(search_key(display_name)).or_insert_with(|| Some(name.clone()));
                if entry.as_ref() != Some(&name) {
                    *entry = None;
                }
            }
        }
        index
    }

    /// The unit that a cell means. A name that several units had at different times means none.
    pub(super) fn find(&self, written: &str) -> Result<&UnitName, Problem> {
        if written.is_empty() {
            return Err(Problem::Required);
        }
        let by_display_name = || self.display_names.get(&search_key(written)).and_then(Option::as_ref);
        self.names.get(written).or_else(by_display_name).ok_or_else(|| self.unknown(written))
    }

    fn unknown(&self, written: &str) -> Problem {
        let near = nearest(written, self.names.keys().filter(|name| name.contains('/')).cloned());
        let (english, vietnamese) = match near.first() {
            Some(near) => (
                format!("a known unit, such as {near}, which is the nearest"),
                format!("một đơn vị đã có, gần nhất là {near}"),
            ),
            None => (
                "a known unit; `thidua list units` lists all".to_owned(),
                "một đơn vị đã có (xem “thidua list units”)".to_owned(),
            ),
        };
        Problem::malformed((&english, &vietnamese), written)
    }
}

/// The unit whose rows are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowOwner<'d> {
    pub(super) unit: &'d UnitName,
    pub(super) units: &'d UnitIndex,
    /// Whether rows of other units are skipped, or else refused.
    pub(super) skips_others: bool,
}

impl RowOwner<'_> {
    /// Whether a row belongs to the unit, by the cell of its column of units. A row without one does, unless others are skipped.
    pub(super) fn owns(&self, written: &str) -> bool {
        if written.is_empty() {
            return !self.skips_others;
        }
        written == self.unit.unit.as_str()
            || *written == self.unit.to_string()
            || self.units.find(written) == Ok(self.unit)
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
    fn a_unit_is_found_by_its_name_its_id_and_its_own_display_names() {
        let index = UnitIndex::of(&[
            unit("units/so-noi-vu", "Sở Nội vụ", &["Nội vụ tỉnh"]),
            unit("units/so-noi-vu-cu", "Sở Nội vụ", &[]),
            unit("units/so-tu-phap", "Sở Tư pháp", &[]),
        ]);
        let find = |written: &str| index.find(written).map(ToString::to_string);
        for written in ["units/so-noi-vu", "so-noi-vu", "NỘI VỤ TỈNH"] {
            assert_eq!(find(written), Ok("units/so-noi-vu".to_owned()), "{written}");
        }
        assert_eq!(find("so tu phap"), Ok("units/so-tu-phap".to_owned()));
        assert_eq!(find(""), Err(Problem::Required));
        // Two units had the name: it is not guessed which is meant.
        assert!(find("Sở Nội vụ").is_err());
        let problem = find("units/so-tu-phpa").unwrap_err();
        assert!(
            problem.english().contains("units/so-tu-phap")
                && problem.vietnamese().contains("units/so-tu-phap")
        );
    }
}
