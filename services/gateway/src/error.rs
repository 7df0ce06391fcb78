//! The one place where failures of this service become statuses.

use thidua_chassis::failure::{CommonError, MessageFault, RETRY_DELAY};
use thidua_proto::parse::Violations;
use thidua_proto::reports::ErrorReason;
use thidua_proto::status::{Detail, Failure};
use thidua_proto::variables;
use tonic::{Code, Status};

use crate::domain::span::{CutOffOutsideYear, SpanError};
use crate::upstream::{Service, UpstreamError};

/// The domain of this service's failures.
pub const DOMAIN: &str = "thidua.reports.v1";

/// What this service refuses, as facts.
#[derive(Debug)]
pub enum Error {
    /// A failure that every service has.
    Common(CommonError),
    /// A service behind did not answer.
    Upstream(UpstreamError),
    /// The cut-off date does not lie in the bloc's year.
    CutOffOutsideYear(CutOffOutsideYear),
}

impl Error {
    /// The status, in the domain of the package whose method failed.
    #[must_use]
    pub fn into_status_of(self, domain: &str) -> Status {
        match self.into_failure() {
            Ok(failure) => failure.into_status(domain),
            Err(status) => status,
        }
    }

    /// The failure; `Err` where a service's own refusal is passed on.
    fn into_failure(self) -> Result<Failure, Status> {
        Ok(match self {
            Self::Common(common) => common.into(),
            Self::Upstream(UpstreamError::Refused(status)) => return Err(*status),
            Self::Upstream(UpstreamError::Late { .. }) => CommonError::DeadlinePassed.into(),
            Self::Upstream(UpstreamError::Overloaded) => CommonError::Overloaded.into(),
            Self::Upstream(UpstreamError::TooLarge { bytes, most }) => too_large(bytes, most).into(),
            Self::Upstream(UpstreamError::Unavailable { upstream }) => unavailable(upstream),
            Self::Upstream(UpstreamError::Broken { upstream, problem }) => {
                tracing::error!(%upstream, problem, "a service answered something that cannot be used");
                broken(upstream)
            }
            Self::Upstream(UpstreamError::Unsettled { upstream, attempts }) => unsettled(upstream, attempts),
            Self::CutOffOutsideYear(outside) => cut_off_outside_year(&outside),
        })
    }
}

fn unavailable(upstream: Service) -> Failure {
    Failure::new(
        Code::Unavailable,
        ErrorReason::UpstreamUnavailable.as_str_name(),
        variables![upstream],
        (
            format!("the {upstream} service cannot be reached; try again in a moment"),
            format!("Không kết nối được dịch vụ {upstream}; hãy thử lại sau giây lát."),
        ),
        Detail::Retry(RETRY_DELAY),
    )
}

fn broken(upstream: Service) -> Failure {
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

fn unsettled(upstream: Service, attempts: u32) -> Failure {
    Failure::new(
        Code::Unavailable,
        ErrorReason::UpstreamUnsettled.as_str_name(),
        variables![upstream, attempts],
        (
            format!(
                "the records of {upstream} changed during each of {attempts} attempts to read them at one revision; try again in a moment, or accept a partial report"
            ),
            format!(
                "Số liệu của dịch vụ {upstream} thay đổi trong cả {attempts} lần đọc nên không có một phiên bản chung; hãy thử lại sau giây lát hoặc chấp nhận báo cáo chưa đầy đủ."
            ),
        ),
        Detail::Retry(RETRY_DELAY),
    )
}

fn too_large(bytes: usize, most: usize) -> CommonError {
    CommonError::MessageUnreadable {
        fault: MessageFault::TooLarge,
        text: format!("the message has {bytes} bytes, more than {most}"),
    }
}

fn cut_off_outside_year(outside: &CutOffOutsideYear) -> Failure {
    let CutOffOutsideYear { cut_off_date, first_date, last_date } = outside;
    let texts = (
        format!("the cut-off {cut_off_date} does not lie in the year from {first_date} to {last_date}"),
        format!("Ngày chốt số liệu {cut_off_date} không nằm trong kỳ {first_date} – {last_date}."),
    );
    Failure::precondition(
        ErrorReason::CutOffOutsideYear.as_str_name(),
        &"cut_off_date",
        variables![cut_off_date, first_date, last_date],
        texts,
    )
}

impl From<CommonError> for Error {
    fn from(common: CommonError) -> Self {
        Self::Common(common)
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self::Common(violations.into())
    }
}

impl From<UpstreamError> for Error {
    fn from(error: UpstreamError) -> Self {
        Self::Upstream(error)
    }
}

impl From<SpanError> for Error {
    fn from(error: SpanError) -> Self {
        match error {
            SpanError::YearWithoutDays => {
                UpstreamError::broken(Service::Awards, "a year without first or last day").into()
            }
            SpanError::CutOffOutsideYear(outside) => Self::CutOffOutsideYear(outside),
        }
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        error.into_status_of(DOMAIN)
    }
}
