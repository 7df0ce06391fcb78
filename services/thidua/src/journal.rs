//! `thidua journal`: verification and export.

use clap::{Args, Subcommand};
use thidua_chassis::output::{CommandError, print, print_line};
use thidua_chassis::serve::MOST_BYTES;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::journal::{ListEntriesRequest, VerifyJournalRequest, VerifyJournalResponse};
use tonic::{Response, Status};

use crate::system::{Connection, SystemArguments, describe};

/// What to do with a journal.
#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// Recompute every hash, the state and the sums; exit code 1 where something does not hold
    Verify(VerifyArguments),
    /// Print all entries of one journal as JSON lines, for backups and for verification offline
    ///
    /// One --journal must be named. Write it to a file: `thidua journal export --journal statistics > journal.jsonl`;
    /// `tests/peers/verify_journal.py journal.jsonl` verifies it without thidua.
    Export(ExportArguments),
}

/// The services that keep a journal.
const JOURNALS: [&str; 3] = ["statistics", "awards", "gateway"];

/// The journal of one service.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// Of which service
    #[arg(long, value_parser = JOURNALS)]
    journal: String,
}

/// Which journals.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// Of which service; all three if left out
    #[arg(long, value_parser = JOURNALS)]
    journal: Option<String>,
}

pub(crate) async fn run(command: &JournalCommand) -> Result<(), CommandError> {
    match command {
        JournalCommand::Verify(arguments) => verify(arguments).await,
        JournalCommand::Export(arguments) => export(arguments).await,
    }
}

fn client(system: &SystemArguments) -> Result<JournalServiceClient<Connection>, String> {
    Ok(JournalServiceClient::new(system.connect()?).max_decoding_message_size(MOST_BYTES))
}

/// Verifies every journal in question, also past one that fails or cannot be reached.
async fn verify(arguments: &VerifyArguments) -> Result<(), CommandError> {
    let mut client = client(&arguments.system)?;
    let (mut failed, mut printed) = (Vec::new(), Ok(()));
    let all = JOURNALS.map(str::to_owned).to_vec();
    for service in arguments.journal.as_ref().map_or(all, |one| vec![one.clone()]) {
        let journal = format!("journals/{service}");
        let request = VerifyJournalRequest { journal: journal.clone() };
        let answer = client.verify_journal(request).await.map(Response::into_inner);
        if !answer.as_ref().is_ok_and(|found| found.valid) {
            failed.push(journal.clone());
        }
        // A journal that does not verify is a failure, also where nobody reads about it.
        printed = printed.and(print_line(&verdict(&journal, answer)));
    }
    if failed.is_empty() {
        Ok(printed?)
    } else {
        Err(format!("does not verify: {}", failed.join(", ")).into())
    }
}

/// What a verification found, in lines.
fn verdict(journal: &str, answer: Result<VerifyJournalResponse, Status>) -> String {
    let mut lines = Vec::new();
    match answer {
        Ok(found) if found.valid => {
            return format!("{journal}: valid up to revision {}, head {}", found.revision, found.hash);
        }
        Ok(found) => {
            lines.push(format!("{journal}: NOT valid"));
            if found.first_bad_revision > 0 {
                lines.push(format!("  first bad revision: {}", found.first_bad_revision));
            }
            lines.extend(found.findings.iter().map(|finding| format!("  {finding}")));
        }
        Err(status) => {
            lines.push(format!("{journal}: NOT verified"));
            lines.extend(describe(status).lines().map(|line| format!("  {line}")));
        }
    }
    lines.join("\n")
}

async fn export(arguments: &ExportArguments) -> Result<(), CommandError> {
    let mut client = client(&arguments.system)?;
    let mut page_token = String::new();
    loop {
        let request = ListEntriesRequest {
            journal: format!("journals/{}", arguments.journal),
            page_size: 500,
            page_token,
            ..ListEntriesRequest::default()
        };
        let page = client.list_entries(request).await.map_err(describe)?.into_inner();
        let mut lines = Vec::new();
        for entry in &page.entries {
            serde_json::to_writer(&mut lines, entry).map_err(|cause| cause.to_string())?;
            lines.push(b'\n');
        }
        print(lines)?;
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(());
        }
    }
}
