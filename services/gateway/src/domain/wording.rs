//! Values as a report words them, in Vietnamese and English.

use std::cmp::Ordering;

pub use thidua_chassis::language::Language;

/// A unit in which money is told.
struct MoneyUnit {
    vnd: i64,
    vi: &'static str,
    en: &'static str,
}

/// Money is told in the largest of these units that it reaches.
const MONEY_UNITS: [MoneyUnit; 2] = [
    MoneyUnit { vnd: 1_000_000_000, vi: "tỷ đồng", en: "billion đồng" },
    MoneyUnit { vnd: 1_000_000, vi: "triệu đồng", en: "million đồng" },
];

/// A share in per cent, from its decimal string: `88,1%`, `88.1%`; `–` where there is none.
#[must_use]
pub fn percent(language: Language, percent: &str) -> String {
    let (whole, rest) = percent.split_once('.').unwrap_or((percent, ""));
    let value = format!("{whole}{rest}").parse();
    let decimals = u8::try_from(rest.len());
    match (value, decimals) {
        (Ok(value), Ok(decimals)) => format!("{}%", language.number(value, decimals)),
        _ => "–".to_owned(),
    }
}

/// An amount with its unit in the language, as prose: `128 cuộc`, `gần 43,6 tỷ đồng`.
#[must_use]
pub fn amount(language: Language, amount: i64, unit: &str) -> String {
    if unit == "đồng" {
        return money(language, amount);
    }
    format!("{} {unit}", language.number(amount, 0))
}

/// Money rounded to one decimal of its unit, with the word for the side on which the exact value lies.
fn money(language: Language, amount: i64) -> String {
    let reached = MONEY_UNITS.iter().find(|unit| amount.unsigned_abs() >= unit.vnd.unsigned_abs());
    let Some(unit) = reached else {
        return format!("{} đồng", language.number(amount, 0));
    };
    // Tenths of the unit, rounded half away from zero; the rest tells the side.
    let tenth = unit.vnd / 10;
    let (whole, rest) = (amount / tenth, amount % tenth);
    let tenths =
        if rest.unsigned_abs() * 2 >= tenth.unsigned_abs() { whole + amount.signum() } else { whole };
    let word = match (tenths.unsigned_abs() * tenth.unsigned_abs()).cmp(&amount.unsigned_abs()) {
        Ordering::Greater => language.pick("gần ", "nearly "),
        Ordering::Equal => "",
        Ordering::Less => language.pick("hơn ", "over "),
    };
    let shown = if tenths % 10 == 0 { language.number(tenths / 10, 0) } else { language.number(tenths, 1) };
    format!("{word}{shown} {}", language.pick(unit.vi, unit.en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_rounded_and_says_on_which_side_it_lies() {
        for (vnd, vietnamese, english) in [
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
            assert_eq!(amount(Language::Vietnamese, vnd, "đồng"), vietnamese);
            assert_eq!(amount(Language::English, vnd, "đồng"), english);
        }
    }

    #[test]
    fn counts_and_shares_are_written_as_each_language_does() {
        assert_eq!(amount(Language::Vietnamese, 3704, "lượt"), "3.704 lượt");
        assert_eq!(amount(Language::English, 3704, "visits"), "3,704 visits");
        assert_eq!(percent(Language::Vietnamese, "88.1"), "88,1%");
        assert_eq!(percent(Language::English, "88.1"), "88.1%");
        assert_eq!(percent(Language::Vietnamese, "90.0"), "90,0%");
        assert_eq!(percent(Language::Vietnamese, "-0.5"), "-0,5%");
        assert_eq!(percent(Language::Vietnamese, ""), "–");
    }
}
