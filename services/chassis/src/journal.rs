//! `JournalService` over a store: head, list, watch from any revision, verify.

use std::pin::Pin;

use thidua_proto::Timestamp;
use thidua_proto::journal as proto;
use thidua_proto::journal::journal_service_server::{JournalService, JournalServiceServer};
use thidua_proto::page::{self, Binding, Cursor};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::status::Failure;
use tokio::sync::{mpsc, watch};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status};

use crate::edge::MOST_BYTES;
use crate::failure::CommonError;
use crate::store::{Entry, Store};

/// The full name of the service.
pub const NAME: &str = "thidua.journal.v1.JournalService";
/// The domain of its failures.
const DOMAIN: &str = "thidua.journal.v1";

/// How many bytes of entries are read ahead of a watcher; one entry may hold more.
const AHEAD: usize = 64 * 1024;

/// The most entries that are read at once for a watcher.
const MOST_AT_ONCE: usize = 64;

/// The journal of one program.
pub struct Journal {
    store: Store,
    name: String,
    draining: watch::Receiver<bool>,
}

impl Journal {
    /// The service for `journals/{program}`.
    #[must_use]
    pub fn server(
        program: &str,
        store: Store,
        draining: watch::Receiver<bool>,
    ) -> JournalServiceServer<Self> {
        JournalServiceServer::new(Self::new(program, store, draining))
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(MOST_BYTES)
    }

    /// The same, to be called directly.
    #[must_use]
    pub fn new(program: &str, store: Store, draining: watch::Receiver<bool>) -> Self {
        Self { store, name: format!("journals/{program}"), draining }
    }

    /// Only the program's own journal is here.
    fn own(&self, violations: &mut Violations, asked: &str) -> Option<()> {
        if asked.is_empty() || asked == self.name {
            return Some(());
        }
        let expected = (
            format!("`{}`, the journal of this program", self.name),
            format!("“{}”, nhật ký của chương trình này", self.name),
        );
        violations.refuse("journal", Problem::malformed((&expected.0, &expected.1), asked));
        None
    }
}

fn refuse(error: impl Into<CommonError>) -> Status {
    Failure::from(error.into()).into_status(DOMAIN)
}

#[tonic::async_trait]
impl JournalService for Journal {
    async fn get_head(
        &self,
        request: Request<proto::GetHeadRequest>,
    ) -> Result<Response<proto::GetHeadResponse>, Status> {
        let mut violations = Violations::default();
        let own = self.own(&mut violations, &request.get_ref().journal);
        violations.finish(own).map_err(refuse)?;
        let head = self.store.newest().await.map_err(refuse)?;
        let (revision, hash) = (head.revision, head.hash.to_string());
        Ok(Response::new(proto::GetHeadResponse { journal: self.name.clone(), revision, hash }))
    }

    async fn list_entries(
        &self,
        request: Request<proto::ListEntriesRequest>,
    ) -> Result<Response<proto::ListEntriesResponse>, Status> {
        let mut request = request.into_inner();
        let mut violations = Violations::default();
        let own = self.own(&mut violations, &request.journal);
        let size = page::size(&mut violations, request.page_size, 50, 500);
        let first = violations.number("first_revision", request.first_revision.unwrap_or(1), 1..=i64::MAX);
        let (size, first) = violations.finish((|| own.and(Some((size?, first?))))()).map_err(refuse)?;
        let token = std::mem::take(&mut request.page_token);
        request.page_size = 0;
        let binding = Binding::of("ListEntries", &request);
        let cursor = binding.cursor(&token).map_err(refuse)?;
        let from = cursor.map_or(first, |cursor| cursor.number.saturating_add(1));
        let entries = self
            .store
            .entries(from, usize::try_from(size).unwrap_or(usize::MAX), 1 << 20)
            .await
            .map_err(refuse)?;
        let head = self.store.current().await.map_err(refuse)?;
        let next = entries.last().filter(|last| last.revision < head.revision);
        let next_page_token = next
            .map(|last| binding.token(&Cursor { number: last.revision, name: String::new() }))
            .unwrap_or_default();
        let entries = entries.into_iter().map(to_proto).collect();
        Ok(Response::new(proto::ListEntriesResponse { entries, next_page_token }))
    }

