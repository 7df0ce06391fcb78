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

/// The months of an English day.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Vietnamese, Self::English];

    /// The language of a code, `vi` or `en`.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// Its code, `vi` or `en`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.pick("vi", "en")
    }

    /// One of two texts.
    #[must_use]
    pub fn pick<'t>(self, vietnamese: &'t str, english: &'t str) -> &'t str {
        match self {
            Self::Vietnamese => vietnamese,
            Self::English => english,
        }
    }

    /// A number that counts 10 to the power of minus `decimals`, exactly, without the zeros at its end: `3.704`,
    /// `43.586,274`; a single decimal stays even where it is 0: `90,0`.
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

    /// A day: `21/11/2023`, `21 November 2023`.
    #[must_use]
    pub fn day(self, date: Date) -> String {
        match self {
            Self::Vietnamese => format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year()),
            Self::English => {
                let month = usize::try_from(date.month() - 1).ok().and_then(|index| MONTHS.get(index));
                format!("{} {} {}", date.day(), month.unwrap_or(&""), date.year())
            }
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
        assert_eq!(Language::Vietnamese.day(date(2023, 2, 5)), "05/02/2023");
        assert_eq!(Language::English.day(date(2023, 2, 5)), "5 February 2023");
        assert_eq!(Language::English.day(date(2023, 12, 14)), "14 December 2023");
    }

    #[test]
    fn a_language_is_found_by_its_code() {
        assert_eq!(Language::of_code("vi"), Some(Language::Vietnamese));
        assert_eq!(Language::of_code("en"), Some(Language::English));
        assert_eq!(Language::of_code(""), None);
    }

    proptest! {
        #[test]
        fn no_digit_is_lost(value: i64, decimals in 0_u8..7) {
            let text = Language::English.number(value, decimals).replace(',', "");
            let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
            let digits = format!("{whole}{rest:0<width$}", width = usize::from(decimals));
            prop_assert_eq!(digits.parse::<i64>().unwrap(), value);
        }
    }
}
