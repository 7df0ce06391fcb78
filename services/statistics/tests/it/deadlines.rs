//! Deadlines as callers are told them, lists of what is overdue, and one matter across agencies.

use thidua_proto::statistics as proto;
use thidua_proto::statistics::{
    Competence, ErrorReason, Matter, MatterOutcome, Petition, PetitionHandling, PetitionKind,
};

use super::harness::*;
use super::kind::{Kind, ListArguments, WriteOptions};

const OTHERS: [&str; 3] = ["units/cong-an-tinh", "units/so-noi-vu", "units/so-tu-phap"];

fn complaint(received: Option<thidua_proto::Date>) -> Petition {
    Petition { received_date: received, kind: PetitionKind::Complaint.into(), ..Petition::default() }
}

fn matter(accepted: Option<thidua_proto::Date>) -> Matter {
    Matter {
        kind: PetitionKind::Complaint.into(),
        competence: Competence::Within.into(),
        accepted_date: accepted,
        ..Matter::default()
    }
}

fn resolved(accepted: Option<thidua_proto::Date>, on: Option<thidua_proto::Date>) -> Matter {
    Matter { resolved_date: on, outcome: Some(MatterOutcome::Upheld.into()), ..matter(accepted) }
}

async fn enter<K: Kind>(service: &Service, unit: &str, id: &str, record: K) -> K {
    K::create(service, unit, id, Some(record), WriteOptions::default()).await.unwrap().into_inner()
}

async fn overdue_matters(service: &Service, parent: &str, day: Option<thidua_proto::Date>) -> Vec<String> {
    let request =
        proto::ListMattersRequest { parent: parent.to_owned(), overdue_on: day, ..Default::default() };
    let answer = service.petitions().list_matters(request).await.unwrap().into_inner();
    assert_eq!(answer.next_page_token, "");
    answer.matters.iter().map(Kind::name).collect()
}

async fn overdue_petitions(service: &Service, day: Option<thidua_proto::Date>) -> Vec<String> {
    let request =
        proto::ListPetitionsRequest { parent: UNIT.to_owned(), overdue_on: day, ..Default::default() };
    let answer = service.petitions().list_petitions(request).await.unwrap().into_inner();
    answer.petitions.iter().map(Kind::name).collect()
}

#[tokio::test]
async fn a_deadline_is_told_with_its_way() {
    let service = Service::start().await;
    let made = enter(&service, UNIT, "1", matter(day(2023, 3, 3))).await;
    let expected = proto::Deadline {
        step: "resolve".to_owned(),
        display_name: "Giải quyết".to_owned(),
        display_name_en: "Resolution".to_owned(),
        start_date: day(2023, 3, 3),
        due_date: day(2023, 4, 3),
        statutory_date: day(2023, 4, 3),
        done_date: None,
        overdue: true,
        rule: "complaint-first-2012".to_owned(),
        regime: "Luật Khiếu nại 02/2011/QH13".to_owned(),
        source: made.deadlines[0].source.clone(),
        certainty: proto::Certainty::Memory.into(),
        explanations: made.deadlines[0].explanations.clone(),
        explanations_en: made.deadlines[0].explanations_en.clone(),
        rules_version: "deadlines 2026.2; holidays 2026.2".to_owned(),
    };
    assert_eq!(made.deadlines, [expected]);
    let told = &made.deadlines[0];
    assert!(told.source.starts_with("Luật Khiếu nại 2011 Điều 28"), "{}", told.source);
    assert_eq!(told.explanations.len(), 4);
    assert_eq!(told.explanations_en.len(), 4);
    assert_eq!(told.explanations[2], "+ 30 ngày: Chủ nhật 02/04/2023.");
    // Read, listed and answered again by an update, it is the same.
    assert_eq!(Matter::read(&service, &made.name()).await.unwrap().get_ref().deadlines, made.deadlines);
    let asked = ListArguments { parent: UNIT, ..ListArguments::default() };
    assert_eq!(Matter::list(&service, asked).await.unwrap().0, std::slice::from_ref(&made));
    // What is sent is ignored, and extended time is more time.
    let sent = Matter { deadlines: vec![proto::Deadline::default()], complex: true, ..made.clone() };
    let updated =
        Matter::update(&service, Some(sent), &[], WriteOptions::default()).await.unwrap().into_inner();
    assert_eq!(updated.deadlines[0].due_date, day(2023, 4, 17));
    let masked =
        Matter::update(&service, Some(updated.clone()), &["deadlines"], WriteOptions::default()).await;
    assert_eq!(masked.unwrap().into_inner(), updated);
}

