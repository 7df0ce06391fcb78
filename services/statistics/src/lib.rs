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
use thidua_chassis::serve::ServedProgram;
use tokio::net::TcpListener;

use self::config::Config;
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
    let rules = rules::figures(config.rules.as_deref())?;
    let schedule = rules::schedule(config.rules.as_deref())?;
    let mut served = ServedProgram::new(&rpc::NAMES)?;
    let store = served.open_store(&config.serving, rpc::CONTRIBUTIONS, clock.clone()).await?;
    let statistics = Statistics::new(store.clone(), clock, rules, schedule);
    rpc::routes(&mut served.routes, &statistics);
    served.add_journal(PROGRAM, store);
    let warming = tokio::spawn(statistics.warm());
    // Whatever is not read by then is read on while serving, or when it is asked for.
    let _ = tokio::time::timeout(WARMING, warming).await;
    served.serve(&config.serving, listener, stop).await
}
