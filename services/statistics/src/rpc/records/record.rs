//! What the messages of all record kinds have in common.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use thidua_chassis::body;
use thidua_chassis::store::{Change, Index, StoreError, StoredVersion};
use thidua_proto::date;
use thidua_proto::names::{RecordKind, RecordName, UnitName};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::resource::Resource;
use thidua_proto::statistics as proto;

use crate::domain::records::quantity::{Count, SquareMetres, Vnd};
use crate::domain::records::record::Record;
use crate::rpc::service::Statistics;
use crate::rpc::units::unit::record_collection;

/// The most money of one record, in đồng: a hundred times the largest provincial budget.
const MOST_VND: i64 = 1_000_000_000_000_000;
/// The most land of one record, in square metres: three times the country.
const MOST_M2: i64 = 1_000_000_000_000;
/// The most people or organisations of one record.
const MOST_PERSONS: i64 = 100_000;
/// The most cases of one record.
const MOST_CASES: i64 = 10_000;
/// The most events of carrying out one conclusion or decision.
const MOST_EXECUTIONS: usize = 100;

/// A message that holds a dated record.
pub(in crate::rpc) trait RecordMessage: Resource {
    /// Which kind.
    const KIND: RecordKind;

    /// The name and etag that the caller sent.
    fn name_and_etag(&self) -> (&str, &str);

    /// The matter that the caller named; empty where there is none.
    #[expect(clippy::unnecessary_literal_bound, reason = "kinds with a matter return their own text")]
    fn matter(&self) -> &str {
        ""
    }

    /// Where the message tells of deadlines; `None` for kinds that have none.
    fn deadlines(&mut self) -> Option<&mut Vec<proto::Deadline>> {
        None
    }

    /// The record that the message holds; everything wrong with it is noted.
    fn parse(&self, violations: &mut Violations) -> Option<Record>;

    /// The same of a record that is to be written, which is also held to the rules that are younger than records in store:
    /// those stay readable as they are.
    fn parse_new(&self, violations: &mut Violations) -> Option<Record> {
        self.parse(violations)
    }
}

impl Statistics {
    /// Sets the deadlines of a message whose kind has them.
    pub(in crate::rpc) fn tell_deadlines<M: RecordMessage>(&self, message: &mut M) {
        if message.deadlines().is_none() {
            return;
        }
        // What is stored holds; a slip of a damaged store is told where the record is read for its sums.
        let facts = match message.parse(&mut Violations::default()) {
            Some(Record::Petition(petition)) => petition.deadline_facts(),
            Some(Record::Matter(matter)) => matter.deadline_facts(),
            Some(Record::Inspection(_) | Record::Reception(_)) | None => return,
        };
        let computed = self.deadlines_of(&facts);
        if let Some(deadlines) = message.deadlines() {
            *deadlines = computed;
        }
    }
}

/// The body of a record.
pub(in crate::rpc) fn encode(record: &Record) -> String {
    match record {
        Record::Inspection(inspection) => body::encode(proto::Inspection::from(inspection)),
        Record::Reception(reception) => body::encode(proto::Reception::from(reception)),
        Record::Petition(petition) => body::encode(proto::Petition::from(petition)),
        Record::Matter(matter) => body::encode(proto::Matter::from(matter)),
    }
}

/// The record of a body; the error says why it cannot be read.
pub(in crate::rpc) fn decode(kind: RecordKind, stored: &str) -> Result<Record, String> {
    fn read<M: RecordMessage>(stored: &str) -> Result<Record, String> {
        let message: M = body::decode(stored).map_err(|cause| cause.to_string())?;
        let mut violations = Violations::default();
        let record = message.parse(&mut violations);
        violations.finish(record).map_err(|violations| violations.paths())
    }
    match kind {
        RecordKind::Inspection => read::<proto::Inspection>(stored),
        RecordKind::Reception => read::<proto::Reception>(stored),
        RecordKind::Petition => read::<proto::Petition>(stored),
        RecordKind::Matter => read::<proto::Matter>(stored),
    }
}