#[tokio::test]
async fn the_days_of_a_record_end_its_deadlines() {
    let service = Service::start().await;
    let made = enter(&service, UNIT, "1", resolved(day(2023, 3, 3), day(2023, 5, 1))).await;
    assert_eq!((made.deadlines[0].done_date, made.deadlines[0].overdue), (day(2023, 5, 1), false));
    let petition = Petition {
        kind: PetitionKind::Denunciation.into(),
        processed_date: day(2024, 2, 23),
        qualified: true,
        competence: Some(Competence::Outside.into()),
        handling: Some(PetitionHandling::Forwarded.into()),
        ..complaint(day(2024, 2, 7))
    };
    let made = enter(&service, UNIT, "1", petition).await;
    let [transfer] = &made.deadlines[..] else { panic!("{made:?}") };
    // Tết lies between.
    assert_eq!((transfer.step.as_str(), transfer.due_date), ("transfer", day(2024, 2, 21)));
    assert_eq!(transfer.done_date, day(2024, 2, 23));
}

#[tokio::test]
async fn whoever_hands_a_letter_in_at_a_reception_is_answered() {
    let service = Service::start().await;
    let handed_in = Petition {
        kind: PetitionKind::Proposal.into(),
        at_reception: true,
        processed_date: day(2023, 3, 2),
        handling: Some(PetitionHandling::Guided.into()),
        ..complaint(day(2023, 3, 1))
    };
    let made = enter(&service, UNIT, "1", handed_in.clone()).await;
    let [answer] = &made.deadlines[..] else { panic!("{made:?}") };
    assert_eq!((answer.step.as_str(), answer.due_date, answer.done_date), ("answer", day(2023, 3, 15), None));
    assert!(answer.overdue);
    let replied = Petition { replied_date: day(2023, 3, 9), ..made };
    let made =
        Petition::update(&service, Some(replied), &[], WriteOptions::default()).await.unwrap().into_inner();
    assert_eq!((made.deadlines[0].done_date, made.deadlines[0].overdue), (day(2023, 3, 9), false));
    let posted = Petition { at_reception: false, ..handed_in };
    assert_eq!(enter(&service, UNIT, "2", posted).await.deadlines, []);
}

#[tokio::test]
async fn a_day_set_by_the_unit_is_stored_and_a_day_by_law_is_not() {
    let service = Service::start().await;
    let set = Matter { due_date: day(2023, 6, 30), ..resolved(day(2023, 3, 3), day(2023, 6, 1)) };
    let made = enter(&service, UNIT, "1", set).await;
    assert_eq!((made.due_date, made.deadlines[0].due_date), (day(2023, 6, 30), day(2023, 6, 30)));
    assert_eq!(made.deadlines[0].statutory_date, day(2023, 4, 3));
    let late = enter(&service, UNIT, "2", resolved(day(2023, 3, 3), day(2023, 6, 1))).await;
    assert_eq!((late.due_date, late.deadlines[0].due_date), (None, day(2023, 4, 3)));
    let window = (day(2023, 1, 1), day(2023, 12, 31));
    assert_eq!(service.amount("matters.resolved_in_time", window.0, window.1).await, 1);
    assert_eq!(service.amount("matters.resolved_late", window.0, window.1).await, 0);
}

#[tokio::test]
async fn what_was_overdue_on_a_day_is_listed() {
    let service = Service::start().await;
    for (id, record) in [
        ("open", matter(day(2023, 3, 1))),
        ("late", resolved(day(2023, 3, 2), day(2023, 4, 10))),
        ("timely", resolved(day(2023, 3, 3), day(2023, 4, 3))),
        ("given-time", Matter { due_date: day(2023, 12, 31), ..matter(day(2023, 3, 4)) }),
        ("others", Matter { competence: Competence::Outside.into(), ..matter(day(2023, 3, 5)) }),
        (
            "second",
            Matter { kind: PetitionKind::Denunciation.into(), extension_count: 1, ..matter(day(2023, 3, 6)) },
        ),
    ] {
        enter(&service, UNIT, id, record).await;
    }
    enter(&service, ABOVE, "above", matter(day(2023, 3, 1))).await;
    let on = |date| overdue_matters(&service, UNIT, date);
    let named = |ids: &[&str]| ids.iter().map(|id| Matter::name_of(id)).collect::<Vec<_>>();
    assert_eq!(on(day(2023, 3, 31)).await, named(&[]));
    assert_eq!(on(day(2023, 4, 1)).await, named(&["open"]));
    assert_eq!(on(day(2023, 4, 9)).await, named(&["open", "late"]));
    assert_eq!(on(day(2023, 4, 10)).await, named(&["open"]));
    assert_eq!(on(day(2023, 5, 6)).await, named(&["open", "second"]));
    assert_eq!(on(day(2024, 1, 1)).await, named(&["open", "given-time", "second"]));
    let everywhere = overdue_matters(&service, "units/-", day(2023, 4, 1)).await;
    assert_eq!(everywhere, [Matter::name_of("open"), format!("{ABOVE}/matters/above")]);

    enter(&service, UNIT, "waits", complaint(day(2023, 3, 1))).await;
    let processed = Petition {
        processed_date: day(2023, 3, 17),
        handling: Some(PetitionHandling::Stored.into()),
        ..complaint(day(2023, 3, 1))
    };
    enter(&service, UNIT, "processed", processed).await;
    // Ten working days.
    assert_eq!(overdue_petitions(&service, day(2023, 3, 15)).await, Vec::<String>::new());
    let both = ["processed", "waits"].map(Petition::name_of);
    assert_eq!(overdue_petitions(&service, day(2023, 3, 16)).await, both);
    assert_eq!(overdue_petitions(&service, day(2023, 3, 17)).await, both[1..]);
    let request = proto::ListPetitionsRequest {
        parent: UNIT.to_owned(),
        overdue_on: day(2023, 2, 29),
        ..Default::default()
    };
    let answer = service.petitions().list_petitions(request).await;
    assert_eq!(violated(answer), faults(&[("overdue_on", "NO_SUCH_DAY")]));
}

