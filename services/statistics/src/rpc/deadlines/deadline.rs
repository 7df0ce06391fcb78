//! Deadlines in messages: computed whenever a petition or matter is answered.

use jiff::civil::Date;
use thidua_proto::date::{from_wire, to_wire};
use thidua_proto::statistics as proto;

use crate::domain::deadlines::deadline::Deadline;
use crate::domain::deadlines::facts::Facts;
use crate::domain::text::sentence::Sentence;
use crate::rpc::certainty;
use crate::rpc::service::Statistics;

impl Statistics {
    /// The deadlines of a case, as messages tell them today.
    pub(in crate::rpc) fn deadlines_of(&self, facts: &Facts) -> Vec<proto::Deadline> {
        let (today, version) = (self.clock.today(), self.schedule.version());
        let deadlines = self.schedule.deadlines(facts).into_iter();
        deadlines.map(|deadline| to_proto(deadline, today, &version)).collect()
    }
}

/// Whether one of the deadlines had passed at the end of a day, and the step was not done by then.
pub(in crate::rpc) fn is_overdue(deadlines: &[proto::Deadline], day: Date) -> bool {
    deadlines.iter().any(|deadline| {
        let [due, done] = [deadline.due_date, deadline.done_date].map(|wire| wire.and_then(from_wire));
        due.is_some_and(|due| due < day) && done.is_none_or(|done| done > day)
    })
}

fn to_proto(deadline: Deadline, today: Date, version: &str) -> proto::Deadline {
    let overdue = deadline.is_overdue_on(today);
    let (explanations, explanations_en) =
        deadline.steps.into_iter().map(|Sentence { vietnamese, english }| (vietnamese, english)).unzip();
    proto::Deadline {
        step: deadline.step,
        display_name: deadline.label.vietnamese,
        display_name_en: deadline.label.english,
        start_date: Some(to_wire(deadline.start)),
        due_date: Some(to_wire(deadline.due)),
        statutory_date: deadline.statutory.map(to_wire),
        done_date: deadline.done.map(to_wire),
        overdue,
        rule: deadline.rule.code,
        regime: deadline.rule.regime,
        source: deadline.rule.source,
        certainty: certainty::to_proto(deadline.certainty).into(),
        explanations,
        explanations_en,
        rules_version: version.to_owned(),
    }
}
