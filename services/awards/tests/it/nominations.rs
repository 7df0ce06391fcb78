use thidua_proto::awards as proto;
use thidua_proto::awards::{ErrorReason, NominationState};

use super::harness::*;

fn get(name: &str) -> proto::GetNominationRequest {
    proto::GetNominationRequest { name: name.to_owned() }
}

#[tokio::test]
async fn the_leader_proposes_a_member_for_a_title() {
    let service = Service::with_year().await;
    let made = service.nominations().nominate(by(LEADER, nominate("1", "tand-tinh", FLAG))).await.unwrap();
    assert_eq!(revision(&made), "3");
    let made = made.into_inner();
    assert_eq!(made.name, format!("{YEAR}/nominations/1"));
    assert_eq!((made.state(), made.etag.as_str()), (NominationState::Proposed, "3"));
    assert_eq!(service.nominations().get_nomination(get(&made.name)).await.unwrap().into_inner(), made);
    refused(
        service.nominations().get_nomination(get(&format!("{YEAR}/nominations/2"))).await,
        ErrorReason::ResourceNotFound,
    );
}

#[tokio::test]
async fn a_proposal_without_an_id_that_is_sent_again_is_made_once() {
    let service = Service::with_year().await;
    let request =
        proto::NominateRequest { request_id: REQUEST_ID.to_owned(), ..nominate("", "tand-tinh", FLAG) };
    let first = service.nominations().nominate(request.clone()).await.unwrap().into_inner();
    assert_eq!(service.nominations().nominate(request).await.unwrap().into_inner(), first);
}

#[tokio::test]
async fn states_are_not_for_callers_to_say() {
    let service = Service::with_year().await;
    let mut request = nominate("1", "tand-tinh", FLAG);
    let nomination = request.nomination.as_mut().unwrap();
    nomination.set_state(NominationState::Endorsed);
    nomination.withdrawal_reason = "x".to_owned();
    let made = service.nominations().nominate(request).await.unwrap().into_inner();
    assert_eq!((made.state(), made.withdrawal_reason.as_str()), (NominationState::Proposed, ""));
}

#[tokio::test]
async fn what_cannot_be_proposed_is_refused() {
    let service = Service::with_year().await;
    let mut call = service.nominations();
    let told = refused(call.nominate(nominate("1", FORMER, FLAG)).await, ErrorReason::NotMember);
    assert_eq!(told, facts(&[("unit", "units/so-ngoai-vu"), ("bloc", BLOC), ("date", "2023-12-14")]));
    let told =
        refused(call.nominate(nominate("1", "tand-tinh", "huan-chuong")).await, ErrorReason::TitleUnknown);
    assert_eq!(told, facts(&[("title", "huan-chuong"), ("rule_set", "ruleSets/luat-2003")]));
    let name = service.nominate("1", "tand-tinh", FLAG).await;
    let told = refused(call.nominate(nominate("2", "tand-tinh", FLAG)).await, ErrorReason::AlreadyNominated);
    assert_eq!(told, facts(&[("unit", "units/tand-tinh"), ("title", FLAG), ("nomination", &name)]));
    let told =
        refused(call.nominate(nominate("1", "so-noi-vu", FLAG)).await, ErrorReason::ResourceAlreadyExists);
    assert_eq!(told, facts(&[("resource", &name)]));
    let elsewhere =
        proto::NominateRequest { parent: format!("{BLOC}/years/2024"), ..nominate("1", "tand-tinh", FLAG) };
    refused(call.nominate(elsewhere).await, ErrorReason::ResourceNotFound);
    let mut bad = nominate("A", "", "Cờ");
    bad.parent = BLOC.to_owned();
    let told = refused(call.nominate(bad).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "parent,nomination_id,nomination.unit,nomination.title")]));
}

#[tokio::test]
async fn a_withdrawn_nomination_is_closed_and_may_be_made_anew() {
    let service = Service::with_year().await;
    let mut call = service.nominations();
    let name = service.nominate("1", "tand-tinh", FLAG).await;
    let request = proto::WithdrawNominationRequest { request_id: REQUEST_ID.to_owned(), ..withdraw(&name) };
    let withdrawn = call.withdraw_nomination(by(LEADER, request.clone())).await.unwrap().into_inner();
    assert_eq!(withdrawn.state(), NominationState::Withdrawn);
    assert_eq!(withdrawn.withdrawal_reason, "Ghi nhầm đơn vị");
    assert_eq!(call.withdraw_nomination(by(LEADER, request)).await.unwrap().into_inner(), withdrawn);
    assert_eq!(call.get_nomination(get(&name)).await.unwrap().into_inner(), withdrawn);
    let told = refused(call.withdraw_nomination(withdraw(&name)).await, ErrorReason::NominationClosed);
    assert_eq!(told, facts(&[("nomination", &name), ("state", "WITHDRAWN")]));
    service.nominate("2", "tand-tinh", FLAG).await;

    let absent = withdraw(&format!("{YEAR}/nominations/9"));
    refused(call.withdraw_nomination(absent).await, ErrorReason::ResourceNotFound);
    let told = refused(
        call.withdraw_nomination(proto::WithdrawNominationRequest::default()).await,
        ErrorReason::FieldInvalid,
    );
    assert_eq!(told, facts(&[("fields", "name,reason")]));
}

#[tokio::test]
async fn only_the_leader_and_registrars_propose_and_withdraw() {
    let service = Service::with_year().await;
    let mut call = service.nominations();
    let name = service.nominate("1", "tand-tinh", FLAG).await;
    refused(call.nominate(by(MEMBER, nominate("2", "so-noi-vu", FLAG))).await, ErrorReason::NotLeader);
    refused(call.withdraw_nomination(by(MEMBER, withdraw(&name))).await, ErrorReason::NotLeader);
    let told = refused(
        call.nominate(by(RECORDER, nominate("2", "so-noi-vu", FLAG))).await,
        ErrorReason::CallerNotAllowed,
    );
    assert_eq!((told["resource"].as_str(), told["role"].as_str()), (YEAR, "secretary"));
    refused(call.withdraw_nomination(by(RECORDER, withdraw(&name))).await, ErrorReason::CallerNotAllowed);
    call.withdraw_nomination(by(REGISTRAR, withdraw(&name))).await.unwrap();
}

#[tokio::test]
async fn nominations_are_listed_to_the_end() {
    let service = Service::with_year().await;
    for (id, unit) in ["c", "a", "b"].into_iter().zip(MEMBERS) {
        service.nominate(id, unit, FLAG).await;
    }
    let mut found = Vec::new();
    let mut request =
        proto::ListNominationsRequest { parent: YEAR.to_owned(), page_size: 2, ..Default::default() };
    loop {
        let page = service.nominations().list_nominations(request.clone()).await.unwrap().into_inner();
        found.extend(page.nominations.into_iter().map(|nomination| nomination.name));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(found, ["a", "b", "c"].map(|id| format!("{YEAR}/nominations/{id}")));
    request.parent = format!("{BLOC}/years/2024");
    refused(service.nominations().list_nominations(request).await, ErrorReason::ResourceNotFound);
}
