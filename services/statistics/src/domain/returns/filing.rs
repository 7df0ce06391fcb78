//! Returns (báo cáo thống kê): a form filled for a unit and period, submitted by the unit and approved by another office.
//! What was approved is kept for good; a later approval stands beside it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use thidua_proto::names::ReturnName;

use crate::domain::forms::check::Finding;
use crate::domain::forms::form::{Form, FormId, Values, with_entries};

/// A return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// What it says.
    pub content: Content,
    /// How far it has come.
    pub state: State,
    /// What was done with it, oldest first.
    pub steps: Vec<Step>,
    /// What was approved, oldest first; the last one is what counts as published.
    pub approvals: Vec<Approval>,
}

/// What a return says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The form.
    pub form: FormId,
    /// The code of the calendar.
    pub calendar: String,
    /// The code of the period.
    pub period: String,
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// What the unit's records give, by the column's code.
    pub computed: Values,
    /// What was put in by hand, by the column's code.
    pub entries: BTreeMap<String, Entry>,
}

/// A column put in by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The exact value.
    pub value: i64,
    /// Why it differs from the records; may be empty where there are none.
    pub reason: String,
}

/// How far a return has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Prepared; may be prepared again.
    Draft,
    /// Waits for approval.
    Submitted,
    /// To be corrected and submitted again.
    SentBack,
    /// Approved; its period is locked.
    Approved,
    /// Approved once, open again for a correction.
    Reopened,
}

impl State {
    /// Whether it stands as it was handed in.
    #[must_use]
    pub fn is_handed_in(self) -> bool {
        matches!(self, Self::Submitted | Self::Approved)
    }
}

/// What can be done with a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Fill it.
    Prepare,
    /// Hand it in.
    Submit,
    /// Accept it.
    Approve,
    /// Refuse it, with a reason.
    SendBack,
    /// Open it again, with a reason.
    Reopen,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub action: Action,
    /// By which office, for which unit, as it enters the journal.
    pub caller: String,
    /// When.
    pub time: Timestamp,
    /// Why; empty where nobody asks.
    pub reason: String,
    /// The digest of what the return said then.
    pub digest: String,
}

/// What was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// When.
    pub time: Timestamp,
    /// The digest of the content.
    pub digest: String,
    /// The values, by the column's code.
    pub values: Values,
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The return has come too far, or not far enough.
    StateUnfit {
        /// How far it has come.
        state: State,
        /// What was to be done.
        action: Action,
    },
    /// A column put in by hand differs from the records without a reason.
    AdjustmentUnexplained {
        /// The columns.
        columns: Vec<String>,
    },
    /// Checks fail.
    ChecksFailed {
        /// What does not hold; at least one.
        findings: Vec<Finding>,
    },
    /// The return, or what the records give for it, is no longer what was read.
    ContentChanged {
        /// The digest of what it says now.
        digest: String,
        /// The columns for which the records give something else now; may be none.
        columns: Vec<String>,
    },
    /// The period has not ended.
    PeriodOpen {
        /// Its last day.
        last_date: Date,
    },
    /// Whoever prepared or handed it in cannot approve it.
    ApprovedByAuthor {
        /// The office.
        caller: String,
    },
}

/// A step on a return that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRefused {
    /// The return.
    pub return_name: ReturnName,
    /// Why.
    pub refusal: Refusal,
}

/// Where a column's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The unit's records.
    Records,
    /// Other columns, some of which were put in by hand.
    Columns,
    /// By hand, where the records give nothing.
    Entered,
    /// By hand, against what the records give.
    Adjusted,
}

impl Content {
    /// What stands in the form: what was put in by hand, else what the records give, and the columns made of them.
    #[must_use]
    pub fn values(&self, form: &Form) -> Values {
        let entered = self.entries.iter().map(|(column, entry)| (column.clone(), entry.value)).collect();
        with_entries(form, &self.computed, &entered)
    }

    /// Whether there are records behind it: where there are none, a computed 0 tells nothing.
    #[must_use]
    pub fn has_records(&self) -> bool {
        self.computed.values().any(|value| *value != 0)
    }

    /// The columns put in by hand against what the records give.
    pub fn adjusted(&self) -> impl Iterator<Item = (&String, &Entry)> {
        let against = |(column, entry): &(&String, &Entry)| {
            self.has_records() && self.computed.get(*column).is_some_and(|computed| *computed != entry.value)
        };
        self.entries.iter().filter(against)
    }

    /// Where a column's value comes from.
    #[must_use]
    pub fn origin(&self, column: &str, value: Option<i64>) -> Origin {
        let computed = self.computed.get(column).copied();
        if self.adjusted().any(|(adjusted, _)| adjusted == column) {
            Origin::Adjusted
        } else if computed.is_some()
            && value == computed
            && (self.has_records() || !self.entries.contains_key(column))
        {
            Origin::Records
        } else if self.entries.contains_key(column) || value.is_none() {
            Origin::Entered
        } else {
            Origin::Columns
        }
    }

    /// SHA-256, in lower-case hex, of all that a return says: form, period and each column with its origin and reason.
    /// Lines of text, so that anyone can compute it again.
    #[must_use]
    pub fn digest(&self, name: &ReturnName) -> String {
        let head = [
            name.to_string(),
            self.form.document.clone(),
            self.form.code.clone(),
            self.calendar.clone(),
            self.period.clone(),
            format!("{} {}", self.first, self.last),
        ];
        let computed = self.computed.iter().map(|(column, value)| format!("{column} = {value}"));
        let entered = self.entries.iter();
        let entered =
            entered.map(|(column, Entry { value, reason })| format!("{column} := {value} {reason}"));
        let text = head.into_iter().chain(computed).chain(entered).collect::<Vec<_>>().join("\n");
        hex(&Sha256::digest(text))
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from_digit(four.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

impl Filing {
    /// What it binds the unit's returns of other periods to: what is handed in or approved; of an earlier period also what was
    /// approved before a correction. A later one that is open for correction follows the earlier ones.
    #[must_use]
    pub fn binding(&self, form: &Form, is_earlier: bool) -> Option<Values> {
        match self.state {
            State::Submitted => Some(self.content.values(form)),
            State::Approved => self.published().cloned(),
            State::Draft | State::SentBack | State::Reopened => {
                self.published().filter(|_| is_earlier).cloned()
            }
        }
    }

    /// The values that were published last.
    #[must_use]
    pub fn published(&self) -> Option<&Values> {
        self.approvals.last().map(|approval| &approval.values)
    }

    /// Who put in what is to be approved: whoever wrote what it says, and whoever prepared or handed it in since the last
    /// approval.
    pub fn authors(&self) -> impl Iterator<Item = &str> {
        let last = |action| self.steps.iter().rposition(|step| step.action == action);
        let since_approval = last(Action::Approve).map_or(0, |at| at + 1);
        let since = last(Action::Prepare).map_or(since_approval, |written| written.min(since_approval));
        let steps = self.steps.iter().skip(since);
        steps.filter(|step| matches!(step.action, Action::Prepare | Action::Submit)).map(|step| &*step.caller)
    }

    /// When it was first handed in.
    #[must_use]
    pub fn submitted(&self) -> Option<Timestamp> {
        self.steps.iter().find(|step| step.action == Action::Submit).map(|step| step.time)
    }
}
