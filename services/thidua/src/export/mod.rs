//! `thidua export`: records, streamed into a file; memory does not grow with their number.

mod export_file;

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use thidua_chassis::output::{CommandError, print_line};
use thidua_chassis::serve::MOST_BYTES;
use thidua_proto::date;
use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::statistics::{ExportRecordsRequest, ExportRecordsResponse, ExportRow};
use tonic::{Status, Streaming};

use self::export_file::{ExportFile, Extent, Reached};
use crate::arguments::{Kind, unit};
use crate::directory::describe_with_units;
use crate::output::{self, Book, Format, file_exists};
use crate::system::{Connection, SystemArguments, describe};
use crate::table::columns::{self, Title, UNIT, id_title, titles};
use crate::table::{Cell, Wording};

/// What to export, and where to.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// Whose records, such as units/thanh-tra-tinh
    #[arg(long, value_parser = unit, required_unless_present = "all", conflicts_with = "all")]
    unit: Option<UnitName>,
    /// Those of all units
    #[arg(long)]
    all: bool,
    /// Which records
    #[arg(long)]
    kind: Kind,
    /// Only from this day on, as yyyy-mm-dd
    #[arg(long)]
    from: Option<Date>,
    /// Only up to this day, as yyyy-mm-dd
    #[arg(long)]
    to: Option<Date>,
    /// The format; by the file's ending if left out
    #[arg(long)]
    format: Option<Format>,
    /// The words of headings and values; Vietnamese in workbooks and the fields' names elsewhere if left out
    #[arg(long)]
    wording: Option<Wording>,
    /// The file; where one was cut off, the same command goes on with it (not .xlsx)
    file: PathBuf,
}

/// Writes the file.
pub(crate) async fn run(arguments: &ExportArguments) -> Result<(), CommandError> {
    let format = Format::of(arguments.format, &arguments.file)?;
    let extent = match format {
        Format::Csv | Format::Jsonl => to_text(arguments, format).await?,
        Format::Xlsx => to_book(arguments).await?,
    };
    let (file, Extent { rows, revision }) = (arguments.file.display(), extent);
    Ok(print_line(&format!("{file}: {rows} rows, at revision {revision}"))?)
}

/// The request of the arguments, from a cursor on.
fn request(arguments: &ExportArguments, cursor: String) -> ExportRecordsRequest {
    let kind = match arguments.kind {
        Kind::Inspections => proto::RecordKind::Inspection,
        Kind::Receptions => proto::RecordKind::Reception,
        Kind::Petitions => proto::RecordKind::Petition,
        Kind::Matters => proto::RecordKind::Matter,
    };
    ExportRecordsRequest {
        parent: arguments.unit.as_ref().map_or_else(|| "units/-".to_owned(), ToString::to_string),
        kinds: vec![kind.into()],
        first_date: arguments.from.map(date::to_wire),
        last_date: arguments.to.map(date::to_wire),
        cursor,
    }
}

async fn begin(
    system: &Connection,
    arguments: &ExportArguments,
    cursor: String,
) -> Result<Streaming<ExportRecordsResponse>, Status> {
    let mut client = TransferServiceClient::new(system.clone()).max_decoding_message_size(MOST_BYTES);
    Ok(client.export_records(request(arguments, cursor)).await?.into_inner())
}

/// Rows that were written so far.
fn spinner() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {pos} rows, {per_sec}");
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

/// Text grows message by message; a file beside it notes how far it has come.
async fn to_text(arguments: &ExportArguments, format: Format) -> Result<Extent, String> {
    let heading = heading(arguments, arguments.wording.unwrap_or(Wording::Fields));
    let plan = format!("{:?} {format:?} {}", request(arguments, String::new()), heading.join(","));
    let mut file = ExportFile::open(&arguments.file, &plan)?;
    let system = arguments.system.connect()?;
    match stream_text(&system, arguments, format, &mut file).await {
        Ok(()) => file.finish(),
        Err(Interruption::File(problem)) => Err(problem),
        Err(Interruption::Service(status)) if file.exists() => {
            let (path, progress) = (arguments.file.display(), export_file::progress_path(&arguments.file));
            Err(format!(
                "{}\nthe same command goes on where this one stopped (chạy lại lệnh để tiếp tục); to begin anew, remove {path} and {}",
                describe(status),
                progress.display()
            ))
        }
        Err(Interruption::Service(status)) => Err(describe_with_units(&system, status).await),
    }
}

/// Why an export was interrupted.
enum Interruption {
    /// The file cannot be written.
    File(String),
    /// The service does not go on.
    Service(Status),
}

