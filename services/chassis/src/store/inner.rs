//! What an open store keeps in memory.

use std::sync::atomic::AtomicU64;

use tokio::sync::{Mutex, Notify, watch};

use super::cells::CellCache;
use super::commit_time::ClockRules;
use super::condition::StoreCondition;
use super::contribution::Contributions;
use super::engine::Engine;
use super::following::JournalFollower;
use super::head::Head;
use super::sum_bounds::SumBounds;

#[derive(Debug)]
pub(super) struct StoreInner {
    pub(super) engine: Engine,
    pub(super) contributions: Contributions,
    pub(super) clock_rules: ClockRules,
    pub(super) cells: CellCache,
    /// Only the writer's, while it has the lock on the head.
    pub(super) sum_bounds: Mutex<SumBounds>,
    pub(super) head: watch::Sender<Head>,
    pub(super) closed: watch::Sender<bool>,
    pub(super) following: JournalFollower,
    pub(super) condition: watch::Sender<StoreCondition>,
    /// How many batches this process has committed.
    pub(super) commits: AtomicU64,
    /// Asks for a look at the condition at once.
    pub(super) look_at_condition: Notify,
}

impl StoreInner {
    pub(super) fn new(
        engine: Engine,
        head: Head,
        contributions: Contributions,
        clock_rules: ClockRules,
    ) -> Self {
        let opened_at = head.revision;
        Self {
            engine,
            contributions,
            clock_rules,
            cells: CellCache::new(opened_at),
            sum_bounds: Mutex::default(),
            head: watch::Sender::new(head),
            closed: watch::Sender::new(false),
            following: JournalFollower::new(opened_at),
            condition: watch::Sender::new(StoreCondition::SOUND),
            commits: AtomicU64::new(0),
            look_at_condition: Notify::new(),
        }
    }
}
