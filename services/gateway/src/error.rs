//! The one place where failures of this service become statuses.

use jiff::civil::Date;
use thidua_chassis::failure::{CommonError, RETRY_DELAY};
use thidua_proto::parse::Violations;
use thidua_proto::reports::ErrorReason;
use thidua_proto::status::{Detail, Failure};
use thidua_proto::variables;
use tonic::{Code, Status};

use crate::upstream::Service;

/// The domain of this service's failures.
pub const DOMAIN: &str = "thidua.reports.v1";

/// What this service refuses, as facts.
#[derive(Debug)]
pub enum Error {
    /// A failure that every service has.
    Common(CommonError),
    /// A service that the answer needs cannot be reached.
    UpstreamUnavailable {
        /// Which.
        upstream: Service,
    },
    /// A service answered something that cannot be used.
    UpstreamBroken {
        /// Which.
        upstream: Service,
        /// What; for the log.
        problem: String,
    },
    /// A service refused, for a reason that concerns the caller; passed on as it is.
    UpstreamRefused(Box<Status>),
    /// The cut-off date does not lie in the bloc's year.
    CutOffOutsideYear {
        /// As asked.
        cut_off_date: Date,
        /// The year's first day.
        first_date: Date,
        /// The year's last day.
        last_date: Date,
    },
}

impl Error {
    /// The failure; `Err` where a service's own refusal is passed on.
    fn into_failure(self) -> Result<Failure, Status> {
        Ok(match self {
            Self::Common(shared) => shared.into(),
            Self::UpstreamUnavailable { upstream } => Failure::new(
                Code::Unavailable,
                ErrorReason::UpstreamUnavailable.as_str_name(),
                variables![upstream],
                (
                    format!("the {upstream} service cannot be reached; try again in a moment"),
                    format!("Không kết nối được dịch vụ {upstream}; hãy thử lại sau giây lát."),
                ),
                Detail::Retry(RETRY_DELAY),
            ),
            Self::UpstreamBroken { upstream, problem } => {
                tracing::error!(%upstream, problem, "a service answered something that cannot be used");
                Failure::new(
                    Code::Internal,
                    ErrorReason::UpstreamBroken.as_str_name(),
                    variables![upstream],
                    (
                        format!("the {upstream} service answered something that cannot be used; see the log"),
                        format!("Dịch vụ {upstream} trả lời không dùng được; hãy báo người vận hành."),
                    ),
                    Detail::None,
                )
            }
            Self::UpstreamRefused(status) => return Err(*status),
            Self::CutOffOutsideYear { cut_off_date, first_date, last_date } => {
                let texts = (
                    format!(
                        "the cut-off {cut_off_date} does not lie in the year from {first_date} to {last_date}"
                    ),
                    format!(
                        "Ngày chốt số liệu {cut_off_date} không nằm trong kỳ {first_date} – {last_date}."
                    ),
                );
                let reason = ErrorReason::CutOffOutsideYear.as_str_name();
                Failure::precondition(
                    reason,
                    &"cut_off_date",
                    variables![cut_off_date, first_date, last_date],
                    texts,
                )
            }
        })
    }
}

impl From<CommonError> for Error {
    fn from(shared: CommonError) -> Self {
        Self::Common(shared)
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self::Common(violations.into())
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error.into_failure() {
            Ok(failure) => failure.into_status(DOMAIN),
            Err(status) => status,
        }
    }
}
