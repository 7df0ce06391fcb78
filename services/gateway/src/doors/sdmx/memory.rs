//! How much memory answers take: so much together, and for a reader who does not read for so long at most.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;

use super::refusal::Refusal;

/// All that answers take together, in KiB.
const MOST_KIB: usize = 128 * 1024;

/// How much of an answer is handed over at once, in bytes. A shorter answer is handed over whole.
const PIECE: usize = 64 * 1024;

/// How long a reader may leave a piece unread.
const PATIENCE: Duration = Duration::from_secs(10);

/// The memory of all answers.
#[derive(Debug, Clone)]
pub struct AnswerMemory {
    kib: Arc<Semaphore>,
    patience: Duration,
}

/// Memory for one answer; free again when this is dropped.
#[derive(Debug)]
pub struct Reserved {
    place: OwnedSemaphorePermit,
    patience: Duration,
}

/// That a reader left an answer unread for too long.
#[derive(Debug, thiserror::Error)]
#[error("the answer was not read in time")]
struct SlowReader;

impl Default for AnswerMemory {
    fn default() -> Self {
        Self { kib: Arc::new(Semaphore::new(MOST_KIB)), patience: PATIENCE }
    }
}

impl AnswerMemory {
    /// Takes memory for an answer; refused while others have it all.
    pub fn reserve(&self, bytes: usize) -> Result<Reserved, Refusal> {
        let kib = u32::try_from(kib(bytes)).unwrap_or(u32::MAX);
        let place = Arc::clone(&self.kib).try_acquire_many_owned(kib).map_err(|_| Refusal::Overloaded)?;
        Ok(Reserved { place, patience: self.patience })
    }
}

fn kib(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}

impl Reserved {
    /// The body of an answer, which holds as much memory as it has, until it is read, or left unread for too long, or its
    /// reader goes.
    pub fn into_body(mut self, content: Vec<u8>) -> Body {
        if content.len() <= PIECE {
            return Body::from(content);
        }
        let surplus = self.place.num_permits().saturating_sub(kib(content.len()));
        drop(self.place.split(surplus));
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(self.hand_over(content.into(), sender));
        Body::from_stream(ReceiverStream::new(receiver))
    }

    async fn hand_over(self, mut content: Bytes, sender: mpsc::Sender<Result<Bytes, SlowReader>>) {
        while !content.is_empty() {
            // A copy, which does not keep the rest.
            let piece = Bytes::copy_from_slice(&content.split_to(PIECE.min(content.len())));
            match timeout(self.patience, sender.send(Ok(piece))).await {
                Ok(Ok(())) => {}
                // The reader has gone.
                Ok(Err(_)) => return,
                Err(_) => {
                    drop(content);
                    drop(self);
                    // It gets to know so once it reads on.
                    let _ = sender.send(Err(SlowReader)).await;
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    const KIB: usize = 1024;

    fn memory(kib: usize, patience: Duration) -> AnswerMemory {
        AnswerMemory { kib: Arc::new(Semaphore::new(kib)), patience }
    }

    #[tokio::test]
    async fn answers_have_so_much_memory_together() {
        let memory = memory(1000, PATIENCE);
        let first = memory.reserve(600 * KIB).unwrap();
        assert!(matches!(memory.reserve(401 * KIB), Err(Refusal::Overloaded)));
        let second = memory.reserve(400 * KIB).unwrap();
        // What an answer turns out not to need is free for others.
        let body = first.into_body(vec![7; 500 * KIB]);
        let third = memory.reserve(100 * KIB).unwrap();
        assert!(memory.reserve(1).is_err());
        let read = body.collect().await.unwrap().to_bytes();
        assert_eq!(read, vec![7; 500 * KIB]);
        drop((second, third));
        drop(memory.kib.acquire_many(1000).await.unwrap());
    }

    #[tokio::test]
    async fn a_reader_who_does_not_read_is_let_go() {
        let memory = memory(1000, Duration::from_millis(10));
        let body = memory.reserve(1000 * KIB).unwrap().into_body(vec![7; 900 * KIB]);
        // Unread, and its memory is free all the same.
        drop(memory.kib.acquire_many(1000).await.unwrap());
        assert!(body.collect().await.is_err(), "a part must not pass for the whole");
    }

    #[tokio::test]
    async fn a_reader_who_goes_leaves_nothing_behind() {
        let memory = memory(1000, Duration::from_hours(1));
        drop(memory.reserve(900 * KIB).unwrap().into_body(vec![7; 900 * KIB]));
        drop(memory.kib.acquire_many(1000).await.unwrap());
    }
}
