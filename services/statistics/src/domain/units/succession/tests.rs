use jiff::civil::date;

use super::*;
use crate::domain::units::unit::succeeded_wholly;

fn name(id: &str) -> UnitName {
    format!("units/{id}").parse().unwrap()
}

fn unit(display_name: &str) -> Unit {
    Unit {
        display_name: display_name.to_owned(),
        display_name_en: String::new(),
        aliases: Vec::new(),
        superior: None,
        open_date: date(1997, 1, 1),
        close_date: None,
        codes: Vec::new(),
        predecessors: Vec::new(),
        successors: Vec::new(),
    }
}

fn three() -> Units {
    ["a", "b", "c"].map(|id| (name(id), unit(id))).into()
}

const DAY: Date = date(2025, 7, 1);
const EVE: Date = date(2025, 6, 30);

fn opened(id: &str) -> Successor {
    Successor { name: name(id), opened: Some(Unit { open_date: DAY, ..unit(&format!("new {id}")) }) }
}

fn there(id: &str) -> Successor {
    Successor { name: name(id), opened: None }
}

fn plan(
    predecessors: &[&str],
    successors: Vec<Successor>,
    portions: &[(&str, &str, i64, i64)],
) -> Reorganisation {
    let portion = |(predecessor, successor, numerator, denominator): &(&str, &str, i64, i64)| Portion {
        predecessor: name(predecessor),
        successor: name(successor),
        parts: Parts::new(*numerator, *denominator).unwrap(),
    };
    Reorganisation {
        predecessors: predecessors.iter().map(|id| name(id)).collect(),
        successors,
        effective_date: DAY,
        portions: portions.iter().map(portion).collect(),
    }
}

