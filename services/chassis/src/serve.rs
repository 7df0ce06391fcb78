//! Serving: health per service, reflection in both versions, and a drain that lets what is in flight finish.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Endpoint, Server};
use tonic_health::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response};
use tonic_health::server::HealthReporter;

use crate::config::ServingConfig;
use crate::edge::Edge;
use crate::store::Store;

/// The largest message read or written, in bytes: room to answer an oversized field with its path.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How long to wait for an answer about health.
const HEALTH: Duration = Duration::from_secs(2);

/// How long calls in flight may take to finish once the program has been asked to stop.
const MOST_DRAIN: Duration = Duration::from_secs(20);

/// What a program serves.
pub struct Served {
    /// Its services.
    pub routes: Routes,
    /// The store, where reads can ask for a minimum revision.
    pub store: Option<Store>,
    /// Paths of methods that may take as long as their streams do.
    pub unhurried: &'static [&'static str],
}

/// Health and reflection of a program, and the switch that ends its endless streams.
pub struct Standing {
    health: HealthReporter,
    draining: watch::Sender<bool>,
    names: Vec<&'static str>,
}

impl Standing {
    /// Adds health and both reflections to the routes of a program.
    pub fn add(
        routes: &mut tonic::service::RoutesBuilder,
        names: &[&'static str],
    ) -> Result<Self, tonic_reflection::server::Error> {
        let (health, health_service) = tonic_health::server::health_reporter();
        let reflection = || {
            let builder = tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(thidua_proto::DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
                .with_service_name("grpc.health.v1.Health");
            names.iter().fold(builder, |builder, name| builder.with_service_name(*name))
        };
        routes
            .add_service(health_service)
            .add_service(reflection().build_v1()?)
            .add_service(reflection().build_v1alpha()?);
        Ok(Self { health, draining: watch::Sender::new(false), names: names.to_vec() })
    }

    /// Turns true when the program begins to stop.
    #[must_use]
    pub fn draining(&self) -> watch::Receiver<bool> {
        self.draining.subscribe()
    }

    async fn set(&self, status: ServingStatus) {
        for name in self.names.iter().chain(&[""]) {
            self.health.set_service_status(*name, status).await;
        }
    }
}

/// Serves until `stop` ends: then answers `NOT_SERVING` for the lame-duck time, ends endless streams, lets what is in flight
/// finish, and returns.
pub async fn serve(
    served: Served,
    standing: Standing,
    listener: TcpListener,
    config: &ServingConfig,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), String> {
    if config.trusts_network {
        tracing::warn!(
            "callers are believed without authentication and the address is not loopback: keep this network closed"
        );
    }
    let edge = Edge {
        store: served.store,
        in_flight: Arc::new(Semaphore::new(config.in_flight)),
        default_deadline: config.deadline,
        unhurried: served.unhurried,
    };
    standing.set(ServingStatus::Serving).await;
    let mut drained = standing.draining();
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let work = Server::builder()
        // For plain GETs; gRPC stays on HTTP/2.
        .accept_http1(true)
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .max_concurrent_streams(1024)
        .initial_stream_window_size(1024 * 1024)
        .initial_connection_window_size(4 * 1024 * 1024)
        .layer(edge)
        .add_routes(served.routes)
        .serve_with_incoming_shutdown(incoming, async move {
            // Both ends live in this function; a closed channel means that it is over anyway.
            let _ = drained.wait_for(|draining| *draining).await;
        });
    let drain = async {
        stop.await;
        standing.set(ServingStatus::NotServing).await;
        tokio::time::sleep(config.lame_duck).await;
        standing.draining.send_replace(true);
        tokio::time::sleep(MOST_DRAIN).await;
    };
    tokio::select! {
        ended = work => ended.map_err(|cause| format!("serving failed: {cause}")),
        () = drain => {
            tracing::warn!("calls in flight did not finish in time and are cut off");
            Ok(())
        }
    }
}

/// Asks the program at an address such as `http://127.0.0.1:8080` for its health. The error says how it stands.
pub async fn check_health(address: &str) -> Result<(), String> {
    let endpoint: Endpoint =
        address.parse().map_err(|cause| format!("`{address}` is no address: {cause}"))?;
    let endpoint = endpoint.connect_timeout(HEALTH).timeout(HEALTH).tcp_nodelay(true);
    let mut client = HealthClient::new(endpoint.connect_lazy());
    let answer = client.check(HealthCheckRequest::default()).await;
    let answer = answer.map_err(|status| format!("{address} does not answer: {}", status.message()))?;
    let status = answer.into_inner().status();
    if status == health_check_response::ServingStatus::Serving {
        return Ok(());
    }
    Err(format!("{address} answers {}", status.as_str_name()))
}
