//! The table of each kind of record, the same for import and export: its columns with their headings, and how a cell is read and
//! written.

pub(crate) mod cell;
pub(crate) mod codec;
pub(crate) mod columns;
mod words;

pub(crate) use self::cell::{Cell, Customs, Locale};

/// In which words a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Wording {
    /// The names of fields and values in the API
    Fields,
    /// Vietnamese, as the forms have it
    Vi,
}
