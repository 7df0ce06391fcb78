//! What surrounds every call: its trace, its caller, its deadline, the limit on calls at once, the minimum revision of
//! reads, the revision token of writes, and details on failures that the transport itself makes.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body as HttpBody, Frame};
use thidua_proto::status::Failure;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{BoxError, Layer, Service};
use tracing::Instrument as _;

use crate::caller::{self, Caller};
use crate::failure::CommonError;
use crate::plain;
use crate::store::Store;
use crate::trace::{self, Trace};

/// Trailing metadata of writes: the revision of what was written.
pub const REVISION: &str = "thidua-revision";
/// Metadata of reads: the revision that must be included at least.
pub const MIN_REVISION: &str = "thidua-min-revision";

/// Put into a response's extensions by a handler; the edge sends it as trailing metadata.
#[derive(Debug, Clone, Copy)]
pub struct Revision(pub i64);

/// When the caller stops waiting; calls made on its behalf get what remains.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Instant);

/// An answer that stands at a revision.
pub fn at_revision<T>(answer: T, revision: i64) -> tonic::Response<T> {
    let mut response = tonic::Response::new(answer);
    response.extensions_mut().insert(Revision(revision));
    response
}

/// How the edge of a program behaves.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The store, where reads can ask for a minimum revision.
    pub store: Option<Store>,
    /// How many calls are worked on at once.
    pub in_flight: Arc<Semaphore>,
    /// The deadline of calls that set none.
    pub default_deadline: Duration,
    /// Paths of methods that may take as long as their streams do.
    pub streaming_methods: &'static [&'static str],
}

impl<S> Layer<S> for Edge {
    type Service = EdgeService<S>;

    fn layer(&self, inner: S) -> EdgeService<S> {
        EdgeService { edge: Arc::new(self.clone()), inner }
    }
}

/// A service inside its edge.
#[derive(Debug, Clone)]
pub struct EdgeService<S> {
    edge: Arc<Edge>,
    inner: S,
}

type Answer<E> = Pin<Box<dyn Future<Output = Result<Response<Body>, E>> + Send>>;

impl<S> Service<Request<Body>> for EdgeService<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError> + Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // The instance that was polled ready must be the one that is called.
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        let edge = Arc::clone(&self.edge);
        let trace = Trace::from_header(text(request.headers(), trace::HEADER));
        let path = request.uri().path().to_owned();
        let speaks_grpc = plain::is_grpc(request.headers());
        let span = tracing::info_span!("request", path, trace_id = trace.trace_id);
        let work = async move {
            let domain = domain(&path);
            let Ok(_place) = Arc::clone(&edge.in_flight).try_acquire_owned() else {
                return Ok(refuse(CommonError::Overloaded, &domain));
            };
            let deadline = edge.deadline(&path, request.headers());
            let admitted = match admit(request.headers()) {
                Ok(caller) => {
                    let checked = edge.check_revision(&path, request.headers());
                    let patience = deadline.unwrap_or(edge.default_deadline);
                    let checked = tokio::time::timeout(patience, checked).await;
                    checked.unwrap_or(Err(CommonError::DeadlinePassed)).map(|()| caller)
                }
                Err(refusal) => Err(refusal),
            };
            match admitted {
                Ok(caller) => request.extensions_mut().insert(caller),
                Err(refusal) => return Ok(refuse(refusal, &domain)),
            };
            request.extensions_mut().insert(trace);
            if let Some(deadline) = deadline {
                request.extensions_mut().insert(Deadline(Instant::now() + deadline));
            }
            let answer = inner.call(request);
            let response = match deadline {
                None => answer.await?,
                Some(deadline) => match tokio::time::timeout(deadline, answer).await {
                    Ok(response) => response?,
                    Err(_) => return Ok(refuse(CommonError::DeadlinePassed, &domain)),
                },
            };
            Ok(finish(response, &path, &domain))
        };
        let work = work.instrument(span);
        if speaks_grpc { Box::pin(work) } else { Box::pin(async move { work.await.map(plain::answer) }) }
    }
}

