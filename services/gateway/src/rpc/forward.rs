//! Calls of the other packages pass through as they come: both ways as streams, with all metadata and trailers.

use axum::Router;
use axum::response::IntoResponse as _;
use http::{HeaderValue, Request};
use thidua_chassis::trace::{self, Trace};
use tonic::Status;
use tonic::body::Body;
use tower::Service as _;

use crate::error::Error;
use crate::upstream::{Service, Upstreams};

/// Adds the door to a program's routes: what no own service answers is passed on by its package.
pub fn add(router: Router, upstreams: Upstreams) -> Router {
    router.fallback(move |request: Request<axum::body::Body>| {
        let upstreams = upstreams.clone();
        async move { forward(upstreams, request.map(Body::new)).await.into_response() }
    })
}

async fn forward(upstreams: Upstreams, mut request: Request<Body>) -> http::Response<Body> {
    let path = request.uri().path();
    let service = if path.starts_with("/thidua.statistics.") {
        Service::Statistics
    } else if path.starts_with("/thidua.awards.") {
        Service::Awards
    } else {
        return Status::unimplemented("").into_http();
    };
    let trace =
        request.extensions().get::<Trace>().and_then(|trace| HeaderValue::from_str(&trace.header()).ok());
    if let Some(trace) = trace {
        request.headers_mut().insert(trace::HEADER, trace);
    }
    let mut answer = upstreams.channel(service).call(request).await.unwrap_or_else(|cause| {
        let error: &dyn std::error::Error = &*cause;
        tracing::warn!(upstream = %service, error, "a call could not be passed on");
        Status::from(Error::UpstreamUnavailable { upstream: service }).into_http()
    });
    // Of the connection behind, not of the caller's.
    answer.headers_mut().remove(http::header::CONTENT_LENGTH);
    answer
}
