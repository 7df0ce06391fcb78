//! The table of each kind of record, the same for import and export: its columns with their headings, and how a cell is read and
//! written.

pub(crate) mod cell;
pub(crate) mod codec;
pub(crate) mod columns;
mod words;

pub(crate) use self::cell::{Cell, Customs, Locale, Wording};
