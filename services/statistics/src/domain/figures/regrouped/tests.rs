use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::units::error::UnitError;
use crate::domain::units::share::{Parts, Share};
use crate::domain::units::structure::{ShownUnit, Structure, sources};
use crate::domain::units::succession::{Portion, Reorganisation, Successor, succeed};
use crate::domain::units::unit::{Unit, Units};

fn name(id: &str) -> UnitName {
    format!("units/{id}").parse().unwrap()
}

fn unit(display_name: &str, open_date: Date) -> Unit {
    Unit {
        display_name: display_name.to_owned(),
        display_name_en: String::new(),
        aliases: Vec::new(),
        superior: None,
        open_date,
        close_date: None,
        codes: Vec::new(),
        predecessors: Vec::new(),
        successors: Vec::new(),
    }
}

fn units(ids: &[&str]) -> Units {
    ids.iter().map(|id| (name(id), unit(id, date(1997, 1, 1)))).collect()
}

/// Records that units take over on a day; those that are not there are opened.
fn take_over(units: &mut Units, day: Date, portions: &[(&str, &str, i64, i64)]) {
    let mut plan = Reorganisation {
        predecessors: Vec::new(),
        successors: Vec::new(),
        effective_date: day,
        portions: Vec::new(),
    };
    for (from, to, numerator, denominator) in portions {
        let (predecessor, successor) = (name(from), name(to));
        if !plan.predecessors.contains(&predecessor) {
            plan.predecessors.push(predecessor.clone());
        }
        if !plan.successors.iter().any(|one| one.name == successor) {
            let opened = (!units.contains_key(&successor)).then(|| unit(to, day));
            plan.successors.push(Successor { name: successor.clone(), opened });
        }
        let parts = Parts::new(*numerator, *denominator).unwrap();
        plan.portions.push(Portion { predecessor, successor, parts });
    }
    units.extend(succeed(units, &plan).unwrap());
}

/// What a unit recorded: amounts by day.
#[derive(Debug, Default, Clone)]
struct Daily(Vec<(Date, i64)>);

impl Sums for Daily {
    fn within(&self, _: &str, first: Date, last: Date) -> i64 {
        self.0.iter().filter(|(day, _)| first <= *day && *day <= last).map(|(_, amount)| amount).sum()
    }

    fn up_to(&self, _: &str, day: Date) -> i64 {
        self.within("", Date::MIN, day)
    }
}

type Records = BTreeMap<UnitName, Daily>;

fn within(records: &Records, shown: &ShownUnit, first: Date, last: Date) -> i64 {
    RegroupedSums::new(&shown.sources, |unit| records.get(unit)).within("x", first, last)
}

/// Units with their amounts over all days.
fn amounts(units: &Units, records: &Records, structure: Structure) -> Vec<(String, i64)> {
    let shown = sources(units, &[], structure).unwrap();
    let days = (date(1900, 1, 1), date(2199, 12, 31));
    shown.iter().map(|one| (one.unit.unit.to_string(), within(records, one, days.0, days.1))).collect()
}

fn of(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
    pairs.iter().map(|(id, amount)| ((*id).to_owned(), *amount)).collect()
}

fn now(on: Date) -> Structure {
    Structure::AsNow { on }
}

#[test]
fn a_merger_adds_and_a_split_shares_out() {
    let mut units = units(&["bac-giang", "bac-ninh", "huyen"]);
    take_over(&mut units, date(2025, 7, 1), &[("bac-giang", "tinh", 1, 1), ("bac-ninh", "tinh", 1, 1)]);
    let parts = [("huyen", "tinh", 2, 10), ("huyen", "xa-a", 5, 10), ("huyen", "xa-b", 3, 10)];
    take_over(&mut units, date(2025, 8, 1), &parts);
    let on = |amount| Daily(vec![(date(2024, 1, 1), amount)]);
    let records = Records::from([
        (name("bac-giang"), on(100)),
        (name("bac-ninh"), on(20)),
        (name("huyen"), on(9)),
        (name("tinh"), Daily(vec![(date(2025, 9, 1), 1)])),
    ]);
    let then =
        of(&[("bac-giang", 100), ("bac-ninh", 20), ("huyen", 9), ("tinh", 1), ("xa-a", 0), ("xa-b", 0)]);
    assert_eq!(amounts(&units, &records, Structure::AsThen), then);
    // 1.8, 4.5 and 2.7 of 9: the nearest, of which only the tie at 4.5 has to yield.
    let expected = of(&[("tinh", 100 + 20 + 1 + 2), ("xa-a", 4), ("xa-b", 3)]);
    assert_eq!(amounts(&units, &records, now(date(2025, 8, 1))), expected);
    let expected = of(&[("huyen", 9), ("tinh", 121), ("xa-a", 0), ("xa-b", 0)]);
    assert_eq!(amounts(&units, &records, now(date(2025, 7, 31))), expected);
    let early = amounts(&units, &records, now(date(2025, 6, 30)));
    assert_eq!(early, then, "before the first succession everything is as it was");
}

