//! How a field is read from a cell, strictly, and written to one. What can be read in two ways is refused, never guessed.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thidua_proto::date;
use thidua_proto::parse::Problem;
use thidua_proto::statistics as proto;
use unicode_normalization::UnicodeNormalization as _;

use super::cell::{Cell, Customs, Locale, Wording};

/// Both ways of one type of field.
pub(crate) struct Codec<T: 'static> {
    /// From a cell.
    pub(super) read: fn(&Cell<'_>, Customs) -> Result<T, Problem>,
    /// To a cell.
    pub(super) write: for<'t> fn(&'t T, Wording) -> Cell<'t>,
}

/// A text; Ð and ð of legacy text are Đ and đ.
pub(super) const TEXT: Codec<String> = Codec {
    read: |cell, _| text(cell),
    write: |text, _| if text.is_empty() { Cell::Empty } else { Cell::Text(Cow::Borrowed(text)) },
};

/// A whole number; 0 where the cell is empty.
pub(super) const INTEGER: Codec<i64> = Codec { read: integer, write: |number, _| Cell::Whole(*number) };

/// A whole number that may be left out; an empty cell leaves it out, and so does 0, which books write for it.
pub(super) const OPTIONAL_INTEGER: Codec<Option<i64>> = Codec {
    read: |cell, customs| Ok(Some(integer(cell, customs)?).filter(|number| *number != 0)),
    write: |number, _| number.map_or(Cell::Empty, Cell::Whole),
};

/// A day.
pub(super) const DAY: Codec<Option<thidua_proto::Date>> = Codec {
    read: |cell, customs| Ok(day(cell, customs)?.map(date::to_wire)),
    write: |wire, _| wire.and_then(date::from_wire).map_or(Cell::Empty, Cell::Day),
};

/// Yes or no; no where the cell is empty.
pub(super) const FLAG: Codec<bool> = Codec {
    read: |cell, _| flag(cell),
    write: |flag, wording| match (flag, wording) {
        (false, _) => Cell::Empty,
        (true, Wording::Fields) => Cell::Text(Cow::Borrowed("yes")),
        (true, Wording::Vi) => Cell::Text(Cow::Borrowed("có")),
    },
};

/// What was done to carry out a conclusion: several events in one cell.
pub(super) const INSPECTION_EVENTS: Codec<Vec<proto::Execution>> =
    Codec { read: |cell, _| events(cell), write: |events, _| of_events(events) };

/// What was done to carry out a decision.
pub(super) const MATTER_EVENTS: Codec<Vec<proto::MatterExecution>> =
    Codec { read: |cell, _| events(cell), write: |events, _| of_events(events) };

/// A list of messages, as ProtoJSON: a table has no other place for them, and to leave them out would take them away from a
/// record that is imported again.
fn events<T: DeserializeOwned>(cell: &Cell<'_>) -> Result<Vec<T>, Problem> {
    let written = text(cell)?;
    if written.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(&written).map_err(|cause: serde_json::Error| {
        let place = cause.column();
        let english = format!("a list of events as ProtoJSON, as an export writes it ({cause})");
        let vietnamese =
            format!("danh sách sự kiện dạng ProtoJSON như tệp xuất ra (sai ở ký tự thứ {place})");
        Problem::malformed((&english, &vietnamese), &written)
    })
}

fn of_events<T: Serialize>(events: &[T]) -> Cell<'static> {
    // Messages without maps can always be written.
    let written = serde_json::to_string(events).unwrap_or_default();
    if events.is_empty() { Cell::Empty } else { Cell::Text(Cow::Owned(written)) }
}

/// A cell's text, in NFC.
pub(crate) fn text(cell: &Cell<'_>) -> Result<String, Problem> {
    match cell {
        Cell::Empty => Ok(String::new()),
        Cell::Text(text) if text.is_ascii() => Ok(text.clone().into_owned()),
        Cell::Text(text) => {
            let dyet = |c| match c {
                'Ð' => 'Đ',
                'ð' => 'đ',
                other => other,
            };
            Ok(text.nfc().map(dyet).collect())
        }
        Cell::Whole(number) => Ok(number.to_string()),
        Cell::Unreadable { problem, .. } => Err(problem.clone()),
        Cell::Number(_) | Cell::Day(_) | Cell::Flag(_) => {
            Err(Problem::malformed(("text", "chữ"), &cell.to_string()))
        }
    }
}

fn integer(cell: &Cell<'_>, customs: Customs) -> Result<i64, Problem> {
    match cell {
        Cell::Empty => Ok(0),
        Cell::Whole(number) => Ok(*number),
        Cell::Text(text) => integer_of(text, customs.locale),
        Cell::Unreadable { problem, .. } => Err(problem.clone()),
        Cell::Number(_) | Cell::Day(_) | Cell::Flag(_) => Err(Problem::malformed(WHOLE, &cell.to_string())),
    }
}

