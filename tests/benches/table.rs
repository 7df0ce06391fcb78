//! The benchmark table: each figure beside its ceiling, measured in one run. `cargo bench -p thidua-tests` prints it.
//!
//! Client and server share the machine. Ratios within a run tell something, absolute figures only of this machine.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark stops where it cannot go on")]

mod echo;
mod load;
mod postgres;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use thidua_gateway::domain::report::MEASURES;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::journal::{GetHeadRequest, VerifyJournalRequest};
use thidua_proto::reports::GenerateBlocReportRequest;
use thidua_proto::reports::bloc_report_service_client::BlocReportServiceClient;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::statistics::{
    ComputeFiguresRequest, ExplainFigureRequest, ExportRecordsRequest, ImportChunk, ImportHeader,
    ImportRecordsRequest, RecordKind, explain_figure_response, import_records_request::Part,
};
use thidua_tests::cluster::Cluster;
use thidua_tests::program::{Program, System};
use thidua_tests::sample;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use self::load::{Measured, latencies, measure};

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
    reports_and_import(table, Engine::Sqlite, stores.map(embedded), rows, &ceilings).await;
    if let Some(cluster) = &cluster {
        let stores = stores.map(|_| cluster.database());
        reports_and_import(table, Engine::Postgres, stores, rows, &ceilings).await;
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
    let figures = measure(&addresses, 64, SPAN, figures).await;
    table.add(engine, "ComputeFigures, one unit-year, all measures", beside(&figures), "aim: 0.3 × echo");
    let some = measure(&addresses, 64, SPAN, report_figures).await;
    let what = format!("ComputeFigures, one unit-year, the report's {} measures", MEASURES.len());
    table.add(engine, &what, beside(&some), "aim: 0.3 × echo");
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

async fn reports_and_import(
    table: &mut Table,
    engine: Engine,
    [statistics, awards, gateway]: [String; 3],
    rows: i64,
    ceilings: &Ceilings,
) {
    let system = System::start(&statistics, &awards, &gateway, 1).await;
    system.load_example().await;
    system.stop().await;
    let system = System::start(&statistics, &awards, &gateway, 1).await;
    let channel = system.gateway.channel();
    // Up, with a connection; nothing that the report needs has been asked for.
    JournalServiceClient::new(channel.clone()).get_head(GetHeadRequest::default()).await.expect("a head");
    let begin = Instant::now();
    report(&channel).await;
    table.add(
        engine,
        "GenerateBlocReport, first after the start",
        milliseconds(begin.elapsed()),
        "aim: 20 ms",
    );
    let before = latencies(300, || report(&channel)).await;
    table.add(engine, "GenerateBlocReport, repeated, median", milliseconds(before), "aim: 20 ms");

    let begin = Instant::now();
    import(&channel, "units/thanh-tra-tinh", rows).await;
    let speed = count(rows) / begin.elapsed().as_secs_f64();
    let copies = match ceilings.copies {
        Some(copies) => format!(", {:.2} × COPY", speed / copies),
        None => String::new(),
    };
    table.add(
        engine,
        &format!("import of {rows} petitions, all rules, durable"),
        format!("{speed:.0}/s{copies}"),
        "aim: 100,000/s; 0.3 × COPY",
    );
    let begin = Instant::now();
    // With those of the example.
    assert!(export(&channel, "units/thanh-tra-tinh").await >= rows, "every row comes back");
    let back = count(rows) / begin.elapsed().as_secs_f64();
    table.add(
        engine,
        &format!("export of {rows} petitions, one snapshot"),
        format!("{back:.0}/s, {:.2} × their import", back / speed),
        "aim: 1 × import",
    );
    let begin = Instant::now();
    assert!(explain(&channel, "units/thanh-tra-tinh").await >= rows, "every record is told");
    table.add(
        engine,
        &format!("ExplainFigure of {rows} petitions"),
        format!("{:.0}/s", count(rows) / begin.elapsed().as_secs_f64()),
        "",
    );
    for unit in ["units/cong-an-tinh", "units/tand-tinh"] {
        import(&channel, unit, rows).await;
    }
    report(&channel).await;
    let after = latencies(300, || report(&channel)).await;
    let ratio = after.as_secs_f64() / before.as_secs_f64();
    table.add(
        engine,
        &format!("GenerateBlocReport with {} records more", 3 * rows),
        format!("{}, {ratio:.2} × the example alone", milliseconds(after)),
        "aim: 1.3 ×",
    );
    let begin = Instant::now();
    let mut journal = JournalServiceClient::new(channel.clone());
    let request = VerifyJournalRequest { journal: "journals/statistics".to_owned() };
    let verified = journal.verify_journal(request).await.expect("a verification").into_inner();
    assert!(verified.valid, "{:?}", verified.findings);
    table.add(
        engine,
        &format!("VerifyJournal over {} records", 3 * rows),
        format!("{:.1} s", begin.elapsed().as_secs_f64()),
        "",
    );
    system.stop().await;
}

async fn create(channel: Channel, _: u64) {
    let request =
        sample::create_petition("do", "", i64::from(thidua_chassis::clock::new_id().as_fields().1), "");
    PetitionServiceClient::new(channel).create_petition(request).await.expect("a petition");
}

async fn figures(channel: Channel, _: u64) {
    let request = figures_request(Vec::new());
    FigureServiceClient::new(channel).compute_figures(request).await.expect("figures");
}

async fn report_figures(channel: Channel, _: u64) {
    let request = figures_request(MEASURES.map(str::to_owned).to_vec());
    FigureServiceClient::new(channel).compute_figures(request).await.expect("figures");
}

fn figures_request(measures: Vec<String>) -> ComputeFiguresRequest {
    ComputeFiguresRequest {
        units: vec!["units/do".to_owned()],
        measures,
        first_date: Some(sample::day(0)),
        last_date: Some(sample::day(341)),
        ..ComputeFiguresRequest::default()
    }
}

async fn report(channel: &Channel) {
    let request = GenerateBlocReportRequest {
        bloc: "blocs/noi-chinh-bac-ninh".to_owned(),
        year: 2023,
        ..GenerateBlocReportRequest::default()
    };
    let report =
        BlocReportServiceClient::new(channel.clone()).generate_bloc_report(request).await.expect("a report");
    assert!(!report.into_inner().figures.is_empty(), "figures are there");
}

async fn import(channel: &Channel, unit: &str, rows: i64) {
    let (sender, receiver) = mpsc::channel(8);
    let header = ImportHeader {
        import_id: thidua_chassis::clock::new_id().to_string(),
        parent: unit.to_owned(),
        validate_only: false,
    };
    tokio::spawn(async move {
        let mut parts = vec![Part::Header(header)];
        for number in 1..=(rows / 500) {
            let first = (number - 1) * 500;
            let rows_of_chunk = (first..first + 500).map(sample::row).collect();
            parts.push(Part::Chunk(ImportChunk { number, rows: rows_of_chunk, last: number == rows / 500 }));
            for part in parts.drain(..) {
                sender.send(ImportRecordsRequest { part: Some(part) }).await.expect("the service listens");
            }
        }
    });
    let mut client = TransferServiceClient::new(channel.clone());
    let answer = client.import_records(ReceiverStream::new(receiver)).await.expect("an import").into_inner();
    assert_eq!((answer.created_count, answer.refused_count), (rows, 0), "every row is taken");
}

/// How many petitions an export of a unit sends.
async fn export(channel: &Channel, unit: &str) -> i64 {
    let request = ExportRecordsRequest {
        parent: unit.to_owned(),
        kinds: vec![RecordKind::Petition.into()],
        ..ExportRecordsRequest::default()
    };
    let mut client = TransferServiceClient::new(channel.clone());
    let mut stream = client.export_records(request).await.expect("an export").into_inner();
    let mut rows = 0;
    while let Some(message) = stream.message().await.expect("a part") {
        rows += message.rows.len();
    }
    i64::try_from(rows).expect("a count")
}

/// How many records an explanation of a unit's received petitions names.
async fn explain(channel: &Channel, unit: &str) -> i64 {
    let request = ExplainFigureRequest {
        units: vec![unit.to_owned()],
        measure: "petitions.received".to_owned(),
        first_date: Some(sample::day(0)),
        last_date: Some(sample::day(341)),
        ..ExplainFigureRequest::default()
    };
    let mut client = FigureServiceClient::new(channel.clone());
    let mut stream = client.explain_figure(request).await.expect("an explanation").into_inner();
    let mut records = 0;
    while let Some(message) = stream.message().await.expect("a part") {
        if let Some(explain_figure_response::Part::Contributors(part)) = message.part {
            records += part.contributors.len();
        }
    }
    i64::try_from(records).expect("a count")
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
