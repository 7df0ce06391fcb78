use thidua_proto::FieldMask;
use thidua_proto::awards as proto;
use thidua_proto::awards::ErrorReason;

use super::harness::*;

async fn with_bloc() -> Service {
    let service = Service::start().await;
    service.blocs().create_bloc(create_bloc()).await.unwrap();
    service
}

fn get(name: &str) -> proto::GetYearRequest {
    proto::GetYearRequest { name: name.to_owned() }
}

fn with(change: impl FnOnce(&mut proto::BlocYear)) -> proto::StartYearRequest {
    let mut request = start_year();
    change(request.bloc_year.as_mut().unwrap());
    request
}

fn update(etag: &str, paths: &[&str], change: impl FnOnce(&mut proto::BlocYear)) -> proto::UpdateYearRequest {
    let mut year = proto::BlocYear { name: YEAR.to_owned(), etag: etag.to_owned(), ..bloc_year() };
    change(&mut year);
    let update_mask = Some(FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
    proto::UpdateYearRequest { bloc_year: Some(year), update_mask, ..Default::default() }
}

#[tokio::test]
async fn a_year_is_started_with_the_rules_of_its_last_day() {
    let service = with_bloc().await;
    let started = service.blocs().start_year(by(REGISTRAR, start_year())).await.unwrap().into_inner();
    assert_eq!((started.name.as_str(), started.rule_set.as_str()), (YEAR, "ruleSets/luat-2003"));
    assert_eq!(started.pledge_agreement, bloc_year().pledge_agreement);
    assert_eq!(started.next_leader, "");
    assert_eq!(service.blocs().get_year(get(YEAR)).await.unwrap().into_inner(), started);
}

#[tokio::test]
async fn what_is_for_the_server_to_say_is_ignored() {
    let service = with_bloc().await;
    let request = with(|year| {
        year.rule_set = "ruleSets/luat-2022".to_owned();
        year.next_leader = unit("tand-tinh");
        year.name = "blocs/other/years/1999".to_owned();
    });
    let started = service.blocs().start_year(request).await.unwrap().into_inner();
    assert_eq!((started.name.as_str(), started.rule_set.as_str()), (YEAR, "ruleSets/luat-2003"));
    assert_eq!(started.next_leader, "");
}

#[tokio::test]
async fn everything_wrong_is_told_with_its_path() {
    let service = with_bloc().await;
    let mut request = with(|year| {
        year.leader = String::new();
        year.last_date = day(2024, 2, 1);
        year.conference_date = day(2022, 12, 14);
        let pledge = year.pledge_agreement.as_mut().unwrap();
        pledge.signed_date = day(2023, 2, 29);
        pledge.contents[1].display_name = "x".repeat(501);
    });
    request.year = 23;
    let told = refused(service.blocs().start_year(request).await, ErrorReason::FieldInvalid);
    let fields = "year,bloc_year.leader,bloc_year.conference_date,bloc_year.last_date,\
                  bloc_year.pledge_agreement.signed_date,bloc_year.pledge_agreement.contents[1].display_name";
    assert_eq!(told, facts(&[("fields", fields)]));
    let backwards = with(|year| year.last_date = day(2022, 12, 14));
    let told = refused(service.blocs().start_year(backwards).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "bloc_year.last_date")]));
    for contents in [0, 101] {
        let pledge = with(|year| {
            let pledge = year.pledge_agreement.as_mut().unwrap();
            pledge.contents = vec![pledge.contents[0].clone(); contents];
        });
        let told = refused(service.blocs().start_year(pledge).await, ErrorReason::FieldInvalid);
        assert_eq!(told, facts(&[("fields", "bloc_year.pledge_agreement.contents")]));
    }
}

#[tokio::test]
async fn a_year_lasts_400_days_at_most() {
    let service = with_bloc().await;
    service.blocs().start_year(with(|year| year.last_date = day(2024, 1, 18))).await.unwrap();
    let longer = with(|year| year.last_date = day(2024, 1, 19));
    refused(service.blocs().start_year(longer).await, ErrorReason::FieldInvalid);
}

