//! The replicas of a service as one: calls go to them in turn, and past those that cannot be reached.

use std::fmt;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use thidua_chassis::serve::MOST_BYTES;
use tokio::time::Instant;
use tonic::ConnectError;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};
use tower::{BoxError, Service, ServiceExt as _};

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

/// How long a replica that could not be reached is passed over.
const AWAY: Duration = Duration::from_secs(5);

/// Connections to the replicas of a service, made when they are first needed, and again whenever they break.
#[derive(Clone)]
pub struct Spread(Arc<Replicas>);

struct Replicas {
    each: Vec<Replica>,
    turn: AtomicUsize,
}

struct Replica {
    channel: Channel,
    /// Passed over until then, in milliseconds since the program began.
    away_until: AtomicU64,
}

impl fmt::Debug for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spread over {} replicas", self.0.each.len())
    }
}

fn now() -> u64 {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(BEGIN.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl Spread {
    /// Connections to all addresses.
    #[must_use]
    pub fn connect(addresses: &Addresses) -> Self {
        let replica = |endpoint: &Endpoint| {
            let channel = endpoint
                .clone()
                .connect_timeout(Duration::from_secs(2))
                .tcp_nodelay(true)
                .http2_keep_alive_interval(Duration::from_secs(15))
                .keep_alive_timeout(Duration::from_secs(5))
                .initial_stream_window_size(1024 * 1024)
                .initial_connection_window_size(4 * 1024 * 1024)
                .connect_lazy();
            Replica { channel, away_until: AtomicU64::new(0) }
        };
        let each = addresses.each().map(replica).collect();
        Self(Arc::new(Replicas { each, turn: AtomicUsize::new(0) }))
    }
}

impl Replicas {
    /// All replicas, beginning with the one whose turn it is; those that could not be reached lately come last.
    fn in_turn(&self) -> impl Iterator<Item = &Replica> {
        let first = self.turn.fetch_add(1, Ordering::Relaxed) % self.each.len().max(1);
        let now = now();
        let all = || self.each.iter().cycle().skip(first).take(self.each.len());
        let is_there = move |replica: &&Replica| replica.away_until.load(Ordering::Relaxed) <= now;
        all().filter(is_there).chain(all().filter(move |replica| !is_there(replica)))
    }

    /// Sends a call to the first replica that can be reached. A call that may have arrived is not sent again.
    async fn call(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        if self.each.len() == 1 || is_stream(&request) {
            let replica = self.in_turn().next().ok_or("a service has no address")?;
            return replica.call(request).await.map_err(Into::into);
        }
        let (parts, body) = request.into_parts();
        let body: Bytes = Limited::new(body, MOST_BYTES + 1024).collect().await?.to_bytes();
        let request = Request::from_parts(parts, Full::new(body));
        let mut last: BoxError = "a service has no address".into();
        for replica in self.in_turn() {
            match replica.call(request.clone().map(Body::new)).await {
                Err(cause) if is_unreached(&cause) => last = cause.into(),
                answer => return answer.map_err(Into::into),
            }
        }
        Err(last)
    }
}

impl Replica {
    async fn call(&self, request: Request<Body>) -> Result<Response<Body>, tonic::transport::Error> {
        let mut channel = self.channel.clone();
        let answer = match channel.ready().await {
            Ok(ready) => ready.call(request).await,
            Err(cause) => Err(cause),
        };
        match &answer {
            Ok(_) => self.away_until.store(0, Ordering::Relaxed),
            Err(cause) if is_unreached(cause) => {
                let until = now() + u64::try_from(AWAY.as_millis()).unwrap_or_default();
                self.away_until.store(until, Ordering::Relaxed);
            }
            Err(_) => {}
        }
        answer
    }
}

/// Whether a call's messages come one after the other: it cannot be held back to be sent again.
fn is_stream(request: &Request<Body>) -> bool {
    request.uri().path() == "/thidua.statistics.v1.TransferService/ImportRecords"
}

/// Whether nothing of a call was sent, because no connection could be made.
fn is_unreached(cause: &tonic::transport::Error) -> bool {
    let mut next: Option<&dyn std::error::Error> = Some(cause);
    while let Some(error) = next {
        if error.is::<ConnectError>() {
            return true;
        }
        next = error.source();
    }
    false
}

impl Service<Request<Body>> for Spread {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let replicas = Arc::clone(&self.0);
        Box::pin(async move { replicas.call(request).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_separated_by_commas() {
        let two: Addresses = "http://127.0.0.1:1, http://127.0.0.1:2".parse().unwrap();
        assert_eq!(two.each().count(), 2);
        for bad in ["", "http://127.0.0.1:1,", "127.0.0.1", "http:// x"] {
            assert!(bad.parse::<Addresses>().is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn every_replica_has_its_turn_and_those_away_come_last() {
        let addresses = "http://127.0.0.1:1,http://127.0.0.1:2,http://127.0.0.1:3".parse().unwrap();
        let spread = Spread::connect(&addresses);
        let place =
            |replica: &Replica| spread.0.each.iter().position(|one| std::ptr::eq(one, replica)).unwrap();
        let turns = || spread.0.in_turn().map(place).collect::<Vec<_>>();
        assert_eq!([turns(), turns(), turns(), turns()], [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]]);
        spread.0.each[1].away_until.store(u64::MAX, Ordering::Relaxed);
        assert_eq!([turns(), turns()], [[2, 0, 1], [2, 0, 1]]);
    }
}
