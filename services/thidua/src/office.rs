//! One office: the three services in one process, on embedded stores in one folder.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use thidua_chassis::clock::Clock;
use thidua_chassis::config::{LOG, SERVING, ServingConfig, Setting, Settings};
use thidua_chassis::output::{OutputError, print_line};
use thidua_chassis::program::{self, stop_signal};
use thidua_chassis::serve::check_health;
use thidua_proto::reports::RenderBlocReportRequest;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::system::connect;
use crate::{example, report};

/// How long a service may take to open its store: a later release may have to count millions of records anew. One that cannot
/// open it ends by itself.
const OPENING: Duration = Duration::from_hours(24);

/// What can be set.
pub(crate) fn settings() -> Vec<Setting> {
    [&OWN[..], &SERVING, &[Setting { default: Some("warn"), ..LOG }]].concat()
}

/// What can be set here alone.
const OWN: [Setting; 6] = [
    Setting { name: "data", default: Some("data"), help: "the folder of the embedded stores" },
    Setting { name: "listen", default: Some("127.0.0.1:8080"), help: "address and port of the gateway" },
    Setting {
        name: "statistics-listen",
        default: Some("127.0.0.1:50051"),
        help: "address and port of statistics",
    },
    Setting { name: "awards-listen", default: Some("127.0.0.1:50052"), help: "address and port of awards" },
    Setting {
        name: "example",
        default: Some("auto"),
        help: "load the example year: auto (into an empty store), never",
    },
    thidua_statistics::config::RULES,
];

/// The program's settings.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    data: PathBuf,
    rules: Option<PathBuf>,
    gateway: SocketAddr,
    statistics: SocketAddr,
    awards: SocketAddr,
    load_example: bool,
    serving: ServingConfig,
}

impl Config {
    pub(crate) fn read(settings: &mut Settings) -> Option<Self> {
        let data = settings.get("data");
        let [gateway, statistics, awards] =
            ["listen", "statistics-listen", "awards-listen"].map(|name| loopback(settings, name));
        let example: Option<String> = settings.get("example");
        let load_example = match example.as_deref() {
            Some("auto") => Some(true),
            Some("never") => Some(false),
            Some(other) => {
                settings.refuse(format!("`example` cannot be `{other}`: write auto or never"));
                None
            }
            None => None,
        };
        let rules = thidua_statistics::config::read_rules(settings);
        let serving = ServingConfig::read_limits(settings);
        Some(Self {
            data: data?,
            rules: rules?,
            gateway: gateway?,
            statistics: statistics?,
            awards: awards?,
            load_example: load_example?,
            serving: serving?,
        })
    }

    fn serving(&self, program: &str, listen: SocketAddr) -> ServingConfig {
        ServingConfig {
            listen,
            store: format!("sqlite:{}", self.data.join(format!("{program}.sqlite")).display()),
            ..self.serving.clone()
        }
    }
}

/// One office serves itself: callers are believed, so every address is loopback.
fn loopback(settings: &mut Settings, name: &'static str) -> Option<SocketAddr> {
    let address: SocketAddr = settings.get(name)?;
    if !address.ip().is_loopback() {
        settings.refuse(format!(
            "`{name}` must be a loopback address; to serve a network, run the three programs (see the README)"
        ));
    }
    Some(address)
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), String> {
    let listener = program::bind(address).await?;
    let bound = listener.local_addr().map_err(|cause| cause.to_string())?;
    Ok((listener, bound))
}

