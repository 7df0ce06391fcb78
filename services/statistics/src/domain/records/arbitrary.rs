//! Records of every shape, for the laws that hold for all of them.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::select;

use crate::domain::deadlines::facts::Circumstances;
use crate::domain::deadlines::facts::{Instance, Kind};
use crate::domain::records::content::ContentToken;
use crate::domain::records::inspection::{self, Basis, Conclusion, Inspection};
use crate::domain::records::matter::{self, Matter, Outcome, Resolution, Results};
use crate::domain::records::petition::{
    Competence, Handling, Petition, PriorResolution, Processing, Subject,
};
use crate::domain::records::quantity::{Count, SquareMetres, Vnd};
use crate::domain::records::reception::{Mode, Reception};
use crate::domain::records::record::Record;

pub(crate) const BRANCHES: [inspection::Kind; 3] =
    [inspection::Kind::Administrative, inspection::Kind::Specialised, inspection::Kind::Check];
pub(crate) const BASES: [Basis; 2] = [Basis::Planned, Basis::Unplanned];
pub(crate) const MODES: [Mode; 3] = [Mode::Regular, Mode::Head, Mode::Delegated];
pub(crate) const KINDS: [Kind; 3] = [Kind::Complaint, Kind::Denunciation, Kind::Proposal];
pub(crate) const INSTANCES: [Instance; 2] = [Instance::First, Instance::Second];
pub(crate) const SUBJECTS: [Subject; 8] = [
    Subject::Policy,
    Subject::Land,
    Subject::Officials,
    Subject::OtherAdministrative,
    Subject::Corruption,
    Subject::Judicial,
    Subject::Party,
    Subject::Other,
];
pub(crate) const PRIORS: [PriorResolution; 6] = [
    PriorResolution::Unresolved,
    PriorResolution::InProgress,
    PriorResolution::First,
    PriorResolution::Second,
    PriorResolution::Judgment,
    PriorResolution::Overdue,
];
pub(crate) const OUTCOMES: [Outcome; 5] =
    [Outcome::Upheld, Outcome::Rejected, Outcome::PartlyUpheld, Outcome::Withdrawn, Outcome::Discontinued];
/// Whether a petition is qualified, and what may then be done with it.
pub(crate) const HANDLINGS: [(Option<Competence>, Handling); 9] = [
    (None, Handling::Guided),
    (None, Handling::Returned),
    (None, Handling::Stored),
    (Some(Competence::Within), Handling::Accepted),
    (Some(Competence::Within), Handling::Guided),
    (Some(Competence::Within), Handling::Stored),
    (Some(Competence::Outside), Handling::Guided),
    (Some(Competence::Outside), Handling::Forwarded),
    (Some(Competence::Outside), Handling::Urged),
];

fn day() -> impl Strategy<Value = Date> {
    (0_i32..800).prop_map(|offset| later(date(2022, 1, 1), offset))
}

fn later(date: Date, days: i32) -> Date {
    date.checked_add(jiff::Span::new().days(days)).unwrap()
}

fn circumstances() -> impl Strategy<Value = Circumstances> {
    any::<[bool; 3]>().prop_map(|[complex, remote, several_places]| Circumstances {
        complex,
        remote,
        several_places,
    })
}

fn content() -> impl Strategy<Value = Option<ContentToken>> {
    proptest::option::of("[0-9a-f]{64}".prop_map(|text| text.parse().unwrap()))
}

fn some() -> impl Strategy<Value = Count> {
    prop_oneof![Just(0), 1_u32..50]
}

fn counts<const N: usize>() -> impl Strategy<Value = [Count; N]> {
    proptest::array::uniform(some())
}

/// Days of events after a first one, in order, with whether the last completes.
fn events() -> impl Strategy<Value = (Vec<i32>, bool)> {
    let days = proptest::collection::vec(0_i32..400, 0..4).prop_map(|mut days| {
        days.sort_unstable();
        days
    });
    (days, any::<bool>())
}

/// Events on such days: the amounts with the place in the list, so that no two are alike.
fn each<T>(
    first: Date,
    (days, completed): (Vec<i32>, bool),
    event: impl Fn(Date, Count, bool) -> T,
) -> Vec<T> {
    let last = days.len();
    (1..)
        .zip(days)
        .map(|(at, offset): (usize, i32)| {
            event(later(first, offset), u32::try_from(at).unwrap(), completed && at == last)
        })
        .collect()
}

pub(crate) fn inspection() -> impl Strategy<Value = Inspection> {
    let conclusion = proptest::option::of((0_i32..300, counts::<9>(), events()));
    (select(&BRANCHES), select(&BASES), any::<[bool; 2]>(), day(), 1_u32..9, conclusion).prop_map(
        |(kind, basis, [thematic, reinspection], start_date, inspected_units, conclusion)| Inspection {
            title: "Quản lý đất đai".to_owned(),
            kind,
            basis,
            thematic,
            reinspection,
            start_date,
            inspected_units,
            conclusion: conclusion
                .map(|(offset, counts, events)| concluded(later(start_date, offset), counts, events)),
        },
    )
}

