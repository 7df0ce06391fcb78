//! Markdown: CommonMark with tables.

use std::fmt::Write as _;

use super::document::{Block, Document, Table};

pub(super) fn set(document: &Document) -> String {
    let mut text = format!("# {}\n\n**{}**\n", escape(&document.kind), escape(&document.title));
    for notice in &document.notices {
        // Writing to a String cannot fail, here and below.
        let _ = write!(text, "\n> {}\n", escape(notice));
    }
    for block in &document.blocks {
        text.push('\n');
        match block {
            Block::Heading(heading) => {
                let _ = writeln!(text, "## {}", escape(heading));
            }
            Block::Paragraph(paragraph) => {
                let _ = writeln!(text, "{}", escape(paragraph));
            }
            Block::List { numbered, items } => {
                for (number, item) in (1..).zip(items) {
                    let mark = if *numbered { format!("{number}.") } else { "-".to_owned() };
                    let _ = writeln!(text, "{mark} {}", escape(item));
                }
            }
            Block::Table(table) => text.push_str(&set_table(table)),
        }
    }
    text
}

fn set_table(table: &Table) -> String {
    let line = |cells: &Vec<String>| {
        format!("| {} |\n", cells.iter().map(|cell| escape(cell)).collect::<Vec<_>>().join(" | "))
    };
    let rule: Vec<&str> = table.numeric.iter().map(|numeric| if *numeric { "---:" } else { "---" }).collect();
    let rows: String = table.rows.iter().map(line).collect();
    format!("{}| {} |\n{rows}", line(&table.header), rule.join(" | "))
}

/// Text that means itself: names and titles come from people. A number with a dot at a line's start is no list.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '&' | '~') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0
        && escaped.as_bytes().get(digits) == Some(&b'.')
        && escaped.as_bytes().get(digits + 1) == Some(&b' ')
    {
        escaped.insert(digits, '\\');
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_people_means_itself() {
        assert_eq!(escape("a|b *c* <script> _d_"), "a\\|b \\*c\\* \\<script\\> \\_d\\_");
        assert_eq!(escape("1. Đặc điểm"), "1\\. Đặc điểm");
        assert_eq!(escape("3.704 lượt"), "3.704 lượt");
    }
}