#[test]
fn shares_multiply_along_the_line_and_meet_again() {
    let mut units = units(&["a"]);
    take_over(&mut units, date(2001, 1, 1), &[("a", "b", 2, 3), ("a", "c", 1, 3)]);
    take_over(&mut units, date(2002, 1, 1), &[("b", "d", 3, 4), ("b", "e", 1, 4)]);
    take_over(&mut units, date(2003, 1, 1), &[("c", "d", 1, 1)]);
    let shown = sources(&units, &[name("d")], now(date(2003, 1, 1))).unwrap();
    let told: Vec<_> = shown[0]
        .sources
        .iter()
        .map(|source| {
            let share = source.place.share();
            (source.unit.unit.to_string(), share.numerator(), share.denominator())
        })
        .collect();
    let expected = [("a", 5, 6), ("b", 3, 4), ("c", 1, 1), ("d", 1, 1)];
    assert_eq!(told, expected.map(|(id, numerator, denominator)| (id.to_owned(), numerator, denominator)));
}

#[test]
fn a_unit_that_goes_on_shares_its_earlier_days_only() {
    let mut units = units(&["a"]);
    take_over(&mut units, date(2001, 1, 1), &[("a", "a", 6, 10), ("a", "b", 4, 10)]);
    take_over(&mut units, date(2002, 1, 1), &[("a", "a", 1, 2), ("a", "c", 1, 2)]);
    let amount = |day, amount| (day, amount);
    let records = Records::from([(
        name("a"),
        Daily(vec![
            amount(date(2000, 12, 31), 100),
            amount(date(2001, 1, 1), 10),
            amount(date(2002, 1, 1), 1),
        ]),
    )]);
    let expected = of(&[("a", 30 + 5 + 1), ("b", 40), ("c", 30 + 5)]);
    assert_eq!(amounts(&units, &records, now(date(2002, 1, 1))), expected);
    let expected = of(&[("a", 60 + 10 + 1), ("b", 40), ("c", 0)]);
    assert_eq!(amounts(&units, &records, now(date(2001, 6, 1))), expected);
}

#[test]
fn units_that_are_gone_are_not_told_and_those_that_just_ended_are() {
    let mut units = units(&["a", "b", "c"]);
    take_over(&mut units, date(2001, 1, 1), &[("a", "b", 1, 1)]);
    units.get_mut(&name("c")).unwrap().close_date = Some(date(2000, 1, 1));
    let shown = |asked: &[UnitName], on| {
        sources(&units, asked, now(on)).map(|shown| shown.into_iter().map(|one| one.unit).collect::<Vec<_>>())
    };
    assert_eq!(shown(&[], date(2001, 1, 1)).unwrap(), [name("b"), name("c")]);
    let gone = shown(&[name("b"), name("a")], date(2001, 1, 1));
    assert!(matches!(&gone, Err(UnitError::Closed { unit, .. }) if *unit == name("a")), "{gone:?}");
    assert_eq!(shown(&[name("a")], date(2000, 12, 31)).unwrap(), [name("a")]);
    assert!(matches!(shown(&[name("x")], date(2001, 1, 1)), Err(UnitError::NotFound { .. })));
}

/// One reorganisation of a random history: its kind, whom it meets, and weights.
type Step = (u8, usize, usize, [i64; 3]);