fn concluded(date: Date, counts: [Count; 9], events: (Vec<i32>, bool)) -> Conclusion {
    let [a, b, c, d, handled_organisations, handled_persons, referred_cases, referred_persons, documents] =
        counts;
    Conclusion {
        date,
        recovery: Vnd(a.into()),
        recovery_area: SquareMetres(b.into()),
        other: Vnd(c.into()),
        other_area: SquareMetres(d.into()),
        handled_organisations,
        handled_persons,
        referred_cases,
        referred_persons,
        policy_documents: documents,
        executions: each(date, events, |date, amount, completed| inspection::Execution {
            date,
            recovered: Vnd(amount.into()),
            recovered_area: SquareMetres(i64::from(amount) - 1),
            disciplined_organisations: amount,
            disciplined_persons: amount - 1,
            prosecuted_cases: amount,
            prosecuted_persons: amount,
            completed,
        }),
    }
}

pub(crate) fn reception() -> impl Strategy<Value = Reception> {
    (select(&MODES), day(), 0_u32..12, counts::<2>(), any::<bool>()).prop_map(
        |(mode, date, people, [first_time_matters, repeat_matters], opens_session)| {
            let opens_session = opens_session && mode != Mode::Regular;
            let people = if opens_session { people } else { people.max(1) };
            Reception {
                date,
                mode,
                people,
                first_time_matters: if people > 0 { first_time_matters } else { 0 },
                repeat_matters: if people > 0 { repeat_matters } else { 0 },
                matter: None,
                opens_session,
            }
        },
    )
}

pub(crate) fn petition() -> impl Strategy<Value = Petition> {
    let processing = (select(&HANDLINGS), 0_i32..60, proptest::option::of(0_i32..60));
    let said = (
        proptest::option::of(select(&SUBJECTS)),
        proptest::option::of(select(&PRIORS)),
        proptest::option::of(select(&INSTANCES)),
        circumstances(),
        content(),
    );
    (select(&KINDS), day(), 1_u32..9, proptest::option::of(processing), said, any::<[bool; 3]>()).prop_map(
        |(kind, received_date, signers, processing, said, [anonymous, at_reception, repeats_matter])| {
            Petition {
                received_date,
                kind,
                signers: if anonymous { 1 } else { signers },
                processing: processing.map(|((qualified, handling), offset, replied)| {
                    let date = later(received_date, offset);
                    Processing {
                        date,
                        qualified,
                        handling,
                        replied_date: replied.map(|days| later(date, days)),
                    }
                }),
                matter: None,
                anonymous,
                subject: said.0,
                prior_resolution: said.1,
                instance: said.2,
                at_reception,
                repeats_matter,
                circumstances: said.3,
                content: said.4,
            }
        },
    )
}

pub(crate) fn matter() -> impl Strategy<Value = Matter> {
    let competence = select(&[Competence::Within, Competence::Outside]);
    let resolution = (0_i32..90, select(&OUTCOMES), counts::<13>(), proptest::option::of(events()));
    let due = proptest::option::of(0_i32..90);
    let said = (circumstances(), 0_u32..3, content(), any::<bool>());
    (
        select(&KINDS),
        competence,
        day(),
        select(&INSTANCES),
        due,
        some(),
        proptest::option::of(resolution),
        said,
    )
        .prop_map(|(kind, competence, accepted_date, instance, due, petitions, resolution, said)| {
            Matter {
                kind,
                competence,
                accepted_date,
                instance,
                due_date: due.map(|days| later(accepted_date, days)),
                petitions,
                resolution: resolution.map(|(offset, outcome, counts, events)| {
                    let date = later(accepted_date, offset);
                    let executions = events.map(|events| each(date, events, carried_out));
                    Resolution { date, outcome, results: results(counts), executions }
                }),
                circumstances: Circumstances { several_places: false, ..said.0 },
                extensions: said.1,
                content: said.2,
                disciplinary: said.3,
            }
        })
}

fn results(counts: [Count; 13]) -> Results {
    let [recovery, area, money_back, land_back, to_person, land_to_person, rest @ ..] = counts;
    let [benefited_organisations, benefited_persons, handled, of_them, cases, referred, among] = rest;
    Results {
        recovery: Vnd(recovery.into()),
        recovery_area: SquareMetres(area.into()),
        return_organisation: Vnd(money_back.into()),
        return_organisation_area: SquareMetres(land_back.into()),
        return_person: Vnd(to_person.into()),
        return_person_area: SquareMetres(land_to_person.into()),
        benefited_organisations,
        benefited_persons,
        handled_persons: handled,
        handled_officials: of_them.min(handled),
        referred_cases: cases,
        referred_persons: referred,
        referred_officials: among.min(referred),
    }
}

fn carried_out(date: Date, amount: Count, completed: bool) -> matter::Execution {
    matter::Execution {
        date,
        recovered: Vnd(amount.into()),
        recovered_area: SquareMetres(i64::from(amount) - 1),
        returned_organisation: Vnd(amount.into()),
        returned_organisation_area: SquareMetres(amount.into()),
        returned_person: Vnd(amount.into()),
        returned_person_area: SquareMetres(amount.into()),
        disciplined_organisations: amount,
        disciplined_persons: amount,
        disciplined_officials: amount - 1,
        prosecuted_cases: amount,
        prosecuted_persons: amount,
        prosecuted_officials: amount,
        completed,
    }
}

/// A record of any kind.
pub(crate) fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        inspection().prop_map(Record::Inspection),
        reception().prop_map(Record::Reception),
        petition().prop_map(Record::Petition),
        matter().prop_map(Record::Matter),
    ]
}
