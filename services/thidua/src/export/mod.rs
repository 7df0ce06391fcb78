//! `thidua export`: records, streamed into a file without ever being held together.

mod kept;

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use thidua_chassis::serve::MOST_BYTES;
use thidua_proto::date;
use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::statistics::{ExportRecordsRequest, ExportRecordsResponse, ExportRow};
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use self::kept::ExportFile;
pub(crate) use self::kept::is_there;
use crate::cli::{Address, Kind, unit};
use crate::client::{connect, tell};
use crate::directory::tell_with_units;
use crate::output::{self, Book, Format};
use crate::table::columns::{self, Title, UNIT, id_title, titles};
use crate::table::{Cell, Wording};

/// What to export, and where to.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    address: Address,
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
pub(crate) async fn run(asked: &ExportArguments) -> Result<(), String> {
    let format = Format::of(asked.format, &asked.file)?;
    let (rows, revision) = match format {
        Format::Csv | Format::Jsonl => to_text(asked, format).await?,
        Format::Xlsx => to_book(asked).await?,
    };
    println!("{}: {rows} rows, at revision {revision}", asked.file.display());
    Ok(())
}

/// Which records, as the API has it.
fn request(asked: &ExportArguments, cursor: String) -> ExportRecordsRequest {
    let kind = match asked.kind {
        Kind::Inspections => proto::RecordKind::Inspection,
        Kind::Receptions => proto::RecordKind::Reception,
        Kind::Petitions => proto::RecordKind::Petition,
        Kind::Matters => proto::RecordKind::Matter,
    };
    ExportRecordsRequest {
        parent: asked.unit.as_ref().map_or_else(|| "units/-".to_owned(), ToString::to_string),
        kinds: vec![kind.into()],
        first_date: asked.from.map(date::to_wire),
        last_date: asked.to.map(date::to_wire),
        cursor,
    }
}

async fn begin(
    channel: &Channel,
    asked: &ExportArguments,
    cursor: String,
) -> Result<Streaming<ExportRecordsResponse>, Status> {
    let mut client = TransferServiceClient::new(channel.clone()).max_decoding_message_size(MOST_BYTES);
    Ok(client.export_records(request(asked, cursor)).await?.into_inner())
}

/// Rows that were written so far.
fn spinner() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {pos} rows, {per_sec}");
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

/// Text grows message by message; beside the file stands how far it has come.
async fn to_text(asked: &ExportArguments, format: Format) -> Result<(u64, i64), String> {
    let heading = heading(asked, asked.wording.unwrap_or(Wording::Fields));
    let plan = format!("{:?} {format:?} {}", request(asked, String::new()), heading.join(","));
    let mut kept = ExportFile::open(&asked.file, &plan)?;
    let channel = connect(&asked.address.address)?;
    match stream_text(&channel, asked, format, &mut kept).await {
        Ok(()) => kept.finish(),
        Err(Broken::Here(problem)) => Err(problem),
        Err(Broken::There(status)) if kept.has_begun() => {
            let (file, beside) = (asked.file.display(), kept::beside(&asked.file));
            Err(format!(
                "{}\nthe same command goes on where this one broke off (chạy lại lệnh để tiếp tục); to begin anew, remove {file} and {}",
                tell(status),
                beside.display()
            ))
        }
        Err(Broken::There(status)) => Err(tell_with_units(&channel, status).await),
    }
}

/// Where an export broke off.
enum Broken {
    /// The file cannot be written.
    Here(String),
    /// The service does not go on.
    There(Status),
}

async fn stream_text(
    channel: &Channel,
    asked: &ExportArguments,
    format: Format,
    kept: &mut ExportFile,
) -> Result<(), Broken> {
    let wording = asked.wording.unwrap_or(Wording::Fields);
    let mut stream = begin(channel, asked, kept.cursor().to_owned()).await.map_err(Broken::There)?;
    let bar = spinner();
    while let Some(message) = stream.message().await.map_err(Broken::There)? {
        if kept.is_new() && format == Format::Csv {
            let titles = heading(asked, wording).into_iter().map(text).collect();
            let line = output::csv([titles]).map_err(Broken::Here)?;
            kept.append(&line, 0, None).map_err(Broken::Here)?;
        }
        let bytes = match format {
            Format::Jsonl => json_lines(&message.rows),
            Format::Csv | Format::Xlsx => {
                output::csv(message.rows.iter().filter_map(|row| cells(row, wording)))
            }
        };
        let count = u64::try_from(message.rows.len()).unwrap_or(u64::MAX);
        let at = Some((message.cursor, message.revision));
        bytes.and_then(|bytes| kept.append(&bytes, count, at)).map_err(Broken::Here)?;
        bar.set_position(kept.rows());
    }
    bar.finish_and_clear();
    Ok(())
}

async fn to_book(asked: &ExportArguments) -> Result<(u64, i64), String> {
    if asked.file.exists() {
        return Err(is_there(&asked.file));
    }
    let wording = asked.wording.unwrap_or(Wording::Vi);
    let channel = connect(&asked.address.address)?;
    let mut stream = match begin(&channel, asked, String::new()).await {
        Ok(stream) => stream,
        Err(status) => return Err(tell_with_units(&channel, status).await),
    };
    let mut book = Book::new(RecordKind::from(asked.kind).collection(), &heading(asked, wording))?;
    let bar = spinner();
    let mut revision = 0;
    while let Some(message) = stream.message().await.map_err(tell)? {
        revision = message.revision;
        for row in &message.rows {
            book.row(&cells(row, wording).unwrap_or_default())?;
            bar.inc(1);
        }
    }
    let rows = bar.position();
    bar.finish_and_clear();
    book.save(&asked.file)?;
    Ok((rows, revision))
}

fn text(title: &str) -> Cell<'_> {
    Cell::Text(title.into())
}

/// The headings, as an import takes them: whose a record is always stands first.
fn heading(asked: &ExportArguments, wording: Wording) -> Vec<&'static str> {
    let kind = RecordKind::from(asked.kind);
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