/// Digits; with a locale also thousands in threes and a fraction of zeros.
fn integer_of(text: &str, locale: Option<Locale>) -> Result<i64, Problem> {
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let malformed = || Problem::malformed(WHOLE, text);
    let grouped = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}');
    if !text.chars().all(grouped) || !text.contains(|c: char| c.is_ascii_digit()) {
        return Err(malformed());
    }
    let (thousands, fraction) = match locale {
        None => return Err(Problem::Ambiguous { found: text.chars().take(40).collect() }),
        Some(Locale::Vi) => ('.', ','),
        Some(Locale::En) => (',', '.'),
    };
    let (whole, rest) = text.split_once(fraction).unwrap_or((text, "0"));
    let mut groups = whole.split(thousands);
    let first = groups.next().unwrap_or_default();
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let sound = (1..=3).contains(&first.len()) || !whole.contains(thousands);
    if !sound
        || !digits(first)
        || !groups.all(|group| group.len() == 3 && digits(group))
        || rest.is_empty()
        || rest.contains(|c| c != '0')
    {
        return Err(malformed());
    }
    whole.replace(thousands, "").parse().map_err(|_| malformed())
}

fn day(cell: &Cell<'_>, customs: Customs) -> Result<Option<Date>, Problem> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Day(day) => Ok(Some(*day)),
        Cell::Text(text) => day_of(text, customs.locale).map(Some),
        Cell::Whole(serial) => day_of_serial(*serial, customs.from_1904).map(Some),
        Cell::Unreadable { problem, .. } => Err(problem.clone()),
        Cell::Number(_) | Cell::Flag(_) => Err(Problem::malformed(DAYS, &cell.to_string())),
    }
}

const DAYS: (&str, &str) = ("a day like 2023-03-15 or 15/03/2023", "một ngày như 2023-03-15 hoặc 15/03/2023");
const WHOLE: (&str, &str) = ("a whole number in digits", "số nguyên viết bằng chữ số");
const YES_OR_NO: (&str, &str) = ("yes or no", "“có” hoặc “không”");
/// The days before 1 January 1970 in the two date systems of spreadsheets.
const EPOCHS: [i64; 2] = [25_569, 24_107];
/// A number without the format of a day is read as one only from 1 January 1990 on: 2023 and 20230315 are none.
const FIRST_SERIAL_DAY: i64 = 7_305;
/// 31 December 2199.
const LAST_SERIAL_DAY: i64 = 84_005;

fn day_of_serial(serial: i64, from_1904: bool) -> Result<Date, Problem> {
    let [from_1900, other] = EPOCHS;
    let number = serial.saturating_sub(if from_1904 { other } else { from_1900 });
    let plausible = (FIRST_SERIAL_DAY..=LAST_SERIAL_DAY).contains(&number);
    let day = if plausible { date::from_number(number) } else { None };
    day.ok_or_else(|| Problem::malformed(DAYS, &serial.to_string()))
}

/// ISO days stand for themselves; of `5/3/2023` the locale says which is the month, or the day does, above 12.
fn day_of(text: &str, locale: Option<Locale>) -> Result<Date, Problem> {
    let malformed = || Problem::malformed(DAYS, text);
    let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()) else { return Err(malformed()) };
    let parts: Vec<&str> = text.split(separator).collect();
    let [first, second, third] = *parts.as_slice() else { return Err(malformed()) };
    let number = |text: &str| text.parse::<i16>().ok().filter(|number| *number > 0);
    let (Some(a), Some(b), Some(c)) = (number(first), number(second), number(third)) else {
        return Err(malformed());
    };
    let (year, month, day) = match (separator, locale) {
        ('-', _) if first.len() == 4 => (a, b, c),
        ('/', None) if third.len() == 4 => {
            if a <= 12 && b <= 12 && a != b {
                return Err(Problem::AmbiguousDay { found: text.to_owned() });
            }
            (c, b, a)
        }
        ('/' | '-' | '.', Some(Locale::Vi)) if third.len() == 4 => (c, b, a),
        ('/' | '-', Some(Locale::En)) if third.len() == 4 => (c, a, b),
        _ => return Err(malformed()),
    };
    let (month, day) = (i8::try_from(month), i8::try_from(day));
    let (Ok(month), Ok(day)) = (month, day) else { return Err(malformed()) };
    Date::new(year, month, day).map_err(|_| Problem::NoSuchDay)
}

fn flag(cell: &Cell<'_>) -> Result<bool, Problem> {
    match cell {
        Cell::Empty => Ok(false),
        Cell::Flag(flag) => Ok(*flag),
        Cell::Whole(number @ (0 | 1)) => Ok(*number == 1),
        Cell::Text(written) => match text(cell)?.to_lowercase().as_str() {
            "yes" | "có" | "x" | "true" | "1" => Ok(true),
            "no" | "không" | "false" | "0" => Ok(false),
            _ => Err(Problem::malformed(YES_OR_NO, written)),
        },
        Cell::Unreadable { problem, .. } => Err(problem.clone()),
        Cell::Whole(_) | Cell::Number(_) | Cell::Day(_) => {
            Err(Problem::malformed(YES_OR_NO, &cell.to_string()))
        }
    }
}

#[cfg(test)]
mod tests;
