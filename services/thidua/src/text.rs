//! Text for people: tables that fit the terminal, days, and times of the civil zone.

use terminal_size::{Width, terminal_size_of};
use thidua_chassis::clock::civil_time;

/// The columns of the terminal; none where standard output is no terminal, so that files and pipes get whole lines.
pub(crate) fn terminal_width() -> Option<usize> {
    terminal_size_of(std::io::stdout()).map(|(Width(columns), _)| usize::from(columns))
}

/// How the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alignment {
    /// As text does.
    Left,
    /// As numbers do.
    Right,
}

/// What stands between two columns.
const GAP: &str = "  ";

/// Rows with their cells one below the other. Where they are wider than `width`, the widest columns give way, and their cells go
/// on below; a word is never broken.
pub(crate) fn table<const N: usize>(
    rows: &[[String; N]],
    alignments: [Alignment; N],
    width: Option<usize>,
) -> Vec<String> {
    let widths = column_widths(rows, width);
    rows.iter().flat_map(|row| table_lines(row, alignments, widths)).collect()
}

fn column_widths<const N: usize>(rows: &[[String; N]], width: Option<usize>) -> [usize; N] {
    let (mut widths, mut narrowest) = ([0; N], [0; N]);
    for row in rows {
        for ((width, narrowest), cell) in widths.iter_mut().zip(&mut narrowest).zip(row) {
            *width = length(cell).max(*width);
            *narrowest = cell.split(' ').map(length).max().unwrap_or_default().max(*narrowest);
        }
    }
    let Some(width) = width else { return widths };
    let room = width.saturating_sub(GAP.len() * N.saturating_sub(1));
    while widths.iter().sum::<usize>() > room {
        let shrinkable = widths.iter_mut().zip(narrowest).filter(|(width, narrowest)| **width > *narrowest);
        let Some((widest, _)) = shrinkable.max_by_key(|(width, _)| **width) else { break };
        *widest -= 1;
    }
    widths
}

/// The lines that one row takes.
fn table_lines<const N: usize>(
    row: &[String; N],
    alignments: [Alignment; N],
    widths: [usize; N],
) -> Vec<String> {
    let mut cells = Vec::with_capacity(N);
    for (cell, width) in row.iter().zip(widths) {
        cells.push(if length(cell) > width { wrapped(cell, width) } else { vec![cell.clone()] });
    }
    let height = cells.iter().map(Vec::len).max().unwrap_or_default();
    let mut lines = Vec::with_capacity(height);
    for number in 0..height {
        let mut parts = Vec::with_capacity(N);
        for ((cell, width), alignment) in cells.iter().zip(widths).zip(alignments) {
            let part = cell.get(number).map_or("", String::as_str);
            parts.push(match alignment {
                Alignment::Left => format!("{part:<width$}"),
                Alignment::Right => format!("{part:>width$}"),
            });
        }
        lines.push(parts.join(GAP).trim_end().to_owned());
    }
    lines
}

/// A paragraph as lines of at most `width` columns, but for longer words; in one line where there is no limit.
pub(crate) fn paragraph(text: &str, width: Option<usize>) -> Vec<String> {
    width.map_or_else(|| vec![text.to_owned()], |width| wrapped(text, width))
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if length(line) + 1 + length(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Length in characters: Vietnamese in NFC has one for each place on the line.
fn length(text: &str) -> usize {
    text.chars().count()
}

/// A day as people write it; nothing where there is none.
pub(crate) fn day(day: Option<thidua_proto::Date>) -> String {
    let day = day.and_then(thidua_proto::date::from_wire);
    day.map_or_else(String::new, |day| day.strftime("%d/%m/%Y").to_string())
}

/// A time in Vietnam, to the minute; nothing where there is none.
pub(crate) fn minute(time: Option<thidua_proto::Timestamp>) -> String {
    let time = time.and_then(|time| jiff::Timestamp::new(time.seconds, time.nanos).ok());
    time.map_or_else(String::new, |time| civil_time(time).strftime("%d/%m/%Y %H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::Alignment::{Left, Right};
    use super::*;

    fn rows() -> Vec<[String; 3]> {
        [["MS", "Chỉ tiêu", "Số liệu"], ["1", "Tổng số đơn đã tiếp nhận", "3.704"]]
            .map(|row| row.map(str::to_owned))
            .to_vec()
    }

    #[test]
    fn a_table_is_as_wide_as_its_cells_where_nothing_limits_it() {
        let expected = ["MS  Chỉ tiêu                  Số liệu", "1   Tổng số đơn đã tiếp nhận    3.704"];
        assert_eq!(table(&rows(), [Left, Left, Right], None), expected);
        assert_eq!(table(&rows(), [Left, Left, Right], Some(80)), expected);
    }

    #[test]
    fn a_table_that_is_too_wide_goes_on_below_and_breaks_no_word() {
        let expected = ["MS  Chỉ tiêu      Số liệu", "1   Tổng số đơn     3.704", "    đã tiếp nhận"];
        assert_eq!(table(&rows(), [Left, Left, Right], Some(25)), expected);
        let narrow = table(&rows(), [Left, Left, Right], Some(5));
        let words: Vec<&str> = narrow.iter().flat_map(|line| line.split_whitespace()).collect();
        for word in rows().concat().iter().flat_map(|cell| cell.split(' ')) {
            assert!(words.contains(&word), "{word} is broken in {narrow:?}");
        }
    }

    #[test]
    fn a_paragraph_is_wrapped_only_where_there_is_a_limit() {
        assert_eq!(paragraph("một hai ba", None), ["một hai ba"]);
        assert_eq!(paragraph("một hai ba", Some(7)), ["một hai", "ba"]);
        assert_eq!(paragraph("", Some(7)), [""]);
    }

    #[test]
    fn times_are_told_in_vietnam_to_the_minute() {
        let time = thidua_proto::Timestamp { seconds: 1_700_000_000, nanos: 123 };
        assert_eq!(minute(Some(time)), "15/11/2023 05:13");
        assert_eq!(minute(None), "");
    }
}
