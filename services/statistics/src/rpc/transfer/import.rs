//! `TransferService`: records in bulk, chunk by chunk.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;

use thidua_chassis::edge::at_revision;
use thidua_chassis::failure::CommonError;
use thidua_chassis::store::{Change, Decision, Needs, Receipt, State};
use thidua_chassis::write_options::{WriteOptions, uuid};
use thidua_proto::names::{RecordName, UnitName};
use thidua_proto::parse::{Problem, Violation, Violations};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::import_records_request::Part;
use thidua_proto::statistics::import_row::Record as Row;
use thidua_proto::statistics::transfer_service_server::TransferService;
use tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use crate::error::Error;
use crate::rpc::locks::lock as locks;
use crate::rpc::records::record::{RecordMessage, replace};
use crate::rpc::records::write::New;
use crate::rpc::service::Statistics;
use crate::rpc::transfer::export;
use thidua_chassis::caller::Caller;

const METHOD: &str = "thidua.statistics.v1.TransferService/ImportRecords";
/// The most rows of a chunk.
const MOST_ROWS: usize = 500;
/// How many refused rows an answer tells of.
const MOST_TOLD: usize = 1000;
/// How many chunks are submitted together, while the next ones are parsed: they share one flush of the disk, and one change
/// of each day's sums.
const WAVE: usize = 16;

#[tonic::async_trait]
impl TransferService for Statistics {
    async fn import_records(
        &self,
        request: Request<Streaming<proto::ImportRecordsRequest>>,
    ) -> Result<Response<proto::ImportRecordsResponse>, Status> {
        let caller = Caller::of(&request);
        let mut stream = request.into_inner();
        let header = match stream.message().await?.and_then(|message| message.part) {
            Some(Part::Header(header)) => Header::parse(&header)?,
            Some(Part::Chunk(_)) => return Err(out_of_order("a header", "a chunk").into()),
            None => return Err(out_of_order("a header", "nothing").into()),
        };
        self.may_record(&caller, &header.unit).await?;
        if !self.units().await?.contains_key(&header.unit) {
            return Err(Error::not_found(&header.unit).into());
        }
        let mut import = Import::new(self.clone(), header, caller);
        loop {
            match stream.message().await?.and_then(|message| message.part) {
                Some(Part::Chunk(chunk)) => {
                    if import.take(chunk).await? {
                        break;
                    }
                }
                Some(Part::Header(_)) => {
                    return Err(out_of_order(&import.expected(), "a second header").into());
                }
                None => return Err(import.truncated().await.into()),
            }
        }
        if stream.message().await?.is_some() {
            return Err(out_of_order("the end of the stream", "more after the last chunk").into());
        }
        let answer = import.finish().await?;
        let revision = answer.revision;
        Ok(at_revision(answer, revision))
    }

    type ExportRecordsStream =
        Pin<Box<dyn Stream<Item = Result<proto::ExportRecordsResponse, Status>> + Send>>;

    async fn export_records(
        &self,
        request: Request<proto::ExportRecordsRequest>,
    ) -> Result<Response<Self::ExportRecordsStream>, Status> {
        let caller = Caller::of(&request);
        Ok(Response::new(Box::pin(export::begin(self, &caller, request.into_inner()).await?)))
    }
}

fn out_of_order(expected: &str, found: &str) -> Error {
    Error::ImportOutOfOrder { expected: expected.to_owned(), found: found.to_owned() }
}

#[derive(Clone)]
struct Header {
    import_id: Uuid,
    unit: UnitName,
    validate_only: bool,
    create_only: bool,
}

impl Header {
    fn parse(m: &proto::ImportHeader) -> Result<Self, Error> {
        let mut v = Violations::default();
        let (import_id, unit) =
            v.within("header", |v| (uuid(v, "import_id", &m.import_id), v.name("parent", &m.parent)));
        let parsed = (|| {
            let (validate_only, create_only) = (m.validate_only, m.create_only);
            Some(Self { import_id: import_id?, unit: unit?, validate_only, create_only })
        })();
        Ok(v.finish(parsed)?)
    }
}

/// An import under way: chunks are parsed here while those before are being committed, in order.
struct Import {
    service: Statistics,
    header: Header,
    caller: Caller,
    taken: i64,
    /// Parsed, waiting for the wave before them.
    ready: Vec<(WriteOptions, Vec<Parsed>)>,
    under_way: VecDeque<Receipt<Error>>,
    answer: proto::ImportRecordsResponse,
}

