//! `ReturnService`: forms filled for a unit and period, handed in and approved.

use std::collections::BTreeMap;
use std::sync::Arc;

use thidua_chassis::caller::{Caller, Role};
use thidua_chassis::edge::at_revision;
use thidua_chassis::store::{
    Change, Committed, Context, Decision, Needs, RunningTotals, State, StoredVersion,
};
use thidua_chassis::write_options::WriteOptions;
use thidua_chassis::{body, clock};
use thidua_proto::names::{ReturnName, UnitName};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::return_service_server::ReturnService;
use tonic::{Request, Response, Status};

use super::figures::Daily;
use super::forms::finding_to_proto;
use super::return_body::{columns, decode, encode, index, name};
use super::{Statistics, caller, locks, unit};
use crate::domain::calendars::calendar::{Calendar, Period};
use crate::domain::calendars::window::Window;
use crate::domain::forms::check::{Finding, FormValues};
use crate::domain::forms::form::{Form, FormId, Values, fill};
use crate::domain::forms::periods::OtherReturns;
use crate::domain::locks::lock::Lock;
use crate::domain::returns::filing::{Content, Entry, Filing};
use crate::domain::returns::step::{self, StepRequest};
use crate::domain::units::error::UnitError;
use crate::error::Error;
use crate::rules::Rules;

/// The most that a column put in by hand may hold.
const MOST_VALUE: i64 = 1_000_000_000_000_000;

#[tonic::async_trait]
impl ReturnService for Statistics {
    async fn prepare_return(
        &self,
        request: Request<proto::PrepareReturnRequest>,
    ) -> Result<Response<proto::Return>, Status> {
        const METHOD: &str = "thidua.statistics.v1.ReturnService/PrepareReturn";
        let caller = caller(&request);
        let request = request.into_inner();
        let mut v = Violations::default();
        let parent: Option<UnitName> = v.name("parent", &request.parent);
        let document = v.text("issuing_document", &request.issuing_document, 1, 100);
        let code = v.text("form", &request.form, 1, 100);
        let calendar = v.text("calendar", &request.calendar, 1, 100);
        let period = v.text("period", &request.period, 1, 100);
        let terms = (request.request_id.as_str(), request.validate_only);
        let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
        let parsed =
            (|| Some((parent?, FormId { document: document?, code: code? }, calendar?, period?, terms?)))();
        let (unit, form, calendar, period, terms) = v.finish(parsed).map_err(Error::from)?;
        self.may_record(&caller, &unit).await?;
        let plan = ReturnPlan::find(&self.rules, &unit, &form, &calendar, &period)?;
        plan.form.require_in_force(plan.period.last).map_err(Error::from)?;
        let entries = plan.entries(&request.entries)?;

        let needs = plan.needs().and_tallies(&plan.unit());
        let who = asker(&plan.name, &caller, "");
        let (etag, key) = (request.etag, plan.name.to_string());
        let decide = move |state: &State, context: &Context| {
            let held = state.get(&key);
            let before = held.map(|held| current(&key, held, &etag)).transpose()?;
            plan.admit(state)?;
            let content = plan.content(state, entries.clone());
            let filing = step::prepare(&who(context), before, content)?;
            Ok(Decision { changes: vec![plan.put(state, &filing)?], outcome: None })
        };
        let committed = terms.submit::<Error>(&self.store, needs, decide).await?;
        self.answer(&committed).await
    }

    async fn get_return(
        &self,
        request: Request<proto::GetReturnRequest>,
    ) -> Result<Response<proto::Return>, Status> {
        let name = parse_name(&request.get_ref().name)?;
        let found = self.store.get(&name.to_string()).await.map_err(Error::store)?;
        let found = found.ok_or_else(|| Error::not_found(&name))?;
        Ok(Response::new(self.show(&name, &found.held).await?))
    }

    async fn list_returns(
        &self,
        request: Request<proto::ListReturnsRequest>,
    ) -> Result<Response<proto::ListReturnsResponse>, Status> {
        super::return_lists::list(self, request.into_inner()).await
    }

