//! The calls that are under way, and when they end although nobody ends them: a caller who stops sending, a reader who
//! stops reading, a deadline in the middle of a stream, a program that stops.
//!
//! A reader who stops is not noticed by who writes: nobody asks for the next part. So one task looks at all open calls a
//! few times a second, takes from those whose time is up all that they hold (buffers, snapshots, their place), and leaves
//! them with nothing but the reason, for the case that somebody does read on.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body::{Body as HttpBody, Frame, SizeHint};
use thidua_proto::status::Failure;
use tokio::time::Instant;
use tonic::Status;
use tonic::body::Body;
use tower::BoxError;

use super::connection_use::ConnectionUse;
use super::metadata::REVISION;
use super::methods::Kind;
use super::places::Place;
use crate::failure::CommonError;

/// The most bytes of an answer that are handed on at once: what a reader does not take stays here, where it can be let go.
const PIECE: usize = 16 * 1024;

/// How long callers and readers may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a call's first message, and for reading a part of an answer.
    pub first: Duration,
    /// Between the messages of a stream.
    pub idle: Duration,
}

/// Why a call ends although neither side ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// No message came in time.
    Late,
    /// The answer was not read in time.
    Unread,
    /// The deadline passed.
    DeadlinePassed,
    /// The program stops.
    Stopping,
}

impl Ending {
    fn status(self, domain: &str) -> Status {
        let error = match self {
            Self::Late => CommonError::MessageLate,
            Self::Unread => CommonError::AnswerUnread,
            Self::DeadlinePassed => CommonError::DeadlinePassed,
            Self::Stopping => CommonError::Stopping,
        };
        Failure::from(error).into_status(domain)
    }
}

/// All calls under way.
#[derive(Debug, Default)]
pub struct OpenCalls {
    calls: Mutex<HashMap<u64, Arc<OpenCall>>>,
    next: AtomicU64,
}

/// What is known of a call before it is made.
#[derive(Debug)]
pub(super) struct CallFacts {
    pub(super) kind: Kind,
    /// The package of its method.
    pub(super) domain: String,
    pub(super) speaks_grpc: bool,
    /// When a stream must have ended.
    pub(super) stream_deadline: Option<Instant>,
    /// Keeps its connection from counting as idle.
    #[expect(dead_code, reason = "held, not read")]
    pub(super) connection: Option<ConnectionUse>,
}

/// A call under way.
#[derive(Debug)]
pub(super) struct OpenCall {
    facts: CallFacts,
    request: Mutex<RequestState>,
    answer: Mutex<AnswerState>,
}

#[derive(Debug, Default)]
struct RequestState {
    /// Since when somebody waits for the next part.
    waits_since: Option<Instant>,
    has_begun: bool,
    waker: Option<Waker>,
    ending: Option<Ending>,
}

#[derive(Debug, Default)]
struct AnswerState {
    body: Option<Body>,
    /// What is left of a part that is handed on in pieces.
    rest: Bytes,
    /// Since when the reader has the next piece to ask for.
    reader_since: Option<Instant>,
    waker: Option<Waker>,
    ending: Option<Ending>,
    is_over: bool,
    place: Option<Place>,
}

fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A call in the register, until it is over or dropped.
#[derive(Debug)]
pub(super) struct Registered {
    calls: Arc<OpenCalls>,
    id: u64,
    call: Arc<OpenCall>,
}

impl Drop for Registered {
    fn drop(&mut self) {
        lock(&self.calls.calls).remove(&self.id);
        // Whoever reads on must not find what the call held.
        let answer = std::mem::take(&mut *lock(&self.call.answer));
        drop(answer);
    }
}

impl OpenCalls {
    pub(super) fn register(self: &Arc<Self>, facts: CallFacts, place: Place) -> Registered {
        let answer = Mutex::new(AnswerState { place: Some(place), ..AnswerState::default() });
        let call = Arc::new(OpenCall { facts, request: Mutex::default(), answer });
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.calls).insert(id, Arc::clone(&call));
        Registered { calls: Arc::clone(self), id, call }
    }

    /// Ends the calls whose time is up; all endless and incoming streams where the program stops.
    pub fn sweep(&self, patience: Patience, is_stopping: bool) {
        let now = Instant::now();
        let calls: Vec<Arc<OpenCall>> = lock(&self.calls).values().map(Arc::clone).collect();
        for call in calls {
            call.end_request(now, patience, is_stopping);
            call.end_answer(now, patience, is_stopping);
        }
    }
}

impl OpenCall {
    fn end_request(&self, now: Instant, patience: Patience, is_stopping: bool) {
        let mut state = lock(&self.request);
        let Some(since) = state.waits_since else { return };
        let most = if state.has_begun { patience.idle } else { patience.first };
        if is_stopping && matches!(self.facts.kind, Kind::Import | Kind::Standard) {
            state.ending = Some(Ending::Stopping);
        } else if now.duration_since(since) >= most {
            state.ending = Some(Ending::Late);
        } else {
            return;
        }
        let waker = state.waker.take();
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }

