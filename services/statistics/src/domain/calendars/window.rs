//! Windows: the closed spans of days that figures are computed over.

use jiff::civil::Date;

use thidua_chassis::language::Language;

/// A closed span of days within a reporting period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first day.
    pub first: Date,
    /// The last day, not before the first.
    pub last: Date,
    /// The last day of the reporting period, not before the window's.
    pub period_last: Date,
}

impl Window {
    /// Whether later records will still change the figures: the window ends before its period, or has not ended yet.
    #[must_use]
    pub fn is_open(&self, today: Date) -> bool {
        self.last < self.period_last || today <= self.last
    }
}

/// The line that every printed form has: `số liệu tính từ ngày 15/12/2022 đến ngày 14/12/2023`.
#[must_use]
pub fn window_text(window: Window) -> String {
    let day = |date| Language::Vietnamese.day(date);
    format!("số liệu tính từ ngày {} đến ngày {}", day(window.first), day(window.last))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_form_states_its_window() {
        let last = date(2023, 12, 14);
        let window = Window { first: date(2022, 12, 15), last, period_last: last };
        assert_eq!(window_text(window), "số liệu tính từ ngày 15/12/2022 đến ngày 14/12/2023");
    }
}
