//! The journal of a program, which every program serves alike: its head, its pages, its stream, its verification.

use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::journal::{GetHeadRequest, ListEntriesRequest, VerifyJournalRequest, WatchEntriesRequest};

use crate::call::refusal;
use crate::record::RecordingChannel;

/// Reads a journal with at least two entries in every way that there is.
///
/// # Panics
/// Where the ways do not agree, or a token that is none is taken for one.
#[expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops where it cannot go on")]
pub async fn assert_readable(channel: RecordingChannel, journal: &str) {
    let mut journals = JournalServiceClient::new(channel);
    let journal = journal.to_owned();
    let head =
        journals.get_head(GetHeadRequest { journal: journal.clone() }).await.expect("a head").into_inner();
    assert!(head.revision >= 2 && head.journal == journal, "{head:?}");

    let request =
        ListEntriesRequest { journal: journal.clone(), page_size: 1, ..ListEntriesRequest::default() };
    let page = journals.list_entries(request.clone()).await.expect("a page").into_inner();
    let first = &page.entries[0];
    assert!(first.revision == 1 && !page.next_page_token.is_empty(), "{page:?}");
    let next = ListEntriesRequest { page_token: page.next_page_token.clone(), ..request.clone() };
    let next = journals.list_entries(next).await.expect("the next page").into_inner();
    assert_eq!(next.entries[0].previous_hash, first.hash);
    let foreign = ListEntriesRequest { page_token: "x".to_owned(), ..request };
    let (reason, _) = refusal(journals.list_entries(foreign).await, "thidua.journal.v1");
    assert_eq!(reason, "ERROR_REASON_PAGE_TOKEN_INVALID");

    let request = WatchEntriesRequest { journal: journal.clone(), first_revision: Some(1) };
    let mut watch = journals.watch_entries(request).await.expect("a watch").into_inner();
    assert_eq!(watch.message().await.expect("an entry").as_ref(), Some(first));

    let verified = journals.verify_journal(VerifyJournalRequest { journal }).await;
    let verified = verified.expect("a verification").into_inner();
    assert!(verified.valid && verified.hash == head.hash, "{verified:?}");
}
