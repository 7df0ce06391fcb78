//! The benchmark table: each figure beside its ceiling, measured in one run. `cargo bench -p thidua-tests` prints it.
//!
//! Client and server share the machine. Ratios within a run tell something, absolute figures only of this machine.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark stops where it cannot go on")]

mod echo;
mod load;
mod memory;
mod postgres;
mod records;

use std::collections::BTreeMap;
use std::time::Duration;

use thidua_gateway::domain::reports::MEASURES;
use thidua_proto::statistics::ComputeFiguresRequest;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_tests::cluster::Cluster;
use thidua_tests::program::Program;
use thidua_tests::sample;
use tonic::transport::Channel;

use self::load::{Measured, measure};

/// How long each figure is measured.
const SPAN: Duration = Duration::from_secs(4);

/// A figure: what it is, what each engine does, what stands beside it.
struct Line {
    what: String,
    values: BTreeMap<Engine, String>,
    beside: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Default)]
struct Table(Vec<Line>);

impl Table {
    fn add(&mut self, engine: Engine, what: &str, value: String, beside: &str) {
        println!("… {engine:?}: {what}: {value}  {beside}");
        let at = self.0.iter().position(|line| line.what == what).unwrap_or_else(|| {
            self.0.push(Line { what: what.to_owned(), values: BTreeMap::new(), beside: beside.to_owned() });
            self.0.len() - 1
        });
        self.0[at].values.insert(engine, value);
    }

    /// What belongs to no engine.
    fn ceiling(&mut self, what: &str, value: &str) {
        println!("… {what}: {value}");
        self.0.push(Line { what: what.to_owned(), values: BTreeMap::new(), beside: value.to_owned() });
    }

    fn print(&self) {
        println!("\n| what | SQLite | PostgreSQL | beside it |\n|---|---|---|---|");
        for line in &self.0 {
            let value = |engine| line.values.get(&engine).map_or("", String::as_str);
            let (sqlite, postgres) = (value(Engine::Sqlite), value(Engine::Postgres));
            println!("| {} | {sqlite} | {postgres} | {} |", line.what, line.beside);
        }
    }
}

fn main() {
    if std::env::args().any(|argument| argument == "--echo-server") {
        echo::serve();
        return;
    }
    let rows: i64 = if std::env::args().any(|argument| argument == "--quick") { 100_000 } else { 1_000_000 };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut table = Table::default();
    runtime.block_on(run(&mut table, rows));
    table.print();
}

/// What an engine's figures stand beside.
struct Ceilings {
    echo: Measured,
    inserts: Option<f64>,
    copies: Option<f64>,
}

async fn run(table: &mut Table, rows: i64) {
    let echo = echo::start().await;
    let ceiling = measure(&[echo.address], 64, SPAN, echo::call).await;
    table.ceiling("raw tonic echo, 64 in flight: the ceiling", &rate(&ceiling));
    drop(echo);
    let cluster = Cluster::start(&[]);
    let inserts = cluster.as_ref().map(|cluster| postgres::inserts(cluster, SPAN));
    let copies = cluster.as_ref().map(|cluster| postgres::copies(cluster, rows));
    if let (Some(inserts), Some(copies)) = (inserts, copies) {
        table.ceiling("PostgreSQL: single-row inserts of 64 clients (pgbench)", &format!("{inserts:.0}/s"));
        table.ceiling(&format!("PostgreSQL: COPY of {rows} petitions"), &format!("{copies:.0}/s"));
    } else {
        table.ceiling("PostgreSQL", "not installed here");
    }
    let ceilings = Ceilings { echo: ceiling, inserts, copies };
    let folder = tempfile::tempdir().expect("a folder");
    let embedded = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    calls(table, Engine::Sqlite, &embedded("calls.sqlite"), &ceilings).await;
    if let Some(cluster) = &cluster {
        let store = cluster.database();
        calls(table, Engine::Postgres, &store, &ceilings).await;
        replicas(table, &store).await;
    }
    let stores = ["statistics", "awards", "gateway"];
    let copies = ceilings.copies;
    records::run(table, Engine::Sqlite, stores.map(embedded), rows, copies).await;
    if let Some(cluster) = &cluster {
        let stores = stores.map(|_| cluster.database());
        records::run(table, Engine::Postgres, stores, rows, copies).await;
    }
}

