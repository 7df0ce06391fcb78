use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn calendars() -> Calendars {
    Calendars::parse(BUILT_IN).unwrap()
}

fn period(calendar: &str, code: &str) -> Period {
    calendars().get(calendar).unwrap().period(code).unwrap()
}

#[test]
fn the_periods_of_the_circular_have_their_cut_offs() {
    for (code, first, last) in [
        ("2023-Q1", date(2022, 12, 15), date(2023, 3, 14)),
        ("2023-Q2", date(2023, 3, 15), date(2023, 6, 14)),
        ("2023-Q3", date(2023, 6, 15), date(2023, 9, 14)),
        ("2023-Q4", date(2023, 9, 15), date(2023, 12, 14)),
        ("2023-6M", date(2022, 12, 15), date(2023, 6, 14)),
        ("2023-9M", date(2022, 12, 15), date(2023, 9, 14)),
        ("2023-Y", date(2022, 12, 15), date(2023, 12, 14)),
    ] {
        let found = period("tt-02-2021", code);
        assert_eq!((found.first, found.last), (first, last), "{code}");
        assert_eq!(found.year_last, date(2023, 12, 14));
        assert_eq!(found.cumulative, ["2023-6M", "2023-9M", "2023-Y"].contains(&code), "{code}");
    }
    assert_eq!(period("calendar-year", "2024-M02").last, date(2024, 2, 29));
    assert_eq!(period("calendar-year", "2023-H2").first, date(2023, 7, 1));
}

#[test]
fn codes_that_are_none_are_refused_and_labels_tell_the_year() {
    let calendars = calendars();
    let calendar = calendars.get("tt-02-2021").unwrap();
    for code in ["2023", "2023-Q5", "2023-M03", "23-Y", "+023-Y", "2023-y", "", "-", "2200-Y", "2020-Y"] {
        assert_eq!(calendar.period(code), None, "{code}");
    }
    let found = calendar.period("2023-9M").unwrap();
    assert_eq!(found.label, "9 tháng đầu năm 2023");
    assert_eq!(found.label_en, "First nine months of 2023");
    assert!(calendar.periods(2020).is_empty() && calendars.get("tt-03-2013").is_none());
    assert_eq!(calendar.periods(2023).len(), 7);
}

#[test]
fn periods_know_their_neighbours() {
    let calendars = calendars();
    let calendar = calendars.get("tt-02-2021").unwrap();
    let code = |found: Option<Period>| found.map(|found| found.code).unwrap_or_default();
    for (of, previous, last_year) in [
        ("2023-Q1", "2022-Q4", "2022-Q1"),
        ("2023-Q3", "2023-Q2", "2022-Q3"),
        ("2023-9M", "2022-9M", "2022-9M"),
        ("2023-Y", "2022-Y", "2022-Y"),
        // The circular was not in force at the end of the first quarter of 2021.
        ("2021-Q2", "", ""),
    ] {
        let period = calendar.period(of).unwrap();
        assert_eq!(code(calendar.previous(&period)), previous, "{of}");
        assert_eq!(code(calendar.last_year(&period)), last_year, "{of}");
    }
    let year = calendar.period("2023-Y").unwrap();
    let within: Vec<String> = calendar.within(&year).into_iter().map(|found| found.code).collect();
    assert_eq!(within, ["2023-6M", "2023-9M"]);
}

#[test]
fn a_conference_cuts_its_year_off() {
    let year = period("tt-02-2021", "2023-Y");
    let window = year.window(Some(date(2023, 11, 21))).unwrap();
    assert_eq!((window.last, window.period_last), (date(2023, 11, 21), date(2023, 12, 14)));
    assert_eq!(year.window(None).unwrap().last, year.last);
    assert_eq!(year.window(Some(date(2022, 12, 14))), None);
    assert_eq!(year.window(Some(date(2023, 12, 15))), None);
}

