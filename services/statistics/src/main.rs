//! The statistics program.

use std::process::ExitCode;

use thidua_chassis::clock::Clock;
use thidua_chassis::program;
use thidua_statistics::config::{Config, settings};

/// For SQLite and gRPC, which ask for much memory in small pieces: a fifth less time in imports than with the allocator of the
/// system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let about = "Units, dated records and figures of an emulation bloc";
    program::main((thidua_statistics::PROGRAM, about), &settings(), Config::read, async |config: Config| {
        let listener = program::bind(config.serving.listen).await?;
        thidua_statistics::run(config, listener, Clock::system(), program::stop_signal()).await
    })
}
