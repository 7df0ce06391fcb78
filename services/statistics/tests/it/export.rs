use thidua_proto::statistics as proto;
use thidua_proto::statistics::export_row::Record;
use thidua_proto::statistics::import_records_request::Part as Import;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::statistics::{
    ErrorReason, ExportRecordsRequest, ExportRecordsResponse, ImportChunk, Inspection, Matter, Petition,
    Reception, RecordKind,
};
use tonic::Status;

use super::harness::*;
use super::kind::{Kind, WriteOptions};
use super::transfer::{header, last, petitions, send};

fn of(parent: &str) -> ExportRecordsRequest {
    ExportRecordsRequest { parent: parent.to_owned(), ..Default::default() }
}

/// All messages of an export.
async fn export(
    service: &Service,
    request: ExportRecordsRequest,
) -> Result<Vec<ExportRecordsResponse>, Status> {
    let mut stream = service.transfer().export_records(request).await?.into_inner();
    let mut messages = Vec::new();
    while let Some(message) = stream.message().await? {
        messages.push(message);
    }
    Ok(messages)
}

fn name(row: &proto::ExportRow) -> String {
    match row.record.as_ref().unwrap() {
        Record::Inspection(record) => record.name.clone(),
        Record::Reception(record) => record.name.clone(),
        Record::Petition(record) => record.name.clone(),
        Record::Matter(record) => record.name.clone(),
    }
}

fn names(messages: &[ExportRecordsResponse]) -> Vec<String> {
    messages.iter().flat_map(|message| message.rows.iter().map(name)).collect()
}

async fn create<K: Kind>(service: &Service, unit: &str, id: &str, record: K) {
    K::create(service, unit, id, Some(record), WriteOptions::default()).await.unwrap();
}

/// Two units with records of every kind, as they are sent.
async fn filled(service: &Service) -> Vec<String> {
    create(service, UNIT, "m", Matter::on(day(2023, 5, 1), false)).await;
    create(service, UNIT, "b", Petition::on(day(2023, 5, 1), false)).await;
    create(service, UNIT, "a", Petition::on(day(2023, 5, 2), true)).await;
    create(service, ABOVE, "p", Petition::on(day(2023, 5, 3), false)).await;
    create(service, UNIT, "r", Reception::on(day(2023, 5, 4), false)).await;
    create(service, ABOVE, "m", Matter::on(day(2023, 5, 5), false)).await;
    create(service, UNIT, "i", Inspection::on(day(2023, 5, 6), false)).await;
    [
        (UNIT, "matters/m"),
        (ABOVE, "matters/m"),
        (UNIT, "inspections/i"),
        (UNIT, "receptions/r"),
        (UNIT, "petitions/a"),
        (UNIT, "petitions/b"),
        (ABOVE, "petitions/p"),
    ]
    .map(|(unit, rest)| format!("{unit}/{rest}"))
    .to_vec()
}

#[tokio::test]
async fn records_are_sent_matters_first_then_by_unit_and_name() {
    let service = Service::start().await;
    let expected = filled(&service).await;
    let head = service.head().await;
    let all = export(&service, of("units/-")).await.unwrap();
    assert_eq!((names(&all), all[0].revision), (expected.clone(), head));
    let own: Vec<String> = expected.iter().filter(|name| name.starts_with(UNIT)).cloned().collect();
    assert_eq!(names(&export(&service, of(UNIT)).await.unwrap()), own);

    let found = &all[0].rows[5];
    let read = Petition::read(&service, &Petition::name_of("b")).await.unwrap().into_inner();
    // Deadlines are told when a record is read: they follow from the rules, not from the record.
    let expected = Petition { deadlines: Vec::new(), ..read };
    assert_eq!(found.record, Some(Record::Petition(expected)));
}

#[tokio::test]
async fn kinds_and_days_narrow_what_is_sent() {
    let service = Service::start().await;
    filled(&service).await;
    let mut request = of("units/-");
    request.kinds = vec![RecordKind::Petition.into(), RecordKind::Matter.into()];
    (request.first_date, request.last_date) = (day(2023, 5, 2), day(2023, 5, 3));
    let expected = [format!("{UNIT}/petitions/a"), format!("{ABOVE}/petitions/p")];
    assert_eq!(names(&export(&service, request).await.unwrap()), expected);
}

#[tokio::test]
async fn a_message_comes_also_where_there_is_no_record() {
    let service = Service::start().await;
    let messages = export(&service, of(CLOSED)).await.unwrap();
    assert_eq!((messages.len(), messages[0].rows.len(), messages[0].revision), (1, 0, service.head().await));
    let again = ExportRecordsRequest { cursor: messages[0].cursor.clone(), ..of(CLOSED) };
    assert_eq!(export(&service, again).await.unwrap(), messages);
}

#[tokio::test]
async fn an_export_that_broke_off_goes_on_after_its_cursor() {
    let service = Service::start().await;
    create(&service, UNIT, "m", Matter::sample()).await;
    for (import_id, number) in [(REQUEST_ID, 1), (OTHER_ID, 2)] {
        let (from, to) = (number * 500 - 499, number * 500);
        let parts = vec![header(import_id), last(1, petitions(from, to))];
        send(&service, parts).await.unwrap();
    }
    create(&service, ABOVE, "z", Petition::sample()).await;
    let whole = export(&service, of("units/-")).await.unwrap();
    assert_eq!(whole.iter().map(|message| message.rows.len()).collect::<Vec<_>>(), [500, 500, 2]);
    for taken in 0..whole.len() {
        let again = ExportRecordsRequest { cursor: whole[taken].cursor.clone(), ..of("units/-") };
        let rest = export(&service, again).await.unwrap();
        assert_eq!(names(&rest), names(&whole[taken + 1..]), "after message {taken}");
        assert!(rest.iter().all(|message| message.revision == whole[0].revision));
    }
}

