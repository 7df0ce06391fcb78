//! Connections of the command line, and what it tells of failures.

use std::time::Duration;

use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_types::StatusExt as _;

/// An address as programs need it: people leave `http://` out.
pub(crate) fn address(written: &str) -> Result<String, String> {
    let problem = |why: &str| format!("--address `{written}` {why}; write it like http://127.0.0.1:8080");
    match written.split_once("://") {
        Some(("http", _)) => Ok(written.to_owned()),
        Some((other, _)) => Err(problem(&format!("begins with {other}://, which is not served"))),
        None if written.is_empty() => Err(problem("is empty")),
        None => Ok(format!("http://{written}")),
    }
}

/// A connection that is made when it is first used.
pub(crate) fn connect(written: &str) -> Result<Channel, String> {
    let endpoint: Endpoint = address(written)?
        .parse()
        .map_err(|_| format!("--address `{written}` is no address; write it like http://127.0.0.1:8080"))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_do_without_its_scheme() {
        for written in ["127.0.0.1:8080", "http://127.0.0.1:8080"] {
            assert_eq!(address(written).as_deref(), Ok("http://127.0.0.1:8080"));
        }
        assert_eq!(address("localhost:80").as_deref(), Ok("http://localhost:80"));
        for (written, why) in
            [("https://a:1", "https://, which is not served"), ("", "is empty"), ("a b", "is no address")]
        {
            let told = connect(written).expect_err(written);
            assert!(told.contains(why) && told.contains("http://127.0.0.1:8080"), "{told}");
        }
    }
}