#[tokio::test]
async fn a_year_is_started_once_in_a_bloc_that_exists_by_a_registrar() {
    let service = Service::with_year().await;
    let told = refused(service.blocs().start_year(start_year()).await, ErrorReason::ResourceAlreadyExists);
    assert_eq!(told, facts(&[("resource", YEAR)]));
    let elsewhere = proto::StartYearRequest { parent: "blocs/other".to_owned(), ..start_year() };
    let told = refused(service.blocs().start_year(elsewhere.clone()).await, ErrorReason::ResourceNotFound);
    assert_eq!(told, facts(&[("resource", "blocs/other")]));
    refused(service.blocs().start_year(by(LEADER, elsewhere)).await, ErrorReason::CallerNotAllowed);
}

#[tokio::test]
async fn a_leader_is_a_member_on_the_last_day() {
    let service = with_bloc().await;
    let request = with(|year| year.leader = unit(FORMER));
    let told = refused(service.blocs().start_year(request).await, ErrorReason::NotMember);
    assert_eq!(told, facts(&[("unit", "units/so-ngoai-vu"), ("bloc", BLOC), ("date", "2023-12-14")]));
}

#[tokio::test]
async fn a_year_needs_rules() {
    let service = Service::start().await;
    let mut bloc = create_bloc();
    bloc.bloc.as_mut().unwrap().members[0].first_date = day(1990, 1, 1);
    service.blocs().create_bloc(bloc).await.unwrap();
    let mut request = with(|year| {
        (year.first_date, year.last_date) = (day(1998, 1, 1), day(1998, 12, 31));
    });
    request.year = 1998;
    let told = refused(service.blocs().start_year(request).await, ErrorReason::RuleSetMissing);
    assert_eq!(told, facts(&[("date", "1998-12-31")]));
}

#[tokio::test]
async fn a_start_sent_again_is_done_once() {
    let service = with_bloc().await;
    let request = proto::StartYearRequest { request_id: REQUEST_ID.to_owned(), ..start_year() };
    let first = service.blocs().start_year(request.clone()).await.unwrap().into_inner();
    assert_eq!(service.blocs().start_year(request).await.unwrap().into_inner(), first);
}

#[tokio::test]
async fn the_leader_updates_the_year_and_its_rules_follow() {
    let service = Service::with_year().await;
    service.blocs().agree_next_leader(agree("tand-tinh")).await.unwrap();
    let longer = update("3", &["last_date"], |year| {
        year.last_date = day(2024, 1, 1);
        year.leader = unit(FORMER);
    });
    let updated = service.blocs().update_year(by(LEADER, longer)).await.unwrap().into_inner();
    assert_eq!((updated.rule_set.as_str(), updated.leader), ("ruleSets/luat-2022", unit("thanh-tra-tinh")));
    assert_eq!((updated.next_leader, updated.etag.as_str()), (unit("tand-tinh"), "4"));
    assert_eq!(updated.next_leader_agreed_date, day(2023, 11, 21));
    let told = refused(
        service.blocs().update_year(update("3", &["last_date"], |_| {})).await,
        ErrorReason::EtagMismatch,
    );
    assert_eq!(told, facts(&[("resource", YEAR), ("etag", "3")]));
}

#[tokio::test]
async fn an_update_is_held_to_the_same_rules() {
    let service = Service::with_year().await;
    let stranger = update("", &["leader"], |year| year.leader = unit("stranger"));
    refused(service.blocs().update_year(stranger).await, ErrorReason::NotMember);
    let backwards = update("", &["last_date"], |year| year.last_date = day(2022, 1, 1));
    let told = refused(service.blocs().update_year(backwards).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "bloc_year.last_date")]));
    let output = update("", &["next_leader"], |year| year.next_leader = unit("tand-tinh"));
    let ignored = service.blocs().update_year(output).await.unwrap().into_inner();
    assert_eq!((ignored.next_leader.as_str(), ignored.etag.as_str()), ("", "2"));
    let again =
        proto::UpdateYearRequest { request_id: REQUEST_ID.to_owned(), ..update("2", &["leader"], |_| {}) };
    let first = service.blocs().update_year(again.clone()).await.unwrap().into_inner();
    assert_eq!(service.blocs().update_year(again).await.unwrap().into_inner(), first);
}

