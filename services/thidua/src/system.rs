//! The running system: where it is reached, who calls, and its failures in words for people.

use std::time::Duration;

use clap::Args;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use thidua_chassis::caller::HEADER;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_types::{FieldViolation, StatusExt as _};

/// Where the system is reached, and who calls it.
#[derive(Debug, Clone, Args)]
pub(crate) struct SystemArguments {
    /// The gateway's address
    #[arg(long, env = "THIDUA_ADDRESS", default_value = "http://127.0.0.1:8080")]
    pub(crate) address: String,
    /// Who calls, such as `office=van-phong; unit=units/so-noi-vu; roles=recorder`; the local operator if left out
    #[arg(long, env = "THIDUA_CALLER", value_parser = caller_metadata)]
    caller: Option<CallerMetadata>,
}

impl SystemArguments {
    /// A connection on behalf of the caller, which is made when it is first used.
    pub(crate) fn connect(&self) -> Result<Connection, String> {
        connect(&self.address, self.caller.clone())
    }
}

/// A connection whose calls all say who calls.
pub(crate) type Connection = InterceptedService<Channel, CallerInterceptor>;

/// Who calls, as metadata carries it.
pub(crate) type CallerMetadata = MetadataValue<Ascii>;

/// Puts the caller into the metadata of every call.
#[derive(Debug, Clone)]
pub(crate) struct CallerInterceptor(Option<CallerMetadata>);

impl Interceptor for CallerInterceptor {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(caller) = &self.0 {
            request.metadata_mut().insert(HEADER, caller.clone());
        }
        Ok(request)
    }
}

/// What metadata cannot carry as it is, beside all that is not ASCII, and the sign of the encoding itself.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// The caller as metadata carries it: percent-encoded UTF-8.
fn caller_metadata(text: &str) -> Result<CallerMetadata, String> {
    let encoded = utf8_percent_encode(text, ENCODED).to_string();
    encoded.parse().map_err(|cause| format!("{cause}"))
}

/// An address as programs need it: people leave `http://` out.
pub(crate) fn full_address(written: &str) -> Result<String, String> {
    let problem = |why: &str| format!("--address `{written}` {why}; write it like http://127.0.0.1:8080");
    match written.split_once("://") {
        Some(("http", _)) => Ok(written.to_owned()),
        Some((other, _)) => Err(problem(&format!("begins with {other}://, which is not served"))),
        None if written.is_empty() => Err(problem("is empty")),
        None => Ok(format!("http://{written}")),
    }
}

/// A connection that is made when it is first used; the local operator calls where no caller is named.
pub(crate) fn connect(written: &str, caller: Option<CallerMetadata>) -> Result<Connection, String> {
    let endpoint: Endpoint = full_address(written)?
        .parse()
        .map_err(|_| format!("--address `{written}` is no address; write it like http://127.0.0.1:8080"))?;
    let channel = endpoint.connect_timeout(Duration::from_secs(5)).tcp_nodelay(true).connect_lazy();
    Ok(InterceptedService::new(channel, CallerInterceptor(caller)))
}

/// A failure for people: its Vietnamese message, its English text, its reason, and every field that is wrong in both languages.
#[expect(clippy::needless_pass_by_value, reason = "to be used in map_err")]
pub(crate) fn describe(status: Status) -> String {
    let details = status.get_error_details();
    let Some(info) = details.error_info() else {
        let text = "the system cannot be reached; is it running, and is --address right? (for example http://127.0.0.1:8080)";
        return format!("Không kết nối được hệ thống.\n{text}: {}", status.message());
    };
    let mut lines = Vec::new();
    if let Some(message) = details.localized_message() {
        lines.push(message.message.clone());
    }
    lines.push(format!("{} ({:?} {})", status.message(), status.code(), info.reason));
    if let Some(request) = details.bad_request() {
        lines.extend(request.field_violations.iter().map(describe_field));
    }
    lines.join("\n")
}

fn describe_field(violation: &FieldViolation) -> String {
    let FieldViolation { field, description, localized_message, .. } = violation;
    match localized_message {
        Some(message) => format!("  {field}: {} – {description}", message.message),
        None => format!("  {field}: {description}"),
    }
}

#[cfg(test)]
mod tests {
    use tonic::Code;
    use tonic_types::{ErrorDetails, LocalizedMessage};

    use super::*;

    #[test]
    fn an_address_may_do_without_its_scheme() {
        for written in ["127.0.0.1:8080", "http://127.0.0.1:8080"] {
            assert_eq!(full_address(written).as_deref(), Ok("http://127.0.0.1:8080"));
        }
        assert_eq!(full_address("localhost:80").as_deref(), Ok("http://localhost:80"));
        for (written, why) in
            [("https://a:1", "https://, which is not served"), ("", "is empty"), ("a b", "is no address")]
        {
            let problem = connect(written, None).expect_err(written);
            assert!(problem.contains(why) && problem.contains("http://127.0.0.1:8080"), "{problem}");
        }
    }

    #[test]
    fn a_caller_is_carried_as_percent_encoded_utf_8() {
        let carried = caller_metadata("office=văn-phòng; unit=units/a; roles=recorder").unwrap();
        assert_eq!(carried.to_str().unwrap(), "office=v%C4%83n-ph%C3%B2ng; unit=units/a; roles=recorder");
        assert_eq!(caller_metadata("office=50%").unwrap().to_str().unwrap(), "office=50%25");
        let mut interceptor = CallerInterceptor(Some(carried.clone()));
        let request = interceptor.call(Request::new(())).unwrap();
        assert_eq!(request.metadata().get(HEADER), Some(&carried));
    }

    #[test]
    fn the_details_of_fields_are_told_in_both_languages() {
        let mut details = ErrorDetails::new();
        details.set_error_info(
            "FIELD_INVALID",
            "thidua.statistics.v1",
            [("fields".to_owned(), "unit".to_owned())],
        );
        details.set_localized_message("vi-VN", "Dữ liệu không hợp lệ.");
        details.set_bad_request(vec![FieldViolation {
            field: "unit".to_owned(),
            description: "is required".to_owned(),
            reason: "REQUIRED".to_owned(),
            localized_message: Some(LocalizedMessage::new("vi-VN", "phải có")),
        }]);
        let status = Status::with_error_details(Code::InvalidArgument, "fields are not valid", details);
        let expected = "Dữ liệu không hợp lệ.\nfields are not valid (InvalidArgument FIELD_INVALID)\n  unit: phải có – is required";
        assert_eq!(describe(status), expected);
    }
}
