//! Cells of a table: what people write, read strictly. Nothing ambiguous is guessed.

use jiff::civil::Date;
use thidua_proto::parse::Problem;

/// A day as `2023-03-15` or `15/03/2023`.
pub(super) fn day(text: &str) -> Result<Option<thidua_proto::Date>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let malformed = || Problem::malformed("a day like 2023-03-15 or 15/03/2023", text);
    let (separator, order) = if text.contains('/') { ('/', [2, 1, 0]) } else { ('-', [0, 1, 2]) };
    let parts: Vec<i32> =
        text.split(separator).map(|part| part.parse().map_err(|_| malformed())).collect::<Result<_, _>>()?;
    let [Some(year), Some(month), Some(day)] = order.map(|at| parts.get(at).copied()) else {
        return Err(malformed());
    };
    if parts.len() != 3 || year < 1000 {
        return Err(malformed());
    }
    let wire = thidua_proto::Date { year, month, day };
    let real: Option<Date> = thidua_proto::date::from_wire(wire);
    real.map(|_| Some(wire)).ok_or(Problem::NoSuchDay)
}

/// A whole number in digits; 0 where the cell is empty. `3.704` and `3,704` could be either of two numbers.
pub(super) fn integer(text: &str) -> Result<i64, Problem> {
    if text.is_empty() {
        return Ok(0);
    }
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let grouped = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\u{a0}');
    if text.chars().all(grouped) && text.chars().any(|c| c.is_ascii_digit()) {
        return Err(Problem::Ambiguous { found: text.chars().take(40).collect() });
    }
    Err(Problem::malformed("a whole number in digits", text))
}

/// `yes`, `no`, `có`, `không`, `x` or nothing.
pub(super) fn flag(text: &str) -> Result<bool, Problem> {
    match text.to_lowercase().as_str() {
        "yes" | "có" | "x" | "true" | "1" => Ok(true),
        "" | "no" | "không" | "false" | "0" => Ok(false),
        _ => Err(Problem::malformed("yes or no", text)),
    }
}

/// A word of a list, as the API spells it without its prefix: `complaint` for `PETITION_KIND_COMPLAINT`.
pub(super) fn choice<E>(
    text: &str,
    prefix: &str,
    find: impl Fn(&str) -> Option<E>,
    words: &str,
) -> Result<Option<E>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let name = format!("{prefix}{}", text.to_uppercase());
    find(&name).map(Some).ok_or_else(|| Problem::malformed(&format!("one of {words}"), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_both_spellings() {
        let wire = Some(thidua_proto::Date { year: 2023, month: 3, day: 5 });
        assert_eq!(day("2023-03-05"), Ok(wire));
        assert_eq!(day("05/03/2023"), Ok(wire));
        assert_eq!(day("5/3/2023"), Ok(wire));
        assert_eq!(day(""), Ok(None));
        assert_eq!(day("31/02/2023"), Err(Problem::NoSuchDay));
        for bad in ["5/3/23", "2023-3", "yesterday", "2023/03/05", "1-2-2023", "2023-03-05-06"] {
            assert!(day(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_that_could_be_two_are_refused() {
        assert_eq!(integer("3704"), Ok(3704));
        assert_eq!(integer(""), Ok(0));
        assert_eq!(integer("-1"), Ok(-1));
        for ambiguous in ["3.704", "3,704", "3 704", "43,6", "1.000.000"] {
            assert!(matches!(integer(ambiguous), Err(Problem::Ambiguous { .. })), "{ambiguous}");
        }
        for bad in ["#N/A", "ba", "1e3", "0x10"] {
            assert!(matches!(integer(bad), Err(Problem::Malformed { .. })), "{bad}");
        }
    }
}
