//! `thidua journal`: verification and export.

use std::io::Write as _;

use thidua_chassis::serve::MOST_BYTES;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::journal::{ListEntriesRequest, VerifyJournalRequest};
use tonic::transport::Channel;

use crate::cli::JournalArguments;
use crate::client::{connect, tell};

fn client(asked: &JournalArguments) -> Result<JournalServiceClient<Channel>, String> {
    Ok(JournalServiceClient::new(connect(&asked.address.address)?).max_decoding_message_size(MOST_BYTES))
}

fn journals(asked: &JournalArguments) -> Vec<String> {
    let all = || ["statistics", "awards", "gateway"].map(str::to_owned).to_vec();
    let names = asked.journal.clone().map_or_else(all, |journal| vec![journal]);
    names.into_iter().map(|name| format!("journals/{name}")).collect()
}

pub(crate) async fn verify(asked: &JournalArguments) -> Result<(), String> {
    let mut client = client(asked)?;
    let mut bad = Vec::new();
    for journal in journals(asked) {
        let found = client.verify_journal(VerifyJournalRequest { journal }).await.map_err(tell)?.into_inner();
        if found.valid {
            println!("{}: valid up to revision {}, head {}", found.journal, found.revision, found.hash);
        } else {
            println!("{}: NOT valid", found.journal);
            if found.first_bad_revision > 0 {
                println!("  first bad revision: {}", found.first_bad_revision);
            }
            found.findings.iter().for_each(|finding| println!("  {finding}"));
            bad.push(found.journal);
        }
    }
    if bad.is_empty() { Ok(()) } else { Err(format!("does not verify: {}", bad.join(", "))) }
}

pub(crate) async fn export(asked: &JournalArguments) -> Result<(), String> {
    let [journal] =
        <[String; 1]>::try_from(journals(asked)).map_err(|_| "name one --journal to export".to_owned())?;
    let mut client = client(asked)?;
    let mut output = std::io::stdout().lock();
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
            writeln!(output, "{line}").map_err(|cause| format!("cannot write: {cause}"))?;
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(());
        }
    }
}
