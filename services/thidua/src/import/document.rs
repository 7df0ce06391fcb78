//! A file to import, in memory: its text or sheet, and where its table begins.

use std::path::Path;

use thidua_proto::names::RecordKind;

use super::grid::{Grid, Mark};
use super::heading::{self, Heading, Use};
use super::legacy::{self, Encoding};
use super::sheet::{self, Sheet};
use crate::table::{Cell, Locale, columns};

/// How a file is to be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading {
    /// How its numbers and days are written.
    pub(crate) locale: Option<Locale>,
    /// Which text it holds; what looks like none of Unicode is refused without.
    pub(crate) encoding: Option<Encoding>,
    /// Which sheet of a workbook; the first with a heading of the kind without.
    pub(crate) sheet: Option<String>,
    /// Whether columns with unknown headings are left out.
    pub(crate) ignore_columns: bool,
}

/// A file that has been read.
#[derive(Debug)]
pub(crate) struct Document {
    pub(super) kind: RecordKind,
    pub(super) reading: Reading,
    pub(super) content: Content,
}

/// What a file holds.
#[derive(Debug)]
pub(super) enum Content {
    /// Values separated by commas, semicolons or tabs, with a heading.
    Csv { text: String, delimiter: u8, heading: Heading },
    /// One JSON object a line: the record as ProtoJSON, and its `id`.
    JsonLines { text: String },
    /// A sheet of a workbook.
    Sheet { sheet: Sheet, heading: Heading },
}

impl Document {
    /// Reads a file; its name's ending says what it is.
    pub(super) fn read(path: &Path, kind: RecordKind, reading: Reading) -> Result<Self, String> {
        if !path.exists() {
            return Err(format!("{}: there is no such file (không có tệp này)", path.display()));
        }
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
        match ending.as_deref() {
            Some("csv" | "txt") => Self::of_csv(text(path, &reading)?, kind, reading),
            Some("jsonl" | "ndjson") => Self::of_json_lines(text(path, &reading)?, kind, reading),
            Some("xlsx" | "xlsm" | "xls") => Self::of_book(path, kind, reading),
            _ => Err(format!("{}: the file's name must end in .csv, .jsonl, .xlsx or .xls", path.display())),
        }
        .map_err(|problem| format!("{}: {problem}", path.display()))
    }

    /// Of a CSV text.
    pub(crate) fn of_csv(text: String, kind: RecordKind, reading: Reading) -> Result<Self, String> {
        check_encoding(&text, &reading)?;
        let encoding = reading.encoding();
        // Spreadsheets with a decimal comma separate cells by semicolons.
        let found = |delimiter| {
            let grid = Grid::of_csv(&text, delimiter, encoding);
            heading::find(kind, grid, reading.ignore_columns).map(|heading| (delimiter, heading))
        };
        let by_comma = found(b',');
        let by_other = || found(b';').or_else(|_| found(b'\t'));
        // Where no delimiter finds a heading, the one that the first line holds tells what is wrong.
        let (delimiter, heading) = match by_comma {
            Ok(found) => found,
            Err(problem) => by_other().map_err(|other| {
                let first = text.lines().next().unwrap_or_default();
                if first.contains(';') && !first.contains(',') { other } else { problem }
            })?,
        };
        Ok(Self { kind, reading, content: Content::Csv { text, delimiter, heading } })
    }

    /// Of JSON lines.
    pub(super) fn of_json_lines(text: String, kind: RecordKind, reading: Reading) -> Result<Self, String> {
        check_encoding(&text, &reading)?;
        Ok(Self { kind, reading, content: Content::JsonLines { text } })
    }

    fn of_book(path: &Path, kind: RecordKind, reading: Reading) -> Result<Self, String> {
        let mut problems = Vec::new();
        for sheet in sheet::open(path, reading.sheet.as_deref())? {
            let grid = Grid::of_sheet(&sheet, reading.encoding());
            match heading::find(kind, grid, reading.ignore_columns) {
                Ok(heading) => {
                    check_sheet_encoding(&sheet, &reading)?;
                    return Ok(Self { kind, reading, content: Content::Sheet { sheet, heading } });
                }
                Err(problem) => {
                    check_sheet_encoding(&sheet, &reading)?;
                    problems.push(format!("sheet `{}`: {problem}", sheet.name));
                }
            }
        }
        Err(problems.join("\n"))
    }

    /// The table's columns; JSON lines have none.
    pub(super) fn heading(&self) -> Option<&Heading> {
        match &self.content {
            Content::Csv { heading, .. } | Content::Sheet { heading, .. } => Some(heading),
            Content::JsonLines { .. } => None,
        }
    }