#[tokio::test]
async fn a_holiday_that_is_added_moves_deadlines_at_the_next_start() {
    let service = Service::start().await;
    let made = enter(&service, UNIT, "1", matter(day(2023, 3, 3))).await;
    let waits = enter(&service, UNIT, "1", complaint(day(2026, 7, 2))).await;
    assert_eq!(
        (made.deadlines[0].due_date, waits.deadlines[0].due_date),
        (day(2023, 4, 3), day(2026, 7, 13))
    );
    let head = service.head().await;
    service.write_rules(
        "holidays.toml",
        r#"version = "tỉnh 1"
        extends = true
        [[day]]
        code = "them-2023"
        first_date = 2023-04-03
        last_date = 2023-04-03
        display_name = "Nghỉ thêm"
        display_name_en = "One more day off"
        source = "thử nghiệm"
        certainty = "found"
        [[day]]
        code = "them-2026"
        first_date = 2026-07-08
        last_date = 2026-07-09
        display_name = "Nghỉ thêm"
        display_name_en = "One more day off"
        source = "thử nghiệm"
        certainty = "found""#,
    );
    let service = service.restart().await;
    let moved = Matter::read(&service, &made.name()).await.unwrap().into_inner();
    assert_eq!((moved.deadlines[0].due_date, moved.etag()), (day(2023, 4, 4), made.etag()));
    assert_eq!(moved.deadlines[0].rules_version, "deadlines 2026.2; tỉnh 1");
    let moved = Petition::read(&service, &waits.name()).await.unwrap().into_inner();
    assert_eq!(moved.deadlines[0].due_date, day(2026, 7, 15));
    assert_eq!(service.head().await, head);
}

/// A token of a content: any 64 hexadecimal digits.
fn token(of: &str) -> String {
    of.repeat(32)
}

/// A complaint sent to five agencies, among other letters.
async fn five_receipts() -> (Service, Vec<String>) {
    let service = Service::start().await;
    for other in OTHERS {
        service.directory().create_unit(create_unit(other, ABOVE)).await.unwrap();
    }
    let mut names = Vec::new();
    for (at, unit) in (1..).zip([OTHERS[0], OTHERS[1], OTHERS[2], UNIT, ABOVE]) {
        let content = |of: &str| Petition { content_token: token(of), ..complaint(day(2024, 1, 10 - at)) };
        enter(&service, unit, "other", content("0a")).await;
        names.push(enter(&service, unit, "same", content("b1")).await.name());
        enter(&service, unit, "none", complaint(day(2024, 1, 2))).await;
    }
    (service, names)
}

