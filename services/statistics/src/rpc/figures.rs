//! `FigureService`: figures computed from the dated sums.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use thidua_chassis::store::Tallies;
use thidua_proto::date;
use thidua_proto::names::UnitName;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure_service_server::FigureService;
use tonic::{Request, Response, Status};

use super::Statistics;
use crate::domain::figure::{Sums, Value, Window, compute, total};
use crate::domain::measure::{Formula, Measure};
use crate::domain::structure::{Regrouped, Shown, Structure, sources};
use crate::error::Error;

/// The longest window, in years: longer ones are slips of the keyboard.
const MOST_YEARS: i16 = 100;

#[tonic::async_trait]
impl FigureService for Statistics {
    async fn compute_figures(
        &self,
        request: Request<proto::ComputeFiguresRequest>,
    ) -> Result<Response<proto::ComputeFiguresResponse>, Status> {
        let query = Query::parse(request.get_ref(), self.clock.today())?;
        let shown = sources(&*self.units().await?, &query.units, query.structure)?;
        let measures = self.measures(&query.measures)?;
        let (revision, sums) = self.sums(&shown).await?;

        let window = query.window;
        let open = window.is_open(self.clock.today());
        let values: Vec<Vec<Value>> = shown
            .iter()
            .map(|unit| {
                let sums = Regrouped::new(&unit.sources, |source| sums.get(source));
                measures.iter().map(|m| compute(&self.catalogue, &m.formula, &sums, window)).collect()
            })
            .collect();
        let totals = measures.iter().enumerate().map(|(at, measure)| {
            let each = values.iter().filter_map(|unit| unit.get(at).copied());
            let none = match measure.formula {
                Formula::Ratio { .. } => {
                    Value::Ratio(crate::domain::figure::Ratio { numerator: 0, denominator: 0 })
                }
                Formula::Flow { .. } | Formula::Stock { .. } => Value::Amount(0),
            };
            figure(measure, "", window, total(each).unwrap_or(none), open)
        });
        let mut figures: Vec<proto::Figure> = totals.collect();
        if query.by_unit {
            for (unit, values) in shown.iter().zip(&values) {
                let name = unit.unit.to_string();
                figures.extend(
                    measures.iter().zip(values).map(|(m, value)| figure(m, &name, window, *value, open)),
                );
            }
        }
        let measures = measures.into_iter().map(measure_to_proto).collect();
        let sources = match query.structure {
            Structure::AsThen => Vec::new(),
            Structure::AsNow { .. } => shown.iter().flat_map(sources_to_proto).collect(),
        };
        Ok(Response::new(proto::ComputeFiguresResponse { figures, measures, revision, sources }))
    }

    async fn list_measures(
        &self,
        _request: Request<proto::ListMeasuresRequest>,
    ) -> Result<Response<proto::ListMeasuresResponse>, Status> {
        let measures = self.catalogue.all().map(measure_to_proto).collect();
        let source_version = self.catalogue.version.clone();
        Ok(Response::new(proto::ListMeasuresResponse { measures, source_version }))
    }
}

impl Statistics {
    /// What the sources of units have recorded, at one revision.
    async fn sums(&self, shown: &[Shown]) -> Result<(i64, BTreeMap<UnitName, Daily>), Error> {
        let names: BTreeSet<&UnitName> =
            shown.iter().flat_map(|unit| &unit.sources).map(|source| &source.unit).collect();
        let series: Vec<Arc<str>> = names.iter().map(|name| name.to_string().into()).collect();
        let (revision, tallies) = self.store.tallies(&series).await.map_err(Error::store)?;
        Ok((revision, names.into_iter().cloned().zip(tallies.into_iter().map(Daily)).collect()))
    }

    fn measures(&self, codes: &[String]) -> Result<Vec<&Measure>, Error> {
        if codes.is_empty() {
            return Ok(self.catalogue.all().collect());
        }
        let find = |code: &String| {
            self.catalogue.get(code).ok_or_else(|| Error::MeasureUnknown { measure: code.clone() })
        };
        codes.iter().map(find).collect()
    }
}

struct Query {
    units: Vec<UnitName>,
    measures: Vec<String>,
    window: Window,
    by_unit: bool,
    structure: Structure,
}

