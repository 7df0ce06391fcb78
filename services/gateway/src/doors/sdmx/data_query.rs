//! The part of the data that a question means: which questions it puts to statistics, and what comes of the answers.

use std::collections::HashMap;

use jiff::civil::Date;
use thidua_proto::statistics as proto;

use super::artefact::Artefact;
use super::calendar::{Period, ReportingCalendar};
use super::catalogue::{Catalogue, Measure, Unit};
use super::data::{Observation, Series};
use super::period::{Frequency, TimeBound};
use super::question::Selection;
use super::refusal::{Refusal, Words};

/// The most observations of one answer.
pub const MOST_OBSERVATIONS: usize = 200_000;
/// The most figures that statistics is asked for at once: their message stays well below what is read.
const MOST_FIGURES: usize = 50_000;
/// The most units that statistics can be asked for at once.
const MOST_UNITS: usize = 1000;

/// Periods, units and measures; an observation is where they meet.
#[derive(Debug)]
pub struct DataQuery<'c> {
    /// By frequency, then by time.
    periods: Vec<Period>,
    units: Vec<&'c Unit>,
    measures: Vec<&'c Measure>,
    /// Their codes in statistics; none where all are meant.
    names: Vec<String>,
}

/// A question to statistics about one period.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The period's place in the query.
    pub period: usize,
    /// The question.
    pub request: proto::ComputeFiguresRequest,
}

/// The observations found, by the places of their period, unit and measure in the query.
pub type Observations = HashMap<(usize, usize, usize), Observation>;

impl<'c> DataQuery<'c> {
    /// The query that a selection makes; of periods only those that have begun by `today`.
    pub fn new(
        selection: &Selection,
        catalogue: &'c Catalogue,
        calendar: ReportingCalendar,
        today: Date,
    ) -> Result<Self, Refusal> {
        let key = &selection.key;
        let frequencies = ("FREQ", Artefact::Frequencies);
        let frequencies = key.frequencies.pick(&Frequency::ALL, |it| it.code(), frequencies)?;
        let units = key.units.pick(&catalogue.units, |it| &it.code, ("UNIT_ID", Artefact::Units))?;
        let measures =
            key.measures.pick(&catalogue.measures, |it| &it.code, ("MEASURE", Artefact::Measures))?;
        let (first, last) = days(selection, calendar)?;
        let periods = frequencies.into_iter().flat_map(|it| calendar.between(*it, first, last, today));
        let is_all = measures.len() == catalogue.measures.len();
        let names = measures.iter().filter(|_| !is_all).map(|measure| measure.name.clone()).collect();
        let data_query = Self { periods: periods.collect(), units, measures, names };
        let found = data_query.observations();
        if found > MOST_OBSERVATIONS {
            return Err(Refusal::TooManyObservations { found, most: MOST_OBSERVATIONS });
        }
        if found == 0 { Err(Refusal::NothingFound) } else { Ok(data_query) }
    }

    /// How many observations there are: one a measure for each period and unit that exists in it.
    #[must_use]
    pub fn observations(&self) -> usize {
        let periods_of = |unit: &&Unit| self.periods.iter().filter(|period| unit.exists_in(period)).count();
        self.units.iter().map(periods_of).sum::<usize>() * self.measures.len()
    }

    /// The questions to statistics that answer it.
    #[must_use]
    pub fn asks(&self) -> Vec<Ask> {
        let together = (MOST_FIGURES / self.measures.len().max(1)).clamp(1, MOST_UNITS);
        let mut asks = Vec::new();
        for (at, period) in self.periods.iter().enumerate() {
            let living = self.units.iter().filter(|unit| unit.exists_in(period));
            let names: Vec<String> = living.filter_map(|unit| unit.name()).collect();
            asks.extend(names.chunks(together).map(|some| self.ask(at, period, some)));
            if self.units.iter().any(|unit| unit.name().is_none()) {
                asks.push(self.ask(at, period, &[]));
            }
        }
        asks
    }

