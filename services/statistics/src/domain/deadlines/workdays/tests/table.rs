//! The days of 2021 to 2026, one by one, against a table that was copied from the notices by hand.

use std::collections::BTreeMap;

use super::*;

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/holidays-2021-2026.csv"));

/// Whether a day that is no ordinary one is worked, and how sure that is.
fn table() -> BTreeMap<Date, (bool, Certainty)> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        let [day, kind, source, certainty] = cells[..] else { panic!("{row}") };
        assert!(!source.is_empty(), "{row}");
        let worked = match kind {
            "worked" => true,
            "off" => false,
            other => panic!("{other}"),
        };
        let certainty = match certainty {
            "found" => Certainty::Found,
            "second-hand" => Certainty::SecondHand,
            other => panic!("{other}"),
        };
        (day.parse().unwrap(), (worked, certainty))
    })
    .collect()
}

#[test]
fn every_day_of_2021_to_2026_is_as_the_notices_say() {
    let (workdays, table) = (built_in(), table());
    assert_eq!(table.len(), 75);
    let days = date(2021, 1, 1).series(Span::new().days(1)).take_while(|day| day.year() <= 2026);
    let mut looked_at = 0;
    for day in days {
        let weekend = [Weekday::Saturday, Weekday::Sunday].contains(&day.weekday());
        let expected = table.get(&day).map_or(!weekend, |(worked, _)| *worked);
        assert_eq!(workdays.is_working_day(day), expected, "{day} {:?}", workdays.day_off(day));
        if let (Some((false, certainty)), Some(off)) = (table.get(&day), workdays.day_off(day)) {
            // A fixed date is in the Labour Code itself, whatever the notice of the year was read in.
            assert!(off.certainty <= *certainty, "{day}");
        }
        looked_at += 1;
    }
    assert_eq!(looked_at, 2191);
    assert!((2021..=2026).all(|year| workdays.knows(year)));
    assert!(!workdays.knows(2020) && !workdays.knows(2027), "their notices were not found");
}

#[test]
fn culture_day_is_off_from_2026_and_the_swap_beside_it_is_only_proposed() {
    let workdays = built_in();
    assert!(workdays.is_working_day(date(2025, 11, 24)));
    assert!(!workdays.is_working_day(date(2026, 11, 24)));
    // On a Sunday in 2030: it is not made up for, unlike the holidays of the Labour Code.
    assert!(workdays.is_working_day(date(2030, 11, 25)));
    let proposed: Vec<Date> =
        workdays.proposals(date(2021, 1, 1), date(2027, 12, 31)).map(|(day, _)| day).collect();
    assert_eq!(proposed, [date(2026, 11, 23), date(2026, 11, 28)]);
    assert!(workdays.is_working_day(date(2026, 11, 23)) && !workdays.is_working_day(date(2026, 11, 28)));
}
