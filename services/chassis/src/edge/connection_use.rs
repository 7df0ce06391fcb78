//! Who uses a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Who uses a connection: every call holds one of these until it is over.
#[derive(Debug, Clone, Default)]
pub struct ConnectionUse(Arc<AtomicU64>);

impl ConnectionUse {
    /// The same for a call that begins.
    #[must_use]
    pub fn begin_call(&self) -> Self {
        self.0.fetch_add(1, Ordering::Relaxed);
        self.clone()
    }

    /// How many calls began so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// How many hold one.
    #[must_use]
    pub fn holders(&self) -> usize {
        Arc::strong_count(&self.0)
    }
}
