use thidua_proto::awards as proto;
use thidua_proto::awards::ErrorReason;

use super::harness::*;

const OLD: &str = "ruleSets/luat-2003";

#[tokio::test]
async fn rule_sets_are_listed_by_first_day() {
    let service = Service::start().await;
    let sets = service
        .rules()
        .list_rule_sets(proto::ListRuleSetsRequest::default())
        .await
        .unwrap()
        .into_inner()
        .rule_sets;
    let spans: Vec<_> = sets.iter().map(|set| (set.name.as_str(), set.first_date, set.last_date)).collect();
    let expected = [(OLD, day(2004, 7, 1), day(2023, 12, 31)), ("ruleSets/luat-2022", day(2024, 1, 1), None)];
    assert_eq!(spans, expected);
    let request = proto::GetRuleSetRequest { name: OLD.to_owned() };
    assert_eq!(service.rules().get_rule_set(request).await.unwrap().into_inner(), sets[0]);
    let unknown = proto::GetRuleSetRequest { name: "ruleSets/luat-1997".to_owned() };
    let told = refused(service.rules().get_rule_set(unknown).await, ErrorReason::ResourceNotFound);
    assert_eq!(told, facts(&[("resource", "ruleSets/luat-1997")]));
}

#[tokio::test]
async fn titles_are_listed_highest_first() {
    let service = Service::start().await;
    let request = proto::ListTitlesRequest { rule_set: OLD.to_owned(), ..Default::default() };
    let titles = service.rules().list_titles(request).await.unwrap().into_inner().titles;
    let codes: Vec<_> = titles.iter().map(|title| title.code.as_str()).collect();
    let expected = [
        FLAG,
        "bang-khen-thu-tuong",
        "co-thi-dua-tinh",
        "bang-khen-chu-tich-ubnd-tinh",
        "tap-the-lao-dong-xuat-sac",
        "tap-the-lao-dong-tien-tien",
    ];
    assert_eq!(codes, expected);
    let unknown = proto::ListTitlesRequest { rule_set: "ruleSets/x".to_owned(), ..Default::default() };
    refused(service.rules().list_titles(unknown).await, ErrorReason::ResourceNotFound);
}

#[tokio::test]
async fn a_title_is_read_by_code() {
    let service = Service::start().await;
    let get = |rule_set: &str, code: &str| proto::GetTitleRequest {
        rule_set: rule_set.to_owned(),
        title: code.to_owned(),
    };
    let title = service.rules().get_title(get(OLD, FLAG)).await.unwrap().into_inner();
    assert_eq!(title.display_name, "Cờ thi đua của Chính phủ");
    assert_eq!(title.kind(), proto::TitleKind::EmulationTitle);
    let certificate = service.rules().get_title(get(OLD, "bang-khen-thu-tuong")).await.unwrap().into_inner();
    assert_eq!(certificate.kind(), proto::TitleKind::Commendation);
    let told = refused(service.rules().get_title(get(OLD, "x")).await, ErrorReason::TitleUnknown);
    assert_eq!(told, facts(&[("title", "x"), ("rule_set", OLD)]));
    let told = refused(service.rules().get_title(get("x", "")).await, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", "rule_set,title")]));
}