impl Query {
    fn parse(m: &proto::ComputeFiguresRequest, today: Date) -> Result<Self, Error> {
        let mut v = Violations::default();
        let mut seen = BTreeSet::new();
        let units = v.list("units", &m.units, 1000, |v, field, unit| {
            if !seen.insert(unit) {
                v.refuse(field, Problem::Repeated);
            }
            v.name(field, unit)
        });
        let mut seen = BTreeSet::new();
        let measures = v.list("measures", &m.measures, 1000, |v, field, code| {
            if !seen.insert(code) {
                v.refuse(field, Problem::Repeated);
            }
            v.text(field, code, 1, 200)
        });
        let first = v.required_day("first_date", m.first_date);
        let last = v.required_day("last_date", m.last_date);
        let period_last = v.day("period_last_date", m.period_last_date);
        v.order(("first_date", first), ("last_date", last));
        v.order(("last_date", last), ("period_last_date", period_last.flatten()));
        if let (Some(first), Some(last)) = (first, last)
            && last.year() - first.year() > MOST_YEARS
        {
            let (min, max) = (first.year().into(), (first.year() + MOST_YEARS).into());
            v.refuse("last_date", Problem::OutOfRange { min, max, found: last.year().into() });
        }
        let structure = structure(&mut v, m.structure, m.structure_date, today);
        let parsed = (|| {
            let (first, last) = (first?, last?);
            let window = Window { first, last, period_last: period_last?.unwrap_or(last) };
            let (by_unit, structure) = (m.by_unit, structure?);
            Some(Self { units: units?, measures: measures?, window, by_unit, structure })
        })();
        Ok(v.finish(parsed)?)
    }
}

/// By which units: as then where nothing is said.
pub(super) fn structure(
    v: &mut Violations,
    structure: i32,
    on: Option<thidua_proto::Date>,
    today: Date,
) -> Option<Structure> {
    let asked = v.optional_choice("structure", structure);
    let day = v.day("structure_date", on);
    if asked? == Some(proto::Structure::AsNow) {
        return Some(Structure::AsNow { on: day?.unwrap_or(today) });
    }
    if on.is_some() {
        let when = ("with STRUCTURE_AS_NOW", "khi chọn STRUCTURE_AS_NOW");
        v.refuse("structure_date", Problem::Unwanted { when });
    }
    Some(Structure::AsThen)
}

/// The store's running totals as the domain asks for them.
struct Daily(Arc<Tallies>);

impl Sums for Daily {
    fn within(&self, sum: &str, first: Date, last: Date) -> i64 {
        self.0.within(sum, date::to_number(first), date::to_number(last))
    }

    fn up_to(&self, sum: &str, day: Date) -> i64 {
        self.0.up_to(sum, date::to_number(day))
    }
}

fn figure(measure: &Measure, unit: &str, window: Window, value: Value, open: bool) -> proto::Figure {
    let status = match value {
        Value::Ratio(ratio) if ratio.denominator == 0 => proto::FigureStatus::NotApplicable,
        Value::Ratio(_) | Value::Amount(_) if open => proto::FigureStatus::Provisional,
        Value::Ratio(_) | Value::Amount(_) => proto::FigureStatus::Final,
    };
    let value = match value {
        Value::Amount(amount) => proto::figure::Value::Amount(amount),
        Value::Ratio(ratio) => proto::figure::Value::Ratio(proto::Ratio {
            numerator: ratio.numerator,
            denominator: ratio.denominator,
            percent: ratio.percent().unwrap_or_default(),
        }),
    };
    proto::Figure {
        measure: measure.code.clone(),
        unit: unit.to_owned(),
        first_date: Some(date::to_wire(window.first)),
        last_date: Some(date::to_wire(window.last)),
        value: Some(value),
        status: status.into(),
    }
}

fn sources_to_proto(shown: &Shown) -> impl Iterator<Item = proto::FigureSource> {
    shown.sources.iter().map(|source| proto::FigureSource {
        unit: shown.unit.to_string(),
        source: source.unit.to_string(),
        first_date: source.first.map(date::to_wire),
        last_date: source.last.map(date::to_wire),
        share_numerator: source.place.share().numerator(),
        share_denominator: source.place.share().denominator(),
    })
}

fn measure_to_proto(measure: &Measure) -> proto::Measure {
    proto::Measure {
        code: measure.code.clone(),
        display_name: measure.display_name.clone(),
        display_name_en: measure.display_name_en.clone(),
        kind: match measure.formula {
            Formula::Flow { .. } => proto::MeasureKind::Flow,
            Formula::Stock { .. } => proto::MeasureKind::Stock,
            Formula::Ratio { .. } => proto::MeasureKind::Ratio,
        }
        .into(),
        unit_of_measure: measure.unit_of_measure.clone(),
        definition: measure.definition.clone(),
        source: measure.source.clone(),
    }
}
