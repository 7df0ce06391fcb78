//! What the door passes on.

use http_body_util::BodyExt as _;
use prost::Message as _;
use thidua_proto::journal;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::import_records_request::Part;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use tonic::body::Body;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Endpoint;
use tonic::{Code, Request};
use tower::ServiceExt as _;

use super::harness::*;

#[tokio::test]
async fn calls_are_passed_on_with_metadata_and_trailers() {
    let system = System::empty().await;
    let mut directory = DirectoryServiceClient::new(system.channel.clone());
    let request = by("office=so-noi-vu; roles=registrar", create_unit("units/aa", "A"));
    let made = directory.create_unit(request).await.unwrap();
    assert_eq!(made.metadata().get("thidua-revision").unwrap(), "1");
    let read = proto::GetUnitRequest { name: "units/aa".to_owned() };
    assert_eq!(&directory.get_unit(read.clone()).await.unwrap().into_inner(), made.get_ref());

    let stranger = directory.create_unit(by("office=a; roles=recorder", create_unit("units/bb", "B"))).await;
    let facts = [("caller", "offices/a"), ("resource", "units/bb"), ("role", "registrar")];
    assert_eq!(refused(stranger, "thidua.statistics.v1"), told("CALLER_NOT_ALLOWED", &facts));
    let mut later = Request::new(read);
    later.metadata_mut().insert("thidua-min-revision", "2".parse().unwrap());
    let facts = [("revision", "1"), ("min_revision", "2")];
    let later = refused(directory.get_unit(later).await, "thidua.statistics.v1");
    assert_eq!(later, told("REVISION_NOT_REACHED", &facts));
    let none =
        system.blocs().get_bloc(thidua_proto::awards::GetBlocRequest { name: "blocs/x".to_owned() }).await;
    assert_eq!(refused(none, "thidua.awards.v1"), told("RESOURCE_NOT_FOUND", &[("resource", "blocs/x")]));
}

#[tokio::test]
async fn imports_and_exports_are_passed_on() {
    let system = System::start().await;
    let import_id = "018f0000-0000-7000-8000-000000000001".to_owned();
    let header = proto::ImportHeader {
        import_id,
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
        id: format!("r{line}"),
        record: Some(proto::import_row::Record::Reception(reception.clone())),
    };
    let chunk = |number: i64| proto::ImportChunk {
        number,
        rows: (number * 500..number * 500 + 500).map(row).collect(),
        last: number == 3,
    };
    let parts = [Part::Header(header), Part::Chunk(chunk(1)), Part::Chunk(chunk(2)), Part::Chunk(chunk(3))];
    let messages = tokio_stream::iter(parts.map(|part| proto::ImportRecordsRequest { part: Some(part) }));
    let answer = TransferServiceClient::new(system.channel.clone()).import_records(messages).await.unwrap();
    assert_eq!((answer.get_ref().created_count, answer.get_ref().revision), (1500, 13));
    let request = proto::ExportRecordsRequest { parent: UNITS[0].0.to_owned(), ..Default::default() };
    let exported = TransferServiceClient::new(system.channel.clone()).export_records(request).await.unwrap();
    let mut exported = exported.into_inner();
    let mut rows = 0;
    while let Some(message) = exported.message().await.unwrap() {
        rows += message.rows.len();
    }
    assert!(rows >= 1500, "{rows}");
    let report = system.generate(report()).await.unwrap();
    assert_eq!(report.sources[1].revision, 13);
}

