//! One caller against all others: thousands of streams, connections, exports and cancelled calls, one kind after the other,
//! while others offer a tenth of what the program can do. They lose no call, and everything is given back afterwards.
//!
//! `THIDUA_ABUSE=full` makes every attack in full, against programs that may open `HANDLES` files; else a fiftieth of it.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops where it cannot go on")]

mod attacks;
mod load;

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::journal::{GetHeadRequest, WatchEntriesRequest};
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::import_records_request::Part;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::statistics::{ExportRecordsRequest, ImportChunk, ImportHeader, ImportRecordsRequest};
use thidua_tests::call::by;
use thidua_tests::program::{Program, channel};
use thidua_tests::sample;
use uuid::Uuid;

use self::load::{Calls, Load, OFFICE, UNIT};

/// Files that a program under attack may have open.
const HANDLES: u32 = 4096;

/// The journal that is watched; the gateway's own stays empty here.
const JOURNAL: &str = "journals/statistics";

/// Files that this process needs: both ends of every connection are on this machine.
const OWN_HANDLES: u32 = 8192;

/// Files that a program may have open afterwards beyond those before: connections that are about to close.
const MOST_HANDLES_KEPT: usize = 16;

/// Memory that a program may keep afterwards.
const MOST_KIB_KEPT: u64 = 128 * 1024;

