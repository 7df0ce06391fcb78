//! The statistics program.

use std::process::ExitCode;

use thidua_chassis::clock::Clock;
use thidua_chassis::program;
use thidua_statistics::config::{Config, SETTINGS};
use tokio::net::TcpListener;

fn main() -> ExitCode {
    let about = "Units, dated records and figures of an emulation bloc";
    program::main((thidua_statistics::PROGRAM, about), &SETTINGS, Config::read, async |config: Config| {
        let address = config.serving.listen;
        let listener = TcpListener::bind(address).await.map_err(|cause| format!("cannot listen on {address}: {cause}"))?;
        tracing::info!(%address, "statistics serves");
        thidua_statistics::run(config, listener, Clock::system(), program::stop_signal()).await
    })
}
