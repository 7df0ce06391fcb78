//! Figures and measures in messages.

use std::borrow::Borrow;

use jiff::civil::Date;
use thidua_chassis::store::RunningTotals;
use thidua_proto::date;
use thidua_proto::statistics as proto;

use crate::domain::calendars::window::Window;
use crate::domain::figures::figure::{Sums, Value};
use crate::domain::figures::measure::{Formula, Measure};
use crate::domain::figures::unit_of_measure;
use crate::domain::units::structure::{ShownUnit, Structure};
use crate::error::Error;
use crate::rpc::certainty;
use crate::rpc::service::Statistics;

impl Statistics {
    pub(in crate::rpc) fn measure(&self, code: &str) -> Result<&Measure, Error> {
        Ok(self.rules.catalogue.find(code)?)
    }

    pub(in crate::rpc) fn measures(&self, codes: &[String]) -> Result<Vec<&Measure>, Error> {
        if codes.is_empty() {
            return Ok(self.rules.catalogue.all().collect());
        }
        codes.iter().map(|code| self.measure(code)).collect()
    }
}

/// The store's running totals as the domain asks for them.
pub(in crate::rpc) struct Daily<T>(pub(in crate::rpc) T);

impl<T: Borrow<RunningTotals>> Sums for Daily<T> {
    fn within(&self, sum: &str, first: Date, last: Date) -> i64 {
        self.0.borrow().within(sum, date::to_number(first), date::to_number(last))
    }

    fn up_to(&self, sum: &str, day: Date) -> i64 {
        self.0.borrow().up_to(sum, date::to_number(day))
    }
}

pub(in crate::rpc) fn figure(
    code: &str,
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
pub(in crate::rpc) fn restated(figure: proto::Figure, published: Option<i64>) -> proto::Figure {
    let differs = |published: &i64| figure.value != Some(proto::figure::Value::Amount(*published));
    let published_value = published.filter(differs);
    let status = restated_status(figure.status(), published_value);
    proto::Figure { status: status.into(), published_value, ..figure }
}

/// What is final, but was published otherwise, is restated.
pub(in crate::rpc) fn restated_status(
    status: proto::FigureStatus,
    published_otherwise: Option<i64>,
) -> proto::FigureStatus {
    let restated = status == proto::FigureStatus::Final && published_otherwise.is_some();
    if restated { proto::FigureStatus::Restated } else { status }
}

pub(in crate::rpc) fn measure_to_proto(measure: &Measure) -> proto::Measure {
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
pub(in crate::rpc) fn sources_to_proto(
    shown: &[ShownUnit],
    structure: Structure,
) -> Vec<proto::FigureSource> {
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
