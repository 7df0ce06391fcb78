//! `FigureService`: figures computed from the dated sums.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use thidua_chassis::failure::Shared;
use thidua_chassis::store::{Series, Tallies};
use thidua_proto::date;
use thidua_proto::names::UnitName;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure_service_server::FigureService;
use tonic::{Request, Response, Status};

use super::{Statistics, explanations};
use crate::domain::figure::{Sums, Value, Window, compute, total};
use crate::domain::measure::{Formula, Measure};
use crate::error::Error;

/// The longest window, in years: longer ones are slips of the keyboard.
const MOST_YEARS: i16 = 100;

#[tonic::async_trait]
impl FigureService for Statistics {
    async fn compute_figures(
        &self,
        request: Request<proto::ComputeFiguresRequest>,
    ) -> Result<Response<proto::ComputeFiguresResponse>, Status> {
        let query = Query::parse(request.get_ref())?;
        let units = self.units_asked(query.units).await?;
        let measures = self.measures(&query.measures)?;
        let names: Vec<String> = units.iter().map(ToString::to_string).collect();
        let series: Vec<Arc<str>> = names.iter().map(|name| name.as_str().into()).collect();
        let (revision, tallies) = match query.as_of {
            None => self.store.tallies(&series).await.map_err(Error::store)?,
            Some(as_of) => self.tallies_as_of(as_of, &series).await?,
        };

        let window = query.window;
        let open = window.is_open(self.clock.today());
        let values: Vec<Vec<Value>> = tallies
            .iter()
            .map(|unit| {
                measures.iter().map(|m| compute(&self.catalogue, &m.formula, &Daily(unit), window)).collect()
            })
            .collect();
        let totals = measures.iter().enumerate().map(|(at, measure)| {
            let each = values.iter().filter_map(|unit| unit.get(at).copied());
            figure(measure, "", window, total(&measure.formula, each), open)
        });
        let mut figures: Vec<proto::Figure> = totals.collect();
        if query.by_unit {
            for (name, unit) in names.iter().zip(&values) {
                figures.extend(
                    measures.iter().zip(unit).map(|(m, value)| figure(m, name, window, *value, open)),
                );
            }
        }
        let measures = measures.into_iter().map(measure_to_proto).collect();
        Ok(Response::new(proto::ComputeFiguresResponse { figures, measures, revision }))
    }

    type ExplainFigureStream = explanations::Explanation;

