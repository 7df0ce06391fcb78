use proptest::prelude::*;

use super::*;

fn customs(locale: Option<Locale>) -> Customs {
    Customs { locale, from_1904: false }
}

fn cell(text: &str) -> Cell<'_> {
    Cell::of_text(Cow::Borrowed(text))
}

fn read_day(text: &str, locale: Option<Locale>) -> Result<Option<Date>, Problem> {
    day(&cell(text), customs(locale))
}

fn read_integer(text: &str, locale: Option<Locale>) -> Result<i64, Problem> {
    integer(&cell(text), customs(locale))
}

#[expect(clippy::unnecessary_wraps, reason = "as a reader answers")]
fn on(year: i16, month: i8, day: i8) -> Result<Option<Date>, Problem> {
    Ok(Some(Date::constant(year, month, day)))
}

const LOCALES: [Option<Locale>; 3] = [None, Some(Locale::Vi), Some(Locale::En)];

#[test]
fn days_that_have_one_reading_need_no_locale() {
    assert_eq!(read_day("15/03/2023", None), on(2023, 3, 15));
    assert_eq!(read_day("15/3/2023", None), on(2023, 3, 15));
    assert_eq!(read_day("5/5/2023", None), on(2023, 5, 5));
    assert_eq!(read_day("31/02/2023", None), Err(Problem::NoSuchDay));
    for locale in LOCALES {
        assert_eq!(read_day("2023-03-05", locale), on(2023, 3, 5));
        assert_eq!(read_day("", locale), Ok(None));
        for bad in ["5/3/23", "2023-3", "yesterday", "2023/03/05", "2023-03-05-06", "20230305", "0/1/2023"] {
            assert!(read_day(bad, locale).is_err(), "{bad}");
        }
    }
}

#[test]
fn days_that_have_two_readings_need_a_locale() {
    for text in ["05/03/2023", "5/3/2023", "12/11/2023"] {
        assert_eq!(read_day(text, None), Err(Problem::AmbiguousDay { found: text.to_owned() }));
    }
    assert_eq!(read_day("05/03/2023", Some(Locale::Vi)), on(2023, 3, 5));
    assert_eq!(read_day("05/03/2023", Some(Locale::En)), on(2023, 5, 3));
    assert_eq!(read_day("3/15/2023", Some(Locale::En)), on(2023, 3, 15));
    // Month first, where nobody said so, shows that all the others would be read wrongly.
    assert_eq!(read_day("3/15/2023", None), Err(Problem::NoSuchDay));
    assert_eq!(read_day("3/15/2023", Some(Locale::Vi)), Err(Problem::NoSuchDay));
    assert_eq!(read_day("15.03.2023", Some(Locale::Vi)), on(2023, 3, 15));
    assert_eq!(read_day("15-3-2023", Some(Locale::Vi)), on(2023, 3, 15));
    assert!(read_day("15.03.2023", None).is_err());
}

#[test]
fn serials_are_days_of_their_system_where_they_can_be() {
    let read = |serial, from_1904| day(&Cell::Whole(serial), Customs { locale: None, from_1904 });
    assert_eq!(read(44_927, false), on(2023, 1, 1));
    assert_eq!(read(44_927 - 1_462, true), on(2023, 1, 1));
    for no_day in [0, 1, 2023, 20_230_315, i64::MIN, i64::MAX] {
        assert!(read(no_day, false).is_err() && read(no_day, true).is_err(), "{no_day}");
    }
    assert!(day(&Cell::Number(44_927.5), customs(None)).is_err());
}

#[test]
fn numbers_that_could_be_two_are_refused_without_a_locale() {
    for locale in LOCALES {
        for (text, number) in [("3704", 3704), ("", 0), ("-1", -1), ("000", 0)] {
            assert_eq!(read_integer(text, locale), Ok(number));
        }
        for bad in ["#N/A", "ba", "1e3", "0x10", "12.34.567", "1.2345", ".5", "3 704 1"] {
            assert!(read_integer(bad, locale).is_err(), "{bad}");
        }
    }
    for ambiguous in ["3.704", "3,704", "3 704", "43,6", "1.000.000"] {
        assert!(matches!(read_integer(ambiguous, None), Err(Problem::Ambiguous { .. })), "{ambiguous}");
    }
}

