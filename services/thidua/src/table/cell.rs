//! What a cell of a file holds, whatever its column is, and how files are written.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use thidua_proto::parse::Problem;

/// How numbers and days are written in a file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Locale {
    /// 3.704 is three thousand seven hundred and four; 05/03/2023 is a day in March
    Vi,
    /// 3,704 is three thousand seven hundred and four; 05/03/2023 is a day in May
    En,
}

/// In which words a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Wording {
    /// The names of fields and values in the API
    Fields,
    /// Vietnamese, as the forms have it
    Vi,
}

/// What has to be known to read a file's cells.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Customs {
    /// As the person who imports says; without it nothing is guessed.
    pub(crate) locale: Option<Locale>,
    /// Whether the workbook counts days from 1904.
    pub(crate) from_1904: bool,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'c> {
    /// Nothing.
    Empty,
    /// Text, trimmed.
    Text(Cow<'c, str>),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// A day; a time of day is dropped.
    Day(Date),
    /// Yes or no.
    Flag(bool),
    /// What no column can hold, and why.
    Unreadable {
        /// As the file has it.
        raw: Cow<'c, str>,
        /// Why.
        problem: Problem,
    },
}

/// What spreadsheets write where a formula has failed.
const FAULTS: [&str; 9] =
    ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#GETTING_DATA"];
/// Beyond this, a number of a spreadsheet is no longer exact.
const MOST_EXACT: f64 = 9.0e15;

impl<'c> Cell<'c> {
    /// Of text.
    pub(crate) fn of_text(text: Cow<'c, str>) -> Self {
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        if text.is_empty() {
            Self::Empty
        } else if text.starts_with('#') && FAULTS.contains(&text.to_uppercase().as_str()) {
            Self::fault(text)
        } else {
            Self::Text(text)
        }
    }

    /// Of an error of a spreadsheet.
    pub(crate) fn fault(raw: Cow<'c, str>) -> Self {
        let expected = ("a value, not an error of the spreadsheet", "giá trị, không phải lỗi của bảng tính");
        let problem = Problem::malformed(expected, &raw);
        Self::Unreadable { raw, problem }
    }

    /// Of a number of a spreadsheet.
    pub(crate) fn of_number(number: f64) -> Self {
        let whole = number.fract() == 0.0 && number.abs() < MOST_EXACT;
        let digits = if whole { format!("{number:.0}").parse().ok() } else { None };
        digits.map_or(Self::Number(number), Self::Whole)
    }

    /// Whether it holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::Empty
    }
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Text(text) | Self::Unreadable { raw: text, .. } => f.write_str(text),
            Self::Whole(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Day(day) => day.fmt(f),
            Self::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
        }
    }
}
