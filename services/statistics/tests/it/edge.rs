//! What surrounds every call.

use thidua_proto::awards;
use thidua_proto::awards::bloc_service_client::BlocServiceClient;
use thidua_proto::journal;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::{ErrorReason, Petition};
use tonic::Code;
use tonic_types::StatusExt;

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
    for not_reached in [&(head + 1).to_string(), "-1", "x", "9999999999999999999999"] {
        let told = refused(ask(not_reached).await, ErrorReason::RevisionNotReached);
        assert_eq!(told, facts(&[("revision", &newest), ("min_revision", not_reached)]));
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
    assert_eq!(status.code(), Code::OutOfRange);
    refused(Err::<(), _>(status), ErrorReason::MessageUnreadable);
    Petition::made(&service, "1").await;
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
