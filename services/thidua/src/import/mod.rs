//! Import: rows are read from files, judged as far as a reader can, and streamed to the service in chunks.

mod document;
mod grid;
mod heading;
mod legacy;
mod rows;
mod sheet;
mod told;
mod units;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::parse::Problem;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::statistics::{
    ErrorReason, ImportChunk, ImportHeader, ImportRecordsRequest, ImportRecordsResponse, ImportRow,
    RefusedRow, import_records_request,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use uuid::Uuid;

pub(crate) use self::document::{Document, Reading};
use self::legacy::Encoding;
use self::rows::{Rows, SkippedRows};
pub(crate) use self::told::Outcome;
use self::units::{Part, UnitIndex, Whose, split};
use crate::cli::{Address, Kind, unit};
use crate::client::connect;
use crate::directory::{self, tell_with_units};
use crate::table::Locale;

/// What to import.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    address: Address,
    /// Whose records these are, such as units/thanh-tra-tinh. If left out, each row goes to the unit that its column
    /// `unit` (“Đơn vị”) names
    #[arg(long, value_parser = unit)]
    unit: Option<UnitName>,
    /// What the files hold
    #[arg(long)]
    kind: Kind,
    /// Check everything, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Replace records that are there with other content; without it such rows are refused, and nothing is overwritten
    #[arg(long)]
    update: bool,
    /// The import's own id, to resume one that was cut off; a new one, which is printed, if left out
    #[arg(long)]
    import_id: Option<Uuid>,
    /// How numbers and days are written; without it, those that can be read in two ways are refused
    #[arg(long)]
    locale: Option<Locale>,
    /// Which text the files hold; without it, text that looks like TCVN3 or VNI is refused
    #[arg(long)]
    encoding: Option<Encoding>,
    /// The sheet of a workbook; the first that has a heading row if left out
    #[arg(long)]
    sheet: Option<String>,
    /// Leave columns with unknown headings out
    #[arg(long)]
    ignore_columns: bool,
    /// A CSV file to write refused rows to, with the reasons beside them
    #[arg(long, value_name = "FILE.csv")]
    refused: Option<PathBuf>,
    /// The files: .csv, .xlsx, .xls, or .jsonl for JSON lines
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Whose records come, and whether they are only checked.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Each row's own if unset.
    pub(crate) unit: Option<UnitName>,
    pub(crate) dry_run: bool,
    /// Whether records that are there may be replaced.
    pub(crate) update: bool,
}

/// Rows of one chunk.
const CHUNK: usize = 500;
/// Ids of imports that follow from their content.
const NAMESPACE: Uuid = Uuid::from_u128(0x0192_7d5c_6f00_7a11_9e4b_5d2c_7466_6475);

/// The id of an import that is to be done once: the same content again is the same import.
pub(crate) fn id_of(unit: &UnitName, kind: RecordKind, content: &str) -> Uuid {
    let key = format!("{unit} {} {content}", kind.collection());
    Uuid::new_v5(&NAMESPACE, key.as_bytes())
}

/// Imports files one after the other and tells what became of them.
pub(crate) async fn files(asked: ImportArguments) -> Result<(), String> {
    if asked.refused.is_some() && asked.files.len() > 1 {
        return Err("--refused takes the rows of one file; import the files one by one".to_owned());
    }
    let channel = connect(&asked.address.address)?;
    let kind = RecordKind::from(asked.kind);
    let reading = Reading {
        locale: asked.locale,
        encoding: asked.encoding,
        sheet: asked.sheet,
        ignore_columns: asked.ignore_columns,
    };
    let target = Target { unit: asked.unit, dry_run: asked.dry_run, update: asked.update };
    let import_id = asked.import_id.unwrap_or_else(|| {
        let made = thidua_chassis::clock::new_id();
        if !target.dry_run {
            eprintln!("import {made}; if it is cut off, resume it with --import-id {made}");
        }
        made
    });
    let (mut refused, mut there) = (0, false);
    for path in &asked.files {
        let document = Arc::new(Document::read(path, kind, reading.clone())?);
        let outcome = file(&channel, &target, import_id, path, &document).await?;
        outcome.print(path, &document, target.dry_run);
        if let Some(to) = &asked.refused {
            outcome.write_refused(to, &document)?;
        }
        refused += outcome.answer.refused_count;
        there |= outcome.refuses(ErrorReason::ResourceAlreadyExists.as_str_name());
    }
    if refused == 0 {
        return Ok(());
    }
    let update = if there { "; --update replaces records that are there with other content" } else { "" };
    Err(format!(
        "{refused} rows were refused; correct them and import the files again (--locale vi or en says how numbers and \
         days are written{update})"
    ))
}

async fn file(
    channel: &Channel,
    target: &Target,
    import_id: Uuid,
    path: &Path,
    document: &Arc<Document>,
) -> Result<Outcome, String> {
    // One id for several files is told apart by the file's name.
    let import_id = Uuid::new_v5(&import_id, path.as_os_str().as_encoded_bytes());
    let bar = progress(document.size());
    bar.set_message(path.display().to_string());
    let outcome = document_of(channel, target, import_id, document, &bar).await;
    bar.finish_and_clear();
    outcome
}

