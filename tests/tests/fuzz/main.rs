//! Every method of every service under random and mutated calls, drawn from the descriptors alone: a new method is met here
//! without being named. No call may end INTERNAL, UNKNOWN or `DATA_LOSS`, break a connection or a program, or be refused
//! without a reason and a text for people; and memory stays flat while the set of units does.
//!
//! `THIDUA_FUZZ_CALLS` sets how many calls are made, `THIDUA_FUZZ_SEED` which: a run prints its seed.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops where it cannot go on")]
#![expect(clippy::wildcard_enum_match_arm, reason = "most kinds of values are alike here")]

mod corpus;
mod draw;
mod judge;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::Arc;

use fastrand::Rng;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};
use thidua_tests::program::{Program, System};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tonic::transport::Channel;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use self::corpus::Corpus;
use self::draw::Draw;
use self::wire::{Answer, Call, Callers};

/// Calls drawn from what is known by then, and sent together.
const ROUND: u64 = 500;

/// The seed of runs that are given none: what holds back a change should come from that change. Longer runs take others.
const SEED: u64 = 2023;

/// Calls in flight.
const IN_FLIGHT: usize = 48;

/// What a program's memory may grow by in the second half of a run: the caches of its store fill up.
const MOST_GROWTH_KIB: u64 = 96 * 1024;

#[expect(clippy::disallowed_methods, reason = "how much, and what, is the tester's choice")]
fn setting(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().expect("a whole number"))
}

/// A method at a program that serves it.
struct Target {
    program: usize,
    method: MethodDescriptor,
}

/// A call with what it was drawn from.
struct Drawn {
    number: u64,
    target: usize,
    request: Option<DynamicMessage>,
    call: Call,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_ends_in_a_fault() {
    let calls = setting("THIDUA_FUZZ_CALLS").unwrap_or(3000);
    let seed = setting("THIDUA_FUZZ_SEED").unwrap_or(SEED);
    tell(&format!("fuzz: {calls} calls, THIDUA_FUZZ_SEED={seed}"));

    let folder = tempfile::tempdir().expect("a folder");
    let store = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let system =
        System::start(&store("statistics.sqlite"), &store("awards.sqlite"), &store("gateway.sqlite"), 1)
            .await;
    system.load_example().await;
    let programs = [&system.statistics[0], &system.awards[0], &system.gateway];

    let mut run = Run::begin(&programs).await;
    let half = calls / 2;
    run.rounds(seed, 0..half, Callers::All).await;
    let before: Vec<u64> = programs.iter().map(|program| program.resident_kib()).collect();
    run.rounds(seed, half..calls, Callers::Recorders).await;
    let after: Vec<u64> = programs.iter().map(|program| program.resident_kib()).collect();

    run.report(calls);
    tell(&format!(
        "memory of statistics, awards and gateway: {before:?} KiB at half, {after:?} KiB at the end"
    ));
    assert!(run.findings.is_empty(), "{} findings; THIDUA_FUZZ_SEED={seed}", run.findings.len());
    for (program, (before, after)) in programs.iter().zip(before.into_iter().zip(after)) {
        assert_eq!(program.faults(), Vec::<String>::new(), "THIDUA_FUZZ_SEED={seed}");
        assert!(after <= before + MOST_GROWTH_KIB, "memory grew from {before} to {after} KiB");
    }
    system.stop().await;
}

/// What must not be, of one kind.
#[derive(Default)]
struct Finding {
    count: u64,
    methods: BTreeSet<String>,
    /// The first of them in full.
    told: Vec<String>,
}

/// What has been found out so far.
struct Run {
    pool: DescriptorPool,
    channels: Vec<Channel>,
    targets: Vec<Target>,
    corpus: Corpus,
    findings: BTreeMap<String, Finding>,
}

impl Run {
    /// Asks each program for its services, and their lists for what is there.
    async fn begin(programs: &[&Program]) -> Self {
        let pool = DescriptorPool::decode(thidua_proto::DESCRIPTOR_SET).expect("the contract");
        let channels: Vec<Channel> = programs.iter().map(|program| program.channel()).collect();
        let mut targets = Vec::new();
        for (program, channel) in channels.iter().enumerate() {
            for name in services(channel).await {
                let service = pool.get_service_by_name(&name);
                let methods = service.iter().flat_map(prost_reflect::ServiceDescriptor::methods);
                targets.extend(methods.map(|method| Target { program, method }));
            }
        }
        let mut run = Self { pool, channels, targets, corpus: Corpus::default(), findings: BTreeMap::new() };
        run.harvest().await;
        run
    }

    /// Sends empty requests everywhere: lists, heads and catalogues answer them; and lists of all that lies below.
    async fn harvest(&mut self) {
        for seed in 0..3 {
            for target in 0..self.targets.len() {
                let Target { program, method } = &self.targets[target];
                let mut draw = Draw { rng: Rng::with_seed(seed), corpus: &self.corpus };
                let message = draw.sparse(method);
                let call = wire::plain_call(method, &message);
                let answer = wire::send(self.channels[*program].clone(), call.clone()).await;
                self.settle(&Drawn { number: 0, target, request: Some(message), call }, answer);
            }
        }
    }

