//! The gateway program.

use std::process::ExitCode;

use thidua_chassis::clock::Clock;
use thidua_chassis::program;
use thidua_gateway::config::{Config, settings};

/// For SQLite and gRPC, which ask for much memory in small pieces: a fifth less time in imports than with the allocator of the
/// system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let about = "The public door: bloc reports, and the packages of statistics and awards";
    program::main((thidua_gateway::PROGRAM, about), &settings(), Config::read, async |config: Config| {
        let listener = program::bind(config.serving.listen).await?;
        thidua_gateway::run(config, listener, Clock::system(), program::stop_signal()).await
    })
}
