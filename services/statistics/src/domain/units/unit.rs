//! Units (agencies), their names, and who stands above whom.

use std::collections::BTreeMap;

use jiff::civil::Date;
use thidua_proto::names::UnitName;

use crate::domain::text::search::{nearness, search_key};
use crate::domain::units::error::{Problem, Suggestion, UnitError};
use crate::domain::units::share::Parts;

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
    /// What partners call it; on one day at most one code of a scheme.
    pub codes: Vec<Code>,
    /// What it took over, in the order in which that was recorded.
    pub predecessors: Vec<Succession>,
    /// Who took over from it.
    pub successors: Vec<UnitName>,
}

/// A code in a partner's scheme. Nothing is read from its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Whose.
    pub scheme: String,
    /// As it is written.
    pub code: String,
    /// The first day; the unit's if none.
    pub valid_from: Option<Date>,
    /// The last day, not before the first; the unit's if none.
    pub valid_to: Option<Date>,
}

/// What a unit took over from another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// From whom; the unit itself where it gave a share away and went on.
    pub predecessor: UnitName,
    /// Since when.
    pub effective_date: Date,
    /// How much.
    pub parts: Parts,
}

/// Days from a first to a last, without end where there is none.
type Span = (Date, Option<Date>);

fn overlap(a: Span, b: Span) -> bool {
    a.1.is_none_or(|last| b.0 <= last) && b.1.is_none_or(|last| a.0 <= last)
}

impl Code {
    /// Whether the two stand for their units in one scheme on a same day, as far as they themselves tell.
    #[must_use]
    pub fn clashes(&self, other: &Self) -> bool {
        let span = |code: &Self| (code.valid_from.unwrap_or(Date::MIN), code.valid_to);
        self.scheme == other.scheme && overlap(span(self), span(other))
    }

    /// The days on which it stands for a unit; none where the unit does not exist on any of its days.
    fn span(&self, unit: &Unit) -> Option<Span> {
        let first = self.valid_from.map_or(unit.open_date, |from| from.max(unit.open_date));
        let last = match (self.valid_to, unit.close_date) {
            (Some(to), Some(close)) => Some(to.min(close)),
            (to, close) => to.or(close),
        };
        last.is_none_or(|last| first <= last).then_some((first, last))
    }
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

    /// Whether it has a code of another unit on a same day.
    fn has_code(&self, code: &Code, other: &Self) -> bool {
        let same = |own: &&Code| own.scheme == code.scheme && own.code == code.code;
        let overlaps = |own: &Code| match (own.span(self), code.span(other)) {
            (Some(own), Some(code)) => overlap(own, code),
            (None, _) | (_, None) => false,
        };
        self.codes.iter().filter(same).any(overlaps)
    }

