//! The command line.

use clap::{Args, Subcommand, ValueEnum};
use thidua_chassis::program;
use thidua_chassis::serve::{PROBE, check_health};
use thidua_proto::names::{RecordKind, UnitName};

use crate::{client, example, export, figures, form, import, journal, list, office, report, returns, store};

/// What the program can be asked to do; without any of these it serves.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Print a bloc's report
    Report(report::ReportArguments),
    /// Print official forms, filled from the records
    Form(form::FormArguments),
    /// Prepare, hand in and approve returns, and tell who is late
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
    LoadExample(Address),
    /// Ask a running program for its health; exit code 1 where it does not serve
    Health(Health),
    /// Move a service's store to another engine
    #[command(subcommand)]
    Store(StoreAction),
    /// Verify or export the journal of a service
    #[command(subcommand)]
    Journal(JournalAction),
}

/// Where the system is reached.
#[derive(Debug, Clone, Args)]
pub(crate) struct Address {
    /// The gateway's address
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub(crate) address: String,
}

/// Whom to ask.
#[derive(Debug, Args)]
pub(crate) struct Health {
    /// The program's address
    #[arg(long, env = "THIDUA_HEALTH", default_value = "http://127.0.0.1:8080")]
    address: String,
}

/// A kind of records.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    /// Inspections and checks
    Inspections,
    /// Visits of citizens
    Receptions,
    /// Petitions
    Petitions,
    /// Matters
    Matters,
}

impl From<Kind> for RecordKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Inspections => Self::Inspection,
            Kind::Receptions => Self::Reception,
            Kind::Petitions => Self::Petition,
            Kind::Matters => Self::Matter,
        }
    }
}

/// What to do with a store.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreAction {
    /// Copy all of a store into an empty one, every revision and hash; the service must be stopped
    Copy {
        /// Where it is: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`
        from: String,
        /// Where it goes
        to: String,
    },
}

/// What to do with a journal.
#[derive(Debug, Subcommand)]
pub(crate) enum JournalAction {
    /// Recompute every hash, the state and the sums; exit code 1 where something does not hold
    Verify(JournalArguments),
    /// Print all entries of one journal as JSON lines, for backups and for verification offline
    ///
    /// One --journal must be named. Write it to a file: `thidua journal export --journal statistics > journal.jsonl`;
    /// `tests/peers/verify_journal.py journal.jsonl` verifies it without thidua.
    Export(OneJournal),
}

/// The journal of one service.
#[derive(Debug, Args)]
pub(crate) struct OneJournal {
    #[command(flatten)]
    pub(crate) address: Address,
    /// Of which service
    #[arg(long, value_parser = JOURNALS)]
    pub(crate) journal: String,
}

/// The services that keep a journal.
pub(crate) const JOURNALS: [&str; 3] = ["statistics", "awards", "gateway"];

/// Which journals.
#[derive(Debug, Args)]
pub(crate) struct JournalArguments {
    #[command(flatten)]
    pub(crate) address: Address,
    /// Of which service; all three if left out
    #[arg(long, value_parser = JOURNALS)]
    pub(crate) journal: Option<String>,
}

/// Reads a unit's name; its id alone will do.
pub(crate) fn unit(text: &str) -> Result<UnitName, String> {
    let by_id = || format!("units/{text}").parse();
    text.parse().or_else(|_| by_id()).map_err(|_| {
        "write units/{unit}, such as units/thanh-tra-tinh; `thidua list units` tells all (viết mã đơn vị)"
            .to_owned()
    })
}

pub(crate) fn command() -> clap::Command {
    let command = clap::Command::new(crate::PROGRAM)
        .version(env!("CARGO_PKG_VERSION"))
        .args_conflicts_with_subcommands(true)
        .args(program::arguments_of(&office::SETTINGS));
    Action::augment_subcommands(command)
        .about("The system of record of an emulation bloc: serves all three services, or acts on a running system")
        .subcommand_required(false)
}

pub(crate) async fn run(action: Action) -> Result<(), String> {
    match action {
        Action::Report(asked) => report::print(&asked).await,
        Action::Form(asked) => form::print(&asked).await,
        Action::Return(asked) => returns::run(asked).await,
        Action::Import(asked) => import::files(asked).await,
        Action::Export(asked) => export::run(&asked).await,
        Action::Figures(asked) => figures::run(&asked).await,
        Action::List(asked) => list::print(&asked).await,
        Action::LoadExample(address) => {
            example::load(&client::connect(&address.address)?).await?;
            println!("{}: the example year is loaded (đã nạp năm mẫu): {}", address.address, example::BLOC);
            Ok(())
        }
        Action::Health(asked) => {
            check_health(&client::address(&asked.address)?, PROBE).await?;
            println!("{}: serving (đang phục vụ)", asked.address);
            Ok(())
        }
        Action::Store(StoreAction::Copy { from, to }) => store::copy(&from, &to).await,
        Action::Journal(JournalAction::Verify(asked)) => journal::verify(&asked).await,
        Action::Journal(JournalAction::Export(asked)) => journal::export(&asked).await,
    }
}
