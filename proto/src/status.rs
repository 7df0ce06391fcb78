//! Failures as they leave: a code, one `ErrorInfo`, the details that fit, English text and a Vietnamese message.

use std::collections::HashMap;
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

impl Failure {
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
