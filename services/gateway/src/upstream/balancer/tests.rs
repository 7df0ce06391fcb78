use std::collections::BTreeSet;
use std::net::SocketAddr;

use http::HeaderValue;
use http_body_util::Empty;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tower::util::MapResponseLayer;

use super::*;

/// Longer than any test runs: whoever waits for it is stuck.
const FOREVER: Duration = Duration::from_hours(1);

/// A replica that answers every call: with its address, and that there is no such method.
struct Live {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), tonic::transport::Error>>,
}

impl Live {
    async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let name = HeaderValue::from_str(&address.to_string()).unwrap();
        let named = MapResponseLayer::new(move |mut response: Response<Body>| {
            response.headers_mut().insert("replica", name.clone());
            response
        });
        let (stop, told) = oneshot::channel::<()>();
        let stopped = async move {
            let _ = told.await;
        };
        let program = Server::builder().layer(named).add_routes(Routes::default());
        let served = program.serve_with_incoming_shutdown(TcpIncoming::from(listener), stopped);
        Self { address, stop, served: tokio::spawn(served) }
    }

    /// Lets go of its connections and its port.
    async fn leave(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
    }
}

/// An address where connections are neither taken nor refused, as of a host that vanished: the queue of those that wait to
/// be taken is full.
async fn vanished() -> (SocketAddr, impl Sized) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let queue = [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
    (address, (listener, queue))
}

fn over(addresses: &[SocketAddr], patience: Duration) -> ReplicaBalancer {
    let addresses: Vec<String> = addresses.iter().map(|address| format!("http://{address}")).collect();
    ReplicaBalancer::within(&addresses.join(",").parse().unwrap(), patience)
}

/// The replica that answers a call.
async fn answered_by(balancer: &ReplicaBalancer) -> Result<SocketAddr, String> {
    let request = Request::post("http://any/some.Service/Method").body(Body::new(Empty::new())).unwrap();
    let answer = balancer.send(request).await.map_err(|cause| cause.to_string())?;
    Ok(answer.headers()["replica"].to_str().unwrap().parse().unwrap())
}

#[tokio::test]
async fn every_replica_has_its_turn_and_one_that_left_is_passed_over() {
    let (one, other) = (Live::start().await, Live::start().await);
    let balancer = over(&[one.address, other.address], FOREVER);
    let all = BTreeSet::from([one.address, other.address]);
    let mut met = BTreeSet::new();
    while met != all {
        met.insert(answered_by(&balancer).await.unwrap());
    }
    let turns = [answered_by(&balancer).await.unwrap(), answered_by(&balancer).await.unwrap()];
    assert_eq!(BTreeSet::from(turns), all);

    one.leave().await;
    for _ in 0..4 {
        assert_eq!(answered_by(&balancer).await, Ok(other.address));
    }
}

#[tokio::test]
async fn a_replica_that_comes_back_is_met_by_the_next_call() {
    let one = Live::start().await;
    let address = one.address;
    let balancer = over(&[address], FOREVER);
    assert_eq!(answered_by(&balancer).await, Ok(address));
    one.leave().await;
    // Its connection is known to be gone, then that no other can be made.
    assert!(answered_by(&balancer).await.is_err());
    assert_eq!(answered_by(&balancer).await, Err(SendError::Unreached.to_string()));
    let _again = Live::start_at(address).await;
    assert_eq!(answered_by(&balancer).await, Ok(address));
}

#[tokio::test]
async fn no_call_waits_for_a_host_that_vanished_where_another_is_there() {
    let (silent, _queue) = vanished().await;
    let live = Live::start().await;
    let balancer = over(&[silent, live.address], FOREVER);
    let mut calls = JoinSet::new();
    for _ in 0..32 {
        let balancer = balancer.clone();
        calls.spawn(async move { answered_by(&balancer).await });
    }
    assert_eq!(calls.join_all().await, vec![Ok(live.address); 32]);
}

#[tokio::test]
async fn a_host_that_vanished_is_given_up_where_no_other_is_there() {
    let (silent, _queue) = vanished().await;
    let balancer = over(&[silent], Duration::from_millis(50));
    assert_eq!(answered_by(&balancer).await, Err(SendError::Unreached.to_string()));
}

#[tokio::test]
async fn a_host_that_vanished_holds_up_one_call_and_not_the_next() {
    let (silent, _queue) = vanished().await;
    let balancer = over(&[silent], Duration::from_millis(50));
    assert_eq!(answered_by(&balancer).await, Err(SendError::Unreached.to_string()));
    for _ in 0..3 {
        let mut call = std::pin::pin!(answered_by(&balancer));
        let at_once = call.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop()));
        assert_eq!(at_once, Poll::Ready(Err(SendError::Unreached.to_string())));
    }
}

/// Passes bytes on between callers and a replica until it is frozen: connections stay, and nothing comes.
struct Freezer {
    address: SocketAddr,
    frozen: tokio::sync::watch::Sender<bool>,
}

impl Freezer {
    async fn before(replica: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let frozen = tokio::sync::watch::Sender::new(false);
        let mut watched = frozen.subscribe();
        tokio::spawn(async move {
            let mut connections = Vec::new();
            loop {
                let (mut outer, _) = listener.accept().await.unwrap();
                let mut inner = TcpStream::connect(replica).await.unwrap();
                let mut frozen = watched.clone();
                connections.push(tokio::spawn(async move {
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut outer, &mut inner) => {}
                        () = async { drop(frozen.wait_for(|frozen| *frozen).await) } => std::future::pending().await,
                    }
                }));
                if *watched.borrow_and_update() {
                    break std::future::pending::<()>().await;
                }
            }
        });
        Self { address, frozen }
    }
}

#[tokio::test]
async fn a_frozen_replica_gets_no_calls_after_one_that_it_did_not_answer() {
    let (freezing, other) = (Live::start().await, Live::start().await);
    let freezer = Freezer::before(freezing.address).await;
    let balancer = over(&[freezer.address, other.address], FOREVER);
    let all = BTreeSet::from([freezing.address, other.address]);
    let mut met = BTreeSet::new();
    while met != all {
        met.insert(answered_by(&balancer).await.unwrap());
    }
    freezer.frozen.send_replace(true);
    while tokio::time::timeout(Duration::from_secs(2), answered_by(&balancer)).await.is_ok() {}
    for _ in 0..50 {
        assert_eq!(answered_by(&balancer).await, Ok(other.address));
    }
}