/// The change of a record that keeps what later releases have put into its body; `None` where it changes nothing.
pub(in crate::rpc) fn replace(
    kind: RecordKind,
    held: &StoredVersion,
    change: Change,
) -> Result<Option<Change>, StoreError> {
    fn kept<M: RecordMessage>(held: &StoredVersion, change: Change) -> Result<Option<Change>, StoreError> {
        let change = body::keep::<M>(held, change)?;
        Ok(if body::is_same::<M>(held, &change)? { None } else { Some(change) })
    }
    match kind {
        RecordKind::Inspection => kept::<proto::Inspection>(held, change),
        RecordKind::Reception => kept::<proto::Reception>(held, change),
        RecordKind::Petition => kept::<proto::Petition>(held, change),
        RecordKind::Matter => kept::<proto::Matter>(held, change),
    }
}

/// Where a record is listed, and what it refers to.
pub(in crate::rpc) fn index(unit: &UnitName, record: &Record) -> Index {
    Index {
        collection: record_collection(unit, record.kind()).into(),
        sort_number: date::to_number(record.date()),
        refers_to: record.matter().map(|matter| matter.to_string().into()),
    }
}

/// A count within bounds.
pub(in crate::rpc) fn count(
    v: &mut Violations,
    field: &str,
    number: i64,
    bounds: RangeInclusive<i64>,
) -> Option<Count> {
    v.number(field, number, bounds).and_then(|number| Count::try_from(number).ok())
}

/// An amount of money.
pub(in crate::rpc) fn money(v: &mut Violations, field: &str, number: i64) -> Option<Vnd> {
    v.number(field, number, 0..=MOST_VND).map(Vnd)
}

/// An amount of land.
pub(in crate::rpc) fn land(v: &mut Violations, field: &str, number: i64) -> Option<SquareMetres> {
    v.number(field, number, 0..=MOST_M2).map(SquareMetres)
}

/// A count of persons or organisations.
pub(in crate::rpc) fn persons(v: &mut Violations, field: &str, number: i64) -> Option<Count> {
    count(v, field, number, 0..=MOST_PERSONS)
}

/// A count of cases.
pub(in crate::rpc) fn cases(v: &mut Violations, field: &str, number: i64) -> Option<Count> {
    count(v, field, number, 0..=MOST_CASES)
}

/// A count of officials among so many persons.
pub(in crate::rpc) fn officials(v: &mut Violations, field: &str, number: i64, persons: i64) -> Option<Count> {
    count(v, field, number, 0..=persons.clamp(0, MOST_PERSONS))
}

/// Notes each result that is given although there is nothing yet that could have it.
pub(in crate::rpc) fn refuse_given(v: &mut Violations, given: &[(&str, bool)], problem: &Problem) {
    for (field, _) in given.iter().filter(|(_, given)| *given) {
        v.refuse(field, problem.clone());
    }
}

/// Events of carrying something out, each with whether it completes that: only the one with the latest day may.
pub(in crate::rpc) fn executions<M, T>(
    v: &mut Violations,
    messages: &[M],
    mut read: impl FnMut(&mut Violations, &M) -> Option<T>,
    completed: impl Fn(&T) -> (Date, bool),
) -> Option<Vec<T>> {
    let events = v.list("executions", messages, MOST_EXECUTIONS, |v, field, message| {
        v.within(field, |v| read(v, message))
    })?;
    let mut last: Option<(usize, Date)> = None;
    for (index, event) in events.iter().enumerate() {
        let (date, _) = completed(event);
        if last.is_none_or(|(_, latest)| latest <= date) {
            last = Some((index, date));
        }
    }
    for (index, event) in events.iter().enumerate() {
        if completed(event).1 && last.is_some_and(|(latest, _)| latest != index) {
            let when = ("in the last of the executions", "ở lần thực hiện cuối cùng");
            v.refuse(&format!("executions[{index}].completed"), Problem::Unwanted { when });
        }
    }
    Some(events)
}

/// The name of a matter, which may be left out: `Some(None)` where it is.
pub(in crate::rpc) fn matter(v: &mut Violations, text: &str) -> Option<Option<RecordName>> {
    let name: Option<RecordName> = v.optional_name("matter", text)?;
    match name {
        Some(name) if name.kind != RecordKind::Matter => {
            let expected = (
                "a name like `units/{unit}/matters/{matter}`",
                "tên có dạng “units/{unit}/matters/{matter}”",
            );
            v.refuse("matter", Problem::malformed(expected, text));
            None
        }
        name => Some(name),
    }
}

#[cfg(test)]
mod tests;