/// A bar over what has been read.
pub(crate) fn progress(size: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(size).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{msg:<44} {bar:30} {percent:>3} % {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Imports one document, unit by unit. Rows that cannot be read are refused here, the others by the service.
pub(crate) async fn document_of(
    channel: &Channel,
    target: &Target,
    import_id: Uuid,
    document: &Arc<Document>,
    bar: &ProgressBar,
) -> Result<Outcome, String> {
    let known = if document.names_units() {
        UnitIndex::of(&directory::all(channel).await?)
    } else {
        UnitIndex::default()
    };
    let known = Arc::new(known);
    let (parts, mut told) = match &target.unit {
        Some(unit) => (vec![Part::whole(unit)], SkippedRows::default()),
        None if !document.names_units() => {
            return Err(
                "no column says whose the rows are (không có cột “Đơn vị”): name them with --unit units/…, \
                        or add a column `unit` (“Đơn vị”)"
                    .to_owned(),
            );
        }
        None => split_aside(document, &known).await?,
    };
    let mut answer = ImportRecordsResponse::default();
    for part in parts {
        let header = ImportHeader {
            import_id: import_id.to_string(),
            parent: part.unit.to_string(),
            validate_only: target.dry_run,
            create_only: !target.update,
        };
        let (sender, receiver) = mpsc::channel(4);
        let reading = tokio::task::spawn_blocking({
            let (document, known, bar) = (Arc::clone(document), Arc::clone(&known), bar.clone());
            move || send(&sender, header, &part, &known, &document, &bar)
        });
        let mut client = TransferServiceClient::new(channel.clone());
        let more = client.import_records(ReceiverStream::new(receiver)).await;
        let of_part = reading.await.map_err(|cause| cause.to_string())??;
        let more = match more {
            Ok(more) => more.into_inner(),
            Err(status) => return Err(tell_with_units(channel, status).await),
        };
        answer.created_count += more.created_count;
        answer.updated_count += more.updated_count;
        answer.unchanged_count += more.unchanged_count;
        answer.refused_count += more.refused_count;
        answer.refused_rows.extend(more.refused_rows);
        told.take(of_part, target.unit.is_some());
    }
    Ok(Outcome::of(answer, told))
}

/// Looks through a file without holding others up.
async fn split_aside(
    document: &Arc<Document>,
    known: &Arc<UnitIndex>,
) -> Result<(Vec<Part>, SkippedRows), String> {
    let (document, known) = (Arc::clone(document), Arc::clone(known));
    tokio::task::spawn_blocking(move || split(&document, &known)).await.map_err(|cause| cause.to_string())?
}

/// Reads all rows of a part and sends them on; what is not sent is returned.
fn send(
    sender: &mpsc::Sender<ImportRecordsRequest>,
    header: ImportHeader,
    part: &Part,
    known: &UnitIndex,
    document: &Document,
    bar: &ProgressBar,
) -> Result<SkippedRows, String> {
    let mut told = SkippedRows::default();
    let mut source = Rows::of(document, part.begin).ok_or("the table has no rows")?;
    let whose = Whose { unit: &part.unit, known, others_pass: part.begin.is_some() };
    let mut sent = send_part(sender, import_records_request::Part::Header(header));
    let (mut number, mut rows) = (0, Vec::with_capacity(CHUNK));
    let mut seen = HashMap::new();
    while sent {
        let next = source.next(whose, &mut told)?;
        let last = next.as_ref().is_none_or(|row| part.end.is_some_and(|end| end.line <= row.line));
        rows.extend(next.and_then(|row| first_of_its_id(row, &mut seen, &mut told)));
        if rows.len() == CHUNK || last {
            number += 1;
            let rows: Vec<ImportRow> = std::mem::replace(&mut rows, Vec::with_capacity(CHUNK));
            sent = send_part(sender, import_records_request::Part::Chunk(ImportChunk { number, rows, last }));
            bar.set_position(u64::try_from(source.position()).unwrap_or(u64::MAX));
        }
        if last {
            break;
        }
    }
    // Where the service has hung up, its status says why.
    Ok(told)
}

/// A row, unless one before it has its id: the second would overwrite the first.
fn first_of_its_id(
    row: ImportRow,
    seen: &mut HashMap<Box<str>, i64>,
    told: &mut SkippedRows,
) -> Option<ImportRow> {
    match seen.entry(row.id.as_str().into()) {
        Entry::Vacant(entry) => {
            entry.insert(row.line);
            Some(row)
        }
        Entry::Occupied(entry) => {
            let first = entry.get();
            let id = &row.id;
            told.refused.push(RefusedRow {
                line: row.line,
                field: "id".to_owned(),
                reason: Problem::Repeated.reason().to_owned(),
                description: format!("`{id}` stands in line {first} already; give this row an id of its own"),
                localized_description: format!(
                    "mã “{id}” đã có ở dòng {first}; hãy ghi mã khác cho dòng này"
                ),
            });
            None
        }
    }
}

fn send_part(sender: &mpsc::Sender<ImportRecordsRequest>, part: import_records_request::Part) -> bool {
    sender.blocking_send(ImportRecordsRequest { part: Some(part) }).is_ok()
}

#[cfg(test)]
mod tests;
