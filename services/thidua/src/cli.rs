//! The command line.

use clap::{Args, Subcommand};
use thidua_chassis::output::{CommandError, print_line};
use thidua_chassis::program;
use thidua_chassis::serve::{PROBE, check_health};

use crate::system::{SystemArguments, full_address};
use crate::{example, export, figures, form, import, journal, list, office, report, returns, store};

/// The program's name.
pub(crate) const PROGRAM: &str = "thidua";

/// What the program does on a running system; without any of these it serves.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Print a bloc's report
    Report(report::ReportArguments),
    /// Print official forms, filled from the records
    Form(form::FormArguments),
    /// Prepare, hand in and approve returns, and list who is late
    #[command(subcommand)]
    Return(returns::ReturnCommand),
    /// Import records of one kind from CSV, Excel or JSON lines files
    Import(import::ImportArguments),
    /// Export records to a CSV, Excel or JSON lines file
    Export(export::ExportArguments),
    /// Compute figures and write them to a CSV, Excel or JSON lines file
    Figures(figures::FigureArguments),
    /// List the names and codes that the other commands take
    #[command(subcommand)]
    List(list::ListCommand),
    /// Load the example year (Bắc Ninh 2023) into a running system; loading it again changes nothing
    LoadExample(SystemArguments),
    /// Ask a running program for its health; exit code 1 where it does not serve
    Health(HealthArguments),
    /// Move a service's store to another engine
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Verify or export the journal of a service
    #[command(subcommand)]
    Journal(journal::JournalCommand),
}

/// Which program to ask.
#[derive(Debug, Args)]
pub(crate) struct HealthArguments {
    /// The program's address
    #[arg(long, env = "THIDUA_HEALTH", default_value = "http://127.0.0.1:8080")]
    address: String,
}

/// The exit codes, below every help.
const EXIT_CODES: &str = "Exit codes: 0 done, also where nobody reads the output any more; 1 failed, standard error says why; \
                          64 the arguments or settings cannot be used; 74 standard output cannot be written.";

pub(crate) fn command() -> clap::Command {
    let command = clap::Command::new(PROGRAM)
        .version(env!("CARGO_PKG_VERSION"))
        .args_conflicts_with_subcommands(true)
        .args(program::arguments_of(&office::settings()))
        .after_help(EXIT_CODES);
    Action::augment_subcommands(command)
        .about("The system of record of an emulation bloc: serves all three services, or acts on a running system")
        .subcommand_required(false)
}

pub(crate) async fn run(action: Action) -> Result<(), CommandError> {
    match action {
        Action::Report(arguments) => report::print(&arguments).await,
        Action::Form(arguments) => form::print(&arguments).await,
        Action::Return(command) => returns::run(command).await,
        Action::Import(arguments) => import::run(arguments).await,
        Action::Export(arguments) => export::run(&arguments).await,
        Action::Figures(arguments) => figures::run(&arguments).await,
        Action::List(command) => list::print(&command).await,
        Action::LoadExample(arguments) => load_example(&arguments).await,
        Action::Health(arguments) => {
            check_health(&full_address(&arguments.address)?, PROBE).await?;
            Ok(print_line(&format!("{}: serving (đang phục vụ)", arguments.address))?)
        }
        Action::Store(store::StoreCommand::Copy { from, to }) => store::copy(&from, &to).await,
        Action::Journal(command) => journal::run(&command).await,
    }
}

async fn load_example(arguments: &SystemArguments) -> Result<(), CommandError> {
    example::load(&arguments.connect()?).await?;
    let address = &arguments.address;
    Ok(print_line(&format!("{address}: the example year is loaded (đã nạp năm mẫu): {}", example::BLOC))?)
}
