//! What many records do to reports, figures, forms, starts, imports and exports.

use std::time::{Duration, Instant};

use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::journal::{GetHeadRequest, VerifyJournalRequest};
use thidua_proto::reports::GenerateBlocReportRequest;
use thidua_proto::reports::bloc_report_service_client::BlocReportServiceClient;
use thidua_proto::statistics::Window;
use thidua_proto::statistics::explain_figure_response::Part as Explained;
use thidua_proto::statistics::figure::Value;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::import_records_request::Part;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::statistics::{
    ComputeFiguresRequest, ExplainFigureRequest, ExportRecordsRequest, FillFormRequest, ImportChunk,
    ImportHeader, ImportRecordsRequest,
};
use thidua_tests::program::{Program, System};
use thidua_tests::sample;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use super::load::latencies;
use super::{Engine, Table, count, memory, milliseconds};

const CALENDAR: &str = "tt-02-2021";
/// The units that are filled first.
const FIRST_UNITS: [&str; 3] = ["units/thanh-tra-tinh", "units/cong-an-tinh", "units/tand-tinh"];
/// The unit that is filled until there are ten times as many as of one import.
const LAST_UNIT: &str = "units/vien-ksnd-tinh";

/// The example year, then `3 × rows` petitions more, then, on the embedded store, `10 × rows`.
pub(crate) async fn run(
    table: &mut Table,
    engine: Engine,
    stores: [String; 3],
    rows: i64,
    copies: Option<f64>,
) {
    let system = start(&stores).await;
    system.load_example().await;
    system.stop().await;

    let begin = Instant::now();
    let system = start(&stores).await;
    head(&system).await;
    let example_start = begin.elapsed();
    let channel = system.gateway.channel();
    let begin = Instant::now();
    report(&channel).await;
    table.add(
        engine,
        "GenerateBlocReport, first after the start",
        milliseconds(begin.elapsed()),
        "aim: 20 ms",
    );
    let example_report = latencies(300, || report(&channel)).await;
    table.add(engine, "GenerateBlocReport, repeated, median", milliseconds(example_report), "aim: 20 ms");
    let example_figures = latencies(300, || figures(&channel)).await;

    let begin = Instant::now();
    import(&channel, FIRST_UNITS[0], rows).await;
    let imported = count(rows) / begin.elapsed().as_secs_f64();
    let beside = copies.map_or_else(String::new, |copies| format!(", {:.2} × COPY", imported / copies));
    let what = format!("import of {rows} petitions, all rules, durable");
    table.add(engine, &what, format!("{imported:.0}/s{beside}"), "aim: 0.5 × COPY");
    export(table, engine, &system, rows, imported).await;
    for unit in &FIRST_UNITS[1..] {
        import(&channel, unit, rows).await;
    }
    let many = 3 * rows;
    let ratio = |now: Duration, then: Duration| {
        format!("{}, {:.2} × the example alone", milliseconds(now), now.as_secs_f64() / then.as_secs_f64())
    };
    report(&channel).await;
    let value = ratio(latencies(300, || report(&channel)).await, example_report);
    table.add(engine, &format!("GenerateBlocReport with {many} records more"), value, "aim: 1.3 ×");
    explain(table, engine, &system, many).await;
    let begin = Instant::now();
    let mut journal = JournalServiceClient::new(channel.clone());
    let request = VerifyJournalRequest { journal: "journals/statistics".to_owned() };
    let verified = journal.verify_journal(request).await.expect("a verification").into_inner();
    assert!(verified.valid, "{:?}", verified.findings);
    let value = format!("{:.1} s", begin.elapsed().as_secs_f64());
    table.add(engine, &format!("VerifyJournal over {many} records"), value, "");
    system.stop().await;

    let begin = Instant::now();
    let system = start(&stores).await;
    head(&system).await;
    let value = ratio(begin.elapsed(), example_start);
    table.add(engine, &format!("start of all three with {many} records"), value, "aim: as without them");
    let channel = system.gateway.channel();
    let begin = Instant::now();
    form(&channel, "01/TCD").await;
    let what =
        format!("FillForm 01/TCD, 8 units and their total, first call after the start, {many} records");
    table.add(engine, &what, milliseconds(begin.elapsed()), "aim: 10 ms");
    let begin = Instant::now();
    form(&channel, "01/XLD").await;
    let what = format!("FillForm 01/XLD, 8 units and their total, first time, {many} records");
    table.add(engine, &what, milliseconds(begin.elapsed()), "aim: 10 ms");
    regroup(&channel).await;
    let value = milliseconds(latencies(20, || regroup(&channel)).await);
    let what = format!("regroup: all units × all measures × 4 quarters, {many} records, median");
    table.add(engine, &what, value, "aim: 60 ms");
    if engine == Engine::Sqlite {
        import(&channel, LAST_UNIT, 7 * rows).await;
        figures(&channel).await;
        let value = ratio(latencies(300, || figures(&channel)).await, example_figures);
        let what = format!("ComputeFigures of all units, the report's measures, {} records", 10 * rows);
        table.add(engine, &what, value, "aim: 1.3 ×");
    }
    system.stop().await;
}

