//! The replicas of a service as one: calls go to them in turn, and past those that cannot be reached.

use std::fmt;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt as _, BodyStream, Full, StreamBody};
use thidua_chassis::serve::MOST_BYTES;
use tokio_stream::StreamExt as _;
use tonic::Status;
use tonic::body::Body;
use tonic::transport::Endpoint;
use tower::{BoxError, Service};

use super::STREAMED;
use super::replicas::{Replicas, is_unreached};

/// The addresses of a service's replicas, as they are set: separated by commas.
#[derive(Debug, Clone)]
pub struct Addresses(Vec<Endpoint>);

/// Why addresses cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "write one address or several, separated by commas, such as http://10.0.0.1:50051,http://10.0.0.2:50051"
)]
pub struct BadAddresses;

impl FromStr for Addresses {
    type Err = BadAddresses;

    fn from_str(text: &str) -> Result<Self, BadAddresses> {
        let each = text.split(',').map(|one| Endpoint::from_shared(one.trim().to_owned()));
        let each: Vec<Endpoint> = each.collect::<Result<_, _>>().map_err(|_| BadAddresses)?;
        let sound = each.iter().all(|one| one.uri().host().is_some() && one.uri().scheme().is_some());
        if sound { Ok(Self(each)) } else { Err(BadAddresses) }
    }
}

impl Addresses {
    /// Each address.
    pub fn each(&self) -> impl Iterator<Item = &Endpoint> {
        self.0.iter()
    }
}

/// How long a replica may take to answer that it takes connections.
const PATIENCE: Duration = Duration::from_secs(2);

/// Connections to the replicas of a service, made when they are first needed, and again whenever they break.
#[derive(Clone)]
pub struct ReplicaBalancer(Arc<Replicas>);

impl fmt::Debug for ReplicaBalancer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplicaBalancer over {} replicas", self.0.count())
    }
}

impl ReplicaBalancer {
    /// Connections to all addresses.
    #[must_use]
    pub fn connect(addresses: &Addresses) -> Self {
        Self::within(addresses, PATIENCE)
    }

    fn within(addresses: &Addresses, patience: Duration) -> Self {
        let endpoint = |endpoint: &Endpoint| {
            endpoint
                .clone()
                .connect_timeout(patience)
                .tcp_nodelay(true)
                .http2_keep_alive_interval(Duration::from_secs(15))
                .keep_alive_timeout(Duration::from_secs(5))
                .initial_stream_window_size(1024 * 1024)
                .initial_connection_window_size(4 * 1024 * 1024)
        };
        Self(Arc::new(Replicas::new(addresses.each().map(endpoint))))
    }

    /// Sends a call to the first replica that can be reached. A call that may have arrived is not sent again.
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let Self(replicas) = self;
        let request = match self.hold(request).await? {
            BufferedCall::Whole(request) => request,
            BufferedCall::Passing(request) => {
                let replica = replicas.choose(&[]).await.ok_or(UNREACHED)?;
                return replicas.call(replica, request).await.map_err(Into::into);
            }
        };
        let mut tried = Vec::new();
        while let Some(replica) = replicas.choose(&tried).await {
            let again = request.clone().map(|body| Body::new(Full::new(body)));
            match replicas.call(replica, again).await {
                Err(cause) if is_unreached(&cause) => tried.push(replica.place),
                answer => return answer.map_err(Into::into),
            }
        }
        Err(UNREACHED.into())
    }

    /// Holds a call back to be sent again, where there is another replica to send it to. One whose messages come one after
    /// the other is passed on as it comes, and so is one that is longer than a service reads: refusing it is for the service.
    async fn hold(&self, request: Request<Body>) -> Result<BufferedCall, Status> {
        if self.0.count() == 1 || STREAMED.contains(&request.uri().path()) {
            return Ok(BufferedCall::Passing(request));
        }
        let (parts, mut body) = request.into_parts();
        let mut held = BytesMut::new();
        while let Some(frame) = body.frame().await {
            held.extend(frame?.into_data().ok());
            if held.len() > MOST_BYTES {
                let begin = tokio_stream::once(Ok(Frame::data(held.freeze())));
                let body = Body::new(StreamBody::new(begin.chain(BodyStream::new(body))));
                return Ok(BufferedCall::Passing(Request::from_parts(parts, body)));
            }
        }
        Ok(BufferedCall::Whole(Request::from_parts(parts, held.freeze())))
    }
}

/// Why nothing of a call was sent.
const UNREACHED: &str = "no replica can be reached";

/// A call before it is sent.
enum BufferedCall {
    /// All of it is here.
    Whole(Request<Bytes>),
    /// It is passed on as it comes, once.
    Passing(Request<Body>),
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
        Box::pin(async move { balancer.send(request).await })
    }
}

#[cfg(test)]
mod tests;
