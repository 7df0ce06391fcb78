//! Failures as answers, in the name of the package that was called.

use http::Response;
use thidua_proto::status::Failure;
use tonic::body::Body;

use crate::failure::CommonError;

/// The package that a path belongs to.
pub(super) fn domain(path: &str) -> String {
    let service = path.split('/').nth(1).unwrap_or_default();
    let package = service.rsplit_once('.').map_or("", |(package, _)| package);
    thidua_proto::parse::echo(package).into_owned()
}

pub(super) fn refuse(refusal: CommonError, domain: &str) -> Response<Body> {
    Failure::from(refusal).into_status(domain).into_http()
}
