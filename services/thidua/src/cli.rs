//! The command line.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use thidua_chassis::program;
use thidua_chassis::serve::check_health;
use thidua_proto::names::{RecordKind, UnitName};
use uuid::Uuid;

use crate::{client, example, form, import, journal, office, report, store};

/// What the program can be asked to do; without any of these it serves.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Print a bloc's report
    Report(report::Asked),
    /// Print official forms, filled from the records
    Form(form::Asked),
    /// Import records of one unit and kind from CSV or JSON lines files
    Import(ImportArguments),
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

/// What to import.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    address: Address,
    /// Whose records these are, such as units/thanh-tra-tinh
    #[arg(long, value_parser = unit)]
    unit: UnitName,
    /// What the files hold
    #[arg(long)]
    kind: Kind,
    /// Check everything, write nothing
    #[arg(long)]
    dry_run: bool,
    /// The import's own id; give the same again to resume. A new one if left out: rows that are there are then unchanged
    #[arg(long)]
    import_id: Option<Uuid>,
    /// The files: .csv, or .jsonl for JSON lines
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Inspections,
    Receptions,
    Petitions,
    Matters,
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
    /// Print all entries as JSON lines, for backups and for verification offline
    Export(JournalArguments),
}

/// Which journal.
#[derive(Debug, Args)]
pub(crate) struct JournalArguments {
    #[command(flatten)]
    pub(crate) address: Address,
    /// Of which service; all three if left out
    #[arg(long, value_parser = ["statistics", "awards", "gateway"])]
    pub(crate) journal: Option<String>,
}

pub(crate) fn unit(text: &str) -> Result<UnitName, String> {
    text.parse().map_err(|_| "write units/{unit}, such as units/thanh-tra-tinh".to_owned())
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
        Action::Import(asked) => {
            let channel = client::connect(&asked.address.address)?;
            let kind = match asked.kind {
                Kind::Inspections => RecordKind::Inspection,
                Kind::Receptions => RecordKind::Reception,
                Kind::Petitions => RecordKind::Petition,
                Kind::Matters => RecordKind::Matter,
            };
            let target = import::Target { unit: asked.unit, kind, dry_run: asked.dry_run };
            import::files(&channel, &target, asked.import_id, &asked.files).await
        }
        Action::LoadExample(address) => example::load(&client::connect(&address.address)?).await,
        Action::Health(asked) => check_health(&asked.address).await,
        Action::Store(StoreAction::Copy { from, to }) => store::copy(&from, &to).await,
        Action::Journal(JournalAction::Verify(asked)) => journal::verify(&asked).await,
        Action::Journal(JournalAction::Export(asked)) => journal::export(&asked).await,
    }
}
