//! `thidua`: all three services in one process on embedded stores, and the command line for any address.

mod arguments;
mod catalogue;
mod cli;
mod directory;
mod example;
mod export;
mod figures;
mod form;
mod import;
mod journal;
mod list;
mod office;
mod output;
mod report;
mod returns;
mod store;
mod system;
mod table;
mod text;
mod view;

use std::process::ExitCode;

use clap::FromArgMatches as _;
use thidua_chassis::output::{CommandError, OutputError};
use thidua_chassis::program;

use self::cli::{Action, PROGRAM};

/// For SQLite and gRPC, which ask for much memory in small pieces: a fifth less time in imports than with the allocator of the
/// system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let matches = match cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return explain(&error),
    };
    if matches.subcommand_name().is_none() {
        let settings = program::from_matches(&office::settings(), &matches);
        return program::run(PROGRAM, settings, office::Config::read, office::run);
    }
    let outcome = Action::from_arg_matches(&matches)
        .map_err(|error| CommandError::Failed(error.to_string()))
        .and_then(|action| {
            let runtime = tokio::runtime::Runtime::new().map_err(|cause| cause.to_string())?;
            runtime.block_on(cli::run(action))
        });
    program::finish(PROGRAM, outcome)
}

/// Prints help and versions to standard output, and what is wrong with the arguments to standard error.
fn explain(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    if error.use_stderr() {
        return ExitCode::from(program::USAGE);
    }
    program::finish(PROGRAM, printed.map_err(OutputError::from))
}