    /// Its lines of cells after the heading; JSON lines have none.
    pub(super) fn grid(&self) -> Option<Grid<'_>> {
        let encoding = self.reading.encoding();
        let mut grid = match &self.content {
            Content::Csv { text, delimiter, .. } => Grid::of_csv(text, *delimiter, encoding),
            Content::Sheet { sheet, .. } => Grid::of_sheet(sheet, encoding),
            Content::JsonLines { .. } => return None,
        };
        for _ in 0..=self.heading()?.above {
            // They were read before.
            grid.next().ok()?;
        }
        Some(grid)
    }

    /// Its lines of cells from a mark on; JSON lines have none.
    pub(super) fn grid_from(&self, mark: Mark) -> Option<Grid<'_>> {
        let encoding = self.reading.encoding();
        match &self.content {
            Content::Csv { text, delimiter, .. } => Some(Grid::of_csv_from(text, mark, *delimiter, encoding)),
            Content::Sheet { sheet, .. } => Some(Grid::of_sheet_from(sheet, mark.at(), encoding)),
            Content::JsonLines { .. } => None,
        }
    }

    /// Whether its rows say whose they are.
    pub(super) fn names_units(&self) -> bool {
        self.heading().is_none_or(|heading| heading.column(Use::Unit).is_some())
    }

    /// Its size, in what its rows count.
    pub(crate) fn size(&self) -> usize {
        match &self.content {
            Content::Csv { text, .. } | Content::JsonLines { text } => text.len(),
            Content::Sheet { sheet, .. } => sheet.height(),
        }
    }

    /// Where a field of a line stands, for people: `line 3`, or `Sheet1!C7`.
    pub(super) fn place(&self, line: i64, field: &str) -> String {
        let Content::Sheet { sheet, heading } = &self.content else { return format!("line {line}") };
        let field = field.rsplit('.').next().unwrap_or(field);
        let wanted = match field {
            "id" => Some(Use::Id),
            "unit" => Some(Use::Unit),
            _ => columns::titles(self.kind).iter().position(|title| title.field == field).map(Use::Field),
        };
        match wanted.and_then(|wanted| heading.column(wanted)) {
            Some(column) => format!("{}!{}{line}", sheet.name, sheet::letters(column)),
            None => format!("{}!{line}:{line}", sheet.name),
        }
    }
}

impl Reading {
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding.unwrap_or(Encoding::Unicode)
    }
}

/// The text of a file: UTF-8 or UTF-16 with its mark, or bytes of a legacy encoding that was named.
fn text(path: &Path, reading: &Reading) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|cause| format!("cannot be read: {cause}"))?;
    decode(bytes, reading.encoding)
}

fn decode(bytes: Vec<u8>, encoding: Option<Encoding>) -> Result<String, String> {
    let wide = |from: fn([u8; 2]) -> u16| {
        let units = bytes.chunks(2).skip(1).map(|pair| <[u8; 2]>::try_from(pair).map(from));
        let units: Vec<u16> = units.collect::<Result<_, _>>().ok()?;
        String::from_utf16(&units).ok()
    };
    let broken =
        || "begins as UTF-16 and is none; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)".to_owned();
    if bytes.starts_with(&[0xff, 0xfe]) {
        return wide(u16::from_le_bytes).ok_or_else(broken);
    }
    if bytes.starts_with(&[0xfe, 0xff]) {
        return wide(u16::from_be_bytes).ok_or_else(broken);
    }
    let bytes = match String::from_utf8(bytes) {
        // Spreadsheets mark UTF-8 with a byte order mark.
        Ok(text) => return Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned)),
        Err(error) => error.into_bytes(),
    };
    let text = legacy::of_bytes(&bytes);
    match encoding {
        Some(Encoding::Tcvn3 | Encoding::Vni) => Ok(text),
        Some(Encoding::Unicode) | None => Err(match legacy::suspect(&text) {
            Some((word, looks_like)) => way_out("its text", word, looks_like),
            None => "is not UTF-8; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”) and try again; \
                     text in TCVN3 or VNI is converted with --encoding tcvn3 or vni"
                .to_owned(),
        }),
    }
}

fn way_out(place: &str, word: &str, looks_like: Encoding) -> String {
    format!(
        "{place} holds `{word}`, which looks like {}, not Unicode (chữ không phải Unicode); import it with \
         --encoding {} to convert it, or with --encoding unicode if it is right as it stands",
        looks_like.name(),
        looks_like.word()
    )
}

/// Refuses text that Vietnamese in Unicode never has, unless it was said what it is.
fn check_encoding(text: &str, reading: &Reading) -> Result<(), String> {
    if reading.encoding.is_some() || text.is_ascii() {
        return Ok(());
    }
    let found = text.lines().enumerate().find_map(|(index, line)| Some((index, legacy::suspect(line)?)));
    match found {
        Some((index, (word, looks_like))) => Err(way_out(&format!("line {}", index + 1), word, looks_like)),
        None => Ok(()),
    }
}

fn check_sheet_encoding(sheet: &Sheet, reading: &Reading) -> Result<(), String> {
    if reading.encoding.is_some() {
        return Ok(());
    }
    for (number, cells) in (0..sheet.height()).filter_map(|index| sheet.row(index)) {
        for (column, cell) in cells.iter().enumerate() {
            if let Cell::Text(text) = cell
                && let Some((word, looks_like)) = legacy::suspect(text)
            {
                let place = format!("{}!{}{number}", sheet.name, sheet::letters(column));
                return Err(way_out(&place, word, looks_like));
            }
        }
    }
    Ok(())
}
