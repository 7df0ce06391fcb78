//! Import: rows are read from files, judged as far as a reader can, and streamed to the service in chunks.

mod cell;
mod columns;
mod rows;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::statistics::import_records_request::Part;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::statistics::{
    ImportChunk, ImportHeader, ImportRecordsRequest, ImportRecordsResponse, ImportRow, RefusedRow,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use uuid::Uuid;

pub(crate) use self::rows::Format;
use self::rows::Source;
use crate::client::tell;

/// Whose records come, of which kind, and whether they are only checked.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) unit: UnitName,
    pub(crate) kind: RecordKind,
    pub(crate) dry_run: bool,
}

/// Rows of one chunk.
const CHUNK: usize = 500;
/// Ids of imports that follow from their content.
const NAMESPACE: Uuid = Uuid::from_u128(0x0192_7d5c_6f00_7a11_9e4b_5d2c_7466_6475);

/// The id of an import that is to be done once: the same content again is the same import.
pub(crate) fn id_of(target: &Target, content: &str) -> Uuid {
    let key = format!("{} {} {content}", target.unit, target.kind.collection());
    Uuid::new_v5(&NAMESPACE, key.as_bytes())
}

/// Imports files one after the other and tells what became of them.
pub(crate) async fn files(
    channel: &Channel,
    target: &Target,
    import_id: Option<Uuid>,
    files: &[PathBuf],
) -> Result<(), String> {
    let mut refused = 0;
    for path in files {
        let content = read(path)?;
        // One id for several files is told apart by the file's name.
        let import_id = import_id.map_or_else(thidua_chassis::clock::new_id, |id| {
            Uuid::new_v5(&id, path.as_os_str().as_encoded_bytes())
        });
        let bar = progress(content.len());
        let answer = content_of(channel, target, import_id, Format::of(path)?, content, &bar).await?;
        bar.finish_and_clear();
        println!(
            "{}: {}{} created, {} updated, {} unchanged, {} refused",
            path.display(),
            if target.dry_run { "(dry run) " } else { "" },
            answer.created_count,
            answer.updated_count,
            answer.unchanged_count,
            answer.refused_count
        );
        for row in &answer.refused_rows {
            println!(
                "  line {}: {}: {} – {}",
                row.line, row.field, row.description, row.localized_description
            );
        }
        refused += answer.refused_count;
    }
    if refused > 0 {
        Err(format!("{refused} rows were refused; correct them and import the files again"))
    } else {
        Ok(())
    }
}

fn read(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))?;
    String::from_utf8(bytes).map_err(|_| {
        format!(
            "{} is not UTF-8; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”) and try again",
            path.display()
        )
    })
}

/// A bar over what has been read.
pub(crate) fn progress(bytes: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(bytes).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{msg:<44} {bar:30} {bytes:>10}/{total_bytes} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Imports one content. Rows that cannot be read are refused here, the others by the service.
pub(crate) async fn content_of(
    channel: &Channel,
    target: &Target,
    import_id: Uuid,
    format: Format,
    content: String,
    bar: &ProgressBar,
) -> Result<ImportRecordsResponse, String> {
    // The header is judged before anything is sent.
    let source = Source::open(format, target, &content)?;
    drop(source);
    let header = ImportHeader {
        import_id: import_id.to_string(),
        parent: target.unit.to_string(),
        validate_only: target.dry_run,
    };
    let (sender, receiver) = mpsc::channel(4);
    let reading = tokio::task::spawn_blocking({
        let (target, bar) = (target.clone(), bar.clone());
        move || send(&sender, header, format, &target, &content, &bar)
    });
    let mut client = TransferServiceClient::new(channel.clone());
    let answer = client.import_records(ReceiverStream::new(receiver)).await;
    let unreadable = reading.await.map_err(|cause| cause.to_string())??;
    let mut answer = answer.map_err(tell)?.into_inner();
    let lines: BTreeSet<i64> = unreadable.iter().map(|row| row.line).collect();
    answer.refused_count += i64::try_from(lines.len()).unwrap_or(i64::MAX);
    answer.refused_rows.extend(unreadable);
    answer.refused_rows.sort_by_key(|row| row.line);
    Ok(answer)
}

/// Reads all rows and sends them on; what cannot be read is returned.
fn send(
    sender: &mpsc::Sender<ImportRecordsRequest>,
    header: ImportHeader,
    format: Format,
    target: &Target,
    content: &str,
    bar: &ProgressBar,
) -> Result<Vec<RefusedRow>, String> {
    let mut refused = Vec::new();
    let mut source = Source::open(format, target, content)?;
    let mut sent = send_part(sender, Part::Header(header));
    let (mut number, mut rows) = (0, Vec::with_capacity(CHUNK));
    while sent {
        let next = source.next_row(&mut refused)?;
        let last = next.is_none();
        rows.extend(next);
        if rows.len() == CHUNK || last {
            number += 1;
            let rows: Vec<ImportRow> = std::mem::replace(&mut rows, Vec::with_capacity(CHUNK));
            sent = send_part(sender, Part::Chunk(ImportChunk { number, rows, last }));
            bar.set_position(source.position());
        }
        if last {
            break;
        }
    }
    // Where the service has hung up, its status says why.
    Ok(refused)
}

fn send_part(sender: &mpsc::Sender<ImportRecordsRequest>, part: Part) -> bool {
    sender.blocking_send(ImportRecordsRequest { part: Some(part) }).is_ok()
}