    async fn submit_return(
        &self,
        request: Request<proto::SubmitReturnRequest>,
    ) -> Result<Response<proto::Return>, Status> {
        const METHOD: &str = "thidua.statistics.v1.ReturnService/SubmitReturn";
        let caller = caller(&request);
        let m = request.into_inner();
        let terms =
            Common { method: METHOD, terms: (&m.request_id, m.validate_only), reason: None, digest: None };
        self.step(&caller, (&m.name, &m.etag), &m, terms, Role::Recorder, |plan, state, asked, filing| {
            let computed = plan.computed(state);
            let findings = plan.findings_in(state, &filing)?;
            Ok((step::submit(asked, filing, &computed, &findings)?, None))
        })
        .await
    }

    async fn approve_return(
        &self,
        request: Request<proto::ApproveReturnRequest>,
    ) -> Result<Response<proto::Return>, Status> {
        const METHOD: &str = "thidua.statistics.v1.ReturnService/ApproveReturn";
        let caller = caller(&request);
        let m = request.into_inner();
        let (terms, digest) = ((m.request_id.as_str(), m.validate_only), m.digest.clone());
        let terms = Common { method: METHOD, terms, reason: None, digest: Some(&m.digest) };
        self.step(
            &caller,
            (&m.name, &m.etag),
            &m,
            terms,
            Role::Approver,
            move |plan, state, asked, filing| {
                let computed = plan.computed(state);
                let findings = plan.findings_in(state, &filing)?;
                let filing = step::approve(asked, filing, &plan.form, (&digest, &computed, &findings))?;
                let mut locks = locks::without(state, &plan.name)?;
                locks.push(plan.lock());
                Ok((filing, Some(locks)))
            },
        )
        .await
    }

    async fn send_back_return(
        &self,
        request: Request<proto::SendBackReturnRequest>,
    ) -> Result<Response<proto::Return>, Status> {
        const METHOD: &str = "thidua.statistics.v1.ReturnService/SendBackReturn";
        let caller = caller(&request);
        let m = request.into_inner();
        let terms = (m.request_id.as_str(), m.validate_only);
        let terms = Common { method: METHOD, terms, reason: Some(&m.reason), digest: None };
        self.step(&caller, (&m.name, &m.etag), &m, terms, Role::Approver, |_, _, asked, filing| {
            Ok((step::send_back(asked, filing)?, None))
        })
        .await
    }

    async fn reopen_return(
        &self,
        request: Request<proto::ReopenReturnRequest>,
    ) -> Result<Response<proto::Return>, Status> {
        const METHOD: &str = "thidua.statistics.v1.ReturnService/ReopenReturn";
        let caller = caller(&request);
        let m = request.into_inner();
        let terms = (m.request_id.as_str(), m.validate_only);
        let terms = Common { method: METHOD, terms, reason: Some(&m.reason), digest: None };
        self.step(&caller, (&m.name, &m.etag), &m, terms, Role::Approver, |plan, state, asked, filing| {
            let filing = step::reopen(asked, filing)?;
            Ok((filing, Some(locks::without(state, &plan.name)?)))
        })
        .await
    }
}

/// What all steps on a return carry beside name and etag.
struct Common<'m> {
    method: &'static str,
    terms: (&'m str, bool),
    reason: Option<&'m str>,
    digest: Option<&'m str>,
}

/// The rule of one step: the return afterwards, and the unit's locks where they change.
type Rule = dyn Fn(&ReturnPlan, &State, &StepRequest, Filing) -> Result<(Filing, Option<Vec<Lock>>), Error>
    + Send
    + Sync;

