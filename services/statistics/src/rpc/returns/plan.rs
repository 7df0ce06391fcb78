//! A return's form and period, found in the rules, and what a step on it needs to know.

use std::collections::BTreeMap;
use std::sync::Arc;

use thidua_chassis::body;
use thidua_chassis::store::{Change, Needs, RunningTotals, State};
use thidua_proto::names::{ReturnName, UnitName};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;

use crate::domain::calendars::calendar::Period;
use crate::domain::calendars::window::Window;
use crate::domain::forms::check::{Finding, FormValues};
use crate::domain::forms::form::{Form, FormId, Values, fill};
use crate::domain::forms::periods::OtherReturns;
use crate::domain::locks::lock::Lock;
use crate::domain::returns::filing::{Content, Entry, Filing};
use crate::domain::units::error::UnitError;
use crate::error::Error;
use crate::rpc::calendars::calendar::find_period;
use crate::rpc::figures::figure::Daily;
use crate::rpc::locks::lock as locks;
use crate::rpc::returns::body::{decode, encode, index, name};
use crate::rpc::units::unit;
use crate::rules::Rules;

/// The most that a column put in by hand may hold.
const MOST_VALUE: i64 = 1_000_000_000_000_000;

/// A return's form and period, found in the rules.
pub(in crate::rpc) struct ReturnPlan {
    pub(super) rules: Arc<Rules>,
    pub(in crate::rpc) name: ReturnName,
    pub(super) form: Form,
    pub(super) calendar: String,
    pub(in crate::rpc) period: Period,
}

impl ReturnPlan {
    pub(super) fn find(
        rules: &Arc<Rules>,
        unit: &UnitName,
        form: &FormId,
        calendar: &str,
        period: &str,
    ) -> Result<Self, Error> {
        let (found, period) = find_period(rules, calendar, period)?;
        let known = rules.forms.find(form)?;
        let name = name(unit, &known.id, &found.code, &period);
        let calendar = found.code.clone();
        Ok(Self { rules: Arc::clone(rules), name, form: known.clone(), calendar, period })
    }

    pub(super) fn of(rules: &Arc<Rules>, name: &ReturnName, filing: &Filing) -> Result<Self, Error> {
        let content = &filing.content;
        let plan = Self::find(rules, &name.unit, &content.form, &content.calendar, &content.period)?;
        // What was prepared keeps its name and days, whatever the rules say of them by now.
        let period = Period { first: content.first, last: content.last, ..plan.period };
        Ok(Self { name: name.clone(), period, ..plan })
    }

    pub(super) fn unit(&self) -> String {
        self.name.unit.to_string()
    }

    pub(super) fn window(&self) -> Window {
        Window { first: self.period.first, last: self.period.last, period_last: self.period.last }
    }

    pub(super) fn needs(&self) -> Needs {
        let own = [self.unit(), locks::name(&self.name.unit), self.name.to_string()];
        Needs::names(own.into_iter().chain(self.others()))
    }

    /// The names of the returns that it is checked against.
    pub(super) fn others(&self) -> Vec<String> {
        let compared = self.compared().into_iter().map(|(name, _)| name);
        let beside = self.beside().into_iter().map(|(_, name)| name);
        compared.chain(beside).map(|name| name.to_string()).collect()
    }

    /// The unit must exist on a day of the period.
    pub(super) fn admit(&self, state: &State) -> Result<(), Error> {
        let held = state.get(&self.unit()).ok_or_else(|| Error::not_found(&self.name.unit))?;
        let found = unit::decode_held(held)?;
        let (first, last) = (self.period.first, self.period.last);
        if found.exists_within(first, last) {
            return Ok(());
        }
        Err(UnitError::Closed {
            unit: self.name.unit.clone(),
            date: last,
            open_date: found.open_date,
            close_date: found.close_date,
        }
        .into())
    }

    pub(super) fn fill(&self, running_totals: &RunningTotals) -> Values {
        fill(&self.form, &Daily(running_totals), self.window())
    }

    pub(super) fn computed(&self, state: &State) -> Values {
        state.running_totals(&self.unit()).map(|running_totals| self.fill(running_totals)).unwrap_or_default()
    }

    pub(super) fn content(&self, state: &State, entries: BTreeMap<String, Entry>) -> Content {
        Content {
            form: self.form.id.clone(),
            calendar: self.calendar.clone(),
            period: self.period.code.clone(),
            first: self.period.first,
            last: self.period.last,
            computed: self.computed(state),
            entries,
        }
    }

