//! Every command of the program with arguments that work on the example year, and whatever `--help` lists.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use thidua_tests::program::{Program, command};

/// A return of the example year.
pub(crate) const RETURN: &str = "units/so-noi-vu/returns/tt-02-2021-tt-ttcp-01-tcd-tt-02-2021-2023-q1";

/// Commands that call the system and leave it as it is, or can be repeated. Files go into the folder, under names with the suffix.
pub(crate) fn calls(folder: &Path, suffix: &str) -> Vec<Vec<String>> {
    let file = |name: &str| folder.join(name).display().to_string();
    let period = ["--form", "01/TCD", "--period", "2023-Q1"];
    let all: Vec<Vec<String>> = [
        "report --language en",
        "form --code 01/TCD --period 2023-Y",
        "figures --period 2023-6M --by-unit",
        "figures --period 2023-6M --format jsonl",
        "list units",
        "list measures",
        "list forms",
        "list calendars --year 2023",
        "load-example",
        "journal verify --journal awards",
        "journal export --journal awards",
    ]
    .iter()
    .map(|line| line.split(' ').map(str::to_owned).collect())
    .collect();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut all = all;
    all.push(words(&[
        "export",
        "--unit",
        "so-noi-vu",
        "--kind",
        "petitions",
        &file(&format!("don{suffix}.csv")),
    ]));
    all.push(words(&["import", "--unit", "so-noi-vu", "--kind", "petitions", &file("don.csv")]));
    all.push(words(&[&["return", "prepare", "--unit", "so-noi-vu"][..], &period].concat()));
    all.push(words(&["return", "show", RETURN]));
    all.push(words(&[&["return", "standings"][..], &period].concat()));
    all
}

/// Commands that change a return, so that they can be done once; each with the role that does it.
pub(crate) fn changes(digest: &str) -> Vec<(&'static str, Vec<String>)> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let prepare =
        words(&["return", "prepare", "--unit", "so-noi-vu", "--form", "01/TCD", "--period", "2023-Q1"]);
    vec![
        ("recorder", prepare.clone()),
        ("recorder", words(&["return", "submit", RETURN])),
        ("approver", words(&["return", "send-back", RETURN, "--reason", "sót một lượt"])),
        ("recorder", prepare),
        ("recorder", words(&["return", "submit", RETURN])),
        ("approver", words(&["return", "approve", RETURN, "--digest", digest])),
        ("approver", words(&["return", "reopen", RETURN, "--reason", "sót một lượt"])),
    ]
}

/// The caller of a role, each role in an office of its own.
pub(crate) fn caller(role: &str) -> String {
    format!("office={role}-noi-vu; unit=units/so-noi-vu; roles={role}")
}

/// Runs a command on an office, on behalf of a caller where one is named.
pub(crate) async fn run(office: &Program, caller: Option<&str>, arguments: &[String]) -> Output {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = command("thidua", &arguments);
    command.env("THIDUA_ADDRESS", office.address.to_string()).env_remove("THIDUA_CALLER");
    if let Some(caller) = caller {
        command.env("THIDUA_CALLER", caller);
    }
    command.output().await.expect("thidua runs")
}

/// Every command, by its words, as the helps list them.
pub(crate) async fn listed() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut unread = vec![Vec::new()];
    while let Some(path) = unread.pop() {
        let names = subcommands(&path).await;
        if names.is_empty() {
            found.insert(path.join(" "));
        }
        unread.extend(names.into_iter().map(|name| [path.clone(), vec![name]].concat()));
    }
    found
}

async fn subcommands(path: &[String]) -> Vec<String> {
    let arguments: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
    let output = command("thidua", &arguments).output().await.expect("thidua runs");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success() && text.contains("Usage:"), "{path:?}: {text}");
    let listed =
        text.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}
