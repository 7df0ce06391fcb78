//! `ExportRecords`: collections one after the other out of one snapshot, a page at a time, so that the memory needed does
//! not depend on how much is sent. Pages are read ahead while those before them are made into messages.

use thidua_chassis::body;
use thidua_chassis::caller::Caller;
use thidua_chassis::failure::CommonError;
use thidua_chassis::store::{PageQuery, Resource, Snapshot};
use thidua_proto::date;
use thidua_proto::names::{RecordKind, RecordName, UnitName};
use thidua_proto::page::{BadToken, Binding, Cursor};
use thidua_proto::parse::Violations;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::export_row::Record as Row;
use tokio_stream::{Stream, StreamExt as _};
use tonic::Status;

use crate::error::Error;
use crate::rpc::service::Statistics;
use crate::rpc::stream_sender::{StreamSender, stream};
use crate::rpc::units::unit;
use crate::rpc::units::unit::record_collection;

const METHOD: &str = "thidua.statistics.v1.TransferService/ExportRecords";
/// All units.
const ALL: &str = "units/-";
/// The most rows of a message.
const MOST_ROWS: usize = 500;
/// How many rows are read at once.
const PAGE: u32 = 500;
/// In which order kinds are sent: what others name comes first.
const ORDER: [RecordKind; 4] =
    [RecordKind::Matter, RecordKind::Inspection, RecordKind::Reception, RecordKind::Petition];

/// Checks the request and begins to send.
pub(in crate::rpc) async fn begin(
    service: &Statistics,
    caller: &Caller,
    mut request: proto::ExportRecordsRequest,
) -> Result<impl Stream<Item = Result<proto::ExportRecordsResponse, Status>> + Send + use<>, Error> {
    let cursor = std::mem::take(&mut request.cursor);
    let asked = ExportQuery::parse(&request)?;
    let binding = Binding::of(METHOD, &request);
    let bad = |bad: BadToken| Error::Common(CommonError::from(bad));
    let cursor = binding.cursor(&cursor).map_err(bad)?;
    let mut snapshot = service.store.stream_snapshot(&caller.to_string()).await?;
    let head = snapshot.revision();
    let place = match cursor {
        Some(cursor) => {
            Place::of(&cursor).filter(|place| place.revision <= head).ok_or_else(|| bad(BadToken))?
        }
        None => Place { revision: head, name: String::new() },
    };
    let units = unit::all_at(&mut snapshot, head).await?;
    let units = match asked.unit {
        Some(unit) if !units.contains_key(&unit) => return Err(Error::not_found(&unit)),
        Some(unit) => vec![unit],
        None => units.into_keys().collect(),
    };
    let collections = ORDER
        .into_iter()
        .filter(|kind| asked.kinds.is_empty() || asked.kinds.contains(kind))
        .flat_map(|kind| units.iter().map(move |unit| (kind, unit.clone())))
        .collect();
    let export = Export { collections, days: asked.days };
    let parts = stream(async move |reader: StreamSender<_>| export.send(snapshot, place, &reader).await);
    Ok(parts.map(move |part| Ok(message(&part?, &binding)?)))
}

/// A request that is right in shape.
struct ExportQuery {
    /// None for all.
    unit: Option<UnitName>,
    kinds: Vec<RecordKind>,
    days: (i64, i64),
}

impl ExportQuery {
    fn parse(m: &proto::ExportRecordsRequest) -> Result<Self, Error> {
        let mut v = Violations::default();
        let unit = if m.parent == ALL { Some(None) } else { v.name("parent", &m.parent).map(Some) };
        let kinds = v.choices::<proto::RecordKind>("kinds", &m.kinds);
        let days = v.days(("first_date", m.first_date), ("last_date", m.last_date));
        let parsed = (|| {
            let (first, last) = days?;
            let days = (first.map_or(i64::MIN, date::to_number), last.map_or(i64::MAX, date::to_number));
            Some(Self { unit: unit?, kinds: kinds?.into_iter().filter_map(kind).collect(), days })
        })();
        Ok(v.finish(parsed)?)
    }
}

fn kind(kind: proto::RecordKind) -> Option<RecordKind> {
    match kind {
        proto::RecordKind::Unspecified => None,
        proto::RecordKind::Inspection => Some(RecordKind::Inspection),
        proto::RecordKind::Reception => Some(RecordKind::Reception),
        proto::RecordKind::Petition => Some(RecordKind::Petition),
        proto::RecordKind::Matter => Some(RecordKind::Matter),
    }
}

/// After which record an export goes on, and at which revision it began.
#[derive(Debug, Clone)]
struct Place {
    revision: i64,
    /// Empty before the first record.
    name: String,
}

impl Place {
    fn of(cursor: &Cursor) -> Option<Self> {
        let (revision, name) = cursor.name.split_once(' ')?;
        Some(Self { revision: revision.parse().ok()?, name: name.to_owned() })
    }

    fn cursor(&self) -> Cursor {
        Cursor { number: 0, name: format!("{} {}", self.revision, self.name) }
    }

    /// The collection that it lies in, as far as it lies in one.
    fn collection(&self) -> Option<(RecordKind, UnitName)> {
        self.name.parse::<RecordName>().ok().map(|name| (name.kind, name.unit))
    }
}

/// What is sent.
struct Export {
    /// In order.
    collections: Vec<(RecordKind, UnitName)>,
    days: (i64, i64),
}

/// A message in the making: records, and the place after them.
struct Part {
    rows: Vec<(RecordKind, Resource)>,
    place: Place,
}

impl Export {
    /// Sends all that lies after a place.
    async fn send(
        self,
        mut snapshot: Snapshot,
        mut place: Place,
        reader: &StreamSender<Part>,
    ) -> Result<(), Error> {
        let resumed = place.collection();
        let begun = resumed.and_then(|at| self.collections.iter().position(|one| *one == at));
        let (mut rows, mut told) = (Vec::new(), false);
        for (index, (kind, unit)) in self.collections.iter().enumerate().skip(begun.unwrap_or(0)) {
            let mut query = PageQuery::all(&record_collection(unit, *kind), PAGE);
            (query.first, query.last) = self.days;
            if begun == Some(index) {
                query.after.1.clone_from(&place.name);
            }
            loop {
                let page = snapshot.page_by_name(&query).await?;
                let Some(last) = page.last() else { break };
                query.after.1 = last.name.to_string();
                for resource in page {
                    if rows.len() == MOST_ROWS {
                        told = true;
                        reader.send(Part { rows: std::mem::take(&mut rows), place: place.clone() }).await?;
                    }
                    place.name = resource.name.to_string();
                    rows.push((*kind, resource));
                }
            }
        }
        if rows.is_empty() && told {
            return Ok(());
        }
        reader.send(Part { rows, place }).await
    }
}

fn message(part: &Part, binding: &Binding) -> Result<proto::ExportRecordsResponse, Error> {
    let rows = part.rows.iter().map(|(kind, resource)| row(*kind, resource)).collect::<Result<_, _>>()?;
    let cursor = binding.token(&part.place.cursor());
    Ok(proto::ExportRecordsResponse { rows, cursor, revision: part.place.revision })
}

fn row(kind: RecordKind, resource: &Resource) -> Result<proto::ExportRow, Error> {
    let record = match kind {
        RecordKind::Inspection => body::present(resource).map(Row::Inspection),
        RecordKind::Reception => body::present(resource).map(Row::Reception),
        RecordKind::Petition => body::present(resource).map(Row::Petition),
        RecordKind::Matter => body::present(resource).map(Row::Matter),
    };
    Ok(proto::ExportRow { record: Some(record.map_err(Error::store)?) })
}