#[tokio::test]
async fn all_is_sent_as_it_stood_when_the_export_began() {
    let service = Service::start().await;
    let chunks = 10_i64;
    let mut parts = vec![header(REQUEST_ID)];
    parts.extend((1..=chunks).map(|number| {
        let Import::Chunk(chunk) = last(number, petitions(number * 500 - 499, number * 500)) else {
            panic!()
        };
        Import::Chunk(ImportChunk { last: number == chunks, ..chunk })
    }));
    send(&service, parts).await.unwrap();
    let kept = Petition { received_date: day(2023, 12, 30), ..Petition::on(day(2023, 12, 30), false) };
    for id in ["z-changed", "z-ended"] {
        create(&service, UNIT, id, kept.clone()).await;
    }

    // A reader that takes little at a time: the end is not read yet when it changes.
    let mut slow = TransferServiceClient::new(service.narrow());
    let mut stream = slow.export_records(of(UNIT)).await.unwrap().into_inner();
    let mut messages = vec![stream.message().await.unwrap().unwrap()];
    let [changed, ended] = ["z-changed", "z-ended"].map(Petition::name_of);
    let other = Petition { signer_count: Some(9), ..kept.clone() }.named(&changed, "");
    Petition::update(&service, Some(other), &["signer_count"], WriteOptions::default()).await.unwrap();
    Petition::delete(&service, &ended, "", WriteOptions::default()).await.unwrap();
    create(&service, UNIT, "z-new", kept).await;
    while let Some(message) = stream.message().await.unwrap() {
        messages.push(message);
    }
    assert_eq!(names(&messages)[5000..], [changed, ended]);
    let last = messages.pop().unwrap();
    for row in &last.rows {
        let Some(Record::Petition(petition)) = &row.record else { panic!("{row:?}") };
        assert!(petition.etag.parse::<i64>().unwrap() <= last.revision);
        assert_eq!(petition.signer_count, Some(1));
    }
}

#[tokio::test]
async fn what_changes_before_an_export_goes_on_is_told_by_its_etag() {
    let service = Service::start().await;
    send(&service, vec![header(REQUEST_ID), last(1, petitions(1, 500))]).await.unwrap();
    let first = export(&service, of(UNIT)).await.unwrap().remove(0);
    let later = Petition { received_date: day(2023, 12, 30), ..Petition::on(day(2023, 12, 30), false) };
    create(&service, UNIT, "z", later).await;
    let rest = export(&service, ExportRecordsRequest { cursor: first.cursor, ..of(UNIT) }).await.unwrap();
    assert_eq!((names(&rest), rest[0].revision), (vec![Petition::name_of("z")], first.revision));
    let Some(Record::Petition(late)) = &rest[0].rows[0].record else { panic!("{rest:?}") };
    assert!(late.etag.parse::<i64>().unwrap() > first.revision);
}

#[tokio::test]
async fn a_cursor_belongs_to_its_export() {
    let service = Service::start().await;
    filled(&service).await;
    let cursor = export(&service, of(UNIT)).await.unwrap().remove(0).cursor;
    let kinds = vec![RecordKind::Matter.into()];
    for request in [
        ExportRecordsRequest { cursor: "nonsense".to_owned(), ..of(UNIT) },
        ExportRecordsRequest { cursor: cursor.clone(), ..of(ABOVE) },
        ExportRecordsRequest { cursor: cursor.clone(), kinds, ..of(UNIT) },
        ExportRecordsRequest { cursor: cursor.clone(), last_date: day(2023, 1, 1), ..of(UNIT) },
    ] {
        assert_eq!(refused(export(&service, request).await, ErrorReason::PageTokenInvalid), facts(&[]));
    }
    // A journal that has not come as far did not give it.
    let other = Service::start().await;
    let request = ExportRecordsRequest { cursor, ..of(UNIT) };
    refused(export(&other, request).await, ErrorReason::PageTokenInvalid);
}

#[tokio::test]
async fn bad_arguments_are_refused() {
    let service = Service::start().await;
    let told = refused(export(&service, of("units/so-xa")).await, ErrorReason::ResourceNotFound);
    assert_eq!(told, facts(&[("resource", "units/so-xa")]));
    let request = ExportRecordsRequest {
        parent: "blocs/a".to_owned(),
        kinds: vec![RecordKind::Matter.into(), 0, 9],
        first_date: day(2023, 2, 2),
        last_date: day(2023, 2, 1),
        ..Default::default()
    };
    let expected = [
        ("parent", "MALFORMED"),
        ("kinds[1]", "UNKNOWN_VALUE"),
        ("kinds[2]", "UNKNOWN_VALUE"),
        ("last_date", "BEFORE_OTHER_DATE"),
    ];
    assert_eq!(violated(export(&service, request).await), faults(&expected));
    assert_eq!(violated(export(&service, of("")).await), faults(&[("parent", "REQUIRED")]));
}
