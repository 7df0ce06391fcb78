use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::deadlines::facts::Circumstances;
use crate::domain::records::arbitrary::{
    self, BASES, BRANCHES, HANDLINGS, INSTANCES, KINDS, MODES, OUTCOMES, PRIORS, SUBJECTS,
};
use crate::domain::records::inspection::{self, Conclusion, Inspection};
use crate::domain::records::matter::{self, Matter, Resolution, Results};
use crate::domain::records::petition::{Competence, Petition, Processing};
use crate::domain::records::quantity::{SquareMetres, Vnd};
use crate::domain::records::reception::Reception;
use crate::domain::records::record::Record;

/// What records add to, by code, over all days.
fn totals(records: impl IntoIterator<Item = Record>) -> BTreeMap<&'static str, i64> {
    let mut totals = BTreeMap::new();
    for contribution in records.into_iter().flat_map(|record| record.contributions()) {
        *totals.entry(contribution.measure).or_default() += contribution.amount;
    }
    totals
}

/// The sum of all codes that a pattern means.
fn sum(totals: &BTreeMap<&'static str, i64>, pattern: &str) -> i64 {
    assert!(matching(pattern).next().is_some(), "{pattern}");
    matching(pattern).filter_map(|code| totals.get(code)).sum()
}

fn inspections() -> impl Iterator<Item = Record> {
    let day = date(2023, 3, 1);
    BRANCHES.into_iter().flat_map(|kind| BASES.map(|basis| (kind, basis))).map(move |(kind, basis)| {
        let execution = inspection::Execution {
            date: day,
            recovered: Vnd(1),
            recovered_area: SquareMetres(1),
            disciplined_organisations: 1,
            disciplined_persons: 1,
            prosecuted_cases: 1,
            prosecuted_persons: 1,
            completed: true,
        };
        let conclusion = Conclusion {
            date: day,
            recovery: Vnd(1),
            recovery_area: SquareMetres(1),
            other: Vnd(1),
            other_area: SquareMetres(1),
            handled_organisations: 1,
            handled_persons: 1,
            referred_cases: 1,
            referred_persons: 1,
            policy_documents: 1,
            executions: vec![execution],
        };
        Record::Inspection(Inspection {
            title: String::new(),
            kind,
            basis,
            thematic: true,
            reinspection: true,
            start_date: day,
            inspected_units: 1,
            conclusion: Some(conclusion),
        })
    })
}

fn receptions() -> impl Iterator<Item = Record> {
    MODES.into_iter().map(|mode| {
        Record::Reception(Reception {
            date: date(2023, 3, 1),
            mode,
            people: 5,
            first_time_matters: 1,
            repeat_matters: 1,
            matter: None,
            // Not so in the book, where the standing reception has no sessions; but the sum is there for every mode.
            opens_session: true,
        })
    })
}

fn petitions() -> Vec<Record> {
    let day = date(2023, 3, 1);
    let mut found = Vec::new();
    for kind in KINDS {
        for (qualified, handling) in HANDLINGS {
            for instance in INSTANCES {
                for (at, (signers, subject)) in [1, 2, 5].into_iter().cycle().zip(SUBJECTS).enumerate() {
                    found.push(Record::Petition(Petition {
                        received_date: day,
                        kind,
                        signers,
                        processing: Some(Processing {
                            date: day,
                            qualified,
                            handling,
                            replied_date: Some(day),
                        }),
                        matter: None,
                        anonymous: false,
                        subject: Some(subject),
                        prior_resolution: Some(PRIORS[at % PRIORS.len()]),
                        instance: Some(instance),
                        at_reception: true,
                        repeats_matter: false,
                        circumstances: Circumstances::default(),
                        content: None,
                    }));
                }
            }
        }
    }
    found
}

