//! What every program does the same before its first decision. Knows no domain noun and no service.
//!
//! - [`body`]: messages as they are stored, merged and shown.
//! - [`caller`]: who asks, and what they may do.
//! - [`clock`]: time and identifiers, injected.
//! - [`config`]: settings from flags and environment, all problems at once.
//! - [`edge`]: what surrounds every call: who may come in, trace, caller, deadline, limits, revision tokens.
//! - [`failure`]: the failures that all services share.
//! - [`journal`]: `JournalService` over a store.
//! - [`language`]: numbers and days as Vietnamese and English texts write them.
//! - [`list`]: pages of lists.
//! - [`output`]: standard output and standard error, without panics.
//! - [`plain`]: failures for callers in plain HTTP.
//! - [`program`]: from `main` to the exit code.
//! - [`resources`]: one resource, read for a caller or a rule.
//! - [`serve`]: connections, health, reflection, drain.
//! - [`store`]: journal, resources, cells.
//! - [`trace`]: the trace that a request belongs to, across services.
//! - [`write_options`]: what every write carries beside its content.

pub mod body;
pub mod caller;
pub mod clock;
pub mod config;
pub mod edge;
pub mod failure;
pub mod journal;
pub mod language;
pub mod list;
pub mod output;
pub mod plain;
pub mod program;
pub mod resources;
pub mod serve;
pub mod store;
pub mod trace;
pub mod write_options;
