//! The shape of a failure of this service.

use thidua_proto::statistics::ErrorReason;
use thidua_proto::status::{Detail, Failure};
use tonic::Code;

/// A failure of this service's own; the texts are English and Vietnamese.
pub(super) fn make(
    code: Code,
    reason: ErrorReason,
    metadata: Vec<(&'static str, String)>,
    (english, vietnamese): (String, String),
    detail: Detail,
) -> Failure {
    Failure { code, reason: reason.as_str_name(), metadata, english, vietnamese, detail }
}
