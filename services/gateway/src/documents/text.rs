//! Plain text of at most 100 columns.

use super::document::{Block, Document, Table};

const WIDTH: usize = 100;

pub(super) fn set(document: &Document) -> String {
    let mut lines = vec![center(&document.kind)];
    lines.extend(wrap(&document.title, WIDTH).iter().map(|line| center(line)));
    lines.push(center(&"─".repeat(24)));
    for notice in &document.notices {
        lines.push(String::new());
        lines.extend(indented("(!) ", notice));
    }
    for block in &document.blocks {
        lines.push(String::new());
        match block {
            Block::Heading(text) => lines.extend(wrap(text, WIDTH)),
            Block::Paragraph(text) => lines.extend(indented("  ", text)),
            Block::List { numbered, items } => {
                for (number, item) in (1..).zip(items) {
                    let mark = if *numbered { format!("{number:>4}. ") } else { "   - ".to_owned() };
                    lines.extend(indented(&mark, item));
                }
            }
            Block::Table(table) => lines.extend(table_lines(table)),
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Length in characters: Vietnamese in NFC has one for each place on the line.
fn length(text: &str) -> usize {
    text.chars().count()
}

fn center(text: &str) -> String {
    format!("{}{text}", " ".repeat(WIDTH.saturating_sub(length(text)) / 2))
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
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

/// The mark before the first line, as much room before the others.
fn indented(mark: &str, text: &str) -> Vec<String> {
    let room = " ".repeat(length(mark));
    let lines = wrap(text, WIDTH - length(mark));
    lines.iter().enumerate().map(|(n, line)| format!("{}{line}", if n == 0 { mark } else { &room })).collect()
}

/// Columns as wide as they need be; the widest give way, and wrap, where the table would not fit.
fn widths(table: &Table) -> Vec<usize> {
    let columns = table.header.len();
    let mut widths = vec![0; columns];
    for row in std::iter::once(&table.header).chain(&table.rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = length(cell).max(*width);
        }
    }
    let room = WIDTH.saturating_sub(2 * columns.saturating_sub(1) + 2);
    while widths.iter().sum::<usize>() > room {
        let Some(widest) = widths.iter_mut().max() else { break };
        *widest -= 1;
    }
    widths
}

fn table_lines(table: &Table) -> Vec<String> {
    let widths = widths(table);
    let row_lines = |row: &Vec<String>| {
        let cells: Vec<Vec<String>> =
            row.iter().zip(&widths).map(|(cell, width)| wrap(cell, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        (0..height)
            .map(|at| {
                let cells = cells.iter().zip(&widths).zip(&table.numeric).map(|((lines, width), numeric)| {
                    let text = lines.get(at).map_or("", String::as_str);
                    let space = " ".repeat(width.saturating_sub(length(text)));
                    if *numeric { format!("{space}{text}") } else { format!("{text}{space}") }
                });
                format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
            })
            .collect::<Vec<String>>()
    };
    let rule = format!("  {}", widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("  "));
    let mut lines = row_lines(&table.header);
    lines.push(rule);
    lines.extend(table.rows.iter().flat_map(row_lines));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_page() {
        let long = "Kiểm sát việc tuân theo pháp luật ".repeat(9);
        let document = Document {
            language: "vi",
            kind: "BÁO CÁO".to_owned(),
            title: long.clone(),
            notices: vec![long.clone()],
            blocks: vec![
                Block::Paragraph(long.clone()),
                Block::List { numbered: true, items: vec![long.clone()] },
                Block::Table(Table {
                    header: vec!["A".to_owned(), long.clone()],
                    numeric: vec![false, true],
                    rows: vec![vec![long.clone(), "3.704".to_owned()]],
                }),
            ],
        };
        let text = set(&document);
        assert!(text.lines().all(|line| length(line) <= WIDTH), "{text}");
        assert!(text.contains("3.704"));
    }
}
