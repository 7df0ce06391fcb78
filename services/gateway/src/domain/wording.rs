//! Numbers and days as people write them, in Vietnamese and English.

use std::cmp::Ordering;

use fixed_decimal::Decimal;
use icu_decimal::DecimalFormatter;
use icu_decimal::options::DecimalFormatterOptions;
use icu_locale_core::locale;
use jiff::civil::Date;

/// The languages of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Tiếng Việt.
    Vietnamese,
    /// English.
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Vietnamese, Self::English];

    /// One of two texts.
    #[must_use]
    pub fn pick<'t>(self, vietnamese: &'t str, english: &'t str) -> &'t str {
        match self {
            Self::Vietnamese => vietnamese,
            Self::English => english,
        }
    }

    /// A day: `21/11/2023`, `21 November 2023`.
    #[must_use]
    pub fn day(self, date: Date) -> String {
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
        match self {
            Self::Vietnamese => format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year()),
            Self::English => {
                let month =
                    usize::try_from(date.month() - 1).ok().and_then(|index| MONTHS.get(index)).unwrap_or(&"");
                format!("{} {month} {}", date.day(), date.year())
            }
        }
    }
}

/// Writes numbers as each language does: `3.704` and `88,1%`, `3,704` and `88.1%`.
#[derive(Debug)]
pub struct Wording {
    vietnamese: DecimalFormatter,
    english: DecimalFormatter,
}

/// Money is shown in the largest of these units that it reaches.
const MONEY: [(i64, &str, &str); 2] =
    [(1_000_000_000, "tỷ đồng", "billion đồng"), (1_000_000, "triệu đồng", "million đồng")];

/// What one stands for, in both languages.
impl Wording {
    /// Reads the locales' data, which is built in.
    pub fn new() -> Result<Self, String> {
        let formatter = |locale: icu_locale_core::Locale| {
            DecimalFormatter::try_new(locale.into(), DecimalFormatterOptions::default())
                .map_err(|cause| format!("the data of a locale cannot be read: {cause}"))
        };
        Ok(Self { vietnamese: formatter(locale!("vi"))?, english: formatter(locale!("en"))? })
    }

    fn write(&self, language: Language, decimal: &Decimal) -> String {
        match language {
            Language::Vietnamese => self.vietnamese.format(decimal).to_string(),
            Language::English => self.english.format(decimal).to_string(),
        }
    }

    /// A whole number: `3.704`, `3,704`.
    #[must_use]
    pub fn integer(&self, language: Language, number: i64) -> String {
        self.write(language, &Decimal::from(number))
    }

    /// A share in per cent, from its decimal string: `88,1%`, `88.1%`; `–` where there is none.
    #[must_use]
    pub fn percent(&self, language: Language, percent: &str) -> String {
        match percent.parse() {
            Ok(decimal) => format!("{}%", self.write(language, &decimal)),
            Err(_) => "–".to_owned(),
        }
    }

    /// An amount with its unit in the language, as prose: `128 cuộc`, `gần 43,6 tỷ đồng`.
    #[must_use]
    pub fn amount(&self, language: Language, amount: i64, unit: &str) -> String {
        if unit == "đồng" {
            return self.money(language, amount);
        }
        format!("{} {unit}", self.integer(language, amount))
    }

    /// Money rounded to one decimal of its unit, with the word for the side on which the exact value lies.
    fn money(&self, language: Language, amount: i64) -> String {
        let reached = MONEY.iter().find(|(size, ..)| amount.unsigned_abs() >= size.unsigned_abs());
        let Some((size, vietnamese, english)) = reached else {
            return format!("{} đồng", self.integer(language, amount));
        };
        // Tenths of the unit, rounded half away from zero; the rest tells the side.
        let tenth = size / 10;
        let (whole, rest) = (amount / tenth, amount % tenth);
        let tenths =
            if rest.unsigned_abs() * 2 >= tenth.unsigned_abs() { whole + amount.signum() } else { whole };
        let word = match (tenths.unsigned_abs() * tenth.unsigned_abs()).cmp(&amount.unsigned_abs()) {
            Ordering::Greater => language.pick("gần ", "nearly "),
            Ordering::Equal => "",
            Ordering::Less => language.pick("hơn ", "over "),
        };
        let mut shown = Decimal::from(tenths);
        shown.multiply_pow10(-1);
        shown.absolute.trim_end();
        format!("{word}{} {}", self.write(language, &shown), language.pick(vietnamese, english))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_rounded_and_says_on_which_side_it_lies() {
        let wording = Wording::new().unwrap();
        for (amount, vietnamese, english) in [
            (43_586_274_000, "gần 43,6 tỷ đồng", "nearly 43.6 billion đồng"),
            (43_600_000_000, "43,6 tỷ đồng", "43.6 billion đồng"),
            (43_610_000_000, "hơn 43,6 tỷ đồng", "over 43.6 billion đồng"),
            (43_550_000_000, "gần 43,6 tỷ đồng", "nearly 43.6 billion đồng"),
            (43_549_999_999, "hơn 43,5 tỷ đồng", "over 43.5 billion đồng"),
            (1_000_000_000, "1 tỷ đồng", "1 billion đồng"),
            (2_000_000_000_000, "2.000 tỷ đồng", "2,000 billion đồng"),
            (999_999_999, "gần 1.000 triệu đồng", "nearly 1,000 million đồng"),
            (1_250_000, "gần 1,3 triệu đồng", "nearly 1.3 million đồng"),
            (999_999, "999.999 đồng", "999,999 đồng"),
            (0, "0 đồng", "0 đồng"),
        ] {
            assert_eq!(wording.amount(Language::Vietnamese, amount, "đồng"), vietnamese);
            assert_eq!(wording.amount(Language::English, amount, "đồng"), english);
        }
    }

    #[test]
    fn counts_and_shares_are_written_as_each_language_does() {
        let wording = Wording::new().unwrap();
        assert_eq!(wording.amount(Language::Vietnamese, 3704, "lượt"), "3.704 lượt");
        assert_eq!(wording.amount(Language::English, 3704, "visits"), "3,704 visits");
        assert_eq!(wording.percent(Language::Vietnamese, "88.1"), "88,1%");
        assert_eq!(wording.percent(Language::English, "88.1"), "88.1%");
        assert_eq!(wording.percent(Language::Vietnamese, "90.0"), "90,0%");
        assert_eq!(wording.percent(Language::Vietnamese, ""), "–");
        assert_eq!(Language::Vietnamese.day(jiff::civil::date(2023, 2, 5)), "05/02/2023");
        assert_eq!(Language::English.day(jiff::civil::date(2023, 2, 5)), "5 February 2023");
    }
}
