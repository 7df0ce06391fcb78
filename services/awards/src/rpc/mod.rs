//! The methods: each parses, authorises, decides, answers.
//!
//! `*_service` hold the traits; `bloc`, `year`, `nomination`, `ballot`, `award` and `rule` the methods and conversions of one
//! resource; `read` and `write` what all of them do alike.

mod award;
mod ballot;
mod bloc;
mod bloc_service;
mod nomination;
mod read;
mod record;
mod rule;
mod services;
mod write;
mod year;

use std::fmt::Display;
use std::sync::Arc;

use thidua_chassis::caller::{Caller, Role};
use thidua_chassis::store::Store;

use crate::domain::rule_set::RuleSets;
use crate::error::Error;

pub use self::services::{NAMES, routes};

/// What every method works with.
#[derive(Debug, Clone)]
pub struct Awards {
    store: Store,
    rules: Arc<RuleSets>,
}

impl Awards {
    /// The service over an open store.
    #[must_use]
    pub fn new(store: Store, rules: RuleSets) -> Self {
        Self { store, rules: Arc::new(rules) }
    }
}

/// The caller that the edge has read.
fn caller<T>(request: &tonic::Request<T>) -> Caller {
    // Without an edge there is no network either: a test, or a call within the process.
    request.extensions().get().cloned().unwrap_or_else(Caller::local_operator)
}

/// Refuses callers who can run no year at all; whether their unit leads this one is decided with the year.
fn may_run_some_year(caller: &Caller, resource: &impl Display) -> Result<(), Error> {
    if caller.has(Role::Registrar) || caller.has(Role::Secretary) {
        return Ok(());
    }
    Err(caller.refusal(Role::Secretary, resource).into())
}
