//! The order of things around a call.

#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body::Body as HttpBody;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{BoxError, Service};
use tracing::Instrument as _;

use super::connection_use::ConnectionUse;
use super::door::Door;
use super::headers::CallOptions;
use super::limits::Deadlines;
use super::metadata::{Deadline, Revision};
use super::methods::{Kind, Methods};
use super::open_calls::{CallFacts, OpenCalls, Registered};
use super::places::Places;
use super::refusal::{domain, refuse};
use crate::caller::Caller;
use crate::failure::{CommonError, MessageFault};
use crate::plain;
use crate::store::Store;
use crate::trace::{self, Trace};

/// The header in which a server says what it can decompress, where it could not.
const ACCEPT_ENCODING: &str = "grpc-accept-encoding";

/// How the edge of a program behaves.
#[derive(Debug)]
pub struct Edge {
    /// The store, where reads can ask for a minimum revision.
    pub store: Option<Store>,
    /// Who may come in.
    pub door: Door,
    /// Who calls without saying so.
    pub absent_caller: fn() -> Caller,
    /// The kinds of methods.
    pub methods: Methods,
    /// How many calls may be under way.
    pub places: Arc<Places>,
    /// The calls under way.
    pub open_calls: Arc<OpenCalls>,
    /// How long calls may take.
    pub deadlines: Deadlines,
}

/// A service inside its edge.
#[derive(Debug, Clone)]
pub struct EdgeService<S> {
    /// The edge.
    pub edge: Arc<Edge>,
    /// The service.
    pub inner: S,
}

type Answer<E> = Pin<Box<dyn Future<Output = Result<Response<Body>, E>> + Send>>;

impl<S, B> Service<Request<B>> for EdgeService<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError> + Send,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The instance that was polled ready must be the one that is called.
        let ready = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, ready);
        let edge = Arc::clone(&self.edge);
        let trace = Trace::from_header(request.headers().get(trace::HEADER).and_then(|it| it.to_str().ok()));
        let speaks_grpc = plain::is_grpc(request.headers());
        let span = tracing::info_span!("request", path = request.uri().path(), trace_id = trace.trace_id);
        let work = async move {
            let answer = edge.answer(request, trace, inner).await?;
            Ok(if speaks_grpc { answer } else { plain::answer(answer) })
        };
        Box::pin(work.instrument(span))
    }
}

/// A call that was let in.
struct AdmittedCall {
    path: String,
    domain: String,
    caller: Caller,
    options: CallOptions,
    /// When it must be over.
    deadline: Option<Instant>,
    registered: Registered,
}

