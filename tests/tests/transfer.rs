//! Records in bulk, through the one door, with the command line: an import that is killed and goes on, and files that come back as
//! they went in. `THIDUA_IMPORT_ROWS` sets the number of rows.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops where it cannot go on")]

use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::Write as _;
use std::path::Path;

use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::journal::{GetHeadRequest, JournalEntry, VerifyJournalRequest, WatchEntriesRequest};
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::{CreateUnitRequest, ListUnitsRequest};
use thidua_tests::program::{Program, command, printed, thidua};
use thidua_tests::sample;
use tonic::Streaming;

const IMPORT_ID: &str = "018f0000-0000-7000-8000-00000000000a";

/// How many rows are imported.
fn rows() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the number of rows is the tester's choice")]
    std::env::var("THIDUA_IMPORT_ROWS").map_or(20_000, |rows| rows.parse().expect("a number"))
}

/// How often an import is killed.
const BLOWS: i64 = 6;

/// How many chunks a try of an import gets done before it is killed: another number in every run, small enough that some are left
/// for the blows to come.
fn chunks_before_blow() -> i64 {
    let most = (rows() / ROWS_OF_CHUNK / (BLOWS + 1)).max(1);
    1 + i64::try_from(RandomState::new().build_hasher().finish() >> 1).expect("positive") % most
}

/// Rows that the command line sends together.
const ROWS_OF_CHUNK: i64 = 500;

/// The entries of statistics' journal from now on.
async fn watch(office: &Program) -> Streaming<JournalEntry> {
    let mut journals = JournalServiceClient::new(office.channel());
    let journal = "journals/statistics".to_owned();
    let head =
        journals.get_head(GetHeadRequest { journal: journal.clone() }).await.expect("a head").into_inner();
    let request = WatchEntriesRequest { journal, first_revision: Some(head.revision + 1) };
    journals.watch_entries(request).await.expect("a watch").into_inner()
}

async fn office(folder: &Path) -> Program {
    Program::office(folder, &["--example", "never"]).await.0
}

async fn create_unit(office: &Program, id: &str) {
    let mut directory = DirectoryServiceClient::new(office.channel());
    directory.create_unit(sample::unit(id)).await.expect("a unit");
}

/// A CSV table of petitions, and its lines.
fn table(rows: i64) -> String {
    let mut text = String::from("id,received_date,kind,signer_count,processed_date,handling\n");
    for number in 1..=rows {
        let petition = sample::petition(number);
        let date = |day: Option<thidua_proto::Date>| {
            day.and_then(thidua_proto::date::from_wire).map(|day| day.to_string()).unwrap_or_default()
        };
        let word = |name: &str| name.rsplit('_').next().unwrap_or_default().to_lowercase();
        let handling = if petition.processed_date.is_some() { "stored" } else { "" };
        writeln!(
            text,
            "don-{number:08},{},{},{},{},{handling}",
            date(petition.received_date),
            word(petition.kind().as_str_name()),
            petition.signer_count.unwrap_or(1),
            date(petition.processed_date)
        )
        .expect("text");
    }
    text
}

