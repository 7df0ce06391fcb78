use super::*;
use crate::domain::records::sums;

/// The codes that were published before sums became measures: they are there for ever, with the meaning that they had.
const OLD_CODES: [&str; 89] = [
    "inspections.conducted",
    "inspections.conducted.administrative",
    "inspections.conducted.specialised",
    "inspections.conducted.check",
    "inspections.planned",
    "inspections.unplanned",
    "inspections.thematic",
    "inspections.reinspections",
    "inspections.concluded",
    "inspections.inspected_units",
    "inspections.recovery_amount",
    "inspections.recovery_area",
    "inspections.other_amount",
    "inspections.other_area",
    "inspections.handled_organisations",
    "inspections.handled_persons",
    "inspections.referred_cases",
    "inspections.referred_persons",
    "inspections.policy_documents",
    "inspections.economic_amount",
    "inspections.open",
    "receptions.visits",
    "receptions.visits.regular",
    "receptions.visits.head",
    "receptions.visits.delegated",
    "receptions.people",
    "receptions.people.regular",
    "receptions.people.head",
    "receptions.people.delegated",
    "receptions.first_time_matters",
    "receptions.first_time_matters.regular",
    "receptions.first_time_matters.head",
    "receptions.first_time_matters.delegated",
    "receptions.repeat_matters",
    "receptions.repeat_matters.regular",
    "receptions.repeat_matters.head",
    "receptions.repeat_matters.delegated",
    "receptions.groups",
    "receptions.groups.regular",
    "receptions.groups.head",
    "receptions.groups.delegated",
    "receptions.group_people",
    "receptions.group_people.regular",
    "receptions.group_people.head",
    "receptions.group_people.delegated",
    "receptions.matters",
    "petitions.received",
    "petitions.received.complaint",
    "petitions.received.denunciation",
    "petitions.received.proposal",
    "petitions.processed",
    "petitions.processed.complaint",
    "petitions.processed.denunciation",
    "petitions.processed.proposal",
    "petitions.qualified",
    "petitions.qualified.complaint",
    "petitions.qualified.denunciation",
    "petitions.qualified.proposal",
    "petitions.within_competence",
    "petitions.within_competence.complaint",
    "petitions.within_competence.denunciation",
    "petitions.within_competence.proposal",
    "petitions.outside_competence",
    "petitions.outside_competence.complaint",
    "petitions.outside_competence.denunciation",
    "petitions.outside_competence.proposal",
    "petitions.jointly_signed",
    "petitions.accepted",
    "petitions.guided",
    "petitions.forwarded",
    "petitions.urged",
    "petitions.returned",
    "petitions.stored",
    "petitions.carried_over",
    "petitions.pending",
    "matters.accepted",
    "matters.resolved",
    "matters.accepted.complaint",
    "matters.resolved.complaint",
    "matters.accepted.denunciation",
    "matters.resolved.denunciation",
    "matters.accepted.proposal",
    "matters.resolved.proposal",
    "matters.resolved_in_time",
    "matters.resolved_late",
    "matters.carried_over",
    "matters.pending",
    "matters.to_resolve",
    "matters.resolution_rate",
];

#[test]
fn the_built_in_measures_hold() {
    let catalogue = Catalogue::parse(BUILT_IN).unwrap();
    for measure in catalogue.all() {
        assert!(!measure.definition.is_empty() && !measure.source.is_empty(), "{}", measure.code);
        assert_ne!(measure.display_name, measure.display_name_en, "{}", measure.code);
    }
}

#[test]
fn no_code_was_lost() {
    let catalogue = Catalogue::parse(BUILT_IN).unwrap();
    for code in OLD_CODES {
        assert!(catalogue.get(code).is_some(), "{code}");
    }
}

#[test]
fn every_sum_is_a_measure_of_its_own() {
    let catalogue = Catalogue::parse(BUILT_IN).unwrap();
    for code in sums::all() {
        let formula = &catalogue.get(code).unwrap_or_else(|| panic!("{code}")).formula;
        assert_eq!(formula, &Formula::Flow { window: vec![(*code).to_owned()] }, "{code}");
    }
}

#[test]
fn labels_tell_measures_apart() {
    let catalogue = Catalogue::parse(BUILT_IN).unwrap();
    for label in [|m: &Measure| m.display_name.clone(), |m: &Measure| m.display_name_en.clone()] {
        let mut seen = BTreeMap::new();
        for measure in catalogue.all() {
            if let Some(other) = seen.insert(label(measure), &measure.code) {
                panic!("{} and {other} are both {}", measure.code, label(measure));
            }
        }
    }
}

