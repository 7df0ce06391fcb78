//! The awards service: emulation blocs, their years and leaders, nominations, ballots, and the conferments that authorities
//! decide. A bloc proposes, an authority confers: the two are different facts. Knows nothing of records and figures; units
//! are names that the statistics service keeps.
//!
//! - [`config`] reads the settings.
//! - [`domain`] holds the rules, pure, over the data files in `data/`.
//! - [`error`] turns failures into statuses.
//! - [`rpc`] answers the methods.

pub mod config;
pub mod domain;
pub mod error;
pub mod rpc;

use thidua_chassis::clock::Clock;
use thidua_chassis::journal::{self, Journal};
use thidua_chassis::serve::{Served, Standing, serve};
use thidua_chassis::store::{Contributions, Store};
use tokio::net::TcpListener;
use tonic::service::Routes;

use self::config::Config;
use self::domain::rule_set::RuleSets;
use self::rpc::Awards;

/// The program's name, and that of its journal.
pub const PROGRAM: &str = "awards";

/// Serves until `stop` ends.
pub async fn run(
    config: Config,
    listener: TcpListener,
    clock: Clock,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), String> {
    let rules = RuleSets::built_in()?;
    // Awards keep no dated sums: no body adds to the cells.
    let store = Store::open(&config.serving.store, Contributions::NONE, clock)
        .await
        .map_err(|error| error.to_string())?;
    let mut routes = Routes::builder();
    let names = [&rpc::NAMES[..], &[journal::NAME]].concat();
    let standing = Standing::add(&mut routes, &names).map_err(|cause| format!("reflection: {cause}"))?;
    rpc::routes(&mut routes, &Awards::new(store.clone(), rules));
    routes.add_service(Journal::server(PROGRAM, store.clone(), standing.draining()));
    let served =
        Served { routes: routes.routes(), store: Some(store.clone()), unhurried: &journal::UNHURRIED };
    let outcome = serve(served, standing, listener, &config.serving, stop).await;
    store.close().await;
    outcome
}