/// The lines of a CSV text, with the columns of another's heading alone, sorted.
fn lines_of(text: &str, heading: &str) -> Vec<String> {
    let mut lines = text.lines();
    let found: Vec<&str> = lines.next().expect("a heading").split(',').collect();
    let columns: Vec<usize> = heading
        .split(',')
        .map(|wanted| found.iter().position(|title| *title == wanted).expect("a column"))
        .collect();
    let mut kept: Vec<String> = lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            columns.iter().map(|column| cells[*column]).collect::<Vec<_>>().join(",")
        })
        .collect();
    kept.sort_unstable();
    kept
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_killed_at_any_moment_ends_with_exactly_the_rows_of_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let file = folder.path().join("don.csv");
    let content = table(rows());
    std::fs::write(&file, &content).expect("a file");
    let file = file.display().to_string();
    let import = ["import", "--unit", "units/do", "--kind", "petitions", "--import-id", IMPORT_ID, &file];

    let mut running = office(&data).await;
    create_unit(&running, "do").await;
    let mut struck = 0;
    for round in 0..BLOWS {
        let mut entries = watch(&running).await;
        let address = format!("http://{}", running.address);
        let arguments = [&import[..], &["--address", &address]].concat();
        let mut importer = command("thidua", &arguments);
        importer.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut importer = importer.spawn().expect("thidua starts");
        let due = async {
            for _ in 0..chunks_before_blow() {
                entries.message().await.expect("a watch").expect("an entry of the import");
            }
        };
        tokio::select! {
            biased;
            () = due => struck += 1,
            // A fast machine has done it all before the last blows.
            _ = importer.wait() => break,
        }
        if round % 2 == 0 {
            importer.kill().await.expect("a kill");
        } else {
            running.kill().await;
            let ended = importer.wait().await.expect("an end");
            assert!(!ended.success(), "round {round}: an import without a service ended well");
            running = office(&data).await;
        }
    }
    assert!(struck > 0, "no blow met an import");

    // Every row was created once, by one of the tries: the chunks taken before answer as they did.
    let told = printed(&running, &import).await;
    let expected = format!("{} created, 0 updated, 0 unchanged, 0 refused", rows());
    assert!(told.contains(&expected), "{told}");
    let copy = folder.path().join("copy.csv").display().to_string();
    printed(&running, &["export", "--unit", "units/do", "--kind", "petitions", &copy]).await;
    let heading = content.lines().next().expect("a heading");
    let exported = std::fs::read_to_string(&copy).expect("the copy");
    assert!(lines_of(&exported, heading) == lines_of(&content, heading), "the rows differ");
    let request = VerifyJournalRequest { journal: "journals/statistics".to_owned() };
    let verified = JournalServiceClient::new(running.channel()).verify_journal(request).await;
    let verified = verified.expect("a verification").into_inner();
    assert!(verified.valid, "{:?}", verified.findings);
    let line = format!("an import of {} rows was killed {struck} times: each row is there once", rows());
    writeln!(std::io::stderr(), "{line}").expect("standard error");
    assert!(running.stop().await, "it does not end well");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_imported_again_unchanged() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = office(&folder.path().join("data")).await;
    create_unit(&running, "do").await;
    create_unit(&running, "khac").await;
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("don.csv"), table(1203)).expect("a file");
    let import = ["import", "--unit", "units/do", "--kind", "petitions"];
    printed(&running, &[&import[..], &[&file("don.csv")]].concat()).await;
    for format in ["csv", "jsonl", "xlsx"] {
        let copy = file(&format!("copy.{format}"));
        let told = printed(&running, &["export", "--unit", "units/do", "--kind", "petitions", &copy]).await;
        assert!(told.contains("1203 rows"), "{told}");
        let told = printed(&running, &[&import[..], &[&copy]].concat()).await;
        assert!(told.contains("0 created, 0 updated, 1203 unchanged, 0 refused"), "{format}: {told}");
        let told = printed(&running, &["import", "--kind", "petitions", &copy]).await;
        assert!(told.contains("0 created, 0 updated, 1203 unchanged, 0 refused"), "{format}: {told}");
        let other = ["import", "--unit", "units/khac", "--kind", "petitions", &copy];
        let refused = thidua(&running, &other).await;
        let told = String::from_utf8_lossy(&refused.stdout).into_owned();
        assert!(told.contains("0 created, 0 updated, 0 unchanged, 1203 refused"), "{format}: {told}");
        assert!(told.contains("must be units/khac, whose records are imported"), "{told}");
        let again = thidua(&running, &["export", "--all", "--kind", "petitions", &copy]).await;
        assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("there already"));
    }
    let copy = file("vi.csv");
    let words = ["export", "--unit", "units/do", "--kind", "petitions", "--wording", "vi", &copy];
    printed(&running, &words).await;
    let told = printed(&running, &[&import[..], &[&copy]].concat()).await;
    assert!(told.contains("1203 unchanged, 0 refused"), "{told}");

    let other = ["import", "--unit", "khac", "--kind", "petitions", &file("don.csv")];
    printed(&running, &other).await;
    let all = ["export", "--all", "--kind", "petitions", "--from", "2022-12-15", "--to", "2022-12-15"];
    let copy = file("all.csv");
    printed(&running, &[&all[..], &[&copy]].concat()).await;
    let text = std::fs::read_to_string(&copy).expect("the copy");
    let of = |unit: &str| text.lines().filter(|line| line.starts_with(unit)).count();
    assert!(text.starts_with("unit,id,received_date,"), "{text}");
    assert_eq!((of("units/do,"), of("units/khac,")), (3, 3));
    assert!(running.stop().await, "it does not end well");
}