async fn statistics(store: &str) -> Program {
    Program::start("statistics", &["--listen=127.0.0.1:0", "--store", store]).await
}

async fn calls(table: &mut Table, engine: Engine, store: &str, ceilings: &Ceilings) {
    let statistics = statistics(store).await;
    DirectoryServiceClient::new(statistics.channel()).create_unit(sample::unit("do")).await.expect("a unit");
    let addresses = [statistics.address];
    let beside = |measured: &Measured| format!("{}, {}", rate(measured), versus(measured, &ceilings.echo));
    let alone = measure(&addresses, 1, SPAN, create).await;
    table.add(engine, "durable creates, 1 in flight", rate(&alone), "");
    let many = measure(&addresses, 64, SPAN, create).await;
    let inserts = ceilings
        .inserts
        .map_or_else(String::new, |inserts| format!(", {:.2} × pgbench", many.per_second() / inserts));
    table.add(
        engine,
        "durable creates, 64 in flight",
        beside(&many) + &inserts,
        "aim: 0.2 × echo; 1 × pgbench",
    );
    let aim = "aim: 0.5 × echo, p99 3 × its";
    let one = measure(&addresses, 64, SPAN, one_figure).await;
    table.add(engine, "ComputeFigures, one unit-year, one measure", beside(&one), aim);
    let some = measure(&addresses, 64, SPAN, report_figures).await;
    let what = format!("ComputeFigures, one unit-year, the report's {} measures", MEASURES.len());
    table.add(engine, &what, beside(&some), aim);
    let all = measure(&addresses, 64, SPAN, all_figures).await;
    table.add(engine, "ComputeFigures, one unit-year, all measures with their definitions", beside(&all), "");
    assert!(statistics.stop().await, "statistics ends well");
}

/// What a second replica on the same database does to writes.
async fn replicas(table: &mut Table, store: &str) {
    let (one, other) = (statistics(store).await, statistics(store).await);
    let alone = measure(&[one.address], 64, SPAN, create).await;
    let both = measure(&[one.address, other.address], 64, SPAN, create).await;
    let value = format!("{}, {:.2} × one replica", rate(&both), both.per_second() / alone.per_second());
    let what = "durable creates, 64 in flight, over two replicas";
    table.add(Engine::Postgres, what, value, "aim: 0.8 × one replica");
    for replica in [one, other] {
        assert!(replica.stop().await, "a replica ends well");
    }
}

async fn create(channel: Channel, _: u64) {
    let request =
        sample::create_petition("do", "", i64::from(thidua_chassis::clock::new_id().as_fields().1), "");
    PetitionServiceClient::new(channel).create_petition(request).await.expect("a petition");
}

async fn one_figure(channel: Channel, _: u64) {
    figures(channel, vec!["petitions.received".to_owned()]).await;
}

async fn report_figures(channel: Channel, _: u64) {
    figures(channel, MEASURES.map(str::to_owned).to_vec()).await;
}

async fn all_figures(channel: Channel, _: u64) {
    figures(channel, Vec::new()).await;
}

async fn figures(channel: Channel, measures: Vec<String>) {
    let request = ComputeFiguresRequest {
        units: vec!["units/do".to_owned()],
        measures,
        window: thidua_tests::call::window(Some(sample::day(0)), Some(sample::day(341))),
        ..ComputeFiguresRequest::default()
    };
    FigureServiceClient::new(channel).compute_figures(request).await.expect("figures");
}

fn rate(measured: &Measured) -> String {
    let (median, high) = (milliseconds(measured.median), milliseconds(measured.high));
    format!("{:.0}/s (median {median}, p99 {high})", measured.per_second())
}

fn versus(measured: &Measured, echo: &Measured) -> String {
    let rate = measured.per_second() / echo.per_second();
    let high = measured.high.as_secs_f64() / echo.high.as_secs_f64();
    format!("{rate:.2} × echo, p99 {high:.1} × its")
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a count of rows for a rate")]
fn count(rows: i64) -> f64 {
    rows as f64
}