fn history(steps: &[Step]) -> Units {
    let mut all = units(&["u0", "u1", "u2", "u3"]);
    let mut day = date(2000, 1, 1);
    for (at, (kind, first, second, weights)) in steps.iter().enumerate() {
        day = day.saturating_add(100.days());
        let eve = day.yesterday().unwrap();
        let here: Vec<String> = all
            .iter()
            .filter(|(_, unit)| unit.exists_on(eve))
            .map(|(name, _)| name.unit.to_string())
            .collect();
        let (a, b) = (here[first % here.len()].as_str(), here[second % here.len()].as_str());
        let new = [format!("n{at}a"), format!("n{at}b"), format!("n{at}c")];
        let whole: i64 = weights.iter().sum();
        let parts = |to: [&str; 3]| [0, 1, 2].map(|one| (a, to[one].to_owned(), weights[one], whole));
        let portions: Vec<(&str, String, i64, i64)> = match kind {
            0 => vec![(a, new[0].clone(), 1, 1)],
            1 if a != b => vec![(a, new[0].clone(), 1, 1), (b, new[0].clone(), 1, 1)],
            2 if a != b => vec![(a, b.to_owned(), 1, 1)],
            3 => parts([&new[0], &new[1], &new[2]]).to_vec(),
            4 => parts([a, &new[0], &new[1]]).to_vec(),
            5 if a != b => parts([a, b, &new[0]]).to_vec(),
            _ => continue,
        };
        let portions: Vec<_> = portions.iter().map(|(from, to, n, d)| (*from, to.as_str(), *n, *d)).collect();
        take_over(&mut all, day, &portions);
    }
    all
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let weights = [0_i64..30, 0_i64..30, 1_i64..30];
    prop::collection::vec((0_u8..6, 0_usize..9, 0_usize..9, weights), 0..8)
}

fn recorded(units: &Units, amounts: &[(usize, i32, i64)]) -> Records {
    let names: Vec<&UnitName> = units.keys().collect();
    let mut records: Records = units.keys().map(|unit| (unit.clone(), Daily::default())).collect();
    for (unit, offset, amount) in amounts {
        let unit = names[unit % names.len()];
        records.get_mut(unit).unwrap().0.push((day(*offset), *amount));
    }
    records
}

fn day(offset: i32) -> Date {
    date(2000, 1, 1).saturating_add(offset.days())
}

proptest! {
    #[test]
    fn the_total_is_the_same_as_then_and_as_now(
        steps in steps(),
        amounts in prop::collection::vec((0_usize..30, -50_i32..1000, -20_i64..40), 0..40),
        days in [-50_i32..1000, -50_i32..1000, -50_i32..1000],
    ) {
        let units = history(&steps);
        let records = recorded(&units, &amounts);
        let (first, last) = (day(days[0].min(days[1])), day(days[0].max(days[1])));
        let total = |structure| -> i64 {
            sources(&units, &[], structure).unwrap().iter().map(|one| within(&records, one, first, last)).sum()
        };
        prop_assert_eq!(total(now(day(days[2]))), total(Structure::AsThen));
        prop_assert_eq!(total(now(Date::MAX)), total(Structure::AsThen));
        // As then each unit has its own records, whatever was recorded of it since.
        for one in sources(&units, &[], Structure::AsThen).unwrap() {
            prop_assert_eq!(within(&records, &one, first, last), records[&one.unit].within("x", first, last));
        }
    }

    #[test]
    fn windows_add_and_nothing_is_taken_back(
        steps in steps(),
        amounts in prop::collection::vec((0_usize..30, -50_i32..1000, 0_i64..5), 0..40),
        split in 0_i32..900,
    ) {
        let units = history(&steps);
        let records = recorded(&units, &amounts);
        for one in sources(&units, &[], now(Date::MAX)).unwrap() {
            let part = |first: i32, last: i32| within(&records, &one, day(first), day(last));
            prop_assert_eq!(part(-60, split) + part(split + 1, 1000), part(-60, 1000));
            let sums = RegroupedSums::new(&one.sources, |unit| records.get(unit));
            prop_assert_eq!(sums.up_to("x", day(split)) + part(split + 1, 1000), sums.up_to("x", day(1000)));
            prop_assert!(part(split, split + 30) >= 0 && part(split, split) >= 0);
        }
    }

    #[test]
    fn every_share_of_every_unit_goes_somewhere(steps in steps()) {
        let units = history(&steps);
        let mut found: BTreeMap<(UnitName, Option<Date>), Share> = BTreeMap::new();
        for source in sources(&units, &[], now(Date::MAX)).unwrap().into_iter().flat_map(|one| one.sources) {
            let sum = found.entry((source.unit, source.first)).or_insert(Share::NONE);
            *sum = sum.and(source.place.share()).unwrap();
        }
        prop_assert!(found.values().all(|share| *share == Share::WHOLE));
    }
}
