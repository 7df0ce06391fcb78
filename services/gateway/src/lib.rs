//! The gateway: the one public door. Combines awards and statistics into bloc reports, sets them as documents, and
//! forwards the packages of both services, so that one address serves all.
//!
//! - [`config`] – settings.
//! - [`upstream`] – the services behind, their replicas, and calls to them.
//! - [`domain`] – how a report is put together and worded, pure.
//! - [`documents`] – a report as text, Markdown and HTML, in two languages, from one model.
//! - [`rpc`] – the methods, and the passage to the services behind.
//! - [`doors`] – for those who do not speak gRPC: SDMX.
//! - [`error`] – failures and their statuses.

pub mod config;
pub mod documents;
pub mod domain;
pub mod doors;
pub mod error;
pub mod rpc;
pub mod upstream;

use thidua_chassis::clock::Clock;
use thidua_chassis::serve::ServedProgram;
use thidua_chassis::store::Contributions;
use tokio::net::TcpListener;
use tonic::service::Routes;

use self::config::Config;
pub use self::config::PROGRAM;
use self::rpc::reports::Reports;
use self::rpc::{forward, journals, reports};
use self::upstream::{METHODS, Service, Upstreams};

/// Serves until `stop` ends.
pub async fn run(
    config: Config,
    listener: TcpListener,
    clock: Clock,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), String> {
    let upstreams = Upstreams::connect(&config.statistics, &config.awards, config.upstream_deadline);
    let forwarded = Service::ALL.into_iter().flat_map(|service| METHODS.services_of(service.package()));
    let names: Vec<&'static str> = forwarded.chain([reports::NAME]).collect();
    // Reports draw on the two services; the gateway's own journal is for what it will keep itself.
    let mut served = ServedProgram::new(&names)?;
    let store = served.open_store(&config.serving, Contributions::NONE, clock.clone()).await?;
    let journals = journals::server(&upstreams, store, served.draining());
    served.routes.add_service(Reports::server(upstreams.clone(), clock.clone())).add_service(journals);
    served.pass_on(|routes| {
        let routes = doors::sdmx::add(routes.into_axum_router(), upstreams.clone(), clock);
        Routes::from(forward::add(routes, upstreams))
    });
    served.serve(&config.serving, listener, stop).await
}