    /// About units one by one; about all together if none is named.
    fn ask(&self, at: usize, period: &Period, units: &[String]) -> Ask {
        let request = proto::ComputeFiguresRequest {
            units: units.to_vec(),
            measures: self.names.clone(),
            window: Some(proto::Window::of_days(period.first, period.last)),
            by_unit: !units.is_empty(),
            ..proto::ComputeFiguresRequest::default()
        };
        Ask { period: at, request }
    }

    /// Takes over the figures of an answer; totals over some of the units are not what was asked.
    pub fn take(&self, ask: &Ask, figures: Vec<proto::Figure>, found: &mut Observations) {
        let units: HashMap<String, usize> =
            self.units.iter().enumerate().map(|(at, unit)| (unit.name().unwrap_or_default(), at)).collect();
        let measures: HashMap<&str, usize> =
            self.measures.iter().enumerate().map(|(at, measure)| (measure.name.as_str(), at)).collect();
        for figure in figures {
            if figure.unit.is_empty() == ask.request.by_unit {
                continue;
            }
            if let (Some(unit), Some(measure)) =
                (units.get(&figure.unit), measures.get(figure.measure.as_str()))
            {
                found.insert((ask.period, *unit, *measure), Observation::new(figure));
            }
        }
    }

    /// The series, by frequency, unit and measure, with the observations found; without `found`, the series alone.
    #[must_use]
    pub fn series(&self, mut found: Option<Observations>) -> Vec<Series> {
        let mut series = Vec::new();
        for frequency in Frequency::ALL {
            let periods =
                || self.periods.iter().enumerate().filter(move |(_, it)| it.name.frequency == frequency);
            for (unit_at, unit) in self.units.iter().enumerate() {
                let living: Vec<(usize, &Period)> = periods().filter(|(_, it)| unit.exists_in(it)).collect();
                if living.is_empty() {
                    continue;
                }
                for (measure_at, measure) in self.measures.iter().enumerate() {
                    let observation = |(at, period): &(usize, &Period)| {
                        let found = found.as_mut()?.remove(&(*at, unit_at, measure_at))?;
                        Some((period.name.to_string(), found))
                    };
                    series.push(Series {
                        frequency: frequency.code(),
                        unit: unit.code.clone(),
                        measure: measure.code.clone(),
                        unit_of_measure: measure.unit_of_measure.clone(),
                        decimals: measure.decimals,
                        observations: living.iter().filter_map(observation).collect(),
                    });
                }
            }
        }
        series
    }
}

