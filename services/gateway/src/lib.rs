//! The gateway: the one public door. Combines awards and statistics into bloc reports, sets them as documents, and
//! forwards the packages of both services, so that one address serves all.
//!
//! - [`config`] – settings.
//! - [`domain`] – how a report is put together and worded, pure.
//! - [`documents`] – a report as text, Markdown and HTML, in two languages, from one model.
//! - [`error`] – failures and their statuses.
//! - [`rpc`] – the methods.
//! - [`sdmx`] – figures as SDMX over plain HTTP.
//! - [`upstream`] – the services behind.

pub mod config;
pub mod documents;
pub mod domain;
pub mod error;
pub mod rpc;
pub mod sdmx;
pub mod upstream;

use thidua_chassis::clock::Clock;
use thidua_chassis::journal;
use thidua_chassis::serve::{Served, Standing, serve};
use thidua_chassis::store::{Contributions, Store};
use tokio::net::TcpListener;
use tonic::service::Routes;

use self::config::Config;
use self::domain::wording::Wording;
use self::rpc::{Reports, forward};
use self::upstream::Upstreams;

/// The program's name, and that of its journal.
pub const PROGRAM: &str = "gateway";

/// The services of the packages behind, which are forwarded as they come.
const FORWARDED: [&str; 12] = [
    "thidua.statistics.v1.DirectoryService",
    "thidua.statistics.v1.InspectionService",
    "thidua.statistics.v1.ReceptionService",
    "thidua.statistics.v1.PetitionService",
    "thidua.statistics.v1.FigureService",
    "thidua.statistics.v1.ReturnService",
    "thidua.statistics.v1.TransferService",
    "thidua.awards.v1.BlocService",
    "thidua.awards.v1.RuleService",
    "thidua.awards.v1.NominationService",
    "thidua.awards.v1.BallotService",
    "thidua.awards.v1.AwardService",
];

/// Serves until `stop` ends.
pub async fn run(
    config: Config,
    listener: TcpListener,
    clock: Clock,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), String> {
    let wording = Wording::new()?;
    // Reports draw on the two services; the gateway's own journal is for what it will keep itself.
    let store = Store::open(&config.serving.store, Contributions::NONE, clock.clone())
        .await
        .map_err(|error| error.to_string())?;
    let upstreams = Upstreams::connect(&config);
    let mut routes = Routes::builder();
    let names = [&FORWARDED[..], &[rpc::NAME, journal::NAME]].concat();
    let standing = Standing::add(&mut routes, &names).map_err(|cause| format!("reflection: {cause}"))?;
    routes
        .add_service(Reports::server(upstreams.clone(), clock.clone(), wording))
        .add_service(rpc::journals(&upstreams, store.clone(), standing.draining()));
    let routes = sdmx::add(routes.routes().into_axum_router(), upstreams.clone(), clock);
    let routes = Routes::from(forward::add(routes, upstreams));
    let served = Served { routes, store: None, unhurried: &rpc::UNHURRIED };
    let outcome = serve(served, standing, listener, &config.serving, stop).await;
    store.close().await;
    outcome
}
