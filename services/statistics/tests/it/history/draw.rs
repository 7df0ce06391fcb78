//! Records drawn from a seed: every field that tells sums apart takes each of its values.
//!
//! The generator of the domain's tests makes the domain's own types and is not part of the library, so that what goes over
//! the wire is drawn here.

use jiff::civil::Date;
use thidua_proto::date::to_wire;
use thidua_proto::statistics::import_row::Record;
use thidua_proto::statistics::{
    Competence, Execution, Inspection, Matter, MatterExecution, Petition, PetitionHandling, Reception,
};

/// What may be done with a petition, by who is competent for one that is qualified.
const HANDLINGS: [(Option<Competence>, PetitionHandling); 9] = [
    (None, PetitionHandling::Guided),
    (None, PetitionHandling::Returned),
    (None, PetitionHandling::Stored),
    (Some(Competence::Within), PetitionHandling::Accepted),
    (Some(Competence::Within), PetitionHandling::Guided),
    (Some(Competence::Within), PetitionHandling::Stored),
    (Some(Competence::Outside), PetitionHandling::Guided),
    (Some(Competence::Outside), PetitionHandling::Forwarded),
    (Some(Competence::Outside), PetitionHandling::Urged),
];

/// How many kinds of records there are.
pub(super) const KINDS: usize = 4;

/// A record of a kind, listed on a day, that may be about a matter. One seed always makes the same.
pub(super) fn record(kind: usize, on: Date, about: &str, seed: u32) -> Record {
    let draw = &mut Draw(seed.into());
    match kind {
        0 => Record::Petition(Petition { matter: draw.maybe(about), ..petition(on, draw) }),
        1 => Record::Reception(Reception { matter: draw.maybe(about), ..reception(on, draw) }),
        2 => Record::Inspection(inspection(on, draw)),
        _ => Record::Matter(matter(on, draw)),
    }
}

/// Numbers that follow from a seed (`SplitMix64`).
struct Draw(u64);

impl Draw {
    /// From 0 up to a bound, without it.
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap() % bound
    }

    fn yes(&mut self) -> bool {
        self.below(2) == 1
    }

    /// Nothing in a third of all cases.
    fn some(&mut self) -> i64 {
        (self.below(12) - 3).max(0)
    }

    /// A value of an enum by its number, from a first one on.
    fn choice(&mut self, first: i64, last: i64) -> i32 {
        i32::try_from(first + self.below(last - first + 1)).unwrap()
    }

    /// The same from 1 on, of a field that may be left out.
    fn optional_choice(&mut self, last: i64) -> Option<i32> {
        Some(self.choice(0, last)).filter(|number| *number > 0)
    }

    fn maybe(&mut self, text: &str) -> String {
        if self.yes() { text.to_owned() } else { String::new() }
    }

    fn after(&mut self, day: Date, most: i64) -> Date {
        day.saturating_add(jiff::Span::new().days(self.below(most)))
    }

    /// A part of what is left of an amount.
    fn part(&mut self, left: &mut i64) -> i64 {
        let part = self.below(*left + 1);
        *left -= part;
        part
    }

    /// The days of up to three events from a day on, in order, each with whether it completes what they carry out.
    fn events(&mut self, from: Date) -> Vec<(Date, bool)> {
        let mut days: Vec<Date> = (0..self.below(4)).map(|_| self.after(from, 400)).collect();
        days.sort_unstable();
        let completed = self.yes();
        let last = days.len();
        (1..).zip(days).map(|(at, day): (usize, _)| (day, completed && at == last)).collect()
    }
}

fn petition(on: Date, draw: &mut Draw) -> Petition {
    let anonymous = draw.below(6) == 0;
    let received = Petition {
        received_date: Some(to_wire(on)),
        kind: draw.choice(1, 3),
        signer_count: Some(if anonymous { 1 } else { 1 + draw.below(7) }),
        anonymous,
        subject: draw.optional_choice(8),
        prior_resolution: draw.optional_choice(6),
        instance: draw.optional_choice(2),
        at_reception: draw.yes(),
        repeats_matter: draw.below(4) == 0,
        complex: draw.yes(),
        remote: draw.yes(),
        several_places: draw.yes(),
        ..Petition::default()
    };
    if draw.below(4) == 0 {
        return received;
    }
    let processed = draw.after(on, 90);
    let (competence, handling) = HANDLINGS[usize::try_from(draw.below(9)).unwrap()];
    Petition {
        processed_date: Some(to_wire(processed)),
        qualified: competence.is_some(),
        competence: competence.map(Into::into),
        handling: Some(handling.into()),
        replied_date: draw.yes().then(|| to_wire(draw.after(processed, 60))),
        ..received
    }
}

