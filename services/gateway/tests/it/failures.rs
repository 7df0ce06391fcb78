//! A service behind that is stopped, slow, or back again.

use std::time::Duration;

use thidua_proto::journal::GetHeadRequest;
use thidua_proto::reports as proto;
use thidua_proto::reports::DocumentFormat;
use thidua_proto::statistics::GetUnitRequest;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use tokio::net::TcpListener;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::harness::*;

const REPORTS: &str = "thidua.reports.v1";

#[track_caller]
fn is_unavailable<T: std::fmt::Debug>(result: Result<T, Status>, upstream: &str) {
    let status = result.as_ref().unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.get_error_details().retry_info().unwrap().retry_delay.is_some());
    assert_eq!(refused(result, REPORTS), told("UPSTREAM_UNAVAILABLE", &[("upstream", upstream)]));
}

fn partial() -> proto::GenerateBlocReportRequest {
    proto::GenerateBlocReportRequest { allow_partial: true, ..report() }
}

#[tokio::test]
async fn without_statistics_nothing_is_made_up_and_nothing_needs_a_restart() {
    let mut system = System::start().await;
    let before = system.generate(report()).await.unwrap();
    system.stop_statistics().await;

    is_unavailable(system.generate(report()).await, "statistics");
    is_unavailable(system.render(document(DocumentFormat::Text, "vi")).await, "statistics");
    let name = UNITS[0].0.to_owned();
    let mut directory = DirectoryServiceClient::new(system.channel.clone());
    is_unavailable(directory.get_unit(GetUnitRequest { name: name.clone() }).await, "statistics");
    let head = GetHeadRequest { journal: "journals/statistics".to_owned() };
    is_unavailable(system.journals().get_head(head).await, "statistics");
    system.journals().get_head(GetHeadRequest { journal: "journals/awards".to_owned() }).await.unwrap();

    system.start_statistics().await;
    assert_eq!(system.generate(report()).await.unwrap(), before);
    assert_eq!(
        directory.get_unit(GetUnitRequest { name: name.clone() }).await.unwrap().into_inner().name,
        name
    );
}

#[tokio::test]
async fn a_partial_report_names_what_is_missing() {
    let mut system = System::start().await;
    let whole = system.generate(partial()).await.unwrap();
    assert_eq!((whole.missing_parts.len(), whole.figures.len()), (0, 18));
    system.stop_statistics().await;

    let report = system.generate(partial()).await.unwrap();
    assert_eq!(
        report.missing_parts.iter().map(|part| part.service.as_str()).collect::<Vec<_>>(),
        ["statistics"]
    );
    assert_eq!(
        (report.figures.len(), report.member_figures.len(), report.notable_inspections.len()),
        (0, 0, 0)
    );
    assert_eq!(report.sources.iter().map(|source| source.service.as_str()).collect::<Vec<_>>(), ["awards"]);
    assert_eq!(
        (report.members.as_slice(), report.nominations.as_slice()),
        (&whole.members[..], &whole.nominations[..])
    );
    for format in [DocumentFormat::Text, DocumentFormat::Markdown, DocumentFormat::Html] {
        for (language, notice) in [("vi", "BÁO CÁO CHƯA ĐẦY ĐỦ."), ("en", "INCOMPLETE REPORT.")] {
            let request =
                proto::RenderBlocReportRequest { allow_partial: true, ..document(format, language) };
            let page = system.render(request).await.unwrap().content;
            assert!(page.contains(notice), "{page}");
        }
    }
    let page = system.render(document(DocumentFormat::Text, "vi")).await;
    is_unavailable(page, "statistics");

    system.start_statistics().await;
    assert_eq!(system.generate(partial()).await.unwrap(), whole);
}

/// A gateway in front of a port where nobody ever answers.
async fn in_front_of_silence(
    system: &System,
    silent_is_statistics: bool,
) -> (TcpListener, Program, tempfile::TempDir) {
    let silence = TcpListener::bind(any()).await.unwrap();
    let (silent, awards) = (silence.local_addr().unwrap(), system.awards.address());
    let folder = tempfile::tempdir().unwrap();
    let awards = if silent_is_statistics { awards } else { silent };
    let gateway = Program::gateway(&[silent], awards, Duration::from_millis(1500), folder.path()).await;
    (silence, gateway, folder)
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_not_waited_for() {
    let system = System::start().await;
    let (_silence, gateway, _folder) = in_front_of_silence(&system, true).await;
    let mut reports = proto::bloc_report_service_client::BlocReportServiceClient::new(gateway.connect());
    is_unavailable(reports.generate_bloc_report(report()).await, "statistics");
    let report = reports.generate_bloc_report(partial()).await.unwrap().into_inner();
    assert_eq!((report.missing_parts.len(), report.members.len()), (1, 2));
}

#[tokio::test]
async fn without_awards_there_is_no_partial_report() {
    let system = System::start().await;
    let (_silence, gateway, _folder) = in_front_of_silence(&system, false).await;
    let mut reports = proto::bloc_report_service_client::BlocReportServiceClient::new(gateway.connect());
    is_unavailable(reports.generate_bloc_report(partial()).await, "awards");
}

#[tokio::test]
async fn a_request_that_is_too_long_is_told_so_by_the_service_also_over_several_replicas() {
    let system = System::empty().await;
    let told = async |replicas: usize| {
        let (statistics, awards) = (vec![system.statistics_at; replicas], system.awards.address());
        let folder = tempfile::tempdir().unwrap();
        let deadline = Duration::from_secs(10);
        let gateway = Program::gateway(&statistics, awards, deadline, folder.path()).await;
        let request = create_unit("units/dai", &"x".repeat(17 * 1024 * 1024));
        let refusal = DirectoryServiceClient::new(gateway.connect()).create_unit(request).await.unwrap_err();
        assert_eq!(refusal.code(), Code::OutOfRange, "{refusal:?}");
        refused(Err::<(), _>(refusal), "thidua.statistics.v1")
    };
    let one = told(1).await;
    assert_eq!(one.0, "MESSAGE_UNREADABLE");
    assert_eq!(told(2).await, one);
}
