//! `thidua journal`: verification and export.

use thidua_chassis::serve::MOST_BYTES;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::journal::{ListEntriesRequest, VerifyJournalRequest};
use tonic::Response;
use tonic::transport::Channel;

use crate::cli::{Address, JOURNALS, JournalArguments, OneJournal};
use crate::client::{connect, tell};
use crate::output::print_line;

fn client(address: &Address) -> Result<JournalServiceClient<Channel>, String> {
    Ok(JournalServiceClient::new(connect(&address.address)?).max_decoding_message_size(MOST_BYTES))
}

fn journals(asked: &JournalArguments) -> Vec<String> {
    let all = || JOURNALS.map(str::to_owned).to_vec();
    let names = asked.journal.clone().map_or_else(all, |journal| vec![journal]);
    names.into_iter().map(|name| format!("journals/{name}")).collect()
}

/// Verifies every journal that is asked for, also past one that fails or cannot be reached.
pub(crate) async fn verify(asked: &JournalArguments) -> Result<(), String> {
    let mut client = client(&asked.address)?;
    let mut failed = Vec::new();
    for journal in journals(asked) {
        let request = VerifyJournalRequest { journal: journal.clone() };
        match client.verify_journal(request).await.map(Response::into_inner) {
            Ok(found) if found.valid => {
                println!("{journal}: valid up to revision {}, head {}", found.revision, found.hash);
                continue;
            }
            Ok(found) => {
                println!("{journal}: NOT valid");
                if found.first_bad_revision > 0 {
                    println!("  first bad revision: {}", found.first_bad_revision);
                }
                found.findings.iter().for_each(|finding| println!("  {finding}"));
            }
            // The others are still worth knowing.
            Err(status) => {
                println!("{journal}: NOT verified");
                tell(status).lines().for_each(|line| println!("  {line}"));
            }
        }
        failed.push(journal);
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("does not verify: {}", failed.join(", "))) }
}

pub(crate) async fn export(asked: &OneJournal) -> Result<(), String> {
    let journal = format!("journals/{}", asked.journal);
    let mut client = client(&asked.address)?;
    let mut page_token = String::new();
    loop {
        let request = ListEntriesRequest {
            journal: journal.clone(),
            page_size: 500,
            page_token,
            ..ListEntriesRequest::default()
        };
        let page = client.list_entries(request).await.map_err(tell)?.into_inner();
        for entry in &page.entries {
            let line = serde_json::to_string(entry).map_err(|cause| cause.to_string())?;
            if !print_line(&line)? {
                return Ok(());
            }
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(());
        }
    }
}