#[tokio::test]
async fn nobody_else_runs_the_year() {
    let service = Service::with_year().await;
    let told = refused(
        service.blocs().update_year(by(MEMBER, update("", &["leader"], |_| {}))).await,
        ErrorReason::NotLeader,
    );
    let caller = "offices/van-phong for units/tand-tinh";
    let expected = facts(&[("caller", caller), ("year", YEAR), ("leader", "units/thanh-tra-tinh")]);
    assert_eq!(told, expected);
    let told = refused(
        service.blocs().agree_next_leader(by(MEMBER, agree("tand-tinh"))).await,
        ErrorReason::NotLeader,
    );
    assert_eq!(told, expected);
    let none = proto::AgreeNextLeaderRequest { name: "blocs/x/years/2023".to_owned(), ..agree("tand-tinh") };
    refused(service.blocs().agree_next_leader(by(RECORDER, none)).await, ErrorReason::CallerNotAllowed);
    let absent = update("", &[], |year| year.name = "blocs/x/years/2023".to_owned());
    refused(service.blocs().update_year(by(RECORDER, absent.clone())).await, ErrorReason::CallerNotAllowed);
    refused(service.blocs().update_year(absent).await, ErrorReason::ResourceNotFound);
}

#[tokio::test]
async fn the_next_leader_is_agreed_once() {
    let service = Service::with_year().await;
    let request = proto::AgreeNextLeaderRequest { request_id: REQUEST_ID.to_owned(), ..agree("tand-tinh") };
    let agreed = service.blocs().agree_next_leader(by(LEADER, request.clone())).await.unwrap().into_inner();
    assert_eq!(agreed.next_leader, unit("tand-tinh"));
    assert_eq!(agreed.next_leader_agreed_date, day(2023, 11, 21));
    let again = service.blocs().agree_next_leader(by(LEADER, request)).await.unwrap().into_inner();
    assert_eq!(again, agreed);
    let told = refused(
        service.blocs().agree_next_leader(agree("cong-an-tinh")).await,
        ErrorReason::NextLeaderAgreed,
    );
    assert_eq!(told, facts(&[("year", YEAR), ("next_leader", "units/tand-tinh")]));
}

#[tokio::test]
async fn the_next_leader_is_a_member_on_the_day() {
    let service = Service::with_year().await;
    let told = refused(service.blocs().agree_next_leader(agree(FORMER)).await, ErrorReason::NotMember);
    assert_eq!(told, facts(&[("unit", "units/so-ngoai-vu"), ("bloc", BLOC), ("date", "2023-11-21")]));
    let early = proto::AgreeNextLeaderRequest { agreed_date: day(2022, 12, 14), ..agree("tand-tinh") };
    let told = refused(service.blocs().agree_next_leader(early).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "agreed_date")]));
    let empty = proto::AgreeNextLeaderRequest::default();
    let told = refused(service.blocs().agree_next_leader(empty).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "name,next_leader,agreed_date")]));
}

#[tokio::test]
async fn years_are_listed_to_the_end() {
    let service = with_bloc().await;
    for year in [2021, 2019, 2020] {
        let request = with(|content| {
            *content = proto::BlocYear {
                leader: unit("thanh-tra-tinh"),
                first_date: day(year, 1, 1),
                last_date: day(year, 12, 31),
                ..Default::default()
            };
        });
        service.blocs().start_year(proto::StartYearRequest { year, ..request }).await.unwrap();
    }
    let mut found = Vec::new();
    let mut request = proto::ListYearsRequest { parent: BLOC.to_owned(), page_size: 1, ..Default::default() };
    loop {
        let page = service.blocs().list_years(request.clone()).await.unwrap().into_inner();
        found.extend(page.bloc_years.into_iter().map(|year| year.name));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(found, [2019, 2020, 2021].map(|year| format!("{BLOC}/years/{year}")));
    let elsewhere = proto::ListYearsRequest { parent: "blocs/other".to_owned(), ..Default::default() };
    refused(service.blocs().list_years(elsewhere).await, ErrorReason::ResourceNotFound);
    refused(service.blocs().get_year(get(YEAR)).await, ErrorReason::ResourceNotFound);
}
