//! The ceiling: a tonic server that answers what it was sent, in a process of its own.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::Stdio;
use std::task::{Context, Poll};

use http::{Request, Response};
use thidua_proto::statistics::CreatePetitionRequest;
use thidua_tests::sample;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tonic::server::NamedService;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Status, client, server};
use tonic_prost::ProstCodec;

type Codec = ProstCodec<CreatePetitionRequest, CreatePetitionRequest>;

#[derive(Clone)]
struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "bench.Echo";
}

struct Answer;

impl server::UnaryService<CreatePetitionRequest> for Answer {
    type Response = CreatePetitionRequest;
    type Future = BoxFuture<tonic::Response<CreatePetitionRequest>, Status>;

    fn call(&mut self, request: tonic::Request<CreatePetitionRequest>) -> Self::Future {
        Box::pin(async move { Ok(tonic::Response::new(request.into_inner())) })
    }
}

impl Service<Request<Body>> for Echo {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(async move { Ok(server::Grpc::new(Codec::default()).unary(Answer, request).await) })
    }
}

/// Serves until the process is killed.
pub(crate) fn serve() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("an address"));
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let server = Server::builder().add_service(Echo);
        server.serve_with_incoming(incoming).await.expect("serving");
    });
}

/// The running server.
pub(crate) struct Running {
    _child: Child,
    /// Where it serves.
    pub(crate) address: SocketAddr,
}

/// Starts the server as another process of this same program.
pub(crate) async fn start() -> Running {
    let own = std::env::current_exe().expect("this program");
    let mut command = Command::new(own);
    command.arg("--echo-server").stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("a process");
    let output = child.stdout.take().expect("its output");
    let line = BufReader::new(output).lines().next_line().await.expect("a line").expect("an address");
    Running { _child: child, address: line.parse().expect("an address") }
}

/// One call.
pub(crate) async fn call(channel: Channel, number: u64) {
    let mut grpc = client::Grpc::new(channel);
    grpc.ready().await.expect("a connection");
    let request = sample::create_petition("do", "", i64::try_from(number % 1000).expect("small"), "");
    let path = http::uri::PathAndQuery::from_static("/bench.Echo/Echo");
    let codec = Codec::default();
    let answer: tonic::Response<CreatePetitionRequest> =
        grpc.unary(tonic::Request::new(request), path, codec).await.expect("an echo");
    assert_eq!(answer.into_inner().parent, "units/do");
}
