//! Serving: health per service, reflection in both versions, and a drain that lets what is in flight finish.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tonic::service::{Routes, RoutesBuilder};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Endpoint, Server};
use tonic_health::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response};
use tonic_health::server::HealthReporter;

use crate::clock::Clock;
use crate::config::ServingConfig;
use crate::edge::Edge;
use crate::journal::{self, Journal};
use crate::store::{Contributions, Store};

/// The largest message read or written, in bytes: room to answer an oversized field with its path.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How long a probe waits for an answer about health.
pub const PROBE: Duration = Duration::from_secs(2);

/// How long calls in flight may take to finish once the program has been asked to stop.
const MOST_DRAIN: Duration = Duration::from_secs(20);

/// A program as it comes to serve: its store, with health, both reflections and whatever services it adds.
pub struct ServedProgram {
    /// The store.
    pub store: Store,
    /// The services; a program adds its own.
    pub routes: RoutesBuilder,
    names: Vec<&'static str>,
    health: HealthReporter,
    draining: watch::Sender<bool>,
    /// Whether the program answers all that it takes: one that passes calls on leaves revisions to those who answer.
    answers_all: bool,
}

impl ServedProgram {
    /// Opens the store, and adds health and both reflections for the services of these full names and the journal's.
    pub async fn open(
        config: &ServingConfig,
        names: &[&'static str],
        contributions: Contributions,
        clock: Clock,
    ) -> Result<Self, String> {
        let store = Store::open(&config.store, contributions, clock).await;
        let store = store.map_err(|error| error.to_string())?;
        let names = [names, &[journal::NAME]].concat();
        let reflection = || {
            let builder = tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(thidua_proto::DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
                .with_service_name("grpc.health.v1.Health");
            names.iter().fold(builder, |builder, name| builder.with_service_name(*name))
        };
        let cannot = |cause| format!("reflection: {cause}");
        let (health, health_service) = tonic_health::server::health_reporter();
        let mut routes = Routes::builder();
        routes
            .add_service(health_service)
            .add_service(reflection().build_v1().map_err(cannot)?)
            .add_service(reflection().build_v1alpha().map_err(cannot)?);
        let draining = watch::Sender::new(false);
        Ok(Self { store, routes, names, health, draining, answers_all: true })
    }

    /// Turns true when the program begins to stop: the sign for endless streams to end.
    #[must_use]
    pub fn draining(&self) -> watch::Receiver<bool> {
        self.draining.subscribe()
    }

    /// Adds the journal of the program.
    pub fn add_journal(&mut self, program: &str) {
        self.routes.add_service(Journal::server(program, self.store.clone(), self.draining()));
    }

    /// Passes on what no own service answers.
    pub fn pass_on(&mut self, pass_on: impl FnOnce(Routes) -> Routes) {
        self.routes = pass_on(std::mem::take(&mut self.routes).routes()).into();
        self.answers_all = false;
    }

    async fn set(&self, status: ServingStatus) {
        for name in self.names.iter().chain(&[""]) {
            self.health.set_service_status(*name, status).await;
        }
    }

    /// Serves until `stop` ends: then answers `NOT_SERVING` for the lame-duck time, ends endless streams, lets what is in
    /// flight finish, and closes the store. Methods at the `streaming_methods` paths may take as long as their streams do.
    pub async fn serve(
        mut self,
        streaming_methods: &'static [&'static str],
        config: &ServingConfig,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), String> {
        if config.trusts_network {
            tracing::warn!(
                "callers are believed without authentication and the address is not loopback: keep this network closed"
            );
        }
        let edge = Edge {
            store: self.answers_all.then(|| self.store.clone()),
            in_flight: Arc::new(Semaphore::new(config.in_flight)),
            default_deadline: config.deadline,
            streaming_methods,
        };
        self.set(ServingStatus::Serving).await;
        let mut drained = self.draining();
        let work = server()
            .layer(edge)
            .add_routes(std::mem::take(&mut self.routes).routes())
            .serve_with_incoming_shutdown(TcpIncoming::from(listener).with_nodelay(Some(true)), async move {
                // Both ends live in this function; a closed channel means that it is over anyway.
                let _ = drained.wait_for(|draining| *draining).await;
            });
        let drain = async {
            stop.await;
            self.set(ServingStatus::NotServing).await;
            tokio::time::sleep(config.lame_duck).await;
            self.draining.send_replace(true);
            tokio::time::sleep(MOST_DRAIN).await;
        };
        let outcome = tokio::select! {
            ended = work => ended.map_err(|cause| format!("serving failed: {cause}")),
            () = drain => {
                tracing::warn!("calls in flight did not finish in time and are cut off");
                Ok(())
            }
        };
        self.store.close().await;
        outcome
    }
}

/// What every program allows on its connections.
fn server() -> Server {
    Server::builder()
        // For plain GETs; gRPC stays on HTTP/2.
        .accept_http1(true)
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .max_concurrent_streams(1024)
        .initial_stream_window_size(1024 * 1024)
        .initial_connection_window_size(4 * 1024 * 1024)
}

/// Asks the program at an address such as `http://127.0.0.1:8080` for its health, for so long at most. The error says how it
/// stands.
pub async fn check_health(address: &str, patience: Duration) -> Result<(), String> {
    let endpoint: Endpoint =
        address.parse().map_err(|cause| format!("`{address}` is no address: {cause}"))?;
    let endpoint = endpoint.connect_timeout(patience).timeout(patience).tcp_nodelay(true);
    let mut client = HealthClient::new(endpoint.connect_lazy());
    let answer = client.check(HealthCheckRequest::default()).await;
    let answer = answer.map_err(|status| format!("{address} does not answer: {}", status.message()))?;
    let status = answer.into_inner().status();
    if status == health_check_response::ServingStatus::Serving {
        return Ok(());
    }
    Err(format!("{address} answers {}", status.as_str_name()))
}
