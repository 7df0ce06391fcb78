//! Figures of several units and measures over one window, in three steps: the values, what was published of each, and the
//! answer.

use jiff::civil::Date;
use thidua_proto::statistics as proto;

use crate::domain::calendars::window::Window;
use crate::domain::figures::catalogue::Catalogue;
use crate::domain::figures::figure::{Value, compute, total};
use crate::domain::figures::measure::Measure;
use crate::domain::figures::regrouped::RegroupedSums;
use crate::domain::units::structure::ShownUnit;
use crate::rpc::figures::figure::{figure, restated};
use crate::rpc::figures::unit_sums::UnitSums;

/// The values of measures.
pub(in crate::rpc) struct ComputedFigures<'r> {
    pub(in crate::rpc) measures: Vec<&'r Measure>,
    /// One for each measure, in their order.
    totals: Vec<Value>,
    pub(in crate::rpc) units: Vec<UnitValues<'r>>,
    window: Window,
    is_open: bool,
}

/// The values of one unit.
pub(in crate::rpc) struct UnitValues<'r> {
    pub(in crate::rpc) unit: &'r ShownUnit,
    /// One for each measure, in their order.
    pub(in crate::rpc) values: Vec<Value>,
}

/// What was published, of each measure in their order: an amount where there is one.
#[derive(Default)]
pub(in crate::rpc) struct PublishedAmounts {
    pub(in crate::rpc) totals: Vec<Option<i64>>,
    /// Of each unit.
    pub(in crate::rpc) units: Vec<Vec<Option<i64>>>,
}

impl<'r> ComputedFigures<'r> {
    /// Computes every measure for every unit, and for all together.
    pub(in crate::rpc) fn new(
        catalogue: &Catalogue,
        measures: Vec<&'r Measure>,
        recorded: &'r UnitSums,
        window: Window,
        today: Date,
    ) -> Self {
        let units: Vec<UnitValues<'r>> = recorded
            .shown
            .iter()
            .map(|unit| {
                let sums = RegroupedSums::new(&unit.sources, |source| recorded.sums.get(source));
                let value = |measure: &&Measure| compute(catalogue, &measure.formula, &sums, window);
                UnitValues { unit, values: measures.iter().map(value).collect() }
            })
            .collect();
        let total_of = |(at, measure): (usize, &&Measure)| {
            total(&measure.formula, units.iter().filter_map(|unit| unit.values.get(at).copied()))
        };
        let totals = measures.iter().enumerate().map(total_of).collect();
        Self { totals, units, window, is_open: window.is_open(today), measures }
    }

    /// The figures beside what was published of them: of all units together, then of each if that is wanted.
    pub(in crate::rpc) fn answer(&self, published: &PublishedAmounts, by_unit: bool) -> Vec<proto::Figure> {
        let mut figures = self.row("", &self.totals, &published.totals);
        let units = self.units.iter().zip(&published.units).filter(|_| by_unit);
        for (UnitValues { unit, values }, published) in units {
            figures.extend(self.row(&unit.unit.to_string(), values, published));
        }
        figures
    }

    /// The figures of one unit, or of all together.
    fn row(&self, unit: &str, values: &[Value], published: &[Option<i64>]) -> Vec<proto::Figure> {
        let rows = self.measures.iter().zip(values).zip(published);
        let shown = rows.map(|((measure, value), published)| {
            restated(figure(&measure.code, unit, self.window, *value, self.is_open), *published)
        });
        shown.collect()
    }
}
