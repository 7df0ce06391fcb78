//! What may be done with a return, and when.

use jiff::Timestamp;
use jiff::civil::Date;
use thidua_chassis::caller::Identity;
use thidua_proto::names::ReturnName;

use super::filing::{Action, Approval, Content, Filing, Refusal, State, Step, StepRefused};
use crate::domain::forms::check::Finding;
use crate::domain::forms::form::{Form, Values};
use crate::domain::forms::rule::Severity;

/// Who does something with a return, when and why.
#[derive(Debug, Clone)]
pub struct StepRequest {
    /// The return.
    pub name: ReturnName,
    /// Who does it.
    pub caller: Identity,
    /// The instant.
    pub now: Timestamp,
    /// The day, in the civil zone.
    pub today: Date,
    /// The reason; given where one is asked for.
    pub reason: String,
}

impl StepRequest {
    fn step(&self, action: Action, digest: String) -> Step {
        Step { action, caller: self.caller.to_string(), time: self.now, reason: self.reason.clone(), digest }
    }

    fn refuse(&self, refusal: Refusal) -> StepRefused {
        StepRefused { return_name: self.name.clone(), refusal }
    }

    fn in_state(&self, filing: &Filing, action: Action, fit: &[State]) -> Result<(), StepRefused> {
        if fit.contains(&filing.state) {
            return Ok(());
        }
        Err(self.refuse(Refusal::StateUnfit { state: filing.state, action }))
    }

    fn after(&self, last: Date) -> Result<(), StepRefused> {
        if last < self.today {
            return Ok(());
        }
        Err(self.refuse(Refusal::PeriodOpen { last_date: last }))
    }

    fn passes(&self, findings: &[Finding]) -> Result<(), StepRefused> {
        let errors: Vec<Finding> =
            findings.iter().filter(|finding| finding.severity == Severity::Error).cloned().collect();
        if errors.is_empty() { Ok(()) } else { Err(self.refuse(Refusal::ChecksFailed { findings: errors })) }
    }

    /// The records must give what they gave when the return was prepared.
    fn unchanged(&self, content: &Content, computed: &Values) -> Result<(), StepRefused> {
        let codes = content.computed.keys().chain(computed.keys());
        let mut changed: Vec<String> =
            codes.filter(|code| content.computed.get(*code) != computed.get(*code)).cloned().collect();
        changed.sort();
        changed.dedup();
        if changed.is_empty() {
            return Ok(());
        }
        let digest = content.digest(&self.name);
        Err(self.refuse(Refusal::ContentChanged { digest, columns: changed }))
    }
}

/// Fills a return, or fills it anew while it is not handed in.
pub fn prepare(asked: &StepRequest, before: Option<Filing>, content: Content) -> Result<Filing, StepRefused> {
    let unexplained = content.adjusted().filter(|(_, entry)| entry.reason.is_empty());
    let columns: Vec<String> = unexplained.map(|(column, _)| column.clone()).collect();
    if !columns.is_empty() {
        return Err(asked.refuse(Refusal::AdjustmentUnexplained { columns }));
    }
    let mut filing = match before {
        None => {
            Filing { content: content.clone(), state: State::Draft, steps: Vec::new(), approvals: Vec::new() }
        }
        Some(filing) => {
            asked.in_state(&filing, Action::Prepare, &[State::Draft, State::SentBack, State::Reopened])?;
            filing
        }
    };
    // Of a draft that is prepared time and again the journal has every version.
    filing.steps.pop_if(|last| last.action == Action::Prepare && last.caller == asked.caller.to_string());
    filing.steps.push(asked.step(Action::Prepare, content.digest(&asked.name)));
    filing.content = content;
    Ok(filing)
}

/// Hands a return in, once its period has ended, its records are as they were, and no check fails.
pub fn submit(
    asked: &StepRequest,
    mut filing: Filing,
    computed: &Values,
    findings: &[Finding],
) -> Result<Filing, StepRefused> {
    asked.in_state(&filing, Action::Submit, &[State::Draft, State::SentBack, State::Reopened])?;
    asked.after(filing.content.last)?;
    asked.unchanged(&filing.content, computed)?;
    asked.passes(findings)?;
    filing.steps.push(asked.step(Action::Submit, filing.content.digest(&asked.name)));
    filing.state = State::Submitted;
    Ok(filing)
}

/// Whether a step was done by the office that calls. Steps of earlier releases name the office without its unit; one that
/// cannot be read could be anybody's.
fn is_by(author: &str, caller: &Identity) -> bool {
    author.parse::<Identity>().ok().is_none_or(|author| author.is_same_office(caller))
}

/// Approves exactly what the approver has read, unless it wrote it, the records have changed since, or a check
/// fails by now.
pub fn approve(
    asked: &StepRequest,
    mut filing: Filing,
    form: &Form,
    (read, computed, findings): (&str, &Values, &[Finding]),
) -> Result<Filing, StepRefused> {
    asked.in_state(&filing, Action::Approve, &[State::Submitted])?;
    if filing.authors().any(|author| is_by(author, &asked.caller)) {
        return Err(asked.refuse(Refusal::ApprovedByAuthor { caller: asked.caller.to_string() }));
    }
    asked.unchanged(&filing.content, computed)?;
    let digest = filing.content.digest(&asked.name);
    if read != digest {
        return Err(asked.refuse(Refusal::ContentChanged { digest, columns: Vec::new() }));
    }
    asked.passes(findings)?;
    let values = filing.content.values(form);
    filing.approvals.push(Approval { time: asked.now, digest: digest.clone(), values });
    filing.steps.push(asked.step(Action::Approve, digest));
    filing.state = State::Approved;
    Ok(filing)
}

/// Gives a return back to its unit.
pub fn send_back(asked: &StepRequest, mut filing: Filing) -> Result<Filing, StepRefused> {
    asked.in_state(&filing, Action::SendBack, &[State::Submitted])?;
    filing.steps.push(asked.step(Action::SendBack, filing.content.digest(&asked.name)));
    filing.state = State::SentBack;
    Ok(filing)
}

/// Opens an approved return for a correction; what was approved stays on record.
pub fn reopen(asked: &StepRequest, mut filing: Filing) -> Result<Filing, StepRefused> {
    asked.in_state(&filing, Action::Reopen, &[State::Approved])?;
    filing.steps.push(asked.step(Action::Reopen, filing.content.digest(&asked.name)));
    filing.state = State::Reopened;
    Ok(filing)
}

#[cfg(test)]
mod tests;
