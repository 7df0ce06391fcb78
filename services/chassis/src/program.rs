//! From `main` to the exit code: settings, log, runtime, signals.

use std::ffi::OsString;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Problems, Setting, Settings};
use crate::output::{self, CommandError, OUTPUT_FAILED, OutputError};
use crate::serve::{PROBE, check_health};

/// Exit code for settings that cannot be used (`EX_USAGE`).
pub const USAGE: u8 = 64;

/// Reads settings from the command line and the environment. The error is what to print and the exit code.
pub fn read_settings(
    program: &'static str,
    about: &'static str,
    known: &[Setting],
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Settings, (String, u8)> {
    let mut command = clap::Command::new(program).about(about).version(env!("CARGO_PKG_VERSION"));
    command = command.after_help(format!(
        "`{program} health` asks the one that runs with the same settings; exit code 1 where it does not serve."
    ));
    command = command.args(arguments_of(known));
    let matches = command.try_get_matches_from(arguments).map_err(|error| {
        let code = if error.use_stderr() { USAGE } else { 0 };
        (error.to_string(), code)
    })?;
    Ok(from_matches(known, &matches))
}

/// The flags of settings.
pub fn arguments_of(known: &[Setting]) -> impl Iterator<Item = clap::Arg> {
    known.iter().map(|setting| {
        let default = setting.default.map_or_else(String::new, |value| format!(" [default: {value}]"));
        let help = format!("{}{default} [env: {}]", setting.help, setting.variable());
        clap::Arg::new(setting.name).long(setting.name).help(help).allow_hyphen_values(true)
    })
}

/// Settings from flags that were matched, then from the environment.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn from_matches(known: &[Setting], matches: &clap::ArgMatches) -> Settings {
    Settings::look_up(known, |setting| {
        let flag = matches.get_one::<String>(setting.name).cloned();
        flag.or_else(|| std::env::var(setting.variable()).ok())
    })
}

/// Runs a serving program until a signal asks it to stop.
pub fn main<C>(
    (program, about): (&'static str, &'static str),
    known: &[Setting],
    read: impl FnOnce(&mut Settings) -> Option<C>,
    serve: impl AsyncFnOnce(C) -> Result<(), String>,
) -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    let asks_health = arguments.get(1).is_some_and(|first| first == "health");
    if asks_health {
        arguments.remove(1);
    }
    match read_settings(program, about, known, arguments) {
        Ok(settings) if asks_health => health(program, settings),
        Ok(settings) => run(program, settings, read, serve),
        Err((text, 0)) => finish(program, output::print(text)),
        Err((text, code)) => {
            output::print_problem(&text);
            ExitCode::from(code)
        }
    }
}

/// Asks the same program, running with the same settings on this machine, for its health.
fn health(program: &str, mut settings: Settings) -> ExitCode {
    let listen: Option<SocketAddr> = settings.get("listen");
    let mut listen = match settings.finish(listen) {
        Ok(listen) => listen,
        Err(problems) => return refuse(program, &problems),
    };
    if listen.ip().is_unspecified() {
        listen.set_ip(if listen.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|cause| cause.to_string());
    let address = format!("http://{listen}");
    finish(program, runtime.and_then(|runtime| runtime.block_on(check_health(&address, PROBE))))
}

/// Serves with settings that have been looked up, `log` among them.
pub fn run<C>(
    program: &str,
    mut settings: Settings,
    read: impl FnOnce(&mut Settings) -> Option<C>,
    serve: impl AsyncFnOnce(C) -> Result<(), String>,
) -> ExitCode {
    let log = settings.get::<String>("log");
    let config = read(&mut settings);
    let (log, config) = match settings.finish((|| Some((log?, config?)))()) {
        Ok(read) => read,
        Err(problems) => return refuse(program, &problems),
    };
    if let Err(problem) = crate::trace::start_log(&log) {
        return refuse(program, &Problems(vec![problem]));
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|cause| cause.to_string());
    finish(program, runtime.and_then(|runtime| runtime.block_on(serve(config))))
}

fn refuse(program: &str, problems: &Problems) -> ExitCode {
    output::print_problem(&format!("{program}: the settings cannot be used:\n{problems}"));
    ExitCode::from(USAGE)
}

/// The exit code of what was run: 0 also where nobody reads its output any more, [`OUTPUT_FAILED`] where that cannot be written,
/// 1 for any other failure. The failure is told on standard error.
#[must_use]
pub fn finish(program: &str, outcome: Result<(), impl Into<CommandError>>) -> ExitCode {
    let failure = match outcome.map_err(Into::into) {
        Ok(()) | Err(CommandError::Output(OutputError::Closed)) => return ExitCode::SUCCESS,
        Err(failure) => failure,
    };
    output::print_problem(&format!("{program}: {failure}"));
    match failure {
        CommandError::Output(_) => ExitCode::from(OUTPUT_FAILED),
        CommandError::Failed(_) => ExitCode::FAILURE,
    }
}

/// Listens on an address; port 0 takes a free one, which the log tells.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    let cannot =
        |cause| format!("cannot listen on {address}: {cause}; choose another port or stop what is there");
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let bound = listener.local_addr().map_err(cannot)?;
    tracing::info!(address = %bound, "listening");
    Ok(listener)
}

/// Ends when SIGTERM or SIGINT asks the program to stop.
pub async fn stop_signal() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be watched; stop the program with SIGKILL");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => tracing::info!("asked to stop (SIGTERM)"),
        _ = interrupt.recv() => tracing::info!("asked to stop (SIGINT)"),
    }
}
