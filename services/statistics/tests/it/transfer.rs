use thidua_proto::statistics as proto;
use thidua_proto::statistics::import_records_request::Part;
use thidua_proto::statistics::{ErrorReason, Inspection, Matter, Petition, Reception};
use tonic::{Request, Response, Status};

use super::harness::*;
use super::kind::{Kind, WriteOptions};

pub(crate) fn header(import_id: &str) -> Part {
    header_for(UNIT, import_id)
}

pub(crate) fn header_for(unit: &str, import_id: &str) -> Part {
    let (import_id, parent) = (import_id.to_owned(), unit.to_owned());
    Part::Header(proto::ImportHeader { import_id, parent, validate_only: false, create_only: false })
}

fn dry_run(import_id: &str) -> Part {
    let (import_id, parent) = (import_id.to_owned(), UNIT.to_owned());
    Part::Header(proto::ImportHeader { import_id, parent, validate_only: true, create_only: false })
}

fn row(line: i64, id: &str, record: impl Kind) -> proto::ImportRow {
    proto::ImportRow { line, id: id.to_owned(), record: Some(record.row()) }
}

fn chunk(number: i64, rows: Vec<proto::ImportRow>) -> Part {
    Part::Chunk(proto::ImportChunk { number, rows, last: false })
}

pub(crate) fn last(number: i64, rows: Vec<proto::ImportRow>) -> Part {
    Part::Chunk(proto::ImportChunk { number, rows, last: true })
}

/// Petitions `p{from}` to `p{to}`, a day each.
pub(crate) fn petitions(from: i64, to: i64) -> Vec<proto::ImportRow> {
    (from..=to).map(|number| row(number, &format!("p{number}"), Petition::sample())).collect()
}

pub(crate) async fn send(
    service: &Service,
    parts: Vec<Part>,
) -> Result<Response<proto::ImportRecordsResponse>, Status> {
    send_by(service, None, parts).await
}

async fn send_by(
    service: &Service,
    caller: Option<&'static str>,
    parts: Vec<Part>,
) -> Result<Response<proto::ImportRecordsResponse>, Status> {
    let messages = parts.into_iter().map(|part| proto::ImportRecordsRequest { part: Some(part) });
    let mut request = Request::new(tokio_stream::iter(messages.collect::<Vec<_>>()));
    if let Some(caller) = caller {
        request.metadata_mut().insert("thidua-caller", caller.parse().unwrap());
    }
    service.transfer().import_records(request).await
}

/// Created, updated, unchanged, refused.
fn counts(answer: &proto::ImportRecordsResponse) -> [i64; 4] {
    [answer.created_count, answer.updated_count, answer.unchanged_count, answer.refused_count]
}

/// Line, field and reason of every refused row; each is told in both languages.
fn told(answer: &proto::ImportRecordsResponse) -> Vec<(i64, &str, &str)> {
    let read =
        |row: &'_ proto::RefusedRow| !row.description.is_empty() && !row.localized_description.is_empty();
    assert!(answer.refused_rows.iter().all(read), "{answer:?}");
    answer.refused_rows.iter().map(|row| (row.line, row.field.as_str(), row.reason.as_str())).collect()
}

async fn received(service: &Service) -> i64 {
    service.amount("petitions.received", day(2023, 1, 1), day(2023, 12, 31)).await
}

#[tokio::test]
async fn records_of_all_kinds_are_entered_and_updated() {
    let service = Service::start().await;
    Petition::made(&service, "p1").await;
    let rows = || {
        vec![
            row(2, "1", Inspection::sample()),
            row(3, "1", Reception::sample()),
            row(4, "1", Matter::sample()),
            row(5, "p1", Petition::sample()),
            row(6, "p2", Petition::sample()),
        ]
    };
    let answer = send(&service, vec![header(REQUEST_ID), last(1, rows())]).await.unwrap();
    assert_eq!(revision(&answer), answer.get_ref().revision.to_string());
    let answer = answer.into_inner();
    assert_eq!((counts(&answer), answer.revision), ([4, 0, 1, 0], service.head().await));
    let mut other = rows();
    other[0] = row(2, "1", Inspection::changed());
    let answer = send(&service, vec![header(OTHER_ID), last(1, other)]).await.unwrap().into_inner();
    assert_eq!(counts(&answer), [0, 1, 4, 0]);
    let found = Inspection::read(&service, &Inspection::name_of("1")).await.unwrap().into_inner();
    assert_eq!(found.content(), Inspection::changed());
    assert_eq!(received(&service).await, 2);
}