#[track_caller]
fn refused(units: &Units, plan: &Reorganisation) -> (UnitName, Problem) {
    match succeed(units, plan) {
        Err(UnitError::SuccessionInvalid { unit, problem }) => (unit, problem),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_merger_closes_the_old_and_opens_the_new() {
    let after = succeed(&three(), &plan(&["a", "b"], vec![opened("d")], &[])).unwrap();
    assert_eq!(after.keys().cloned().collect::<Vec<_>>(), [name("a"), name("b"), name("d")]);
    for old in ["a", "b"] {
        assert_eq!(after[&name(old)].close_date, Some(EVE));
        assert_eq!(after[&name(old)].successors, [name("d")]);
    }
    let new = &after[&name("d")];
    assert_eq!((new.open_date, new.successors.len()), (DAY, 0));
    let from = |id: &str| Succession { predecessor: name(id), effective_date: DAY, parts: Parts::WHOLE };
    assert_eq!(new.predecessors, [from("a"), from("b")]);
}

#[test]
fn a_new_unit_may_have_the_name_of_the_old_one() {
    let again = Successor { name: name("d"), opened: Some(Unit { open_date: DAY, ..unit("a") }) };
    assert!(succeed(&three(), &plan(&["a", "b"], vec![again.clone()], &[])).is_ok());
    // Not of one that goes on.
    let taken = succeed(&three(), &plan(&["b"], vec![again], &[]));
    assert!(matches!(taken, Err(UnitError::NameTaken { .. })), "{taken:?}");
}

#[test]
fn a_unit_that_succeeds_itself_goes_on() {
    let split = plan(&["a"], vec![there("a"), opened("d")], &[("a", "a", 7, 10), ("a", "d", 3, 10)]);
    let after = succeed(&three(), &split).unwrap();
    let (old, new) = (&after[&name("a")], &after[&name("d")]);
    assert_eq!((old.close_date, &old.successors), (None, &vec![name("a"), name("d")]));
    assert_eq!((old.predecessors.len(), new.predecessors.len()), (1, 1));
    assert_eq!(succeeded_wholly(&after, &name("a")), None);
    assert_eq!(split.closing().count(), 0);
}

#[test]
fn shares_must_add_up_for_every_predecessor() {
    let two = || vec![opened("d"), opened("e")];
    let problem = |successors, portions: &[_]| refused(&three(), &plan(&["a"], successors, portions));
    assert_eq!(problem(two(), &[]), (name("a"), Problem::NoShares));
    let nine = [("a", "d", 5, 10), ("a", "e", 4, 10)];
    assert_eq!(problem(two(), &nine), (name("a"), Problem::DoNotAddUp(9, 10)));
    let mixed = [("a", "d", 5, 10), ("a", "e", 1, 2)];
    assert_eq!(problem(two(), &mixed), (name("a"), Problem::Denominators));
    assert_eq!(problem(two(), &[("a", "d", 1, 1)]), (name("e"), Problem::NoPredecessor));
    let itself = [("a", "a", 1, 1)];
    assert_eq!(problem(vec![there("a")], &itself), (name("a"), Problem::OnlyItself));
    assert_eq!(problem(vec![there("a")], &[]), (name("a"), Problem::OnlyItself));
    let second = plan(&["a", "b"], two(), &[("a", "d", 1, 2), ("a", "e", 1, 2)]);
    assert_eq!(refused(&three(), &second), (name("b"), Problem::NoShares));
    // To have nothing of the figures is allowed, when it is said.
    assert!(succeed(&three(), &plan(&["a"], two(), &[("a", "d", 1, 1), ("a", "e", 0, 1)])).is_ok());
}

#[test]
fn what_is_recorded_later_takes_effect_later() {
    let mut units = three();
    units.extend(succeed(&units, &plan(&["a"], vec![there("b")], &[])).unwrap());
    let on = |effective_date, predecessor: &str| Reorganisation {
        effective_date,
        ..plan(&[predecessor], vec![there("c")], &[])
    };
    // Closed: it does not exist on any later eve.
    assert_eq!(
        refused(&units, &on(date(2026, 1, 1), "a")),
        (name("a"), Problem::NotThere(date(2025, 12, 31)))
    );
    assert_eq!(refused(&units, &on(DAY, "a")), (name("a"), Problem::MovedOn(DAY)));
    // What it took over on a day cannot be passed on that day or before.
    assert_eq!(refused(&units, &on(DAY, "b")), (name("b"), Problem::MovedOn(DAY)));
    assert_eq!(refused(&units, &on(EVE, "b")), (name("b"), Problem::MovedOn(DAY)));
    assert!(succeed(&units, &on(date(2025, 7, 2), "b")).is_ok());
    assert_eq!(refused(&units, &on(date(1997, 1, 1), "c")).0, name("c"));
    // A unit that has ended takes nothing over.
    let to_ended = Reorganisation { effective_date: date(2026, 1, 1), ..plan(&["c"], vec![there("a")], &[]) };
    assert_eq!(refused(&units, &to_ended), (name("a"), Problem::NotThere(date(2026, 1, 1))));
}

#[test]
fn units_must_be_there_or_be_opened() {
    let none = succeed(&three(), &plan(&["x"], vec![opened("d")], &[]));
    assert!(matches!(none, Err(UnitError::NotFound { .. })), "{none:?}");
    let none = succeed(&three(), &plan(&["a"], vec![there("x")], &[]));
    assert!(matches!(none, Err(UnitError::NotFound { .. })), "{none:?}");
    let taken = succeed(&three(), &plan(&["a"], vec![opened("b")], &[]));
    assert!(matches!(taken, Err(UnitError::AlreadyExists { .. })), "{taken:?}");
}

#[test]
fn shares_stay_exact_or_are_refused() {
    let mut units = three();
    let fine = 999_999_937;
    let split = |from: &str, day: Date, id: &str| {
        let successors = vec![
            there(from),
            Successor { name: name(id), opened: Some(Unit { open_date: day, ..unit(id) }) },
        ];
        let portions = [(from, id, 1, fine), (from, from, fine - 1, fine)];
        Reorganisation { effective_date: day, ..plan(&[from], successors, &portions) }
    };
    for (day, id) in [(date(2001, 1, 1), "d"), (date(2002, 1, 1), "e")] {
        units.extend(succeed(&units, &split("a", day, id)).unwrap());
    }
    assert_eq!(refused(&units, &split("a", date(2003, 1, 1), "f")), (name("a"), Problem::TooFine));
}

#[test]
fn a_succeeded_unit_keeps_its_days() {
    let mut units = three();
    units.extend(succeed(&units, &plan(&["a", "b"], vec![opened("d")], &[])).unwrap());
    let fits = |id: &str, change: &dyn Fn(&mut Unit)| {
        let mut unit = units[&name(id)].clone();
        change(&mut unit);
        match fit(&units, &name(id), &unit) {
            Ok(()) => None,
            Err(UnitError::SuccessionInvalid { problem, .. }) => Some(problem),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(fits("a", &|unit| unit.display_name = "A".to_owned()), None);
    assert_eq!(fits("a", &|unit| unit.close_date = None), Some(Problem::StillThere(DAY)));
    assert_eq!(fits("a", &|unit| unit.close_date = Some(date(2025, 1, 1))), Some(Problem::NotThere(EVE)));
    assert_eq!(fits("d", &|unit| unit.open_date = date(2025, 8, 1)), Some(Problem::NotThere(DAY)));
    assert_eq!(fits("d", &|unit| unit.close_date = Some(date(2030, 1, 1))), None);
}
