//! `kill -9` in the middle of concurrent creates, of the program, of one replica, of PostgreSQL: what was acknowledged is
//! there once, nothing is there twice, cells equal the recomputation, the journal verifies. `THIDUA_KILL_ROUNDS` sets the number of rounds.

#![expect(clippy::expect_used, reason = "a test stops where it cannot go on")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use thidua_proto::journal::VerifyJournalRequest;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::figure::Value;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_proto::statistics::{ComputeFiguresRequest, ListPetitionsRequest};
use thidua_tests::cluster::Cluster;
use thidua_tests::program::Program;
use thidua_tests::sample;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use uuid::Uuid;

/// How many callers create at once.
const CALLERS: usize = 16;

/// A create that was sent, and whether it was acknowledged.
struct Sent {
    number: i64,
    request_id: String,
    acknowledged: Option<String>,
}

/// How many rounds a test makes.
fn rounds() -> u32 {
    #[expect(clippy::disallowed_methods, reason = "the number of rounds is the tester's choice")]
    std::env::var("THIDUA_KILL_ROUNDS").map_or(5, |rounds| rounds.parse().expect("a number"))
}

/// How many creates are acknowledged before the blow: different in every round, and the same in every run, from the start
/// of the load to deep in it. Counted, not timed, so that it meets a load on a slow machine as well.
fn acknowledged_before(round: u32) -> u32 {
    1 + (round * 37) % 180
}

/// From the last of them to the blow, so that it meets other steps of a batch than the answering.
fn pause(round: u32) -> Duration {
    Duration::from_micros(u64::from((round * 613) % 7000))
}

async fn start(store: &str) -> Program {
    Program::start("statistics", &["--listen=127.0.0.1:0", "--store", store]).await
}

/// What was sent so far, and what came of it.
#[derive(Default)]
struct Account {
    /// The number of each record that was created, by its name.
    names: BTreeMap<String, i64>,
    acknowledged: usize,
    in_doubt: usize,
}

impl Account {
    /// Sends every create of a round again, with its request id: it answers as it did, or is done now, once.
    async fn settle(&mut self, channel: &Channel, sent: Vec<Sent>, round: u32) {
        for create in sent {
            let name = repeat(channel, &create).await;
            if let Some(acknowledged) = create.acknowledged {
                self.acknowledged += 1;
                assert_eq!(acknowledged, name, "round {round}: another answer");
            } else {
                self.in_doubt += 1;
            }
            assert_eq!(self.names.insert(name, create.number), None, "round {round}: doubled");
        }
    }

    /// Past the test harness, which keeps what tests print.
    fn tell(&self, rounds: u32, what: &str) {
        assert!(self.acknowledged > 0 && self.in_doubt > 0, "the blows did not meet a load");
        let (acknowledged, in_doubt) = (self.acknowledged, self.in_doubt);
        let line = format!(
            "{rounds} rounds of {what}: {acknowledged} acknowledged creates, 0 lost, 0 doubled; {in_doubt} in doubt, settled by sending them again; every journal verified"
        );
        writeln!(std::io::stderr(), "{line}").expect("standard error");
    }
}