impl Statistics {
    async fn step(
        &self,
        caller: &Caller,
        (name, etag): (&str, &str),
        request: &impl prost::Message,
        common: Common<'_>,
        role: Role,
        advance: impl Fn(&ReturnPlan, &State, &StepRequest, Filing) -> Result<(Filing, Option<Vec<Lock>>), Error>
        + Send
        + Sync
        + 'static,
    ) -> Result<Response<proto::Return>, Status> {
        let mut v = Violations::default();
        let name: Option<ReturnName> = v.name("name", name);
        let reason = common.reason.map_or(Some(String::new()), |reason| v.text("reason", reason, 1, 500));
        if let Some(digest) = common.digest
            && !(digest.len() == 64 && digest.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')))
        {
            let expected = ("64 lower-case hexadecimal digits", "64 chữ số thập lục phân viết thường");
            v.refuse("digest", Problem::malformed(expected, digest));
        }
        let terms = WriteOptions::parse(&mut v, common.method, caller, request, common.terms);
        let parsed = (|| Some((name?, reason?, terms?)))();
        let (name, reason, terms) = v.finish(parsed).map_err(Error::from)?;
        self.may(caller, role, &name.unit).await?;
        // Form and period of a name never change: they tell what to load.
        let found = self.store.get(&name.to_string()).await.map_err(Error::store)?;
        let plan = ReturnPlan::of(
            &self.rules,
            &name,
            &decode(&found.ok_or_else(|| Error::not_found(&name))?.held)?,
        )?;

        let needs = plan.needs().and_tallies(&plan.unit());
        let who = asker(&name, caller, &reason);
        let (etag, key, advance): (_, _, Box<Rule>) = (etag.to_owned(), name.to_string(), Box::new(advance));
        let decide = move |state: &State, context: &Context| {
            let held = state.get(&key).ok_or_else(|| Error::not_found(&key))?;
            let (filing, locks) = advance(&plan, state, &who(context), current(&key, held, &etag)?)?;
            let mut changes = vec![plan.put(state, &filing)?];
            if let Some(locks) = locks {
                changes.push(locks::put(state, &plan.name.unit, &locks)?);
            }
            Ok(Decision { changes, outcome: None })
        };
        let committed = terms.submit::<Error>(&self.store, needs, decide).await?;
        self.answer(&committed).await
    }

    async fn answer(&self, committed: &Committed) -> Result<Response<proto::Return>, Status> {
        let changed = committed.changes.iter().find_map(|(name, held)| {
            let name: ReturnName = name.parse().ok()?;
            Some((name, held))
        });
        let (name, held) = changed.ok_or(Error::Common(thidua_chassis::failure::CommonError::Internal))?;
        Ok(at_revision(self.show(&name, held).await?, committed.revision))
    }

    /// A return as callers see it: with what follows from its content, the rules and the records of now.
    async fn show(&self, name: &ReturnName, held: &StoredVersion) -> Result<proto::Return, Error> {
        let message: proto::Return = body::present_held(&name.to_string(), held)?;
        let filing = decode(held)?;
        let plan = ReturnPlan::of(&self.rules, name, &filing)?;
        let (_, running_totals) = self.store.running_totals(&[plan.unit().into()]).await?;
        let running_totals = running_totals.into_iter().next().unwrap_or_default();
        let computed = plan.fill(&running_totals);
        let names: Vec<Arc<str>> = plan.others().into_iter().map(Into::into).collect();
        let others = self.store.snapshot().await?.get_each(&names).await?;
        let others = others.into_iter().map(|other| Ok((other.name, decode(&other.held)?)));
        let others: BTreeMap<Arc<str>, Filing> = others.collect::<Result<_, Error>>()?;
        let findings = plan.findings(&filing, &running_totals, |name| Ok(others.get(name).cloned()))?;
        Ok(proto::Return {
            columns: columns(&plan.form, &filing, &computed),
            findings: findings.into_iter().map(finding_to_proto).collect(),
            digest: filing.content.digest(name),
            ..message
        })
    }
}

fn parse_name(text: &str) -> Result<ReturnName, Error> {
    let mut v = Violations::default();
    let name = v.name("name", text);
    Ok(v.finish(name)?)
}

/// The return as it stands, if the caller has read it as it stands.
fn current(key: &str, held: &StoredVersion, etag: &str) -> Result<Filing, Error> {
    body::check_etag(key, held, etag)?;
    decode(held)
}

/// Who asks, once the time is known.
fn asker(
    name: &ReturnName,
    caller: &Caller,
    reason: &str,
) -> impl Fn(&Context) -> StepRequest + Send + Sync + 'static {
    let (name, caller, reason) = (name.clone(), caller.identity().clone(), reason.to_owned());
    move |context| StepRequest {
        name: name.clone(),
        caller: caller.clone(),
        now: context.now,
        today: clock::civil_day(context.now),
        reason: reason.clone(),
    }
}

