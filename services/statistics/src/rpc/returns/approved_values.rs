//! What approved returns have published, beside what the records give now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use thidua_proto::names::UnitName;

use crate::domain::figures::figure::Value;
use crate::domain::forms::catalogue::Forms;
use crate::domain::forms::form::{FormId, Values};
use crate::domain::returns::filing::Approval;
use crate::domain::units::structure::Structure;
use crate::error::Error;
use crate::rpc::calendars::calendar::ResolvedWindow;
use crate::rpc::figures::compute::{ComputedFigures, PublishedAmounts, UnitValues};
use crate::rpc::figures::figure_query::AsOf;
use crate::rpc::figures::unit_sums::UnitSums;
use crate::rpc::returns::body::{collection, decode, name};
use crate::rpc::service::Statistics;

/// What was approved of the returns of one period, by unit and form.
#[derive(Default)]
pub(in crate::rpc) struct ApprovedValues {
    approvals: BTreeMap<UnitName, BTreeMap<FormId, Vec<Approval>>>,
    /// The units that exist in the period. All together have published what each of these has.
    expected: BTreeSet<UnitName>,
}

impl ApprovedValues {
    /// A form of a unit: of each column what was published last of another value than now, else that value.
    pub(in crate::rpc) fn form(&self, unit: &UnitName, form: &FormId, now: &Values) -> Option<Values> {
        let approvals = self.approvals.get(unit)?.get(form)?;
        let mut found = Values::new();
        for approval in approvals {
            for (column, value) in &approval.values {
                if now.get(column) != Some(value) || !found.contains_key(column) {
                    found.insert(column.clone(), *value);
                }
            }
        }
        Some(found)
    }

    /// A flow or stock of a unit, by the forms that tell it: what was published last of another value than now, else that
    /// value.
    pub(in crate::rpc) fn amount(
        &self,
        unit: &UnitName,
        telling: &[(FormId, String)],
        now: Value,
    ) -> Option<i64> {
        let forms = self.approvals.get(unit)?;
        let of_form = |(form, column): &(FormId, String)| {
            let values = forms.get(form).into_iter().flatten();
            let told = |approval: &Approval| Some((approval.time, *approval.values.get(column)?));
            values.filter_map(told).collect::<Vec<_>>()
        };
        let told = telling.iter().flat_map(of_form);
        told.max_by_key(|(time, value)| (Value::Amount(*value) != now, *time)).map(|(_, value)| value)
    }

    /// What units published together, of what each did and of what each has now; nothing while one that exists in the period
    /// has not.
    pub(in crate::rpc) fn together<'a, T>(
        &self,
        each: impl Iterator<Item = (&'a UnitName, Option<T>, T)>,
    ) -> Option<Vec<T>> {
        if self.approvals.is_empty() {
            return None;
        }
        let mut any = false;
        let of_unit = |(unit, published, now): (&UnitName, Option<T>, T)| {
            any |= published.is_some();
            published.or_else(|| (!self.expected.contains(unit)).then_some(now))
        };
        let all = each.map(of_unit).collect::<Option<_>>()?;
        any.then_some(all)
    }
}

impl Statistics {
    /// What units have recorded, and what approved returns of these forms say of the period, all at one revision. Only
    /// whole periods are published, of units as they were then.
    pub(in crate::rpc) async fn recorded_and_published(
        &self,
        (asked, structure, as_of): (&[UnitName], Structure, Option<AsOf>),
        found: &ResolvedWindow<'_>,
        forms: &[&FormId],
    ) -> Result<(UnitSums, ApprovedValues), Error> {
        let whole = found.period.as_ref().filter(|(_, period)| period.last == found.window.last);
        let told = structure == Structure::AsThen && as_of.is_none() && !forms.is_empty();
        let Some((calendar, period)) = whole.filter(|_| told) else {
            return Ok((self.recorded(asked, structure, as_of).await?, ApprovedValues::default()));
        };
        loop {
            let recorded = self.recorded(asked, structure, as_of).await?;
            let units = self.units().await?;
            let shown = recorded.shown.iter().map(|shown| &shown.unit);
            let exists = |unit: &&UnitName| {
                units.get(*unit).is_some_and(|unit| unit.exists_within(period.first, period.last))
            };
            let mut published = ApprovedValues {
                expected: shown.clone().filter(exists).cloned().collect(),
                ..ApprovedValues::default()
            };
            let wanted: BTreeMap<Arc<str>, (&UnitName, &FormId)> = shown
                .clone()
                .flat_map(|unit| forms.iter().map(move |form| (unit, *form)))
                .map(|(unit, form)| {
                    (name(unit, form, &calendar.code, period).to_string().into(), (unit, form))
                })
                .collect();
            let names: Vec<Arc<str>> = wanted.keys().cloned().collect();
            for resource in self.store.snapshot().await?.get_each(&names).await? {
                let approvals = decode(&resource.held)?.approvals;
                if let Some((unit, form)) = wanted.get(&resource.name)
                    && !approvals.is_empty()
                {
                    published
                        .approvals
                        .entry((*unit).clone())
                        .or_default()
                        .insert((*form).clone(), approvals);
                }
            }
            // Read again where a return has changed since the sums were read.
            self.store.current().await?;
            let stands = |unit: &UnitName| self.store.last_change(&collection(unit)) <= recorded.revision;
            if shown.clone().all(stands) {
                return Ok((recorded, published));
            }
        }
    }
}

/// The forms that tell any of these measures, and are in force when the period ends; none without a period.
pub(in crate::rpc) fn forms_telling<'f>(
    forms: &'f Forms,
    measures: impl Iterator<Item = &'f str>,
    found: &ResolvedWindow<'_>,
) -> Vec<&'f FormId> {
    if found.period.is_none() {
        return Vec::new();
    }
    let ids = measures.flat_map(|measure| forms.telling(measure)).map(|(form, _)| form);
    let in_force = |id: &&FormId| forms.get(id).is_some_and(|form| form.validity.holds_on(found.window.last));
    let mut ids: Vec<&FormId> = ids.filter(in_force).collect();
    ids.sort();
    ids.dedup();
    ids
}

impl ApprovedValues {
    /// What was published of computed figures; `forms` tells which columns are which measure.
    pub(in crate::rpc) fn amounts(&self, computed: &ComputedFigures<'_>, forms: &Forms) -> PublishedAmounts {
        let columns: Vec<_> = computed.measures.iter().map(|measure| forms.telling(&measure.code)).collect();
        let of_unit = |unit: &UnitValues<'_>| -> Vec<Option<i64>> {
            let values = columns.iter().zip(&unit.values);
            values.map(|(columns, now)| self.amount(&unit.unit.unit, columns, *now)).collect()
        };
        let units: Vec<Vec<Option<i64>>> = computed.units.iter().map(of_unit).collect();
        let total = |at: usize| {
            let each = computed.units.iter().zip(&units).filter_map(|(unit, published)| {
                let now = unit.values.get(at)?.amount().unwrap_or_default();
                Some((&unit.unit.unit, *published.get(at)?, now))
            });
            self.together(each).map(|amounts| amounts.iter().sum())
        };
        PublishedAmounts { totals: (0..columns.len()).map(total).collect(), units }
    }
}
