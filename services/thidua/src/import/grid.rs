//! Lines of cells, from a CSV text or from a sheet.

use std::borrow::Cow;

use thidua_proto::parse::Problem;

use super::legacy::Encoding;
use super::sheet::Sheet;
use crate::table::Cell;

/// One line.
#[derive(Debug)]
pub(super) struct Line<'g> {
    /// The line of the file, or the row of the sheet, from 1.
    pub(super) number: i64,
    /// Where it begins.
    pub(super) mark: Mark,
    pub(super) cells: Vec<Cell<'g>>,
}

impl Line<'_> {
    /// Whether nothing stands there.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

/// Where a line begins, to read on from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// The byte of a text, or the row of a sheet, from 0.
    at: usize,
    /// Its line.
    pub(super) line: i64,
}

impl Mark {
    /// Of a line of a text.
    pub(super) fn new(at: usize, line: i64) -> Self {
        Self { at, line }
    }

    pub(super) fn at(self) -> usize {
        self.at
    }
}

/// Lines that are being read.
pub(super) enum Grid<'d> {
    Csv {
        reader: Box<csv::Reader<&'d [u8]>>,
        /// What the reader passed over.
        before: usize,
        row: csv::StringRecord,
        lines: Lines<'d>,
        encoding: Encoding,
    },
    Sheet {
        sheet: &'d Sheet,
        next: usize,
        encoding: Encoding,
    },
}

/// The lines of a content, counted as far as rows have been read. The reader's own count is one short after `\r\n`.
pub(super) struct Lines<'d> {
    content: &'d [u8],
    read: usize,
    line: i64,
}

impl Lines<'_> {
    /// The line of the row that begins at a byte, or after the end of line that stands there.
    fn of(&mut self, begin: usize) -> i64 {
        while let Some(next) = self.content.get(self.read)
            && (self.read < begin || matches!(next, b'\r' | b'\n'))
        {
            self.line += i64::from(*next == b'\n');
            self.read += 1;
        }
        self.line
    }
}

impl<'d> Grid<'d> {
    pub(super) fn of_csv(content: &'d str, delimiter: u8, encoding: Encoding) -> Self {
        Self::of_csv_from(content, Mark { at: 0, line: 1 }, delimiter, encoding)
    }

    pub(super) fn of_csv_from(content: &'d str, mark: Mark, delimiter: u8, encoding: Encoding) -> Self {
        let rest = content.as_bytes().get(mark.at..).unwrap_or_default();
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(rest);
        let lines = Lines { content: content.as_bytes(), read: mark.at, line: mark.line };
        let (before, row) = (mark.at, csv::StringRecord::new());
        Self::Csv { reader: Box::new(reader), before, row, lines, encoding }
    }

    pub(super) fn of_sheet(sheet: &'d Sheet, encoding: Encoding) -> Self {
        Self::of_sheet_from(sheet, 0, encoding)
    }

    pub(super) fn of_sheet_from(sheet: &'d Sheet, next: usize, encoding: Encoding) -> Self {
        Self::Sheet { sheet, next, encoding }
    }

    /// How far it has been read: bytes of a text, rows of a sheet.
    pub(super) fn position(&self) -> usize {
        match self {
            Self::Csv { reader, before, .. } => {
                before.saturating_add(usize::try_from(reader.position().byte()).unwrap_or(usize::MAX))
            }
            Self::Sheet { next, .. } => *next,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, String> {
        match self {
            Self::Csv { reader, before, row, lines, encoding } => {
                let more = reader.read_record(row).map_err(|cause| {
                    format!("the table breaks off: {cause}; nothing after this line was read")
                })?;
                if !more {
                    return Ok(None);
                }
                let begin = |position: &csv::Position| usize::try_from(position.byte()).unwrap_or(usize::MAX);
                let number = row.position().map_or(0, |at| lines.of(before.saturating_add(begin(at))));
                let mark = Mark { at: lines.read, line: number };
                let cells = row.iter().map(|cell| text(Cow::Borrowed(cell), *encoding)).collect();
                Ok(Some(Line { number, mark, cells }))
            }
            Self::Sheet { sheet, next, encoding } => {
                let Some((number, cells)) = sheet.row(*next) else { return Ok(None) };
                let mark = Mark { at: *next, line: number };
                *next += 1;
                let converted =
                    |cell| if let Cell::Text(written) = cell { text(written, *encoding) } else { cell };
                Ok(Some(Line { number, mark, cells: cells.into_iter().map(converted).collect() }))
            }
        }
    }
}

fn text(written: Cow<'_, str>, encoding: Encoding) -> Cell<'_> {
    if written.is_ascii() || encoding == Encoding::Unicode {
        return Cell::of_text(written);
    }
    if let Some(converted) = encoding.convert(Cow::Borrowed(&*written)) {
        return Cell::of_text(Cow::Owned(converted.into_owned()));
    }
    let name = encoding.name();
    let english = format!("text in {name} alone, without letters of Unicode");
    let vietnamese = format!("chữ chỉ theo {name}, không lẫn chữ Unicode");
    let problem = Problem::malformed((&english, &vietnamese), &written);
    Cell::Unreadable { raw: written, problem }
}