    fn end_answer(&self, now: Instant, patience: Patience, is_stopping: bool) {
        let mut state = lock(&self.answer);
        if state.body.is_none() {
            return;
        }
        let ending = if state.reader_since.is_some_and(|since| now.duration_since(since) >= patience.first) {
            Ending::Unread
        } else if self.facts.stream_deadline.is_some_and(|deadline| deadline <= now) {
            Ending::DeadlinePassed
        } else if is_stopping && self.facts.kind == Kind::Watch {
            Ending::Stopping
        } else {
            return;
        };
        let ended =
            std::mem::replace(&mut *state, AnswerState { ending: Some(ending), ..AnswerState::default() });
        drop(state);
        let AnswerState { body, rest, place, waker, .. } = ended;
        drop((body, rest, place));
        waker.into_iter().for_each(Waker::wake);
    }

    /// What is sent in place of the rest of an answer.
    fn ending_frame(&self, ending: Ending) -> Result<Frame<Bytes>, Status> {
        let status = ending.status(&self.facts.domain);
        if self.facts.speaks_grpc { Ok(Frame::trailers(trailers(&status))) } else { Err(status) }
    }
}

/// A status as trailers.
fn trailers(status: &Status) -> HeaderMap {
    let mut headers = status.clone().into_http::<()>().into_parts().0.headers;
    headers.remove(http::header::CONTENT_TYPE);
    headers
}

/// The request of a call under way.
pub(super) struct RequestBody<B> {
    call: Arc<OpenCall>,
    body: Pin<Box<B>>,
}

impl Registered {
    /// Watches over a request while it is read.
    pub(super) fn request<B>(&self, body: B) -> RequestBody<B> {
        RequestBody { call: Arc::clone(&self.call), body: Box::pin(body) }
    }

    /// Watches over an answer while it is read; `revision` is added to its trailers.
    pub(super) fn answer(self, body: Body, revision: Option<HeaderValue>) -> AnswerBody {
        lock(&self.call.answer).body = Some(body);
        AnswerBody { registered: self, revision }
    }
}

impl<B> Drop for RequestBody<B> {
    fn drop(&mut self) {
        lock(&self.call.request).waits_since = None;
    }
}

impl<B: HttpBody<Data = Bytes, Error: Into<BoxError>>> HttpBody for RequestBody<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let call = Arc::clone(&self.call);
        let mut state = lock(&call.request);
        if let Some(ending) = state.ending {
            state.waits_since = None;
            return Poll::Ready(Some(Err(ending.status(&call.facts.domain).into())));
        }
        let polled = self.body.as_mut().poll_frame(context);
        match &polled {
            Poll::Pending => {
                state.waits_since.get_or_insert_with(Instant::now);
                state.waker = Some(context.waker().clone());
            }
            Poll::Ready(frame) => {
                state.waits_since = None;
                state.has_begun |= matches!(frame, Some(Ok(_)));
            }
        }
        polled.map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The answer of a call under way. The call's place is given back when it has been read, or is dropped.
pub(super) struct AnswerBody {
    registered: Registered,
    revision: Option<HeaderValue>,
}

impl AnswerState {
    /// The next piece of what is left.
    fn piece(&mut self) -> Option<Frame<Bytes>> {
        if self.rest.is_empty() {
            return None;
        }
        self.reader_since = Some(Instant::now());
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        Some(Frame::data(piece))
    }

    /// Lets go of all that the call held.
    fn finish(&mut self) {
        *self = Self { is_over: true, ..Self::default() };
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let call = Arc::clone(&self.registered.call);
        let mut state = lock(&call.answer);
        if let Some(ending) = state.ending.take() {
            state.is_over = true;
            return Poll::Ready(Some(call.ending_frame(ending)));
        }
        if let Some(piece) = state.piece() {
            return Poll::Ready(Some(Ok(piece)));
        }
        let Some(body) = &mut state.body else { return Poll::Ready(None) };
        let frame = match Pin::new(body).poll_frame(context) {
            Poll::Pending => {
                // The reader waits for this program, not the other way round.
                state.reader_since = None;
                state.waker = Some(context.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(None) => {
                state.finish();
                return Poll::Ready(None);
            }
            Poll::Ready(Some(Err(status))) => {
                state.finish();
                return Poll::Ready(Some(Err(status)));
            }
            Poll::Ready(Some(Ok(frame))) => frame,
        };
        match frame.into_data() {
            Ok(data) => {
                state.rest = data;
                let piece = state.piece().unwrap_or_else(|| Frame::data(Bytes::new()));
                Poll::Ready(Some(Ok(piece)))
            }
            Err(mut frame) => {
                state.finish();
                if let (Some(trailers), Some(revision)) = (frame.trailers_mut(), &self.revision) {
                    trailers.insert(REVISION, revision.clone());
                }
                Poll::Ready(Some(Ok(frame)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        let state = lock(&self.registered.call.answer);
        state.is_over
            || (state.ending.is_none()
                && state.rest.is_empty()
                && state.body.as_ref().is_none_or(HttpBody::is_end_stream))
    }

    fn size_hint(&self) -> SizeHint {
        let state = lock(&self.registered.call.answer);
        match &state.body {
            Some(body) if state.rest.is_empty() => body.size_hint(),
            Some(_) | None => SizeHint::default(),
        }
    }
}
