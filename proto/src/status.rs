//! Failures as they leave: a code, one `ErrorInfo`, the details that fit, English text and a Vietnamese message.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, LocalizedMessage, PreconditionViolation, StatusExt};

use crate::parse::{Violations, cut};

/// A failure in full; the one shape from which every [`Status`] of this system is made.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The gRPC code.
    pub code: Code,
    /// The full name of an `ErrorReason` value.
    pub reason: &'static str,
    /// Every variable of the text.
    pub metadata: Vec<(&'static str, String)>,
    /// For developers.
    pub english: String,
    /// For people.
    pub vietnamese: String,
    /// What fits the code beside the reason.
    pub detail: Detail,
}

/// The detail beside the `ErrorInfo`.
#[derive(Debug, Clone)]
pub enum Detail {
    /// None.
    None,
    /// `BadRequest`.
    Fields(Violations),
    /// `ResourceInfo` for a resource name.
    Resource(String),
    /// `PreconditionFailure` with the subject that is in the way.
    Precondition(String),
    /// `RetryInfo`.
    Retry(Duration),
}

/// The variables of a failure's text, each under its own name.
#[macro_export]
macro_rules! variables {
    ($($name:ident),+ $(,)?) => {
        &[$((stringify!($name), &$name)),+]
    };
}

impl Failure {
    /// A failure, with its text in English and Vietnamese; [`variables!`](crate::variables) lists what the text tells of.
    #[must_use]
    pub fn new(
        code: Code,
        reason: &'static str,
        variables: &[(&'static str, &dyn Display)],
        (english, vietnamese): (String, String),
        detail: Detail,
    ) -> Self {
        let metadata = variables.iter().map(|(key, value)| (*key, value.to_string())).collect();
        Self { code, reason, metadata, english, vietnamese, detail }
    }

    /// A failure because of how things are with a subject, not of how the request is written: `FAILED_PRECONDITION`.
    #[must_use]
    pub fn precondition(
        reason: &'static str,
        subject: &impl Display,
        variables: &[(&'static str, &dyn Display)],
        texts: (String, String),
    ) -> Self {
        let detail = Detail::Precondition(subject.to_string());
        Self::new(Code::FailedPrecondition, reason, variables, texts, detail)
    }

    /// The status, with `domain` being the package of the service that answers. Takes less than 8 KB on the wire, whatever
    /// the failure holds: where it would not, its texts and values are cut, shorter until it does.
    #[must_use]
    pub fn into_status(self, domain: &str) -> Status {
        let status = self.encode(domain);
        if size(&status) <= MOST_BYTES {
            return status;
        }
        let mut status = status;
        for most in [400, 200, 100, 50, 25, 12] {
            status = self.shortened(most).encode(domain);
            if size(&status) <= MOST_BYTES {
                break;
            }
        }
        status
    }

    /// The same with no value longer than `most` characters, in its texts as well.
    fn shortened(&self, most: usize) -> Self {
        let mut short = self.clone();
        for (key, value) in &mut short.metadata {
            if *key == FIELDS {
                continue;
            }
            if let Cow::Owned(shorter) = cut(value, most) {
                short.english = short.english.replace(value.as_str(), &shorter);
                short.vietnamese = short.vietnamese.replace(value.as_str(), &shorter);
                *value = shorter;
            }
        }
        if let Detail::Resource(subject) | Detail::Precondition(subject) = &mut short.detail {
            *subject = cut(subject, most).into_owned();
        }
        // The paths of fields have a bound of their own.
        let texts = if matches!(short.detail, Detail::Fields(_)) { 2_000 } else { most.saturating_mul(6) };
        short.english = cut(&short.english, texts).into_owned();
        short.vietnamese = cut(&short.vietnamese, texts).into_owned();
        short
    }

    fn encode(&self, domain: &str) -> Status {
        let metadata: HashMap<String, String> =
            self.metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let mut details = ErrorDetails::new();
        details.set_error_info(self.reason, domain, metadata);
        details.set_localized_message("vi-VN", self.vietnamese.clone());
        match &self.detail {
            Detail::None => {}
            Detail::Fields(violations) => {
                details.set_bad_request(field_violations(violations.clone()));
            }
            Detail::Resource(name) => {
                let kind = resource_type(name).to_owned();
                details.set_resource_info(kind, name, "", self.english.clone());
            }
            Detail::Precondition(subject) => {
                let violation = PreconditionViolation::new(self.reason, subject, self.english.clone());
                details.set_precondition_failure(vec![violation]);
            }
            Detail::Retry(delay) => {
                details.set_retry_info(Some(*delay));
            }
        }
        Status::with_error_details(self.code, self.english.clone(), details)
    }
}

/// The metadata that lists the paths of violations.
pub const FIELDS: &str = "fields";

/// The most bytes that a status takes on the wire: clients commonly read headers of 8 KB together.
pub const MOST_BYTES: usize = 7_500;

/// How many bytes a status takes on the wire: its text percent-encoded, its details in base64, and their keys.
#[must_use]
pub fn size(status: &Status) -> usize {
    let text: usize = status.message().bytes().map(|byte| if is_plain(byte) { 1 } else { 3 }).sum();
    text + status.details().len().div_ceil(3) * 4 + 64
}

/// Whether a byte of a status's text stands for itself on the wire.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"#%<>`?{}".contains(&byte)
}

fn field_violations(violations: Violations) -> Vec<FieldViolation> {
    let fields = violations.into_list().into_iter().map(|violation| FieldViolation {
        field: violation.field,
        description: violation.problem.english(),
        reason: violation.problem.reason().to_owned(),
        localized_message: Some(LocalizedMessage::new("vi-VN", violation.problem.vietnamese())),
    });
    fields.collect()
}

/// The collection that a name belongs to, as its type.
fn resource_type(name: &str) -> &str {
    name.rsplit('/').nth(1).unwrap_or(name)
}