/// What the system holds: every record of a kind as JSON lines without times and etags, and all figures of each unit.
async fn held(office: &Program, file: &str) -> (Vec<String>, String) {
    let mut records = Vec::new();
    for kind in KINDS {
        let path = format!("{file}-{kind}.jsonl");
        printed(office, &["export", "--all", "--kind", kind, &path]).await;
        for line in std::fs::read_to_string(&path).expect("an export").lines() {
            let mut record: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let object = record.as_object_mut().expect("an object");
            object.retain(|field, _| !["createTime", "updateTime", "etag"].contains(&field.as_str()));
            records.push(record.to_string());
        }
    }
    let window = ["figures", "--from", "2022-12-15", "--to", "2023-11-21", "--by-unit"];
    (records, printed(office, &window).await)
}

/// Matters first: petitions and visits name them.
const KINDS: [&str; 4] = ["matters", "inspections", "receptions", "petitions"];

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_exported_makes_an_empty_system_equal() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (full, _) = Program::office(&folder.path().join("full"), &[]).await;
    let expected = held(&full, &file("full")).await;
    assert!(expected.0.len() > 7000, "{} records", expected.0.len());
    for format in ["csv", "xlsx"] {
        for kind in KINDS {
            printed(&full, &["export", "--all", "--kind", kind, &file(&format!("{kind}.{format}"))]).await;
        }
    }
    let units = DirectoryServiceClient::new(full.channel()).list_units(ListUnitsRequest::default()).await;
    let units = units.expect("the units").into_inner().units;
    for format in ["csv", "xlsx", "jsonl"] {
        let empty = office(&folder.path().join(format)).await;
        let mut directory = DirectoryServiceClient::new(empty.channel());
        for unit in units.clone() {
            let unit_id = unit.name.trim_start_matches("units/").to_owned();
            let request = CreateUnitRequest { unit_id, unit: Some(unit), ..Default::default() };
            directory.create_unit(request).await.expect("a unit");
        }
        for kind in KINDS {
            let name =
                if format == "jsonl" { format!("full-{kind}.jsonl") } else { format!("{kind}.{format}") };
            let told = printed(&empty, &["import", "--kind", kind, &file(&name)]).await;
            assert!(told.contains(" 0 updated, 0 unchanged, 0 refused"), "{format}: {told}");
        }
        let found = held(&empty, &file(&format!("of-{format}"))).await;
        assert!(found.0 == expected.0, "{format}: the records differ");
        assert_eq!(found.1, expected.1, "{format}");
        assert!(empty.stop().await, "it does not end well");
    }
    assert!(full.stop().await, "it does not end well");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten_unless_that_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = office(&folder.path().join("data")).await;
    create_unit(&running, "do").await;
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (path, refused) = (file("don.csv"), file("refused.csv"));
    // The second row of an id stands in another chunk than the first.
    let content = table(700) + "don-00000001,2023-01-05,proposal,9,,\n";
    std::fs::write(&path, &content).expect("a file");
    let import = ["import", "--unit", "units/do", "--kind", "petitions"];
    let output = thidua(&running, &[&import[..], &["--refused", &refused, &path]].concat()).await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("700 created, 0 updated, 0 unchanged, 1 refused"), "{told}");
    assert!(told.contains("line 702: id: line 2 has the id `don-00000001` already"), "{told}");
    assert!(told.contains("đã có ở dòng 2"), "{told}");

    // Brought again as it is, the refused row would take the first one's place.
    let output = thidua(&running, &[&import[..], &[&refused]].concat()).await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("0 created, 0 updated, 0 unchanged, 1 refused"), "{told}");
    assert!(told.contains("units/do/petitions/don-00000001 exists already"), "{told}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("--update"), "{output:?}");
    let mended =
        std::fs::read_to_string(&refused).expect("the refused rows").replace("00000001,", "00000701,");
    std::fs::write(&refused, mended).expect("a file");
    let told = printed(&running, &[&import[..], &[&refused]].concat()).await;
    assert!(told.contains("1 created, 0 updated, 0 unchanged, 0 refused"), "{told}");
    let changed = file("changed.csv");
    std::fs::write(&changed, table(1).replace(",2,", ",3,")).expect("a file");
    let told = printed(&running, &[&import[..], &["--update", &changed]].concat()).await;
    assert!(told.contains("0 created, 1 updated, 0 unchanged, 0 refused"), "{told}");
    assert!(running.stop().await, "it does not end well");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_or_imported_leaves_nothing_behind_and_says_the_way_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = office(&folder.path().join("data")).await;
    create_unit(&running, "so-noi-vu").await;
    let file = |name: &str| folder.path().join(name).display().to_string();
    let failed = async |arguments: &[&str]| {
        let output = thidua(&running, arguments).await;
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for name in ["don.csv", "don.jsonl", "don.xlsx"] {
        let export = ["export", "--unit", "units/so-noivu", "--kind", "petitions", &file(name)];
        let told = failed(&export).await;
        assert!(told.contains("units/so-noivu does not exist"), "{told}");
        assert!(told.contains("units/so-noi-vu (Đơn vị so-noi-vu)"), "{told}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let told = failed(&["import", "--unit", "so-noi-vu", "--kind", "petitions", &file("none.xlsx")]).await;
    assert!(told.contains("there is no such file (không có tệp này)"), "{told}");
    std::fs::write(file("don.csv"), table(3)).expect("a file");
    let told = failed(&["import", "--kind", "petitions", &file("don.csv")]).await;
    assert!(told.contains("--unit units/…") && told.contains("“Đơn vị”"), "{told}");
    assert!(running.stop().await, "it does not end well");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_messy_workbook_is_imported_in_part_and_its_refused_rows_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = office(&folder.path().join("data")).await;
    create_unit(&running, "do").await;
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../services/thidua/tests/fixtures/messy.xlsx");
    let (fixture, refused) = (fixture.display().to_string(), folder.path().join("refused.csv"));
    let to = refused.display().to_string();
    let import =
        ["import", "--unit", "units/do", "--kind", "petitions", "--ignore-columns", "--refused", &to];
    let dry = thidua(&running, &[&import[..], &["--dry-run", &fixture]].concat()).await;
    let told = String::from_utf8_lossy(&dry.stdout).into_owned();
    assert!(told.contains("(dry run) 4 created, 0 updated, 0 unchanged, 9 refused"), "{told}");
    let output = thidua(&running, &[&import[..], &[&fixture]].concat()).await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("4 created, 0 updated, 0 unchanged, 9 refused"), "{told}");
    assert!(told.contains("Đơn!E8: petition.signer_count") && told.contains("dòng tổng cộng"), "{told}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("--import-id"));
    let written = std::fs::read_to_string(&refused).expect("the refused rows");
    assert_eq!(written.lines().count(), 10);

    let figures = ["figures", "--unit", "units/do", "--from", "2023-01-01", "--to", "2023-12-31"];
    let told = printed(&running, &[&figures[..], &["--measures", "petitions.received"]].concat()).await;
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].starts_with("measure,display_name,"), "{told}");
    assert!(
        lines[1].starts_with("petitions.received,") && lines[1].contains(",2023-01-01,2023-12-31,4,,,"),
        "{told}"
    );
    let book = folder.path().join("figures.xlsx").display().to_string();
    printed(&running, &[&figures[..], &[&book]].concat()).await;
    assert!(std::fs::metadata(&book).expect("a workbook").len() > 1000);
    assert!(running.stop().await, "it does not end well");
}