impl Edge {
    /// Refuses a read that must include a revision which the journal does not have.
    async fn check_revision(&self, path: &str, headers: &HeaderMap) -> Result<(), CommonError> {
        let (Some(asked), Some(store)) = (text(headers, MIN_REVISION), &self.store) else { return Ok(()) };
        // A token that is no count cannot be one that this journal gave: it is not reached either.
        let wanted = asked.parse().ok().filter(|wanted: &i64| *wanted >= 0);
        let reached = |revision| wanted.is_some_and(|wanted| wanted <= revision);
        if !path.starts_with("/thidua.") || reached(store.head().revision) {
            return Ok(());
        }
        let revision = store.current().await?.revision;
        if reached(revision) {
            return Ok(());
        }
        Err(CommonError::RevisionNotReached { revision, min_revision: asked.to_owned() })
    }

    fn deadline(&self, path: &str, headers: &HeaderMap) -> Option<Duration> {
        let asked = text(headers, "grpc-timeout").and_then(timeout);
        asked.or_else(|| (!self.streaming_methods.contains(&path)).then_some(self.default_deadline))
    }
}

fn admit(headers: &HeaderMap) -> Result<Caller, CommonError> {
    match text(headers, caller::HEADER) {
        None => Ok(Caller::local_operator()),
        Some(text) => Caller::parse(text).map_err(|problem| CommonError::CallerInvalid { problem }),
    }
}

fn text<'h>(headers: &'h HeaderMap, key: &str) -> Option<&'h str> {
    headers.get(key).and_then(|value| value.to_str().ok())
}

/// Reads `grpc-timeout`: at most eight digits and a unit.
#[must_use]
pub fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u64 = (digits.len() <= 8).then(|| digits.parse().ok())??;
    Some(match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

/// The package that a path belongs to.
fn domain(path: &str) -> String {
    let service = path.split('/').nth(1).unwrap_or_default();
    service.rsplit_once('.').map_or_else(String::new, |(package, _)| package.to_owned())
}

fn refuse(refusal: CommonError, domain: &str) -> Response<Body> {
    Failure::from(refusal).into_status(domain).into_http()
}

fn finish(response: Response<Body>, path: &str, domain: &str) -> Response<Body> {
    let status = Status::from_header_map(response.headers());
    match status {
        Some(status) if status.code() != Code::Ok && status.details().is_empty() && !is_standard(path) => {
            refuse(transport_failure(&status, path), domain)
        }
        _ => match response.extensions().get::<Revision>().copied() {
            Some(Revision(revision)) => {
                response.map(|body| Body::new(WithRevision { body, revision: HeaderValue::from(revision) }))
            }
            None => response,
        },
    }
}

/// Health and reflection answer as their own contracts say.
fn is_standard(path: &str) -> bool {
    path.starts_with("/grpc.")
}

/// What the transport refused by itself, with a reason like every other failure.
fn transport_failure(status: &Status, path: &str) -> CommonError {
    let code = status.code();
    if code == Code::Unimplemented {
        CommonError::MethodUnknown { method: path.to_owned() }
    } else if matches!(code, Code::DeadlineExceeded | Code::Cancelled) {
        CommonError::DeadlinePassed
    } else {
        CommonError::MessageUnreadable { code, text: status.message().to_owned() }
    }
}

/// A body whose trailers tell the revision.
struct WithRevision {
    body: Body,
    revision: HeaderValue,
}

impl HttpBody for WithRevision {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let revision = self.revision.clone();
        Pin::new(&mut self.body).poll_frame(context).map_ok(|mut frame| {
            if let Some(trailers) = frame.trailers_mut() {
                trailers.insert(REVISION, revision);
            }
            frame
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        assert_eq!(timeout("100m"), Some(Duration::from_millis(100)));
        assert_eq!(timeout("2S"), Some(Duration::from_secs(2)));
        assert_eq!(timeout("1H"), Some(Duration::from_hours(1)));
        for bad in ["", "S", "123456789S", "1x", "-1S", "1,5S", "é"] {
            assert_eq!(timeout(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_domain_is_the_package_of_the_path() {
        assert_eq!(domain("/thidua.statistics.v1.PetitionService/GetPetition"), "thidua.statistics.v1");
        assert_eq!(domain("/"), "");
    }
}