impl Import {
    fn new(service: Statistics, header: Header, caller: Caller) -> Self {
        let answer = proto::ImportRecordsResponse::default();
        Self { service, header, caller, taken: 0, ready: Vec::new(), under_way: VecDeque::new(), answer }
    }

    fn expected(&self) -> String {
        format!("chunk {}", self.taken + 1)
    }

    /// Takes a chunk on its way; tells whether it was the last.
    async fn take(&mut self, chunk: proto::ImportChunk) -> Result<bool, Error> {
        if chunk.number != self.taken + 1 {
            return Err(out_of_order(&self.expected(), &format!("chunk {}", chunk.number)));
        }
        if chunk.rows.len() > MOST_ROWS {
            let mut v = Violations::default();
            v.refuse("chunk.rows", Problem::TooMany { max: MOST_ROWS, found: chunk.rows.len() });
            return Err(v.into());
        }
        let last = chunk.last;
        let (id, number) = (self.header.import_id, chunk.number);
        // A row refused because its record is there is not refused again where it may be updated.
        let terms = if self.header.create_only { " create-only" } else { "" };
        let request_id = Uuid::new_v5(&id, format!("{} {number}{terms}", self.header.unit).as_bytes());
        let terms =
            WriteOptions::of_part(METHOD, &self.caller, &chunk, request_id, self.header.validate_only);
        let rows: Vec<Parsed> =
            chunk.rows.into_iter().map(|row| Parsed::of(&self.header.unit, &row)).collect();
        self.ready.push((terms, rows));
        if self.ready.len() >= WAVE {
            self.send_wave().await?;
        }
        self.taken = number;
        Ok(last)
    }

    /// Submits what is ready; one wave before it may still be under way.
    async fn send_wave(&mut self) -> Result<(), Error> {
        while self.under_way.len() > WAVE {
            self.settle_one().await?;
        }
        for (terms, rows) in self.ready.drain(..) {
            self.under_way.push_back(enqueue(&self.service, terms, &self.header, rows).await?);
        }
        Ok(())
    }

    /// Submits and settles all that was taken.
    async fn settle_all(&mut self) -> Result<(), Error> {
        self.send_wave().await?;
        while !self.under_way.is_empty() {
            self.settle_one().await?;
        }
        Ok(())
    }

