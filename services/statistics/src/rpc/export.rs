//! `ExportRecords`: collections one after the other, a page at a time, so that the memory needed does not depend on how much
//! is sent.

use thidua_chassis::body;
use thidua_chassis::failure::Shared;
use thidua_chassis::store::{PageQuery, Resource, Store};
use thidua_proto::date;
use thidua_proto::names::{RecordKind, RecordName, UnitName};
use thidua_proto::page::{BadToken, Binding, Cursor};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::export_row::Record as Row;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::Statistics;
use super::records::collection;
use crate::error::Error;

const METHOD: &str = "thidua.statistics.v1.TransferService/ExportRecords";
/// All units.
const ALL: &str = "units/-";
/// The most rows of a message.
const MOST_ROWS: u32 = 500;
/// How many messages wait for a slow receiver.
const AHEAD: usize = 2;
/// In which order kinds are sent: what others name comes first.
const ORDER: [RecordKind; 4] =
    [RecordKind::Matter, RecordKind::Inspection, RecordKind::Reception, RecordKind::Petition];

type Message = Result<proto::ExportRecordsResponse, Status>;

/// Checks the request and begins to send.
pub(super) async fn begin(
    service: &Statistics,
    mut request: proto::ExportRecordsRequest,
) -> Result<ReceiverStream<Message>, Error> {
    let cursor = std::mem::take(&mut request.cursor);
    let asked = Asked::parse(&request)?;
    let head = service.store.current().await.map_err(Error::store)?.revision;
    let binding = Binding::of(METHOD, &request);
    let bad = |bad: BadToken| Error::Shared(Shared::from(bad));
    let place = match binding.cursor(&cursor).map_err(bad)? {
        Some(cursor) => {
            Some(Place::of(&cursor).filter(|place| place.revision <= head).ok_or_else(|| bad(BadToken))?)
        }
        None => None,
    };
    let units = service.units().await?;
    let units = match asked.unit {
        Some(unit) if !units.contains_key(&unit) => return Err(Error::not_found(&unit)),
        Some(unit) => vec![unit],
        None => units.keys().cloned().collect(),
    };
    let collections = ORDER
        .into_iter()
        .filter(|kind| asked.kinds.is_empty() || asked.kinds.contains(kind))
        .flat_map(|kind| units.iter().map(move |unit| (kind, unit.clone())))
        .collect();
    let (sender, receiver) = mpsc::channel(AHEAD);
    let revision = place.as_ref().map_or(head, |place| place.revision);
    let store = service.store.clone();
    let export = Export { store, collections, days: asked.days, binding, revision, sender };
    tokio::spawn(export.send(place));
    Ok(ReceiverStream::new(receiver))
}

/// A request that is right in shape.
struct Asked {
    /// None for all.
    unit: Option<UnitName>,
    kinds: Vec<RecordKind>,
    days: (i64, i64),
}

impl Asked {
    fn parse(m: &proto::ExportRecordsRequest) -> Result<Self, Error> {
        let mut v = Violations::default();
        let unit = if m.parent == ALL { Some(None) } else { v.name("parent", &m.parent).map(Some) };
        let kinds: Vec<Option<RecordKind>> =
            m.kinds.iter().enumerate().map(|(index, number)| kind(&mut v, index, *number)).collect();
        let (first, last) = (v.day("first_date", m.first_date), v.day("last_date", m.last_date));
        v.order(("first_date", first.flatten()), ("last_date", last.flatten()));
        let parsed = (|| {
            let days = (first?.map_or(i64::MIN, date::to_number), last?.map_or(i64::MAX, date::to_number));
            Some(Self { unit: unit?, kinds: kinds.into_iter().collect::<Option<_>>()?, days })
        })();
        Ok(v.finish(parsed)?)
    }
}

fn kind(v: &mut Violations, index: usize, number: i32) -> Option<RecordKind> {
    match proto::RecordKind::try_from(number) {
        Ok(proto::RecordKind::Inspection) => Some(RecordKind::Inspection),
        Ok(proto::RecordKind::Reception) => Some(RecordKind::Reception),
        Ok(proto::RecordKind::Petition) => Some(RecordKind::Petition),
        Ok(proto::RecordKind::Matter) => Some(RecordKind::Matter),
        Ok(proto::RecordKind::Unspecified) | Err(_) => {
            v.refuse(&format!("kinds[{index}]"), Problem::UnknownValue { found: number });
            None
        }
    }
}

/// After which record an export goes on, and at which revision it began.
#[derive(Debug, Clone)]
struct Place {
    revision: i64,
    number: i64,
    /// Empty before the first record.
    name: String,
}

impl Place {
    fn of(cursor: &Cursor) -> Option<Self> {
        let (revision, name) = cursor.name.split_once(' ')?;
        Some(Self { revision: revision.parse().ok()?, number: cursor.number, name: name.to_owned() })
    }

    fn cursor(&self) -> Cursor {
        Cursor { number: self.number, name: format!("{} {}", self.revision, self.name) }
    }

    /// The collection that it lies in, as far as it lies in one.
    fn collection(&self) -> Option<(RecordKind, UnitName)> {
        self.name.parse::<RecordName>().ok().map(|name| (name.kind, name.unit))
    }
}

/// An export under way.
struct Export {
    store: Store,
    /// What is sent, in order.
    collections: Vec<(RecordKind, UnitName)>,
    days: (i64, i64),
    binding: Binding,
    revision: i64,
    sender: mpsc::Sender<Message>,
}

impl Export {
    /// Sends all, until the receiver goes or the store fails.
    async fn send(self, place: Option<Place>) {
        let start = place.unwrap_or(Place { revision: self.revision, number: i64::MIN, name: String::new() });
        if let Err(error) = self.send_after(start).await {
            // A receiver that has gone needs no reason.
            let _ = self.sender.send(Err(error.into())).await;
        }
    }

    async fn send_after(&self, mut place: Place) -> Result<(), Error> {
        let resumed = place.collection();
        let mut rows: Vec<proto::ExportRow> = Vec::new();
        let mut told = false;
        let begun = resumed.and_then(|at| self.collections.iter().position(|one| *one == at));
        for (index, (kind, unit)) in self.collections.iter().enumerate().skip(begun.unwrap_or(0)) {
            let mut query = PageQuery::all(&collection(unit, *kind), MOST_ROWS);
            (query.first, query.last) = self.days;
            if begun == Some(index) {
                query.after = (place.number, place.name.clone());
            }
            loop {
                let page = self.store.page(&query).await.map_err(Error::store)?;
                let exhausted = page.len() < usize::try_from(MOST_ROWS).unwrap_or(usize::MAX);
                for resource in page {
                    if rows.len() >= usize::try_from(MOST_ROWS).unwrap_or(usize::MAX) {
                        told = true;
                        if !self.tell(std::mem::take(&mut rows), &place).await {
                            return Ok(());
                        }
                    }
                    rows.push(row(*kind, &resource)?);
                    place.number = resource.held.index.sort_number;
                    place.name = resource.name.to_string();
                    query.after = (place.number, place.name.clone());
                }
                if exhausted {
                    break;
                }
            }
        }
        if !rows.is_empty() || !told {
            self.tell(rows, &place).await;
        }
        Ok(())
    }

    /// Sends a message; tells whether somebody still receives.
    async fn tell(&self, rows: Vec<proto::ExportRow>, place: &Place) -> bool {
        let cursor = self.binding.token(&place.cursor());
        self.sender
            .send(Ok(proto::ExportRecordsResponse { rows, cursor, revision: self.revision }))
            .await
            .is_ok()
    }
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
