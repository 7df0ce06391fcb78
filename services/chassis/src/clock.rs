//! Time and chance, injected: nothing else in the services reads the wall clock or makes an id.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use uuid::Uuid;

/// Where the time comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// A clock that stands still.
    #[must_use]
    pub fn fixed(now: Timestamp) -> Self {
        Self(Arc::new(move || now))
    }

    /// The time, to the microsecond, as stores keep it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = (self.0)();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// The civil day in Vietnam.
    #[must_use]
    pub fn today(&self) -> Date {
        civil_day(self.now())
    }
}

/// The civil day of an instant in Vietnam (`Asia/Ho_Chi_Minh`, which has been UTC+7 without change since 1975).
#[must_use]
pub fn civil_day(time: Timestamp) -> Date {
    civil_time(time).date()
}

/// The civil day and time of day of an instant in Vietnam.
#[must_use]
pub fn civil_time(time: Timestamp) -> DateTime {
    TimeZone::fixed(Offset::constant(7)).to_datetime(time)
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// A new identifier, ordered by the time of its making, so that keys made one after the other lie side by side.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that makes identifiers")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
