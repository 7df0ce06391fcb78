//! Connections of the command line, and what it tells of failures.

use std::time::Duration;

use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_types::StatusExt as _;

/// A connection that is made when it is first used.
pub(crate) fn connect(address: &str) -> Result<Channel, String> {
    let endpoint: Endpoint =
        address.parse().map_err(|cause| format!("`{address}` is no address: {cause}"))?;
    Ok(endpoint.connect_timeout(Duration::from_secs(5)).tcp_nodelay(true).connect_lazy())
}

/// A failure for people: its Vietnamese message, its English text, its reason, and every field that is wrong.
#[expect(clippy::needless_pass_by_value, reason = "to be used in map_err")]
pub(crate) fn tell(status: Status) -> String {
    let details = status.get_error_details();
    if details.error_info().is_none() {
        let text = "the system cannot be reached; is it running, and is --address right? (for example http://127.0.0.1:8080)";
        return format!("Không kết nối được hệ thống.\n{text}: {}", status.message());
    }
    let mut lines = Vec::new();
    if let Some(message) = details.localized_message() {
        lines.push(message.message.clone());
    }
    let reason = details.error_info().map_or("", |info| info.reason.as_str());
    lines.push(format!("{} ({:?} {reason})", status.message(), status.code()));
    if let Some(request) = details.bad_request() {
        lines.extend(
            request.field_violations.iter().map(|field| format!("  {}: {}", field.field, field.description)),
        );
    }
    lines.join("\n")
}
