//! Serving: health per service and for writes, as the store is; reflection in both versions; and a drain that lets what is
//! in flight finish.

mod connections;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::codec::CompressionEncoding;
use tonic::service::{Routes, RoutesBuilder};
use tonic::transport::Endpoint;
use tonic_health::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response};
use tonic_health::server::HealthReporter;

pub use crate::edge::MOST_BYTES;

use crate::caller::Caller;
use crate::clock::Clock;
use crate::config::ServingConfig;
use crate::edge::{Edge, EdgeService, Methods, OpenCalls, Patience, Places};
use crate::journal::{self, Journal};
use crate::store::{Contributions, Store, StoreCondition};

/// How long a probe waits for an answer about health.
pub const PROBE: Duration = Duration::from_secs(2);

/// How long calls in flight may take to finish once the program has been asked to stop. Containers are commonly killed after
/// ten seconds.
const MOST_DRAIN: Duration = Duration::from_secs(5);

/// How often calls are looked at whose time may be up.
const SWEEP: Duration = Duration::from_millis(250);

/// The name under which health says whether a program takes writes; the others say whether it can be read.
pub const WRITES: &str = "thidua.writes";

/// A program as it comes to serve: health, both reflections and whatever services it adds, over a store where it has one.
pub struct ServedProgram {
    /// The services; a program adds its own.
    pub routes: RoutesBuilder,
    store: Option<Store>,
    names: Vec<&'static str>,
    health: HealthReporter,
    draining: watch::Sender<bool>,
    /// Whether the program answers all that it takes: one that passes calls on leaves revisions to those who answer.
    answers_all: bool,
}

impl ServedProgram {
    /// A program with health and both reflections for the services of these full names and the journal's.
    pub fn new(names: &[&'static str]) -> Result<Self, String> {
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
            .add_service(health_service.accept_compressed(CompressionEncoding::Gzip))
            .add_service(
                reflection().build_v1().map_err(cannot)?.accept_compressed(CompressionEncoding::Gzip),
            )
            .add_service(
                reflection().build_v1alpha().map_err(cannot)?.accept_compressed(CompressionEncoding::Gzip),
            );
        let draining = watch::Sender::new(false);
        Ok(Self { routes, store: None, names, health, draining, answers_all: true })
    }

    /// Opens the program's store, which is closed when it has served.
    pub async fn open_store(
        &mut self,
        config: &ServingConfig,
        contributions: Contributions,
        clock: Clock,
    ) -> Result<Store, String> {
        let store = Store::open(&config.store, contributions, clock).await;
        let store = store.map_err(|error| error.to_string())?;
        self.store = Some(store.clone());
        Ok(store)
    }

    /// Turns true when the program begins to stop: the sign for endless streams to end.
    #[must_use]
    pub fn draining(&self) -> watch::Receiver<bool> {
        self.draining.subscribe()
    }

    /// Adds the journal of the program's store.
    pub fn add_journal(&mut self, program: &str, store: Store) {
        self.routes.add_service(Journal::server(program, store, self.draining()));
    }

    /// Passes on what no own service answers.
    pub fn pass_on(&mut self, pass_on: impl FnOnce(Routes) -> Routes) {
        self.routes = pass_on(std::mem::take(&mut self.routes).routes()).into();
        self.answers_all = false;
    }

    async fn set(&self, reads: ServingStatus, writes: ServingStatus) {
        for name in self.names.iter().chain(&[""]) {
            self.health.set_service_status(*name, reads).await;
        }
        self.health.set_service_status(WRITES, writes).await;
    }

    /// Has health say what the store can do.
    async fn set_condition(&self, condition: StoreCondition) {
        let status = |is_able| if is_able { ServingStatus::Serving } else { ServingStatus::NotServing };
        self.set(status(condition.is_readable), status(condition.is_writable)).await;
    }

    /// Has health follow the store, for ever; a program without one is always sound.
    async fn follow_condition(&self) {
        let Some(store) = &self.store else { return std::future::pending().await };
        let mut condition = store.condition();
        while condition.changed().await.is_ok() {
            let found = *condition.borrow_and_update();
            tracing::warn!(?found, "the condition of the store has changed");
            self.set_condition(found).await;
        }
        std::future::pending::<()>().await;
    }

    /// Serves until `stop` ends: then answers `NOT_SERVING` for the lame-duck time, ends endless and incoming streams, lets
    /// what else is in flight finish for a few seconds, and closes the store.
    pub async fn serve(
        mut self,
        config: &ServingConfig,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), String> {
        if config.trusts_network {
            tracing::warn!(
                "callers are believed without authentication and the address is not loopback: keep this network closed"
            );
        }
        let edge = Arc::new(self.edge(config)?);
        let inner = std::mem::take(&mut self.routes).routes().prepare();
        let service = EdgeService { edge: Arc::clone(&edge), inner };
        let condition =
            self.store.as_ref().map_or(StoreCondition::SOUND, |store| *store.condition().borrow());
        self.set_condition(condition).await;
        let drain = async {
            tokio::select! {
                () = self.follow_condition() => {}
                () = stop => {}
            }
            self.set(ServingStatus::NotServing, ServingStatus::NotServing).await;
            tokio::time::sleep(config.lame_duck).await;
            self.draining.send_replace(true);
            tokio::time::sleep(MOST_DRAIN).await;
        };
        tokio::select! {
            () = connections::serve(listener, service, self.draining()) => {}
            () = sweep(&edge.open_calls, config.patience, self.draining()) => {}
            () = drain => tracing::warn!("calls in flight did not finish in time and are cut off"),
        }
        if let Some(store) = self.store {
            store.close().await;
        }
        Ok(())
    }

    fn edge(&self, config: &ServingConfig) -> Result<Edge, String> {
        Ok(Edge {
            store: self.store.clone().filter(|_| self.answers_all),
            door: config.door.clone(),
            absent_caller: if config.trusts_network { Caller::anonymous } else { Caller::local_operator },
            methods: Methods::of_all_packages()?,
            places: Places::new(config.quotas),
            open_calls: Arc::default(),
            deadlines: config.deadlines,
        })
    }
}

/// Ends calls whose time is up, for as long as the program serves.
async fn sweep(calls: &OpenCalls, patience: Patience, draining: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        calls.sweep(patience, *draining.borrow());
    }
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
