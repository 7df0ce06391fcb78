mod table;

use std::sync::LazyLock;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

static BUILT_IN: LazyLock<Workdays> =
    LazyLock::new(|| Workdays::parse(include_str!("../../../../data/holidays.toml")).unwrap());

pub(crate) fn built_in() -> Workdays {
    BUILT_IN.clone()
}

/// The built-in days and one more day off.
pub(crate) fn with_day_off(date: Date) -> Workdays {
    let mut more = built_in();
    let off = DayOff { label: Sentence::new("nghỉ thêm", "one more"), certainty: Certainty::Found };
    more.working.remove(&date);
    more.off.insert(date, off);
    more
}

#[test]
fn holidays_weekends_and_swapped_days_are_told_apart() {
    let workdays = built_in();
    let off = |year, month, day| workdays.day_off(date(year, month, day)).map(|off| off.label.english);
    assert_eq!(off(2024, 4, 26), None);
    assert_eq!(off(2024, 4, 27).as_deref(), Some("weekly day off"));
    assert_eq!(off(2024, 4, 29).as_deref(), Some("Day off swapped with 2024-05-04"));
    assert_eq!(off(2024, 4, 30).as_deref(), Some("Victory Day"));
    assert_eq!(off(2024, 5, 4), None, "a Saturday worked in exchange");
    assert_eq!(off(2031, 9, 2).as_deref(), Some("National Day"));
    assert!(workdays.knows(2024) && !workdays.knows(2031));
}

#[test]
fn working_days_pass_over_days_off() {
    let workdays = built_in();
    // Eight working days before Tết and its nine days off in a row.
    assert_eq!(workdays.add_working_days(date(2025, 1, 23), 1), date(2025, 1, 24));
    assert_eq!(workdays.add_working_days(date(2025, 1, 24), 1), date(2025, 2, 3));
    assert_eq!(workdays.add_working_days(date(2024, 4, 26), 3), date(2024, 5, 4));
    assert_eq!(workdays.add_working_days(date(2024, 4, 27), 0), date(2024, 4, 27));
    assert_eq!(workdays.working_day_from(date(2024, 4, 27)), date(2024, 5, 2));
    assert_eq!(Workdays::add_calendar_days(date(2023, 3, 3), 30), date(2023, 4, 2));
    assert_eq!(Workdays::add_calendar_days(Date::MAX, 30), Date::MAX);
}

#[test]
fn data_that_cannot_be_is_refused() {
    let top = "version = \"1\"\nweekend = [\"sunday\"]\nweekend_source = \"s\"\n";
    let day = |first: &str, last: &str, working: bool| {
        format!(
            "[[day]]\ncode = \"{first}\"\nfirst_date = {first}\nlast_date = {last}\nworking = {working}\n\
             display_name = \"a\"\ndisplay_name_en = \"b\"\nsource = \"c\"\ncertainty = \"found\"\n"
        )
    };
    assert!(Workdays::parse(&format!("{top}{}", day("2024-04-29", "2024-05-01", false))).is_ok());
    for (text, problem) in [
        (top.replace("sunday", "domingo"), "no day of the week"),
        (top.replace("\"s\"", "\"\""), "needs a source"),
        (
            top.replace(
                "\"sunday\"",
                "\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\", \"saturday\", \"sunday\"",
            ),
            "leave a day for work",
        ),
        (format!("{top}{}", day("2024-05-01", "2024-04-29", false)), "must last"),
        (format!("{top}{}", day("2024-01-01", "2024-12-31", false)), "must last"),
        (format!("{top}{}", day("2024-02-30", "2024-02-30", false)), ""),
        (
            format!(
                "{top}{}{}",
                day("2024-05-01", "2024-05-03", false),
                day("2024-05-02", "2024-05-02", true)
            ),
            "2024-05-02 is both off and worked",
        ),
        (
            format!("{top}{}", day("2024-05-01", "2024-05-01", false).replace("\"c\"", "\"\"")),
            "has no source",
        ),
        (
            format!(
                "{top}[[annual]]\ncode = \"x\"\nmonth = 2\nday = 30\nfirst_year = 2000\ndisplay_name = \"a\"\n\
                 display_name_en = \"b\"\nsource = \"c\"\ncertainty = \"found\"\n"
            ),
            "on no day of the year",
        ),
    ] {
        let refusal = Workdays::parse(&text).unwrap_err();
        assert!(refusal.contains(problem), "{refusal}");
    }
}

fn some_day() -> impl Strategy<Value = Date> {
    (0_i32..2_900).prop_map(|days| date(2021, 6, 1).saturating_add(Span::new().days(days)))
}

proptest! {
    #[test]
    fn so_many_working_days_lie_between(from in some_day(), days in 0_u32..60) {
        let workdays = built_in();
        let last = workdays.add_working_days(from, days);
        let between = from.series(Span::new().days(1)).skip(1).take_while(|date| *date <= last);
        let worked = between.filter(|date| workdays.is_working_day(*date)).count();
        prop_assert_eq!(worked, usize::try_from(days).unwrap());
        prop_assert!(days == 0 || workdays.is_working_day(last));
    }

    #[test]
    fn later_days_lead_to_later_days(from in some_day(), later in 0_u32..30, days in 0_u32..60) {
        let workdays = built_in();
        let then = Workdays::add_calendar_days(from, later);
        prop_assert!(workdays.add_working_days(from, days) <= workdays.add_working_days(then, days));
        prop_assert!(workdays.working_day_from(from) <= workdays.working_day_from(then));
    }

    #[test]
    fn one_more_day_off_makes_nothing_earlier(from in some_day(), off in some_day(), days in 0_u32..60) {
        let (workdays, more) = (built_in(), with_day_off(off));
        prop_assert!(workdays.add_working_days(from, days) <= more.add_working_days(from, days));
        prop_assert!(workdays.working_day_from(from) <= more.working_day_from(from));
    }
}