fn reception(on: Date, draw: &mut Draw) -> Reception {
    let mode = draw.choice(1, 3);
    let opens_session = mode > 1 && draw.yes();
    // To a session that is held on its day, nobody may come.
    let people = if opens_session { draw.some() } else { 1 + draw.some() };
    Reception {
        reception_date: Some(to_wire(on)),
        mode,
        people_count: people,
        first_time_matter_count: if people > 0 { draw.some() } else { 0 },
        repeat_matter_count: if people > 0 { draw.some() } else { 0 },
        opens_session,
        ..Reception::default()
    }
}

fn inspection(on: Date, draw: &mut Draw) -> Inspection {
    let begun = Inspection {
        title: "Quản lý đất đai".to_owned(),
        kind: draw.choice(1, 3),
        basis: draw.choice(1, 2),
        thematic: draw.yes(),
        reinspection: draw.yes(),
        start_date: Some(to_wire(on)),
        inspected_unit_count: 1 + draw.some(),
        ..Inspection::default()
    };
    if draw.below(4) == 0 {
        return begun;
    }
    let concluded = draw.after(on, 200);
    let events = draw.events(concluded);
    let (money, land) = (draw.some() * 1_000_003, draw.some());
    // Nobody carries out more than was decided: what is more is a slip that checks are there to find.
    let (mut money_left, mut land_left) = (money, land);
    let event = |(day, completed)| Execution {
        execution_date: Some(to_wire(day)),
        recovered_amount_vnd: draw.part(&mut money_left),
        recovered_area_m2: draw.part(&mut land_left),
        disciplined_organization_count: draw.some(),
        disciplined_person_count: draw.some(),
        prosecuted_case_count: draw.some(),
        prosecuted_person_count: draw.some(),
        completed,
    };
    let executions = events.into_iter().map(event).collect();
    Inspection {
        conclusion_date: Some(to_wire(concluded)),
        recovery_amount_vnd: money,
        recovery_area_m2: land,
        other_amount_vnd: draw.some(),
        other_area_m2: draw.some(),
        handled_organization_count: draw.some(),
        handled_person_count: draw.some(),
        referred_case_count: draw.some(),
        referred_person_count: draw.some(),
        policy_document_count: draw.some(),
        executions,
        ..begun
    }
}

fn matter(on: Date, draw: &mut Draw) -> Matter {
    let accepted = Matter {
        kind: draw.choice(1, 3),
        competence: if draw.below(5) == 0 { Competence::Outside } else { Competence::Within }.into(),
        accepted_date: Some(to_wire(on)),
        instance: Some(draw.choice(1, 2)),
        due_date: draw.yes().then(|| to_wire(draw.after(on, 90))),
        petition_count: Some(draw.some()).filter(|petitions| *petitions > 0),
        complex: draw.yes(),
        remote: draw.yes(),
        extension_count: draw.below(3),
        disciplinary: draw.yes(),
        ..Matter::default()
    };
    if draw.below(4) == 0 {
        return accepted;
    }
    let resolved = draw.after(on, 150);
    let decided: [i64; 6] = std::array::from_fn(|_| draw.some() * 100);
    let [handled, referred] = [draw.some(), draw.some()];
    let requires_execution = draw.yes();
    let events = if requires_execution { draw.events(resolved) } else { Vec::new() };
    Matter {
        resolved_date: Some(to_wire(resolved)),
        outcome: Some(draw.choice(1, 5)),
        recovery_amount_vnd: decided[0],
        recovery_area_m2: decided[1],
        return_organization_amount_vnd: decided[2],
        return_organization_area_m2: decided[3],
        return_person_amount_vnd: decided[4],
        return_person_area_m2: decided[5],
        benefited_organization_count: draw.some(),
        benefited_person_count: draw.some(),
        handled_person_count: handled,
        handled_official_count: draw.below(handled + 1),
        referred_case_count: draw.some(),
        referred_person_count: referred,
        referred_official_count: draw.below(referred + 1),
        requires_execution,
        executions: carried_out(events, decided, draw),
        ..accepted
    }
}

/// Events that together carry out no more than was decided.
fn carried_out(events: Vec<(Date, bool)>, mut left: [i64; 6], draw: &mut Draw) -> Vec<MatterExecution> {
    let event = |(day, completed)| {
        let parts = left.each_mut().map(|left| draw.part(left));
        let [disciplined, prosecuted] = [draw.some(), draw.some()];
        MatterExecution {
            execution_date: Some(to_wire(day)),
            recovered_amount_vnd: parts[0],
            recovered_area_m2: parts[1],
            returned_organization_amount_vnd: parts[2],
            returned_organization_area_m2: parts[3],
            returned_person_amount_vnd: parts[4],
            returned_person_area_m2: parts[5],
            disciplined_organization_count: draw.some(),
            disciplined_person_count: disciplined,
            disciplined_official_count: draw.below(disciplined + 1),
            prosecuted_case_count: draw.some(),
            prosecuted_person_count: prosecuted,
            prosecuted_official_count: draw.below(prosecuted + 1),
            completed,
        }
    };
    events.into_iter().map(event).collect()
}