fn everywhere(content_token: &str) -> proto::ListPetitionsRequest {
    proto::ListPetitionsRequest {
        parent: "units/-".to_owned(),
        content_token: content_token.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn one_content_is_found_in_every_unit() {
    let (service, names) = five_receipts().await;
    for size in [0, 1, 2, 3, 5, 6] {
        let mut request = proto::ListPetitionsRequest { page_size: size, ..everywhere(&token("b1")) };
        let mut found = Vec::new();
        loop {
            let page = service.petitions().list_petitions(request.clone()).await.unwrap().into_inner();
            assert!(size == 0 || page.petitions.len() <= usize::try_from(size).unwrap());
            found.extend(page.petitions.iter().map(Kind::name));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(found, names, "{size}");
    }
    let all = service.petitions().list_petitions(everywhere("")).await.unwrap().into_inner();
    assert_eq!(all.petitions.len(), 15);
    let none = service.petitions().list_petitions(everywhere(&token("c2"))).await.unwrap().into_inner();
    assert_eq!(none.petitions, []);
    let of_unit = proto::ListPetitionsRequest { parent: UNIT.to_owned(), ..everywhere(&token("b1")) };
    let found = service.petitions().list_petitions(of_unit).await.unwrap().into_inner();
    assert_eq!(found.petitions.iter().map(Kind::name).collect::<Vec<_>>(), names[3..4]);
    let bad = service.petitions().list_petitions(everywhere("b1")).await;
    assert_eq!(violated(bad), faults(&[("content_token", "MALFORMED")]));
    let bad = proto::ListPetitionsRequest { matter: UNIT.to_owned(), ..everywhere("") };
    let bad = service.petitions().list_petitions(bad).await;
    assert_eq!(violated(bad), faults(&[("matter", "MALFORMED")]));
}

#[tokio::test]
async fn a_page_of_all_units_goes_on_only_where_it_belongs() {
    let (service, _) = five_receipts().await;
    let request = proto::ListPetitionsRequest { page_size: 4, ..everywhere("") };
    let page = service.petitions().list_petitions(request.clone()).await.unwrap().into_inner();
    let other =
        proto::ListPetitionsRequest { page_token: page.next_page_token.clone(), ..everywhere(&token("b1")) };
    refused(service.petitions().list_petitions(other).await, ErrorReason::PageTokenInvalid);
    // What was read last may be gone by then.
    let last = page.petitions.last().unwrap().name();
    Petition::delete(&service, &last, "", WriteOptions::default()).await.unwrap();
    let next = proto::ListPetitionsRequest { page_size: 100, page_token: page.next_page_token, ..request };
    let rest = service.petitions().list_petitions(next).await.unwrap().into_inner();
    assert_eq!(rest.petitions.len(), 11);
}

#[tokio::test]
async fn one_matter_stands_behind_receipts_in_five_units() {
    let (service, names) = five_receipts().await;
    let content_token = token("b1");
    let shared = Matter { content_token: content_token.clone(), ..matter(day(2024, 1, 15)) };
    let shared = enter(&service, OTHERS[1], "chung", shared).await.name();
    enter(&service, UNIT, "khac", matter(day(2024, 1, 15))).await;
    for name in &names {
        let linked = Petition { name: name.clone(), matter: shared.clone(), ..Petition::default() };
        Petition::update(&service, Some(linked), &["matter"], WriteOptions::default()).await.unwrap();
    }
    let request = proto::ListPetitionsRequest { matter: shared.clone(), ..everywhere("") };
    let found = service.petitions().list_petitions(request).await.unwrap().into_inner();
    assert_eq!(found.petitions.iter().map(Kind::name).collect::<Vec<_>>(), names);
    let parent = "units/-".to_owned();
    let request = proto::ListMattersRequest { parent, content_token, ..Default::default() };
    let found = service.petitions().list_matters(request).await.unwrap().into_inner();
    assert_eq!(found.matters.iter().map(Kind::name).collect::<Vec<_>>(), std::slice::from_ref(&shared));
    // It stays for as long as one of them names it.
    for name in &names {
        let told = refused(
            Matter::delete(&service, &shared, "", WriteOptions::default()).await,
            ErrorReason::ResourceInUse,
        );
        assert_eq!(told["resource"], shared);
        let freed = Petition { name: name.clone(), ..Petition::default() };
        Petition::update(&service, Some(freed), &["matter"], WriteOptions::default()).await.unwrap();
    }
    Matter::delete(&service, &shared, "", WriteOptions::default()).await.unwrap();
}

#[tokio::test]
async fn one_complaint_to_five_agencies_is_five_receipts_and_one_matter() {
    let (service, names) = five_receipts().await;
    let shared = enter(&service, OTHERS[1], "chung", matter(day(2024, 1, 15))).await.name();
    for (at, name) in names.iter().enumerate() {
        let processed = Petition {
            name: name.clone(),
            matter: shared.clone(),
            repeats_matter: at > 0,
            processed_date: day(2024, 1, 12),
            qualified: true,
            competence: Some(Competence::Within.into()),
            handling: Some(PetitionHandling::Accepted.into()),
            ..Petition::default()
        };
        let paths = ["matter", "repeats_matter", "processed_date", "qualified", "competence", "handling"];
        Petition::update(&service, Some(processed), &paths, WriteOptions::default()).await.unwrap();
    }
    let measures = [
        "petitions.qualified.complaint.none",
        "petitions.qualified_matters.complaint.none",
        "matters.accepted",
    ];
    let request = proto::ComputeFiguresRequest {
        measures: measures.map(str::to_owned).to_vec(),
        window: window(day(2024, 1, 1), day(2024, 1, 31)),
        ..Default::default()
    };
    let answer = service.figures().compute_figures(request).await.unwrap().into_inner();
    let amounts: Vec<_> = answer.figures.into_iter().map(|figure| figure.value.unwrap()).collect();
    assert_eq!(amounts, [5, 1, 1].map(proto::figure::Value::Amount));
}
