//! A service behind that is stopped, slow, or back again.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use thidua_proto::journal::{GetHeadRequest, GetHeadResponse};
use thidua_proto::reports as proto;
use thidua_proto::reports::DocumentFormat;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::{
    ComputeFiguresResponse, GetUnitRequest, Inspection, ListInspectionsResponse, ListUnitsRequest,
};
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
async fn a_request_that_is_too_long_is_told_so_over_one_replica_and_over_several() {
    let system = System::empty().await;
    let told = async |replicas: usize| {
        let (statistics, awards) = (vec![system.statistics_at; replicas], system.awards.address());
        let folder = tempfile::tempdir().unwrap();
        let deadline = Duration::from_secs(10);
        let gateway = Program::gateway(&statistics, awards, deadline, folder.path()).await;
        let request = create_unit("units/dai", &"x".repeat(17 * 1024 * 1024));
        let refusal = DirectoryServiceClient::new(gateway.connect()).create_unit(request).await.unwrap_err();
        let code = refusal.code();
        let (reason, metadata) = refused(Err::<(), _>(refusal), "thidua.statistics.v1");
        (code, reason, metadata)
    };
    let direct = create_unit("units/dai", &"x".repeat(17 * 1024 * 1024));
    let direct = DirectoryServiceClient::new(system.statistics().connect()).create_unit(direct).await;
    let code = direct.as_ref().unwrap_err().code();
    let (reason, metadata) = refused(direct, "thidua.statistics.v1");
    assert_eq!(reason, "MESSAGE_UNREADABLE");
    for replicas in [1, 2] {
        assert_eq!(told(replicas).await, (code, reason.clone(), metadata.clone()), "{replicas}");
    }
}

