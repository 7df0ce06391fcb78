//! What can go wrong with the store, and which of it passes, is a matter of one command, or is damage.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

/// What can go wrong with the store itself.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address names no engine that is built in.
    #[error("`{address}` is no store: write sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")]
    Address {
        /// As given.
        address: String,
    },
    /// The address confirms the clock for what is no day.
    #[error("`{day}` is no day: write ?confirm-clock=YYYY-MM-DD at the end of the store's address")]
    ClockConfirmation {
        /// As given.
        day: String,
    },
    /// A PostgreSQL database that does not keep text as the store needs it.
    #[error(
        "the database {address} has encoding {encoding} and sorts by {order}; make one with CREATE DATABASE … TEMPLATE \
         template0 ENCODING 'UTF8' LOCALE 'C'"
    )]
    DatabaseText {
        /// Without its password.
        address: String,
        /// Its encoding.
        encoding: String,
        /// Its collation.
        order: String,
    },
    /// Another process has the store open.
    #[error("the store {path} is open in another process; stop that one first")]
    InUse {
        /// The database file.
        path: PathBuf,
    },
    /// There is no store at the address.
    #[error("there is no store at {address}")]
    Missing {
        /// As given.
        address: String,
    },
    /// A store that must be empty is not.
    #[error("the store {address} holds entries already; copy into an empty one")]
    NotEmpty {
        /// Without its password.
        address: String,
    },
    /// A folder or file cannot be made.
    #[error("cannot make {path}: {cause}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The store was written by another release.
    #[error("the store has schema version {found}, this program knows up to {known}; use a newer release")]
    Schema {
        /// In the store.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// The sums were written by a newer release.
    #[error(
        "the sums of the store are of edition {found}, this program counts by edition {known}; use the newer release"
    )]
    Edition {
        /// In the store.
        found: i64,
        /// The one of this program.
        known: i64,
    },
    /// The database file is gone, although a store was begun here.
    #[error(
        "the store {path} is gone, but {marker} says that there was one; restore it from a backup, or remove {marker} to \
         begin anew"
    )]
    Gone {
        /// The database file.
        path: PathBuf,
        /// What tells that there was a store.
        marker: PathBuf,
    },
    /// The database file was taken away or replaced while the store was open.
    #[error(
        "the database file {path} was taken away or replaced while it was in use; put it back, or start again"
    )]
    Replaced {
        /// The database file.
        path: PathBuf,
    },
    /// A sum would become too large to be exact everywhere.
    #[error("the sum of {measure} of {series} would be out of range")]
    SumOutOfRange {
        /// Whose sum.
        series: Arc<str>,
        /// Of what.
        measure: &'static str,
    },
    /// The machine's clock is too far from the journal's last entry, or from any plausible time.
    #[error(
        "the clock says {now}, the journal's last entry was made at {last:?}; an operator must confirm the clock"
    )]
    ClockUncertain {
        /// As the clock says.
        now: Timestamp,
        /// When the last entry was made, if there is one.
        last: Option<Timestamp>,
    },
    /// A command that the program itself got wrong.
    #[error("a command failed by a fault of the program: {problem}")]
    Fault {
        /// What happened.
        problem: String,
    },
    /// The database holds something impossible.
    #[error("the store is damaged: {problem}")]
    Corrupt {
        /// What and where.
        problem: String,
    },
    /// The writer has stopped, because the program is stopping.
    #[error("the store is closing")]
    Closing,
    /// The batch that the command was part of could not be written; the log says why.
    #[error("the database failed; the log says why")]
    NotWritten,
    /// As many long reads are under way as there may be.
    #[error("too many long reads are under way")]
    Busy,
    /// The disk or quota is full; nothing was written.
    #[error("the store has no room left")]
    Full,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// How long an SQLSTATE is; SQLite's codes are shorter.
const SQLSTATE_LENGTH: usize = 5;

impl StoreError {
    /// The engine's own code: of SQLite a number, of PostgreSQL an SQLSTATE.
    fn code(&self) -> Option<String> {
        let Self::Database(sqlx::Error::Database(cause)) = self else { return None };
        cause.code().map(Into::into)
    }

    /// The primary result code of SQLite: its codes have up to four digits, of which the lowest byte is the primary one.
    fn sqlite_code(&self) -> Option<u32> {
        let code = self.code().filter(|code| code.len() < SQLSTATE_LENGTH)?;
        code.parse::<u32>().ok().map(|code| code & 0xff)
    }

    /// Whether an SQLSTATE of PostgreSQL begins with one of these.
    fn has_sqlstate(&self, beginnings: &[&str]) -> bool {
        let code = self.code().filter(|code| code.len() == SQLSTATE_LENGTH);
        code.is_some_and(|code| beginnings.iter().any(|beginning| code.starts_with(beginning)))
    }

    /// Whether the data are damaged: trying again does not help, an operator must restore them.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::Corrupt { .. } | Self::Replaced { .. } | Self::Gone { .. })
            // SQLITE_CORRUPT, SQLITE_NOTADB; data_corrupted, index_corrupted
            || matches!(self.sqlite_code(), Some(11 | 26))
            || self.has_sqlstate(&["XX001", "XX002"])
    }

    /// Whether it may be about one command of a batch, so that the others may go through without it.
    pub(super) fn is_data_error(&self) -> bool {
        matches!(self, Self::Corrupt { .. } | Self::SumOutOfRange { .. })
            // SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH; data exceptions, integrity constraints
            || matches!(self.sqlite_code(), Some(18..=20))
            || self.has_sqlstate(&["22", "23"])
    }

    /// Whether the disk or quota is full (`SQLITE_FULL`, `disk_full`): trying again does not help.
    pub(super) fn is_full(&self) -> bool {
        self.sqlite_code() == Some(13) || self.has_sqlstate(&["53100"])
    }

    /// Whether another process's work stood against it, so that the same may go through now: serialization failures,
    /// deadlocks, and tables that were made twice at once.
    pub(super) fn is_conflict(&self) -> bool {
        self.has_sqlstate(&["40001", "40P01", "23505", "42P07"])
    }

    /// Whether the connection is gone, so that a new one may do: cut, ended by a server that stops (class 57P), or by one
    /// that had waited too long for this process (25P03).
    pub(super) fn is_disconnect(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Io(_) | sqlx::Error::Protocol(_)))
            || self.has_sqlstate(&["57P", "08", "25P03"])
    }

    /// Whether trying again at once is worth it.
    pub(super) fn is_retryable(&self) -> bool {
        self.is_conflict() || self.is_disconnect()
    }
}

/// An address that can be shown: `postgres://user:secret@host/x?…` without the secret, and without what follows `?`.
pub(super) fn without_password(address: &str) -> String {
    let address = address.split_once('?').map_or(address, |(shown, _)| shown);
    if let Some((scheme, rest)) = address.split_once("://")
        && let Some((user, host)) = rest.rsplit_once('@')
        && let Some((user, _)) = user.split_once(':')
    {
        return format!("{scheme}://{user}@{host}");
    }
    address.to_owned()
}
