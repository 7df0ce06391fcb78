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
use thidua_chassis::serve::ServedProgram;
use thidua_chassis::store::Contributions;
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
    let upstreams = Upstreams::connect(&config);
    let names = [&FORWARDED[..], &[rpc::NAME]].concat();
    // Reports draw on the two services; the gateway's own journal is for what it will keep itself.
    let mut served = ServedProgram::open(&config.serving, &names, Contributions::NONE, clock.clone()).await?;
    let journals = rpc::journals(&upstreams, served.store.clone(), served.draining());
    served
        .routes
        .add_service(Reports::server(upstreams.clone(), clock.clone(), wording))
        .add_service(journals);
    served.pass_on(|routes| {
        let routes = sdmx::add(routes.into_axum_router(), upstreams.clone(), clock);
        Routes::from(forward::add(routes, upstreams))
    });
    served.serve(&rpc::STREAMING_METHODS, &config.serving, listener, stop).await
}
