//! Reading running totals: from memory, or first from the table.

use std::sync::Arc;

use super::cells::{CellCache, read_tallies};
use super::contribution::Series;
use super::error::StoreError;
use super::handle::Store;
use super::head::{Head, HeadRow};
use super::running_totals::RunningTotals;
use super::sql;

/// A load under way; whoever drops it before its end, as a deadline does, leaves nothing behind.
struct Loading<'c> {
    cells: &'c CellCache,
    series: &'c Series,
    ended: bool,
}

impl<'c> Loading<'c> {
    fn begin(cells: &'c CellCache, series: &'c Series) -> Self {
        cells.begin_load(series);
        Self { cells, series, ended: false }
    }

    fn end(mut self, revision: i64, running_totals: RunningTotals) {
        self.cells.end_load(self.series, revision, Some(running_totals));
        self.ended = true;
    }
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.cells.end_load(self.series, 0, None);
        }
    }
}

impl Store {
    /// The running totals of series, all at one revision, which is told first. Every acknowledged write is in them, whichever
    /// process it was acknowledged by.
    pub async fn running_totals(
        &self,
        wanted: &[Series],
    ) -> Result<(i64, Vec<Arc<RunningTotals>>), StoreError> {
        self.current().await?;
        let mut made_room = false;
        loop {
            match self.shared.cells.ready(wanted) {
                Ok((revision, running_totals)) => return Ok((revision, running_totals)),
                Err(missing) => {
                    // Once: series that together are too many would otherwise push each other out for ever.
                    if !std::mem::replace(&mut made_room, true) {
                        self.shared.cells.make_room();
                    }
                    // One at a time: somebody else may load the others meanwhile.
                    if let Some(series) = missing.first() {
                        self.load_tallies(series).await?;
                    }
                }
            }
        }
    }

    async fn load_tallies(&self, series: &Series) -> Result<(), StoreError> {
        let loading = Loading::begin(&self.shared.cells, series);
        let loaded = match self.read_newest(series).await {
            // A commit can be read before the cache was told of it; it would then be added once more.
            Ok((head, running_totals)) => {
                self.shared.follow(&head).await.map(|()| (head.revision, running_totals))
            }
            Err(error) => Err(error),
        };
        match loaded {
            Ok((revision, running_totals)) => {
                loading.end(revision, running_totals);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn read_newest(&self, series: &Series) -> Result<(Head, RunningTotals), StoreError> {
        let mut snapshot = self.shared.engine.snapshot().await?;
        let head = HeadRow::read(&snapshot.run(sql::HEAD, Vec::new()).await?)?.head;
        Ok((head, read_tallies(&mut snapshot, series).await?))
    }
}
