//! Import: rows are read from files, judged as far as a reader can, and streamed to the service in chunks.

mod document;
mod grid;
mod heading;
mod legacy;
mod rows;
mod sheet;
mod told;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::statistics::import_records_request::Part;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::statistics::{ImportChunk, ImportHeader, ImportRecordsRequest, ImportRow};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use uuid::Uuid;

pub(crate) use self::document::{Document, Reading};
use self::legacy::Encoding;
use self::rows::{Rows, Told};
pub(crate) use self::told::Outcome;
use crate::cli::{Address, Kind, unit};
use crate::client::{connect, tell};
use crate::table::Locale;

/// What to import.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    #[command(flatten)]
    address: Address,
    /// Whose records these are, such as units/thanh-tra-tinh
    #[arg(long, value_parser = unit)]
    unit: UnitName,
    /// What the files hold
    #[arg(long)]
    kind: Kind,
    /// Check everything, write nothing
    #[arg(long)]
    dry_run: bool,
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
    pub(crate) unit: UnitName,
    pub(crate) dry_run: bool,
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
pub(crate) async fn files(asked: Asked) -> Result<(), String> {
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
    let target = Target { unit: asked.unit, dry_run: asked.dry_run };
    let import_id = asked.import_id.unwrap_or_else(|| {
        let made = thidua_chassis::clock::new_id();
        if !target.dry_run {
            eprintln!("import {made}; if it is cut off, resume it with --import-id {made}");
        }
        made
    });
    let mut refused = 0;
    for path in &asked.files {
        let document = Arc::new(Document::read(path, kind, reading.clone())?);
        let outcome = file(&channel, &target, import_id, path, &document).await?;
        outcome.print(path, &document, target.dry_run);
        if let Some(to) = &asked.refused {
            outcome.write_refused(to, &document)?;
        }
        refused += outcome.answer.refused_count;
    }
    if refused > 0 {
        Err(format!(
            "{refused} rows were refused; correct them and import the files again (--locale vi or en says how \
             numbers and days are written)"
        ))
    } else {
        Ok(())
    }
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

/// Imports one document. Rows that cannot be read are refused here, the others by the service.
pub(crate) async fn document_of(
    channel: &Channel,
    target: &Target,
    import_id: Uuid,
    document: &Arc<Document>,
    bar: &ProgressBar,
) -> Result<Outcome, String> {
    let header = ImportHeader {
        import_id: import_id.to_string(),
        parent: target.unit.to_string(),
        validate_only: target.dry_run,
    };
    let (sender, receiver) = mpsc::channel(4);
    let reading = tokio::task::spawn_blocking({
        let (unit, document, bar) = (target.unit.clone(), Arc::clone(document), bar.clone());
        move || send(&sender, header, &unit, &document, &bar)
    });
    let mut client = TransferServiceClient::new(channel.clone());
    let answer = client.import_records(ReceiverStream::new(receiver)).await;
    let told = reading.await.map_err(|cause| cause.to_string())??;
    Ok(Outcome::of(answer.map_err(tell)?.into_inner(), told))
}

/// Reads all rows and sends them on; what is not sent is returned.
fn send(
    sender: &mpsc::Sender<ImportRecordsRequest>,
    header: ImportHeader,
    unit: &UnitName,
    document: &Document,
    bar: &ProgressBar,
) -> Result<Told, String> {
    let mut told = Told::default();
    let mut source = Rows::of(document, unit).ok_or("the table has no rows")?;
    let mut sent = send_part(sender, Part::Header(header));
    let (mut number, mut rows) = (0, Vec::with_capacity(CHUNK));
    while sent {
        let next = source.next(&mut told)?;
        let last = next.is_none();
        rows.extend(next);
        if rows.len() == CHUNK || last {
            number += 1;
            let rows: Vec<ImportRow> = std::mem::replace(&mut rows, Vec::with_capacity(CHUNK));
            sent = send_part(sender, Part::Chunk(ImportChunk { number, rows, last }));
            bar.set_position(u64::try_from(source.position()).unwrap_or(u64::MAX));
        }
        if last {
            break;
        }
    }
    // Where the service has hung up, its status says why.
    Ok(told)
}

fn send_part(sender: &mpsc::Sender<ImportRecordsRequest>, part: Part) -> bool {
    sender.blocking_send(ImportRecordsRequest { part: Some(part) }).is_ok()
}

#[cfg(test)]
mod tests;
