//! The conversions of returns.

use jiff::Timestamp;
use thidua_chassis::journal::time;
use thidua_chassis::store::{Index, StoreError, StoredVersion};
use thidua_chassis::{body, clock};
use thidua_proto::date;
use thidua_proto::names::{Id, ReturnName, UnitName};
use thidua_proto::statistics as proto;
use uuid::Uuid;

use crate::domain::calendars::calendar::Period;
use crate::domain::forms::form::{Form, FormId, Values};
use crate::domain::returns::filing::{Action, Approval, Content, Entry, Filing, Origin, State, Step};
use crate::domain::returns::slug;
use crate::error::Error;

/// Where a unit's returns are listed.
pub(in crate::rpc) fn collection(unit: &UnitName) -> String {
    format!("{unit}/returns")
}

/// The name of the one return of a unit, form and period: readable, or where that would be too long, a UUID of the same.
pub(in crate::rpc) fn name(unit: &UnitName, form: &FormId, calendar: &str, period: &Period) -> ReturnName {
    let key = slug::key(form, calendar, &period.code);
    let readable: Option<Id> = slug::slug(&key).parse().ok();
    let id = readable.or_else(|| Uuid::new_v5(&Uuid::NAMESPACE_URL, key.as_bytes()).to_string().parse().ok());
    // A UUID is a valid id, so one of the two is there; the unit's own id could only stand for neither.
    ReturnName { unit: unit.clone(), id: id.unwrap_or_else(|| unit.unit.clone()) }
}

pub(in crate::rpc) fn index(unit: &UnitName, content: &Content) -> Index {
    Index { collection: collection(unit).into(), sort_number: date::to_number(content.last), refers_to: None }
}

/// Where a stored return is listed, if it can be read.
pub(in crate::rpc) fn index_of(unit: &UnitName, stored: &str) -> Option<Index> {
    let message: proto::Return = body::decode(stored).ok()?;
    Some(index(unit, &read(&message)?.content))
}

/// The stored body: what was computed and put in by hand; what follows from it is told when it is read.
pub(in crate::rpc) fn encode(filing: &Filing) -> String {
    let Filing { content, state, steps, approvals } = filing;
    let mut codes: Vec<&String> = content.computed.keys().chain(content.entries.keys()).collect();
    codes.sort();
    codes.dedup();
    let column = |code: &String| {
        let entry = content.entries.get(code);
        proto::ReturnColumn {
            column: code.clone(),
            computed_value: content.computed.get(code).copied(),
            entered_value: entry.map(|entry| entry.value),
            reason: entry.map(|entry| entry.reason.clone()).unwrap_or_default(),
            ..Default::default()
        }
    };
    body::encode(proto::Return {
        issuing_document: content.form.document.clone(),
        form: content.form.code.clone(),
        calendar: content.calendar.clone(),
        period: content.period.clone(),
        first_date: Some(date::to_wire(content.first)),
        last_date: Some(date::to_wire(content.last)),
        state: state_to_proto(*state).into(),
        columns: codes.into_iter().map(column).collect(),
        steps: steps.iter().map(step_to_proto).collect(),
        approvals: approvals.iter().map(approval_to_proto).collect(),
        ..Default::default()
    })
}

/// The return of a stored body.
pub(in crate::rpc) fn decode(held: &StoredVersion) -> Result<Filing, Error> {
    let message: proto::Return = body::decode(held.body.as_deref().unwrap_or("{}"))?;
    let problem = || StoreError::Corrupt { problem: "a return cannot be read".to_owned() };
    read(&message).ok_or_else(|| Error::store(problem()))
}

fn read(m: &proto::Return) -> Option<Filing> {
    let computed = |column: &proto::ReturnColumn| Some((column.column.clone(), column.computed_value?));
    let entry = |column: &proto::ReturnColumn| {
        let (value, reason) = (column.entered_value?, column.reason.clone());
        Some((column.column.clone(), Entry { value, reason }))
    };
    let content = Content {
        form: FormId { document: m.issuing_document.clone(), code: m.form.clone() },
        calendar: m.calendar.clone(),
        period: m.period.clone(),
        first: date::from_wire(m.first_date?)?,
        last: date::from_wire(m.last_date?)?,
        computed: m.columns.iter().filter_map(computed).collect(),
        entries: m.columns.iter().filter_map(entry).collect(),
    };
    let step = |step: &proto::ReturnStep| {
        Some(Step {
            action: action(step.action())?,
            caller: step.caller.clone(),
            time: instant(step.step_time?)?,
            reason: step.reason.clone(),
            digest: step.digest.clone(),
        })
    };
    let approval = |approval: &proto::ReturnApproval| {
        Some(Approval {
            time: instant(approval.approval_time?)?,
            digest: approval.digest.clone(),
            values: approval.values.iter().map(|one| (one.column.clone(), one.value)).collect(),
        })
    };
    Some(Filing {
        content,
        state: state(m.state())?,
        steps: m.steps.iter().map(step).collect::<Option<_>>()?,
        approvals: m.approvals.iter().map(approval).collect::<Option<_>>()?,
    })
}

