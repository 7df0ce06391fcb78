//! Files that are written: CSV text and workbooks, row by row.

use std::path::Path;

use jiff::civil::Date;
use rust_xlsxwriter::{ExcelDateTime, Workbook, Worksheet, XlsxError};

use crate::table::Cell;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Comma-separated values with a heading line
    Csv,
    /// One JSON object a line, as the API has it
    Jsonl,
    /// An Excel workbook
    Xlsx,
}

impl Format {
    /// The format that is named, or else that of the file's ending.
    pub(crate) fn of(named: Option<Self>, path: &Path) -> Result<Self, String> {
        if let Some(format) = named {
            return Ok(format);
        }
        match path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase).as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("jsonl" | "ndjson") => Ok(Self::Jsonl),
            Some("xlsx") => Ok(Self::Xlsx),
            _ => {
                Err(format!("{}: name a --format, or end the name in .csv, .jsonl or .xlsx", path.display()))
            }
        }
    }
}

/// Refuses to overwrite a file.
pub(crate) fn file_exists(path: &Path) -> String {
    format!("{} is there already (tệp đã có); name another file or remove it", path.display())
}

/// Rows as CSV text.
pub(crate) fn csv<'c>(rows: impl IntoIterator<Item = Vec<Cell<'c>>>) -> Result<Vec<u8>, String> {
    let mut text = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let failed = |cause: csv::Error| format!("a row cannot be written: {cause}");
        text.write_record(row.iter().map(ToString::to_string)).map_err(failed)?;
    }
    text.into_inner().map_err(|cause| format!("rows cannot be written: {cause}"))
}

/// Rows of a sheet, from 0; Excel has no more.
const MOST_ROWS: u32 = 1_048_576;
/// How wide columns are, in characters.
const WIDTH: f64 = 18.0;

/// A workbook of one sheet, whose rows go to a temporary file as they are written.
pub(crate) struct Book {
    workbook: Workbook,
    rows: u32,
    day: rust_xlsxwriter::Format,
}

impl Book {
    /// With its heading.
    pub(crate) fn new(name: &str, titles: &[&str]) -> Result<Self, String> {
        let day = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
        let mut book = Self { workbook: Workbook::new(), rows: 0, day };
        book.begin(name, titles).map_err(failed)?;
        Ok(book)
    }

    fn begin(&mut self, name: &str, titles: &[&str]) -> Result<(), XlsxError> {
        let bold = rust_xlsxwriter::Format::new().set_bold().set_text_wrap();
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (column, title) in (0..).zip(titles) {
            sheet.set_column_width(column, WIDTH)?.write_string_with_format(0, column, *title, &bold)?;
        }
        self.rows = 1;
        Ok(())
    }

    /// Writes the next row.
    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), String> {
        if self.rows >= MOST_ROWS {
            return Err(format!(
                "a sheet holds {MOST_ROWS} rows and there are more (quá số dòng của Excel); narrow --from and --to, or write .csv"
            ));
        }
        let sheet = self.workbook.worksheet_from_index(0).map_err(failed)?;
        for (column, cell) in (0..).zip(cells) {
            write(sheet, self.rows, column, cell, &self.day).map_err(failed)?;
        }
        self.rows += 1;
        Ok(())
    }

    /// Puts it into a file.
    pub(crate) fn save(mut self, path: &Path) -> Result<(), String> {
        self.workbook.save(path).map_err(failed)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "to be used in map_err")]
fn failed(cause: XlsxError) -> String {
    format!("the workbook cannot be written: {cause}")
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell<'_>,
    day: &rust_xlsxwriter::Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => Ok(()),
        Cell::Text(text) | Cell::Unreadable { raw: text, .. } => {
            sheet.write_string(row, column, text.as_ref()).map(|_| ())
        }
        Cell::Whole(number) => sheet.write(row, column, *number).map(|_| ()),
        Cell::Number(number) => sheet.write_number(row, column, *number).map(|_| ()),
        Cell::Flag(flag) => sheet.write_boolean(row, column, *flag).map(|_| ()),
        Cell::Day(date) => sheet.write_datetime_with_format(row, column, &serial(*date)?, day).map(|_| ()),
    }
}

fn serial(date: Date) -> Result<ExcelDateTime, XlsxError> {
    let parts = (u16::try_from(date.year()), u8::try_from(date.month()), u8::try_from(date.day()));
    match parts {
        (Ok(year), Ok(month), Ok(day)) => ExcelDateTime::from_ymd(year, month, day),
        _ => Err(XlsxError::DateTimeRangeError(date.to_string())),
    }
}
