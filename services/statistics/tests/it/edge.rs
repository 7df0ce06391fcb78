//! What surrounds every call.

use http::HeaderValue;
use http_body_util::Full;
use thidua_proto::awards;
use thidua_proto::awards::bloc_service_client::BlocServiceClient;
use thidua_proto::journal;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::return_service_client::ReturnServiceClient;
use thidua_proto::statistics::{ErrorReason, Petition};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;
use tower::{Service as _, ServiceExt as _};

use super::harness::*;
use super::kind::{Kind, WriteOptions};

fn get() -> proto::GetUnitRequest {
    proto::GetUnitRequest { name: UNIT.to_owned() }
}

#[tokio::test]
async fn a_caller_that_cannot_be_read_is_refused() {
    let service = Service::start().await;
    let head = service.head().await;
    for (caller, problem) in [
        ("", "the office is missing"),
        ("office=A", "`A` is no office id"),
        ("office=a; unit=thanh-tra", "`thanh-tra` is no name like units/{unit}"),
        ("office=a; roles=chief", "unknown role `chief`"),
        ("office=local-operator", "`local-operator` cannot be claimed"),
        ("office=v%C4%83n-ph%C3%B2ng", "`văn-phòng` is no office id"),
        ("office=a; person=b", "unknown key `person`"),
    ] {
        let told = refused(service.directory().get_unit(by(caller, get())).await, ErrorReason::CallerInvalid);
        assert_eq!(told, facts(&[("problem", problem)]));
        let create = by(caller, create_unit("units/aa", ""));
        refused(service.directory().create_unit(create).await, ErrorReason::CallerInvalid);
    }
    assert_eq!(service.head().await, head);
}

#[tokio::test]
async fn reads_can_ask_for_a_revision() {
    let service = Service::start().await;
    let ask = async |revision: &str| {
        service.directory().get_unit(with("thidua-min-revision", revision, get())).await
    };
    let head = service.head().await;
    for reached in [0, 1, head] {
        ask(&reached.to_string()).await.unwrap();
    }
    let newest = head.to_string();
    for not_reached in [&(head + 1).to_string(), &i64::MAX.to_string()] {
        let told = refused(ask(not_reached).await, ErrorReason::RevisionNotReached);
        assert_eq!(told, facts(&[("revision", &newest), ("min_revision", not_reached)]));
    }
    for unreadable in ["-1", "x", "", "9999999999999999999999"] {
        assert_eq!(violated(ask(unreadable).await), faults(&[("thidua-min-revision", "MALFORMED")]));
    }
    Petition::made(&service, "1").await;
    ask(&(head + 1).to_string()).await.unwrap();
}

#[tokio::test]
async fn more_calls_than_fit_are_put_off() {
    let full = Service::taking(0).await;
    let status = full.directory().get_unit(get()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.get_error_details().retry_info().unwrap().retry_delay.is_some());
    refused(Err::<(), _>(status), ErrorReason::Overloaded);
}