    async fn settle_one(&mut self) -> Result<(), Error> {
        let Some(chunk) = self.under_way.pop_front() else { return Ok(()) };
        let committed = chunk.outcome().await.map_err(CommonError::of_submit::<Error>)?;
        let corrupt = |cause: serde_json::Error| thidua_chassis::store::StoreError::Corrupt {
            problem: format!("an import's outcome cannot be read: {cause}"),
        };
        let part: proto::ImportRecordsResponse =
            serde_json::from_str(committed.outcome.as_deref().unwrap_or("{}")).map_err(corrupt)?;
        self.answer.created_count += part.created_count;
        self.answer.updated_count += part.updated_count;
        self.answer.unchanged_count += part.unchanged_count;
        self.answer.refused_count += part.refused_count;
        let room = MOST_TOLD.saturating_sub(self.answer.refused_rows.len());
        self.answer.refused_rows.extend(part.refused_rows.into_iter().take(room));
        if !self.header.validate_only {
            self.answer.revision = committed.revision;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<proto::ImportRecordsResponse, Error> {
        self.settle_all().await?;
        Ok(self.answer)
    }

    /// The stream has ended too soon: what was taken is settled, and told.
    async fn truncated(mut self) -> Error {
        if let Err(error) = self.settle_all().await {
            return error;
        }
        Error::ImportTruncated { import_id: self.header.import_id.to_string(), chunks: self.taken }
    }
}

/// A row as far as it can be judged alone.
struct Parsed {
    line: i64,
    kind: &'static str,
    new: Result<New, Vec<Violation>>,
}

impl Parsed {
    fn of(unit: &UnitName, row: &proto::ImportRow) -> Self {
        let mut v = Violations::default();
        let id = v.id("id", &row.id);
        let (kind, record) = match &row.record {
            Some(Row::Inspection(message)) => ("inspection", read(&mut v, "inspection", message)),
            Some(Row::Reception(message)) => ("reception", read(&mut v, "reception", message)),
            Some(Row::Petition(message)) => ("petition", read(&mut v, "petition", message)),
            Some(Row::Matter(message)) => ("matter", read(&mut v, "matter", message)),
            None => {
                v.refuse("record", Problem::Required);
                ("record", None)
            }
        };
        let parsed = v.finish((|| Some((id?, record?)))());
        let new =
            parsed.map(|(id, (kind, record))| New::of(&RecordName { unit: unit.clone(), kind, id }, &record));
        Self { line: row.line, kind, new: new.map_err(Violations::into_list) }
    }
}

fn read<M: RecordMessage>(
    v: &mut Violations,
    scope: &str,
    message: &M,
) -> Option<(thidua_proto::names::RecordKind, crate::domain::records::record::Record)> {
    v.within(scope, |v| message.parse_new(v)).map(|record| (M::KIND, record))
}

async fn enqueue(
    service: &Statistics,
    terms: WriteOptions,
    Header { unit, create_only, .. }: &Header,
    rows: Vec<Parsed>,
) -> Result<Receipt<Error>, Error> {
    let sound = || rows.iter().filter_map(|row| row.new.as_ref().ok());
    let mut needs = Needs::default();
    needs.names.extend([unit.to_string().into(), locks::name(unit).into()]);
    needs.names.extend(sound().map(|new| Arc::clone(&new.name)));
    // A matter named by several rows is loaded once.
    let matters: BTreeSet<&Arc<str>> =
        sound().filter_map(|new| new.change.index.refers_to.as_ref()).collect();
    needs.names.extend(matters.into_iter().cloned());
    let create_only = *create_only;
    terms.enqueue(&service.store, needs, move |state, _| Ok(decide(state, &rows, create_only))).await
}

/// Keeps the rows that hold and tells of the others; with `create_only`, a record that is there is not touched.
fn decide(state: &State, rows: &[Parsed], create_only: bool) -> Decision {
    let mut outcome = proto::ImportRecordsResponse::default();
    let (mut seen, mut changes) = (HashSet::new(), Vec::with_capacity(rows.len()));
    for row in rows {
        match take(state, row, create_only, &mut seen, &mut changes) {
            Ok(RowOutcome::Created) => outcome.created_count += 1,
            Ok(RowOutcome::Updated) => outcome.updated_count += 1,
            Ok(RowOutcome::Unchanged) => outcome.unchanged_count += 1,
            Err(faults) => {
                outcome.refused_count += 1;
                outcome.refused_rows.extend(faults);
            }
        }
    }
    // Counts, lists and texts can always be written.
    let outcome = serde_json::to_string(&outcome).ok();
    Decision { changes, outcome }
}

enum RowOutcome {
    Created,
    Updated,
    Unchanged,
}

fn take(
    state: &State,
    row: &Parsed,
    create_only: bool,
    seen: &mut HashSet<Arc<str>>,
    changes: &mut Vec<Change>,
) -> Result<RowOutcome, Vec<proto::RefusedRow>> {
    let new = match &row.new {
        Ok(new) => new,
        Err(violations) => {
            return Err(violations.iter().map(|violation| fault(row.line, violation)).collect());
        }
    };
    if !seen.insert(Arc::clone(&new.name)) {
        let repeated = Violation { field: "id".to_owned(), problem: Problem::Repeated };
        return Err(vec![fault(row.line, &repeated)]);
    }
    new.check(state).map_err(|error| vec![refusal(row, error)])?;
    let Some(held) = state.get(&new.name) else {
        changes.push(new.change.clone());
        return Ok(RowOutcome::Created);
    };
    let replaced = replace(new.kind(), held, new.change.clone());
    match replaced.map_err(|error| vec![refusal(row, Error::store(error))])? {
        None => Ok(RowOutcome::Unchanged),
        Some(_) if create_only => Err(vec![refusal(row, Error::already_exists(&new.name))]),
        Some(change) => {
            changes.push(change);
            Ok(RowOutcome::Updated)
        }
    }
}

fn fault(line: i64, violation: &Violation) -> proto::RefusedRow {
    proto::RefusedRow {
        line,
        field: violation.field.clone(),
        reason: violation.problem.reason().to_owned(),
        description: violation.problem.english(),
        localized_description: violation.problem.vietnamese(),
    }
}

fn refusal(row: &Parsed, error: Error) -> proto::RefusedRow {
    let failure = error.into_failure();
    proto::RefusedRow {
        line: row.line,
        field: row.kind.to_owned(),
        reason: failure.reason.to_owned(),
        description: failure.english,
        localized_description: failure.vietnamese,
    }
}
