//! `thidua figures`: figures of a window, printed or written to a file.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use thidua_chassis::output::{CommandError, print};
use thidua_proto::date;
use thidua_proto::names::UnitName;
use thidua_proto::statistics::figure::Value;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::{
    ComputeFiguresRequest, ComputeFiguresResponse, Figure, FigureStatus, Measure, Window,
};

use crate::arguments::unit;
use crate::directory::describe_with_units;
use crate::output::{self, Book, Format, file_exists};
use crate::system::SystemArguments;
use crate::table::{Cell, Wording};
use crate::view::View;

/// Which figures, and where to.
#[derive(Debug, Args)]
pub(crate) struct FigureArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// Of which units, such as units/thanh-tra-tinh; of all if left out
    #[arg(long, value_parser = unit)]
    unit: Vec<UnitName>,
    /// The first day, as yyyy-mm-dd
    #[arg(long, requires = "to", required_unless_present = "period", conflicts_with = "period")]
    from: Option<Date>,
    /// The last day, included, as yyyy-mm-dd
    #[arg(long, requires = "from")]
    to: Option<Date>,
    /// In place of both days a period of the calendar, such as 2023-Q1, 2023-9M or 2023-Y
    #[arg(long)]
    period: Option<String>,
    /// The reporting calendar of the period
    #[arg(long, default_value = "tt-02-2021")]
    calendar: String,
    /// The last day of the data, as yyyy-mm-dd, where it is earlier than the period's
    #[arg(long, requires = "period")]
    cut_off: Option<Date>,
    #[command(flatten)]
    view: View,
    /// Codes of measures with commas between them; all if left out
    #[arg(long, value_delimiter = ',')]
    measures: Vec<String>,
    /// Also of each unit, after the totals
    #[arg(long)]
    by_unit: bool,
    /// The format; by the file's ending if left out, CSV without a file
    #[arg(long)]
    format: Option<Format>,
    /// The words of headings; Vietnamese in workbooks and the fields' names elsewhere if left out
    #[arg(long)]
    wording: Option<Wording>,
    /// The file; the standard output if left out
    file: Option<PathBuf>,
}

impl FigureArguments {
    /// The window: its days, or the period.
    fn window(&self) -> Option<Window> {
        if let Some(period) = &self.period {
            return Some(Window::of_period(&self.calendar, period).up_to(self.cut_off));
        }
        Some(Window::of_days(self.from?, self.to?))
    }
}

/// A column's name in the API and in Vietnamese.
const TITLES: [(&str, &str); 11] = [
    ("measure", "Mã chỉ tiêu"),
    ("display_name", "Chỉ tiêu"),
    ("unit_of_measure", "Đơn vị tính"),
    ("unit", "Đơn vị"),
    ("first_date", "Từ ngày"),
    ("last_date", "Đến ngày"),
    ("value", "Giá trị"),
    ("numerator", "Tử số"),
    ("denominator", "Mẫu số"),
    ("status", "Trạng thái"),
    ("published_value", "Đã công bố"),
];

/// Computes and writes them.
pub(crate) async fn run(arguments: &FigureArguments) -> Result<(), CommandError> {
    let format = match &arguments.file {
        Some(path) => Format::of(arguments.format, path)?,
        None => arguments.format.unwrap_or(Format::Csv),
    };
    if let Some(path) = arguments.file.as_deref().filter(|path| path.exists()) {
        return Err(file_exists(path).into());
    }
    let system = arguments.system.connect()?;
    let answer = match FigureServiceClient::new(system.clone()).compute_figures(request(arguments)).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => return Err(describe_with_units(&system, status).await.into()),
    };
    write(arguments, format, &answer)
}

/// The request of the arguments.
fn request(arguments: &FigureArguments) -> ComputeFiguresRequest {
    let (structure, structure_date) = arguments.view.structure();
    let (as_of_revision, as_of_time) = arguments.view.as_of();
    ComputeFiguresRequest {
        units: arguments.unit.iter().map(ToString::to_string).collect(),
        measures: arguments.measures.clone(),
        window: arguments.window(),
        by_unit: arguments.by_unit,
        structure,
        structure_date,
        as_of_revision,
        as_of_time,
    }
}

