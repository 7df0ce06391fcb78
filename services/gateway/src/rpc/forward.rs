//! Calls of the other packages pass through as they come: both ways as streams, with all metadata and trailers.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request};
use http_body::{Body as HttpBody, Frame, SizeHint};
use thidua_chassis::edge::Deadline;
use thidua_chassis::trace::{self, Trace};
use tokio::time::Instant;
use tonic::Status;
use tonic::body::Body;
use tower::{BoxError, Service as _};

use crate::error::Error;
use crate::upstream::{MOST_STATUS_BYTES, SendError, Service, UpstreamError, Upstreams};

/// Adds the passage to a program's routes: what no own service answers is passed on by its package.
pub fn add(router: Router, upstreams: Upstreams) -> Router {
    router.fallback(move |request: Request<axum::body::Body>| {
        let upstreams = upstreams.clone();
        async move { forward(upstreams, request.map(Body::new)).await.into_response() }
    })
}

async fn forward(upstreams: Upstreams, mut request: Request<Body>) -> http::Response<Body> {
    let Some(service) = Service::of_path(request.uri().path()) else {
        return Status::unimplemented("").into_http();
    };
    pass_on_trace(&mut request);
    pass_on_deadline(&mut request);
    let mut answer = match upstreams.channel(service).call(request).await {
        Ok(answer) if size(answer.headers()) <= MOST_STATUS_BYTES => answer,
        Ok(_) => return too_large(service).into_http(),
        Err(cause) => return status_of(service, &cause).into_http(),
    };
    // Of the connection behind, not of the caller's.
    answer.headers_mut().remove(http::header::CONTENT_LENGTH);
    answer.map(|body| Body::new(WithBoundedTrailers { body, service }))
}

fn pass_on_trace(request: &mut Request<Body>) {
    let trace = request.extensions().get::<Trace>();
    if let Some(trace) = trace.and_then(|trace| HeaderValue::from_str(&trace.header()).ok()) {
        request.headers_mut().insert(trace::HEADER, trace);
    }
}

/// What remains of the caller's deadline; the gateway has used some of it.
fn pass_on_deadline(request: &mut Request<Body>) {
    if let Some(Deadline(deadline)) = request.extensions().get::<Deadline>().copied() {
        let mut remaining = tonic::Request::new(());
        remaining.set_timeout(deadline.saturating_duration_since(Instant::now()));
        request.headers_mut().extend(remaining.into_parts().0.into_headers());
    }
}

fn status_of(service: Service, cause: &BoxError) -> Status {
    let error = match cause.downcast_ref::<SendError>() {
        Some(error) => UpstreamError::of_send(service, error),
        None => UpstreamError::Unavailable { upstream: service },
    };
    let domain = match error {
        UpstreamError::Overloaded | UpstreamError::TooLarge { .. } => service.package(),
        UpstreamError::Unavailable { .. }
        | UpstreamError::Late { .. }
        | UpstreamError::Broken { .. }
        | UpstreamError::Unsettled { .. }
        | UpstreamError::Refused(_) => crate::error::DOMAIN,
    };
    Error::from(error).into_status_of(domain)
}

fn too_large(service: Service) -> Status {
    Error::from(UpstreamError::broken(service, "headers larger than the contract allows")).into()
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// A body whose trailers are no larger than callers read: larger ones would end a caller's connection with all its calls.
struct WithBoundedTrailers {
    body: Body,
    service: Service,
}

impl HttpBody for WithBoundedTrailers {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let service = self.service;
        Pin::new(&mut self.body).poll_frame(context).map_ok(|frame| match frame.trailers_ref() {
            Some(trailers) if size(trailers) > MOST_STATUS_BYTES => {
                let mut headers = HeaderMap::new();
                // The status of this refusal is a short text: it is a header.
                let _ = too_large(service).add_header(&mut headers);
                Frame::trailers(headers)
            }
            _ => frame,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