#[tokio::test]
async fn what_is_not_served_here_is_told() {
    let service = Service::empty().await;
    let mut blocs = BlocServiceClient::new(service.channel.clone());
    let status = blocs.get_bloc(awards::GetBlocRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!(
        (info.reason.as_str(), info.domain.as_str()),
        ("ERROR_REASON_METHOD_UNKNOWN", "thidua.awards.v1")
    );
    assert_eq!(info.metadata, facts(&[("method", "/thidua.awards.v1.BlocService/GetBloc")]));
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused() {
    let service = Service::start().await;
    let matter = "x".repeat(17 * 1024 * 1024);
    let large = Petition { matter, ..Petition::sample() };
    let status =
        Petition::create(&service, UNIT, "1", Some(large), WriteOptions::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    refused(Err::<(), _>(status), ErrorReason::MessageUnreadable);
    Petition::made(&service, "1").await;
}

/// Sends a call as it is, with headers that a client of gRPC would not send.
async fn raw(
    service: &Service,
    path: &'static str,
    headers: &[(&'static str, &[u8])],
    body: &[u8],
) -> Status {
    let mut request = http::Request::post(path).body(Body::new(Full::from(body.to_vec()))).unwrap();
    for (key, value) in headers {
        request.headers_mut().append(*key, HeaderValue::from_bytes(value).unwrap());
    }
    request.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    let answer = service.channel.clone().ready().await.unwrap().call(request).await.unwrap();
    Status::from_header_map(answer.headers()).unwrap_or_else(|| Status::new(Code::Ok, ""))
}

/// The page that a request of HTTP/1.1 is answered with.
async fn page(service: &Service, request: &[u8]) -> String {
    let mut connection = TcpStream::connect(service.address()).await.unwrap();
    connection.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

const GET_UNIT: &str = "/thidua.statistics.v1.DirectoryService/GetUnit";
const CREATE_UNIT: &str = "/thidua.statistics.v1.DirectoryService/CreateUnit";

/// A message as it is framed on the wire.
fn framed(message: &impl prost::Message) -> Vec<u8> {
    let bytes = message.encode_to_vec();
    let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
    [&[0][..], &length, &bytes].concat()
}

#[tokio::test]
async fn headers_that_cannot_be_read_are_not_absent() {
    let service = Service::start().await;
    let head = service.head().await;
    let message = framed(&create_unit("units/aa", ""));
    for headers in [
        &[("thidua-caller", "office=văn-phòng; roles=recorder".as_bytes())][..],
        &[("thidua-caller", REGISTRAR.as_bytes()), ("thidua-caller", b"office=a")],
    ] {
        let refusal = raw(&service, CREATE_UNIT, headers, &message).await;
        assert_eq!(refusal.code(), Code::Unauthenticated);
        refused(Err::<(), _>(refusal), ErrorReason::CallerInvalid);
    }
    for (key, fault) in [("thidua-min-revision", "MALFORMED"), ("grpc-timeout", "MALFORMED")] {
        let refusal = raw(&service, GET_UNIT, &[(key, b"\xff")], &framed(&get())).await;
        assert_eq!(refusal.code(), Code::InvalidArgument);
        assert_eq!(violated(Err::<(), _>(refusal)), faults(&[(key, fault)]));
    }
    let twice = [("thidua-min-revision", &b"1"[..]), ("thidua-min-revision", b"2")];
    let refusal = raw(&service, GET_UNIT, &twice, &framed(&get())).await;
    assert_eq!(violated(Err::<(), _>(refusal)), faults(&[("thidua-min-revision", "REPEATED")]));
    assert_eq!(service.head().await, head);
}

#[tokio::test]
async fn a_page_in_a_browser_cannot_call() {
    let service = Service::start().await;
    let head = service.head().await;
    let body = framed(&create_unit("units/aa", ""));
    let post = |headers: &str| {
        let length = body.len();
        let head = format!(
            "POST {CREATE_UNIT} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n\r\n"
        );
        [head.as_bytes(), &body].concat()
    };
    for (headers, status) in [
        ("Host: 127.0.0.1\r\nContent-Type: text/plain", "415 Unsupported Media Type"),
        ("Host: evil.example\r\nContent-Type: text/plain", "421 Misdirected Request"),
        ("Host: 127.0.0.1\r\nContent-Type: text/plain\r\nOrigin: http://evil.example", "403 Forbidden"),
    ] {
        let answer = page(&service, &post(headers)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
        assert!(answer.contains("text/plain; charset=utf-8"), "{answer}");
    }
    for headers in ["Host: evil.example", "Host: 127.0.0.1\r\nOrigin: http://evil.example"] {
        let answer = page(&service, &post(&format!("{headers}\r\nContent-Type: application/grpc"))).await;
        assert!(answer.contains("grpc-status: 16\r\n"), "{answer}");
    }
    assert_eq!(service.head().await, head);
    // The same call as a client of gRPC sends it.
    page(&service, &post("Host: 127.0.0.1\r\nContent-Type: application/grpc")).await;
    assert_eq!(service.head().await, head + 1);
}

#[tokio::test]
async fn messages_that_cannot_be_read_are_the_callers_fault() {
    let service = Service::start().await;
    let whole = framed(&get());
    let (cut_off, compressed) = (&whole[..whole.len() - 1], [&[1], &whole[1..]].concat());
    let garbage = [0, 0, 0, 0, 3, 0xff, 0xff, 0xff];
    for body in [cut_off, &compressed, &garbage, &[0, 0, 0], &[9; 12], &[]] {
        let refusal = raw(&service, GET_UNIT, &[], body).await;
        assert_eq!(refusal.code(), Code::InvalidArgument, "{body:?}");
        refused(Err::<(), _>(refusal), ErrorReason::MessageUnreadable);
    }
    let refusal = raw(&service, GET_UNIT, &[("grpc-encoding", b"zstd")], &whole).await;
    assert_eq!(refusal.code(), Code::Unimplemented);
    refused(Err::<(), _>(refusal), ErrorReason::MessageUnreadable);
}

#[tokio::test]
async fn compressed_calls_are_served() {
    let service = Service::start().await;
    let mut directory = service.directory().send_compressed(CompressionEncoding::Gzip);
    assert_eq!(directory.get_unit(get()).await.unwrap().into_inner().name, UNIT);
    let mut journal = service.journal().send_compressed(CompressionEncoding::Gzip);
    journal.get_head(journal::GetHeadRequest::default()).await.unwrap();
}

#[tokio::test]
async fn a_deadline_that_has_passed_is_told_as_that() {
    let service = Service::start().await;
    // Half a message: the rest never comes.
    let call = format!(
        "POST {CREATE_UNIT} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/grpc\r\n\
         grpc-timeout: 1m\r\nContent-Length: 100\r\n\r\nhalf"
    );
    for _ in 0..20 {
        let answer = page(&service, call.as_bytes()).await;
        assert!(answer.contains("grpc-status: 4\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn streams_end_with_the_program() {
    let service = Service::start().await;
    let mut health = HealthClient::new(service.channel.clone());
    let mut watched = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    watched.message().await.unwrap().unwrap();
    let next = service.head().await + 1;
    let watch = journal::WatchEntriesRequest { first_revision: Some(next), ..Default::default() };
    let entries = service.journal().watch_entries(watch).await.unwrap().into_inner();
    service.stop().await;
    for end in [last_failure(watched).await, last_failure(entries).await] {
        assert_eq!(end.code(), Code::Unavailable, "{end:?}");
        let reason = end.get_error_details().error_info().unwrap().reason.clone();
        assert_eq!(reason, ErrorReason::StoreUnavailable.as_str_name());
    }
}

/// Why a stream ends.
async fn last_failure<T>(mut stream: tonic::Streaming<T>) -> Status {
    loop {
        match stream.message().await {
            Ok(message) => assert!(message.is_some(), "the stream ended without a reason"),
            Err(status) => return status,
        }
    }
}

#[tokio::test]
async fn health_follows_the_store() {
    let service = Service::start().await;
    let watch = async |service_name: &str| {
        let request = HealthCheckRequest { service: service_name.to_owned() };
        HealthClient::new(service.channel.clone()).watch(request).await.unwrap().into_inner()
    };
    let names = ["", "thidua.statistics.v1.FigureService", "thidua.writes"];
    let mut watches = Vec::new();
    for name in names {
        let mut states = watch(name).await;
        assert_eq!(states.message().await.unwrap().unwrap().status(), ServingStatus::Serving, "{name}");
        watches.push(states);
    }
    service.remove_store();
    for mut states in watches {
        assert_eq!(states.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    }
}

#[tokio::test]
async fn huge_refusals_are_told_in_few_bytes() {
    let service = Service::start().await;
    let list =
        proto::ListPetitionsRequest { parent: UNIT.to_owned(), kinds: vec![99; 400], ..Default::default() };
    let status = service.petitions().list_petitions(list).await.unwrap_err();
    assert!(status.details().len() < 6_000, "{} bytes", status.details().len());
    let period = "ệ".repeat(20_000);
    let prepare = proto::PrepareReturnRequest { parent: UNIT.to_owned(), period, ..Default::default() };
    let mut returns = ReturnServiceClient::new(service.channel.clone());
    let status = returns.prepare_return(prepare).await.unwrap_err();
    assert!(status.details().len() < 6_000, "{} bytes", status.details().len());
}

#[tokio::test]
async fn every_write_is_an_entry_of_a_journal_that_verifies() {
    let service = Service::empty().await;
    service.directory().create_unit(by(REGISTRAR, create_unit(UNIT, ""))).await.unwrap();
    let terms = WriteOptions { request_id: REQUEST_ID, ..WriteOptions::caller(RECORDER) };
    let petition =
        Petition::create(&service, UNIT, "1", Some(Petition::sample()), terms).await.unwrap().into_inner();
    Petition::update(
        &service,
        Some(Petition::changed().named(&petition.name(), "")),
        &[],
        WriteOptions::default(),
    )
    .await
    .unwrap();
    Petition::delete(&service, &petition.name(), "", WriteOptions::default()).await.unwrap();

    let request = journal::ListEntriesRequest::default();
    let entries = service.journal().list_entries(request).await.unwrap().into_inner().entries;
    let methods: Vec<&str> = entries.iter().map(|entry| entry.method.rsplit('/').next().unwrap()).collect();
    assert_eq!(methods, ["CreateUnit", "CreatePetition", "UpdatePetition", "DeletePetition"]);
    assert_eq!(entries[1].caller, "offices/van-phong for units/thanh-tra-tinh");
    assert_eq!(
        (entries[1].request_id.as_str(), entries[3].caller.as_str()),
        (REQUEST_ID, "offices/local-operator")
    );
    let changes: Vec<(&str, bool)> =
        entries.iter().map(|entry| (entry.changes[0].name.as_str(), entry.changes[0].deleted)).collect();
    let name = petition.name();
    assert_eq!(
        changes,
        [(UNIT, false), (name.as_str(), false), (name.as_str(), false), (name.as_str(), true)]
    );

    let service = service.restart().await;
    let verify = journal::VerifyJournalRequest { journal: "journals/statistics".to_owned() };
    let found = service.journal().verify_journal(verify).await.unwrap().into_inner();
    assert_eq!((found.valid, found.revision, found.findings), (true, 4, vec![]));
    assert_eq!(found.hash, entries[3].hash);
}
