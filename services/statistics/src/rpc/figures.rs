//! `FigureService`: figures computed from the dated sums.

use std::borrow::Borrow;

use jiff::civil::Date;
use thidua_chassis::store::RunningTotals;
use thidua_proto::date;
use thidua_proto::page::{Binding, CodePage};
use thidua_proto::parse::Violations;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure_service_server::FigureService;
use tonic::{Request, Response, Status};

use super::approved_values::forms_telling;
use super::figure_query::FigureQuery;
use super::unit_sums::UnitSums;
use super::{Statistics, caller, certainty, explanations};
use crate::domain::calendars::window::Window;
use crate::domain::figures::figure::{Sums, Value, compute, total};
use crate::domain::figures::measure::{Formula, Measure};
use crate::domain::figures::regrouped::RegroupedSums;
use crate::domain::figures::unit_of_measure;
use crate::domain::units::structure::{ShownUnit, Structure};
use crate::error::Error;

#[tonic::async_trait]
impl FigureService for Statistics {
    async fn compute_figures(
        &self,
        request: Request<proto::ComputeFiguresRequest>,
    ) -> Result<Response<proto::ComputeFiguresResponse>, Status> {
        let query = FigureQuery::parse(request.get_ref(), self.clock.today())?;
        let found = query.window.find(&self.rules.calendars)?;
        let (window, forms) = (found.window, &self.rules.forms);
        let measures = self.measures(&query.measures)?;
        let telling = forms_telling(forms, measures.iter().map(|measure| &*measure.code), &found);
        let asked = (&*query.units, query.structure, query.as_of);
        let (recorded, published) = self.recorded_and_published(asked, &found, &telling).await?;
        let UnitSums { revision, shown, sums } = recorded;

        let catalogue = &self.rules.catalogue;
        let open = window.is_open(self.clock.today());
        let values = shown.iter().map(|unit| {
            let sums = RegroupedSums::new(&unit.sources, |source| sums.get(source));
            measures.iter().map(|m| compute(catalogue, &m.formula, &sums, window)).collect()
        });
        let values: Vec<Vec<Value>> = values.collect();
        let tellings: Vec<_> = measures.iter().map(|measure| forms.telling(&measure.code)).collect();
        let then = |unit: &ShownUnit, at: usize, now: Value| {
            tellings.get(at).and_then(|telling| published.amount(&unit.unit, telling, now))
        };
        let totals = measures.iter().enumerate().map(|(at, measure)| {
            let each = shown.iter().zip(&values).filter_map(|(unit, all)| Some((unit, *all.get(at)?)));
            let now = total(&measure.formula, each.clone().map(|(_, value)| value));
            let each = each
                .map(|(unit, value)| (&unit.unit, then(unit, at, value), value.amount().unwrap_or_default()));
            let then = published.together(each).map(|amounts| amounts.iter().sum());
            restated(figure(&measure.code, "", window, now, open), then)
        });
        let mut figures: Vec<proto::Figure> = totals.collect();
        if query.by_unit {
            for (unit, values) in shown.iter().zip(&values) {
                let name = unit.unit.to_string();
                figures.extend(measures.iter().zip(values).enumerate().map(|(at, (measure, value))| {
                    let figure = figure(&measure.code, &name, window, *value, open);
                    restated(figure, then(unit, at, *value))
                }));
            }
        }
        let measures = measures.into_iter().map(measure_to_proto).collect();
        let sources = sources_to_proto(&shown, query.structure);
        Ok(Response::new(proto::ComputeFiguresResponse { figures, measures, revision, sources }))
    }

    type ExplainFigureStream = explanations::Explanation;

    async fn explain_figure(
        &self,
        request: Request<proto::ExplainFigureRequest>,
    ) -> Result<Response<Self::ExplainFigureStream>, Status> {
        explanations::explain(self, &caller(&request), request.get_ref()).await
    }

    async fn fill_form(
        &self,
        request: Request<proto::FillFormRequest>,
    ) -> Result<Response<proto::FillFormResponse>, Status> {
        self.fill(request).await
    }