async fn create_unit(program: &Program) {
    let mut directory = DirectoryServiceClient::new(program.channel());
    directory.create_unit(sample::unit("do")).await.expect("a unit");
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_the_program_loses_and_doubles_nothing_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("sqlite:{}", folder.path().join("statistics.sqlite").display());
    kill_the_program(&store, "killing the one program, on SQLite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_the_program_loses_and_doubles_nothing_on_postgresql() {
    let Some(cluster) = Cluster::start(&[]) else { return };
    kill_the_program(&cluster.database(), "killing the one program, on PostgreSQL").await;
}

async fn kill_the_program(store: &str, what: &str) {
    let mut account = Account::default();
    for round in 0..rounds() {
        let program = start(store).await;
        if round == 0 {
            create_unit(&program).await;
        }
        let load = Load::begin(&[&program], round);
        load.is_met(round).await;
        program.kill().await;
        let sent = load.end().await;

        let program = start(store).await;
        account.settle(&program.channel(), sent, round).await;
        check(&program.channel(), &account.names, round).await;
        assert!(program.stop().await, "round {round}: it does not end well");
    }
    account.tell(rounds(), what);
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_one_of_two_replicas_loses_and_doubles_nothing() {
    let Some(cluster) = Cluster::start(&[]) else { return };
    let store = cluster.database();
    let (mut one, mut other) = (start(&store).await, start(&store).await);
    create_unit(&one).await;
    let mut account = Account::default();
    for round in 0..rounds() {
        let load = Load::begin(&[&one, &other], round);
        load.is_met(round).await;
        one.kill().await;
        load.goes_on_at(1, round).await;
        let sent = load.end().await;
        account.settle(&other.channel(), sent, round).await;
        check(&other.channel(), &account.names, round).await;
        // Back again, and the other one's turn.
        one = std::mem::replace(&mut other, start(&store).await);
        check(&other.channel(), &account.names, round).await;
    }
    account.tell(rounds(), "killing one of two replicas, on PostgreSQL");
    for program in [one, other] {
        assert!(program.stop().await, "a replica does not end well");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_the_database_loses_and_doubles_nothing() {
    let Some(cluster) = Cluster::start(&[]) else { return };
    let store = cluster.database();
    let replicas = [start(&store).await, start(&store).await];
    create_unit(&replicas[0]).await;
    let mut account = Account::default();
    let rounds = rounds().div_ceil(5);
    for round in 0..rounds {
        let load = Load::begin(&[&replicas[0], &replicas[1]], round);
        load.is_met(round).await;
        cluster.kill();
        load.is_refused(round).await;
        // Sometimes it is away until every caller has been refused, sometimes it is back before anybody is.
        let sent = if round % 4 == 0 {
            let sent = load.end().await;
            cluster.restart();
            sent
        } else {
            let ending = tokio::spawn(load.end());
            cluster.restart();
            ending.await.expect("a load that ends")
        };
        // No program was started again: they heal by themselves.
        account.settle(&replicas[0].channel(), sent, round).await;
        for replica in &replicas {
            check(&replica.channel(), &account.names, round).await;
        }
    }
    account.tell(rounds, "killing PostgreSQL under two replicas");
    for program in replicas {
        assert!(program.stop().await, "a replica does not end well");
    }
}

/// How many creates were acknowledged, by the place of the program among those under load, and how many refused.
#[derive(Default)]
struct Count {
    acknowledged: BTreeMap<usize, u32>,
    refused: u32,
}

/// Callers who create until they are refused, or until the load ends.
struct Load {
    callers: Vec<JoinHandle<Vec<Sent>>>,
    count: watch::Sender<Count>,
    over: watch::Sender<bool>,
}

impl Load {
    fn begin(programs: &[&Program], round: u32) -> Self {
        let (count, over) = (watch::Sender::new(Count::default()), watch::Sender::new(false));
        let channels: Vec<Channel> = programs.iter().map(|program| program.channel()).collect();
        let callers =
            channels.iter().enumerate().cycle().take(CALLERS).zip(0..).map(|((place, channel), caller)| {
                let caller = Caller {
                    channel: channel.clone(),
                    place,
                    first: i64::from(round) * 1_000_000 + caller * 10_000,
                    count: count.clone(),
                    over: over.subscribe(),
                };
                tokio::spawn(caller.create_until_over())
            });
        Self { callers: callers.collect(), count, over }
    }

    async fn wait_for(&self, round: u32, what: &str, reached: impl Fn(&Count) -> bool) {
        let mut count = self.count.subscribe();
        let waiting = tokio::time::timeout(Duration::from_mins(1), count.wait_for(reached));
        let reached = waiting.await.unwrap_or_else(|_| panic!("round {round}: {what}"));
        drop(reached.expect("a load"));
    }

    /// Ends in the middle of the load, where the blow of this round falls.
    async fn is_met(&self, round: u32) {
        let deep = |count: &Count| count.acknowledged.values().sum::<u32>() >= acknowledged_before(round);
        self.wait_for(round, "no creates are acknowledged", deep).await;
        tokio::time::sleep(pause(round)).await;
    }

    /// Ends when a program has acknowledged as many creates again as it has callers, and its callers have not been refused.
    async fn goes_on_at(&self, place: usize, round: u32) {
        let of = |count: &Count| count.acknowledged.get(&place).copied().unwrap_or_default();
        let wanted = of(&self.count.borrow()) + u32::try_from(CALLERS / 2).expect("few");
        self.wait_for(round, "the other replica does not go on", |count| of(count) >= wanted).await;
    }

    /// Ends when a caller has been refused.
    async fn is_refused(&self, round: u32) {
        self.wait_for(round, "nobody notices", |count| count.refused > 0).await;
    }

    async fn end(self) -> Vec<Sent> {
        self.over.send_replace(true);
        let mut sent = Vec::new();
        for caller in self.callers {
            sent.extend(caller.await.expect("a caller that ends"));
        }
        sent
    }
}

/// One who creates, each record as soon as the last is acknowledged.
struct Caller {
    channel: Channel,
    place: usize,
    first: i64,
    count: watch::Sender<Count>,
    over: watch::Receiver<bool>,
}

impl Caller {
    async fn create_until_over(self) -> Vec<Sent> {
        let mut client = PetitionServiceClient::new(self.channel);
        let mut sent = Vec::new();
        for number in self.first.. {
            let request_id = Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()).to_string();
            let answer = client.create_petition(sample::create_petition("do", "", number, &request_id)).await;
            let acknowledged = answer.as_ref().ok().map(|created| created.get_ref().name.clone());
            let refused = acknowledged.is_none();
            self.count.send_modify(|count| {
                if refused {
                    count.refused += 1;
                } else {
                    *count.acknowledged.entry(self.place).or_default() += 1;
                }
            });
            sent.push(Sent { number, request_id, acknowledged });
            if refused || *self.over.borrow() {
                break;
            }
        }
        sent
    }
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
        window: thidua_tests::call::window(Some(sample::day(0)), Some(sample::day(341))),
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