    type WatchEntriesStream = Pin<Box<dyn Stream<Item = Result<proto::JournalEntry, Status>> + Send>>;

    async fn watch_entries(
        &self,
        request: Request<proto::WatchEntriesRequest>,
    ) -> Result<Response<Self::WatchEntriesStream>, Status> {
        let request = request.into_inner();
        let mut violations = Violations::default();
        let own = self.own(&mut violations, &request.journal);
        let first = violations.number("first_revision", request.first_revision.unwrap_or(1), 1..=i64::MAX);
        let first = violations.finish(own.and(first)).map_err(refuse)?;
        // What a watcher does not read stays in the store.
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(watch(self.store.clone(), first, self.draining.clone(), sender));
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }

    async fn verify_journal(
        &self,
        request: Request<proto::VerifyJournalRequest>,
    ) -> Result<Response<proto::VerifyJournalResponse>, Status> {
        let mut violations = Violations::default();
        let own = self.own(&mut violations, &request.get_ref().journal);
        violations.finish(own).map_err(refuse)?;
        let found = self.store.verify(None).await.map_err(refuse)?;
        Ok(Response::new(proto::VerifyJournalResponse {
            journal: self.name.clone(),
            valid: found.findings.is_empty(),
            revision: found.head.revision,
            hash: found.head.hash.to_string(),
            first_bad_revision: found.first_bad_revision.unwrap_or_default(),
            findings: found.findings,
        }))
    }
}

/// Sends entries from `next` on, until the watcher goes or the program stops.
async fn watch(
    store: Store,
    mut next: i64,
    mut draining: watch::Receiver<bool>,
    sender: mpsc::Sender<Result<proto::JournalEntry, Status>>,
) {
    let mut head = store.watch_head();
    let mut at_once = MOST_AT_ONCE;
    loop {
        while head.borrow_and_update().revision >= next {
            let part = match store.entries(next, at_once, AHEAD).await {
                Ok(part) => part,
                Err(error) => {
                    let _ = sender.send(Err(refuse(error))).await;
                    return;
                }
            };
            // Entries of imports are large: then one is read at a time.
            let is_large = bytes(&part) > AHEAD;
            at_once = if is_large { 1 } else { at_once.saturating_mul(2).min(MOST_AT_ONCE) };
            for entry in part {
                next = entry.revision + 1;
                if sender.send(Ok(to_proto(entry))).await.is_err() {
                    return;
                }
            }
        }
        tokio::select! {
            moved = head.changed() => if moved.is_err() { return },
            () = sender.closed() => return,
            () = async { drop(draining.wait_for(|draining| *draining).await) } => {
                // The watcher resumes elsewhere, or here after the restart.
                let _ = sender.send(Err(refuse(CommonError::Stopping))).await;
                return;
            }
        }
    }
}

fn bytes(entries: &[Entry]) -> usize {
    entries
        .iter()
        .flat_map(|entry| &entry.changes)
        .filter_map(|change| change.body.as_ref())
        .map(|body| body.len())
        .sum()
}

fn to_proto(entry: Entry) -> proto::JournalEntry {
    let changes = entry.changes.into_iter().map(|change| proto::Change {
        name: change.name.to_string(),
        deleted: change.body.is_none(),
        body: change.body.map(|body| body.to_string()).unwrap_or_default(),
    });
    proto::JournalEntry {
        revision: entry.revision,
        commit_time: Some(time(entry.commit_time)),
        caller: entry.caller.to_string(),
        method: entry.method.to_string(),
        request_id: entry.request_id.map(|id| id.to_string()).unwrap_or_default(),
        request_hash: entry.request_hash.to_string(),
        changes: changes.collect(),
        outcome: entry.outcome.map(|outcome| outcome.to_string()).unwrap_or_default(),
        previous_hash: entry.previous_hash.to_string(),
        hash: entry.hash.to_string(),
    }
}

/// The message for an instant.
#[must_use]
pub fn time(time: jiff::Timestamp) -> Timestamp {
    Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}
