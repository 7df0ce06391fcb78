//! The main journey with the real program: an empty folder becomes the example year's report, a record changes it, a second
//! start finds everything.

#![expect(clippy::expect_used, reason = "a test stops where it cannot go on")]

use thidua_proto::journal::GetHeadRequest;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::reports::bloc_report_service_client::BlocReportServiceClient;
use thidua_proto::reports::{
    BlocReport, GenerateBlocReportRequest, ReportFigureStatus, report_figure::Value,
};
use thidua_proto::statistics::ExplainFigureRequest;
use thidua_proto::statistics::explain_figure_response::Part;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_tests::program::{Program, printed, thidua};
use thidua_tests::sample;
use tonic::transport::Channel;

/// The phrases of the newspaper report of the conference, as the program must compute and write them.
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
async fn the_records_behind_every_figure_of_the_report_add_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (office, _) = Program::office(folder.path(), &[]).await;
    let report = report(&office.channel(), None).await;
    assert!(report.figures.len() >= 18, "{} figures", report.figures.len());
    let mut figures = FigureServiceClient::new(office.channel());
    for figure in &report.figures {
        let request = ExplainFigureRequest {
            measure: figure.measure.clone(),
            window: thidua_tests::call::window(report.first_date, report.last_date),
            ..ExplainFigureRequest::default()
        };
        let mut parts = figures.explain_figure(request).await.expect("an explanation").into_inner();
        let (mut amount, mut denominator) = (0, 0);
        while let Some(message) = parts.message().await.expect("a part") {
            if let Some(Part::Contributors(part)) = message.part {
                amount += part.contributors.iter().map(|one| one.amount).sum::<i64>();
                denominator += part.contributors.iter().map(|one| one.denominator).sum::<i64>();
            }
        }
        let told = match figure.value.as_ref().expect("a value") {
            Value::Amount(amount) => (*amount, 0),
            Value::Share(share) => (share.numerator, share.denominator),
        };
        assert_eq!((amount, denominator), told, "{}", figure.measure);
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn a_return_goes_its_way_from_the_command_line() {
    const RECORDER: &str = "office=van-phong; unit=units/so-noi-vu; roles=recorder";
    const APPROVER: &str = "office=lanh-dao; unit=units/so-noi-vu; roles=approver,recorder";
    let folder = tempfile::tempdir().expect("a folder");
    let (office, _) = Program::office(folder.path(), &[]).await;
    let by = async |caller: &str, arguments: &[&str]| {
        thidua(&office, &[&["return"], arguments, &["--caller", caller]].concat()).await
    };
    let which = ["--form", "01/TCD", "--period", "2023-Q1"];
    let prepare = [&["prepare", "--unit", "so-noi-vu"][..], &which].concat();
    let prepared = by(RECORDER, &prepare).await;
    let told = String::from_utf8_lossy(&prepared.stdout).into_owned();
    assert!(prepared.status.success() && told.contains("Trạng thái: đang lập"), "{prepared:?}");
    let name = told.lines().find(|line| line.starts_with("units/")).expect("its name").to_owned();
    let submitted = by(RECORDER, &["submit", &name]).await;
    let told = String::from_utf8_lossy(&submitted.stdout).into_owned();
    let digest = told.lines().find_map(|line| line.strip_prefix("--digest ")).expect("its digest").to_owned();

    let author = RECORDER.replace("recorder", "approver");
    let refused = by(&author, &["approve", &name, "--digest", &digest]).await;
    assert!(String::from_utf8_lossy(&refused.stderr).contains("RETURN_APPROVED_BY_AUTHOR"), "{refused:?}");
    let approved = by(APPROVER, &["approve", &name, "--digest", &digest]).await;
    assert!(String::from_utf8_lossy(&approved.stdout).contains("Trạng thái: đã duyệt"), "{approved:?}");
    let standings = printed(&office, &[&["return", "standings"][..], &which].concat()).await;
    assert_eq!(standings.lines().count(), 9, "{standings}");
    assert!(
        standings.lines().any(|line| line.starts_with("Sở Nội vụ ") && line.contains("đã duyệt")),
        "{standings}"
    );

    let reopened = by(APPROVER, &["reopen", &name, "--reason", "sót một lượt tiếp"]).await;
    assert!(String::from_utf8_lossy(&reopened.stdout).contains("mở lại: sót một lượt tiếp"), "{reopened:?}");
    let again = by(RECORDER, &[&prepare[..], &["--enter", "16=3:sổ giấy"]].concat()).await;
    assert!(again.status.success(), "{again:?}");
    let lost = by(RECORDER, &["show", &name.replace("noi-vu", "noivu")]).await;
    assert!(!lost.status.success(), "{lost:?}");

    let units = printed(&office, &["list", "units", "--query", "noi vu"]).await;
    assert!(units.starts_with("units/so-noi-vu  Sở Nội vụ"), "{units}");
    for (what, line) in
        [("measures", "petitions.received"), ("forms", "TT 02/2021/TT-TTCP"), ("calendars", "tt-02-2021")]
    {
        let told = printed(&office, &["list", what]).await;
        assert!(told.lines().any(|found| found.starts_with(line)), "{told}");
    }
    assert!(office.stop().await, "it ends well");
}
