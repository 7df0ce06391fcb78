//! Every command says who calls.

use thidua_tests::program::{Program, printed};

use crate::commands::{caller, calls, changes, run};

async fn office_with_a_file(folder: &std::path::Path) -> Program {
    let (office, _) = Program::office(&folder.join("data"), &[]).await;
    let file = folder.join("don.csv").display().to_string();
    printed(&office, &["export", "--unit", "so-noi-vu", "--kind", "petitions", &file]).await;
    office
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_sends_the_caller_of_the_environment() {
    let folder = tempfile::tempdir().expect("a folder");
    let office = office_with_a_file(folder.path()).await;
    let all =
        calls(folder.path(), "-none").into_iter().chain(changes("0").into_iter().map(|(_, change)| change));
    for arguments in all {
        // A caller without an office is none: a command that sent nothing would act as the local operator.
        let output = run(&office, Some("roles=recorder"), &arguments).await;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
        assert!(text.contains("CALLER_INVALID"), "{arguments:?}: {text}");
    }
    assert!(office.stop().await, "it does not end well");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_by_the_recorder_of_another_unit_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let office = office_with_a_file(folder.path()).await;
    let file = folder.path().join("don.csv").display().to_string();
    for (caller, code) in [
        (caller("recorder").replace("so-noi-vu", "so-tu-phap"), 1),
        (caller("approver"), 1),
        (caller("recorder"), 0),
    ] {
        let arguments = ["import", "--unit", "so-noi-vu", "--kind", "petitions", "--update", &file];
        let arguments = arguments.map(str::to_owned);
        let output = run(&office, Some(&caller), &arguments).await;
        let problem = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{caller}: {problem}");
        assert_eq!(problem.contains("CALLER_NOT_ALLOWED"), code == 1, "{caller}: {problem}");
    }
    assert!(office.stop().await, "it does not end well");
}
