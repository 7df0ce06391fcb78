//! The awards program.

use std::process::ExitCode;

use thidua_awards::config::{Config, SETTINGS};
use thidua_chassis::clock::Clock;
use thidua_chassis::program;

fn main() -> ExitCode {
    let about = "Years, nominations, ballots and conferments of emulation blocs";
    program::main((thidua_awards::PROGRAM, about), &SETTINGS, Config::read, async |config: Config| {
        let listener = program::bind(config.serving.listen).await?;
        thidua_awards::run(config, listener, Clock::system(), program::stop_signal()).await
    })
}
