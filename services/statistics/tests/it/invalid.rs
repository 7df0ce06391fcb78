//! What is wrong with a record is told field by field, the same by create, update and import, and nothing is written.

use thidua_proto::statistics as proto;
use thidua_proto::statistics::import_records_request::Part;
use thidua_proto::statistics::{ErrorReason, Inspection, Matter, Petition, Reception};

use super::harness::*;
use super::kind::{Kind, WriteOptions};

/// A slip, and the fields that it breaks, each with why.
type Slip<K> = (fn(&mut K), &'static [(&'static str, &'static str)]);
/// A number with its bounds.
type Bounds<K> = (&'static str, fn(&mut K, i64), i64, i64);

const INSPECTIONS: [Slip<Inspection>; 24] = [
    (
        |m| *m = Inspection::default(),
        &[
            ("title", "REQUIRED"),
            ("kind", "REQUIRED"),
            ("basis", "REQUIRED"),
            ("start_date", "REQUIRED"),
            ("inspected_unit_count", "OUT_OF_RANGE"),
        ],
    ),
    (|m| m.title = " \t ".to_owned(), &[("title", "REQUIRED")]),
    (|m| m.title = "a\nb".to_owned(), &[("title", "MALFORMED")]),
    (|m| m.title = "ễ".repeat(501), &[("title", "TOO_LONG")]),
    (|m| m.title = "x".repeat(10_000_000), &[("title", "TOO_LONG")]),
    (|m| m.kind = 4, &[("kind", "UNKNOWN_VALUE")]),
    (|m| m.kind = -1, &[("kind", "UNKNOWN_VALUE")]),
    (|m| m.basis = 3, &[("basis", "UNKNOWN_VALUE")]),
    (|m| (m.kind, m.basis) = (0, 0), &[("kind", "REQUIRED"), ("basis", "REQUIRED")]),
    (|m| m.start_date = day(2023, 2, 29), &[("start_date", "NO_SUCH_DAY")]),
    (|m| m.start_date = day(2023, 13, 1), &[("start_date", "NO_SUCH_DAY")]),
    (|m| m.start_date = day(0, 0, 0), &[("start_date", "NO_SUCH_DAY")]),
    (|m| m.start_date = day(1899, 12, 31), &[("start_date", "OUT_OF_RANGE")]),
    (|m| m.start_date = day(23, 2, 1), &[("start_date", "OUT_OF_RANGE")]),
    (|m| m.conclusion_date = day(2200, 1, 1), &[("conclusion_date", "OUT_OF_RANGE")]),
    (|m| m.conclusion_date = day(2023, 4, 31), &[("conclusion_date", "NO_SUCH_DAY")]),
    (|m| m.conclusion_date = day(2023, 1, 31), &[("conclusion_date", "BEFORE_OTHER_DATE")]),
    (
        |m| (m.conclusion_date, m.referred_case_count) = (day(2023, 1, 31), -1),
        &[("conclusion_date", "BEFORE_OTHER_DATE"), ("referred_case_count", "OUT_OF_RANGE")],
    ),
    (
        |m| m.conclusion_date = None,
        &[
            ("recovery_amount_vnd", "UNWANTED"),
            ("recovery_area_m2", "UNWANTED"),
            ("other_amount_vnd", "UNWANTED"),
            ("other_area_m2", "UNWANTED"),
            ("handled_organization_count", "UNWANTED"),
            ("handled_person_count", "UNWANTED"),
            ("referred_case_count", "UNWANTED"),
            ("referred_person_count", "UNWANTED"),
            ("policy_document_count", "UNWANTED"),
            ("executions", "UNWANTED"),
        ],
    ),
    (
        |m| m.executions[1].execution_date = day(2023, 5, 30),
        &[("executions[1].execution_date", "BEFORE_OTHER_DATE"), ("executions[1].completed", "UNWANTED")],
    ),
    (
        |m| (m.executions[0].execution_date, m.executions[1].execution_date) = (None, day(2023, 6, 31)),
        &[("executions[0].execution_date", "REQUIRED"), ("executions[1].execution_date", "NO_SUCH_DAY")],
    ),
    (|m| m.executions[0].completed = true, &[("executions[0].completed", "UNWANTED")]),
    (|m| m.executions[0].execution_date = day(2023, 9, 2), &[("executions[1].completed", "UNWANTED")]),
    (|m| m.executions = vec![m.executions[0]; 101], &[("executions", "TOO_MANY")]),
];

const INSPECTION_BOUNDS: [Bounds<Inspection>; 16] = [
    ("inspected_unit_count", |m, number| m.inspected_unit_count = number, 1, 10_000),
    ("recovery_amount_vnd", |m, number| m.recovery_amount_vnd = number, 0, 1_000_000_000_000_000),
    ("recovery_area_m2", |m, number| m.recovery_area_m2 = number, 0, 1_000_000_000_000),
    ("other_amount_vnd", |m, number| m.other_amount_vnd = number, 0, 1_000_000_000_000_000),
    ("other_area_m2", |m, number| m.other_area_m2 = number, 0, 1_000_000_000_000),
    ("handled_organization_count", |m, number| m.handled_organization_count = number, 0, 100_000),
    ("handled_person_count", |m, number| m.handled_person_count = number, 0, 100_000),
    ("referred_case_count", |m, number| m.referred_case_count = number, 0, 10_000),
    ("referred_person_count", |m, number| m.referred_person_count = number, 0, 100_000),
    ("policy_document_count", |m, number| m.policy_document_count = number, 0, 10_000),
    (
        "executions[0].recovered_amount_vnd",
        |m, number| m.executions[0].recovered_amount_vnd = number,
        0,
        1_000_000_000_000_000,
    ),
    (
        "executions[0].recovered_area_m2",
        |m, number| m.executions[0].recovered_area_m2 = number,
        0,
        1_000_000_000_000,
    ),
    (
        "executions[0].disciplined_organization_count",
        |m, number| m.executions[0].disciplined_organization_count = number,
        0,
        100_000,
    ),
    (
        "executions[0].disciplined_person_count",
        |m, number| m.executions[0].disciplined_person_count = number,
        0,
        100_000,
    ),
    (
        "executions[0].prosecuted_case_count",
        |m, number| m.executions[0].prosecuted_case_count = number,
        0,
        10_000,
    ),
    (
        "executions[0].prosecuted_person_count",
        |m, number| m.executions[0].prosecuted_person_count = number,
        0,
        100_000,
    ),
];

const RECEPTIONS: [Slip<Reception>; 11] = [
    (
        |m| *m = Reception::default(),
        &[("reception_date", "REQUIRED"), ("mode", "REQUIRED"), ("people_count", "OUT_OF_RANGE")],
    ),
    (|m| m.reception_date = day(2023, 2, 30), &[("reception_date", "NO_SUCH_DAY")]),
    (|m| m.reception_date = day(2023, -1, 1), &[("reception_date", "NO_SUCH_DAY")]),
    (|m| m.reception_date = day(2300, 1, 1), &[("reception_date", "OUT_OF_RANGE")]),
    (|m| m.mode = 4, &[("mode", "UNKNOWN_VALUE")]),
    (|m| m.matter = "1".to_owned(), &[("matter", "MALFORMED")]),
    (|m| m.matter = "units/thanh-tra-tinh/petitions/1".to_owned(), &[("matter", "MALFORMED")]),
    (|m| m.matter = "units/Thanh tra/matters/1".to_owned(), &[("matter", "MALFORMED")]),
    (
        |m| (m.people_count, m.repeat_matter_count) = (i64::MIN, i64::MAX),
        &[("people_count", "OUT_OF_RANGE"), ("repeat_matter_count", "OUT_OF_RANGE")],
    ),
    (|m| m.mode = 1, &[("opens_session", "UNWANTED")]),
    (|m| m.people_count = 0, &[("first_time_matter_count", "UNWANTED"), ("repeat_matter_count", "UNWANTED")]),
];

const RECEPTION_BOUNDS: [Bounds<Reception>; 3] = [
    ("people_count", |m, number| (m.people_count, m.opens_session) = (number, false), 1, 2_000),
    ("first_time_matter_count", |m, number| m.first_time_matter_count = number, 0, 100),
    ("repeat_matter_count", |m, number| m.repeat_matter_count = number, 0, 100),
];

const PETITIONS: [Slip<Petition>; 27] = [
    (|m| *m = Petition::default(), &[("received_date", "REQUIRED"), ("kind", "REQUIRED")]),
    (|m| m.received_date = day(2023, 2, 29), &[("received_date", "NO_SUCH_DAY")]),
    (|m| m.received_date = day(1, 1, 1), &[("received_date", "OUT_OF_RANGE")]),
    (|m| m.processed_date = day(2023, 1, 31), &[("processed_date", "BEFORE_OTHER_DATE")]),
    (|m| m.processed_date = day(2023, 6, 31), &[("processed_date", "NO_SUCH_DAY")]),
    (
        |m| m.processed_date = None,
        &[
            ("qualified", "UNWANTED"),
            ("competence", "UNWANTED"),
            ("handling", "UNWANTED"),
            ("replied_date", "UNWANTED"),
        ],
    ),
    (|m| m.kind = 4, &[("kind", "UNKNOWN_VALUE")]),
    (|m| m.competence = Some(3), &[("competence", "UNKNOWN_VALUE")]),
    (|m| m.handling = Some(7), &[("handling", "UNKNOWN_VALUE")]),
    (|m| m.handling = Some(i32::MIN), &[("handling", "UNKNOWN_VALUE")]),
    (|m| m.handling = Some(0), &[("handling", "UNKNOWN_VALUE")]),
    (|m| m.handling = None, &[("handling", "REQUIRED")]),
    (|m| (m.competence, m.handling) = (None, Some(2)), &[("competence", "REQUIRED")]),
    (|m| (m.qualified, m.handling) = (false, Some(2)), &[("competence", "UNWANTED")]),
    (|m| m.competence = Some(2), &[("handling", "UNWANTED")]),
    (|m| (m.qualified, m.competence) = (false, None), &[("handling", "UNWANTED")]),
    (|m| m.matter = "units/a/receptions/1".to_owned(), &[("matter", "MALFORMED")]),
    (|m| (m.competence, m.handling) = (Some(2), Some(5)), &[("handling", "UNWANTED")]),
    (|m| (m.competence, m.handling) = (Some(2), Some(6)), &[("handling", "UNWANTED")]),
    (|m| m.anonymous = true, &[("signer_count", "UNWANTED")]),
    (|m| m.subject = Some(9), &[("subject", "UNKNOWN_VALUE")]),
    (|m| m.prior_resolution = Some(7), &[("prior_resolution", "UNKNOWN_VALUE")]),
    (|m| m.instance = Some(3), &[("instance", "UNKNOWN_VALUE")]),
    (|m| m.replied_date = day(2023, 2, 7), &[("replied_date", "BEFORE_OTHER_DATE")]),
    (|m| m.replied_date = day(2023, 2, 29), &[("replied_date", "NO_SUCH_DAY")]),
    (|m| m.content_token = "A".repeat(64), &[("content_token", "MALFORMED")]),
    (|m| m.content_token = "a".repeat(63), &[("content_token", "MALFORMED")]),
];

const PETITION_BOUNDS: [Bounds<Petition>; 1] =
    [("signer_count", |m, number| m.signer_count = Some(number), 1, 10_000)];

const MATTERS: [Slip<Matter>; 21] = [
    (
        |m| *m = Matter::default(),
        &[("kind", "REQUIRED"), ("competence", "REQUIRED"), ("accepted_date", "REQUIRED")],
    ),
    (|m| m.kind = 4, &[("kind", "UNKNOWN_VALUE")]),
    (|m| m.competence = 3, &[("competence", "UNKNOWN_VALUE")]),
    (|m| m.instance = Some(3), &[("instance", "UNKNOWN_VALUE")]),
    (|m| m.outcome = Some(6), &[("outcome", "UNKNOWN_VALUE")]),
    (|m| m.accepted_date = day(2023, 9, 31), &[("accepted_date", "NO_SUCH_DAY")]),
    (|m| m.due_date = day(2023, 1, 31), &[("due_date", "BEFORE_OTHER_DATE")]),
    (|m| m.due_date = day(2100, 2, 29), &[("due_date", "NO_SUCH_DAY")]),
    (|m| m.resolved_date = day(2023, 1, 31), &[("resolved_date", "BEFORE_OTHER_DATE")]),
    (|m| m.resolved_date = day(2023, 0, 1), &[("resolved_date", "NO_SUCH_DAY")]),
    (|m| m.outcome = None, &[("outcome", "REQUIRED")]),
    (
        |m| (m.resolved_date, m.outcome) = (day(2023, 1, 31), None),
        &[("resolved_date", "BEFORE_OTHER_DATE"), ("outcome", "REQUIRED")],
    ),
    (
        |m| m.resolved_date = None,
        &[
            ("outcome", "UNWANTED"),
            ("recovery_amount_vnd", "UNWANTED"),
            ("recovery_area_m2", "UNWANTED"),
            ("return_organization_amount_vnd", "UNWANTED"),
            ("return_organization_area_m2", "UNWANTED"),
            ("return_person_amount_vnd", "UNWANTED"),
            ("return_person_area_m2", "UNWANTED"),
            ("benefited_organization_count", "UNWANTED"),
            ("benefited_person_count", "UNWANTED"),
            ("handled_person_count", "UNWANTED"),
            ("handled_official_count", "UNWANTED"),
            ("referred_case_count", "UNWANTED"),
            ("referred_person_count", "UNWANTED"),
            ("referred_official_count", "UNWANTED"),
            ("requires_execution", "UNWANTED"),
            ("executions", "UNWANTED"),
        ],
    ),
    (|m| m.requires_execution = false, &[("executions", "UNWANTED")]),
    (|m| m.handled_official_count = 4, &[("handled_official_count", "OUT_OF_RANGE")]),
    (|m| m.referred_official_count = 3, &[("referred_official_count", "OUT_OF_RANGE")]),
    (
        |m| {
            m.executions[0].execution_date = day(2023, 3, 14);
            m.executions[0].disciplined_official_count = 4;
            m.executions[0].prosecuted_official_count = 3;
        },
        &[
            ("executions[0].execution_date", "BEFORE_OTHER_DATE"),
            ("executions[0].disciplined_official_count", "OUT_OF_RANGE"),
            ("executions[0].prosecuted_official_count", "OUT_OF_RANGE"),
        ],
    ),
    (|m| m.executions[0].completed = true, &[("executions[0].completed", "UNWANTED")]),
    (|m| m.executions = vec![m.executions[0]; 101], &[("executions", "TOO_MANY")]),
    (
        |m| (m.due_date, m.resolved_date) = (day(2023, 1, 1), day(2023, 1, 1)),
        &[("due_date", "BEFORE_OTHER_DATE"), ("resolved_date", "BEFORE_OTHER_DATE")],
    ),
    (|m| m.content_token = "xy".to_owned(), &[("content_token", "MALFORMED")]),
];

const MATTER_BOUNDS: [Bounds<Matter>; 23] = [
    ("extension_count", |m, number| m.extension_count = number, 0, 2),
    ("petition_count", |m, number| m.petition_count = Some(number), 1, 10_000),
    ("recovery_amount_vnd", |m, number| m.recovery_amount_vnd = number, 0, 1_000_000_000_000_000),
    ("recovery_area_m2", |m, number| m.recovery_area_m2 = number, 0, 1_000_000_000_000),
    (
        "return_organization_amount_vnd",
        |m, number| m.return_organization_amount_vnd = number,
        0,
        1_000_000_000_000_000,
    ),
    ("return_organization_area_m2", |m, number| m.return_organization_area_m2 = number, 0, 1_000_000_000_000),
    ("return_person_amount_vnd", |m, number| m.return_person_amount_vnd = number, 0, 1_000_000_000_000_000),
    ("return_person_area_m2", |m, number| m.return_person_area_m2 = number, 0, 1_000_000_000_000),
    ("benefited_organization_count", |m, number| m.benefited_organization_count = number, 0, 100_000),
    ("benefited_person_count", |m, number| m.benefited_person_count = number, 0, 100_000),
    ("referred_case_count", |m, number| m.referred_case_count = number, 0, 10_000),
    (
        "handled_person_count",
        |m, number| (m.handled_person_count, m.handled_official_count) = (number, 0),
        0,
        100_000,
    ),
    (
        "referred_person_count",
        |m, number| (m.referred_person_count, m.referred_official_count) = (number, 0),
        0,
        100_000,
    ),
    (
        "executions[0].recovered_amount_vnd",
        |m, number| m.executions[0].recovered_amount_vnd = number,
        0,
        1_000_000_000_000_000,
    ),
    (
        "executions[0].recovered_area_m2",
        |m, number| m.executions[0].recovered_area_m2 = number,
        0,
        1_000_000_000_000,
    ),
    (
        "executions[0].returned_organization_amount_vnd",
        |m, number| m.executions[0].returned_organization_amount_vnd = number,
        0,
        1_000_000_000_000_000,
    ),
    (
        "executions[0].returned_organization_area_m2",
        |m, number| m.executions[0].returned_organization_area_m2 = number,
        0,
        1_000_000_000_000,
    ),
    (
        "executions[0].returned_person_amount_vnd",
        |m, number| m.executions[0].returned_person_amount_vnd = number,
        0,
        1_000_000_000_000_000,
    ),
    (
        "executions[0].returned_person_area_m2",
        |m, number| m.executions[0].returned_person_area_m2 = number,
        0,
        1_000_000_000_000,
    ),
    (
        "executions[0].disciplined_organization_count",
        |m, number| m.executions[0].disciplined_organization_count = number,
        0,
        100_000,
    ),
    (
        "executions[0].prosecuted_case_count",
        |m, number| m.executions[0].prosecuted_case_count = number,
        0,
        10_000,
    ),
    (
        "executions[0].disciplined_person_count",
        |m, number| {
            (m.executions[0].disciplined_person_count, m.executions[0].disciplined_official_count) =
                (number, 0);
        },
        0,
        100_000,
    ),
    (
        "executions[0].prosecuted_person_count",
        |m, number| {
            (m.executions[0].prosecuted_person_count, m.executions[0].prosecuted_official_count) =
                (number, 0);
        },
        0,
        100_000,
    ),
];

/// Every slip is refused by create, update and import with the same fields and reasons; the journal stands still.
async fn are_refused<K: Kind>(slips: &[Slip<K>], bounds: &[Bounds<K>]) {
    let service = Service::start().await;
    let made = K::made(&service, "there").await;
    let head = service.head().await;
    let mut rows: Vec<(K, Vec<(String, String)>)> = Vec::new();
    for (slip, broken) in slips {
        let mut record = K::sample();
        slip(&mut record);
        rows.push((record, broken.iter().map(|(field, reason)| path::<K>(field, reason)).collect()));
    }
    for (field, set, min, max) in bounds {
        for number in [min - 1, max + 1, i64::MIN, i64::MAX] {
            let mut record = K::sample();
            set(&mut record, number);
            rows.push((record, vec![path::<K>(field, "OUT_OF_RANGE")]));
        }
    }
    for (record, broken) in &rows {
        let created = K::create(&service, UNIT, "1", Some(record.clone()), WriteOptions::default()).await;
        assert_eq!(&violated(created), broken);
        let named = record.clone().named(&made.name(), "");
        assert_eq!(
            &violated(K::update(&service, Some(named), &["*"], WriteOptions::default()).await),
            broken,
            "update"
        );
    }
    assert_eq!(service.head().await, head);
    are_refused_in_an_import(&service, rows).await;
    assert_eq!(
        K::list(&service, super::kind::ListArguments { parent: UNIT, ..Default::default() }).await.unwrap().0,
        [made]
    );
}

fn path<K: Kind>(field: &str, reason: &str) -> (String, String) {
    (format!("{}.{field}", K::FIELD), reason.to_owned())
}

async fn are_refused_in_an_import<K: Kind>(service: &Service, rows: Vec<(K, Vec<(String, String)>)>) {
    let expected: Vec<(i64, String, String)> = (1..)
        .zip(&rows)
        .flat_map(|(line, (_, broken))| {
            broken.iter().map(move |(field, why)| (line, field.clone(), why.clone()))
        })
        .collect();
    let refused_count = i64::try_from(rows.len()).unwrap();
    let header = proto::ImportHeader {
        import_id: OTHER_ID.to_owned(),
        parent: UNIT.to_owned(),
        validate_only: false,
        create_only: false,
    };
    let row = |(line, (record, _)): (i64, (K, _))| proto::ImportRow {
        line,
        id: format!("r{line}"),
        record: Some(record.row()),
    };
    let rows = (1..).zip(rows).map(row).collect();
    let chunk = proto::ImportChunk { number: 1, rows, last: true };
    let messages = [Part::Header(header), Part::Chunk(chunk)]
        .map(|part| proto::ImportRecordsRequest { part: Some(part) });
    let answer = service.transfer().import_records(tokio_stream::iter(messages)).await.unwrap().into_inner();
    let told = answer.refused_rows.iter().map(|row| (row.line, row.field.clone(), row.reason.clone()));
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert_eq!((answer.refused_count, answer.created_count, answer.updated_count), (refused_count, 0, 0));
}

/// The bounds themselves are accepted.
async fn reach_their_bounds<K: Kind>(bounds: &[Bounds<K>]) {
    let service = Service::start().await;
    for (field, set, min, max) in bounds {
        for number in [*min, *max] {
            let mut record = K::sample();
            set(&mut record, number);
            let made = K::create(&service, UNIT, "", Some(record), WriteOptions::default()).await;
            assert!(made.is_ok(), "{field} = {number}: {made:?}");
        }
    }
}

#[tokio::test]
async fn slips_of_inspections_are_told() {
    are_refused(&INSPECTIONS, &INSPECTION_BOUNDS).await;
}

#[tokio::test]
async fn slips_of_receptions_are_told() {
    are_refused(&RECEPTIONS, &RECEPTION_BOUNDS).await;
}

#[tokio::test]
async fn slips_of_petitions_are_told() {
    are_refused(&PETITIONS, &PETITION_BOUNDS).await;
}

#[tokio::test]
async fn slips_of_matters_are_told() {
    are_refused(&MATTERS, &MATTER_BOUNDS).await;
}

#[tokio::test]
async fn numbers_reach_their_bounds() {
    reach_their_bounds(&INSPECTION_BOUNDS).await;
    reach_their_bounds(&RECEPTION_BOUNDS).await;
    reach_their_bounds(&PETITION_BOUNDS).await;
    reach_their_bounds(&MATTER_BOUNDS).await;
}

#[tokio::test]
async fn titles_are_kept_in_one_form() {
    let service = Service::start().await;
    let title = |title: &str| Some(Inspection { title: title.to_owned(), ..Inspection::sample() });
    // Decomposed and composed spellings of one title.
    let decomposed = " Quy\u{301}\u{20}đất đai: Ê\u{323}\u{300} ";
    let made = Inspection::create(&service, UNIT, "1", title(decomposed), WriteOptions::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(made.title, "Qu\u{fd} đất đai: \u{1ec6}\u{300}");
    let longest = "ệ".repeat(500);
    let decomposed = "e\u{323}\u{302}".repeat(500);
    for (id, spelling) in [("2", &longest), ("3", &decomposed)] {
        let made =
            Inspection::create(&service, UNIT, id, title(spelling), WriteOptions::default()).await.unwrap();
        assert_eq!(made.get_ref().title, longest);
    }
}

#[tokio::test]
async fn what_may_be_left_out_has_its_default() {
    let service = Service::start().await;
    let petition = Petition { signer_count: None, ..Petition::on(day(2023, 1, 1), false) };
    let made = Petition::create(&service, UNIT, "1", Some(petition), WriteOptions::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(made.signer_count, Some(1));
    let matter = Matter { instance: None, ..Matter::sample() };
    let made = Matter::create(&service, UNIT, "1", Some(matter), WriteOptions::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(made.instance(), proto::MatterInstance::First);
    let session = Reception {
        people_count: 0,
        first_time_matter_count: 0,
        repeat_matter_count: 0,
        ..Reception::sample()
    };
    let made =
        Reception::create(&service, UNIT, "1", Some(session.clone()), WriteOptions::default()).await.unwrap();
    assert_eq!(made.get_ref().content(), session);
    let unread = service.petitions().get_petition(proto::GetPetitionRequest::default()).await;
    assert_eq!(violated(unread), faults(&[("name", "REQUIRED")]));
    refused(Matter::read(&service, &Matter::name_of("2")).await, ErrorReason::ResourceNotFound);
}

#[tokio::test]
async fn times_that_cannot_be_are_ignored_where_the_server_sets_them() {
    let service = Service::start().await;
    for (seconds, nanos) in [(i64::MAX, 0), (i64::MIN, i32::MIN), (0, -1), (253_402_300_800, 0)] {
        let never = Some(thidua_proto::Timestamp { seconds, nanos });
        let sent = Petition { create_time: never, update_time: never, ..Petition::sample() };
        let made =
            Petition::create(&service, UNIT, "", Some(sent.clone()), WriteOptions::default()).await.unwrap();
        let name = made.get_ref().name();
        for mask in [&[][..], &["*"], &["create_time", "update_time"]] {
            let sent = Petition { remote: true, ..sent.clone().named(&name, "") };
            Petition::update(&service, Some(sent), mask, WriteOptions::default()).await.unwrap();
        }
    }
}
