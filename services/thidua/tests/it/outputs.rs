//! Outputs that take nothing: a pipe that nobody reads, a full disk.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::path::Path;
use std::process::{Output, Stdio};

use thidua_tests::program::{Program, command, printed, thidua};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::commands::{RETURN, caller, calls, changes, listed, run};

/// Where a program's output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sink {
    ClosedPipe,
    FullDisk,
}

impl Sink {
    const ALL: [Self; 2] = [Self::ClosedPipe, Self::FullDisk];

    fn stdio(self) -> Stdio {
        match self {
            Self::ClosedPipe => std::io::pipe().expect("a pipe").1.into(),
            Self::FullDisk => OpenOptions::new().write(true).open("/dev/full").expect("/dev/full").into(),
        }
    }

    /// How a command ends that prints to it.
    fn code(self) -> i32 {
        match self {
            Self::ClosedPipe => 0,
            Self::FullDisk => 74,
        }
    }

    fn check(self, arguments: &[String], output: &Output) {
        let problem = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(self.code()), "{self:?} {arguments:?}: {problem}");
        assert!(!problem.contains("panicked"), "{self:?} {arguments:?}: {problem}");
        let explains = problem.contains("standard output cannot be written");
        assert_eq!(explains, self == Self::FullDisk, "{self:?} {arguments:?}: {problem}");
    }
}

fn on(office: &Program, role: Option<&str>, arguments: &[String]) -> Command {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = command("thidua", &arguments);
    command.env("THIDUA_ADDRESS", office.address.to_string()).env_remove("THIDUA_CALLER");
    command.env("THIDUA_HEALTH", office.address.to_string());
    if let Some(role) = role {
        command.env("THIDUA_CALLER", caller(role));
    }
    command
}

/// Runs a command to its end. (`Command::output` would take both outputs itself.)
async fn end(command: &mut Command, stdout: Stdio, stderr: Stdio) -> Output {
    let child = command.stdout(stdout).stderr(stderr).spawn().expect("thidua starts");
    child.wait_with_output().await.expect("thidua ends")
}

async fn office_with_a_file(folder: &Path) -> Program {
    let (office, _) = Program::office(&folder.join("data"), &[]).await;
    let file = folder.join("don.csv").display().to_string();
    printed(&office, &["export", "--unit", "so-noi-vu", "--kind", "petitions", &file]).await;
    office
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_ends_quietly_on_a_closed_pipe_and_with_code_74_on_a_full_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let office = office_with_a_file(folder.path()).await;
    let (empty, _) = Program::office(&folder.path().join("empty"), &["--example", "never"]).await;
    assert!(empty.stop().await, "it does not end well");
    let mut tried = BTreeSet::new();
    for sink in Sink::ALL {
        let mut all = calls(folder.path(), &format!("-{sink:?}"));
        all.push(vec!["health".to_owned()]);
        let store = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
        let words = ["store", "copy"].map(str::to_owned).to_vec();
        let copy = [store("empty/statistics.sqlite"), store(&format!("copy-{sink:?}.sqlite"))];
        all.push([words, copy.to_vec()].concat());
        for arguments in all {
            let output = end(&mut on(&office, None, &arguments), sink.stdio(), Stdio::piped()).await;
            sink.check(&arguments, &output);
            tried.insert(arguments);
        }
        // What a return goes through, back to where it began.
        let shown = printed(&office, &["return", "show", RETURN]).await;
        let digest = shown.lines().last().and_then(|line| line.strip_prefix("--digest ")).expect("a digest");
        for (role, arguments) in changes(digest) {
            let output = end(&mut on(&office, Some(role), &arguments), sink.stdio(), Stdio::piped()).await;
            sink.check(&arguments, &output);
            tried.insert(arguments);
        }
    }
    let untried: Vec<String> = listed()
        .await
        .into_iter()
        .filter(|words| !tried.iter().any(|arguments| arguments.join(" ").starts_with(words)))
        .collect();
    assert_eq!(untried, Vec::<String>::new(), "commands that the helps list");
    assert!(office.stop().await, "it does not end well");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_panics_where_standard_error_takes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let office = office_with_a_file(folder.path()).await;
    for sink in Sink::ALL {
        let import = ["import", "--unit", "so-noi-vu", "--kind", "petitions"].map(str::to_owned).to_vec();
        let import = [import, vec![folder.path().join("don.csv").display().to_string()]].concat();
        let missing = ["report", "--year", "1999"].map(str::to_owned).to_vec();
        for (arguments, code) in [(import, 0), (missing, 1), (vec!["--frobnicate".to_owned()], 64)] {
            let output = end(&mut on(&office, None, &arguments), Stdio::piped(), sink.stdio()).await;
            assert_eq!(output.status.code(), Some(code), "{sink:?} {arguments:?}");
        }
    }
    assert!(office.stop().await, "it does not end well");
}

