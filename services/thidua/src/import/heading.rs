//! Which row is the heading, and what each column is for.

use std::collections::HashMap;

use thidua_proto::names::RecordKind;
use thidua_statistics::domain::text::search::search_key;

use super::grid::{Grid, Line};
use crate::table::codec;
use crate::table::columns::{UNIT, id_title, titles};

/// Among how many rows the heading is looked for: titles of office and table stand above it.
const MOST_ABOVE: usize = 20;
/// Columns that hold nothing of the record: running numbers, and what a file of refused rows adds.
const WITHOUT_CONTENT: [&str; 8] =
    ["STT", "TT", "Số TT", "Số thứ tự", "No", REFUSED[0], REFUSED[1], REFUSED[2]];
/// What a file of refused rows adds.
pub(super) const REFUSED: [&str; 3] = ["Dòng bị từ chối", "Lý do từ chối", "Reason of refusal"];

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// The record's id.
    Id,
    /// The unit, in tables of several.
    Unit,
    /// The field of this number.
    Field(usize),
    /// Nothing, though it has a heading.
    Left,
    /// Nothing, and it has none.
    Untitled,
}

/// The columns of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// The heading's line.
    pub(super) line: i64,
    /// How many lines of cells stand above it.
    pub(super) above: usize,
    /// The headings as they are written.
    pub(super) written: Vec<String>,
    /// What each column is for.
    pub(super) uses: Vec<Use>,
    /// Fields without a column.
    pub(super) absent: Vec<&'static str>,
}

/// What a heading means.
struct HeadingWords(HashMap<String, Use>);

impl HeadingWords {
    fn of(kind: RecordKind) -> Self {
        let mut known = HashMap::new();
        let fields = titles(kind).into_iter().enumerate().map(|(index, title)| (title, Use::Field(index)));
        for (title, used) in fields.chain([(id_title(kind), Use::Id), (UNIT, Use::Unit)]) {
            for heading in title.headings.iter().chain([&title.field]) {
                known.insert(search_key(heading), used);
            }
        }
        known.extend(WITHOUT_CONTENT.map(|heading| (search_key(heading), Use::Left)));
        Self(known)
    }

    fn uses(&self, written: &[String]) -> Vec<Option<Use>> {
        let used = |heading: &String| {
            if heading.is_empty() { Some(Use::Untitled) } else { self.0.get(&search_key(heading)).copied() }
        };
        written.iter().map(used).collect()
    }
}

/// Finds the heading. The error tells what the nearest row lacks.
pub(super) fn find(kind: RecordKind, mut grid: Grid<'_>, ignore: bool) -> Result<Heading, String> {
    let known = HeadingWords::of(kind);
    let mut nearest: Option<(usize, Vec<String>)> = None;
    for above in 0..MOST_ABOVE {
        let Some(line) = grid.next()? else { break };
        let number = line.number;
        let written = written(&line);
        let uses = known.uses(&written);
        let fields = uses.iter().filter(|used| matches!(used, Some(Use::Field(_)))).count();
        if fields > 0 && uses.contains(&Some(Use::Id)) {
            return accept(kind, number, above, written, &uses, ignore);
        }
        let recognised = fields + usize::from(uses.contains(&Some(Use::Id)));
        if recognised > 0 && nearest.as_ref().is_none_or(|(best, _)| recognised > *best) {
            nearest = Some((recognised, written));
        }
    }
    let nearest = nearest.map_or_else(
        || "no row has one of them".to_owned(),
        |(_, written)| {
            let written: Vec<String> = written.into_iter().filter(|heading| !heading.is_empty()).collect();
            format!("the nearest row has {}", written.join(" | "))
        },
    );
    Err(format!(
        "no heading row of {} among the first {MOST_ABOVE} rows (không tìm thấy dòng tiêu đề): it needs {}; {nearest}",
        kind.collection(),
        needed(kind)
    ))
}

fn written(line: &Line<'_>) -> Vec<String> {
    // What cannot be read is no heading that is known.
    line.cells.iter().map(|cell| codec::text(cell).unwrap_or_else(|_| cell.to_string())).collect()
}

/// A required column with the heading that an office would write.
fn needed(kind: RecordKind) -> String {
    let all = std::iter::once(id_title(kind)).chain(titles(kind)).filter(|title| title.required);
    let each = all.map(|title| format!("{} ({})", title.field, title.headings.first().unwrap_or(&"")));
    each.collect::<Vec<_>>().join(", ")
}

fn accept(
    kind: RecordKind,
    line: i64,
    above: usize,
    written: Vec<String>,
    uses: &[Option<Use>],
    ignore: bool,
) -> Result<Heading, String> {
    let titles = titles(kind);
    let mut wrong = Vec::new();
    let has = |index: usize| uses.contains(&Some(Use::Field(index)));
    let absent: Vec<_> =
        titles.iter().enumerate().filter(|(index, _)| !has(*index)).map(|(_, title)| *title).collect();
    let missing: Vec<&str> = absent.iter().filter(|title| title.required).map(|title| title.field).collect();
    if !missing.is_empty() {
        wrong.push(format!("missing (thiếu) {}; it needs {}", missing.join(", "), needed(kind)));
    }
    for (at, used) in uses.iter().enumerate() {
        let twice = matches!(used, Some(Use::Id | Use::Unit | Use::Field(_)))
            && uses.iter().take(at).any(|before| before == used);
        if twice {
            wrong.push(format!(
                "`{}` stands for a column that is there already (trùng cột)",
                heading(&written, at)
            ));
        }
    }
    let unknown: Vec<&str> = uses
        .iter()
        .enumerate()
        .filter(|(_, used)| used.is_none())
        .map(|(at, _)| heading(&written, at))
        .collect();
    if !unknown.is_empty() && !ignore {
        wrong.push(format!(
            "unknown (không nhận ra) {}; with --ignore-columns they are left out",
            unknown.join(", ")
        ));
    }
    if !wrong.is_empty() {
        return Err(format!(
            "the heading in line {line} is not that of {} (dòng tiêu đề không đúng): {}",
            kind.collection(),
            wrong.join("; ")
        ));
    }
    let uses = uses.iter().map(|used| used.unwrap_or(Use::Left)).collect();
    Ok(Heading { line, above, written, uses, absent: absent.iter().map(|title| title.field).collect() })
}

fn heading(written: &[String], at: usize) -> &str {
    written.get(at).map_or("", String::as_str)
}

impl Heading {
    /// Headings of columns that are left out.
    pub(super) fn left(&self) -> Vec<&str> {
        let left = self.uses.iter().enumerate().filter(|(_, used)| **used == Use::Left);
        left.map(|(at, _)| heading(&self.written, at)).collect()
    }

    /// The column that is for something.
    pub(super) fn column(&self, wanted: Use) -> Option<usize> {
        self.uses.iter().position(|used| *used == wanted)
    }
}
