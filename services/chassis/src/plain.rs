//! Failures for callers who speak plain HTTP: a status of HTTP and a text in both languages, instead of gRPC's headers on 200.

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// Whether a request speaks gRPC, or gRPC-Web.
#[must_use]
pub fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

/// What a failure is in plain HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain {
    /// The status.
    pub status: StatusCode,
    /// For people.
    pub vietnamese: String,
    /// For developers.
    pub english: String,
    /// After how many seconds the same request may be sent again.
    pub retry_after_s: Option<u64>,
}

impl From<&Status> for Plain {
    fn from(status: &Status) -> Self {
        let details = status.get_error_details();
        let delay = details.retry_info().and_then(|retry| retry.retry_delay);
        let vietnamese = details.localized_message().map_or_else(String::new, |text| text.message.clone());
        Self {
            status: http_status(status.code()),
            vietnamese,
            english: status.message().to_owned(),
            // Whole seconds, and never at once.
            retry_after_s: delay.map(|delay| delay.as_secs() + 1),
        }
    }
}

fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound | Code::Unimplemented => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted | Code::Unavailable | Code::Cancelled => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An answer as a caller in plain HTTP can read it: a failure with its status and a text, anything else as it is.
#[must_use]
pub fn answer(response: Response<Body>) -> Response<Body> {
    let Some(status) = Status::from_header_map(response.headers()).filter(|it| it.code() != Code::Ok) else {
        return response;
    };
    let plain = Plain::from(&status);
    let mut answer = text(plain.status, &plain.vietnamese, &plain.english);
    if let Some(seconds) = plain.retry_after_s {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// A failure with its text in both languages.
#[must_use]
pub fn text(status: StatusCode, vietnamese: &str, english: &str) -> Response<Body> {
    let mut answer = Response::new(Body::new(format!("{vietnamese}\n{english}\n")));
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use thidua_proto::status::Failure;

    use super::*;
    use crate::failure::CommonError;

    fn refused(shared: CommonError) -> Response<Body> {
        answer(Failure::from(shared).into_status("").into_http())
    }

    #[tokio::test]
    async fn a_failure_has_a_status_and_both_texts() {
        let none = refused(CommonError::MethodUnknown { method: "/x".to_owned() });
        assert_eq!(none.status(), StatusCode::NOT_FOUND);
        assert_eq!(none.headers().get(CONTENT_TYPE).unwrap(), "text/plain; charset=utf-8");
        let body = none.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(std::str::from_utf8(&body).unwrap().lines().count(), 2);
    }

    #[test]
    fn what_may_be_tried_again_says_when() {
        let busy = refused(CommonError::Overloaded);
        assert_eq!(busy.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(busy.headers().contains_key(RETRY_AFTER));
    }

    #[test]
    fn other_answers_stay() {
        let fine = answer(Response::new(Body::empty()));
        assert_eq!((fine.status(), fine.headers().len()), (StatusCode::OK, 0));
    }
}
