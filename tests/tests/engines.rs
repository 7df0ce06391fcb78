//! The main journey with the three programs as they are deployed: on each engine, over replicas, and moved from one engine to
//! the other.

#![expect(clippy::expect_used, reason = "a test stops where it cannot go on")]

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::journal::{GetHeadRequest, VerifyJournalRequest};
use thidua_proto::reports::RenderBlocReportRequest;
use thidua_proto::reports::bloc_report_service_client::BlocReportServiceClient;
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_tests::cluster::{Cluster, run};
use thidua_tests::program::{System, binary};
use thidua_tests::sample;
use tonic::transport::Channel;

/// The phrases of the newspaper report of the conference, as the program must compute and write them.
const PHRASES: [&str; 8] =
    ["128 cuộc", "441", "gần 43,6 tỷ đồng", "9 vụ việc", "3.704 lượt", "5.767 người", "3.868", "88,1%"];
const PROGRAMS: [&str; 3] = ["statistics", "awards", "gateway"];

fn embedded(folder: &Path) -> [String; 3] {
    PROGRAMS.map(|name| format!("sqlite:{}", folder.join(name).with_extension("sqlite").display()))
}

async fn start([statistics, awards, gateway]: &[String; 3], replicas: usize) -> System {
    System::start(statistics, awards, gateway, replicas).await
}

async fn report(channel: &Channel) -> String {
    let request = RenderBlocReportRequest {
        bloc: "blocs/noi-chinh-bac-ninh".to_owned(),
        year: 2023,
        ..RenderBlocReportRequest::default()
    };
    let rendered = BlocReportServiceClient::new(channel.clone()).render_bloc_report(request).await;
    rendered.expect("a report").into_inner().content
}

async fn heads(channel: &Channel) -> Vec<(i64, String)> {
    let mut client = JournalServiceClient::new(channel.clone());
    let mut heads = Vec::new();
    for program in PROGRAMS {
        let journal = format!("journals/{program}");
        let verified = client.verify_journal(VerifyJournalRequest { journal: journal.clone() }).await;
        let verified = verified.expect("a verification").into_inner();
        assert!(verified.valid, "{journal}: {:?}", verified.findings);
        let head = client.get_head(GetHeadRequest { journal }).await.expect("a head").into_inner();
        heads.push((head.revision, head.hash));
    }
    heads
}

async fn create(channel: &Channel, id: &str) {
    let request = sample::create_petition("thanh-tra-tinh", id, 0, "");
    PetitionServiceClient::new(channel.clone()).create_petition(request).await.expect("a petition");
}

async fn journey(stores: &[String; 3], replicas: usize) {
    let system = start(stores, replicas).await;
    system.load_example().await;
    let channel = system.gateway.channel();
    let first = report(&channel).await;
    for phrase in PHRASES {
        assert!(first.contains(phrase), "`{phrase}` is missing in:\n{first}");
    }
    create(&channel, "mot-don-nua").await;
    assert!(report(&channel).await.contains("3.869"), "the report has what was just entered");
    let before = heads(&channel).await;
    system.stop().await;

    let system = start(stores, replicas).await;
    let channel = system.gateway.channel();
    system.load_example().await;
    assert_eq!(heads(&channel).await, before, "nothing is loaded twice");
    assert!(report(&channel).await.contains("3.869"));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_on_sqlite() {
    let folder = TempDir::new().expect("a folder");
    journey(&embedded(folder.path()), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_on_postgresql() {
    let Some(cluster) = Cluster::shared() else { return };
    journey(&PROGRAMS.map(|_| cluster.database()), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_over_three_replicas() {
    let Some(cluster) = Cluster::shared() else { return };
    journey(&PROGRAMS.map(|_| cluster.database()), 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_the_gateway_does_not_notice_the_loss_of_a_replica() {
    let Some(cluster) = Cluster::shared() else { return };
    let mut system = start(&PROGRAMS.map(|_| cluster.database()), 2).await;
    system.load_example().await;
    let channel = system.gateway.channel();
    for n in 0..10 {
        create(&channel, &format!("truoc-{n}")).await;
    }
    system.statistics.remove(0).kill().await;
    system.awards.remove(1).kill().await;
    for n in 0..10 {
        create(&channel, &format!("sau-{n}")).await;
        assert!(report(&channel).await.contains(&format!("3.8{}", 79 + n)), "after {n}");
    }
    heads(&channel).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_moved_to_postgresql_is_the_same() {
    let Some(cluster) = Cluster::shared() else { return };
    let folder = TempDir::new().expect("a folder");
    let (from, to) = (embedded(folder.path()), PROGRAMS.map(|_| cluster.database()));
    let system = start(&from, 1).await;
    system.load_example().await;
    let channel = system.gateway.channel();
    let before = (report(&channel).await, heads(&channel).await);
    system.stop().await;
    for (from, to) in from.iter().zip(&to) {
        run(Command::new(binary("thidua")).args(["store", "copy", from, to]));
    }
    let system = start(&to, 1).await;
    let channel = system.gateway.channel();
    assert_eq!((report(&channel).await, heads(&channel).await), before);
    system.stop().await;
}
