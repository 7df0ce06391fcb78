//! Units (agencies), their names, and who stands above whom.

use std::collections::BTreeMap;

use jiff::civil::Date;
use thidua_proto::names::UnitName;

use super::search::{nearness, search_key};
use crate::error::Error;

/// An agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The official Vietnamese name.
    pub display_name: String,
    /// An English name; may be empty.
    pub display_name_en: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// The unit above.
    pub superior: Option<UnitName>,
    /// The first day.
    pub open_date: Date,
    /// The last day, not before the first.
    pub close_date: Option<Date>,
}

impl Unit {
    /// Whether the unit exists on a day.
    #[must_use]
    pub fn exists_on(&self, date: Date) -> bool {
        self.open_date <= date && self.close_date.is_none_or(|close| date <= close)
    }

    /// Whether the unit exists on a day of a span.
    #[must_use]
    pub fn exists_within(&self, first: Date, last: Date) -> bool {
        self.open_date <= last && self.close_date.is_none_or(|close| first <= close)
    }

    /// All names under which it goes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.display_name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// All units by name.
pub type Units = BTreeMap<UnitName, Unit>;

/// Whether a unit, new or changed, fits among the others: nobody else has one of its names, and it does not stand above
/// itself.
pub fn fit(units: &Units, name: &UnitName, unit: &Unit) -> Result<(), Error> {
    let own: Vec<String> = unit.names().map(search_key).collect();
    for (other, found) in units.iter().filter(|(other, _)| *other != name) {
        if let Some(taken) = found.names().find(|taken| own.contains(&search_key(taken))) {
            return Err(Error::UnitNameTaken { display_name: taken.to_owned(), unit: other.clone() });
        }
    }
    let Some(superior) = &unit.superior else { return Ok(()) };
    if superior != name && !units.contains_key(superior) {
        return Err(Error::not_found(superior));
    }
    if superior == name || superiors(units, superior).any(|above| above == name) {
        return Err(Error::UnitSuperiorCircular { unit: name.clone(), superior: superior.clone() });
    }
    Ok(())
}

/// The units above one, nearest first.
pub fn superiors<'u>(units: &'u Units, name: &UnitName) -> impl Iterator<Item = &'u UnitName> {
    let above = |name: &UnitName| units.get(name).and_then(|unit| unit.superior.as_ref());
    // A tree has no more levels than units; the bound only guards against a damaged store.
    std::iter::successors(above(name), move |name| above(name)).take(units.len())
}

/// The one unit that a written name means, with the name of it that matched.
pub fn resolve<'u>(
    units: &'u Units,
    written: &str,
    valid_on: Option<Date>,
) -> Result<(&'u UnitName, &'u str), Error> {
    let key = search_key(written);
    let candidates = || units.iter().filter(|(_, unit)| valid_on.is_none_or(|date| unit.exists_on(date)));
    let matched = candidates().find_map(|(name, unit)| {
        unit.names().find(|candidate| search_key(candidate) == key).map(|candidate| (name, candidate))
    });
    matched.ok_or_else(|| {
        let best = |(name, unit): (&UnitName, &'u Unit)| {
            let ranked = unit.names().map(|candidate| (nearness(&key, &search_key(candidate)), candidate));
            ranked
                .max_by_key(|(near, _)| *near)
                .map(|(near, candidate)| (near, candidate.to_owned(), name.clone()))
        };
        let mut suggestions: Vec<_> = candidates().filter_map(best).collect();
        suggestions.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.2.cmp(&b.2)));
        suggestions.truncate(5);
        let suggestions = suggestions.into_iter().map(|(_, candidate, name)| (candidate, name)).collect();
        Error::UnitNameUnknown { display_name: written.to_owned(), suggestions }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(display_name: &str, aliases: &[&str], superior: Option<&str>) -> Unit {
        Unit {
            display_name: display_name.to_owned(),
            display_name_en: String::new(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            superior: superior.map(|name| name.parse().unwrap()),
            open_date: jiff::civil::date(1997, 1, 1),
            close_date: None,
        }
    }

    fn name(text: &str) -> UnitName {
        text.parse().unwrap()
    }

    fn two() -> Units {
        let military = unit("Bộ Chỉ huy Quân sự tỉnh", &["Ban Chỉ huy Quân sự tỉnh"], None);
        let justice = unit("Sở Tư pháp", &[], Some("units/bo-chi-huy"));
        Units::from([(name("units/bo-chi-huy"), military), (name("units/so-tu-phap"), justice)])
    }

    #[test]
    fn both_names_of_the_seed_mean_one_unit() {
        let units = two();
        for written in ["Bộ Chỉ huy Quân sự tỉnh", "Ban Chỉ huy Quân sự tỉnh", "ban chi huy quan su tinh"]
        {
            assert_eq!(resolve(&units, written, None).unwrap().0, &name("units/bo-chi-huy"), "{written}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest_ones() {
        let Err(Error::UnitNameUnknown { suggestions, .. }) = resolve(&two(), "Sở Tư", None) else {
            panic!()
        };
        assert_eq!(suggestions.first(), Some(&("Sở Tư pháp".to_owned(), name("units/so-tu-phap"))));
    }

    #[test]
    fn names_are_unique_however_they_are_spelt() {
        let taken = unit("SO TU PHAP", &[], None);
        assert!(matches!(fit(&two(), &name("units/other"), &taken), Err(Error::UnitNameTaken { .. })));
        assert!(fit(&two(), &name("units/so-tu-phap"), &taken).is_ok());
    }

    #[test]
    fn no_unit_stands_above_itself() {
        let circular = unit("Bộ Chỉ huy", &[], Some("units/so-tu-phap"));
        assert!(matches!(
            fit(&two(), &name("units/bo-chi-huy"), &circular),
            Err(Error::UnitSuperiorCircular { .. })
        ));
        let own = unit("X", &[], Some("units/x"));
        assert!(matches!(fit(&two(), &name("units/x"), &own), Err(Error::UnitSuperiorCircular { .. })));
    }
}
