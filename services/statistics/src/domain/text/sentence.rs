//! Sentences in the two languages, and days as each of them writes them.

use jiff::civil::{Date, Weekday};

/// One sentence or label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// For officials.
    pub vietnamese: String,
    /// For everybody else.
    pub english: String,
}

impl Sentence {
    /// Of both texts.
    #[must_use]
    pub fn new(vietnamese: impl Into<String>, english: impl Into<String>) -> Self {
        Self { vietnamese: vietnamese.into(), english: english.into() }
    }

    /// A day with its weekday: “thứ Bảy 04/03/2023”, “Saturday 2023-03-04”.
    #[must_use]
    pub fn of_day(date: Date) -> Self {
        let (vietnamese, english) = match date.weekday() {
            Weekday::Monday => ("thứ Hai", "Monday"),
            Weekday::Tuesday => ("thứ Ba", "Tuesday"),
            Weekday::Wednesday => ("thứ Tư", "Wednesday"),
            Weekday::Thursday => ("thứ Năm", "Thursday"),
            Weekday::Friday => ("thứ Sáu", "Friday"),
            Weekday::Saturday => ("thứ Bảy", "Saturday"),
            Weekday::Sunday => ("Chủ nhật", "Sunday"),
        };
        let (day, month, year) = (date.day(), date.month(), date.year());
        Self::new(format!("{vietnamese} {day:02}/{month:02}/{year:04}"), format!("{english} {date}"))
    }
}