impl Edge {
    async fn answer<S, B>(
        &self,
        mut request: Request<B>,
        trace: Trace,
        mut inner: S,
    ) -> Result<Response<Body>, S::Error>
    where
        S: Service<Request<Body>, Response = Response<Body>>,
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let call = match self.admit(&mut request) {
            Ok(call) => call,
            Err(refusal) => return Ok(*refusal),
        };
        let AdmittedCall { path, domain, caller, options, deadline, registered } = call;
        let mut request = request.map(|body| Body::new(registered.request(body)));
        request.extensions_mut().insert(caller);
        request.extensions_mut().insert(trace);
        if let Some(deadline) = deadline {
            request.extensions_mut().insert(Deadline(deadline));
        }
        let work = async {
            if let Err(refusal) = self.check_revision(&path, options.min_revision).await {
                return Ok(refuse(refusal, &domain));
            }
            inner.call(request).await
        };
        // An endless answer has no deadline, its beginning has.
        let patience = deadline.unwrap_or_else(|| Instant::now() + self.deadlines.default);
        let Ok(response) = tokio::time::timeout_at(patience, work).await else {
            return Ok(refuse(CommonError::DeadlinePassed, &domain));
        };
        Ok(finish(response?, &path, &domain, patience, registered))
    }

    /// Lets a call in, or answers in its place.
    fn admit<B>(&self, request: &mut Request<B>) -> Result<AdmittedCall, Box<Response<Body>>> {
        let connection = request.extensions_mut().remove::<ConnectionUse>();
        let headers = request.headers();
        let path = request.uri().path().to_owned();
        let (domain, speaks_grpc) = (domain(&path), plain::is_grpc(headers));
        if let Err(refusal) = self.door.check(request) {
            return Err(Box::new(refusal.answer(&path, &domain, speaks_grpc)));
        }
        let refuse = |refusal: CommonError| Box::new(refuse(refusal, &domain));
        let caller = Caller::from_headers(headers, self.absent_caller);
        let caller = caller.map_err(|problem| refuse(CommonError::CallerInvalid { problem }))?;
        let options = CallOptions::read(headers).map_err(|violations| refuse(violations.into()))?;
        let kind = self.methods.kind(&path);
        let place = self.places.take(kind, || caller.to_string());
        let place = place.ok_or_else(|| refuse(CommonError::Overloaded))?;
        // Nobody waits for longer than time can be told.
        let deadline = self
            .deadlines
            .of(kind, options.timeout)
            .and_then(|patience| Instant::now().checked_add(patience));
        let stream_deadline = deadline.filter(|_| matches!(kind, Kind::Export | Kind::Watch));
        let facts = CallFacts { kind, domain: domain.clone(), speaks_grpc, stream_deadline, connection };
        let registered = self.open_calls.register(facts, place);
        Ok(AdmittedCall { path, domain, caller, options, deadline, registered })
    }

    /// Refuses a read that must include a revision which the journal does not have.
    async fn check_revision(&self, path: &str, min_revision: Option<i64>) -> Result<(), CommonError> {
        let (Some(wanted), Some(store)) = (min_revision, &self.store) else { return Ok(()) };
        if !path.starts_with("/thidua.") || wanted <= store.head().revision {
            return Ok(());
        }
        let revision = store.current().await?.revision;
        if wanted <= revision {
            return Ok(());
        }
        Err(CommonError::RevisionNotReached { revision, min_revision: wanted.to_string() })
    }
}

fn finish(
    response: Response<Body>,
    path: &str,
    domain: &str,
    patience: Instant,
    registered: Registered,
) -> Response<Body> {
    if let Some(status) = Status::from_header_map(response.headers()).filter(|it| it.code() != Code::Ok) {
        // Work that was cut short by the deadline fails in many ways; to the caller it is one.
        let is_cut_short = matches!(status.code(), Code::Cancelled | Code::Unavailable | Code::Internal);
        if is_cut_short && patience <= Instant::now() {
            return refuse(CommonError::DeadlinePassed, domain);
        }
        if status.details().is_empty()
            && !is_standard(path)
            && let Some(refusal) = transport_failure(&response, &status, path)
        {
            let accepted = response.headers().get(ACCEPT_ENCODING).cloned();
            let mut refused = refuse(refusal, domain);
            if let Some(accepted) = accepted {
                refused.headers_mut().insert(ACCEPT_ENCODING, accepted);
            }
            return refused;
        }
    }
    let revision =
        response.extensions().get::<Revision>().map(|Revision(revision)| HeaderValue::from(*revision));
    response.map(|body| Body::new(registered.answer(body, revision)))
}

/// Health and reflection answer as their own contracts say.
fn is_standard(path: &str) -> bool {
    path.starts_with("/grpc.")
}

/// What the transport refused by itself, with a reason like every other failure; `None` for codes that it never gives, which
/// come from a service behind.
fn transport_failure(response: &Response<Body>, status: &Status, path: &str) -> Option<CommonError> {
    let unreadable = |fault| CommonError::MessageUnreadable { fault, text: status.message().to_owned() };
    Some(match status.code() {
        Code::Unimplemented if response.headers().contains_key(ACCEPT_ENCODING) => {
            unreadable(MessageFault::Compression)
        }
        Code::Unimplemented => CommonError::MethodUnknown { method: path.to_owned() },
        Code::DeadlineExceeded | Code::Cancelled => CommonError::DeadlinePassed,
        Code::OutOfRange | Code::ResourceExhausted => unreadable(MessageFault::TooLarge),
        Code::Internal | Code::Unknown | Code::InvalidArgument => unreadable(MessageFault::Malformed),
        Code::Ok
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => return None,
    })
}