#[test]
fn data_that_cannot_be_right_is_refused() {
    let calendar = |period: &str| {
        format!(
            r#"version = "1"
            [[calendar]]
            code = "c"
            display_name = "C"
            display_name_en = "C"
            source = "s"
            certainty = "found"
            due = [{{ receiver = "superior", days = 5, source = "s", certainty = "found" }}]
            year = {{ first = "01-01", last = "12-end" }}
            period = [{{ code = "A", kind = "k", label = "l", label_en = "l", {period} }}]"#
        )
    };
    for (period, problem) in [
        (r#"first = "05-01", last = "04-01""#, "calendars: `c`: `A` has no days"),
        (r#"first = "02-30", last = "04-01""#, "calendars: `c`: `A` has no days"),
        (r#"first = "previous 12-31", last = "04-01""#, "calendars: `c`: `A` does not lie in its year"),
        (
            r#"cumulative = true, first = "02-01", last = "04-01""#,
            "calendars: `c`: `A` does not lie in its year",
        ),
        (r#"first = "May", last = "04-01""#, "calendars: `May` is no boundary"),
    ] {
        assert_eq!(Calendars::parse(&calendar(period)).unwrap_err(), problem);
    }
    assert!(Calendars::parse(&calendar(r#"first = "02-01", last = "02-end""#)).is_ok());
}

#[test]
fn returns_are_due_on_the_17th_and_20th_since_the_circular_of_2025() {
    let calendars = calendars();
    let calendar = calendars.get("tt-02-2021").unwrap();
    let dues = |code: &str| -> Vec<(Receiver, Date, Certainty)> {
        let period = calendar.period(code).unwrap();
        let found = calendar.dues(&period);
        found.into_iter().map(|(rule, due)| (rule.receiver, due, rule.certainty)).collect()
    };
    let (superior, government) = (Receiver::Superior, Receiver::GovernmentInspectorate);
    // Before, no day was found: a setting, and none for the Government Inspectorate.
    assert_eq!(dues("2025-Q3"), [(superior, date(2025, 9, 19), Certainty::Memory)]);
    assert_eq!(
        dues("2025-Y"),
        [
            (superior, date(2025, 12, 17), Certainty::Found),
            (government, date(2025, 12, 20), Certainty::Found)
        ]
    );
    for (code, month) in [("2026-Q1", 3), ("2026-6M", 6), ("2026-9M", 9), ("2026-Q4", 12)] {
        let days: Vec<Date> = dues(code).into_iter().map(|(_, due, _)| due).collect();
        assert_eq!(days, [date(2026, month, 17), date(2026, month, 20)], "{code}");
        assert_eq!(calendar.due(&calendar.period(code).unwrap()), days[0]);
    }
}

#[test]
fn a_calendar_whose_returns_are_never_due_is_refused() {
    for (from, to) in [
        ("receiver = \"superior\", days", "receiver = \"government-inspectorate\", days"),
        ("days = 5, source = \"", "days = 5, first_date = \"2024-01-01\", source = \""),
    ] {
        let refusal = Calendars::parse(&BUILT_IN.replacen(from, to, 1)).unwrap_err();
        assert!(refusal.contains("one rule of the superior that always holds"), "{refusal}");
    }
}

proptest! {
    #[test]
    fn quarters_fill_the_year_and_years_follow_each_other(year in 1902_i16..2199) {
        for (code, year) in [("calendar-year", year), ("tt-02-2021", year.max(2022))] {
            let calendars = calendars();
            let calendar = calendars.get(code).unwrap();
            let whole = calendar.period(&format!("{year}-Y")).unwrap();
            let mut next = whole.first;
            for quarter in 1..=4 {
                let found = calendar.period(&format!("{year}-Q{quarter}")).unwrap();
                prop_assert_eq!(found.first, next);
                next = found.last.tomorrow().unwrap();
            }
            prop_assert_eq!(next, whole.last.tomorrow().unwrap());
            if let Some(before) = calendar.previous(&whole) {
                prop_assert_eq!(before.last.tomorrow().unwrap(), whole.first);
            }
            for found in calendar.periods(year) {
                prop_assert_eq!(calendar.period(&found.code), Some(found));
            }
        }
    }
}
