//! Rows of a file, judged as far as a reader can.

use std::iter::Enumerate;
use std::str::Lines;

use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::parse::Problem;
use thidua_proto::statistics::import_row::Record;
use thidua_proto::statistics::{ImportRow, RefusedRow};
use thidua_statistics::domain::search::search_key;

use super::document::{Content, Document};
use super::grid::{Grid, Line};
use super::heading::{Heading, Use};
use super::sheet::Sheet;
use crate::table::{Cell, Customs, codec, columns};

/// First words of rows that sum up others.
const TOTALS: [&str; 7] = ["tong cong", "tong", "tong so", "cong", "total", "grand total", "sum"];

/// What is told of rows that were not sent.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Rows that cannot be read, by field.
    pub(super) refused: Vec<RefusedRow>,
    /// Rows without any cell.
    pub(super) empty: usize,
    /// Lines that are no records, with what they are.
    pub(super) skipped: Vec<(i64, &'static str)>,
}

/// A file's rows that are being read.
pub(super) struct Rows<'d> {
    document: &'d Document,
    unit: &'d UnitName,
    source: Source<'d>,
}

enum Source<'d> {
    Table { grid: Box<Grid<'d>>, heading: &'d Heading, sheet: Option<&'d Sheet>, begun: bool },
    JsonLines { lines: Enumerate<Lines<'d>>, read: usize },
}

impl<'d> Rows<'d> {
    pub(super) fn of(document: &'d Document, unit: &'d UnitName) -> Option<Self> {
        let source = match &document.content {
            Content::JsonLines { text } => Source::JsonLines { lines: text.lines().enumerate(), read: 0 },
            Content::Csv { heading, .. } => table(document, heading, None)?,
            Content::Sheet { heading, sheet } => table(document, heading, Some(sheet))?,
        };
        Some(Self { document, unit, source })
    }

    /// How far they have been read, of the document's size.
    pub(super) fn position(&self) -> usize {
        match &self.source {
            Source::Table { grid, .. } => grid.position(),
            Source::JsonLines { read, .. } => *read,
        }
    }

    /// The next row that can be read; the others are told.
    pub(super) fn next(&mut self, told: &mut Told) -> Result<Option<ImportRow>, String> {
        match &mut self.source {
            Source::Table { grid, heading, sheet, begun } => loop {
                let Some(line) = grid.next()? else { return Ok(None) };
                let first = !std::mem::replace(begun, true);
                if line.is_empty() {
                    told.empty += 1;
                } else if let Some(what) = no_record(&line, heading, self.document.kind, *sheet, first) {
                    told.skipped.push((line.number, what));
                } else if let Some(row) = row(self.document, self.unit, heading, &line, *sheet, told) {
                    return Ok(Some(row));
                }
            },
            Source::JsonLines { lines, read } => loop {
                let Some((index, text)) = lines.next() else { return Ok(None) };
                *read += text.len() + 1;
                let line = i64::try_from(index + 1).unwrap_or(i64::MAX);
                if text.trim().is_empty() {
                    told.empty += 1;
                } else if let Some(row) = json_row(self.document, line, text, told) {
                    return Ok(Some(row));
                }
            },
        }
    }
}

fn table<'d>(document: &'d Document, heading: &'d Heading, sheet: Option<&'d Sheet>) -> Option<Source<'d>> {
    Some(Source::Table { grid: Box::new(document.grid()?), heading, sheet, begun: false })
}

/// What a row is that is no record: a sum, the numbers of the columns, a title across the table.
fn no_record(
    line: &Line<'_>,
    heading: &Heading,
    kind: RecordKind,
    sheet: Option<&Sheet>,
    first: bool,
) -> Option<&'static str> {
    let mut filled = line.cells.iter().filter(|cell| !cell.is_empty());
    let begin = filled.next()?;
    let alone = filled.next().is_none();
    let titles = columns::titles(kind);
    let lacks_required = heading.uses.iter().zip(&line.cells).any(|(used, cell)| match used {
        Use::Field(index) => cell.is_empty() && titles.get(*index).is_some_and(|title| title.required),
        Use::Id | Use::Unit | Use::Left | Use::Untitled => false,
    });
    if lacks_required && TOTALS.contains(&search_key(&begin.to_string()).as_str()) {
        return Some("a row of totals (dòng tổng cộng)");
    }
    if first && is_numbering(line) {
        return Some("the numbers of the columns (dòng đánh số cột)");
    }
    let across = |sheet: &Sheet| sheet.merged(line.number).any(|(from, to, _)| from < to);
    (alone && sheet.is_some_and(across)).then_some("a title across the table (dòng tiêu đề nhóm)")
}

/// Whether the cells are 1, 2, 3 …, as forms number their columns, in brackets or not.
fn is_numbering(line: &Line<'_>) -> bool {
    let filled = line.cells.iter().filter(|cell| !cell.is_empty());
    let numbers: Option<Vec<usize>> =
        filled.map(|cell| cell.to_string().trim_matches(['(', ')']).parse().ok()).collect();
    numbers.is_some_and(|numbers| numbers.len() > 2 && numbers.iter().copied().eq(1..=numbers.len()))
}