/// Whether every attack is made in full.
#[expect(clippy::disallowed_methods, reason = "how much is the tester's choice")]
fn is_full() -> bool {
    std::env::var("THIDUA_ABUSE").is_ok_and(|value| value == "full")
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_loses_a_call_to_one_who_abuses_statistics() {
    raise_own_limit();
    let folder = tempfile::tempdir().expect("a folder");
    let statistics = start("statistics", folder.path(), &[]).await;
    withstand("statistics", &[&statistics], statistics.address).await;
    assert!(statistics.stop().await, "statistics ends well");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_loses_a_call_to_one_who_abuses_the_gateway() {
    raise_own_limit();
    let folder = tempfile::tempdir().expect("a folder");
    let statistics = start("statistics", folder.path(), &[]).await;
    let awards = start("awards", folder.path(), &[]).await;
    let [to_statistics, to_awards] =
        [&statistics, &awards].map(|program| format!("http://{}", program.address));
    let gateway =
        start("gateway", folder.path(), &["--statistics", &to_statistics, "--awards", &to_awards]).await;
    withstand("the gateway", &[&gateway, &statistics], gateway.address).await;
    for program in [gateway, statistics, awards] {
        assert!(program.stop().await, "a program ends well");
    }
}

async fn start(name: &str, folder: &std::path::Path, more: &[&str]) -> Program {
    let store = format!("sqlite:{}", folder.join(format!("{name}.sqlite")).display());
    let arguments = [&["--listen=127.0.0.1:0", "--store", &store], more].concat();
    Program::start_with_handles(HANDLES, name, &arguments).await
}

fn raise_own_limit() {
    if !is_full() {
        return;
    }
    let id = std::process::id().to_string();
    let limit = format!("--nofile={OWN_HANDLES}:");
    let raised = std::process::Command::new("prlimit").args(["--pid", &id, &limit]).status();
    assert!(raised.is_ok_and(|status| status.success()), "this process cannot open {OWN_HANDLES} files");
}

/// Makes every attack on the program at an address, and looks at it and those behind it before and after.
async fn withstand(what: &str, programs: &[&Program], address: SocketAddr) {
    let parts = if is_full() { 1 } else { 50 };
    let calls: u64 = if is_full() { 20_000 } else { 200 };
    let connection = channel(address);
    DirectoryServiceClient::new(connection.clone()).create_unit(sample::unit(UNIT)).await.expect("a unit");
    import(address, if is_full() { 100_000 } else { 2000 }).await;

    let (warm, _) = load::as_fast_as_possible(&connection, calls, 16, 0).await;
    assert_none_lost(&warm, "warming up");
    let (most, span) = load::as_fast_as_possible(&connection, calls, 16, calls).await;
    assert_none_lost(&most, "the measure of the most");
    let rate = per_second(most.count(), span) / 10.0;
    let mut first = 2 * calls;
    let undisturbed = Load::begin(connection.clone(), rate, first);
    undisturbed.goes_on(calls / 2).await;
    let mut undisturbed = undisturbed.end().await;
    assert_none_lost(&undisturbed, "no attack");
    let calm = undisturbed.high();
    tell(&format!("{what}: {HANDLES} files each, {rate:.0} calls/s offered; p99 undisturbed {calm:.1?}"));

    let before: Vec<Footprint> = programs.iter().map(|program| Footprint::by(program)).collect();
    for (attack, count) in attacks::ALL {
        let count = count / parts;
        first += 1_000_000;
        let load = Load::begin(connection.clone(), rate, first);
        let mut running = attack.begin(address, JOURNAL, count).await;
        load.goes_on(calls / 2).await;
        let ended = running.ended();
        drop(running);
        let mut calls = load.end().await;
        let high = calls.high();
        let ratio = high.as_secs_f64() / calm.as_secs_f64();
        tell(&format!(
            "{what}: {count} {attack:?}, {ended} ended or refused: {} calls of others, {} lost, p99 {high:.1?} = {ratio:.1} × undisturbed",
            calls.count(),
            calls.lost.len()
        ));
        assert_none_lost(&calls, &format!("{attack:?}"));
    }
    for (program, before) in programs.iter().zip(before) {
        before.is_given_back(program, address).await;
        assert_eq!(program.faults(), Vec::<String>::new());
    }
    // Places that were not given back would be missed here: by calls, and by each kind of stream.
    let (after, _) = load::as_fast_as_possible(&connection, calls, 64, first + 1_000_000).await;
    assert_none_lost(&after, "everything after");
    use_streams(address).await;
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a count of calls for a rate")]
fn per_second(calls: usize, span: Duration) -> f64 {
    calls as f64 / span.as_secs_f64()
}

fn assert_none_lost(calls: &Calls, during: &str) {
    let lost = &calls.lost;
    assert!(lost.is_empty(), "during {during} {} calls were lost: {:?}", lost.len(), lost.first());
}

/// Imports records; every row has to be taken.
async fn import(address: SocketAddr, rows: i64) {
    let header = ImportHeader {
        parent: format!("units/{UNIT}"),
        import_id: Uuid::new_v5(&Uuid::NAMESPACE_OID, &rows.to_be_bytes()).to_string(),
        ..ImportHeader::default()
    };
    let mut parts = vec![Part::Header(header)];
    for (number, first) in (1..).zip((0..rows).step_by(500)) {
        let end = rows.min(first + 500);
        let chunk = ImportChunk { number, rows: (first..end).map(sample::row).collect(), last: end == rows };
        parts.push(Part::Chunk(chunk));
    }
    let messages: Vec<_> = parts.into_iter().map(|part| ImportRecordsRequest { part: Some(part) }).collect();
    let request = by(OFFICE, tokio_stream::iter(messages));
    let answer = TransferServiceClient::new(channel(address)).import_records(request).await;
    let answer = answer.expect("an import").into_inner();
    assert_eq!(answer.refused_count, 0, "{answer:?}");
}

/// An import, an export and a watch find their place.
async fn use_streams(address: SocketAddr) {
    import(address, 10).await;
    let parent = format!("units/{UNIT}");
    let request = by(OFFICE, ExportRecordsRequest { parent, ..ExportRecordsRequest::default() });
    let mut export = TransferServiceClient::new(channel(address))
        .export_records(request)
        .await
        .expect("an export")
        .into_inner();
    while export.message().await.expect("an export to its end").is_some() {}
    let request = by(OFFICE, WatchEntriesRequest { journal: JOURNAL.to_owned(), first_revision: Some(1) });
    let watch = JournalServiceClient::new(channel(address)).watch_entries(request).await;
    assert!(watch.expect("a watch").into_inner().message().await.expect("an entry").is_some());
}

/// What a program holds of the machine.
struct Footprint {
    files: usize,
    memory_kib: u64,
}

impl Footprint {
    fn by(program: &Program) -> Self {
        Self { files: program.open_files(), memory_kib: program.resident_kib() }
    }

    /// Ends when a program holds as much as before. Asks it something meanwhile, which paces the looking.
    async fn is_given_back(&self, program: &Program, address: SocketAddr) {
        let mut client = JournalServiceClient::new(channel(address));
        let waiting = tokio::time::timeout(Duration::from_mins(2), async {
            while program.open_files() > self.files + MOST_HANDLES_KEPT
                || program.resident_kib() > self.memory_kib + MOST_KIB_KEPT
            {
                client.get_head(GetHeadRequest::default()).await.expect("a head");
            }
        });
        let given_back = waiting.await.is_ok();
        let now = Self::by(program);
        tell(&format!(
            "open files {} before, {} after; memory {} MiB before, {} MiB after",
            self.files,
            now.files,
            self.memory_kib / 1024,
            now.memory_kib / 1024
        ));
        assert!(given_back, "something was kept");
    }
}

/// Past the test harness, which keeps what tests print.
fn tell(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("standard error");
}
