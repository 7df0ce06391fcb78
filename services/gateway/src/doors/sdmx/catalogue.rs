//! The codes of units and measures, as statistics has them today.

use jiff::civil::Date;
use thidua_proto::{date, statistics};

use super::calendar::Period;

/// The code of all units together.
pub const TOTAL: &str = "_T";

/// Where the names of units begin.
const UNITS: &str = "units/";

/// All codes that can change.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// All together, then the units by name.
    pub units: Vec<Unit>,
    /// By code.
    pub measures: Vec<Measure>,
}

/// A unit as a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The last part of its resource name, as it is: SDMX allows all its characters in codes.
    pub code: String,
    /// The official Vietnamese name.
    pub vi: String,
    /// The English name; may be empty.
    pub en: String,
    /// The code of the unit above.
    pub superior: Option<String>,
    first: Date,
    last: Date,
}

impl Unit {
    fn total() -> Self {
        Self {
            code: TOTAL.to_owned(),
            vi: "Tất cả đơn vị".to_owned(),
            en: "All units".to_owned(),
            superior: None,
            first: Date::MIN,
            last: Date::MAX,
        }
    }

    fn new(unit: statistics::Unit, is_there: impl Fn(&str) -> bool) -> Self {
        let code = |name: &str| name.strip_prefix(UNITS).unwrap_or(name).to_owned();
        let superior = Some(&unit.superior).filter(|name| is_there(name)).map(|name| code(name));
        Self {
            code: code(&unit.name),
            vi: unit.display_name,
            en: unit.display_name_en,
            superior,
            first: unit.open_date.and_then(date::from_wire).unwrap_or(Date::MIN),
            last: unit.close_date.and_then(date::from_wire).unwrap_or(Date::MAX),
        }
    }

    /// The resource name; `None` for all together.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        (self.code != TOTAL).then(|| format!("{UNITS}{}", self.code))
    }

    /// Whether the unit exists on a day of a period.
    #[must_use]
    pub fn exists_in(&self, period: &Period) -> bool {
        self.first <= period.last && period.first <= self.last
    }
}

/// A measure as a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The code in statistics, with hyphens for its dots: dots stand between the dimensions of a key. As codes of statistics
    /// have no hyphens, each comes back from its code here.
    pub code: String,
    /// The code in statistics.
    pub name: String,
    /// The Vietnamese label.
    pub vi: String,
    /// The English label.
    pub en: String,
    /// How it is counted, how it behaves in time, and where that comes from.
    pub description: String,
    /// What one stands for.
    pub unit_of_measure: String,
    /// Digits after the decimal point.
    pub decimals: u8,
}

impl From<statistics::Measure> for Measure {
    fn from(measure: statistics::Measure) -> Self {
        let (kind, decimals) = match measure.kind() {
            statistics::MeasureKind::Stock => {
                ("Stock: stands at the end of the period, does not add over periods.", 0)
            }
            statistics::MeasureKind::Ratio => ("Ratio: adds neither over periods nor over units.", 1),
            statistics::MeasureKind::Flow | statistics::MeasureKind::Unspecified => {
                ("Flow: adds over periods.", 0)
            }
        };
        Self {
            code: measure.code.replace('.', "-"),
            description: format!("{} {kind} {}.", measure.definition, measure.source),
            name: measure.code,
            vi: measure.display_name,
            en: measure.display_name_en,
            unit_of_measure: measure.unit_of_measure,
            decimals,
        }
    }
}

impl Catalogue {
    /// From what statistics lists.
    #[must_use]
    pub fn new(units: Vec<statistics::Unit>, measures: Vec<statistics::Measure>) -> Self {
        let names: std::collections::HashSet<String> = units.iter().map(|unit| unit.name.clone()).collect();
        let units = units.into_iter().map(|unit| Unit::new(unit, |name| names.contains(name)));
        Self {
            units: std::iter::once(Unit::total()).chain(units).collect(),
            measures: measures.into_iter().map(Measure::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors::sdmx::calendar::tests::calendar;
    use crate::doors::sdmx::period::{Frequency, PeriodName};

    #[test]
    fn units_keep_their_ids_and_know_when_they_existed() {
        let unit = statistics::Unit {
            name: "units/so-noi-vu".to_owned(),
            superior: "units/none".to_owned(),
            open_date: Some(thidua_proto::Date { year: 2023, month: 1, day: 1 }),
            ..Default::default()
        };
        let below = statistics::Unit {
            name: "units/b".to_owned(),
            superior: unit.name.clone(),
            ..Default::default()
        };
        let catalogue = Catalogue::new(vec![unit, below], vec![]);
        let codes: Vec<&str> = catalogue.units.iter().map(|unit| unit.code.as_str()).collect();
        assert_eq!(codes, [TOTAL, "so-noi-vu", "b"]);
        let [total, unit, below] = catalogue.units.try_into().unwrap();
        assert_eq!((total.name(), unit.name().as_deref()), (None, Some("units/so-noi-vu")));
        assert_eq!((unit.superior.as_deref(), below.superior.as_deref()), (None, Some("so-noi-vu")));
        let [before, into] = [2022, 2023]
            .map(|year| calendar().period(PeriodName::new(Frequency::Annual, year, 1).unwrap()).unwrap());
        assert_eq!(
            (unit.exists_in(&before), unit.exists_in(&into), total.exists_in(&before)),
            (false, true, true)
        );
    }

    #[test]
    fn measures_have_codes_without_dots() {
        let measure = statistics::Measure {
            code: "petitions.within_competence.complaint".to_owned(),
            ..Default::default()
        };
        let measure = Measure::from(measure);
        assert_eq!(measure.code, "petitions-within_competence-complaint");
        assert_eq!(measure.code.replace('-', "."), measure.name);
    }
}