fn matters() -> Vec<Record> {
    let day = date(2023, 3, 1);
    let results = Results {
        recovery: Vnd(1),
        recovery_area: SquareMetres(1),
        return_organisation: Vnd(1),
        return_organisation_area: SquareMetres(1),
        return_person: Vnd(1),
        return_person_area: SquareMetres(1),
        benefited_organisations: 1,
        benefited_persons: 1,
        handled_persons: 1,
        handled_officials: 1,
        referred_cases: 1,
        referred_persons: 1,
        referred_officials: 1,
    };
    let execution = matter::Execution {
        date: day,
        recovered: Vnd(1),
        recovered_area: SquareMetres(1),
        returned_organisation: Vnd(1),
        returned_organisation_area: SquareMetres(1),
        returned_person: Vnd(1),
        returned_person_area: SquareMetres(1),
        disciplined_organisations: 1,
        disciplined_persons: 1,
        disciplined_officials: 1,
        prosecuted_cases: 1,
        prosecuted_persons: 1,
        prosecuted_officials: 1,
        completed: true,
    };
    let mut found = Vec::new();
    for kind in KINDS {
        for instance in INSTANCES {
            for outcome in OUTCOMES {
                for due_date in [day, date(2023, 2, 1)] {
                    let executions = Some(vec![execution]);
                    found.push(Record::Matter(Matter {
                        kind,
                        competence: Competence::Within,
                        accepted_date: date(2023, 1, 1),
                        instance,
                        due_date: Some(due_date),
                        petitions: 0,
                        resolution: Some(Resolution { date: day, outcome, results, executions }),
                        circumstances: Circumstances::default(),
                        extensions: 0,
                        disciplinary: false,
                        content: None,
                    }));
                }
            }
        }
    }
    found
}

#[test]
fn every_sum_is_added_to_by_some_record() {
    let totals = totals(inspections().chain(receptions()).chain(petitions()).chain(matters()));
    let found: BTreeSet<&str> = totals.keys().copied().collect();
    assert_eq!(&found, all());
    assert_eq!(all().len(), 375);
}

#[test]
fn codes_are_stems_with_a_segment_for_each_dimension() {
    for code in all() {
        let segments: Vec<&str> = code.split('.').collect();
        assert!((2..=5).contains(&segments.len()), "{code}");
        let word = |segment: &&str| segment.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        assert!(segments.iter().all(|segment| !segment.is_empty() && word(segment)), "{code}");
    }
    for code in [
        "inspections.started.check.unplanned",
        "receptions.group_repeat_matters.delegated",
        "petitions.at_reception_matters.proposal.within_second",
        "petitions.qualified.denunciation.none",
        "petitions.stored",
        "matters.resolved.complaint.second.partly_upheld",
        "matters.prosecuted_officials.proposal",
    ] {
        assert!(all().contains(code), "{code}");
    }
}

#[test]
fn a_star_is_one_segment() {
    let found: Vec<&str> = matching("petitions.received.complaint.*").collect();
    let signers = ["joint", "other", "single"];
    assert_eq!(found, signers.map(|signers| format!("petitions.received.complaint.{signers}")));
    assert_eq!(matching("petitions.received.*.*").count(), 9);
    assert_eq!(matching("*.received.*.joint").count(), 3);
    assert_eq!(matching("petitions.stored").collect::<Vec<_>>(), ["petitions.stored"]);
    for nothing in ["petitions.received.*", "petitions.received.*.*.*", "petitions.rec*.*.*", "", "*"] {
        assert_eq!(matching(nothing).count(), 0, "{nothing}");
    }
}