#[tokio::test]
async fn nothing_is_overwritten_where_only_new_records_are_wanted() {
    let service = Service::start().await;
    Petition::made(&service, "p1").await;
    let import = |import_id: &str, create_only| {
        let (import_id, parent) = (import_id.to_owned(), UNIT.to_owned());
        let header = proto::ImportHeader { import_id, parent, validate_only: false, create_only };
        let rows = vec![row(2, "p1", Petition::changed()), row(3, "p2", Petition::sample())];
        vec![Part::Header(header), last(1, rows)]
    };
    let answer = send(&service, import(REQUEST_ID, true)).await.unwrap().into_inner();
    assert_eq!(counts(&answer), [1, 0, 0, 1]);
    assert_eq!(told(&answer), [(2, "petition", "ERROR_REASON_RESOURCE_ALREADY_EXISTS")]);
    // Sent again it is what it was; the record that is there as the file has it is nothing to refuse.
    let again = send(&service, import(REQUEST_ID, true)).await.unwrap().into_inner();
    assert_eq!(again, answer);
    let anew = send(&service, import(OTHER_ID, true)).await.unwrap().into_inner();
    assert_eq!(counts(&anew), [0, 0, 1, 1]);
    // Of the same import, now that updates are wanted, the refused row is taken.
    let answer = send(&service, import(REQUEST_ID, false)).await.unwrap().into_inner();
    assert_eq!(counts(&answer), [0, 1, 1, 0]);
}

#[tokio::test]
async fn rows_that_break_a_rule_are_refused_one_by_one() {
    let service = Service::start().await;
    let mut early = Petition::sample();
    (early.processed_date, early.handling) = (day(2023, 1, 31), None);
    let unknown = Petition { matter: Matter::name_of("9"), ..Petition::sample() };
    let rows = vec![
        row(2, "p2", Petition::sample()),
        row(3, "p3", early),
        row(4, "P4", Petition::sample()),
        row(5, "", Petition::default()),
        proto::ImportRow { line: 6, id: "p6".to_owned(), record: None },
        row(7, "p7", Petition::on(day(1996, 12, 31), false)),
        row(8, "p8", unknown),
        row(9, "p2", Petition::changed()),
        row(10, "p2", Reception::sample()),
    ];
    let answer = send(&service, vec![header(REQUEST_ID), last(1, rows)]).await.unwrap().into_inner();
    assert_eq!(counts(&answer), [2, 0, 0, 7]);
    let expected = [
        (3, "petition.processed_date", "BEFORE_OTHER_DATE"),
        (3, "petition.handling", "REQUIRED"),
        (4, "id", "MALFORMED"),
        (5, "id", "REQUIRED"),
        (5, "petition.received_date", "REQUIRED"),
        (5, "petition.kind", "REQUIRED"),
        (6, "record", "REQUIRED"),
        (7, "petition", "ERROR_REASON_UNIT_CLOSED"),
        (8, "petition", "ERROR_REASON_RESOURCE_NOT_FOUND"),
        (9, "id", "REPEATED"),
    ];
    assert_eq!(told(&answer), expected);
    let kept = Petition::read(&service, &Petition::name_of("p2")).await.unwrap().into_inner();
    assert_eq!(kept.content(), Petition::sample());
}

#[tokio::test]
async fn ids_differ_within_a_chunk_also_where_nothing_changes() {
    let service = Service::start().await;
    Petition::made(&service, "p1").await;
    let rows = vec![row(2, "p1", Petition::sample()), row(3, "p1", Petition::changed())];
    let answer = send(&service, vec![header(REQUEST_ID), last(1, rows)]).await.unwrap().into_inner();
    assert_eq!((counts(&answer), told(&answer)), ([0, 0, 1, 1], vec![(3, "id", "REPEATED")]));
}

