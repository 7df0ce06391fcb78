//! The main journey with the real program: an empty folder becomes the example year's report, a record changes it, a second
//! start finds everything.

#![expect(clippy::expect_used, reason = "a test stops where it cannot go on")]

use thidua_proto::journal::GetHeadRequest;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::reports::bloc_report_service_client::BlocReportServiceClient;
use thidua_proto::reports::{
    BlocReport, GenerateBlocReportRequest, ReportFigureStatus, report_figure::Value,
};
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_tests::program::Program;
use thidua_tests::sample;
use tonic::transport::Channel;

/// The phrases of the newspaper report (`shared/seed`), as the program must compute and write them.
const PHRASES: [&str; 8] =
    ["128 cuộc", "441", "gần 43,6 tỷ đồng", "9 vụ việc", "3.704 lượt", "5.767 người", "3.868", "88,1%"];

async fn report(channel: &Channel, cut_off: Option<thidua_proto::Date>) -> BlocReport {
    let request = GenerateBlocReportRequest {
        bloc: "blocs/noi-chinh-bac-ninh".to_owned(),
        year: 2023,
        cut_off_date: cut_off,
        ..GenerateBlocReportRequest::default()
    };
    let mut client = BlocReportServiceClient::new(channel.clone());
    client.generate_bloc_report(request).await.expect("a report").into_inner()
}

fn amount(report: &BlocReport, measure: &str) -> i64 {
    let figure = report.figures.iter().find(|figure| figure.measure == measure).expect("the figure");
    match figure.value.as_ref().expect("a value") {
        Value::Amount(amount) => *amount,
        Value::Share(share) => panic!("{measure} is a share: {share:?}"),
    }
}

async fn heads(channel: &Channel) -> Vec<(i64, String)> {
    let mut client = JournalServiceClient::new(channel.clone());
    let mut heads = Vec::new();
    for journal in ["journals/statistics", "journals/awards"] {
        let head = client
            .get_head(GetHeadRequest { journal: journal.to_owned() })
            .await
            .expect("a head")
            .into_inner();
        heads.push((head.revision, head.hash));
    }
    heads
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_folder_becomes_the_report_of_the_year() {
    let folder = tempfile::tempdir().expect("a folder");
    let (office, printed) = Program::office(folder.path(), &[]).await;
    for phrase in PHRASES {
        assert!(printed.lines().any(|line| line.contains(phrase)), "`{phrase}` is missing in:\n{printed}");
    }
    let channel = office.channel();
    let made = report(&channel, None).await;
    assert_eq!(made.members.len(), 8);
    assert_eq!(made.pledge_contents.len(), 10);
    assert_eq!(made.leader.expect("a leader").unit, "units/thanh-tra-tinh");
    assert_eq!(made.next_leader.expect("a next leader").unit, "units/tand-tinh");
    let titles: Vec<(&str, &str)> = made
        .nominations
        .iter()
        .map(|nomination| {
            (nomination.title.as_str(), nomination.member.as_ref().expect("a member").unit.as_str())
        })
        .collect();
    assert_eq!(
        titles,
        [
            ("co-thi-dua-chinh-phu", "units/thanh-tra-tinh"),
            ("co-thi-dua-tinh", "units/cong-an-tinh"),
            ("co-thi-dua-tinh", "units/tand-tinh"),
            ("bang-khen-chu-tich-ubnd-tinh", "units/so-noi-vu"),
            ("bang-khen-chu-tich-ubnd-tinh", "units/bo-chi-huy-quan-su-tinh"),
            ("bang-khen-chu-tich-ubnd-tinh", "units/vien-ksnd-tinh"),
        ]
    );
    assert!(
        made.nominations.iter().all(|nomination| nomination.decision_number.is_empty()),
        "a bloc only proposes"
    );
    assert_eq!(made.members_without_nomination.len(), 2);
    assert!(made.figures.iter().all(|figure| figure.status() == ReportFigureStatus::Provisional));
    let (unplanned, thematic): (Vec<_>, Vec<_>) =
        made.notable_inspections.iter().partition(|inspection| inspection.unplanned);
    assert_eq!((unplanned.len(), thematic.len()), (1, 1));

    let nine_months = report(&channel, Some(thidua_proto::Date { year: 2023, month: 9, day: 14 })).await;
    let at_nine =
        ["receptions.visits", "receptions.people", "petitions.received"].map(|m| amount(&nine_months, m));
    assert_eq!(at_nine, [3348, 5195, 3395]);
    assert!(office.stop().await, "it ends well");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_record_is_in_the_next_report_and_a_second_start_loads_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (office, _) = Program::office(folder.path(), &[]).await;
    let channel = office.channel();
    let before = amount(&report(&channel, None).await, "petitions.received");
    let request = sample::create_petition("so-noi-vu", "moi-1", 7, "");
    PetitionServiceClient::new(channel.clone()).create_petition(request).await.expect("a petition");
    assert_eq!(amount(&report(&channel, None).await, "petitions.received"), before + 1);
    let first = heads(&channel).await;
    assert!(office.stop().await, "it ends well");

    let (office, printed) = Program::office(folder.path(), &[]).await;
    assert!(printed.contains("3.869"), "the report counts the new petition:\n{printed}");
    assert_eq!(heads(&office.channel()).await, first, "nothing is loaded twice");
    assert!(office.stop().await, "it ends well");
}