#[tokio::test]
async fn every_journal_is_reached_by_its_name() {
    let system = System::start().await;
    for (name, revision) in [("journals/statistics", 10), ("journals/awards", 3), ("journals/gateway", 0)] {
        let head = journal::GetHeadRequest { journal: name.to_owned() };
        let head = system.journals().get_head(head).await.unwrap().into_inner();
        assert_eq!((head.journal.as_str(), head.revision), (name, revision));
        let verify = journal::VerifyJournalRequest { journal: name.to_owned() };
        let found = system.journals().verify_journal(verify).await.unwrap().into_inner();
        assert_eq!((found.valid, found.hash), (true, head.hash));
        let list = journal::ListEntriesRequest { journal: name.to_owned(), ..Default::default() };
        let entries = system.journals().list_entries(list).await.unwrap().into_inner().entries;
        assert_eq!(i64::try_from(entries.len()), Ok(revision));
    }
    let own = system.journals().get_head(journal::GetHeadRequest::default()).await.unwrap().into_inner();
    assert_eq!(own.journal, "journals/gateway");
    let none = journal::GetHeadRequest { journal: "journals/none".to_owned() };
    let none = refused(system.journals().get_head(none).await, "thidua.journal.v1");
    assert_eq!(none, told("FIELD_INVALID", &[("fields", "journal")]));
}

#[tokio::test]
async fn entries_are_watched_through_the_door() {
    let system = System::start().await;
    let watch =
        journal::WatchEntriesRequest { journal: "journals/awards".to_owned(), first_revision: Some(2) };
    let mut entries = system.journals().watch_entries(watch).await.unwrap().into_inner();
    for (revision, method) in [(2, "StartYear"), (3, "Nominate")] {
        let entry = entries.message().await.unwrap().unwrap();
        assert_eq!((entry.revision, entry.method.rsplit('/').next()), (revision, Some(method)));
    }
    let agree = thidua_proto::awards::AgreeNextLeaderRequest {
        name: format!("{BLOC}/years/2023"),
        next_leader: UNITS[1].0.to_owned(),
        agreed_date: day(2023, 11, 21),
        ..Default::default()
    };
    system.blocs().agree_next_leader(agree).await.unwrap();
    assert_eq!(entries.message().await.unwrap().unwrap().revision, 4);
}

#[tokio::test]
async fn an_unknown_method_is_told() {
    let system = System::empty().await;
    for (path, domain) in [
        ("/thidua.reports.v1.BlocReportService/Frobnicate", "thidua.reports.v1"),
        ("/thidua.reports.v1.NoService/Frobnicate", "thidua.reports.v1"),
        ("/thidua.statistics.v1.PetitionService/Frobnicate", "thidua.statistics.v1"),
        ("/thidua.awards.v1.NoService/Frobnicate", "thidua.awards.v1"),
        ("/some.other.v1.Service/Method", "some.other.v1"),
    ] {
        let mut client = tonic::client::Grpc::new(system.channel.clone());
        client.ready().await.unwrap();
        let codec = tonic_prost::ProstCodec::<proto::GetUnitRequest, proto::Unit>::default();
        let request = Request::new(proto::GetUnitRequest::default());
        let answer = client.unary(request, PathAndQuery::from_static(path), codec).await;
        assert_eq!(answer.as_ref().unwrap_err().code(), Code::Unimplemented, "{path}");
        assert_eq!(refused(answer, domain), told("METHOD_UNKNOWN", &[("method", path)]));
    }
}

#[tokio::test]
async fn a_journal_is_reached_by_a_call_with_a_field_of_a_later_release() {
    let system = System::start().await;
    let mut message = journal::GetHeadRequest { journal: "journals/awards".to_owned() }.encode_to_vec();
    // Field 1000, which nobody knows yet.
    message.extend([0xc0, 0x3e, 0x01]);
    let mut bytes = vec![0];
    bytes.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    bytes.extend(message);
    let request = http::Request::post("/thidua.journal.v1.JournalService/GetHead")
        .header("content-type", "application/grpc")
        .header("content-length", bytes.len())
        .header("te", "trailers")
        .body(Body::new(http_body_util::Full::from(bytes)))
        .unwrap();
    let endpoint = Endpoint::from_shared(format!("http://{}", system.gateway.address())).unwrap();
    let answer = endpoint.connect_lazy().oneshot(request).await.unwrap();
    let answer = answer.into_body().collect().await.unwrap();
    assert_eq!(answer.trailers().unwrap()["grpc-status"], "0");
}