/// The days between which the periods of a selection lie.
fn days(selection: &Selection, calendar: ReportingCalendar) -> Result<(Date, Date), Refusal> {
    let named = |bound: Option<TimeBound>| bound.and_then(|bound| calendar.days(bound));
    let first = named(selection.first).map(|(first, _)| first);
    let last = named(selection.last).map(|(_, last)| last);
    if let (Some(first), Some(last)) = (first, last)
        && last < first
    {
        let expected =
            Words { vi: "kỳ không trước startPeriod", en: "a period not before startPeriod" };
        return Err(Refusal::ParameterInvalid { parameter: "endPeriod", value: last.to_string(), expected });
    }
    Ok((first.or(calendar.begin()).unwrap_or(Date::MIN), last.unwrap_or(Date::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors::sdmx::calendar::tests::calendar;
    use crate::doors::sdmx::key::Key;
    use crate::doors::sdmx::question::Detail;

    fn selection(key: &str, first: &str, last: &str) -> Selection {
        let (key, first, last) = (Key::parse(key).unwrap(), TimeBound::parse(first), TimeBound::parse(last));
        Selection { key, first, last, flat: false, detail: Detail::Full }
    }

    /// All of a key in the reporting year 2023.
    fn in_2023<'c>(key: &str, catalogue: &'c Catalogue, today: Date) -> Result<DataQuery<'c>, Refusal> {
        DataQuery::new(&selection(key, "2023", "2023"), catalogue, calendar(), today)
    }

    fn catalogue(units: usize, measures: usize) -> Catalogue {
        let unit = |at| proto::Unit { name: format!("units/u{at}"), ..Default::default() };
        let measure = |at| proto::Measure { code: format!("a.m{at}"), ..Default::default() };
        Catalogue::new((0..units).map(unit).collect(), (0..measures).map(measure).collect())
    }

    #[test]
    fn statistics_is_asked_by_period_for_units_and_for_all_together() {
        let catalogue = catalogue(2500, 2);
        let data_query = in_2023("Q..a-m0", &catalogue, Date::MAX).unwrap();
        let asks = data_query.asks();
        let sizes: Vec<(usize, usize)> =
            asks.iter().map(|ask| (ask.period, ask.request.units.len())).collect();
        assert_eq!(sizes[..5], [(0, 1000), (0, 1000), (0, 500), (0, 0), (1, 1000)]);
        assert!(asks.iter().all(|ask| ask.request.by_unit != ask.request.units.is_empty()));
        assert!(asks.iter().all(|ask| ask.request.measures == ["a.m0"]));
    }

    #[test]
    fn many_measures_are_asked_for_fewer_units() {
        let catalogue = catalogue(300, 500);
        let data_query = in_2023("A..", &catalogue, Date::MAX).unwrap();
        assert!(
            data_query
                .asks()
                .iter()
                .all(|ask| ask.request.units.len() <= 100 && ask.request.measures.is_empty())
        );
        assert_eq!(data_query.asks().len(), 4);
    }

    #[test]
    fn an_answer_has_bounds() {
        let catalogue = catalogue(199, 1000);
        assert!(in_2023("A..", &catalogue, Date::MAX).is_ok());
        let refusal = in_2023("A+S..", &catalogue, Date::MAX).unwrap_err();
        assert!(matches!(refusal, Refusal::TooManyObservations { found: 600_000, most: 200_000 }));
        let none = in_2023("A..", &catalogue, Date::constant(2022, 12, 14));
        assert!(matches!(none.unwrap_err(), Refusal::NothingFound));
    }

    #[test]
    fn the_end_does_not_come_before_the_start() {
        let catalogue = catalogue(1, 1);
        let turned = selection("A..", "2024", "2023");
        let refusal = DataQuery::new(&turned, &catalogue, calendar(), Date::MAX).unwrap_err();
        assert!(matches!(refusal, Refusal::ParameterInvalid { parameter: "endPeriod", .. }), "{refusal:?}");
    }

    #[test]
    fn figures_come_to_their_series_and_totals_of_parts_do_not() {
        let catalogue = catalogue(1, 2);
        let data_query = in_2023("A..", &catalogue, Date::MAX).unwrap();
        let figure = |unit: &str, amount| proto::Figure {
            unit: unit.to_owned(),
            measure: "a.m1".to_owned(),
            value: Some(proto::figure::Value::Amount(amount)),
            status: proto::FigureStatus::Final.into(),
            ..Default::default()
        };
        let [units, total] = <[Ask; 2]>::try_from(data_query.asks()).unwrap();
        let mut found = Observations::new();
        data_query.take(&units, vec![figure("", 1), figure("units/u0", 2)], &mut found);
        data_query.take(&total, vec![figure("", 3)], &mut found);
        let values: Vec<(String, String, Vec<String>)> = data_query
            .series(Some(found))
            .into_iter()
            .map(|it| (it.unit, it.measure, it.observations.into_iter().map(|(_, one)| one.value).collect()))
            .collect();
        let own = |unit: &str, measure: &str, value: &[&str]| {
            (unit.to_owned(), measure.to_owned(), value.iter().map(|&it| it.to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(
            values,
            [
                own("_T", "a-m0", &[]),
                own("_T", "a-m1", &["3"]),
                own("u0", "a-m0", &[]),
                own("u0", "a-m1", &["2"])
            ]
        );
    }
}
