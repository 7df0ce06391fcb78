//! Rows of a file, judged as far as a reader can.

use thidua_proto::names::{RecordKind, RecordName};
use thidua_proto::parse::Problem;
use thidua_proto::statistics::import_row::Record;
use thidua_proto::statistics::{ImportRow, RefusedRow};
use thidua_statistics::domain::text::search::search_key;

use super::document::{Content, Document};
use super::grid::{Grid, Line, Mark};
use super::heading::{Heading, Use};
use super::sheet::Sheet;
use super::units::RowOwner;
use crate::table::{Cell, Customs, codec, columns};

/// First words of rows that sum up others.
const TOTALS: [&str; 7] = ["tong cong", "tong", "tong so", "cong", "total", "grand total", "sum"];

/// The rows of a file that are not sent.
#[derive(Debug, Default)]
pub(super) struct SkippedRows {
    /// Rows that cannot be read, by field.
    pub(super) refused: Vec<RefusedRow>,
    /// Rows without any cell.
    pub(super) empty: usize,
    /// Lines that are no records, with what they are.
    pub(super) lines: Vec<(i64, &'static str)>,
}

impl SkippedRows {
    /// Adds those of a part of the file; empty rows and lines that belong to no unit only where they were not counted before.
    pub(super) fn extend(&mut self, part: Self, all: bool) {
        self.refused.extend(part.refused);
        if all {
            self.empty += part.empty;
            self.lines.extend(part.lines);
        }
    }
}

/// A file's rows that are being read.
pub(super) struct Rows<'d> {
    document: &'d Document,
    source: Source<'d>,
}