/// Writes figures to the file, or to standard output without one.
fn write(
    arguments: &FigureArguments,
    format: Format,
    answer: &ComputeFiguresResponse,
) -> Result<(), CommandError> {
    let by_default = if format == Format::Xlsx { Wording::Vi } else { Wording::Fields };
    let wording = arguments.wording.unwrap_or(by_default);
    let titles = TITLES.map(|(field, vietnamese)| match wording {
        Wording::Fields => field,
        Wording::Vi => vietnamese,
    });
    let rows = rows(answer, wording);
    let bytes = match (format, &arguments.file) {
        (Format::Csv, _) => {
            let heading = titles.map(|title| Cell::Text(title.into())).to_vec();
            output::csv(std::iter::once(heading).chain(rows))?
        }
        (Format::Jsonl, _) => json_lines(answer)?,
        (Format::Xlsx, None) => return Err("name a file for the workbook".to_owned().into()),
        (Format::Xlsx, Some(path)) => {
            let mut book = Book::new("figures", &titles)?;
            rows.iter().try_for_each(|row| book.row(row))?;
            return Ok(book.save(path)?);
        }
    };
    match &arguments.file {
        Some(path) => std::fs::write(path, bytes)
            .map_err(|cause| format!("cannot write {}: {cause}", path.display()).into()),
        None => Ok(print(bytes)?),
    }
}

fn rows(answer: &ComputeFiguresResponse, wording: Wording) -> Vec<Vec<Cell<'_>>> {
    let measures: HashMap<&str, &Measure> =
        answer.measures.iter().map(|measure| (measure.code.as_str(), measure)).collect();
    answer
        .figures
        .iter()
        .map(|figure| row(figure, measures.get(figure.measure.as_str()).copied(), wording))
        .collect()
}

fn row<'a>(figure: &'a Figure, measure: Option<&'a Measure>, wording: Wording) -> Vec<Cell<'a>> {
    let text = |text: &'a str| Cell::of_text(text.into());
    let day = |day: Option<thidua_proto::Date>| day.and_then(date::from_wire).map_or(Cell::Empty, Cell::Day);
    let (value, numerator, denominator) = match &figure.value {
        Some(Value::Amount(amount)) => (Cell::Whole(*amount), Cell::Empty, Cell::Empty),
        Some(Value::Ratio(ratio)) => {
            // No share of nothing.
            let percent = ratio.percent.parse().map_or(Cell::Empty, Cell::Number);
            (percent, Cell::Whole(ratio.numerator), Cell::Whole(ratio.denominator))
        }
        None => (Cell::Empty, Cell::Empty, Cell::Empty),
    };
    let status = figure.status();
    vec![
        text(&figure.measure),
        text(measure.map_or("", |measure| &measure.display_name)),
        text(measure.map_or("", |measure| &measure.unit_of_measure)),
        text(&figure.unit),
        day(figure.first_date),
        day(figure.last_date),
        value,
        numerator,
        denominator,
        Cell::Text(match wording {
            Wording::Fields => {
                let name = status.as_str_name();
                name.strip_prefix("FIGURE_STATUS_").unwrap_or(name).to_lowercase().into()
            }
            Wording::Vi => vietnamese(status).into(),
        }),
        figure.published_value.map_or(Cell::Empty, Cell::Whole),
    ]
}

fn vietnamese(status: FigureStatus) -> &'static str {
    match status {
        FigureStatus::Unspecified => "",
        FigureStatus::Final => "chính thức",
        FigureStatus::Provisional => "tạm tính",
        FigureStatus::NotApplicable => "không có",
        FigureStatus::Restated => "điều chỉnh",
    }
}

fn json_lines(answer: &ComputeFiguresResponse) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    for figure in &answer.figures {
        serde_json::to_writer(&mut text, figure).map_err(|cause| cause.to_string())?;
        text.push(b'\n');
    }
    Ok(text)
}
