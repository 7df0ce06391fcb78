use thidua_proto::awards as proto;
use thidua_proto::awards::{BallotMethod, ErrorReason, NominationState};

use super::harness::*;

fn get(name: &str) -> proto::GetBallotRequest {
    proto::GetBallotRequest { name: name.to_owned() }
}

async fn state(service: &Service, nomination: &str) -> (NominationState, String) {
    let request = proto::GetNominationRequest { name: nomination.to_owned() };
    let found = service.nominations().get_nomination(request).await.unwrap().into_inner();
    (found.state(), found.etag)
}

#[tokio::test]
async fn a_vote_and_its_effect_are_one_entry() {
    let service = Service::with_year().await;
    for (id, unit, counts, passed, then) in [
        ("1", "thanh-tra-tinh", [8, 8, 0], true, NominationState::Endorsed),
        ("2", "so-tu-phap", [8, 4, 1], false, NominationState::Rejected),
    ] {
        let nomination = service.nominate(id, unit, FLAG).await;
        let request = show_of_hands(id, &nomination, counts);
        let made = service.ballots().record_show_of_hands(by(LEADER, request)).await.unwrap();
        let revision = revision(&made);
        let made = made.into_inner();
        assert_eq!((made.name.as_str(), made.passed), (format!("{YEAR}/ballots/{id}").as_str(), passed));
        assert_eq!(made.method(), BallotMethod::ShowOfHands);
        assert_eq!(made.entitled_count, 8);
        assert_eq!(made.abstention_count, counts[0] - counts[1] - counts[2]);
        assert_eq!(state(&service, &nomination).await, (then, revision));
        assert_eq!(service.ballots().get_ballot(get(&made.name)).await.unwrap().into_inner(), made);
    }
    let lost = service.ballots().get_ballot(get(&format!("{YEAR}/ballots/2"))).await.unwrap().into_inner();
    assert_eq!(lost.threshold, "4 / 8 entitled, more than 1/2 of entitled needed (5 or more)");
    refused(
        service.ballots().get_ballot(get(&format!("{YEAR}/ballots/3"))).await,
        ErrorReason::ResourceNotFound,
    );
}

#[tokio::test]
async fn results_are_not_for_callers_to_say() {
    let service = Service::with_year().await;
    let nomination = service.nominate("1", "thanh-tra-tinh", FLAG).await;
    let mut request = show_of_hands("1", &nomination, [8, 1, 7]);
    let ballot = request.ballot.as_mut().unwrap();
    (ballot.passed, ballot.entitled_count, ballot.threshold) = (true, 1, "none".to_owned());
    let made = service.ballots().record_show_of_hands(request).await.unwrap().into_inner();
    assert!(!made.passed);
    assert_eq!(made.entitled_count, 8);
}

#[tokio::test]
async fn members_of_the_day_are_entitled() {
    let service = Service::with_year().await;
    let nomination = service.nominate("1", "thanh-tra-tinh", FLAG).await;
    let mut request = show_of_hands("1", &nomination, [9, 9, 0]);
    request.ballot.as_mut().unwrap().vote_date = day(2023, 6, 30);
    let made = service.ballots().record_show_of_hands(request).await.unwrap().into_inner();
    assert_eq!(made.entitled_count, 9);
}

#[tokio::test]
async fn counts_that_contradict_each_other_are_refused() {
    let service = Service::with_year().await;
    let nomination = service.nominate("1", "thanh-tra-tinh", FLAG).await;
    for (counts, present, counted) in [([9, 9, 0], "9", "8"), ([8, 5, 4], "8", "9")] {
        let request = show_of_hands("1", &nomination, counts);
        let told = refused(service.ballots().record_show_of_hands(request).await, ErrorReason::VotesDoNotAdd);
        assert_eq!(told, facts(&[("present", present), ("counted", counted)]));
    }
    assert_eq!(state(&service, &nomination).await.0, NominationState::Proposed);
    let mut bad = show_of_hands("1", &nomination, [0, -1, 201]);
    bad.ballot.as_mut().unwrap().vote_date = None;
    let told = refused(service.ballots().record_show_of_hands(bad).await, ErrorReason::FieldInvalid);
    let fields = "ballot.vote_date,ballot.present_count,ballot.for_count,ballot.against_count";
    assert_eq!(told, facts(&[("fields", fields)]));
    let other = show_of_hands("1", "blocs/noi-chinh/years/2022/nominations/1", [8, 8, 0]);
    let told = refused(service.ballots().record_show_of_hands(other).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "ballot.nomination")]));
    let mut early = show_of_hands("1", &nomination, [8, 8, 0]);
    early.ballot.as_mut().unwrap().vote_date = day(2022, 12, 14);
    let told = refused(service.ballots().record_show_of_hands(early).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "ballot.vote_date")]));
}

