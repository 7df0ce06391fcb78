//! Answers that are read from a snapshot while they are sent. It holds one of few connections: whoever stops reading must
//! not keep it.

use std::time::Duration;

use thidua_chassis::failure::CommonError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::error::Error;

/// How many parts may wait for a slow reader.
const AHEAD: usize = 4;
/// How long a reader may take for a part.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who reads an answer.
pub(super) struct StreamSender<T>(mpsc::Sender<Result<T, Error>>);

impl<T> StreamSender<T> {
    /// Sends a part; refused once nobody reads on.
    pub(super) async fn send(&self, part: T) -> Result<(), Error> {
        self.0.send_timeout(Ok(part), PATIENCE).await.map_err(|_| Error::Common(CommonError::DeadlinePassed))
    }
}

/// An answer as it comes. Ends with an error where the work does, after all that the work held is let go.
pub(super) fn stream<T, F>(work: impl FnOnce(StreamSender<T>) -> F) -> ReceiverStream<Result<T, Error>>
where
    T: Send + 'static,
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(AHEAD);
    let work = work(StreamSender(sender.clone()));
    tokio::spawn(async move {
        if let Err(error) = work.await {
            // A reader that has gone needs no reason; one that was slow must not take what it has for all.
            let _ = sender.send(Err(error)).await;
        }
    });
    ReceiverStream::new(receiver)
}
