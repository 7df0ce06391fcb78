//! Each program as a process: its help, what it keeps to itself, and how it takes its leave.

use thidua_proto::journal::GetHeadRequest;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_tests::program::{Program, command};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

const PROGRAMS: [&str; 4] = ["statistics", "awards", "gateway", "thidua"];

/// A secret as it stands in a store's address.
const PASSWORD: &str = "mat-khau-bi-mat";

#[tokio::test]
async fn help_ends_well_and_tells_the_settings() {
    for name in PROGRAMS {
        let output = command(name, &["--help"]).output().await.expect("an end");
        assert!(output.status.success(), "{name}: {output:?}");
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told);
        for word in ["--listen", "THIDUA_LISTEN", "--log", "--deadline-ms", "[default: "] {
            assert!(told.contains(word), "{name}: no {word} in:\n{told}");
        }
    }
}

#[tokio::test]
async fn a_password_is_in_no_log_and_no_error() {
    // Port 9 (discard) of loopback: no database listens there. The second address cannot even be read.
    for address in [
        format!("postgres://nguoi-dung:{PASSWORD}@127.0.0.1:9/thidua"),
        format!("postgres://nguoi-dung:{PASSWORD}@127.0.0.1:cong/thidua"),
    ] {
        for name in ["statistics", "awards"] {
            let arguments = ["--listen=127.0.0.1:0", "--log=trace", "--store", &address];
            let output = command(name, &arguments).output().await.expect("an end");
            assert!(!output.status.success(), "{name} began without a store");
            let told = [output.stdout, output.stderr].concat();
            let told = String::from_utf8_lossy(&told);
            assert!(!told.is_empty(), "{name} says nothing");
            assert!(!told.contains(PASSWORD), "{name} tells the password:\n{told}");
        }
    }
}

/// The lame-duck time: health says that the program goes, calls are served, and then it goes.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_to_stop_says_so_and_serves_until_it_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("sqlite:{}", folder.path().join("statistics.sqlite").display());
    let arguments = ["--listen=127.0.0.1:0", "--lame-duck-ms=5000", "--store", &store];
    let program = Program::start("statistics", &arguments).await;
    let request = HealthCheckRequest { service: String::new() };
    let watch = HealthClient::new(program.channel()).watch(request).await;
    let mut watch = watch.expect("a watch").into_inner();
    let first = watch.message().await.expect("health").expect("health");
    assert_eq!(first.status(), ServingStatus::Serving);

    program.ask_to_stop().await;
    let second = watch.message().await.expect("health").expect("health");
    assert_eq!(second.status(), ServingStatus::NotServing);
    // Those who have not heard of it yet are served, over new connections too.
    let head = JournalServiceClient::new(program.channel()).get_head(GetHeadRequest::default()).await;
    assert_eq!(head.expect("an answer").into_inner().revision, 0);
    // An open watch does not hold up the end.
    assert!(program.stop().await, "it does not end well");
}
