//! `JournalService` at the door: the gateway's own journal, and those of the services behind by their names.

use std::pin::Pin;

use thidua_chassis::edge::Deadline;
use thidua_chassis::journal::Journal;
use thidua_chassis::store::Store;
use thidua_proto::journal as proto;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::journal::journal_service_server::{JournalService, JournalServiceServer};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_stream::Stream;
use tonic::codec::CompressionEncoding;
use tonic::{Code, Request, Response, Status};

use crate::error::Error;
use crate::upstream::{ReplicaBalancer, Service, UpstreamError, Upstreams};

/// The service over the own store and those behind.
#[must_use]
pub fn server(
    upstreams: &Upstreams,
    store: Store,
    draining: watch::Receiver<bool>,
) -> JournalServiceServer<Journals> {
    let client = |service| {
        JournalServiceClient::new(upstreams.channel(service))
            .max_decoding_message_size(thidua_chassis::serve::MOST_BYTES)
    };
    JournalServiceServer::new(Journals {
        own: Journal::new(crate::config::PROGRAM, store, draining),
        statistics: client(Service::Statistics),
        awards: client(Service::Awards),
    })
    .accept_compressed(CompressionEncoding::Gzip)
}

/// The journals that can be reached here.
pub struct Journals {
    own: Journal,
    statistics: JournalServiceClient<ReplicaBalancer>,
    awards: JournalServiceClient<ReplicaBalancer>,
}

impl Journals {
    /// The service behind that keeps a journal; `None` for the own one, which also refuses unknown names.
    fn behind(&self, journal: &str) -> Option<(Service, JournalServiceClient<ReplicaBalancer>)> {
        let service = Service::ALL.into_iter().find(|service| service.journal() == journal)?;
        let client = match service {
            Service::Statistics => &self.statistics,
            Service::Awards => &self.awards,
        };
        Some((service, client.clone()))
    }
}

/// A request to a service behind, with what its caller said of itself. It is written anew there, without fields that this
/// release does not know, so that what the caller said of its bytes does not hold of it; and of its time some is gone.
fn passed_on<T>(mut request: Request<T>) -> Request<T> {
    for of_bytes in ["content-length", "grpc-encoding"] {
        request.metadata_mut().remove(of_bytes);
    }
    if let Some(Deadline(deadline)) = request.extensions().get::<Deadline>().copied() {
        request.set_timeout(deadline.saturating_duration_since(Instant::now()));
    }
    request
}

/// A service's own refusal as it is; that of a broken connection with its reason. The transport ends calls by itself only
/// where the caller's deadline, which is passed on, has run out.
fn refusal(upstream: Service, status: Status) -> Status {
    if !status.details().is_empty() {
        return status;
    }
    if matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled) {
        return Error::from(UpstreamError::Late { upstream }).into();
    }
    Error::from(UpstreamError::of_status(upstream, status)).into()
}

#[tonic::async_trait]
impl JournalService for Journals {
    async fn get_head(
        &self,
        request: Request<proto::GetHeadRequest>,
    ) -> Result<Response<proto::GetHeadResponse>, Status> {
        match self.behind(&request.get_ref().journal) {
            Some((service, mut client)) => {
                client.get_head(passed_on(request)).await.map_err(|status| refusal(service, status))
            }
            None => self.own.get_head(request).await,
        }
    }

    async fn list_entries(
        &self,
        request: Request<proto::ListEntriesRequest>,
    ) -> Result<Response<proto::ListEntriesResponse>, Status> {
        match self.behind(&request.get_ref().journal) {
            Some((service, mut client)) => {
                client.list_entries(passed_on(request)).await.map_err(|status| refusal(service, status))
            }
            None => self.own.list_entries(request).await,
        }
    }

    type WatchEntriesStream = Pin<Box<dyn Stream<Item = Result<proto::JournalEntry, Status>> + Send>>;

    async fn watch_entries(
        &self,
        request: Request<proto::WatchEntriesRequest>,
    ) -> Result<Response<Self::WatchEntriesStream>, Status> {
        match self.behind(&request.get_ref().journal) {
            Some((service, mut client)) => {
                let entries = client
                    .watch_entries(passed_on(request))
                    .await
                    .map_err(|status| refusal(service, status))?;
                Ok(entries.map(|entries| -> Self::WatchEntriesStream { Box::pin(entries) }))
            }
            None => self.own.watch_entries(request).await,
        }
    }

    async fn verify_journal(
        &self,
        request: Request<proto::VerifyJournalRequest>,
    ) -> Result<Response<proto::VerifyJournalResponse>, Status> {
        match self.behind(&request.get_ref().journal) {
            Some((service, mut client)) => {
                client.verify_journal(passed_on(request)).await.map_err(|status| refusal(service, status))
            }
            None => self.own.verify_journal(request).await,
        }
    }
}