fn instant(time: thidua_proto::Timestamp) -> Option<Timestamp> {
    Timestamp::new(time.seconds, time.nanos).ok()
}

fn step_to_proto(step: &Step) -> proto::ReturnStep {
    proto::ReturnStep {
        action: action_to_proto(step.action).into(),
        caller: step.caller.clone(),
        step_time: Some(time(step.time)),
        reason: step.reason.clone(),
        digest: step.digest.clone(),
    }
}

fn approval_to_proto(approval: &Approval) -> proto::ReturnApproval {
    let value = |(code, value): (&String, &i64)| proto::ApprovedValue { column: code.clone(), value: *value };
    proto::ReturnApproval {
        approval_time: Some(time(approval.time)),
        digest: approval.digest.clone(),
        values: approval.values.iter().map(value).collect(),
    }
}

/// The columns of a return as callers see them. `current` is what the records give now.
pub(in crate::rpc) fn columns(form: &Form, filing: &Filing, current: &Values) -> Vec<proto::ReturnColumn> {
    let (content, values) = (&filing.content, filing.content.values(form));
    let differs = |mine: Option<i64>, other: Option<i64>| other.filter(|_| other != mine);
    let column = |column: &crate::domain::forms::form::Column| {
        let code = &column.code;
        let (value, computed) = (values.get(code).copied(), content.computed.get(code).copied());
        let entry = content.entries.get(code);
        let origin = content.origin(code, value);
        proto::ReturnColumn {
            column: code.clone(),
            label: column.label.clone(),
            label_en: column.label_en.clone(),
            value,
            origin: origin_to_proto(origin).into(),
            computed_value: computed,
            entered_value: entry.map(|entry| entry.value),
            reason: entry.map(|entry| entry.reason.clone()).unwrap_or_default(),
            published_value: differs(value, filing.published().and_then(|all| all.get(code).copied())),
            current_value: differs(computed, current.get(code).copied()),
        }
    };
    form.columns.iter().map(column).collect()
}

/// The day on which a return was first handed in.
pub(in crate::rpc) fn submitted_day(filing: &Filing) -> Option<jiff::civil::Date> {
    filing.submitted().map(clock::civil_day)
}

fn state(state: proto::ReturnState) -> Option<State> {
    match state {
        proto::ReturnState::Unspecified => None,
        proto::ReturnState::Draft => Some(State::Draft),
        proto::ReturnState::Submitted => Some(State::Submitted),
        proto::ReturnState::SentBack => Some(State::SentBack),
        proto::ReturnState::Approved => Some(State::Approved),
        proto::ReturnState::Reopened => Some(State::Reopened),
    }
}

fn state_to_proto(state: State) -> proto::ReturnState {
    match state {
        State::Draft => proto::ReturnState::Draft,
        State::Submitted => proto::ReturnState::Submitted,
        State::SentBack => proto::ReturnState::SentBack,
        State::Approved => proto::ReturnState::Approved,
        State::Reopened => proto::ReturnState::Reopened,
    }
}

fn action(action: proto::ReturnAction) -> Option<Action> {
    match action {
        proto::ReturnAction::Unspecified => None,
        proto::ReturnAction::Prepare => Some(Action::Prepare),
        proto::ReturnAction::Submit => Some(Action::Submit),
        proto::ReturnAction::Approve => Some(Action::Approve),
        proto::ReturnAction::SendBack => Some(Action::SendBack),
        proto::ReturnAction::Reopen => Some(Action::Reopen),
    }
}

fn action_to_proto(action: Action) -> proto::ReturnAction {
    match action {
        Action::Prepare => proto::ReturnAction::Prepare,
        Action::Submit => proto::ReturnAction::Submit,
        Action::Approve => proto::ReturnAction::Approve,
        Action::SendBack => proto::ReturnAction::SendBack,
        Action::Reopen => proto::ReturnAction::Reopen,
    }
}

fn origin_to_proto(origin: Origin) -> proto::ColumnOrigin {
    match origin {
        Origin::Records => proto::ColumnOrigin::Records,
        Origin::Columns => proto::ColumnOrigin::Columns,
        Origin::Entered => proto::ColumnOrigin::Entered,
        Origin::Adjusted => proto::ColumnOrigin::Adjusted,
    }
}