#[tokio::test]
async fn a_matter_and_what_is_about_it_come_in_chunks_one_after_the_other() {
    let service = Service::start().await;
    let about = Petition { matter: Matter::name_of("1"), ..Petition::sample() };
    let parts = || {
        let (first, second) = (vec![row(1, "1", Matter::sample())], vec![row(2, "1", about.clone())]);
        vec![header(REQUEST_ID), chunk(1, first), last(2, second)]
    };
    assert_eq!(counts(send(&service, parts()).await.unwrap().get_ref()), [2, 0, 0, 0]);
    refused(
        Matter::delete(&service, &Matter::name_of("1"), "", WriteOptions::default()).await,
        ErrorReason::ResourceInUse,
    );
}

#[tokio::test]
async fn an_import_sent_again_answers_as_it_did() {
    let service = Service::start().await;
    let parts = |import_id| {
        let chunks = [chunk(1, petitions(1, 3)), chunk(2, petitions(4, 5)), last(3, petitions(6, 6))];
        [header(import_id)].into_iter().chain(chunks).collect::<Vec<_>>()
    };
    let first = send(&service, parts(REQUEST_ID)).await.unwrap().into_inner();
    let head = service.head().await;
    assert_eq!(counts(&first), [6, 0, 0, 0]);
    assert_eq!(send(&service, parts(REQUEST_ID)).await.unwrap().into_inner(), first);
    assert_eq!(service.head().await, head);
    let service = service.restart().await;
    assert_eq!(send(&service, parts(REQUEST_ID)).await.unwrap().into_inner(), first);
    assert_eq!((service.head().await, received(&service).await), (head, 6));
    assert_eq!(counts(send(&service, parts(OTHER_ID)).await.unwrap().get_ref()), [0, 0, 6, 0]);
}

#[tokio::test]
async fn an_import_that_was_cut_off_is_resumed() {
    let service = Service::start().await;
    let parts = || {
        vec![
            header(REQUEST_ID),
            chunk(1, petitions(1, 3)),
            chunk(2, petitions(4, 6)),
            last(3, petitions(7, 7)),
        ]
    };
    for taken in 0..3_usize {
        let cut = parts().into_iter().take(1 + taken).collect();
        let told = refused(send(&service, cut).await, ErrorReason::ImportTruncated);
        assert_eq!(told, facts(&[("import_id", REQUEST_ID), ("chunks", &taken.to_string())]));
        assert_eq!(received(&service).await, 3 * i64::try_from(taken).unwrap());
    }
    let head = service.head().await;
    let answer = send(&service, parts()).await.unwrap().into_inner();
    // What was taken before answers as it did: all seven were created by this import.
    assert_eq!((counts(&answer), answer.revision), ([7, 0, 0, 0], head + 1));
    assert_eq!(received(&service).await, 7);
}

#[tokio::test]
async fn a_chunk_with_other_content_is_no_replay() {
    let service = Service::start().await;
    let first =
        send(&service, vec![header(REQUEST_ID), last(1, petitions(1, 3))]).await.unwrap().into_inner();
    let other = send(&service, vec![header(REQUEST_ID), last(1, petitions(1, 4))]).await;
    let told = refused(other, ErrorReason::RequestIdReused);
    assert_eq!(told["revision"], first.revision.to_string());
    let parts = vec![header(REQUEST_ID), last(1, petitions(1, 3))];
    refused(send_by(&service, Some(RECORDER), parts).await, ErrorReason::RequestIdReused);
    assert_eq!(received(&service).await, 3);
}

#[tokio::test]
async fn messages_out_of_order_are_refused() {
    let service = Service::start().await;
    for (parts, expected, found) in [
        (vec![], "a header", "nothing"),
        (vec![last(1, vec![])], "a header", "a chunk"),
        (vec![header(REQUEST_ID), header(REQUEST_ID)], "chunk 1", "a second header"),
        (vec![header(REQUEST_ID), last(0, vec![])], "chunk 1", "chunk 0"),
        (vec![header(REQUEST_ID), chunk(2, petitions(1, 1))], "chunk 1", "chunk 2"),
        (vec![header(REQUEST_ID), chunk(1, petitions(1, 1)), last(1, vec![])], "chunk 2", "chunk 1"),
        (vec![header(REQUEST_ID), chunk(1, petitions(1, 1)), last(4, vec![])], "chunk 2", "chunk 4"),
        (
            vec![header(REQUEST_ID), last(1, petitions(1, 1)), last(2, vec![])],
            "the end of the stream",
            "more after the last chunk",
        ),
    ] {
        let told = refused(send(&service, parts).await, ErrorReason::ImportOutOfOrder);
        assert_eq!(told, facts(&[("expected", expected), ("found", found)]));
    }
    let nothing = tokio_stream::iter([proto::ImportRecordsRequest { part: None }]);
    let told = refused(service.transfer().import_records(nothing).await, ErrorReason::ImportOutOfOrder);
    assert_eq!(told, facts(&[("expected", "a header"), ("found", "nothing")]));
}