    async fn list_measures(
        &self,
        request: Request<proto::ListMeasuresRequest>,
    ) -> Result<Response<proto::ListMeasuresResponse>, Status> {
        let mut request = request.into_inner();
        let page = CodePage::take(&mut request.page_size, &mut request.page_token);
        let mut v = Violations::default();
        let size = page.size(&mut v);
        let size = v.finish(size).map_err(Error::from)?;
        let measures = self.rules.catalogue.all().map(|measure| (measure.code.clone(), measure));
        let (measures, next_page_token) = page
            .of(measures, size, &Binding::of("ListMeasures", &request))
            .map_err(|bad| Error::Common(bad.into()))?;
        let measures = measures.into_iter().map(measure_to_proto).collect();
        let source_version = self.rules.catalogue.version.clone();
        Ok(Response::new(proto::ListMeasuresResponse { measures, source_version, next_page_token }))
    }

    async fn list_forms(
        &self,
        request: Request<proto::ListFormsRequest>,
    ) -> Result<Response<proto::ListFormsResponse>, Status> {
        self.forms(request)
    }

    async fn list_calendars(
        &self,
        request: Request<proto::ListCalendarsRequest>,
    ) -> Result<Response<proto::ListCalendarsResponse>, Status> {
        self.calendars(request)
    }
}

impl Statistics {
    pub(super) fn measure(&self, code: &str) -> Result<&Measure, Error> {
        Ok(self.rules.catalogue.find(code)?)
    }

    fn measures(&self, codes: &[String]) -> Result<Vec<&Measure>, Error> {
        if codes.is_empty() {
            return Ok(self.rules.catalogue.all().collect());
        }
        codes.iter().map(|code| self.measure(code)).collect()
    }
}

/// The store's running totals as the domain asks for them.
pub(super) struct Daily<T>(pub(super) T);

impl<T: Borrow<RunningTotals>> Sums for Daily<T> {
    fn within(&self, sum: &str, first: Date, last: Date) -> i64 {
        self.0.borrow().within(sum, date::to_number(first), date::to_number(last))
    }

    fn up_to(&self, sum: &str, day: Date) -> i64 {
        self.0.borrow().up_to(sum, date::to_number(day))
    }
}

pub(super) fn figure(code: &str, unit: &str, window: Window, value: Value, open: bool) -> proto::Figure {
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
        measure: code.to_owned(),
        unit: unit.to_owned(),
        first_date: Some(date::to_wire(window.first)),
        last_date: Some(date::to_wire(window.last)),
        value: Some(value),
        status: status.into(),
        published_value: None,
    }
}

/// A figure beside what was published of it.
fn restated(figure: proto::Figure, published: Option<i64>) -> proto::Figure {
    let differs = |published: &i64| figure.value != Some(proto::figure::Value::Amount(*published));
    let published_value = published.filter(differs);
    let status = restated_status(figure.status(), published_value);
    proto::Figure { status: status.into(), published_value, ..figure }
}

/// What is final, but was published otherwise, is restated.
pub(super) fn restated_status(
    status: proto::FigureStatus,
    published_otherwise: Option<i64>,
) -> proto::FigureStatus {
    let restated = status == proto::FigureStatus::Final && published_otherwise.is_some();
    if restated { proto::FigureStatus::Restated } else { status }
}

pub(super) fn measure_to_proto(measure: &Measure) -> proto::Measure {
    proto::Measure {
        code: measure.code.clone(),
        certainty: certainty::to_proto(measure.certainty).into(),
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
        unit_of_measure_en: unit_of_measure::english(&measure.unit_of_measure).to_owned(),
    }
}

/// Whose records count in the figures of each unit; as then they are its own.
pub(super) fn sources_to_proto(shown: &[ShownUnit], structure: Structure) -> Vec<proto::FigureSource> {
    if structure == Structure::AsThen {
        return Vec::new();
    }
    let all = shown.iter().flat_map(|shown| shown.sources.iter().map(move |source| (shown, source)));
    all.map(|(shown, source)| proto::FigureSource {
        unit: shown.unit.to_string(),
        source: source.unit.to_string(),
        first_date: source.first.map(date::to_wire),
        last_date: source.last.map(date::to_wire),
        share_numerator: source.place.share().numerator(),
        share_denominator: source.place.share().denominator(),
    })
    .collect()
}