enum Source<'d> {
    Table { grid: Box<Grid<'d>>, heading: &'d Heading, sheet: Option<&'d Sheet>, begun: bool },
    JsonLines { text: &'d str, next: Mark },
}

/// A line that is a record, or should be one.
enum Row<'r> {
    Line { line: &'r Line<'r>, heading: &'r Heading, sheet: Option<&'r Sheet> },
    Json { mark: Mark, text: &'r str },
}

impl<'d> Rows<'d> {
    /// From a mark on, or all.
    pub(super) fn of(document: &'d Document, begin: Option<Mark>) -> Option<Self> {
        let grid = || match begin {
            Some(mark) => document.grid_from(mark),
            None => document.grid(),
        };
        let table = |heading, sheet| {
            Some(Source::Table { grid: Box::new(grid()?), heading, sheet, begun: begin.is_some() })
        };
        let source = match &document.content {
            Content::JsonLines { text } => Source::JsonLines { text, next: begin.unwrap_or(Mark::new(0, 1)) },
            Content::Csv { heading, .. } => table(heading, None)?,
            Content::Sheet { heading, sheet } => table(heading, Some(sheet))?,
        };
        Some(Self { document, source })
    }

    /// How far they have been read, of the document's size.
    pub(super) fn position(&self) -> usize {
        match &self.source {
            Source::Table { grid, .. } => grid.position(),
            Source::JsonLines { next, .. } => next.at(),
        }
    }

    /// The next row of a unit that can be read. Others are refused, or left alone where they belong to other units.
    pub(super) fn next(
        &mut self,
        owner: RowOwner<'_>,
        skipped: &mut SkippedRows,
    ) -> Result<Option<ImportRow>, String> {
        let document = self.document;
        self.read(skipped, |row, skipped| match row {
            Row::Line { line, heading, sheet } => {
                let of_others = owner.skips_others && !owner.owns(&unit_of(line, heading));
                (!of_others).then(|| record(document, owner, heading, line, sheet, skipped)).flatten()
            }
            Row::Json { mark, text } => match json_object(document, mark.line, text) {
                Ok((_, unit)) if owner.skips_others && !owner.owns(&unit) => None,
                Ok((object, unit)) => {
                    json_record(document.kind, owner, (mark.line, text), object, &unit, skipped)
                }
                // It was refused when the parts were looked for.
                Err(_) if owner.skips_others => None,
                Err(refused) => {
                    skipped.refused.push(refused);
                    None
                }
            },
        })
    }

    /// Where the next row begins, and what it names as its unit.
    pub(super) fn next_unit(&mut self, skipped: &mut SkippedRows) -> Result<Option<(Mark, String)>, String> {
        let document = self.document;
        self.read(skipped, |row, skipped| match row {
            Row::Line { line, heading, .. } => Some((line.mark, unit_of(line, heading))),
            Row::Json { mark, text } => match json_object(document, mark.line, text) {
                Ok((_, unit)) => Some((mark, unit)),
                Err(refused) => {
                    skipped.refused.push(refused);
                    None
                }
            },
        })
    }

    /// Reads on until a row is converted; lines that are no rows are skipped.
    fn read<T>(
        &mut self,
        skipped: &mut SkippedRows,
        mut convert: impl FnMut(Row<'_>, &mut SkippedRows) -> Option<T>,
    ) -> Result<Option<T>, String> {
        match &mut self.source {
            Source::Table { grid, heading, sheet, begun } => loop {
                let Some(line) = grid.next()? else { return Ok(None) };
                let first = !std::mem::replace(begun, true);
                if line.is_empty() {
                    skipped.empty += 1;
                } else if let Some(what) = no_record(&line, heading, self.document.kind, *sheet, first) {
                    skipped.lines.push((line.number, what));
                } else if let Some(converted) =
                    convert(Row::Line { line: &line, heading, sheet: *sheet }, skipped)
                {
                    return Ok(Some(converted));
                }
            },
            Source::JsonLines { text, next } => loop {
                let mark = *next;
                let rest = text.get(mark.at()..).unwrap_or_default();
                let Some(line) = rest.split_inclusive('\n').next() else { return Ok(None) };
                *next = Mark::new(mark.at() + line.len(), mark.line + 1);
                if line.trim().is_empty() {
                    skipped.empty += 1;
                } else if let Some(converted) = convert(Row::Json { mark, text: line.trim_end() }, skipped) {
                    return Ok(Some(converted));
                }
            },
        }
    }
}

/// The cell of the column of units; empty where there is no such column.
fn unit_of(line: &Line<'_>, heading: &Heading) -> String {
    let cell = heading.column(Use::Unit).and_then(|column| line.cells.get(column));
    cell.map(ToString::to_string).unwrap_or_default()
}

/// What a row is where it is no record: a sum, the numbers of the columns, a title across the table.
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
fn record(
    document: &Document,
    owner: RowOwner<'_>,
    heading: &Heading,
    line: &Line<'_>,
    sheet: Option<&Sheet>,
    skipped: &mut SkippedRows,
) -> Option<ImportRow> {
    let before = skipped.refused.len();
    let mut refuse =
        |field: String, problem: Problem| skipped.refused.push(refusal(line.number, field, &problem));
    check_shape(document, heading, line, sheet, &mut refuse);
    let unit = unit_of(line, heading);
    if !owner.owns(&unit) {
        refuse("unit".to_owned(), owner.refusal(&unit));
    }
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
    let record = columns::record(document.kind, owner.unit, cells, customs, &mut refuse);
    (skipped.refused.len() == before).then_some(ImportRow { line: line.number, id, record: Some(record) })
}

/// Refuses a line that does not fit its table: cells too few or too many, or merged ones.
fn check_shape(
    document: &Document,
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
            let expected = ("nothing below an empty heading", "ô trống, vì cột này không có tiêu đề");
            let problem = Problem::malformed(expected, &cell.to_string());
            refuse("row".to_owned(), problem);
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

pub(super) fn refusal(line: i64, field: String, problem: &Problem) -> RefusedRow {
    RefusedRow {
        line,
        field,
        reason: problem.reason().to_owned(),
        description: problem.english(),
        localized_description: problem.vietnamese(),
    }
}

/// The object of a line, and its unit by its `unit`, or else by its `name`.
fn json_object(
    document: &Document,
    line: i64,
    text: &str,
) -> Result<(serde_json::Value, String), RefusedRow> {
    let refused = |english: &str, vietnamese: &str| {
        refusal(line, "line".to_owned(), &Problem::malformed((english, vietnamese), text))
    };
    let converted = document.reading.encoding().convert(text.into());
    let converted = converted.ok_or_else(|| refused("text in one encoding", "chữ chỉ theo một bảng mã"))?;
    let mut value: serde_json::Value = serde_json::from_str(&converted).map_err(|cause| {
        let place = cause.column();
        let vietnamese = format!("một đối tượng JSON (sai ở ký tự thứ {place})");
        refused(&format!("one JSON object ({cause})"), &vietnamese)
    })?;
    let object = value.as_object_mut().ok_or_else(|| refused("one JSON object", "một đối tượng JSON"))?;
    let text = |value: Option<&serde_json::Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let of_name = |name: &str| name.parse::<RecordName>().map(|name| name.unit.to_string()).ok();
    let unit = match object.remove("unit") {
        Some(unit) => text(Some(&unit)),
        None => text(object.get("name")).and_then(|name| of_name(&name)),
    };
    Ok((value, unit.unwrap_or_default()))
}

/// The record of an object; `None` where it is refused.
fn json_record(
    kind: RecordKind,
    owner: RowOwner<'_>,
    (line, text): (i64, &str),
    mut value: serde_json::Value,
    unit: &str,
    skipped: &mut SkippedRows,
) -> Option<ImportRow> {
    let before = skipped.refused.len();
    let mut refuse =
        |field: &str, problem: &Problem| skipped.refused.push(refusal(line, field.to_owned(), problem));
    if !owner.owns(unit) {
        refuse("unit", &owner.refusal(unit));
    }
    let mut row = ImportRow { line, ..ImportRow::default() };
    if let Some(serde_json::Value::String(id)) = value.as_object_mut().and_then(|object| object.remove("id"))
    {
        row.id = id;
    } else {
        let expected = ("an object with a text `id`", "đối tượng có “id” là chữ");
        refuse("id", &Problem::malformed(expected, text));
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
            let vietnamese = format!("{} dạng ProtoJSON", vietnamese(kind));
            refuse(kind.singular(), &Problem::malformed((&english, &vietnamese), text));
        }
    }
    (skipped.refused.len() == before).then_some(row)
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
