//! Answers that are read from a snapshot while they are sent. It holds one of few connections: whoever stops reading must
//! not keep it.

use std::time::Duration;

use thidua_chassis::failure::CommonError;
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;

use crate::error::Error;

/// How many parts may wait for a slow reader.
const AHEAD: usize = 4;
/// How long a stream may wait for its reader, all its parts together. The snapshot that it holds keeps the log of changes
/// from being cleared, and others from long reads; who is slower begins again from its cursor.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a stream may take altogether.
const MOST_TIME: Duration = Duration::from_mins(5);

/// Who reads an answer.
pub(super) struct StreamSender<T> {
    parts: mpsc::Sender<Result<T, Error>>,
    /// How long it may still be waited for.
    patience: Mutex<Duration>,
}

impl<T> StreamSender<T> {
    /// Sends a part; refused once nobody reads on, or not fast enough.
    pub(super) async fn send(&self, part: T) -> Result<(), Error> {
        let mut patience = self.patience.lock().await;
        let begun = Instant::now();
        let sent = self.parts.send_timeout(Ok(part), *patience).await;
        *patience = patience.saturating_sub(begun.elapsed());
        sent.map_err(|_| Error::Common(CommonError::DeadlinePassed))
    }
}

/// An answer as it comes. Ends with an error where the work does, after all that the work held is let go.
pub(super) fn stream<T, F>(work: impl FnOnce(StreamSender<T>) -> F) -> ReceiverStream<Result<T, Error>>
where
    T: Send + 'static,
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(AHEAD);
    let work = work(StreamSender { parts: sender.clone(), patience: Mutex::new(PATIENCE) });
    tokio::spawn(async move {
        let outcome = tokio::time::timeout(MOST_TIME, work).await;
        if let Err(error) = outcome.unwrap_or(Err(Error::Common(CommonError::DeadlinePassed))) {
            // A reader that has gone needs no reason; one that was slow must not take what it has for all.
            let _ = sender.send(Err(error)).await;
        }
    });
    ReceiverStream::new(receiver)
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt as _;

    use super::*;

    /// How many parts a reader gets that rests for so long after each, and whether it got all.
    async fn read(rest: Duration, parts: usize) -> (usize, bool) {
        let mut answer = stream(async move |reader: StreamSender<usize>| {
            for part in 0..parts {
                reader.send(part).await?;
            }
            Ok(())
        });
        let mut found = 0;
        while let Some(part) = answer.next().await {
            if part.is_err() {
                return (found, false);
            }
            found += 1;
            tokio::time::sleep(rest).await;
        }
        (found, true)
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_is_slow_at_every_part_is_let_go_all_the_same() {
        assert_eq!(read(Duration::from_millis(10), 1000).await, (1000, true));
        let (found, is_all) = read(PATIENCE / 10, 1000).await;
        assert!((5..=10 + AHEAD + 1).contains(&found) && !is_all, "{found}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_stream_takes_for_ever() {
        let mut answer = stream(async move |reader: StreamSender<usize>| {
            loop {
                reader.send(0).await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let mut found = 0;
        while let Some(Ok(_)) = answer.next().await {
            found += 1;
        }
        assert!(found <= MOST_TIME.as_secs() + 1, "{found}");
    }
}
