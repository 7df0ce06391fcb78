//! Workbooks: one sheet, its merged cells, and the date system of the book.

use std::borrow::Cow;
use std::path::Path;

use calamine::{Data, Dimensions, Range, Reader as _, Sheets, open_workbook_auto};
use jiff::civil::Date;
use thidua_proto::parse::Problem;

use crate::table::Cell;

/// A sheet that has been read.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    range: Range<Data>,
    merged: Vec<Dimensions>,
    pub(super) from_1904: bool,
}

/// All sheets of a book, or the one that is asked for.
pub(super) fn open(path: &Path, wanted: Option<&str>) -> Result<Vec<Sheet>, String> {
    let unreadable = |cause: calamine::Error| format!("{} cannot be read: {cause}", path.display());
    let mut book = open_workbook_auto(path).map_err(unreadable)?;
    let names = book.sheet_names();
    if let Some(wanted) = wanted
        && !names.iter().any(|name| name == wanted)
    {
        return Err(format!(
            "{} has no sheet `{wanted}` (không có trang tính này); it has {}",
            path.display(),
            names.join(", ")
        ));
    }
    let from_1904 = match &book {
        Sheets::Xls(book) => book.has_1904_epoch(),
        Sheets::Xlsx(book) => book.has_1904_epoch(),
        Sheets::Xlsb(book) => book.has_1904_epoch(),
        Sheets::Ods(_) => false,
    };
    let wanted: Vec<String> =
        names.into_iter().filter(|name| wanted.is_none_or(|wanted| wanted == name)).collect();
    let mut sheets = Vec::with_capacity(wanted.len());
    for name in wanted {
        let range = book.worksheet_range(&name).map_err(unreadable)?;
        let merged = match &mut book {
            Sheets::Xls(book) => book.merge_cells_by_sheet_name(&name).map_err(calamine::Error::Xls),
            Sheets::Xlsx(book) => book.merge_cells_by_sheet_name(&name).map_err(calamine::Error::Xlsx),
            Sheets::Xlsb(_) | Sheets::Ods(_) => Ok(Vec::new()),
        };
        sheets.push(Sheet { name, range, merged: merged.map_err(unreadable)?, from_1904 });
    }
    Ok(sheets)
}

impl Sheet {
    /// How many rows there are, from the first that holds something.
    pub(super) fn height(&self) -> usize {
        self.range.height()
    }

    /// A row's number as the spreadsheet shows it, and its cells from column A on.
    pub(super) fn row(&self, index: usize) -> Option<(i64, Vec<Cell<'_>>)> {
        let (first_row, first_column) = self.range.start()?;
        let cells = (index < self.height()).then(|| 0..self.range.width())?;
        let cells = cells.map(|column| self.range.get((index, column)).map_or(Cell::Empty, cell));
        let before = (0..first_column).map(|_| Cell::Empty);
        let number = i64::from(first_row) + i64::try_from(index).ok()? + 1;
        Some((number, before.chain(cells).collect()))
    }

    /// The merged cells that a row, by its number, is part of: columns from first to last, and what they are called.
    pub(super) fn merged(&self, number: i64) -> impl Iterator<Item = (usize, usize, String)> {
        let on_row = move |area: &&Dimensions| {
            (i64::from(area.start.0) + 1..=i64::from(area.end.0) + 1).contains(&number)
        };
        self.merged.iter().filter(on_row).map(|area| {
            let (first, last) = (usize::try_from(area.start.1), usize::try_from(area.end.1));
            let (first, last) = (first.unwrap_or(usize::MAX), last.unwrap_or(usize::MAX));
            let name = format!("{}{}:{}{}", letters(first), area.start.0 + 1, letters(last), area.end.0 + 1);
            (first, last, name)
        })
    }
}

/// A column as spreadsheets call it: 0 is A, 26 is AA.
pub(super) fn letters(column: usize) -> String {
    let mut rest = column;
    let mut letters = String::new();
    loop {
        let letter = u8::try_from(rest % 26).unwrap_or_default();
        letters.insert(0, char::from(b'A' + letter));
        if rest < 26 {
            return letters;
        }
        rest = rest / 26 - 1;
    }
}

fn cell(data: &Data) -> Cell<'_> {
    let unreadable = |raw: &str| Cell::Unreadable {
        raw: Cow::Owned(raw.to_owned()),
        problem: Problem::malformed(
            ("a value that is no length of time", "giá trị không phải là khoảng thời gian"),
            raw,
        ),
    };
    match data {
        Data::Empty => Cell::Empty,
        Data::Int(number) => Cell::Whole(*number),
        Data::Float(number) => Cell::of_number(*number),
        Data::String(text) => Cell::of_text(Cow::Borrowed(text)),
        Data::Bool(flag) => Cell::Flag(*flag),
        Data::Error(fault) => Cell::fault(Cow::Owned(fault.to_string())),
        Data::DateTime(time) if time.is_datetime() => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            let parts = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
            let day = match parts {
                (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).ok(),
                _ => None,
            };
            day.map_or_else(|| unreadable(&time.as_f64().to_string()), Cell::Day)
        }
        Data::DateTime(time) => unreadable(&time.as_f64().to_string()),
        Data::DateTimeIso(text) => {
            let day = text.split('T').next().and_then(|day| day.parse().ok());
            day.map_or_else(|| unreadable(text), Cell::Day)
        }
        Data::DurationIso(text) => unreadable(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_called_as_spreadsheets_call_them() {
        for (column, name) in
            [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
        {
            assert_eq!(letters(column), name);
        }
    }

    #[test]
    fn the_missing_day_of_1900_is_no_day() {
        let time = |serial, kind| Data::DateTime(calamine::ExcelDateTime::new(serial, kind, false));
        let day = calamine::ExcelDateTimeType::DateTime;
        assert_eq!(cell(&time(45_000.75, day)), Cell::Day(Date::constant(2023, 3, 15)));
        let of_1904 = Data::DateTime(calamine::ExcelDateTime::new(43_538.0, day, true));
        assert_eq!(cell(&of_1904), Cell::Day(Date::constant(2023, 3, 15)));
        for none in [time(60.0, day), time(0.5, calamine::ExcelDateTimeType::TimeDelta)] {
            assert!(matches!(cell(&none), Cell::Unreadable { .. }));
        }
    }
}
