//! Everybody else: callers with work to do, whose calls begin at a fixed rate, whatever becomes of those before.

use std::sync::Arc;
use std::time::{Duration, Instant};

use thidua_proto::statistics::ComputeFiguresRequest;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_tests::call::{by, window};
use thidua_tests::sample;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tonic::Status;
use tonic::transport::Channel;
use uuid::Uuid;

/// The unit that works, and its office.
pub(crate) const UNIT: &str = "do";
pub(crate) const OFFICE: &str = "office=van-phong; unit=units/do; roles=recorder";

/// One call in so many enters a record; the others ask for a figure.
const READS: u64 = 4;

/// A call of somebody with work to do.
async fn work(channel: Channel, number: u64) -> Result<(), Status> {
    if number.is_multiple_of(READS) {
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()).to_string();
        let number = i64::try_from(number).expect("few");
        let request = sample::create_petition(UNIT, "", number, &id);
        PetitionServiceClient::new(channel).create_petition(by(OFFICE, request)).await.map(drop)
    } else {
        let request = ComputeFiguresRequest {
            units: vec![format!("units/{UNIT}")],
            measures: vec!["petitions.received".to_owned()],
            window: window(Some(sample::day(0)), Some(sample::day(341))),
            ..ComputeFiguresRequest::default()
        };
        FigureServiceClient::new(channel).compute_figures(by(OFFICE, request)).await.map(drop)
    }
}

/// What became of calls.
#[derive(Default)]
pub(crate) struct Calls {
    times: Vec<Duration>,
    /// Why calls were lost.
    pub(crate) lost: Vec<Status>,
}

impl Calls {
    fn add(&mut self, outcome: (Duration, Result<(), Status>)) {
        match outcome {
            (time, Ok(())) => self.times.push(time),
            (_, Err(status)) => self.lost.push(status),
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.times.len()
    }

    /// The 99th percentile of the answer times.
    pub(crate) fn high(&mut self) -> Duration {
        self.times.sort_unstable();
        self.times.get(self.times.len() * 99 / 100).copied().unwrap_or_default()
    }
}

/// So many calls, as fast as they are answered with so many at once.
pub(crate) async fn as_fast_as_possible(
    channel: &Channel,
    calls: u64,
    at_once: usize,
    first: u64,
) -> (Calls, Duration) {
    let places = Arc::new(Semaphore::new(at_once));
    let begin = Instant::now();
    let mut running = JoinSet::new();
    for number in first..first + calls {
        let (channel, places) = (channel.clone(), Arc::clone(&places));
        running.spawn(async move {
            let _place = places.acquire_owned().await.expect("places");
            let sent = Instant::now();
            let outcome = work(channel, number).await;
            (sent.elapsed(), outcome)
        });
    }
    let mut made = Calls::default();
    while let Some(outcome) = running.join_next().await {
        made.add(outcome.expect("a call that ends"));
    }
    (made, begin.elapsed())
}

/// Calls at a rate, until it is ended.
pub(crate) struct Load {
    over: watch::Sender<bool>,
    answered: watch::Receiver<u64>,
    running: tokio::task::JoinHandle<Calls>,
}

impl Load {
    pub(crate) fn begin(channel: Channel, each_second: f64, first: u64) -> Self {
        let (over, ended) = watch::channel(false);
        let (count, answered) = watch::channel(0);
        let running = tokio::spawn(async move {
            let mut rate = tokio::time::interval(Duration::from_secs_f64(1.0 / each_second));
            rate.set_missed_tick_behavior(MissedTickBehavior::Burst);
            let mut running = JoinSet::new();
            let mut calls = Calls::default();
            let mut number = first;
            while !*ended.borrow() {
                // From when it was due, so that a wait for its turn counts as well.
                let due = rate.tick().await.into_std();
                let channel = channel.clone();
                running.spawn(async move {
                    let outcome = work(channel, number).await;
                    (due.elapsed(), outcome)
                });
                number += 1;
                while let Some(outcome) = running.try_join_next() {
                    calls.add(outcome.expect("a call that ends"));
                    count.send_modify(|count| *count += 1);
                }
            }
            while let Some(outcome) = running.join_next().await {
                calls.add(outcome.expect("a call that ends"));
            }
            calls
        });
        Self { over, answered, running }
    }

    /// Ends when so many more calls have been answered.
    pub(crate) async fn goes_on(&self, calls: u64) {
        let mut answered = self.answered.clone();
        let wanted = *answered.borrow() + calls;
        answered.wait_for(|count| *count >= wanted).await.expect("a load");
    }

    pub(crate) async fn end(self) -> Calls {
        self.over.send_replace(true);
        self.running.await.expect("a load that ends")
    }
}
