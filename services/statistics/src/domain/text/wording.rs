//! Numbers and days as Vietnamese and English official texts write them.

use jiff::civil::Date;

/// The languages of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Tiếng Việt.
    Vietnamese,
    /// English.
    English,
}

impl Language {
    /// A number that counts 10 to the power of minus `decimals`, exactly, without the zeros at its end: `3.704`,
    /// `43.586,274`; of one decimal it keeps it: `90,0`.
    #[must_use]
    pub fn number(self, value: i64, decimals: u8) -> String {
        let (thousands, point) = match self {
            Self::Vietnamese => ('.', ','),
            Self::English => (',', '.'),
        };
        let decimals = usize::from(decimals);
        let digits = format!("{:0>width$}", value.unsigned_abs(), width = decimals + 1);
        let (whole, rest) = digits.split_at(digits.len() - decimals);
        let mut text = if value < 0 { "-".to_owned() } else { String::new() };
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                text.push(thousands);
            }
            text.push(digit);
        }
        let rest = if decimals == 1 { rest } else { rest.trim_end_matches('0') };
        if !rest.is_empty() {
            text.push(point);
            text.push_str(rest);
        }
        text
    }

    /// A day: `14/12/2023`, `2023-12-14`.
    #[must_use]
    pub fn day(self, date: Date) -> String {
        match self {
            Self::Vietnamese => format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year()),
            Self::English => date.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_does() {
        for (value, decimals, vietnamese, english) in [
            (0, 0, "0", "0"),
            (999, 0, "999", "999"),
            (3704, 0, "3.704", "3,704"),
            (-1_234_567, 0, "-1.234.567", "-1,234,567"),
            (881, 1, "88,1", "88.1"),
            (900, 1, "90,0", "90.0"),
            (5, 1, "0,5", "0.5"),
            (43_586_274_000, 6, "43.586,274", "43,586.274"),
            (2_000_000, 6, "2", "2"),
            (1, 6, "0,000001", "0.000001"),
        ] {
            assert_eq!(Language::Vietnamese.number(value, decimals), vietnamese);
            assert_eq!(Language::English.number(value, decimals), english);
        }
    }

    #[test]
    fn days_are_written_as_each_language_does() {
        let day = date(2023, 12, 14);
        assert_eq!(Language::Vietnamese.day(day), "14/12/2023");
        assert_eq!(Language::English.day(day), "2023-12-14");
    }

    proptest! {
        #[test]
        fn nothing_is_lost(value: i64, decimals in 0_u8..7) {
            let text = Language::English.number(value, decimals).replace(',', "");
            let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
            let digits = format!("{whole}{rest:0<width$}", width = usize::from(decimals));
            prop_assert_eq!(digits.parse::<i64>().unwrap(), value);
        }
    }
}
