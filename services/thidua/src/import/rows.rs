//! Rows of a file: CSV with a heading line, or JSON lines.

use std::path::Path;

use thidua_proto::names::RecordKind;
use thidua_proto::parse::Problem;
use thidua_proto::statistics::import_row::Record;
use thidua_proto::statistics::{ImportRow, RefusedRow};

use super::Target;
use super::columns::{Headings, headings, record};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Comma- or semicolon-separated values with a heading line.
    Csv,
    /// One JSON object a line: the record as ProtoJSON, and its `id`.
    JsonLines,
}

impl Format {
    /// By the file's ending.
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        match path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase).as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("jsonl" | "ndjson") => Ok(Self::JsonLines),
            _ => Err(format!("{}: the file's name must end in .csv or .jsonl", path.display())),
        }
    }
}

/// A file that is being read.
pub(super) struct Source<'c> {
    target: &'c Target,
    reading: Reading<'c>,
}

enum Reading<'c> {
    Csv {
        reader: Box<csv::Reader<&'c [u8]>>,
        row: csv::StringRecord,
        id: usize,
        /// For each column of the file, which field it fills.
        fields: Vec<Option<usize>>,
        lines: Lines<'c>,
    },
    JsonLines {
        lines: std::iter::Enumerate<std::str::Lines<'c>>,
        read: usize,
    },
}

/// The lines of a content, counted as far as rows have been read. The reader's own count is one short after `\r\n`.
struct Lines<'c> {
    content: &'c [u8],
    read: usize,
    line: i64,
}

impl Lines<'_> {
    /// The line of the row that begins at a byte, or after the end of line that stands there.
    fn of(&mut self, byte: u64) -> i64 {
        let begin = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(next) = self.content.get(self.read)
            && (self.read < begin || matches!(next, b'\r' | b'\n'))
        {
            self.line += i64::from(*next == b'\n');
            self.read += 1;
        }
        self.line
    }
}

impl<'c> Source<'c> {
    /// Opens a content and checks its heading.
    pub(super) fn open(format: Format, target: &'c Target, content: &'c str) -> Result<Self, String> {
        // Spreadsheets mark UTF-8 with a byte order mark.
        let content = content.strip_prefix('\u{feff}').unwrap_or(content);
        let reading = match format {
            Format::JsonLines => Reading::JsonLines { lines: content.lines().enumerate(), read: 0 },
            Format::Csv => open_csv(target.kind, content)?,
        };
        Ok(Self { target, reading })
    }

    /// How many bytes have been read.
    pub(super) fn position(&self) -> u64 {
        match &self.reading {
            Reading::Csv { reader, .. } => reader.position().byte(),
            Reading::JsonLines { read, .. } => u64::try_from(*read).unwrap_or(u64::MAX),
        }
    }

    /// The next row that can be read; those that cannot are noted as refused.
    pub(super) fn next_row(&mut self, refused: &mut Vec<RefusedRow>) -> Result<Option<ImportRow>, String> {
        loop {
            let before = refused.len();
            let Some(row) = self.read(refused)? else { return Ok(None) };
            if refused.len() == before {
                return Ok(Some(row));
            }
        }
    }

    fn read(&mut self, refused: &mut Vec<RefusedRow>) -> Result<Option<ImportRow>, String> {
        let (kind, unit) = (self.target.kind, &self.target.unit);
        match &mut self.reading {
            Reading::Csv { reader, row, id, fields, lines } => {
                match reader.read_record(row) {
                    Ok(true) => {}
                    Ok(false) => return Ok(None),
                    Err(cause) => {
                        return Err(format!(
                            "the table breaks off: {cause}; nothing after this line was read"
                        ));
                    }
                }
                let line = row.position().map_or(0, |position| lines.of(position.byte()));
                let cells = row.iter().enumerate().filter_map(|(at, cell)| Some(((*fields.get(at)?)?, cell)));
                if row.len() != fields.len() {
                    let found = format!("{} cells", row.len());
                    let problem =
                        Problem::malformed(&format!("{} cells, as the heading has", fields.len()), &found);
                    refused.push(refusal(line, "row".to_owned(), &problem));
                }
                let mut refuse = |field, problem| refused.push(refusal(line, field, &problem));
                let record = record(kind, unit, cells, &mut refuse);
                let id = row.get(*id).unwrap_or_default().trim().to_owned();
                Ok(Some(ImportRow { line, id, record: Some(record) }))
            }
            Reading::JsonLines { lines, read } => loop {
                let Some((number, text)) = lines.next() else { return Ok(None) };
                *read += text.len() + 1;
                if !text.trim().is_empty() {
                    let line = i64::try_from(number + 1).unwrap_or(i64::MAX);
                    return Ok(Some(json_row(kind, line, text, refused)));
                }
            },
        }
    }
}

