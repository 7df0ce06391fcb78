//! Commands on their way to the writer.

use std::any::Any;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use uuid::Uuid;

use super::command::{Command, Committed, JobError, Needs, Rule};

/// What a rule refused with, its type erased.
pub(super) type Refusal = Box<dyn Any + Send>;
/// What became of a command.
pub(super) type JobResult = Result<Committed, JobError>;

/// A job of the writer.
pub(super) enum Job {
    Command(Box<Pending>),
    /// Is answered once all before it are done.
    Stop(oneshot::Sender<()>),
}

/// A command that waits, with the type of its refusal erased.
pub(super) struct Pending {
    pub(super) caller: Arc<str>,
    pub(super) method: &'static str,
    pub(super) request_id: Option<Uuid>,
    pub(super) request_hash: Arc<str>,
    pub(super) validate_only: bool,
    pub(super) request_bytes: usize,
    pub(super) needs: Needs,
    pub(super) decide: Rule<Refusal>,
    reply: oneshot::Sender<JobResult>,
    /// Its share of the bytes that may wait, given back once it is answered.
    _room: OwnedSemaphorePermit,
}

impl Job {
    pub(super) fn new<E: Send + 'static>(
        command: Command<E>,
        room: OwnedSemaphorePermit,
        reply: oneshot::Sender<JobResult>,
    ) -> Self {
        let decide = command.decide;
        Self::Command(Box::new(Pending {
            caller: command.caller.into(),
            method: command.method,
            request_id: command.request_id,
            request_hash: command.request_hash.into(),
            validate_only: command.validate_only,
            request_bytes: command.request_bytes,
            needs: command.needs,
            decide: Box::new(move |state, context| {
                decide(state, context).map_err(|refusal| -> Refusal { Box::new(refusal) })
            }),
            reply,
            _room: room,
        }))
    }
}

impl Pending {
    /// Tells the caller. One that has gone is not told; its command is done all the same.
    pub(super) fn answer(self, outcome: JobResult) {
        let _ = self.reply.send(outcome);
    }
}
