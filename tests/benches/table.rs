//! The benchmark table: each figure beside its ceiling, measured in one run. `cargo bench -p thidua-tests` prints it.
//!
//! Client and server share the machine. Ratios within a run tell something, absolute figures only of this machine.

#![expect(clippy::expect_used, reason = "a benchmark stops where it cannot go on")]

mod echo;
mod load;
mod postgres;

use std::time::{Duration, Instant};

use thidua_proto::journal::VerifyJournalRequest;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::reports::GenerateBlocReportRequest;
use thidua_proto::reports::bloc_report_service_client::BlocReportServiceClient;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::statistics::{
    ComputeFiguresRequest, ImportChunk, ImportHeader, ImportRecordsRequest, import_records_request::Part,
};
use thidua_tests::cluster::Cluster;
use thidua_tests::program::Program;
use thidua_tests::sample;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use self::load::{Measured, latencies, measure};

/// How long each figure is measured.
const SPAN: Duration = Duration::from_secs(4);

struct Line {
    what: String,
    value: String,
    ceiling: String,
}

fn line(table: &mut Vec<Line>, what: &str, value: String, ceiling: String) {
    println!("… {what}: {value}  {ceiling}");
    table.push(Line { what: what.to_owned(), value, ceiling });
}

fn main() {
    if std::env::args().any(|argument| argument == "--echo-server") {
        echo::serve();
        return;
    }
    let rows: i64 = if std::env::args().any(|argument| argument == "--quick") { 100_000 } else { 1_000_000 };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut table = Vec::new();
    runtime.block_on(run(&mut table, rows));
    println!("\n| what | measured | beside its ceiling |\n|---|---|---|");
    for line in table {
        println!("| {} | {} | {} |", line.what, line.value, line.ceiling);
    }
}

async fn run(table: &mut Vec<Line>, rows: i64) {
    let echo = echo::start().await;
    let ceiling = measure(echo.address, 64, SPAN, echo::call).await;
    line(table, "raw tonic echo, 64 in flight", rate(&ceiling), "the ceiling".to_owned());
    drop(echo);
    let cluster = Cluster::start(&[]);
    let inserts = cluster.as_ref().map(|cluster| postgres::inserts(cluster, SPAN));

    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("sqlite:{}", folder.path().join("statistics.sqlite").display());
    let statistics = Program::start("statistics", &["--listen=127.0.0.1:0", "--store", &store]).await;
    DirectoryServiceClient::new(statistics.channel()).create_unit(sample::unit("do")).await.expect("a unit");
    let alone = measure(statistics.address, 1, SPAN, create).await;
    line(table, "durable creates, 1 in flight", rate(&alone), versus(&alone, &ceiling, "echo at 64"));
    let many = measure(statistics.address, 64, SPAN, create).await;
    line(table, "durable creates, 64 in flight", rate(&many), versus(&many, &ceiling, "echo"));
    let (what, beside) = match inserts {
        Some(inserts) => {
            (format!("{inserts:.0}/s"), format!("creates at 64: {:.2} × this", many.per_second() / inserts))
        }
        None => ("not here".to_owned(), "Debian's PostgreSQL and pgbench are not installed".to_owned()),
    };
    line(table, "PostgreSQL single-row inserts, 64 clients (pgbench)", what, beside);
    let figures = measure(statistics.address, 64, SPAN, figures).await;
    line(
        table,
        "ComputeFigures, one unit-year, all measures, 64 in flight",
        rate(&figures),
        versus(&figures, &ceiling, "echo"),
    );
    let some = measure(statistics.address, 64, SPAN, report_figures).await;
    line(
        table,
        "ComputeFigures, one unit-year, 18 measures of the report",
        rate(&some),
        versus(&some, &ceiling, "echo"),
    );
    assert!(statistics.stop().await, "statistics ends well");

    reports_and_import(table, rows).await;
}

async fn reports_and_import(table: &mut Vec<Line>, rows: i64) {
    let folder = tempfile::tempdir().expect("a folder");
    let (office, _) = Program::office(folder.path(), &[]).await;
    assert!(office.stop().await, "the office ends well");
    let (office, _) = Program::office(folder.path(), &["--example=never"]).await;
    let channel = office.channel();
    let begin = Instant::now();
    report(&channel).await;
    line(table, "GenerateBlocReport, cold", milliseconds(begin.elapsed()), "aim: at most 20 ms".to_owned());
    let before = latencies(300, || report(&channel)).await;
    line(
        table,
        "GenerateBlocReport, repeated, median",
        milliseconds(before),
        "aim: at most 20 ms".to_owned(),
    );

    let begin = Instant::now();
    import(&channel, "units/thanh-tra-tinh", rows).await;
    let seconds = begin.elapsed().as_secs_f64();
    let value = format!("{:.0} records/s", count(rows) / seconds);
    line(
        table,
        &format!("import of {rows} petitions, all rules, durable"),
        value,
        "aim: at least 100,000/s".to_owned(),
    );
    for unit in ["units/cong-an-tinh", "units/tand-tinh"] {
        import(&channel, unit, rows).await;
    }
    report(&channel).await;
    let after = latencies(300, || report(&channel)).await;
    let ratio = format!("{:.2} × the example alone", after.as_secs_f64() / before.as_secs_f64());
    line(
        table,
        &format!("GenerateBlocReport with {} records more, median", 3 * rows),
        milliseconds(after),
        ratio,
    );
    let begin = Instant::now();
    let mut journal = JournalServiceClient::new(channel.clone());
    let request = VerifyJournalRequest { journal: "journals/statistics".to_owned() };
    let verified = journal.verify_journal(request).await.expect("a verification").into_inner();
    assert!(verified.valid, "{:?}", verified.findings);
    let value = format!("{:.1} s", begin.elapsed().as_secs_f64());
    line(
        table,
        &format!("VerifyJournal over {} records: chain, state, cells", 3 * rows),
        value,
        String::new(),
    );
    assert!(office.stop().await, "the office ends well");
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
    let codes = [
        "inspections.conducted",
        "inspections.inspected_units",
        "inspections.economic_amount",
        "inspections.recovery_amount",
        "inspections.handled_organisations",
        "inspections.handled_persons",
        "inspections.referred_cases",
        "inspections.unplanned",
        "inspections.thematic",
        "receptions.visits",
        "receptions.people",
        "receptions.groups",
        "petitions.received",
        "petitions.processed",
        "petitions.qualified",
        "matters.to_resolve",
        "matters.resolved",
        "matters.resolution_rate",
    ];
    let request = figures_request(codes.map(str::to_owned).to_vec());
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

fn rate(measured: &Measured) -> String {
    let (median, high) = (milliseconds(measured.median), milliseconds(measured.high));
    format!("{:.0}/s (median {median}, p99 {high})", measured.per_second())
}

fn versus(measured: &Measured, ceiling: &Measured, name: &str) -> String {
    let (rate, high) = (
        measured.per_second() / ceiling.per_second(),
        measured.high.as_secs_f64() / ceiling.high.as_secs_f64(),
    );
    format!("{rate:.2} × {name}; p99 {high:.1} × its")
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a count of rows for a rate")]
fn count(rows: i64) -> f64 {
    rows as f64
}
