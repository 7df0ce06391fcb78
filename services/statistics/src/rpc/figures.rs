//! `FigureService`: figures computed from the dated sums.

use std::collections::BTreeSet;
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
use super::calendars::{WindowFields, WindowQuery};
use crate::domain::figure::{Sums, Value, Window, compute, total};
use crate::domain::measure::{Formula, Measure};
use crate::error::Error;

#[tonic::async_trait]
impl FigureService for Statistics {
    async fn compute_figures(
        &self,
        request: Request<proto::ComputeFiguresRequest>,
    ) -> Result<Response<proto::ComputeFiguresResponse>, Status> {
        let query = Query::parse(request.get_ref())?;
        let window = query.window.find(&self.rules.calendars)?.window;
        let all = self.units().await?;
        let units: Vec<UnitName> =
            if query.units.is_empty() { all.keys().cloned().collect() } else { query.units };
        if let Some(unknown) = units.iter().find(|unit| !all.contains_key(unit)) {
            return Err(Error::not_found(unknown).into());
        }
        let measures = self.measures(&query.measures)?;
        let names: Vec<String> = units.iter().map(ToString::to_string).collect();
        let series: Vec<Arc<str>> = names.iter().map(|name| name.as_str().into()).collect();
        let (revision, tallies) = self.store.tallies(&series).await.map_err(Error::store)?;

        let open = window.is_open(self.clock.today());
        let values: Vec<Vec<Value>> = tallies
            .iter()
            .map(|unit| {
                measures
                    .iter()
                    .map(|m| compute(&self.rules.catalogue, &m.formula, &Daily(unit), window))
                    .collect()
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
            for (name, unit) in names.iter().zip(&values) {
                figures.extend(
                    measures.iter().zip(unit).map(|(m, value)| figure(m, name, window, *value, open)),
                );
            }
        }
        let measures = measures.into_iter().map(measure_to_proto).collect();
        Ok(Response::new(proto::ComputeFiguresResponse { figures, measures, revision }))
    }

    async fn list_measures(
        &self,
        _request: Request<proto::ListMeasuresRequest>,
    ) -> Result<Response<proto::ListMeasuresResponse>, Status> {
        let measures = self.rules.catalogue.all().map(measure_to_proto).collect();
        let source_version = self.rules.catalogue.version.clone();
        Ok(Response::new(proto::ListMeasuresResponse { measures, source_version }))
    }

    async fn fill_form(
        &self,
        request: Request<proto::FillFormRequest>,
    ) -> Result<Response<proto::FillFormResponse>, Status> {
        self.fill(request).await
    }

    async fn list_forms(
        &self,
        request: Request<proto::ListFormsRequest>,
    ) -> Result<Response<proto::ListFormsResponse>, Status> {
        self.forms(&request)
    }

    async fn list_calendars(
        &self,
        request: Request<proto::ListCalendarsRequest>,
    ) -> Result<Response<proto::ListCalendarsResponse>, Status> {
        self.calendars(&request)
    }
}

impl Statistics {
    fn measures(&self, codes: &[String]) -> Result<Vec<&Measure>, Error> {
        if codes.is_empty() {
            return Ok(self.rules.catalogue.all().collect());
        }
        let find = |code: &String| {
            self.rules.catalogue.get(code).ok_or_else(|| Error::MeasureUnknown { measure: code.clone() })
        };
        codes.iter().map(find).collect()
    }
}

struct Query {
    units: Vec<UnitName>,
    measures: Vec<String>,
    window: WindowQuery,
    by_unit: bool,
}

impl Query {
    fn parse(m: &proto::ComputeFiguresRequest) -> Result<Self, Error> {
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
        let fields = WindowFields {
            first_date: m.first_date,
            last_date: m.last_date,
            period_last_date: m.period_last_date,
            calendar: &m.calendar,
            period: &m.period,
            cut_off_date: m.cut_off_date,
        };
        let window = WindowQuery::parse(&mut v, fields);
        let parsed =
            (|| Some(Self { units: units?, measures: measures?, window: window?, by_unit: m.by_unit }))();
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