/// Starts the three, loads the example year into an empty store, prints the report, and serves until a signal.
pub(crate) async fn run(config: Config) -> Result<(), String> {
    let (statistics, statistics_at) = bind(config.statistics).await?;
    let (awards, awards_at) = bind(config.awards).await?;
    let (gateway, gateway_at) = bind(config.gateway).await?;
    let upstream = |at: SocketAddr| format!("http://{at}").parse().map_err(|cause| format!("{at}: {cause}"));
    let gateway_config = thidua_gateway::config::Config {
        serving: config.serving(thidua_gateway::PROGRAM, gateway_at),
        statistics: upstream(statistics_at)?,
        awards: upstream(awards_at)?,
        upstream_deadline: Duration::from_secs(10),
    };
    let statistics_config = thidua_statistics::config::Config {
        serving: config.serving(thidua_statistics::PROGRAM, statistics_at),
        rules: config.rules.clone(),
    };
    let awards_config =
        thidua_awards::config::Config { serving: config.serving(thidua_awards::PROGRAM, awards_at) };

    let (stop, stopped) = watch::channel(false);
    let stopping = || {
        let mut stopped = stopped.clone();
        // A closed channel means that this function is over: stop as well.
        async move { drop(stopped.wait_for(|stopped| *stopped).await) }
    };
    let mut services = JoinSet::new();
    services.spawn(thidua_statistics::run(statistics_config, statistics, Clock::system(), stopping()));
    services.spawn(thidua_awards::run(awards_config, awards, Clock::system(), stopping()));
    services.spawn(thidua_gateway::run(gateway_config, gateway, Clock::system(), stopping()));

    let address = format!("http://{gateway_at}");
    let welcomed = async {
        for program in [statistics_at, awards_at, gateway_at] {
            check_health(&format!("http://{program}"), OPENING).await?;
        }
        welcome(&config, &address).await?;
        std::future::pending().await
    };
    let outcome = tokio::select! {
        ended = services.join_next() => ended_early(ended),
        refused = welcomed => refused,
        () = stop_signal() => Ok(()),
    };
    stop.send_replace(true);
    while let Some(ended) = services.join_next().await {
        ended.map_err(|cause| cause.to_string())??;
    }
    outcome
}

fn ended_early(ended: Option<Result<Result<(), String>, tokio::task::JoinError>>) -> Result<(), String> {
    match ended {
        Some(Ok(Ok(()))) | None => Err("a service ended by itself".to_owned()),
        Some(Ok(Err(problem))) => Err(problem),
        Some(Err(cause)) => Err(cause.to_string()),
    }
}

/// Loads the example year where it belongs, and prints its report and where the system is reached. A message that nobody takes
/// is no reason to stop serving.
async fn welcome(config: &Config, address: &str) -> Result<(), String> {
    let system = connect(address, None)?;
    let has_example = config.load_example && example::load_into_empty(&system).await?;
    let mut message = String::new();
    if has_example {
        let request = RenderBlocReportRequest {
            bloc: example::BLOC.to_owned(),
            year: example::YEAR,
            ..RenderBlocReportRequest::default()
        };
        message = report::render(&system, request).await?;
        message.push('\n');
    }
    message.push_str(&start_message(config, address));
    tracing::info!(address, "serving");
    if let Err(OutputError::Failed(cause)) = print_line(&message) {
        tracing::warn!(address, %cause, "serving; the start message cannot be written");
    }
    Ok(())
}

/// Where the system is reached, with commands that work as they are written, whatever the address is.
fn start_message(config: &Config, address: &str) -> String {
    let by_default = settings().iter().any(|setting| address.strip_prefix("http://") == setting.default);
    let export = if by_default { String::new() } else { format!("  export THIDUA_ADDRESS={address}\n") };
    format!(
        "Serving at {address} (gRPC). Data in {}. Try, in another terminal:\n\
         {export}  cargo run --release -- report --language en\n\
         \x20 grpcurl -plaintext -d '{{\"bloc\":\"{}\",\"year\":{}}}' {} thidua.reports.v1.BlocReportService/GenerateBlocReport\n\
         Ctrl-C stops.",
        config.data.display(),
        example::BLOC,
        example::YEAR,
        address.trim_start_matches("http://")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_of_the_start_message_name_the_address_in_use() {
        let mut settings = Settings::look_up(&settings(), |_| None);
        let config = Config::read(&mut settings).unwrap();
        let other = start_message(&config, "http://127.0.0.1:18080");
        assert!(other.contains("\n  export THIDUA_ADDRESS=http://127.0.0.1:18080\n"), "{other}");
        assert!(other.contains(" 127.0.0.1:18080 thidua.reports.v1"), "{other}");
        assert!(!start_message(&config, "http://127.0.0.1:8080").contains("export"));
    }
}