    /// Columns put in by hand: each of the form, once, with a reason where one is given.
    pub(super) fn entries(&self, entries: &[proto::ColumnEntry]) -> Result<BTreeMap<String, Entry>, Error> {
        let mut v = Violations::default();
        let mut found = BTreeMap::new();
        v.list("entries", entries, 200, |v, field, entry| {
            let (code, value, reason) = v.within(field, |v| {
                let code = v.text("column", &entry.column, 1, 20).filter(|code| {
                    let known = self.form.column(code).is_some();
                    if !known {
                        v.refuse(
                            "column",
                            Problem::malformed(("a column of the form", "một cột của biểu mẫu"), code),
                        );
                    }
                    known
                });
                let value = v.number("value", entry.value, 0..=MOST_VALUE);
                (code, value, v.text("reason", &entry.reason, 0, 500))
            });
            let (code, entry) = (code?, Entry { value: value?, reason: reason? });
            if found.insert(code, entry).is_some() {
                v.refuse(&format!("{field}.column"), Problem::Repeated);
            }
            Some(())
        });
        Ok(v.finish(Some(found))?)
    }

    /// The returns of the same form that this one is compared with: the others of the year, those of periods that adjoin, and
    /// of the same period of the years before and after.
    pub(super) fn compared(&self) -> Vec<(ReturnName, Window)> {
        let Some(calendar) = self.rules.calendars.get(&self.calendar) else { return Vec::new() };
        let named = |period: Period| {
            Some((name(&self.name.unit, &self.form.id, &self.calendar, &period), period.window(None)?))
        };
        calendar.related(&self.period).into_iter().filter_map(named).collect()
    }

    /// The other forms that rules between forms name with this one, and the unit's returns of them for the period.
    pub(super) fn beside(&self) -> Vec<(&Form, ReturnName)> {
        let of = |code| {
            let form = self.rules.forms.get(&FormId { document: self.form.id.document.clone(), code })?;
            Some((form, name(&self.name.unit, &form.id, &self.calendar, &self.period)))
        };
        self.rules.checks.beside(&self.form.id).into_iter().filter_map(of).collect()
    }

    /// What another form of the unit and period says: its return, as it was handed in or as it would be now; without one,
    /// what the records give. A unit without records says nothing before it has put it in.
    pub(super) fn said(
        &self,
        form: &Form,
        other: Option<Filing>,
        has_records: bool,
        running_totals: &RunningTotals,
    ) -> Option<Values> {
        let computed = || fill(form, &Daily(running_totals), self.window());
        match other {
            Some(other) if other.state.is_handed_in() => Some(other.content.values(form)),
            Some(other) => Some(Content { computed: computed(), ..other.content }.values(form)),
            None => has_records.then(computed),
        }
    }

    /// What the checks find: of the form by itself, beside the unit's other forms of the period, and against its returns of
    /// other periods.
    pub(super) fn findings(
        &self,
        filing: &Filing,
        running_totals: &RunningTotals,
        find: impl Fn(&str) -> Result<Option<Filing>, Error>,
    ) -> Result<Vec<Finding>, Error> {
        let mut beside = BTreeMap::new();
        for (form, name) in self.beside() {
            let other = find(&name.to_string())?;
            let said = self.said(form, other, filing.content.has_records(), running_totals);
            beside.extend(said.map(|values| (form.id.code.clone(), values)));
        }
        let mut others = OtherReturns { beside, ..OtherReturns::default() };
        others.entered.extend(filing.content.entries.keys().cloned());
        for (name, window) in self.compared() {
            let Some(other) = find(&name.to_string())? else { continue };
            if let Some(values) = other.binding(&self.form, window.last < self.period.last) {
                others.entered.extend(other.content.entries.into_keys());
                others.periods.push((window, values));
            }
        }
        let values = filing.content.values(&self.form);
        let stand = FormValues { window: self.window(), values: &values };
        Ok(self.rules.checks.of_return(&self.rules.forms, &self.form, stand, others))
    }

    /// The same, of what a command has loaded.
    pub(super) fn findings_in(&self, state: &State, filing: &Filing) -> Result<Vec<Finding>, Error> {
        let none = RunningTotals::default();
        let running_totals = state.running_totals(&self.unit()).unwrap_or(&none);
        self.findings(filing, running_totals, |name| state.get(name).map(decode).transpose())
    }

    pub(super) fn lock(&self) -> Lock {
        Lock {
            return_name: self.name.clone(),
            first: self.period.first,
            last: self.period.last,
            kinds: self.form.kinds(),
        }
    }

    pub(super) fn put(&self, state: &State, filing: &Filing) -> Result<Change, Error> {
        let change =
            Change::put(&self.name.to_string(), index(&self.name.unit, &filing.content), encode(filing));
        match state.get(&change.name) {
            Some(held) => Ok(body::keep::<proto::Return>(held, change)?),
            None => Ok(change),
        }
    }
}
