//! The outcome of an import as text, and the file of its refused rows.

use std::collections::BTreeMap;
use std::path::Path;

use thidua_proto::statistics::{ImportRecordsResponse, RefusedRow};

use super::document::{Content, Document};
use super::heading::REFUSED;
use super::rows::SkippedRows;

/// How many faults are printed.
const MOST_PRINTED: usize = 1000;

/// What became of an import.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The service's answer, with the rows that were refused here.
    pub(crate) answer: ImportRecordsResponse,
    pub(super) empty: usize,
    pub(super) lines: Vec<(i64, &'static str)>,
}

impl Outcome {
    /// Of the service's answer and of the rows that were not sent.
    pub(super) fn of(mut answer: ImportRecordsResponse, skipped: SkippedRows) -> Self {
        let mut unreadable: Vec<i64> = skipped.refused.iter().map(|row| row.line).collect();
        unreadable.sort_unstable();
        unreadable.dedup();
        answer.refused_count += i64::try_from(unreadable.len()).unwrap_or(i64::MAX);
        answer.refused_rows.extend(skipped.refused);
        answer.refused_rows.sort_by_key(|row| row.line);
        Self { answer, empty: skipped.empty, lines: skipped.lines }
    }

    /// Whether a row was refused for a reason.
    pub(super) fn refuses(&self, reason: &str) -> bool {
        self.answer.refused_rows.iter().any(|row| row.reason == reason)
    }

    /// Whether the service named every row that it refused.
    fn names_all(&self) -> bool {
        let mut lines: Vec<i64> = self.answer.refused_rows.iter().map(|row| row.line).collect();
        lines.dedup();
        i64::try_from(lines.len()).unwrap_or(i64::MAX) >= self.answer.refused_count
    }

    /// As text for people.
    pub(super) fn text(&self, path: &Path, document: &Document, dry_run: bool) -> String {
        let answer = &self.answer;
        let mut lines = vec![format!(
            "{}: {}{} created, {} updated, {} unchanged, {} refused",
            path.display(),
            if dry_run { "(dry run) " } else { "" },
            answer.created_count,
            answer.updated_count,
            answer.unchanged_count,
            answer.refused_count
        )];
        if let Some(heading) = document.heading() {
            lines.extend(listed("columns left out (cột bỏ qua)", &heading.left()));
            lines.extend(listed("without a column, so left empty (không có cột)", &heading.absent));
        }
        if self.empty > 0 {
            lines.push(format!("  skipped (bỏ qua): {} empty rows (dòng trống)", self.empty));
        }
        for (line, what) in &self.lines {
            lines.push(format!("  skipped (bỏ qua): {}: {what}", document.place(*line, "")));
        }
        for row in answer.refused_rows.iter().take(MOST_PRINTED) {
            let (place, field) = (document.place(row.line, &row.field), &row.field);
            lines.push(format!("  {place}: {field}: {} – {}", row.description, row.localized_description));
        }
        if !self.names_all() || answer.refused_rows.len() > MOST_PRINTED {
            lines.push(format!(
                "  …: only the first {MOST_PRINTED} faults are printed; correct them and import again"
            ));
        }
        lines.join("\n")
    }

    /// Writes the refused rows as they stand in the file, with the reasons beside them. Once corrected, the file can be
    /// imported as it is.
    pub(super) fn write_refused(&self, path: &Path, document: &Document) -> Result<(), String> {
        let failed = |cause: csv::Error| format!("cannot write {}: {cause}", path.display());
        let mut faults: BTreeMap<i64, Vec<&RefusedRow>> = BTreeMap::new();
        for row in &self.answer.refused_rows {
            faults.entry(row.line).or_default().push(row);
        }
        let mut file = csv::WriterBuilder::new().flexible(true).from_path(path).map_err(failed)?;
        let mut write = |cells: &[String], more: [String; 3]| {
            file.write_record(cells.iter().chain(&more)).map_err(failed)
        };
        let reasons = |line: i64, faults: &[&RefusedRow]| {
            let join = |text: fn(&RefusedRow) -> &str| {
                faults
                    .iter()
                    .map(|row| format!("{}: {}", row.field, text(row)))
                    .collect::<Vec<_>>()
                    .join("; ")
            };
            [line.to_string(), join(|row| &row.localized_description), join(|row| &row.description)]
        };
        let titles = REFUSED.map(str::to_owned);
        if let Content::JsonLines { text } = &document.content {
            write(&["json".to_owned()], titles)?;
            for (line, raw) in (1..).zip(text.lines()) {
                if let Some(faults) = faults.get(&line) {
                    write(&[raw.to_owned()], reasons(line, faults))?;
                }
            }
        } else if let (Some(heading), Some(mut grid)) = (document.heading(), document.grid()) {
            write(&heading.written, titles)?;
            while let Some(line) = grid.next()? {
                if let Some(faults) = faults.get(&line.number) {
                    let mut cells: Vec<String> = line.cells.iter().map(ToString::to_string).collect();
                    cells.resize(cells.len().max(heading.written.len()), String::new());
                    write(&cells, reasons(line.number, faults))?;
                }
            }
        }
        file.flush().map_err(|cause| format!("cannot write {}: {cause}", path.display()))
    }
}

/// A line that lists names; none where there are none.
fn listed(what: &str, names: &[&str]) -> Option<String> {
    (!names.is_empty()).then(|| format!("  {what}: {}", names.join(", ")))
}
