//! The replicas of a service as one: calls go to them in turn, and past those that cannot be reached.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::{BodyExt as _, BodyStream, Full, StreamBody};
use thidua_chassis::serve::MOST_BYTES;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_stream::StreamExt as _;
use tonic::Status;
use tonic::body::Body;
use tonic::transport::Endpoint;
use tower::{BoxError, Service};

use super::addresses::Addresses;
use super::connections::{self, Lane, MOST_STREAMS};
use super::failure::SendError;
use super::methods::{METHODS, MethodKind};
use super::replicas::{Replicas, is_unreached};

/// How long a replica may take to answer that it is there.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest request that is kept to be sent again, in bytes; a longer one is passed on as it comes, once.
const MOST_KEPT_BYTES: usize = 64 * 1024;

/// Connections to the replicas of a service, made when they are first needed, and again whenever they break.
#[derive(Clone)]
pub struct ReplicaBalancer {
    replicas: Arc<Replicas>,
    /// A place for each stream that may be open.
    streams: Arc<Semaphore>,
}

impl fmt::Debug for ReplicaBalancer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplicaBalancer over {} replicas", self.replicas.count())
    }
}

impl ReplicaBalancer {
    /// Connections to all addresses.
    #[must_use]
    pub fn connect(addresses: &Addresses) -> Self {
        Self::within(addresses, PATIENCE)
    }

    fn within(addresses: &Addresses, patience: Duration) -> Self {
        let endpoints = addresses.iter().map(|address: &Endpoint| connections::endpoint(address, patience));
        let replicas = Arc::new(Replicas::new(endpoints, patience));
        Self { replicas, streams: Arc::new(Semaphore::new(MOST_STREAMS)) }
    }

    /// Sends a call to the first replica that can be reached. A call that may have arrived is not sent again.
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, SendError> {
        let kind = METHODS.kind(request.uri().path());
        if kind == MethodKind::Unary {
            return self.send_in(Lane::Unary, keep(request).await?).await;
        }
        let place = Arc::clone(&self.streams).try_acquire_owned();
        let place = place.map_err(|_| SendError::TooManyStreams)?;
        let call = match kind {
            MethodKind::ClientStream => BufferedCall::Passing(request),
            MethodKind::Unary | MethodKind::ServerStream => keep(request).await?,
        };
        let answer = self.send_in(Lane::Streams, call).await?;
        Ok(answer.map(|body| Body::new(PlacedBody { body, _place: place })))
    }

    async fn send_in(&self, lane: Lane, call: BufferedCall) -> Result<Response<Body>, SendError> {
        let request = match call {
            BufferedCall::Whole(request) => request,
            BufferedCall::Passing(request) => {
                let replica = self.replicas.choose(&[]).await.ok_or(SendError::Unreached)?;
                return Ok(self.replicas.call(replica, lane, request).await?);
            }
        };
        let mut tried = Vec::new();
        while let Some(replica) = self.replicas.choose(&tried).await {
            let again = request.clone().map(|body| Body::new(Full::new(body)));
            match self.replicas.call(replica, lane, again).await {
                Err(cause) if is_unreached(&cause) => tried.push(replica.place),
                answer => return Ok(answer?),
            }
        }
        Err(SendError::Unreached)
    }
}

/// A call before it is sent.
enum BufferedCall {
    /// All of it is here.
    Whole(Request<Bytes>),
    /// It is passed on as it comes, once.
    Passing(Request<Body>),
}

/// Keeps a request of one message to be sent again. A long one is passed on as it comes, and one that no service would read
/// is refused before it has come.
async fn keep(request: Request<Body>) -> Result<BufferedCall, SendError> {
    let (parts, mut body) = request.into_parts();
    let mut kept = BytesMut::new();
    while let Some(frame) = body.frame().await {
        kept.extend(frame.map_err(Box::new)?.into_data().ok());
        if let Some(bytes) = message_size(&kept).filter(|bytes| *bytes > MOST_BYTES) {
            return Err(SendError::TooLarge { bytes, most: MOST_BYTES });
        }
        if kept.len() > MOST_KEPT_BYTES {
            let begin = tokio_stream::once(Ok(Frame::data(kept.freeze())));
            let body = Body::new(StreamBody::new(begin.chain(BodyStream::new(body))));
            return Ok(BufferedCall::Passing(Request::from_parts(parts, body)));
        }
    }
    Ok(BufferedCall::Whole(Request::from_parts(parts, kept.freeze())))
}

/// The size that a message says of itself: a flag, then four bytes.
fn message_size(begin: &[u8]) -> Option<usize> {
    let (_, rest) = begin.split_first()?;
    usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()
}

/// A body that holds its stream's place until it ends or is dropped.
struct PlacedBody {
    body: Body,
    _place: OwnedSemaphorePermit,
}

impl HttpBody for PlacedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Service<Request<Body>> for ReplicaBalancer {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let balancer = self.clone();
        Box::pin(async move { balancer.send(request).await.map_err(Into::into) })
    }
}

#[cfg(test)]
mod tests;
