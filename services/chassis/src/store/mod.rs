//! One mechanism for all resources of all services: a journal of accepted commands, the versions that they made, the
//! latest state, and dated sums over it ("cells"), all written in one transaction.
//!
//! Writing is serial and group committed: [`Store::submit`] queues a command; the writer takes what has queued, loads at
//! once all that the commands named, runs each command's pure `decide` over that state, and commits the changes together.
//! An OK answer is durable; a refused command leaves nothing; a `request_id` seen before gets its first outcome again.
//!
//! Invariants: revisions have no gaps; an entry's hash covers its changes and the entry before; a resource's row points at
//! its newest version; `cells` equals the sum of the contributions of all bodies that are in force; commit times never
//! fall, unless an operator has confirmed a clock that stood behind the last entry.
//!
//! What can be lost. With SQLite, what was acknowledged since the last checkpoint (up to about 64 MiB) is in the log beside
//! the database, `NAME-wal`, flushed at every commit. A copy of the database file without its log, or a log that was cut
//! off, is a journal that ends earlier: its chain of hashes holds, because an earlier state is a state as well. Only a
//! head that was remembered elsewhere tells (see [`Store::verify`]). The same goes for a database restored from a backup.

mod cells;
mod check_state;
mod command;
mod commit_time;
mod condition;
mod contribution;
mod copy;
mod draft;
mod engine;
mod error;
mod follow;
mod following;
mod handle;
mod head;
mod index;
mod inner;
mod job;
mod journal;
mod map;
mod migrations;
mod probe;
mod read;
mod resource;
mod running_totals;
mod set_up;
mod snapshot;
mod sql;
mod sum_bounds;
#[cfg(test)]
mod tests;
mod totals;
mod verification;
mod verify;
mod writer;

pub use self::command::{
    Change, Command, Committed, Context, Decision, Needs, Rule, State, StoredVersion, SubmitError,
    request_hash,
};
pub use self::commit_time::ClockRules;
pub use self::condition::StoreCondition;
pub use self::contribution::{Cell, Contributions, Series};
pub use self::copy::copy;
pub use self::error::StoreError;
pub use self::handle::{Receipt, Store};
pub use self::head::Head;
pub use self::index::Index;
pub use self::journal::{Entry, EntryChange, ZERO_HASH};
pub use self::resource::{FoundBy, FoundQuery, PageQuery, Resource};
pub use self::running_totals::RunningTotals;
pub use self::snapshot::Snapshot;
pub use self::verification::Verification;
