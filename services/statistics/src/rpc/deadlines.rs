//! Deadlines in messages: computed whenever a petition or matter is answered.

use jiff::civil::Date;
use thidua_proto::date::{from_wire, to_wire};
use thidua_proto::parse::Violations;
use thidua_proto::statistics as proto;

use super::Statistics;
use super::certainty;
use super::records::RecordMessage;
use crate::domain::deadlines::deadline::Deadline;
use crate::domain::records::record::Record;
use crate::domain::text::sentence::Sentence;

impl Statistics {
    /// Sets the deadlines of a message whose kind has them.
    pub(super) fn tell_deadlines<M: RecordMessage>(&self, message: &mut M) {
        if message.deadlines().is_none() {
            return;
        }
        // What is stored holds; a slip of a damaged store is told where the record is read for its sums.
        let facts = match message.parse(&mut Violations::default()) {
            Some(Record::Petition(petition)) => petition.deadline_facts(),
            Some(Record::Matter(matter)) => matter.deadline_facts(),
            Some(Record::Inspection(_) | Record::Reception(_)) | None => return,
        };
        let (today, version) = (self.clock.today(), self.schedule.version());
        let computed = self.schedule.deadlines(&facts);
        if let Some(deadlines) = message.deadlines() {
            *deadlines = computed.into_iter().map(|found| to_proto(found, today, &version)).collect();
        }
    }
}

/// Whether one of the deadlines had passed at the end of a day, and the step was not done by then.
pub(super) fn is_overdue(deadlines: &[proto::Deadline], day: Date) -> bool {
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
