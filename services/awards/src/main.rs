//! The awards program.

use std::process::ExitCode;

use thidua_awards::config::{Config, settings};
use thidua_chassis::clock::Clock;
use thidua_chassis::program;

/// For SQLite and gRPC, which ask for much memory in small pieces: a fifth less time in imports than with the allocator of the
/// system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let about = "Years, nominations, ballots and conferments of emulation blocs";
    program::main((thidua_awards::PROGRAM, about), &settings(), Config::read, async |config: Config| {
        let listener = program::bind(config.serving.listen).await?;
        thidua_awards::run(config, listener, Clock::system(), program::stop_signal()).await
    })
}
