//! `thidua`: all three services in one process on embedded stores, and the command line for any address.

mod catalogue;
mod cli;
mod client;
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
mod table;
mod view;

use std::process::ExitCode;

use clap::FromArgMatches as _;
use thidua_chassis::program;

use self::cli::Action;

const PROGRAM: &str = "thidua";

fn main() -> ExitCode {
    let matches = match cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            let code = if error.use_stderr() { program::USAGE } else { 0 };
            // Nobody reads what cannot be printed.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    if matches.subcommand_name().is_none() {
        let settings = program::from_matches(&office::SETTINGS, &matches);
        return program::run(PROGRAM, settings, office::Config::read, office::run);
    }
    let outcome = Action::from_arg_matches(&matches).map_err(|error| error.to_string()).and_then(|action| {
        let runtime = tokio::runtime::Runtime::new().map_err(|cause| cause.to_string())?;
        runtime.block_on(cli::run(action))
    });
    program::finish(PROGRAM, outcome)
}