async fn start([statistics, awards, gateway]: &[String; 3]) -> System {
    System::start(statistics, awards, gateway, 1).await
}

/// Up, with a connection; nothing that a report needs has been asked for.
async fn head(system: &System) {
    let mut journal = JournalServiceClient::new(system.gateway.channel());
    journal.get_head(GetHeadRequest::default()).await.expect("a head");
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

async fn figures(channel: &Channel) {
    let request = ComputeFiguresRequest {
        measures: super::MEASURES.map(str::to_owned).to_vec(),
        window: Some(Window::of_period(CALENDAR, "2023-Y")),
        by_unit: true,
        ..ComputeFiguresRequest::default()
    };
    FigureServiceClient::new(channel.clone()).compute_figures(request).await.expect("figures");
}

async fn form(channel: &Channel, code: &str) {
    let request = FillFormRequest {
        issuing_document: "TT 02/2021/TT-TTCP".to_owned(),
        form: code.to_owned(),
        window: Some(Window::of_period(CALENDAR, "2023-Y")),
        by_unit: true,
        ..FillFormRequest::default()
    };
    let filled = FigureServiceClient::new(channel.clone()).fill_form(request).await.expect("a form");
    assert_eq!(filled.into_inner().fills.len(), 9, "eight units and their total");
}

async fn regroup(channel: &Channel) {
    let mut client = FigureServiceClient::new(channel.clone());
    for quarter in ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4"] {
        let request = ComputeFiguresRequest {
            window: Some(Window::of_period(CALENDAR, quarter)),
            by_unit: true,
            ..ComputeFiguresRequest::default()
        };
        client.compute_figures(request).await.expect("figures");
    }
}

/// Everything that was imported into the first unit, out again.
async fn export(table: &mut Table, engine: Engine, system: &System, rows: i64, imported: f64) {
    let statistics = &system.statistics[0];
    let held = memory::watch(statistics);
    let begin = Instant::now();
    let request =
        ExportRecordsRequest { parent: FIRST_UNITS[0].to_owned(), ..ExportRecordsRequest::default() };
    let mut client = TransferServiceClient::new(system.gateway.channel());
    let mut stream = client.export_records(request).await.expect("an export").into_inner();
    let mut found = 0;
    while let Some(part) = stream.message().await.expect("a part") {
        found += part.rows.len();
    }
    let exported = count(i64::try_from(found).expect("a count")) / begin.elapsed().as_secs_f64();
    assert!(
        count(rows) <= count(i64::try_from(found).expect("a count")),
        "all that was imported is exported"
    );
    let value =
        format!("{exported:.0}/s, {:.2} × their import, {}", exported / imported, grown(held, statistics));
    table.add(engine, &format!("export of {rows} petitions"), value, "aim: 1 × their import; flat memory");
}

/// The records behind one figure over all units.
async fn explain(table: &mut Table, engine: Engine, system: &System, many: i64) {
    let statistics = &system.statistics[0];
    let held = memory::watch(statistics);
    let begin = Instant::now();
    let request = ExplainFigureRequest {
        measure: "petitions.received".to_owned(),
        window: Some(Window::of_period(CALENDAR, "2023-Y")),
        ..ExplainFigureRequest::default()
    };
    let mut client = FigureServiceClient::new(system.gateway.channel());
    let mut stream = client.explain_figure(request).await.expect("an explanation").into_inner();
    let (mut told, mut sum) = (None, 0);
    while let Some(message) = stream.message().await.expect("a part") {
        match message.part {
            Some(Explained::Figure(explained)) => told = explained.figure.and_then(|figure| figure.value),
            Some(Explained::Contributors(records)) => {
                sum += records.contributors.iter().map(|record| record.amount).sum::<i64>();
            }
            None => {}
        }
    }
    assert_eq!(told, Some(Value::Amount(sum)), "the records add to the figure");
    let value = format!("{:.1} s, {}", begin.elapsed().as_secs_f64(), grown(held, statistics));
    table.add(
        engine,
        &format!("ExplainFigure of {sum} petitions among {many} records more"),
        value,
        "flat memory",
    );
}

fn grown(held: u64, program: &Program) -> String {
    format!("{held} MiB before, {} MiB at most", memory::peak(program))
}

/// Petitions, as one import.
async fn import(channel: &Channel, unit: &str, rows: i64) {
    let (sender, receiver) = mpsc::channel(8);
    let header = ImportHeader {
        import_id: thidua_chassis::clock::new_id().to_string(),
        parent: unit.to_owned(),
        validate_only: false,
        create_only: false,
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