/// The record of a line; `None` where it is refused.
fn row(
    document: &Document,
    unit: &UnitName,
    heading: &Heading,
    line: &Line<'_>,
    sheet: Option<&Sheet>,
    told: &mut Told,
) -> Option<ImportRow> {
    let before = told.refused.len();
    let mut refuse =
        |field: String, problem: Problem| told.refused.push(refusal(line.number, field, &problem));
    check_shape(document, unit, heading, line, sheet, &mut refuse);
    let id = heading.column(Use::Id).and_then(|column| line.cells.get(column)).unwrap_or(&Cell::Empty);
    let id = codec::text(id).unwrap_or_else(|problem| {
        refuse("id".to_owned(), problem);
        String::new()
    });
    let customs =
        Customs { locale: document.reading.locale, from_1904: sheet.is_some_and(|sheet| sheet.from_1904) };
    let cells = heading.uses.iter().zip(&line.cells).filter_map(|(used, cell)| match used {
        Use::Field(index) => Some((*index, cell)),
        Use::Id | Use::Unit | Use::Left | Use::Untitled => None,
    });
    let record = columns::record(document.kind, unit, cells, customs, &mut refuse);
    (told.refused.len() == before).then_some(ImportRow { line: line.number, id, record: Some(record) })
}

/// Refuses a line that does not fit its table: cells too few or too many, merged ones, another unit's.
fn check_shape(
    document: &Document,
    unit: &UnitName,
    heading: &Heading,
    line: &Line<'_>,
    sheet: Option<&Sheet>,
    refuse: &mut impl FnMut(String, Problem),
) {
    let (found, expected) = (line.cells.len(), heading.uses.len());
    let beyond = line.cells.iter().skip(expected).any(|cell| !cell.is_empty());
    if sheet.is_none() && found < expected || beyond {
        let (english, vietnamese) =
            (format!("{expected} cells, as the heading has"), format!("{expected} ô như dòng tiêu đề"));
        refuse("row".to_owned(), Problem::malformed((&english, &vietnamese), &found.to_string()));
    }
    for (used, cell) in heading.uses.iter().zip(&line.cells) {
        if *used == Use::Untitled && !cell.is_empty() && !document.reading.ignore_columns {
            let expected =
                ("nothing below an empty heading", "ô trống, vì cột này không có tiêu đề");
            let problem = Problem::malformed(expected, &cell.to_string());
            refuse("row".to_owned(), problem);
        }
        if *used == Use::Unit && !is_unit(cell, unit) {
            let (english, vietnamese) = (
                format!("{unit}, whose records are imported"),
                format!("{unit} là đơn vị đang nhập số liệu"),
            );
            refuse("unit".to_owned(), Problem::malformed((&english, &vietnamese), &cell.to_string()));
        }
    }
    let titles = columns::titles(document.kind);
    for (from, to, name) in sheet.into_iter().flat_map(|sheet| sheet.merged(line.number)) {
        for used in heading.uses.iter().skip(from).take(to.saturating_sub(from) + 1) {
            let field = match used {
                Use::Field(index) => {
                    titles.get(*index).map(|title| format!("{}.{}", document.kind.singular(), title.field))
                }
                Use::Id => Some("id".to_owned()),
                Use::Unit | Use::Left | Use::Untitled => None,
            };
            if let Some(field) = field {
                let expected = (
                    "a cell of its own: unmerge the cells and fill each",
                    "một ô riêng: hãy bỏ trộn ô và điền từng ô",
                );
                refuse(field, Problem::malformed(expected, &name));
            }
        }
    }
}

fn is_unit(cell: &Cell<'_>, unit: &UnitName) -> bool {
    let written = cell.to_string();
    written.is_empty() || written == unit.to_string() || written == unit.unit.as_str()
}

pub(super) fn refusal(line: i64, field: String, problem: &Problem) -> RefusedRow {
    RefusedRow {
        line,
        field,
        reason: problem.reason().to_owned(),
        description: problem.english(),
        localized_description: problem.vietnamese(),
    }
}

fn json_row(document: &Document, line: i64, text: &str, told: &mut Told) -> Option<ImportRow> {
    let kind = document.kind;
    let before = told.refused.len();
    let mut refuse = |field: &str, english: &str, vietnamese: &str| {
        let problem = Problem::malformed((english, vietnamese), text);
        told.refused.push(refusal(line, field.to_owned(), &problem));
    };
    let Some(text) = document.reading.encoding().convert(text.into()) else {
        refuse("line", "text in one encoding", "chữ chỉ theo một bảng mã");
        return None;
    };
    let mut row = ImportRow { line, ..ImportRow::default() };
    let mut value: serde_json::Value = match serde_json::from_str(&text) {
        Ok(value) => value,
        Err(cause) => {
            let place = cause.column();
            let vietnamese = format!("một đối tượng JSON (sai ở ký tự thứ {place})");
            refuse("line", &format!("one JSON object ({cause})"), &vietnamese);
            return None;
        }
    };
    match value.as_object_mut().and_then(|object| object.remove("id")) {
        Some(serde_json::Value::String(id)) => row.id = id,
        _ => refuse("id", "an object with a text `id`", "đối tượng có “id” là chữ"),
    }
    let record = match kind {
        RecordKind::Inspection => serde_json::from_value(value).map(Record::Inspection),
        RecordKind::Reception => serde_json::from_value(value).map(Record::Reception),
        RecordKind::Petition => serde_json::from_value(value).map(Record::Petition),
        RecordKind::Matter => serde_json::from_value(value).map(Record::Matter),
    };
    match record {
        Ok(record) => row.record = Some(record),
        Err(cause) => {
            let english = format!("a {} as ProtoJSON ({cause})", kind.singular());
            refuse(kind.singular(), &english, &format!("{} dạng ProtoJSON", vietnamese(kind)));
        }
    }
    (told.refused.len() == before).then_some(row)
}

/// What a record is called.
fn vietnamese(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Inspection => "một cuộc thanh tra, kiểm tra",
        RecordKind::Reception => "một lượt tiếp công dân",
        RecordKind::Petition => "một đơn",
        RecordKind::Matter => "một vụ việc",
    }
}

#[cfg(test)]
mod tests;