#[tokio::test]
async fn a_chunk_has_500_rows_at_most() {
    let service = Service::start().await;
    let head = service.head().await;
    let many = send(&service, vec![header(REQUEST_ID), last(1, petitions(1, 501))]).await;
    assert_eq!(violated(many), faults(&[("chunk.rows", "TOO_MANY")]));
    assert_eq!(service.head().await, head);
    let most =
        send(&service, vec![header(REQUEST_ID), last(1, petitions(1, 500))]).await.unwrap().into_inner();
    assert_eq!((counts(&most), received(&service).await), ([500, 0, 0, 0], 500));
}

#[tokio::test]
async fn of_many_refused_rows_a_thousand_are_told() {
    let service = Service::start().await;
    let bad =
        |from: i64| (from..from + 500).map(|line| row(line, "X", Petition::sample())).collect::<Vec<_>>();
    let parts = vec![header(REQUEST_ID), chunk(1, bad(1)), chunk(2, bad(501)), last(3, bad(1001))];
    let answer = send(&service, parts).await.unwrap().into_inner();
    assert_eq!(counts(&answer), [0, 0, 0, 1500]);
    assert_eq!(
        told(&answer).iter().map(|(line, ..)| *line).collect::<Vec<_>>(),
        (1..=1000).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_dry_run_writes_nothing() {
    let service = Service::start().await;
    Petition::made(&service, "p1").await;
    let head = service.head().await;
    let rows = || {
        let mut rows = petitions(1, 3);
        rows[2] = row(3, "X", Petition::sample());
        rows
    };
    for _ in 0..2 {
        let answer = send(&service, vec![dry_run(REQUEST_ID), last(1, rows())]).await.unwrap().into_inner();
        assert_eq!((counts(&answer), answer.revision), ([1, 0, 1, 1], 0));
        assert_eq!(told(&answer), [(3, "id", "MALFORMED")]);
        assert_eq!(service.head().await, head);
    }
    refused(Petition::read(&service, &Petition::name_of("p2")).await, ErrorReason::ResourceNotFound);
    // The import itself is not taken for done.
    let answer = send(&service, vec![header(REQUEST_ID), last(1, rows())]).await.unwrap().into_inner();
    assert_eq!((counts(&answer), answer.revision), ([1, 0, 1, 1], head + 1));
}

#[tokio::test]
async fn the_header_is_held_to_the_rules_of_single_calls() {
    let service = Service::start().await;
    let with = |import_id: &str, parent: &str| {
        let (import_id, parent) = (import_id.to_owned(), parent.to_owned());
        Part::Header(proto::ImportHeader { import_id, parent, validate_only: false, create_only: false })
    };
    let bad = send(&service, vec![with("7", "x"), last(1, vec![])]).await;
    assert_eq!(violated(bad), faults(&[("header.import_id", "MALFORMED"), ("header.parent", "MALFORMED")]));
    let unknown = send(&service, vec![with(REQUEST_ID, "units/none"), last(1, vec![])]).await;
    assert_eq!(refused(unknown, ErrorReason::ResourceNotFound), facts(&[("resource", "units/none")]));
    let parts = || vec![header(REQUEST_ID), last(1, petitions(1, 2))];
    let stranger = send_by(&service, Some(RECORDER_BESIDE), parts()).await;
    assert_eq!(refused(stranger, ErrorReason::CallerNotAllowed)["resource"], UNIT);
    assert_eq!(received(&service).await, 0);
    let above = send_by(&service, Some(RECORDER_ABOVE), parts()).await.unwrap().into_inner();
    assert_eq!(counts(&above), [2, 0, 0, 0]);
}
