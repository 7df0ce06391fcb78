//! What the messages of all record kinds have in common.

use std::ops::RangeInclusive;

use thidua_chassis::body;
use thidua_chassis::store::Index;
use thidua_proto::date;
use thidua_proto::names::{RecordKind, RecordName, UnitName};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::resource::Resource;
use thidua_proto::statistics as proto;

use crate::domain::quantity::Count;
use crate::domain::record::Record;

/// A message that holds a dated record.
pub(super) trait RecordMessage: Resource {
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
}

/// The body of a record.
pub(super) fn encode(record: &Record) -> String {
    match record {
        Record::Inspection(inspection) => body::encode(proto::Inspection::from(inspection)),
        Record::Reception(reception) => body::encode(proto::Reception::from(reception)),
        Record::Petition(petition) => body::encode(proto::Petition::from(petition)),
        Record::Matter(matter) => body::encode(proto::Matter::from(matter)),
    }
}

/// The record of a body; the error says why it cannot be read.
pub(super) fn decode(kind: RecordKind, stored: &str) -> Result<Record, String> {
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

/// Where a unit's records of a kind are listed.
pub(super) fn collection(unit: &UnitName, kind: RecordKind) -> String {
    format!("{unit}/{}", kind.collection())
}

/// Where a record is listed, and what it refers to.
pub(super) fn index(unit: &UnitName, record: &Record) -> Index {
    Index {
        collection: collection(unit, record.kind()).into(),
        sort_number: date::to_number(record.date()),
        refers_to: record.matter().map(|matter| matter.to_string().into()),
    }
}

/// A count within bounds.
pub(super) fn count(
    v: &mut Violations,
    field: &str,
    number: i64,
    bounds: RangeInclusive<i64>,
) -> Option<Count> {
    v.number(field, number, bounds).and_then(|number| Count::try_from(number).ok())
}

/// The name of a matter, which may be left out: `Some(None)` where it is.
pub(super) fn matter(v: &mut Violations, text: &str) -> Option<Option<RecordName>> {
    let name: Option<RecordName> = v.optional_name("matter", text)?;
    match name {
        Some(name) if name.kind != RecordKind::Matter => {
            v.refuse("matter", Problem::malformed("a name like `units/{unit}/matters/{matter}`", text));
            None
        }
        name => Some(name),
    }
}