    /// All names under which it goes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.display_name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// All units by name.
pub type Units = BTreeMap<UnitName, Unit>;

/// Whether a unit, new or changed, fits among the others: nobody else has one of its names or codes on a same day, it
/// exists on the days of its succession, and it does not stand above itself.
pub fn fit(units: &Units, name: &UnitName, unit: &Unit) -> Result<(), UnitError> {
    let own: Vec<String> = unit.names().map(search_key).collect();
    let life = |unit: &Unit| (unit.open_date, unit.close_date);
    let others = units.iter().filter(|(other, _)| *other != name);
    for (other, found) in others.filter(|(_, found)| overlap(life(unit), life(found))) {
        if let Some(taken) = found.names().find(|taken| own.contains(&search_key(taken))) {
            return Err(UnitError::NameTaken { display_name: taken.to_owned(), unit: other.clone() });
        }
        if let Some(taken) = unit.codes.iter().find(|code| found.has_code(code, unit)) {
            let (scheme, code) = (taken.scheme.clone(), taken.code.clone());
            return Err(UnitError::CodeTaken { scheme, code, unit: other.clone() });
        }
    }
    fit_succession(units, name, unit)?;
    let Some(superior) = &unit.superior else { return Ok(()) };
    if superior != name && !units.contains_key(superior) {
        return Err(UnitError::NotFound { unit: superior.clone() });
    }
    if superior == name || superiors(units, superior).any(|above| above == name) {
        return Err(UnitError::SuperiorCircular { unit: name.clone(), superior: superior.clone() });
    }
    Ok(())
}

/// A unit exists on every day on which it took over, and ends on the eve of the day on which others took over all.
fn fit_succession(units: &Units, name: &UnitName, unit: &Unit) -> Result<(), UnitError> {
    let invalid = |problem| UnitError::SuccessionInvalid { unit: name.clone(), problem };
    let mut taken_over = unit.predecessors.iter().map(|succession| succession.effective_date);
    if let Some(date) = taken_over.find(|date| !unit.exists_on(*date)) {
        return Err(invalid(Problem::NotThere(date)));
    }
    let Some(date) = succeeded_wholly(units, name) else { return Ok(()) };
    let eve = date.yesterday().unwrap_or(date);
    if unit.exists_on(date) {
        return Err(invalid(Problem::StillThere(date)));
    }
    if unit.exists_on(eve) { Ok(()) } else { Err(invalid(Problem::NotThere(eve))) }
}

/// Since when others have all that a unit was; `None` while it has not been succeeded or goes on.
#[must_use]
pub fn succeeded_wholly(units: &Units, name: &UnitName) -> Option<Date> {
    let successors = &units.get(name)?.successors;
    let dates = |successor: &UnitName| {
        let taken = units.get(successor).map(|unit| unit.predecessors.as_slice()).unwrap_or_default();
        let from_it = taken.iter().filter(|succession| succession.predecessor == *name);
        from_it.map(|succession| succession.effective_date).max()
    };
    let latest = successors.iter().filter_map(dates).max()?;
    (dates(name) != Some(latest)).then_some(latest)
}

/// The units above one, nearest first.
pub fn superiors<'u>(units: &'u Units, name: &UnitName) -> impl Iterator<Item = &'u UnitName> {
    let above = |name: &UnitName| units.get(name).and_then(|unit| unit.superior.as_ref());
    // A tree has no more levels than units; the bound only guards against a damaged store.
    std::iter::successors(above(name), move |name| above(name)).take(units.len())
}