#[test]
fn a_locale_says_what_separates_thousands() {
    let (vi, en) = (Some(Locale::Vi), Some(Locale::En));
    for (text, locale) in [("3.704", vi), ("3,704", en), ("3.704,00", vi), ("3,704.0", en), ("3704,0", vi)] {
        assert_eq!(read_integer(text, locale), Ok(3704), "{text}");
    }
    assert_eq!(read_integer("43.586.274.000", vi), Ok(43_586_274_000));
    for (text, locale) in [
        ("3,704", vi),
        ("3.704", en),
        ("43,6", vi),
        ("43.6", en),
        ("3.70", vi),
        ("3704.000", vi),
        ("3.704,", vi),
    ] {
        assert!(matches!(read_integer(text, locale), Err(Problem::Malformed { .. })), "{text}");
    }
}

#[test]
fn numbers_of_spreadsheets_are_whole_or_refused() {
    assert_eq!(integer(&Cell::of_number(3704.0), customs(None)), Ok(3704));
    assert_eq!(integer(&Cell::of_number(43_586_274_000.0), customs(None)), Ok(43_586_274_000));
    assert!(integer(&Cell::of_number(43.6), customs(None)).is_err());
    assert!(integer(&Cell::of_number(1e18), customs(None)).is_err());
    assert_eq!(text(&Cell::of_number(12.0)), Ok("12".to_owned()));
}

#[test]
fn errors_of_spreadsheets_are_no_values() {
    for fault in ["#N/A", "#REF!", "#DIV/0!", "#n/a"] {
        let cell = cell(fault);
        for refused in [
            text(&cell).err(),
            integer(&cell, customs(None)).err(),
            day(&cell, customs(None)).err(),
            flag(&cell).err(),
        ] {
            assert!(matches!(refused, Some(Problem::Malformed { .. })), "{fault}");
        }
    }
    assert_eq!(text(&cell("#1 of the plan")), Ok("#1 of the plan".to_owned()));
}

#[test]
fn text_is_composed_and_has_the_right_dyet() {
    assert_eq!(text(&cell("Ðơn tô\u{301} cáo")), Ok("Đơn tố cáo".to_owned()));
    assert_eq!(flag(&cell("Co\u{301}")), Ok(true));
}

#[test]
fn events_are_read_as_they_are_written() {
    let execution_date = Some(thidua_proto::Date { year: 2023, month: 5, day: 4 });
    let event = proto::Execution { execution_date, recovered_amount_vnd: 5, ..Default::default() };
    let events = vec![event, proto::Execution { completed: true, ..event }];
    let cell = (INSPECTION_EVENTS.write)(&events, Wording::Vi);
    assert_eq!((INSPECTION_EVENTS.read)(&cell, customs(None)), Ok(events));
    assert!((MATTER_EVENTS.write)(&Vec::new(), Wording::Fields).is_empty());
    assert_eq!((MATTER_EVENTS.read)(&Cell::Empty, customs(None)), Ok(Vec::new()));
    assert!((MATTER_EVENTS.read)(&Cell::of_text("5 triệu".into()), customs(None)).is_err());
}

proptest! {
    /// Whatever a number's text is, its readings never differ but for the separator's meaning; and none is invented.
    #[test]
    fn a_number_keeps_its_digits(text in "[0-9.,]{1,12}") {
        for locale in LOCALES {
            if let Ok(number) = read_integer(&text, locale) {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                let zeros = number.to_string();
                prop_assert!(digits.trim_start_matches('0').starts_with(zeros.trim_start_matches('0')));
                prop_assert!(locale.is_some() || text.chars().all(|c| c.is_ascii_digit()));
            }
        }
    }

    /// Without a locale, a day is read only where a locale could not change it.
    #[test]
    fn a_day_without_a_locale_has_one_reading(a in 1..32_u8, b in 1..32_u8) {
        let text = format!("{a}/{b}/2023");
        if let Ok(found) = read_day(&text, None) {
            prop_assert_eq!(read_day(&text, Some(Locale::Vi)), Ok(found));
            if let Ok(other) = read_day(&text, Some(Locale::En)) {
                prop_assert_eq!(other, found);
            }
        }
    }
}