proptest! {
    #[test]
    fn what_a_record_adds_is_listed_and_not_nothing(record in arbitrary::record()) {
        for contribution in record.contributions() {
            prop_assert!(all().contains(contribution.measure), "{}", contribution.measure);
            prop_assert!(contribution.amount > 0, "{contribution:?}");
            prop_assert!(contribution.date >= record.date());
        }
    }

    /// The printed identities of 02/XLD to 04/XLD and 02/TCD hold whatever the letters are.
    #[test]
    fn breakdowns_of_petitions_add_to_the_same(petitions in prop::collection::vec(arbitrary::petition(), 0..60)) {
        let qualified = |p: &Petition| p.processing.is_some_and(|processing| processing.qualified.is_some());
        let count = |wanted: &dyn Fn(&Petition) -> bool| -> i64 {
            petitions.iter().filter(|p| wanted(p)).count().try_into().unwrap()
        };
        let totals = totals(petitions.iter().cloned().map(Record::Petition));
        prop_assert_eq!(sum(&totals, "petitions.received.*.*"), count(&|_| true));
        prop_assert_eq!(sum(&totals, "petitions.processed.*.*"), sum(&totals, "petitions.*"));
        let letters = count(&qualified);
        let matters = count(&|p| qualified(p) && !p.repeats_matter);
        for (pattern, expected) in [
            ("petitions.qualified.*.*", letters),
            ("petitions.handled.*.*", letters),
            ("petitions.qualified_matters.*.*", matters),
            ("petitions.subject_matters.*.*", matters),
            ("petitions.handled_matters.*.*", matters),
            ("petitions.at_reception.*.*", count(&|p| qualified(p) && p.at_reception)),
            ("petitions.at_reception_matters.*.*", count(&|p| qualified(p) && p.at_reception && !p.repeats_matter)),
        ] {
            prop_assert_eq!(sum(&totals, pattern), expected, "{}", pattern);
        }
    }

    /// What is counted of groups is part of what is counted of all (01/TCD).
    #[test]
    fn groups_are_part_of_the_visits(receptions in prop::collection::vec(arbitrary::reception(), 0..40)) {
        let totals = totals(receptions.iter().cloned().map(Record::Reception));
        for (part, whole) in [
            ("group_people", "people"),
            ("group_first_time_matters", "first_time_matters"),
            ("group_repeat_matters", "repeat_matters"),
            ("groups", "visits"),
        ] {
            for mode in ["regular", "head", "delegated"] {
                let total = |stem| sum(&totals, &format!("receptions.{stem}.{mode}"));
                prop_assert!(total(part) <= total(whole), "{} {}", part, mode);
            }
        }
        prop_assert!(sum(&totals, "receptions.visits.*") <= sum(&totals, "receptions.people.*"));
        prop_assert_eq!(sum(&totals, "receptions.sessions.regular"), 0);
    }

    /// A matter counts once when it is taken up and once when it is resolved, with at least one letter each time.
    #[test]
    fn matters_count_once(matters in prop::collection::vec(arbitrary::matter(), 0..40)) {
        let within: Vec<&Matter> = matters.iter().filter(|m| m.competence == Competence::Within).collect();
        let totals = totals(matters.iter().cloned().map(Record::Matter));
        let resolved: Vec<_> = within.iter().filter_map(|m| m.resolution.as_ref().map(|r| (m, r))).collect();
        let timed = resolved.iter().filter(|(m, _)| m.due_date.is_some()).count();
        let count = |n: usize| i64::try_from(n).unwrap();
        prop_assert_eq!(sum(&totals, "matters.accepted.*.*"), count(within.len()));
        prop_assert_eq!(sum(&totals, "matters.resolved.*.*.*"), count(resolved.len()));
        let judged = sum(&totals, "matters.resolved_in_time.*") + sum(&totals, "matters.resolved_late.*");
        prop_assert_eq!(judged, count(timed));
        prop_assert!(sum(&totals, "matters.accepted_petitions.*") >= count(within.len()));
        let decisions = resolved.iter().filter(|(_, r)| r.executions.is_some()).count();
        prop_assert_eq!(sum(&totals, "matters.decisions.*"), count(decisions));
        prop_assert!(sum(&totals, "matters.executed.*") <= count(decisions));
    }
}
