//! `thidua store`: moving a store.

use clap::Subcommand;
use indicatif::ProgressBar;
use thidua_chassis::output::{CommandError, print_line};

/// What to do with a store.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Copy all of a store into an empty one, every revision and hash; the service must be stopped
    Copy {
        /// Where it is: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`
        from: String,
        /// Where it goes
        to: String,
    },
}

/// Copies a store and prints the copy's head.
pub(crate) async fn copy(from: &str, to: &str) -> Result<(), CommandError> {
    let bar = ProgressBar::new(0);
    let progress = |reached: i64, last: i64| {
        bar.set_length(u64::try_from(last).unwrap_or_default());
        bar.set_position(u64::try_from(reached).unwrap_or_default());
    };
    let head = thidua_chassis::store::copy(from, to, progress).await.map_err(|error| error.to_string())?;
    bar.finish_and_clear();
    Ok(print_line(&format!("copied: {} entries, head {}", head.revision, head.hash))?)
}
