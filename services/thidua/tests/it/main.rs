//! The command line as a person meets it: help, settings that cannot be used, a system that is not there, callers, outputs that
//! take nothing.

#![expect(clippy::expect_used, reason = "a test stops where it cannot go on")]

mod callers;
mod commands;
mod outputs;

use std::process::{Command, Output};

fn thidua(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thidua")).args(arguments).output().expect("the program runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn help_tells_what_it_is_and_every_setting() {
    let output = thidua(&["--help"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success());
    for word in
        ["system of record", "report", "form", "import", "load-example", "journal", "--data", "THIDUA_LISTEN"]
    {
        assert!(text.contains(word), "`{word}` is missing in:\n{text}");
    }
}

#[test]
fn settings_that_cannot_be_used_are_told_at_once_with_code_64() {
    let output = thidua(&["--listen", "0.0.0.0:8080", "--example", "perhaps", "--in-flight", "many"]);
    assert_eq!(output.status.code(), Some(64));
    let told = told(&output);
    for name in ["`listen`", "`example`", "`in-flight`"] {
        assert!(told.contains(name), "{name} is missing in:\n{told}");
    }
    assert_eq!(thidua(&["--frobnicate"]).status.code(), Some(64));
}

#[test]
fn a_system_that_is_not_there_is_told_with_the_way_out() {
    // Port 9 (discard) of loopback: nobody listens there.
    let output = thidua(&["report", "--address", "http://127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("is it running"), "{}", told(&output));
}

#[test]
fn every_journal_is_told_of_when_one_cannot_be_verified() {
    let output = thidua(&["journal", "verify", "--address", "http://127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    for journal in ["journals/statistics", "journals/awards", "journals/gateway"] {
        assert!(text.contains(&format!("{journal}: NOT verified")), "{journal} is missing in:\n{text}");
        assert!(told(&output).contains(journal), "{}", told(&output));
    }
}
