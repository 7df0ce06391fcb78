//! `kill -9` in the middle of concurrent creates: what was acknowledged is there once, nothing is there twice, cells equal
//! the recomputation, the journal verifies. `THIDUA_KILL_ROUNDS` sets the number of rounds.

#![expect(clippy::expect_used, reason = "a test stops where it cannot go on")]

use std::collections::BTreeMap;
use std::time::Duration;

use thidua_proto::journal::VerifyJournalRequest;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::figure::Value;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_proto::statistics::{ComputeFiguresRequest, ListPetitionsRequest};
use thidua_tests::program::Program;
use thidua_tests::sample;
use tonic::transport::Channel;
use uuid::Uuid;

/// How many callers create at once.
const CALLERS: i64 = 16;

/// A create that was sent, and whether it was acknowledged.
struct Sent {
    number: i64,
    request_id: String,
    acknowledged: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled() {
    #[expect(clippy::disallowed_methods, reason = "the number of rounds is the tester's choice")]
    let rounds: u32 =
        std::env::var("THIDUA_KILL_ROUNDS").map_or(5, |rounds| rounds.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("sqlite:{}", folder.path().join("statistics.sqlite").display());
    let arguments = ["--listen=127.0.0.1:0", "--store", &store];
    let mut names: BTreeMap<String, i64> = BTreeMap::new();
    let (mut acknowledged, mut in_doubt) = (0, 0);
    for round in 0..rounds {
        let program = Program::start("statistics", &arguments).await;
        if round == 0 {
            let mut directory = DirectoryServiceClient::new(program.channel());
            directory.create_unit(sample::unit("do")).await.expect("a unit");
        }
        // Different in every round, and the same in every run: from the start of the load to deep in it.
        let pause = Duration::from_millis(u64::from(20 + (round * 37) % 180));
        let sent = load_until_killed(program, round, pause).await;

        let program = Program::start("statistics", &arguments).await;
        let channel = program.channel();
        for create in sent {
            let known = create.acknowledged.is_some();
            // Sent again with its request id, a create answers as it did, or is done now, once.
            let name = repeat(&channel, &create).await;
            if known {
                acknowledged += 1;
                assert_eq!(create.acknowledged.as_ref(), Some(&name), "round {round}: another answer");
            } else {
                in_doubt += 1;
            }
            assert_eq!(names.insert(name, create.number), None, "round {round}: doubled");
        }
        check(&channel, &names, round).await;
        assert!(program.stop().await, "round {round}: it does not end well");
    }
    println!(
        "{rounds} rounds: {acknowledged} acknowledged creates, 0 lost, 0 doubled; {in_doubt} in doubt, settled by sending them again; every journal verified"
    );
}

async fn load_until_killed(program: Program, round: u32, pause: Duration) -> Vec<Sent> {
    let channel = program.channel();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let channel = channel.clone();
            tokio::spawn(async move {
                create_until_refused(channel, i64::from(round) * 1_000_000 + caller * 10_000).await
            })
        })
        .collect();
    tokio::time::sleep(pause).await;
    program.kill().await;
    let mut sent = Vec::new();
    for caller in callers {
        sent.extend(caller.await.expect("a caller that ends"));
    }
    sent
}

async fn create_until_refused(channel: Channel, first: i64) -> Vec<Sent> {
    let mut client = PetitionServiceClient::new(channel);
    let mut sent = Vec::new();
    for number in first.. {
        let request_id = Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()).to_string();
        let answer = client.create_petition(sample::create_petition("do", "", number, &request_id)).await;
        let acknowledged = answer.as_ref().ok().map(|created| created.get_ref().name.clone());
        let refused = acknowledged.is_none();
        sent.push(Sent { number, request_id, acknowledged });
        if refused {
            break;
        }
    }
    sent
}

async fn repeat(channel: &Channel, create: &Sent) -> String {
    let request = sample::create_petition("do", "", create.number, &create.request_id);
    let answer = PetitionServiceClient::new(channel.clone()).create_petition(request).await;
    answer.expect("a create sent again is answered").into_inner().name
}

/// Every record is there once, the figure counts them, and journal, state and cells verify.
async fn check(channel: &Channel, names: &BTreeMap<String, i64>, round: u32) {
    let mut petitions = PetitionServiceClient::new(channel.clone());
    let mut page_token = String::new();
    let mut listed = 0;
    loop {
        let request = ListPetitionsRequest {
            parent: "units/do".to_owned(),
            page_size: 1000,
            page_token,
            ..ListPetitionsRequest::default()
        };
        let page = petitions.list_petitions(request).await.expect("a page").into_inner();
        listed += page.petitions.len();
        for petition in &page.petitions {
            assert!(names.contains_key(&petition.name), "round {round}: {} was never sent", petition.name);
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(listed, names.len(), "round {round}: lost or doubled");

    let request = ComputeFiguresRequest {
        units: vec!["units/do".to_owned()],
        measures: vec!["petitions.received".to_owned()],
        first_date: Some(sample::day(0)),
        last_date: Some(sample::day(341)),
        ..ComputeFiguresRequest::default()
    };
    let figures = FigureServiceClient::new(channel.clone())
        .compute_figures(request)
        .await
        .expect("figures")
        .into_inner();
    let counted = figures.figures.first().and_then(|figure| figure.value.clone());
    assert_eq!(
        counted,
        Some(Value::Amount(i64::try_from(names.len()).expect("few"))),
        "round {round}: the figure differs"
    );

    let verified =
        JournalServiceClient::new(channel.clone()).verify_journal(VerifyJournalRequest::default()).await;
    let verified = verified.expect("a verification").into_inner();
    assert!(verified.valid, "round {round}: {:?}", verified.findings);
}
