//! The statistics service: units, dated records of inspections, receptions, petitions and matters, and figures over any
//! window. Holds no personal data.
//!
//! - [`config`] – settings.
//! - [`domain`] – the rules, pure.
//! - [`error`] – failures and their statuses.
//! - [`rpc`] – the methods.
//! - [`rules`] – the data files, built in and an operator's own.

pub mod config;
pub mod domain;
pub mod error;
pub mod rpc;
pub mod rules;

use std::time::Duration;

use thidua_chassis::clock::Clock;
use thidua_chassis::journal::{self, Journal};
use thidua_chassis::serve::{Served, Standing, serve};
use thidua_chassis::store::Store;
use tokio::net::TcpListener;
use tonic::service::Routes;

use self::config::Config;
use self::domain::rules::Rules;
use self::rpc::Statistics;

/// The program's name, and that of its journal.
pub const PROGRAM: &str = "statistics";

/// How long the start may take to read totals ahead.
const WARMING: Duration = Duration::from_secs(1);

/// Serves until `stop` ends.
pub async fn run(
    config: Config,
    listener: TcpListener,
    clock: Clock,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), String> {
    let rules = Rules::built_in()?;
    let schedule = rules::schedule(config.rules.as_deref())?;
    let store = Store::open(&config.serving.store, rpc::CONTRIBUTIONS, clock.clone())
        .await
        .map_err(|error| error.to_string())?;
    let mut routes = Routes::builder();
    let names = [&rpc::NAMES[..], &[journal::NAME]].concat();
    let standing = Standing::add(&mut routes, &names).map_err(|cause| format!("reflection: {cause}"))?;
    let statistics = Statistics::new(store.clone(), clock, rules, schedule);
    rpc::routes(&mut routes, &statistics);
    let warming = tokio::spawn(statistics.warm());
    // Whatever is not read by then is read on while serving, or when it is asked for.
    let _ = tokio::time::timeout(WARMING, warming).await;
    routes.add_service(Journal::server(PROGRAM, store.clone(), standing.draining()));
    let served = Served { routes: routes.routes(), store: Some(store.clone()), unhurried: &rpc::UNHURRIED };
    let outcome = serve(served, standing, listener, &config.serving, stop).await;
    store.close().await;
    outcome
}
