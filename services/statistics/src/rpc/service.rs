//! What every method works with.

use std::sync::{Arc, RwLock};

use thidua_chassis::clock::Clock;
use thidua_chassis::store::Store;

use crate::domain::deadlines::deadline::Schedule;
use crate::domain::units::unit::Units;
use crate::rules::Rules;

/// What every method works with.
#[derive(Debug, Clone)]
pub struct Statistics {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) rules: Arc<Rules>,
    pub(super) schedule: Arc<Schedule>,
    /// All units as of a revision; read anew once a unit has changed.
    pub(super) units: Arc<RwLock<(i64, Arc<Units>)>>,
}

impl Statistics {
    /// The service over an open store.
    #[must_use]
    pub fn new(store: Store, clock: Clock, rules: Rules, schedule: Schedule) -> Self {
        let units = Arc::new(RwLock::new((-1, Arc::new(Units::new()))));
        Self { store, clock, rules: Arc::new(rules), schedule: Arc::new(schedule), units }
    }
}