/// The one unit that a written name means, with the name of it that matched. Where several had it one after the other,
/// the latest.
pub fn resolve<'u>(
    units: &'u Units,
    written: &str,
    valid_on: Option<Date>,
) -> Result<(&'u UnitName, &'u str), UnitError> {
    let key = search_key(written);
    let candidates = || units.iter().filter(|(_, unit)| valid_on.is_none_or(|date| unit.exists_on(date)));
    let matched = candidates().filter_map(|(name, unit)| {
        let matched = unit.names().find(|candidate| search_key(candidate) == key)?;
        Some((unit.open_date, name, matched))
    });
    let latest = matched.max_by_key(|(open_date, ..)| *open_date);
    latest.map(|(_, name, matched)| (name, matched)).ok_or_else(|| {
        let best = |(name, unit): (&UnitName, &'u Unit)| {
            let ranked = unit.names().map(|candidate| (nearness(&key, &search_key(candidate)), candidate));
            let (score, nearest) = ranked.max_by_key(|(score, _)| *score)?;
            Some(Suggestion { display_name: nearest.to_owned(), unit: name.clone(), score })
        };
        let mut suggestions: Vec<Suggestion> = candidates().filter_map(best).collect();
        suggestions.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.unit.cmp(&b.unit)));
        suggestions.truncate(5);
        UnitError::NameUnknown { display_name: written.to_owned(), suggestions }
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn unit(display_name: &str, aliases: &[&str], superior: Option<&str>) -> Unit {
        Unit {
            display_name: display_name.to_owned(),
            display_name_en: String::new(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            superior: superior.map(|name| name.parse().unwrap()),
            open_date: date(1997, 1, 1),
            close_date: None,
            codes: Vec::new(),
            predecessors: Vec::new(),
            successors: Vec::new(),
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
    fn both_names_in_the_newspaper_mean_one_unit() {
        let units = two();
        for written in ["Bộ Chỉ huy Quân sự tỉnh", "Ban Chỉ huy Quân sự tỉnh", "ban chi huy quan su tinh"]
        {
            assert_eq!(resolve(&units, written, None).unwrap().0, &name("units/bo-chi-huy"), "{written}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest_ones() {
        let Err(UnitError::NameUnknown { suggestions, .. }) = resolve(&two(), "Sở Tư", None) else {
            panic!()
        };
        let found: Vec<_> = suggestions.iter().map(|one| (one.display_name.as_str(), one.score)).collect();
        assert_eq!(found, [("Sở Tư pháp", 60), ("Ban Chỉ huy Quân sự tỉnh", 0)]);
    }

    #[test]
    fn names_are_unique_however_they_are_spelt() {
        let taken = unit("SO TU PHAP", &[], None);
        assert!(matches!(fit(&two(), &name("units/other"), &taken), Err(UnitError::NameTaken { .. })));
        assert!(fit(&two(), &name("units/so-tu-phap"), &taken).is_ok());
    }

    #[test]
    fn a_name_is_free_again_once_its_unit_has_ended() {
        let mut units = two();
        let (old, new) = (name("units/so-tu-phap"), name("units/so-tu-phap-moi"));
        let mut second = unit("Sở Tư pháp", &[], None);
        second.open_date = date(2025, 7, 1);
        assert!(matches!(fit(&units, &new, &second), Err(UnitError::NameTaken { .. })));
        units.get_mut(&old).unwrap().close_date = Some(date(2025, 6, 30));
        assert!(fit(&units, &new, &second).is_ok());
        units.insert(new.clone(), second);
        let meant = |day| resolve(&units, "so tu phap", day).unwrap().0.clone();
        assert_eq!(
            [meant(Some(date(2025, 6, 30))), meant(Some(date(2025, 7, 1))), meant(None)],
            [old, new.clone(), new]
        );
    }

    #[test]
    fn a_code_stands_for_one_unit_on_a_day() {
        let code = |code: &str, from, to| {
            let (scheme, code) = ("ma-tinh".to_owned(), code.to_owned());
            Code { scheme, code, valid_from: from, valid_to: to }
        };
        let mut units = two();
        units.get_mut(&name("units/so-tu-phap")).unwrap().codes =
            vec![code("24", None, Some(date(2025, 6, 30)))];
        let fits = |found: Code| {
            let mut other = unit("Khác", &[], None);
            other.codes = vec![found];
            fit(&units, &name("units/khac"), &other).is_ok()
        };
        assert!(!fits(code("24", None, None)));
        assert!(!fits(code("24", Some(date(2025, 6, 30)), None)));
        assert!(fits(code("24", Some(date(2025, 7, 1)), None)));
        assert!(fits(code("27", None, None)));
        assert!(fits(code("024", None, None)), "codes are text");
        assert!(fits(Code { scheme: "khac".to_owned(), ..code("24", None, None) }));
        // A code of days on which the unit does not exist stands for nobody.
        assert!(fits(code("24", None, Some(date(1996, 12, 31)))));
        assert!(code("1", None, None).clashes(&code("2", Some(date(2030, 1, 1)), None)));
        assert!(!code("1", None, Some(date(2029, 12, 31))).clashes(&code("2", Some(date(2030, 1, 1)), None)));
    }

    #[test]
    fn no_unit_stands_above_itself() {
        let circular = unit("Bộ Chỉ huy", &[], Some("units/so-tu-phap"));
        assert!(matches!(
            fit(&two(), &name("units/bo-chi-huy"), &circular),
            Err(UnitError::SuperiorCircular { .. })
        ));
        let own = unit("X", &[], Some("units/x"));
        assert!(matches!(fit(&two(), &name("units/x"), &own), Err(UnitError::SuperiorCircular { .. })));
    }
}
