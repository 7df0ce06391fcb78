use thidua_proto::awards as proto;
use thidua_proto::awards::ErrorReason;

use super::harness::*;

fn get(name: &str) -> proto::GetAwardRequest {
    proto::GetAwardRequest { name: name.to_owned() }
}

fn with(nomination: &str, change: impl FnOnce(&mut proto::Award)) -> proto::RecordDecisionRequest {
    let mut request = decision("1", nomination);
    change(request.award.as_mut().unwrap());
    request
}

#[tokio::test]
async fn a_decision_answers_an_endorsed_nomination() {
    let service = Service::with_year().await;
    let nomination = service.endorse("1", "thanh-tra-tinh", FLAG).await;
    let request = with(&nomination, |award| award.authority = " Thủ tướng Chính phủ ".to_owned());
    let made = service.awards().record_decision(by(REGISTRAR, request)).await.unwrap().into_inner();
    assert_eq!((made.name.as_str(), made.authority.as_str()), ("awards/1", "Thủ tướng Chính phủ"));
    assert_eq!(service.awards().get_award(get("awards/1")).await.unwrap().into_inner(), made);
    refused(service.awards().get_award(get("awards/2")).await, ErrorReason::ResourceNotFound);
}

#[tokio::test]
async fn a_decision_without_an_id_that_is_sent_again_is_recorded_once() {
    let service = Service::with_year().await;
    let nomination = service.endorse("1", "thanh-tra-tinh", FLAG).await;
    let request =
        proto::RecordDecisionRequest { request_id: REQUEST_ID.to_owned(), ..decision("", &nomination) };
    let first = service.awards().record_decision(request.clone()).await.unwrap().into_inner();
    assert_eq!(service.awards().record_decision(request).await.unwrap().into_inner(), first);
}

#[tokio::test]
async fn a_nomination_is_answered_once() {
    let service = Service::with_year().await;
    let nomination = service.endorse("1", "thanh-tra-tinh", FLAG).await;
    service.awards().record_decision(decision("1", &nomination)).await.unwrap();
    for id in ["1", "2"] {
        let again = service.awards().record_decision(decision(id, &nomination)).await;
        assert_eq!(refused(again, ErrorReason::ResourceAlreadyExists), facts(&[("resource", "awards/1")]));
    }
}

#[tokio::test]
async fn of_decisions_at_once_one_is_recorded() {
    let service = Service::with_year().await;
    let nomination = service.endorse("1", "thanh-tra-tinh", FLAG).await;
    let calls = (0..16).map(|number| {
        let mut client = service.awards();
        let request = decision(&format!("a{number}"), &nomination);
        tokio::spawn(async move { client.record_decision(request).await })
    });
    let mut recorded = 0;
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            Ok(_) => recorded += 1,
            refusal => drop(refused(refusal, ErrorReason::ResourceAlreadyExists)),
        }
    }
    assert_eq!(recorded, 1);
}

#[tokio::test]
async fn only_an_endorsed_nomination_is_answered() {
    let service = Service::with_year().await;
    let nomination = service.nominate("1", "thanh-tra-tinh", FLAG).await;
    let told = refused(
        service.awards().record_decision(decision("1", &nomination)).await,
        ErrorReason::NominationClosed,
    );
    assert_eq!(told, facts(&[("nomination", &nomination), ("state", "PROPOSED")]));
    for absent in [format!("{YEAR}/nominations/9"), format!("{BLOC}/years/2024/nominations/1")] {
        refused(
            service.awards().record_decision(decision("1", &absent)).await,
            ErrorReason::ResourceNotFound,
        );
    }
}

#[tokio::test]
async fn the_authority_is_the_titles() {
    let service = Service::with_year().await;
    let nomination = service.endorse("1", "thanh-tra-tinh", FLAG).await;
    let request = with(&nomination, |award| award.authority = "Chủ tịch UBND tỉnh".to_owned());
    let told = refused(service.awards().record_decision(request).await, ErrorReason::AuthorityWrong);
    assert_eq!(told, facts(&[("title", FLAG), ("authority", "Thủ tướng Chính phủ")]));
}

#[tokio::test]
async fn what_contradicts_the_nomination_is_told_with_its_path() {
    let service = Service::with_year().await;
    let nomination = service.endorse("1", "thanh-tra-tinh", FLAG).await;
    let other = with(&nomination, |award| {
        (award.unit, award.title) = (unit("tand-tinh"), "co-thi-dua-tinh".to_owned());
    });
    let told = refused(service.awards().record_decision(other).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "award.unit,award.title")]));
    let early = with(&nomination, |award| award.decision_date = day(2022, 12, 14));
    let told = refused(service.awards().record_decision(early).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "award.decision_date")]));
    let empty = proto::RecordDecisionRequest { award: Some(proto::Award::default()), ..Default::default() };
    let told = refused(service.awards().record_decision(empty).await, ErrorReason::FieldInvalid);
    let fields =
        "award.unit,award.title,award.nomination,award.decision_number,award.decision_date,award.authority";
    assert_eq!(told, facts(&[("fields", fields)]));
}

#[tokio::test]
async fn only_registrars_record_decisions() {
    let service = Service::with_year().await;
    let nomination = format!("{YEAR}/nominations/9");
    for caller in [LEADER, RECORDER] {
        let request = by(caller, decision("1", &nomination));
        let told = refused(service.awards().record_decision(request).await, ErrorReason::CallerNotAllowed);
        assert_eq!((told["resource"].as_str(), told["role"].as_str()), (nomination.as_str(), "registrar"));
    }
}

#[tokio::test]
async fn awards_are_listed_by_day_to_the_end_and_by_unit() {
    let service = Service::with_year().await;
    for (month, of) in [5, 3, 4, 1, 2].into_iter().zip(MEMBERS) {
        let id = format!("n{month}");
        let nomination = service.endorse(&id, of, FLAG).await;
        let mut request = with(&nomination, |award| {
            (award.unit, award.decision_date) = (unit(of), day(2024, month, 1));
        });
        // Names in the other order than days.
        request.award_id = format!("a{}", 9 - month);
        service.awards().record_decision(request).await.unwrap();
    }
    let mut found = Vec::new();
    let mut request = proto::ListAwardsRequest { page_size: 2, ..Default::default() };
    loop {
        let page = service.awards().list_awards(request.clone()).await.unwrap().into_inner();
        found.extend(page.awards.into_iter().map(|award| award.name));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(found, ["awards/a8", "awards/a7", "awards/a6", "awards/a5", "awards/a4"]);
    let other = proto::ListAwardsRequest { unit: unit("so-noi-vu"), ..request };
    refused(service.awards().list_awards(other).await, ErrorReason::PageTokenInvalid);
    let of_one = proto::ListAwardsRequest { unit: unit("so-noi-vu"), page_size: 1, ..Default::default() };
    let page = service.awards().list_awards(of_one).await.unwrap().into_inner();
    assert_eq!(page.awards.iter().map(|award| award.name.as_str()).collect::<Vec<_>>(), ["awards/a6"]);
    assert_eq!(page.next_page_token, "");
    let bad = proto::ListAwardsRequest { unit: "x".to_owned(), ..Default::default() };
    refused(service.awards().list_awards(bad).await, ErrorReason::FieldInvalid);
}