/// A return's form and period, found in the rules.
pub(super) struct ReturnPlan {
    rules: Arc<Rules>,
    pub(super) name: ReturnName,
    form: Form,
    calendar: String,
    pub(super) period: Period,
}

impl ReturnPlan {
    fn find(
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

    fn of(rules: &Arc<Rules>, name: &ReturnName, filing: &Filing) -> Result<Self, Error> {
        let content = &filing.content;
        let plan = Self::find(rules, &name.unit, &content.form, &content.calendar, &content.period)?;
        // What was prepared keeps its name and days, whatever the rules say of them by now.
        let period = Period { first: content.first, last: content.last, ..plan.period };
        Ok(Self { name: name.clone(), period, ..plan })
    }

    fn unit(&self) -> String {
        self.name.unit.to_string()
    }

    fn window(&self) -> Window {
        Window { first: self.period.first, last: self.period.last, period_last: self.period.last }
    }

    fn needs(&self) -> Needs {
        let own = [self.unit(), locks::name(&self.name.unit), self.name.to_string()];
        Needs::names(own.into_iter().chain(self.others()))
    }

    /// The names of the returns that it is checked against.
    fn others(&self) -> Vec<String> {
        let compared = self.compared().into_iter().map(|(name, _)| name);
        let beside = self.beside().into_iter().map(|(_, name)| name);
        compared.chain(beside).map(|name| name.to_string()).collect()
    }

    /// The unit must exist on a day of the period.
    fn admit(&self, state: &State) -> Result<(), Error> {
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

    fn fill(&self, running_totals: &RunningTotals) -> Values {
        fill(&self.form, &Daily(running_totals), self.window())
    }

    fn computed(&self, state: &State) -> Values {
        state.running_totals(&self.unit()).map(|running_totals| self.fill(running_totals)).unwrap_or_default()
    }

    fn content(&self, state: &State, entries: BTreeMap<String, Entry>) -> Content {
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
    fn entries(&self, entries: &[proto::ColumnEntry]) -> Result<BTreeMap<String, Entry>, Error> {
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
    fn compared(&self) -> Vec<(ReturnName, Window)> {
        let Some(calendar) = self.rules.calendars.get(&self.calendar) else { return Vec::new() };
        let named = |period: Period| {
            Some((name(&self.name.unit, &self.form.id, &self.calendar, &period), period.window(None)?))
        };
        calendar.related(&self.period).into_iter().filter_map(named).collect()
    }

    /// The other forms that rules between forms name with this one, and the unit's returns of them for the period.
    fn beside(&self) -> Vec<(&Form, ReturnName)> {
        let of = |code| {
            let form = self.rules.forms.get(&FormId { document: self.form.id.document.clone(), code })?;
            Some((form, name(&self.name.unit, &form.id, &self.calendar, &self.period)))
        };
        self.rules.checks.beside(&self.form.id).into_iter().filter_map(of).collect()
    }

    /// What another form of the unit and period says: its return, as it was handed in or as it would be now; without one,
    /// what the records give. A unit without records says nothing before it has put it in.
    fn said(
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
    fn findings(
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
    fn findings_in(&self, state: &State, filing: &Filing) -> Result<Vec<Finding>, Error> {
        let none = RunningTotals::default();
        let running_totals = state.running_totals(&self.unit()).unwrap_or(&none);
        self.findings(filing, running_totals, |name| state.get(name).map(decode).transpose())
    }

    fn lock(&self) -> Lock {
        Lock {
            return_name: self.name.clone(),
            first: self.period.first,
            last: self.period.last,
            kinds: self.form.kinds(),
        }
    }

    fn put(&self, state: &State, filing: &Filing) -> Result<Change, Error> {
        let change =
            Change::put(&self.name.to_string(), index(&self.name.unit, &filing.content), encode(filing));
        match state.get(&change.name) {
            Some(held) => Ok(body::keep::<proto::Return>(held, change)?),
            None => Ok(change),
        }
    }
}

/// A period of a calendar.
pub(super) fn find_period<'r>(
    rules: &'r Rules,
    calendar: &str,
    period: &str,
) -> Result<(&'r Calendar, Period), Error> {
    let found = rules.calendars.find(calendar)?;
    Ok((found, found.find(period)?))
}