async fn stream_text(
    system: &Connection,
    arguments: &ExportArguments,
    format: Format,
    file: &mut ExportFile,
) -> Result<(), Interruption> {
    let wording = arguments.wording.unwrap_or(Wording::Fields);
    let mut stream =
        begin(system, arguments, file.cursor().to_owned()).await.map_err(Interruption::Service)?;
    let bar = spinner();
    while let Some(message) = stream.message().await.map_err(Interruption::Service)? {
        if file.is_new() && format == Format::Csv {
            let titles = heading(arguments, wording).into_iter().map(text).collect();
            let line = output::csv([titles]).map_err(Interruption::File)?;
            file.append(&line, 0, None).map_err(Interruption::File)?;
        }
        let bytes = match format {
            Format::Jsonl => json_lines(&message.rows),
            Format::Csv | Format::Xlsx => {
                output::csv(message.rows.iter().filter_map(|row| cells(row, wording)))
            }
        };
        let count = u64::try_from(message.rows.len()).unwrap_or(u64::MAX);
        let reached = Some(Reached { cursor: message.cursor, revision: message.revision });
        bytes.and_then(|bytes| file.append(&bytes, count, reached)).map_err(Interruption::File)?;
        bar.set_position(file.rows());
    }
    bar.finish_and_clear();
    Ok(())
}

async fn to_book(arguments: &ExportArguments) -> Result<Extent, String> {
    if arguments.file.exists() {
        return Err(file_exists(&arguments.file));
    }
    let wording = arguments.wording.unwrap_or(Wording::Vi);
    let system = arguments.system.connect()?;
    let mut stream = match begin(&system, arguments, String::new()).await {
        Ok(stream) => stream,
        Err(status) => return Err(describe_with_units(&system, status).await),
    };
    let mut book = Book::new(RecordKind::from(arguments.kind).collection(), &heading(arguments, wording))?;
    let bar = spinner();
    let mut revision = 0;
    while let Some(message) = stream.message().await.map_err(describe)? {
        revision = message.revision;
        for row in &message.rows {
            book.row(&cells(row, wording).unwrap_or_default())?;
            bar.inc(1);
        }
    }
    let rows = bar.position();
    bar.finish_and_clear();
    book.save(&arguments.file)?;
    Ok(Extent { rows, revision })
}

fn text(title: &str) -> Cell<'_> {
    Cell::Text(title.into())
}

/// The headings, as an import takes them: whose a record is always stands first.
fn heading(arguments: &ExportArguments, wording: Wording) -> Vec<&'static str> {
    let kind = RecordKind::from(arguments.kind);
    let written = |title: Title| match wording {
        Wording::Fields => title.field,
        Wording::Vi => title.headings.first().copied().unwrap_or(title.field),
    };
    [UNIT, id_title(kind)].into_iter().chain(titles(kind)).map(written).collect()
}

/// A record's cells in the order of the headings. Every row has a record.
fn cells(row: &ExportRow, wording: Wording) -> Option<Vec<Cell<'_>>> {
    let (name, cells) = columns::cells(row.record.as_ref()?, wording);
    let (unit, id) = parts(name);
    Some([text(unit), text(id)].into_iter().chain(cells).collect())
}

/// `units/{unit}` and `{id}` of a record's name.
fn parts(name: &str) -> (&str, &str) {
    let (parent, id) = name.rsplit_once('/').unwrap_or(("", name));
    (parent.rsplit_once('/').map_or(parent, |(unit, _)| unit), id)
}

/// Records as an import takes them: ProtoJSON with the `id`; the `name` says whose each is.
fn json_lines(rows: &[ExportRow]) -> Result<Vec<u8>, String> {
    use proto::export_row::Record;
    let mut text = Vec::new();
    for record in rows.iter().filter_map(|row| row.record.as_ref()) {
        let (name, value) = match record {
            Record::Inspection(record) => (&record.name, serde_json::to_value(record)),
            Record::Reception(record) => (&record.name, serde_json::to_value(record)),
            Record::Petition(record) => (&record.name, serde_json::to_value(record)),
            Record::Matter(record) => (&record.name, serde_json::to_value(record)),
        };
        let mut value = value.map_err(|cause| format!("{name} cannot be written: {cause}"))?;
        if let Some(object) = value.as_object_mut() {
            object.insert("id".to_owned(), parts(name).1.into());
        }
        text.extend_from_slice(value.to_string().as_bytes());
        text.push(b'\n');
    }
    Ok(text)
}