    async fn explain_figure(
        &self,
        request: Request<proto::ExplainFigureRequest>,
    ) -> Result<Response<Self::ExplainFigureStream>, Status> {
        explanations::explain(self, request.get_ref()).await
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

/// When figures are wanted from.
#[derive(Debug, Clone, Copy)]
enum AsOf {
    Revision(i64),
    Time(Timestamp),
}

impl Statistics {
    async fn tallies_as_of(&self, as_of: AsOf, series: &[Series]) -> Result<(i64, Vec<Arc<Tallies>>), Error> {
        let mut snapshot = self.store.snapshot().await?;
        let revision = match as_of {
            AsOf::Revision(revision) => revision,
            AsOf::Time(time) => snapshot.revision_at(time).await?,
        };
        if revision > snapshot.revision() {
            let (newest, asked) = (snapshot.revision(), revision.to_string());
            return Err(Shared::RevisionNotReached { revision: newest, min_revision: asked }.into());
        }
        let tallies = snapshot.tallies_at(revision, series).await?;
        Ok((revision, tallies.into_iter().map(Arc::new).collect()))
    }

    /// The units asked for, all where none is named; each must exist.
    pub(super) async fn units_asked(&self, asked: Vec<UnitName>) -> Result<Vec<UnitName>, Error> {
        let all = self.units().await?;
        if asked.is_empty() {
            return Ok(all.keys().cloned().collect());
        }
        match asked.iter().find(|unit| !all.contains_key(unit)) {
            Some(unknown) => Err(Error::not_found(unknown)),
            None => Ok(asked),
        }
    }

    pub(super) fn measure(&self, code: &str) -> Result<&Measure, Error> {
        self.catalogue.get(code).ok_or_else(|| Error::MeasureUnknown { measure: code.to_owned() })
    }

    fn measures(&self, codes: &[String]) -> Result<Vec<&Measure>, Error> {
        if codes.is_empty() {
            return Ok(self.catalogue.all().collect());
        }
        codes.iter().map(|code| self.measure(code)).collect()
    }
}

struct Query {
    units: Vec<UnitName>,
    measures: Vec<String>,
    window: Window,
    by_unit: bool,
    as_of: Option<AsOf>,
}

/// Names of units, each at most once.
pub(super) fn parse_units(v: &mut Violations, units: &[String]) -> Option<Vec<UnitName>> {
    let mut seen = BTreeSet::new();
    v.list("units", units, 1000, |v, field, unit| {
        if !seen.insert(unit) {
            v.refuse(field, Problem::Repeated);
        }
        v.name(field, unit)
    })
}

/// A span of days that is not longer than a life.
pub(super) fn parse_span(
    v: &mut Violations,
    first_date: Option<thidua_proto::Date>,
    last_date: Option<thidua_proto::Date>,
) -> Option<(Date, Date)> {
    let first = v.required_day("first_date", first_date);
    let last = v.required_day("last_date", last_date);
    v.order(("first_date", first), ("last_date", last));
    let (first, last) = (first?, last?);
    if last.year() - first.year() > MOST_YEARS {
        let (min, max) = (first.year().into(), (first.year() + MOST_YEARS).into());
        v.refuse("last_date", Problem::OutOfRange { min, max, found: last.year().into() });
        return None;
    }
    Some((first, last))
}

impl AsOf {
    /// `Some(None)` where the newest is wanted.
    fn parse(v: &mut Violations, m: &proto::ComputeFiguresRequest) -> Option<Option<Self>> {
        let revision = m.as_of_revision.map(|number| v.number("as_of_revision", number, 0..=i64::MAX));
        let time = m.as_of_time.map(|time| {
            let nanos = i32::try_from(time.nanos).ok()?;
            Timestamp::new(time.seconds, nanos).ok()
        });
        match (revision, time) {
            (None, None) => Some(None),
            (Some(revision), None) => Some(Some(Self::Revision(revision?))),
            (None, Some(Some(time))) => Some(Some(Self::Time(time))),
            (None, Some(None)) => {
                v.refuse("as_of_time", Problem::NoSuchDay);
                None
            }
            (Some(_), Some(_)) => {
                let when = ("without as_of_revision", "khi không có as_of_revision (số hiệu bản ghi)");
                v.refuse("as_of_time", Problem::Unwanted { when });
                None
            }
        }
    }
}

impl Query {
    fn parse(m: &proto::ComputeFiguresRequest) -> Result<Self, Error> {
        let mut v = Violations::default();
        let units = parse_units(&mut v, &m.units);
        let mut seen = BTreeSet::new();
        let measures = v.list("measures", &m.measures, 1000, |v, field, code| {
            if !seen.insert(code) {
                v.refuse(field, Problem::Repeated);
            }
            v.text(field, code, 1, 200)
        });
        let span = parse_span(&mut v, m.first_date, m.last_date);
        let period_last = v.day("period_last_date", m.period_last_date);
        v.order(("last_date", span.map(|(_, last)| last)), ("period_last_date", period_last.flatten()));
        let as_of = AsOf::parse(&mut v, m);
        let parsed = (|| {
            let (first, last) = span?;
            let window = Window { first, last, period_last: period_last?.unwrap_or(last) };
            let (units, measures) = (units?, measures?);
            Some(Self { units, measures, window, by_unit: m.by_unit, as_of: as_of? })
        })();
        Ok(v.finish(parsed)?)
    }
}

/// The store's running totals as the domain asks for them.
pub(super) struct Daily<'t>(pub(super) &'t Tallies);

impl Sums for Daily<'_> {
    fn within(&self, sum: &str, first: Date, last: Date) -> i64 {
        self.0.within(sum, date::to_number(first), date::to_number(last))
    }

    fn up_to(&self, sum: &str, day: Date) -> i64 {
        self.0.up_to(sum, date::to_number(day))
    }
}

pub(super) fn figure(
    measure: &Measure,
    unit: &str,
    window: Window,
    value: Value,
    open: bool,
) -> proto::Figure {
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

pub(super) fn measure_to_proto(measure: &Measure) -> proto::Measure {
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