#[tokio::test]
async fn a_partial_report_comes_before_the_callers_deadline() {
    let system = System::start().await;
    let silence = TcpListener::bind(any()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let statistics = [silence.local_addr().unwrap()];
    // The gateway itself would wait longer than the caller does.
    let deadline = Duration::from_hours(1);
    let gateway = Program::gateway(&statistics, system.awards.address(), deadline, folder.path()).await;
    let mut reports = proto::bloc_report_service_client::BlocReportServiceClient::new(gateway.connect());
    let within = |request| {
        let mut request = tonic::Request::new(request);
        request.set_timeout(Duration::from_secs(3));
        request
    };
    let partial = reports.generate_bloc_report(within(partial())).await.unwrap().into_inner();
    assert_eq!((partial.missing_parts.len(), partial.members.len()), (1, 2));
    let whole = reports.generate_bloc_report(within(report())).await.unwrap_err();
    assert!(matches!(whole.code(), Code::DeadlineExceeded | Code::Unavailable), "{whole:?}");
}

#[tokio::test]
async fn a_service_is_given_what_remains_of_the_callers_time() {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let statistics = stand_in(move |request| {
        if request.uri().path().starts_with("/thidua.") {
            let timeout =
                request.headers().get("grpc-timeout").map(|value| value.to_str().unwrap().to_owned());
            sender.send(timeout).unwrap();
        }
        std::future::ready(Status::not_found("").into_http())
    });
    let statistics = [statistics.await];
    let folder = tempfile::tempdir().unwrap();
    let gateway = Program::gateway(&statistics, any(), Duration::from_secs(10), folder.path()).await;
    let mut directory = DirectoryServiceClient::new(gateway.connect());
    let name = UNITS[0].0.to_owned();
    let mut hurried = tonic::Request::new(GetUnitRequest { name: name.clone() });
    hurried.set_timeout(Duration::from_secs(20));
    directory.get_unit(hurried).await.unwrap_err();
    directory.get_unit(GetUnitRequest { name }).await.unwrap_err();
    for most in [20, 30] {
        let passed_on = receiver.recv().await.unwrap().unwrap();
        let passed_on = thidua_chassis::edge::timeout(&passed_on).unwrap();
        assert!(passed_on < Duration::from_secs(most), "{passed_on:?}");
    }
}

#[tokio::test]
async fn a_report_is_not_made_of_records_that_keep_changing() {
    let system = System::start().await;
    let revision = Arc::new(AtomicI64::new(100));
    let statistics = stand_in(move |request| {
        let answer = match request.uri().path().rsplit('/').next() {
            Some("GetHead") => {
                let revision = revision.fetch_add(1, Ordering::Relaxed);
                success(&GetHeadResponse { revision, ..Default::default() })
            }
            Some("ComputeFigures") => {
                let revision = revision.load(Ordering::Relaxed);
                success(&ComputeFiguresResponse { revision, ..Default::default() })
            }
            Some("ListInspections") => success(&ListInspectionsResponse {
                inspections: vec![Inspection::default()],
                ..Default::default()
            }),
            _ => Status::unimplemented("").into_http(),
        };
        std::future::ready(answer)
    });
    let statistics = [statistics.await];
    let folder = tempfile::tempdir().unwrap();
    let awards = system.awards.address();
    let gateway = Program::gateway(&statistics, awards, Duration::from_mins(10), folder.path()).await;
    let mut reports = proto::bloc_report_service_client::BlocReportServiceClient::new(gateway.connect());
    let whole = reports.generate_bloc_report(report()).await;
    assert_eq!(whole.as_ref().unwrap_err().code(), Code::Unavailable);
    let facts = [("upstream", "statistics"), ("attempts", "10")];
    assert_eq!(refused(whole, REPORTS), told("UPSTREAM_UNSETTLED", &facts));
    let partial = reports.generate_bloc_report(partial()).await.unwrap().into_inner();
    let missing = partial.missing_parts[0].label.clone().unwrap();
    assert!(missing.en.contains("kept changing") && missing.vi.contains("liên tục thay đổi"), "{missing:?}");
    assert_eq!((partial.missing_parts.len(), partial.notable_inspections.len()), (1, 0));
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_is_told_as_that() {
    let broken = stand_in(|_| std::future::ready(Status::data_loss("").into_http())).await;
    let folder = tempfile::tempdir().unwrap();
    let gateway = Program::gateway(&[broken], broken, Duration::from_secs(10), folder.path()).await;
    let mut reports = proto::bloc_report_service_client::BlocReportServiceClient::new(gateway.connect());
    let answer = reports.generate_bloc_report(report()).await;
    assert_eq!(refused(answer, REPORTS), told("UPSTREAM_BROKEN", &[("upstream", "awards")]));
}

#[tokio::test]
async fn an_error_that_is_too_large_fails_its_own_call_alone() {
    let goes_on = Arc::new(tokio::sync::Semaphore::new(0));
    let has_come = Arc::new(tokio::sync::Semaphore::new(0));
    let (going, coming) = (goes_on.clone(), has_come.clone());
    let statistics = stand_in(move |request| {
        let (going, coming) = (going.clone(), coming.clone());
        async move {
            match request.uri().path().rsplit('/').next() {
                Some("GetUnit") => {
                    coming.add_permits(1);
                    going.acquire().await.unwrap().forget();
                    Status::not_found("there is none").into_http()
                }
                Some("ListUnits") => Status::invalid_argument("x".repeat(300_000)).into_http(),
                _ => Status::unimplemented("").into_http(),
            }
        }
    });
    let statistics = [statistics.await];
    let folder = tempfile::tempdir().unwrap();
    let gateway = Program::gateway(&statistics, any(), Duration::from_secs(10), folder.path()).await;
    let mut directory = DirectoryServiceClient::new(gateway.connect());
    let waiting = {
        let mut directory = directory.clone();
        let request = GetUnitRequest { name: UNITS[0].0.to_owned() };
        tokio::spawn(async move { directory.get_unit(request).await.unwrap_err() })
    };
    has_come.acquire().await.unwrap().forget();
    let too_large = directory.list_units(ListUnitsRequest::default()).await;
    assert_eq!(refused(too_large, REPORTS), told("UPSTREAM_BROKEN", &[("upstream", "statistics")]));
    goes_on.add_permits(1);
    assert_eq!(waiting.await.unwrap().code(), Code::NotFound);
}
