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
use thidua_chassis::serve::ServedProgram;
use thidua_chassis::store::Contributions;
use tokio::net::TcpListener;

use self::config::Config;
use self::domain::rules::rule_set::RuleSets;
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
    let mut served = ServedProgram::new(&rpc::NAMES)?;
    let store = served.open_store(&config.serving, Contributions::NONE, clock).await?;
    rpc::routes(&mut served.routes, &Awards::new(store.clone(), rules));
    served.add_journal(PROGRAM, store);
    served.serve(&config.serving, listener, stop).await
}
