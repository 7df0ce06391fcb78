//! Import: rows are read from files, checked as far as a reader can, and streamed to the service in chunks.

mod document;
mod grid;
mod heading;
mod legacy;
mod outcome;
mod parts;
mod rows;
mod sheet;
mod units;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use thidua_chassis::output::{CommandError, print_line, print_problem};
use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::parse::Problem;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::statistics::{
    ErrorReason, ImportChunk, ImportHeader, ImportRecordsRequest, ImportRecordsResponse, ImportRow,
    RefusedRow, import_records_request,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use uuid::Uuid;

pub(crate) use self::document::{Document, Reading};
use self::legacy::Encoding;
pub(crate) use self::outcome::Outcome;
use self::parts::{Part, split};
use self::rows::{Rows, SkippedRows};
use self::units::{RowOwner, UnitIndex};
use crate::arguments::{Kind, unit};
use crate::directory::{self, describe_with_units};
use crate::system::{Connection, SystemArguments};
use crate::table::Locale;

/// What to import.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    system: SystemArguments,
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
    /// Replace existing records of other content; without it such rows are refused, and nothing is overwritten
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

/// Whose records are imported, and how.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The unit of all rows; each row's own if unset.
    pub(crate) unit: Option<UnitName>,
    /// Whether rows are only checked.
    pub(crate) dry_run: bool,
    /// Whether existing records may be replaced.
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

/// Imports files one after the other and prints the outcome of each. A reader who has gone stops no import.
pub(crate) async fn run(arguments: ImportArguments) -> Result<(), CommandError> {
    if arguments.refused.is_some() && arguments.files.len() > 1 {
        return Err("--refused takes the rows of one file; import the files one by one".to_owned().into());
    }
    let system = arguments.system.connect()?;
    let kind = RecordKind::from(arguments.kind);
    let reading = Reading {
        locale: arguments.locale,
        encoding: arguments.encoding,
        sheet: arguments.sheet,
        ignore_columns: arguments.ignore_columns,
    };
    let target = Target { unit: arguments.unit, dry_run: arguments.dry_run, update: arguments.update };
    let import_id = arguments.import_id.unwrap_or_else(|| new_import_id(&target));
    let (mut refused, mut exists, mut printed) = (0, false, Ok(()));
    for path in &arguments.files {
        let document = Arc::new(Document::read(path, kind, reading.clone())?);
        let outcome = file(&system, &target, import_id, path, &document).await?;
        printed = printed.and(print_line(&outcome.text(path, &document, target.dry_run)));
        if let Some(to) = &arguments.refused {
            outcome.write_refused(to, &document)?;
        }
        refused += outcome.answer.refused_count;
        exists |= outcome.refuses(ErrorReason::ResourceAlreadyExists.as_str_name());
    }
    if refused == 0 {
        return Ok(printed?);
    }
    let update = if exists { "; --update replaces existing records of other content" } else { "" };
    let problem = format!(
        "{refused} rows were refused; correct them and import the files again (--locale vi or en says how numbers and \
         days are written{update})"
    );
    Err(problem.into())
}

/// An id for a new import, printed before anything is sent, so that the import can be resumed.
fn new_import_id(target: &Target) -> Uuid {
    let import_id = thidua_chassis::clock::new_id();
    if !target.dry_run {
        print_problem(&format!(
            "import {import_id}; if it is interrupted, resume it with --import-id {import_id}"
        ));
    }
    import_id
}

async fn file(
    system: &Connection,
    target: &Target,
    import_id: Uuid,
    path: &Path,
    document: &Arc<Document>,
) -> Result<Outcome, String> {
    // One id for several files is told apart by the file's name.
    let import_id = Uuid::new_v5(&import_id, path.as_os_str().as_encoded_bytes());
    let bar = progress(document.size());
    bar.set_message(path.display().to_string());
    let outcome = import(system, target, import_id, document, &bar).await;
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
pub(crate) async fn import(
    system: &Connection,
    target: &Target,
    import_id: Uuid,
    document: &Arc<Document>,
    bar: &ProgressBar,
) -> Result<Outcome, String> {
    let units = if document.names_units() {
        UnitIndex::of(&directory::all(system).await?)
    } else {
        UnitIndex::default()
    };
    let units = Arc::new(units);
    let (parts, mut skipped) = match &target.unit {
        Some(unit) => (vec![Part::whole(unit)], SkippedRows::default()),
        None if !document.names_units() => return Err(NO_UNIT.to_owned()),
        None => split_aside(document, &units).await?,
    };
    let mut answer = ImportRecordsResponse::default();
    for part in parts {
        let header = ImportHeader {
            import_id: import_id.to_string(),
            parent: part.unit.to_string(),
            validate_only: target.dry_run,
            create_only: !target.update,
        };
        let (of_part, skipped_of_part) = import_part(system, header, part, &units, document, bar).await?;
        answer.created_count += of_part.created_count;
        answer.updated_count += of_part.updated_count;
        answer.unchanged_count += of_part.unchanged_count;
        answer.refused_count += of_part.refused_count;
        answer.refused_rows.extend(of_part.refused_rows);
        skipped.extend(skipped_of_part, target.unit.is_some());
    }
    Ok(Outcome::of(answer, skipped))
}

const NO_UNIT: &str = "no column says whose the rows are (không có cột “Đơn vị”): name them with --unit units/…, \
                       or add a column `unit` (“Đơn vị”)";

/// Imports the rows of one unit: the service's answer, and the rows that were not sent.
async fn import_part(
    system: &Connection,
    header: ImportHeader,
    part: Part,
    units: &Arc<UnitIndex>,
    document: &Arc<Document>,
    bar: &ProgressBar,
) -> Result<(ImportRecordsResponse, SkippedRows), String> {
    let (sender, receiver) = mpsc::channel(4);
    let reading = tokio::task::spawn_blocking({
        let (document, units, bar) = (Arc::clone(document), Arc::clone(units), bar.clone());
        move || send(&sender, header, &part, &units, &document, &bar)
    });
    let mut client = TransferServiceClient::new(system.clone());
    let answer = client.import_records(ReceiverStream::new(receiver)).await;
    let skipped = reading.await.map_err(|cause| cause.to_string())??;
    match answer {
        Ok(answer) => Ok((answer.into_inner(), skipped)),
        Err(status) => Err(describe_with_units(system, status).await),
    }
}

/// Looks through a file without holding others up.
async fn split_aside(
    document: &Arc<Document>,
    units: &Arc<UnitIndex>,
) -> Result<(Vec<Part>, SkippedRows), String> {
    let (document, units) = (Arc::clone(document), Arc::clone(units));
    tokio::task::spawn_blocking(move || split(&document, &units)).await.map_err(|cause| cause.to_string())?
}

/// Reads all rows of a part and sends them on; what is not sent is returned.
fn send(
    sender: &mpsc::Sender<ImportRecordsRequest>,
    header: ImportHeader,
    part: &Part,
    units: &UnitIndex,
    document: &Document,
    bar: &ProgressBar,
) -> Result<SkippedRows, String> {
    let mut skipped = SkippedRows::default();
    let mut source = Rows::of(document, part.begin).ok_or("the table has no rows")?;
    let owner = RowOwner { unit: &part.unit, units, skips_others: part.begin.is_some() };
    let mut sent = send_part(sender, import_records_request::Part::Header(header));
    let (mut number, mut rows) = (0, Vec::with_capacity(CHUNK));
    let mut lines = HashMap::new();
    while sent {
        let next = source.next(owner, &mut skipped)?;
        let last = next.as_ref().is_none_or(|row| part.end.is_some_and(|end| end.line <= row.line));
        rows.extend(next.and_then(|row| first_of_its_id(row, &mut lines, &mut skipped)));
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
    Ok(skipped)
}

/// A row, unless one before it has its id: the second would overwrite the first.
fn first_of_its_id(
    row: ImportRow,
    lines: &mut HashMap<Box<str>, i64>,
    skipped: &mut SkippedRows,
) -> Option<ImportRow> {
    match lines.entry(row.id.as_str().into()) {
        Entry::Vacant(entry) => {
            entry.insert(row.line);
            Some(row)
        }
        Entry::Occupied(entry) => {
            let first = entry.get();
            let id = &row.id;
            skipped.refused.push(RefusedRow {
                line: row.line,
                field: "id".to_owned(),
                reason: Problem::Repeated.reason().to_owned(),
                description: format!(
                    "line {first} has the id `{id}` already; give this row an id of its own"
                ),
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
