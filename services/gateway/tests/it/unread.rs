//! Answers that nobody reads, and watchers that wait, leave room for the calls of others.

use std::time::Duration;

use prost::Message as _;
use thidua_proto::journal;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::import_records_request::Part;
use thidua_proto::statistics::reception_service_client::ReceptionServiceClient;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Streaming};
use tower::{Service as _, ServiceExt as _};

use super::harness::*;

/// Rows of a page; its answer is longer than any window that a client opens here.
const ROWS: i32 = 1000;

/// Enters records whose journal has some megabytes.
async fn enter_many(system: &System) {
    let header = proto::ImportHeader {
        import_id: "018f0000-0000-7000-8000-000000000002".to_owned(),
        parent: UNITS[0].0.to_owned(),
        validate_only: false,
        create_only: false,
    };
    let reception = proto::Reception {
        reception_date: day(2023, 3, 1),
        mode: proto::ReceptionMode::Head.into(),
        people_count: 1,
        ..Default::default()
    };
    let row = |line: i64| proto::ImportRow {
        line,
        id: format!("an-identifier-that-helps-to-fill-windows-{line}"),
        record: Some(proto::import_row::Record::Reception(reception.clone())),
    };
    let chunks = (1..=12).map(|number: i64| {
        let rows = (number * 500..number * 500 + 500).map(row).collect();
        Part::Chunk(proto::ImportChunk { number, rows, last: number == 12 })
    });
    let parts: Vec<Part> = std::iter::once(Part::Header(header)).chain(chunks).collect();
    let messages = parts.into_iter().map(|part| proto::ImportRecordsRequest { part: Some(part) });
    let messages = tokio_stream::iter(messages.collect::<Vec<_>>());
    TransferServiceClient::new(system.channel.clone()).import_records(messages).await.unwrap();
}

/// A client of its own that takes little without reading.
fn small_client(system: &System) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", system.gateway.address())).unwrap();
    endpoint.initial_stream_window_size(65_535).initial_connection_window_size(65_535).connect_lazy()
}

async fn watch(channel: Channel) -> Result<Streaming<journal::JournalEntry>, tonic::Status> {
    let request =
        journal::WatchEntriesRequest { journal: "journals/statistics".to_owned(), first_revision: Some(1) };
    Ok(JournalServiceClient::new(channel).watch_entries(request).await?.into_inner())
}

fn page() -> proto::ListReceptionsRequest {
    proto::ListReceptionsRequest { parent: UNITS[0].0.to_owned(), page_size: ROWS, ..Default::default() }
}

/// The head of a page's answer, whose body is not read.
async fn unread_page(mut channel: Channel) -> http::Response<Body> {
    let message = page().encode_to_vec();
    let mut bytes = vec![0];
    bytes.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    bytes.extend(message);
    let request = http::Request::post("/thidua.statistics.v1.ReceptionService/ListReceptions")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(http_body_util::Full::from(bytes)))
        .unwrap();
    channel.ready().await.unwrap().call(request).await.unwrap()
}

/// Somebody else's calls, with answers longer than a window.
async fn others_are_served(system: &System) {
    let mut receptions = ReceptionServiceClient::new(system.channel.clone());
    for _ in 0..20 {
        let found = receptions.list_receptions(page()).await.unwrap().into_inner();
        assert_eq!(found.receptions.len(), usize::try_from(ROWS).unwrap());
    }
}

#[tokio::test]
async fn unread_answers_hold_back_no_other_call() {
    let system = System::start().await;
    enter_many(&system).await;
    let mut watchers = Vec::new();
    for _ in 0..16 {
        watchers.push(watch(small_client(&system)).await.unwrap());
    }
    let mut pages = Vec::new();
    for _ in 0..24 {
        pages.push(unread_page(small_client(&system)).await);
    }
    others_are_served(&system).await;
    // One more watcher gets what others do not take.
    let mut reader = watch(small_client(&system)).await.unwrap();
    let mut revision = 0;
    while revision < 22 {
        revision = reader.message().await.unwrap().unwrap().revision;
    }
    others_are_served(&system).await;
}

#[tokio::test]
async fn watchers_that_wait_leave_room_for_calls() {
    let system = System::start().await;
    let channels: Vec<Channel> = (0..3).map(|_| small_client(&system)).collect();
    let mut watchers = Vec::new();
    let mut refused = Vec::new();
    for number in 0..1100 {
        match watch(channels[number % channels.len()].clone()).await {
            Ok(watcher) => watchers.push(watcher),
            Err(status) => refused.push(status.code()),
        }
    }
    assert!(!watchers.is_empty() && !refused.is_empty(), "{} {}", watchers.len(), refused.len());
    assert!(refused.iter().all(|code| matches!(code, Code::Unavailable | Code::ResourceExhausted)));
    let report = tokio::time::timeout(Duration::from_secs(20), system.generate(report()));
    report.await.unwrap().unwrap();
    // A place is free again once its watcher has gone.
    drop(watchers);
    while watch(small_client(&system)).await.is_err() {
        tokio::task::yield_now().await;
    }
}
