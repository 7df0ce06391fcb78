//! `ReturnService`: forms filled for a unit and period, handed in and approved.

use std::collections::BTreeMap;
use std::sync::Arc;

use thidua_chassis::caller::{Caller, Role};
use thidua_chassis::edge::at_revision;
use thidua_chassis::store::{Committed, Context, Decision, State, StoredVersion};
use thidua_chassis::write_options::WriteOptions;
use thidua_chassis::{body, clock};
use thidua_proto::names::{ReturnName, UnitName};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::return_service_server::ReturnService;
use tonic::{Request, Response, Status};

use crate::domain::forms::form::FormId;
use crate::domain::locks::lock::Lock;
use crate::domain::returns::filing::Filing;
use crate::domain::returns::step::{self, StepRequest};
use crate::error::Error;
use crate::rpc::forms::form::finding_to_proto;
use crate::rpc::locks::lock as locks;
use crate::rpc::returns::body::{columns, decode};
use crate::rpc::returns::list;
use crate::rpc::returns::plan::ReturnPlan;
use crate::rpc::service::Statistics;

#[tonic::async_trait]
impl ReturnService for Statistics {
    async fn prepare_return(
        &self,
        request: Request<proto::PrepareReturnRequest>,
    ) -> Result<Response<proto::Return>, Status> {
        const METHOD: &str = "thidua.statistics.v1.ReturnService/PrepareReturn";
        let caller = Caller::of(&request);
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
        list::list(self, request.into_inner()).await
    }

    async fn submit_return(
        &self,
        request: Request<proto::SubmitReturnRequest>,
    ) -> Result<Response<proto::Return>, Status> {
        const METHOD: &str = "thidua.statistics.v1.ReturnService/SubmitReturn";
        let caller = Caller::of(&request);
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
        let caller = Caller::of(&request);
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
        let caller = Caller::of(&request);
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
        let caller = Caller::of(&request);
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