fn refusal(line: i64, field: String, problem: &Problem) -> RefusedRow {
    RefusedRow {
        line,
        field,
        reason: problem.reason().to_owned(),
        description: problem.english(),
        localized_description: problem.vietnamese(),
    }
}

/// Reads the heading line. Every required column of the kind must be there, and none that is unknown: a wrong heading is
/// a wrong file.
fn open_csv(kind: RecordKind, content: &str) -> Result<Reading<'_>, String> {
    let heading = content.lines().next().unwrap_or_default();
    // Spreadsheets with a decimal comma separate cells by semicolons.
    let delimiter = if heading.contains(';') && !heading.contains(',') { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(content.as_bytes());
    let found: Vec<String> = reader
        .headers()
        .map_err(|cause| format!("the heading line cannot be read: {cause}"))?
        .iter()
        .map(|name| name.trim().to_owned())
        .collect();
    let Headings { all: known, required } = headings(kind);
    let missing: Vec<&str> = std::iter::once("id")
        .chain(known.iter().copied().take(required))
        .filter(|name| !found.iter().any(|f| f == name))
        .collect();
    let unknown: Vec<&str> =
        found.iter().map(String::as_str).filter(|name| *name != "id" && !known.contains(name)).collect();
    if !missing.is_empty() || !unknown.is_empty() {
        return Err(format!(
            "the heading line is not that of {} (dòng tiêu đề không đúng): missing {}; unknown {}; expected id,{}",
            kind.collection(),
            list(&missing),
            list(&unknown),
            known.join(",")
        ));
    }
    let id = found.iter().position(|name| name == "id").unwrap_or_default();
    let fields = found.iter().map(|name| known.iter().position(|field| field == name)).collect();
    Ok(Reading::Csv {
        reader: Box::new(reader),
        row: csv::StringRecord::new(),
        id,
        fields,
        lines: Lines { content: content.as_bytes(), read: 0, line: 1 },
    })
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn json_row(kind: RecordKind, line: i64, text: &str, refused: &mut Vec<RefusedRow>) -> ImportRow {
    let mut refuse = |field: &str, cause: String| {
        let problem = Problem::malformed(&cause, text);
        refused.push(refusal(line, field.to_owned(), &problem));
    };
    let mut row = ImportRow { line, ..ImportRow::default() };
    let mut value: serde_json::Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(cause) => {
            refuse("line", format!("one JSON object ({cause})"));
            return row;
        }
    };
    match value.as_object_mut().and_then(|object| object.remove("id")) {
        Some(serde_json::Value::String(id)) => row.id = id,
        _ => refuse("id", "an object with a text `id`".to_owned()),
    }
    let record = match kind {
        RecordKind::Inspection => serde_json::from_value(value).map(Record::Inspection),
        RecordKind::Reception => serde_json::from_value(value).map(Record::Reception),
        RecordKind::Petition => serde_json::from_value(value).map(Record::Petition),
        RecordKind::Matter => serde_json::from_value(value).map(Record::Matter),
    };
    match record {
        Ok(record) => row.record = Some(record),
        Err(cause) => refuse(kind.singular(), format!("a {} as ProtoJSON ({cause})", kind.singular())),
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target { unit: "units/a".parse().unwrap(), kind: RecordKind::Petition, dry_run: false }
    }

    const HEADING: &str =
        "id,received_date,kind,signer_count,processed_date,qualified,competence,handling,matter";

    fn read_all(format: Format, content: &str) -> (Vec<ImportRow>, Vec<(i64, String, String)>) {
        let target = target();
        let mut source = Source::open(format, &target, content).unwrap();
        let (mut rows, mut refused) = (Vec::new(), Vec::new());
        while let Some(row) = source.next_row(&mut refused).unwrap() {
            rows.push(row);
        }
        (rows, refused.into_iter().map(|row| (row.line, row.field, row.reason)).collect())
    }

    #[test]
    fn spreadsheets_habits_are_read() {
        let plain = format!("{HEADING}\np1,2023-03-05,complaint,2,,,,,m1\n");
        let (expected, refused) = read_all(Format::Csv, &plain);
        assert!(refused.is_empty());
        assert_eq!(expected.len(), 1);
        let marked = format!("\u{feff}{}", plain.replace('\n', "\r\n"));
        let semicolons = plain.replace(',', ";");
        for content in [marked, semicolons] {
            assert_eq!(read_all(Format::Csv, &content).0, expected);
        }
        let Some(Record::Petition(petition)) = &expected[0].record else { panic!() };
        assert_eq!(petition.matter, "units/a/matters/m1");
    }

    #[test]
    fn what_cannot_be_read_is_told_by_line_and_field() {
        let content =
            format!("{HEADING}\np1,05.03.2023,complaint,3.704,,perhaps,,,\np2,2023-03-05,letter,,,,,,\n");
        let (rows, refused) = read_all(Format::Csv, &content);
        assert!(rows.is_empty());
        let told: Vec<(i64, &str, &str)> =
            refused.iter().map(|(line, field, reason)| (*line, field.as_str(), reason.as_str())).collect();
        assert_eq!(
            told,
            [
                (2, "petition.received_date", "MALFORMED"),
                (2, "petition.signer_count", "AMBIGUOUS_NUMBER"),
                (2, "petition.qualified", "MALFORMED"),
                (3, "petition.kind", "MALFORMED"),
            ]
        );
    }

    #[test]
    fn a_row_with_a_cell_too_few_is_refused_alone() {
        let content = format!("{HEADING}\np1,2023-03-05\np2,2023-03-05,complaint,,,,,,\n");
        let (rows, refused) = read_all(Format::Csv, &content);
        assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["p2"]);
        assert_eq!(refused, [(2, "row".to_owned(), "MALFORMED".to_owned())]);
    }

    #[test]
    fn a_wrong_heading_is_a_wrong_file() {
        let target = target();
        let error = Source::open(Format::Csv, &target, "id,name\n").err().unwrap();
        assert!(error.contains("missing received_date") && error.contains("unknown name"), "{error}");
        assert!(Source::open(Format::Csv, &target, "").is_err());
    }

    #[test]
    fn columns_for_the_forms_may_be_left_out() {
        let content = format!(
            "{HEADING},subject,prior_resolution,instance,replied_date,at_reception\n\
             p1,2023-03-05,complaint,2,2023-03-06,yes,within,accepted,,land,first,second,2023-03-09,x\n"
        );
        let (rows, refused) = read_all(Format::Csv, &content);
        assert!(refused.is_empty(), "{refused:?}");
        let Some(Record::Petition(petition)) = &rows[0].record else { panic!() };
        assert_eq!(petition.subject(), thidua_proto::statistics::PetitionSubject::Land);
        assert_eq!(petition.prior_resolution(), thidua_proto::statistics::PriorResolution::First);
        assert_eq!(petition.instance(), thidua_proto::statistics::MatterInstance::Second);
        assert!(petition.at_reception && !petition.repeats_matter && petition.replied_date.is_some());
    }

    #[test]
    fn every_scalar_field_has_its_column() {
        use thidua_proto::resource::Resource;
        use thidua_proto::statistics as proto;
        for (kind, fields) in [
            (RecordKind::Inspection, proto::Inspection::CHANGEABLE),
            (RecordKind::Reception, proto::Reception::CHANGEABLE),
            (RecordKind::Petition, proto::Petition::CHANGEABLE),
            (RecordKind::Matter, proto::Matter::CHANGEABLE),
        ] {
            let scalar: Vec<&str> = fields.iter().copied().filter(|field| *field != "executions").collect();
            assert_eq!(headings(kind).all, scalar);
        }
    }

    #[test]
    fn json_lines_are_records() {
        let content = "{\"id\":\"p1\",\"receivedDate\":{\"year\":2023,\"month\":3,\"day\":5},\"kind\":\"PETITION_KIND_COMPLAINT\"}\n\nnonsense\n";
        let (rows, refused) = read_all(Format::JsonLines, content);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].id, "p1");
        assert_eq!(
            refused,
            [(3, "line".to_owned(), "MALFORMED".to_owned()), (3, "id".to_owned(), "MALFORMED".to_owned())]
                [..1]
        );
    }
}
