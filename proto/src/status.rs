//! Failures as they leave: a code, one `ErrorInfo`, the details that fit, English text and a Vietnamese message.

use std::collections::HashMap;
use std::fmt::Display;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, LocalizedMessage, PreconditionViolation, StatusExt};

use crate::parse::Violations;

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

    /// The status, with `domain` being the package of the service that answers.
    #[must_use]
    pub fn into_status(self, domain: &str) -> Status {
        let metadata: HashMap<String, String> =
            self.metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let mut details = ErrorDetails::new();
        details.set_error_info(self.reason, domain, metadata);
        details.set_localized_message("vi-VN", self.vietnamese);
        match self.detail {
            Detail::None => {}
            Detail::Fields(violations) => {
                details.set_bad_request(field_violations(violations));
            }
            Detail::Resource(name) => {
                let kind = resource_type(&name).to_owned();
                details.set_resource_info(kind, name, "", self.english.clone());
            }
            Detail::Precondition(subject) => {
                let violation = PreconditionViolation::new(self.reason, subject, self.english.clone());
                details.set_precondition_failure(vec![violation]);
            }
            Detail::Retry(delay) => {
                details.set_retry_info(Some(delay));
            }
        }
        Status::with_error_details(self.code, self.english, details)
    }
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