#[test]
fn patterns_are_kept_written_out() {
    let catalogue = Catalogue::parse(BUILT_IN).unwrap();
    let window = |code: &str| {
        let Formula::Flow { window } = &catalogue.get(code).unwrap().formula else { panic!("{code}") };
        window.clone()
    };
    let signers = ["joint", "other", "single"];
    assert_eq!(
        window("petitions.received.complaint"),
        signers.map(|signers| format!("petitions.received.complaint.{signers}"))
    );
    assert_eq!(window("petitions.received").len(), 9);
    assert_eq!(window("matters.resolved").len(), 30);
    let Formula::Stock { before, before_less, .. } = &catalogue.get("matters.carried_over").unwrap().formula
    else {
        panic!()
    };
    assert_eq!((before.len(), before_less.len()), (6, 30));
}

/// A file with one measure or family, of which only the code and the formula matter.
fn file(kind: &str, code: &str, formula: &str) -> String {
    format!(
        r#"version = "1"
        [[dimension]]
        code = "mode"
        [[dimension.value]]
        code = "regular"
        display_name = "một"
        display_name_en = "one"
        [[dimension.value]]
        code = "head"
        display_name = "hai"
        display_name_en = "two"
        [[dimension]]
        code = "nothing"
        value = []
        [[{kind}]]
        code = "{code}"
        display_name = "A"
        display_name_en = "B"
        unit_of_measure = "1"
        definition = "d"
        source = "s"
        certainty = "found"
        {formula}"#
    )
}

#[test]
fn a_family_is_a_measure_of_each_value() {
    let window = r#"kind = "flow"
        window = ["receptions.visits.{mode}"]"#;
    let text = file("family", "x.{mode}", window)
        .replace("\"A\"", "\"A ({mode})\"")
        .replace("\"d\"", "\"d, {mode} only\"");
    let catalogue = Catalogue::parse(&text).unwrap();
    assert_eq!(catalogue.all().count(), 2);
    let head = catalogue.get("x.head").unwrap();
    assert_eq!((head.display_name.as_str(), head.definition.as_str()), ("A (hai)", "d, two only"));
    assert_eq!(head.formula, Formula::Flow { window: vec!["receptions.visits.head".to_owned()] });
}

#[test]
fn a_measure_that_cannot_be_computed_is_refused() {
    let flow = |window: &str| format!("kind = \"flow\"\nwindow = {window}");
    let ratio = "kind = \"ratio\"\nnumerator = \"x\"\ndenominator = \"y\"".to_owned();
    for (kind, code, formula, expected) in [
        ("measure", "a", ratio, "measures: `a` needs `x`, a flow or stock"),
        ("measure", "a", flow("[]"), "measures: `a` adds nothing"),
        ("measure", "a", "kind = \"stock\"".to_owned(), "measures: `a` adds nothing"),
        (
            "measure",
            "a",
            flow(r#"["receptions.visits.none"]"#),
            "measures: `a` needs `receptions.visits.none`, to which no record adds",
        ),
        (
            "measure",
            "a",
            flow(r#"["receptions.visits"]"#),
            "measures: `a` needs `receptions.visits`, to which no record adds",
        ),
        (
            "measure",
            "a",
            flow(r#"["receptions.visits.*.*"]"#),
            "measures: `a` needs `receptions.visits.*.*`, to which no record adds",
        ),
        (
            "measure",
            "a",
            flow(r#"["receptions.visits.head", "receptions.visits.*"]"#),
            "measures: `a` adds `receptions.visits.head` twice",
        ),
        (
            "family",
            "a.{mode}",
            flow(r#"["receptions.visits.{signers}"]"#),
            "measures: the family `a.{mode}` has a dimension that is not known, or not in its code: `receptions.visits.{signers}`",
        ),
        ("family", "a", flow("[]"), "measures: the family `a` has no dimension in its code"),
        (
            "family",
            "a.{nothing}",
            flow("[]"),
            "measures: the family `a.{nothing}` has a dimension without values",
        ),
    ] {
        assert_eq!(Catalogue::parse(&file(kind, code, &formula)).unwrap_err(), expected);
    }
    let twice = file("measure", "a", &flow(r#"["receptions.visits.*"]"#));
    let again = twice.split_once("[[measure]]").unwrap().1;
    assert_eq!(
        Catalogue::parse(&format!("{twice}\n[[measure]]{again}")).unwrap_err(),
        "measures: `a` is defined twice"
    );
    assert!(Catalogue::parse("version = 1").is_err());
}