#[tokio::test(flavor = "multi_thread")]
async fn help_of_every_command_ends_quietly_on_a_closed_pipe_and_with_code_74_on_a_full_disk() {
    let mut paths: BTreeSet<String> = listed().await;
    paths.extend(["", "return", "list", "store", "journal"].map(str::to_owned));
    for sink in Sink::ALL {
        for path in &paths {
            let arguments: Vec<String> =
                path.split_whitespace().chain(["--help"]).map(str::to_owned).collect();
            let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let output = end(&mut command("thidua", &words), sink.stdio(), Stdio::piped()).await;
            sink.check(&arguments, &output);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serving_program_goes_on_where_its_start_message_is_not_taken() {
    for sink in Sink::ALL {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().display().to_string();
        let ports =
            ["--listen=127.0.0.1:0", "--statistics-listen=127.0.0.1:0", "--awards-listen=127.0.0.1:0"];
        let mut arguments = vec!["--data", &data, "--log", "thidua=info"];
        arguments.extend(ports);
        let mut child = command("thidua", &arguments)
            .stdout(sink.stdio())
            .stderr(Stdio::piped())
            .spawn()
            .expect("thidua starts");
        let mut log = BufReader::new(child.stderr.take().expect("a log")).lines();
        let (mut seen, mut address) = (Vec::new(), None);
        let wanted = if sink == Sink::FullDisk { "start message cannot be written" } else { "\"serving\"" };
        while let Some(line) = log.next_line().await.expect("a line") {
            let after = line.contains(wanted).then(|| line.split_once("\"address\":\"http://")).flatten();
            seen.push(line.clone());
            if let Some((_, after)) = after {
                address = after.split('"').next().map(str::to_owned);
                break;
            }
        }
        let address = address.unwrap_or_else(|| panic!("{sink:?}: {seen:?}"));
        let health =
            command("thidua", &["health", "--address", &address]).output().await.expect("thidua runs");
        assert!(health.status.success(), "{sink:?}: {health:?}");
        let id = child.id().expect("an id").to_string();
        let signal = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill runs");
        assert!(signal.success());
        assert!(child.wait().await.expect("an end").success(), "{sink:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_goes_stops_no_import() {
    let folder = tempfile::tempdir().expect("a folder");
    let (office, _) = Program::office(&folder.path().join("data"), &[]).await;
    let mut files = Vec::new();
    for number in [1, 2] {
        let path = folder.path().join(format!("don-{number}.csv")).display().to_string();
        std::fs::write(
            &path,
            format!("id,received_date,kind\nmoi-{number},2023-03-15,PETITION_KIND_COMPLAINT\n"),
        )
        .expect("a file");
        files.push(path);
    }
    let import = ["import", "--unit", "so-noi-vu", "--kind", "petitions"].map(str::to_owned).to_vec();
    let arguments = [import, files].concat();
    let output = end(&mut on(&office, None, &arguments), Sink::ClosedPipe.stdio(), Stdio::piped()).await;
    Sink::ClosedPipe.check(&arguments, &output);
    let again = run(&office, None, &arguments).await;
    let text = String::from_utf8_lossy(&again.stdout).into_owned();
    assert_eq!(text.matches("1 unchanged").count(), 2, "{text}");
    let none = thidua(&office, &["list", "units", "--query", "zzz"]).await;
    assert!(none.status.success());
    assert!(office.stop().await, "it does not end well");
}
