//! A report in one language, before it is set in a format.

/// A space at which no line is broken: `gần 43,6 tỷ đồng` stays together. Set as an ordinary space.
pub(super) const KEEP: &str = "\u{a0}";

/// A document in one language, before it is set in a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The language's code, `vi` or `en`.
    pub language: &'static str,
    /// The kind of document, such as `BÁO CÁO`.
    pub kind: String,
    /// What it is about.
    pub title: String,
    /// What must be read first: missing parts, provisional figures.
    pub notices: Vec<String>,
    /// The content.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A section's heading.
    Heading(String),
    /// Prose.
    Paragraph(String),
    /// A list, numbered or not.
    List {
        /// Whether the order counts.
        numbered: bool,
        /// The points.
        items: Vec<String>,
    },
    /// A table.
    Table(Table),
}

/// A table; every row has as many cells as the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The columns' headings.
    pub header: Vec<String>,
    /// Which columns hold numbers, and so stand to the right.
    pub numeric: Vec<bool>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}
