//! How large a message may be, and how long a call may take.

use std::time::Duration;

use super::methods::Kind;

/// The largest message read or written, in bytes: room to answer an oversized field with its path.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How long calls may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Calls that set no deadline.
    pub default: Duration,
    /// Calls with one answer at most, whatever deadline they set.
    pub most: Duration,
    /// Imports, answers in parts and verifications at most.
    pub most_of_streams: Duration,
}

impl Deadlines {
    /// How long a call of a kind may take; `None` where it has no end.
    pub(super) fn of(self, kind: Kind, timeout: Option<Duration>) -> Option<Duration> {
        match kind {
            Kind::Unary | Kind::Standard => Some(timeout.unwrap_or(self.default).min(self.most)),
            Kind::Long | Kind::Import | Kind::Export => {
                Some(timeout.map_or(self.most_of_streams, |timeout| timeout.min(self.most_of_streams)))
            }
            Kind::Watch => timeout,
        }
    }
}
