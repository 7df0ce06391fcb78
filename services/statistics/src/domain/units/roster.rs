//! Which units to list, and in which order.

use jiff::civil::Date;
use thidua_proto::names::UnitName;

use crate::domain::text::collation::Collation;
use crate::domain::text::search::search_key;
use crate::domain::units::unit::{Unit, Units, superiors};

/// Which units are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// That exist on this day.
    pub valid_on: Option<Date>,
    /// That have this in a name or code, however it is spelt; any where it is empty.
    pub query: String,
    /// That stand below this one, right below or anywhere.
    pub superior: Option<(UnitName, Depth)>,
}

/// How far below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Right below.
    Direct,
    /// Anywhere below.
    All,
}

impl Filter {
    fn wants(&self, units: &Units, name: &UnitName, unit: &Unit, key: &str) -> bool {
        let below = match &self.superior {
            None => true,
            Some((superior, Depth::Direct)) => unit.superior.as_ref() == Some(superior),
            Some((superior, Depth::All)) => superiors(units, name).any(|above| above == superior),
        };
        below && self.valid_on.is_none_or(|date| unit.exists_on(date)) && goes_by(unit, key)
    }
}

/// Whether the key of a search is part of the key of a name or code.
fn goes_by(unit: &Unit, key: &str) -> bool {
    let codes = unit.codes.iter().map(|code| code.code.as_str());
    let texts = unit.names().chain([unit.display_name_en.as_str()]).chain(codes);
    key.is_empty() || texts.map(search_key).any(|text| text.contains(key))
}

/// Where a list goes on: after the unit of this name, with this official name when the page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its official name.
    pub display_name: String,
    /// Its name.
    pub name: String,
}

/// The units that are wanted, in the order of their official names, then of their names; those after a place, if given.
#[must_use]
pub fn roster<'u>(
    units: &'u Units,
    filter: &Filter,
    after: Option<&Place>,
    order: &Collation,
) -> Vec<(&'u UnitName, &'u Unit)> {
    let key = search_key(&filter.query);
    let compare = |a: (&str, &str), b: (&str, &str)| order.compare(a.0, b.0).then_with(|| a.1.cmp(b.1));
    let place = |name: &UnitName, unit: &Unit| Place {
        display_name: unit.display_name.clone(),
        name: name.to_string(),
    };
    let mut found: Vec<(Place, (&UnitName, &Unit))> = units
        .iter()
        .filter(|(name, unit)| filter.wants(units, name, unit, &key))
        .map(|(name, unit)| (place(name, unit), (name, unit)))
        .filter(|(place, _)| {
            after.is_none_or(|after| {
                compare((&place.display_name, &place.name), (&after.display_name, &after.name)).is_gt()
            })
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| compare((&a.display_name, &a.name), (&b.display_name, &b.name)));
    found.into_iter().map(|(_, unit)| unit).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::units::unit::Code;

    fn units() -> Units {
        let unit = |display_name: &str, superior: Option<&str>| Unit {
            display_name: display_name.to_owned(),
            display_name_en: String::new(),
            aliases: Vec::new(),
            superior: superior.map(|name| name.parse().unwrap()),
            open_date: date(1997, 1, 1),
            close_date: None,
            codes: Vec::new(),
            predecessors: Vec::new(),
            successors: Vec::new(),
        };
        let mut units: Units = [
            ("ubnd-tinh", "Ủy ban nhân dân tỉnh", None),
            ("so-nong-nghiep", "Sở Nông nghiệp", Some("units/ubnd-tinh")),
            ("so-noi-vu", "Sở Nội vụ", Some("units/ubnd-tinh")),
            ("chi-cuc-thuy-loi", "Chi cục Thủy lợi", Some("units/so-nong-nghiep")),
            ("dai-dong", "Xã Đại Đồng", None),
            ("da-mai", "Xã Dã Mai", None),
        ]
        .into_iter()
        .map(|(id, display_name, superior)| {
            (format!("units/{id}").parse().unwrap(), unit(display_name, superior))
        })
        .collect();
        let home = units.get_mut(&"units/so-noi-vu".parse().unwrap()).unwrap();
        home.display_name_en = "Department of Home Affairs".to_owned();
        home.aliases = vec!["SNV".to_owned()];
        let (scheme, code) = ("ma-dinh-danh-dien-tu".to_owned(), "H05.12".to_owned());
        home.codes = vec![Code { scheme, code, valid_from: None, valid_to: None }];
        units
    }

    fn found(filter: &Filter) -> Vec<String> {
        let units = units();
        let order = Collation::vietnamese().unwrap();
        roster(&units, filter, None, &order).into_iter().map(|(name, _)| name.unit.to_string()).collect()
    }

    #[test]
    fn units_stand_as_in_a_dictionary() {
        let all = ["chi-cuc-thuy-loi", "so-noi-vu", "so-nong-nghiep", "ubnd-tinh", "da-mai", "dai-dong"];
        assert_eq!(found(&Filter::default()), all);
        let units = units();
        let order = Collation::vietnamese().unwrap();
        let place = |at: usize| {
            let name: UnitName = format!("units/{}", all[at]).parse().unwrap();
            Place { display_name: units[&name].display_name.clone(), name: name.to_string() }
        };
        for at in 0..all.len() {
            let rest = roster(&units, &Filter::default(), Some(&place(at)), &order);
            let rest: Vec<&str> = rest.into_iter().map(|(name, _)| name.unit.as_str()).collect();
            assert_eq!(rest, all[at + 1..]);
        }
    }

    #[test]
    fn a_part_of_a_name_or_code_finds_a_unit() {
        for (query, expected) in [
            ("thuỷ lợi", vec!["chi-cuc-thuy-loi"]),
            ("THUY  LOI", vec!["chi-cuc-thuy-loi"]),
            ("dai dong", vec!["dai-dong"]),
            ("snv", vec!["so-noi-vu"]),
            ("home aff", vec!["so-noi-vu"]),
            ("h05.12", vec!["so-noi-vu"]),
            ("sở n", vec!["so-noi-vu", "so-nong-nghiep"]),
            ("hải quan", vec![]),
        ] {
            assert_eq!(found(&Filter { query: query.to_owned(), ..Filter::default() }), expected, "{query}");
        }
    }

    #[test]
    fn units_below_one_are_found() {
        let below = |name: &str, depth| {
            let superior = Some((format!("units/{name}").parse().unwrap(), depth));
            found(&Filter { superior, ..Filter::default() })
        };
        assert_eq!(below("ubnd-tinh", Depth::Direct), ["so-noi-vu", "so-nong-nghiep"]);
        assert_eq!(below("ubnd-tinh", Depth::All), ["chi-cuc-thuy-loi", "so-noi-vu", "so-nong-nghiep"]);
        assert_eq!(below("da-mai", Depth::All), Vec::<String>::new());
    }
}
