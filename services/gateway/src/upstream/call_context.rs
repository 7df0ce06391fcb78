//! Calls on behalf of a request: under what remains of its deadline, in its trace, for its caller; and one more try for
//! reads that met a service on its way up.

use std::time::Duration;

use thidua_chassis::edge::{Deadline, MIN_REVISION};
use thidua_chassis::trace::Trace;
use thidua_chassis::{caller, clock, trace};
use tokio::time::Instant;
use tonic::metadata::{AsciiMetadataValue, MetadataMap};
use tonic::{Code, Request, Response, Status};

use super::failure::{SendError, UpstreamError, send_error};
use super::service::Service;

/// On whose behalf, in which trace, and until when.
#[derive(Debug, Clone)]
pub struct CallContext {
    deadline: Instant,
    /// Whether the caller, not the gateway, set the deadline.
    is_callers: bool,
    trace: Option<AsciiMetadataValue>,
    caller: Option<AsciiMetadataValue>,
}

/// How long to wait before the one more try; up to as much again is added by chance, so that callers do not come back
/// together.
const PAUSE: Duration = Duration::from_millis(50);

impl CallContext {
    /// What calls on behalf of a request carry. They end early enough to leave the gateway time for its own answer, and after
    /// `most` at the latest.
    #[must_use]
    pub fn of<T>(request: &Request<T>, most: Duration) -> Self {
        let extensions = request.extensions();
        let now = Instant::now();
        let latest = now + most;
        let callers = extensions.get::<Deadline>().map(|Deadline(deadline)| {
            let remaining = deadline.saturating_duration_since(now);
            now + remaining.saturating_sub(time_to_answer(remaining))
        });
        let trace = extensions.get::<Trace>().and_then(|trace| trace.header().parse().ok());
        Self {
            deadline: callers.map_or(latest, |callers| callers.min(latest)),
            is_callers: callers.is_some_and(|callers| callers < latest),
            trace,
            caller: request.metadata().get(caller::HEADER).cloned(),
        }
    }

    /// How much time remains.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Asks a service to read something that includes a revision; tried once more where the service was not there.
    pub async fn read<Q: Clone, A, F: Future<Output = Result<Response<A>, Status>>>(
        &self,
        service: Service,
        question: Q,
        min_revision: i64,
        ask: impl Fn(Request<Q>) -> F,
    ) -> Result<A, UpstreamError> {
        let mut answer = self.ask(&ask, question.clone(), min_revision).await;
        if answer.as_ref().is_err_and(was_not_there) {
            let chance = u64::from(clock::new_id().as_fields().3.last().copied().unwrap_or_default()) % 50;
            tokio::time::sleep(PAUSE + Duration::from_millis(chance)).await;
            answer = self.ask(&ask, question, min_revision).await;
        }
        answer.map(Response::into_inner).map_err(|status| self.failure(service, status))
    }

    async fn ask<Q, A, F: Future<Output = Result<Response<A>, Status>>>(
        &self,
        ask: impl Fn(Request<Q>) -> F,
        question: Q,
        min_revision: i64,
    ) -> Result<Response<A>, Status> {
        // Finding a replica takes time too, which the transport does not count.
        let answer = tokio::time::timeout_at(self.deadline, ask(self.request(question, min_revision)));
        answer.await.unwrap_or_else(|_| Err(Status::deadline_exceeded("")))
    }

    fn failure(&self, upstream: Service, status: Status) -> UpstreamError {
        let is_late = matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled);
        if is_late && self.is_callers {
            return UpstreamError::Late { upstream };
        }
        UpstreamError::of_status(upstream, status)
    }

    fn request<Q>(&self, question: Q, min_revision: i64) -> Request<Q> {
        let mut request = Request::new(question);
        request.set_timeout(self.remaining());
        let metadata: &mut MetadataMap = request.metadata_mut();
        if let Some(trace) = &self.trace {
            metadata.insert(trace::HEADER, trace.clone());
        }
        if let Some(caller) = &self.caller {
            metadata.insert(caller::HEADER, caller.clone());
        }
        if min_revision > 0 {
            metadata.insert(MIN_REVISION, min_revision.into());
        }
        request
    }
}

fn was_not_there(status: &Status) -> bool {
    status.code() == Code::Unavailable || matches!(send_error(status), Some(SendError::Unreached))
}

/// How much of a caller's time the gateway keeps for its own answer.
fn time_to_answer(remaining: Duration) -> Duration {
    (remaining / 10).min(Duration::from_millis(500))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(callers_ms: Option<u64>, most_ms: u64) -> CallContext {
        let mut request = Request::new(());
        if let Some(ms) = callers_ms {
            request.extensions_mut().insert(Deadline(Instant::now() + Duration::from_millis(ms)));
        }
        CallContext::of(&request, Duration::from_millis(most_ms))
    }

    #[test]
    fn the_gateway_keeps_time_for_its_own_answer() {
        // Some of the time has passed by the time it is looked at.
        for (callers_ms, most_ms, at_most_ms, is_callers) in [
            (None, 10_000, 10_000, false),
            (Some(1000), 10_000, 900, true),
            (Some(8000), 10_000, 7500, true),
            (Some(60_000), 10_000, 10_000, false),
            (Some(0), 10_000, 0, true),
        ] {
            let context = context(callers_ms, most_ms);
            assert!(context.remaining() <= Duration::from_millis(at_most_ms), "{callers_ms:?}: {context:?}");
            assert_eq!(context.is_callers, is_callers, "{callers_ms:?}");
        }
    }
}