    async fn rounds(&mut self, seed: u64, numbers: std::ops::Range<u64>, callers: Callers) {
        let places = Arc::new(Semaphore::new(IN_FLIGHT));
        let mut next = numbers.start;
        while next < numbers.end {
            let end = numbers.end.min(next + ROUND);
            let mut answers = JoinSet::new();
            for number in next..end {
                let drawn = self.draw(seed, number, callers);
                let channel = self.channels[self.targets[drawn.target].program].clone();
                let places = Arc::clone(&places);
                answers.spawn(async move {
                    let _place = places.acquire().await.expect("places");
                    let answer = wire::send(channel, drawn.call.clone()).await;
                    (drawn, answer)
                });
            }
            // In the order in which they were drawn, so that the next round follows from the seed.
            let mut answers = answers.join_all().await;
            answers.sort_by_key(|(drawn, _)| drawn.number);
            for (drawn, answer) in answers {
                self.settle(&drawn, answer);
            }
            next = end;
        }
    }

    fn draw(&self, seed: u64, number: u64, callers: Callers) -> Drawn {
        let mut draw = Draw {
            rng: Rng::with_seed(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            corpus: &self.corpus,
        };
        let target = draw.rng.usize(0..self.targets.len());
        let method = &self.targets[target].method;
        let count = if method.is_client_streaming() {
            draw.rng.usize(0..5)
        } else {
            [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 2][draw.rng.usize(0..20)]
        };
        let messages: Vec<DynamicMessage> = (0..count).map(|_| draw.request(method)).collect();
        let call = wire::call(&mut draw.rng, method, &messages, callers);
        Drawn { number, target, request: messages.into_iter().next(), call }
    }

    /// Judges an answer and learns from it.
    fn settle(&mut self, drawn: &Drawn, answer: Result<Answer, String>) {
        let Target { method, .. } = &self.targets[drawn.target];
        let answer = answer.and_then(|answer| {
            let outcome = judge::outcome(&self.pool, &drawn.call, &answer)?;
            Ok((outcome, answer))
        });
        match answer {
            Ok((outcome, answer)) => {
                for message in &answer.messages {
                    let message = DynamicMessage::decode(method.output(), message.clone());
                    self.corpus.learn(&message.expect("an answer of its type"));
                }
                if let Some(request) = &drawn.request {
                    self.corpus.keep_request(method.full_name(), &outcome, request);
                }
            }
            Err(fault) => self.note(drawn, &fault),
        }
    }

    fn note(&mut self, drawn: &Drawn, fault: &str) {
        let Target { program, method } = &self.targets[drawn.target];
        let kind: String = fault.chars().take(80).collect();
        let finding = self.findings.entry(kind).or_default();
        finding.count += 1;
        finding.methods.insert(format!(
            "{}/{}",
            ["statistics", "awards", "gateway"][*program],
            method.name()
        ));
        if finding.count <= 2 {
            let request = drawn.request.as_ref().map(ToString::to_string).unwrap_or_default();
            let request: String = request.chars().take(600).collect();
            finding.told.push(format!(
                "call {}: {}: {fault}\n  metadata {:?}\n  {} bytes, drawn from {request}",
                drawn.number,
                drawn.call.path,
                drawn.call.headers,
                drawn.call.body.len()
            ));
        }
    }

    /// Which methods answered, and what else came of them.
    fn report(&self, calls: u64) {
        for (kind, finding) in &self.findings {
            let methods: Vec<&String> = finding.methods.iter().take(6).collect();
            let others = finding.methods.len() - methods.len();
            tell(&format!(
                "{} × {kind}: {methods:?} and {others} others\n{}",
                finding.count,
                finding.told.join("\n")
            ));
        }
        let methods: BTreeSet<&str> = self.targets.iter().map(|target| target.method.full_name()).collect();
        let outcomes = self.corpus.outcomes();
        let silent: Vec<&&str> = methods
            .iter()
            .filter(|method| {
                !outcomes.contains(&format!("{method} OK")) && !outcomes.contains(&format!("{method} LEFT"))
            })
            .collect();
        tell(&format!(
            "{calls} calls of {} methods came to {} outcomes; never OK: {silent:?}",
            methods.len(),
            outcomes.len()
        ));
    }
}

/// The full names of the services that a program tells of.
async fn services(channel: &Channel) -> Vec<String> {
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut client = ServerReflectionClient::new(channel.clone());
    let answers = client.server_reflection_info(tokio_stream::iter([request])).await.expect("reflection");
    let answer = answers.into_inner().message().await.expect("an answer").expect("an answer");
    match answer.message_response {
        Some(MessageResponse::ListServicesResponse(list)) => {
            list.service.into_iter().map(|service| service.name).collect()
        }
        other => panic!("no list of services: {other:?}"),
    }
}

/// Past the test harness, which keeps what tests print.
fn tell(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("standard error");
}
