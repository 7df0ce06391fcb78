use thidua_proto::awards as proto;
use thidua_proto::awards::ErrorReason;

use super::harness::*;

const PROVINCE_FLAG: &str = "co-thi-dua-tinh";
const CERTIFICATE: &str = "bang-khen-chu-tich-ubnd-tinh";

/// The outcome of the conference of 21 November 2023: six of eight are endorsed, the next leader is agreed.
const ENDORSED: [(&str, &str); 6] = [
    ("thanh-tra-tinh", FLAG),
    ("cong-an-tinh", PROVINCE_FLAG),
    ("tand-tinh", PROVINCE_FLAG),
    ("so-noi-vu", CERTIFICATE),
    ("vien-ksnd-tinh", CERTIFICATE),
    ("bo-chi-huy-quan-su-tinh", CERTIFICATE),
];

fn get(name: &str) -> proto::GetYearRecordRequest {
    proto::GetYearRecordRequest { name: name.to_owned() }
}

#[tokio::test]
async fn the_year_of_the_standing_example_is_on_record() {
    let service = Service::with_year().await;
    for (number, (unit, title)) in (1..).zip(ENDORSED) {
        service.endorse(&format!("n{number}"), unit, title).await;
    }
    service.blocs().agree_next_leader(by(LEADER, agree("tand-tinh"))).await.unwrap();
    let nomination = format!("{YEAR}/nominations/n1");
    service.awards().record_decision(decision("1", &nomination)).await.unwrap();

    let record = service.blocs().get_year_record(get(YEAR)).await.unwrap().into_inner();
    assert_eq!((record.name.as_str(), record.revision), (YEAR, 16));
    assert_eq!(record.bloc.unwrap().name, BLOC);
    assert_eq!(record.bloc_year.unwrap().next_leader, unit("tand-tinh"));
    let rules = record.rule_set.unwrap();
    assert_eq!(rules.name, "ruleSets/luat-2003");
    let found: Vec<_> = record.nominations.iter().map(|one| (one.unit.clone(), one.title.as_str())).collect();
    assert_eq!(found, ENDORSED.map(|(of, title)| (unit(of), title)));
    assert!(record.nominations.iter().all(|one| one.state() == proto::NominationState::Endorsed));
    let voted: Vec<_> = record.ballots.iter().map(|ballot| ballot.nomination.as_str()).collect();
    let nominated: Vec<_> = record.nominations.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(voted, nominated);
    let answered: Vec<_> = record.awards.iter().map(|award| award.nomination.as_str()).collect();
    assert_eq!(answered, [nomination]);
}

#[tokio::test]
async fn a_record_is_of_its_year_alone() {
    let service = Service::with_year().await;
    let nomination = service.endorse("1", "thanh-tra-tinh", FLAG).await;
    service.awards().record_decision(decision("1", &nomination)).await.unwrap();
    let next = proto::BlocYear {
        leader: unit("tand-tinh"),
        first_date: day(2023, 12, 15),
        last_date: day(2024, 12, 14),
        ..Default::default()
    };
    let request = proto::StartYearRequest { year: 2024, bloc_year: Some(next), ..start_year() };
    service.blocs().start_year(request).await.unwrap();
    let name = format!("{BLOC}/years/2024");
    let record = service.blocs().get_year_record(get(&name)).await.unwrap().into_inner();
    assert_eq!(record.rule_set.unwrap().name, "ruleSets/luat-2022");
    assert_eq!((record.nominations.len(), record.ballots.len(), record.awards.len()), (0, 0, 0));
}

#[tokio::test]
async fn a_year_that_is_not_there_has_no_record() {
    let service = Service::with_year().await;
    let name = format!("{BLOC}/years/2024");
    let told = refused(service.blocs().get_year_record(get(&name)).await, ErrorReason::ResourceNotFound);
    assert_eq!(told, facts(&[("resource", &name)]));
    refused(service.blocs().get_year_record(get(BLOC)).await, ErrorReason::FieldInvalid);
}
