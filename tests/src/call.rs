//! What tests send, and what they read from answers and refusals.

use std::collections::HashMap;
use std::fmt::Debug;

use thidua_proto::statistics::window::Span;
use thidua_proto::statistics::{DaySpan, Window};
use thidua_proto::{Date, FieldMask};
use tonic::{Request, Response, Status};
use tonic_types::StatusExt as _;

/// A request of a caller.
#[must_use]
pub fn by<T>(caller: &str, message: T) -> Request<T> {
    with("thidua-caller", caller, message)
}

/// A request with metadata.
///
/// # Panics
/// Where the value is no text that metadata can hold.
#[must_use]
pub fn with<T>(key: &'static str, value: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let value = value.parse().unwrap_or_else(|cause| panic!("`{value}`: {cause}"));
    request.metadata_mut().insert(key, value);
    request
}

/// The revision that an answer stands at, from its trailers.
///
/// # Panics
/// Where it tells none.
pub fn revision<T>(response: &Response<T>) -> String {
    let revision = response.metadata().get("thidua-revision").and_then(|value| value.to_str().ok());
    revision.unwrap_or_else(|| panic!("no revision in {:?}", response.metadata())).to_owned()
}

/// A mask of paths; none without any.
#[must_use]
pub fn mask(paths: &[&str]) -> Option<FieldMask> {
    (!paths.is_empty()).then(|| FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() })
}

/// A day, as messages hold it.
#[must_use]
pub fn day(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

/// The window between two days, as requests hold it.
#[must_use]
pub fn window(first_date: Option<Date>, last_date: Option<Date>) -> Option<Window> {
    let days = DaySpan { first_date, last_date };
    Some(Window { span: Some(Span::Days(days)), cut_off_date: None })
}

/// The window of a period of the calendar `tt-02-2021`.
#[must_use]
pub fn period(code: &str) -> Option<Window> {
    Some(Window::of_period("tt-02-2021", code))
}

/// The reason and the metadata of a refusal. Every refusal names its package, tells each variable in its text, and speaks
/// Vietnamese.
///
/// # Panics
/// Where it does not, or nothing was refused.
#[track_caller]
pub fn refusal<T: Debug>(result: Result<T, Status>, domain: &str) -> (String, HashMap<String, String>) {
    let status = result.map_or_else(|status| status, |answer| panic!("not refused: {answer:?}"));
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("no reason: {status:?}"));
    assert_eq!(info.domain, domain, "{status:?}");
    assert_eq!(details.localized_message().map(|message| message.locale.as_str()), Some("vi-VN"));
    for value in info.metadata.values() {
        assert!(status.message().contains(value), "`{value}` in {}", status.message());
    }
    (info.reason.clone(), info.metadata.clone())
}

/// The fields that a refusal names, each with why. Its metadata names the same.
///
/// # Panics
/// Where it names none, or does not say why in both languages.
#[track_caller]
pub fn violations<T: Debug>(result: Result<T, Status>, domain: &str) -> Vec<(String, String)> {
    let details = result.as_ref().err().map(tonic_types::StatusExt::get_error_details).unwrap_or_default();
    let found = details.bad_request().map(|request| request.field_violations.clone()).unwrap_or_default();
    let fields: Vec<&str> = found.iter().map(|violation| violation.field.as_str()).collect();
    let (reason, told) = refusal(result, domain);
    assert_eq!(
        (reason.as_str(), told),
        ("ERROR_REASON_FIELD_INVALID", facts(&[("fields", &fields.join(","))]))
    );
    for violation in &found {
        assert!(!violation.description.is_empty(), "{violation:?}");
        let locale = violation.localized_message.as_ref().map(|message| message.locale.as_str());
        assert_eq!(locale, Some("vi-VN"), "{violation:?}");
    }
    found.into_iter().map(|violation| (violation.field, violation.reason)).collect()
}

/// Metadata as a test writes it.
#[must_use]
pub fn facts(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    owned(pairs).collect()
}

/// Fields and reasons as a test writes them.
#[must_use]
pub fn faults(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    owned(pairs).collect()
}

fn owned(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
}