#[tokio::test]
async fn a_nomination_is_voted_on_once() {
    let service = Service::with_year().await;
    let nomination = service.nominate("1", "thanh-tra-tinh", FLAG).await;
    let request = proto::RecordShowOfHandsRequest {
        request_id: REQUEST_ID.to_owned(),
        ..show_of_hands("", &nomination, [8, 8, 0])
    };
    let first = service.ballots().record_show_of_hands(request.clone()).await.unwrap().into_inner();
    assert_eq!(service.ballots().record_show_of_hands(request).await.unwrap().into_inner(), first);
    let again = show_of_hands("2", &nomination, [8, 8, 0]);
    let told = refused(service.ballots().record_show_of_hands(again).await, ErrorReason::NominationClosed);
    assert_eq!(told, facts(&[("nomination", &nomination), ("state", "ENDORSED")]));
    refused(
        service.nominations().withdraw_nomination(withdraw(&nomination)).await,
        ErrorReason::NominationClosed,
    );

    let second = service.nominate("2", "tand-tinh", FLAG).await;
    let taken = first.name.rsplit('/').next().unwrap();
    let taken = show_of_hands(taken, &second, [8, 8, 0]);
    refused(service.ballots().record_show_of_hands(taken).await, ErrorReason::ResourceAlreadyExists);
    let absent = show_of_hands("3", &format!("{YEAR}/nominations/9"), [8, 8, 0]);
    refused(service.ballots().record_show_of_hands(absent).await, ErrorReason::ResourceNotFound);
}

#[tokio::test]
async fn only_the_leader_and_registrars_record_votes() {
    let service = Service::with_year().await;
    let nomination = service.nominate("1", "thanh-tra-tinh", FLAG).await;
    let request = || show_of_hands("1", &nomination, [8, 8, 0]);
    refused(service.ballots().record_show_of_hands(by(MEMBER, request())).await, ErrorReason::NotLeader);
    refused(
        service.ballots().record_show_of_hands(by(RECORDER, request())).await,
        ErrorReason::CallerNotAllowed,
    );
    service.ballots().record_show_of_hands(by(REGISTRAR, request())).await.unwrap();
}

#[tokio::test]
async fn a_check_of_a_vote_writes_nothing() {
    let service = Service::with_year().await;
    let nomination = service.nominate("1", "thanh-tra-tinh", FLAG).await;
    let request =
        proto::RecordShowOfHandsRequest { validate_only: true, ..show_of_hands("1", &nomination, [8, 8, 0]) };
    assert!(service.ballots().record_show_of_hands(request).await.unwrap().into_inner().passed);
    assert_eq!(state(&service, &nomination).await.0, NominationState::Proposed);
}

#[tokio::test]
async fn ballots_are_listed_to_the_end() {
    let service = Service::with_year().await;
    for (id, unit) in ["c", "a", "b"].into_iter().zip(MEMBERS) {
        service.endorse(id, unit, FLAG).await;
    }
    let mut found = Vec::new();
    let mut request =
        proto::ListBallotsRequest { parent: YEAR.to_owned(), page_size: 1, ..Default::default() };
    loop {
        let page = service.ballots().list_ballots(request.clone()).await.unwrap().into_inner();
        found.extend(page.ballots.into_iter().map(|ballot| ballot.name));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(found, ["a", "b", "c"].map(|id| format!("{YEAR}/ballots/{id}")));
    request.parent = format!("{BLOC}/years/2024");
    refused(service.ballots().list_ballots(request).await, ErrorReason::ResourceNotFound);
}
