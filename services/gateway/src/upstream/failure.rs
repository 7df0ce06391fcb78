//! Why a service behind did not answer a call.

use tonic::{Code, Status};

use super::service::Service;

/// The largest status that is passed on, in bytes of its text and details: a client stops reading a connection whose
/// headers are larger than it expects, often 16 KiB.
pub const MOST_STATUS_BYTES: usize = 12 * 1024;

/// Why a call did not leave the gateway.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No replica of the service can be reached.
    #[error("no replica can be reached")]
    Unreached,
    /// As many streams as the gateway carries to the service are open.
    #[error("too many streams are open")]
    TooManyStreams,
    /// The message is larger than any service reads.
    #[error("the message has {bytes} bytes, more than {most}")]
    TooLarge {
        /// The size that the message says of itself.
        bytes: usize,
        /// The largest that is read.
        most: usize,
    },
    /// The connection broke.
    #[error(transparent)]
    Transport(#[from] tonic::transport::Error),
    /// The caller stopped sending its request.
    #[error("the request broke off: {0}")]
    Request(#[from] Box<Status>),
}

/// What a call to a service behind came to, where it came to no answer.
#[derive(Debug)]
pub enum UpstreamError {
    /// The service cannot be reached, or did not answer in the time that the gateway gives it.
    Unavailable {
        /// Which.
        upstream: Service,
    },
    /// The service did not answer in the time that the caller gives the gateway.
    Late {
        /// Which.
        upstream: Service,
    },
    /// The service carries as many streams as it may.
    Overloaded,
    /// The caller's message is larger than any service reads.
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// The largest that is read.
        most: usize,
    },
    /// The service answered something that cannot be used.
    Broken {
        /// Which.
        upstream: Service,
        /// What; for the log.
        problem: String,
    },
    /// The records changed during each of several attempts to read them at one revision.
    Unsettled {
        /// Which.
        upstream: Service,
        /// How often they were read.
        attempts: u32,
    },
    /// The service refused, for a reason that concerns the caller; passed on as it is.
    Refused(Box<Status>),
}

impl UpstreamError {
    /// An answer that breaks the contract.
    #[must_use]
    pub fn broken(upstream: Service, problem: &str) -> Self {
        Self::Broken { upstream, problem: problem.to_owned() }
    }

    /// Why a call was not sent, or not answered.
    #[must_use]
    pub fn of_send(upstream: Service, error: &SendError) -> Self {
        match error {
            SendError::TooManyStreams => Self::Overloaded,
            SendError::TooLarge { bytes, most } => Self::TooLarge { bytes: *bytes, most: *most },
            SendError::Unreached | SendError::Transport(_) | SendError::Request(_) => {
                let error: &dyn std::error::Error = error;
                tracing::warn!(%upstream, error, "a call was not answered");
                Self::Unavailable { upstream }
            }
        }
    }

    /// What a status means that a typed client returned.
    #[must_use]
    pub fn of_status(upstream: Service, status: Status) -> Self {
        if let Some(error) = send_error(&status) {
            return Self::of_send(upstream, error);
        }
        if status.message().len() + status.details().len() > MOST_STATUS_BYTES {
            return Self::broken(upstream, "a status larger than the contract allows");
        }
        match status.code() {
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Unknown => {
                tracing::warn!(%upstream, %status, "a service did not answer");
                Self::Unavailable { upstream }
            }
            Code::Internal | Code::DataLoss | Code::Unimplemented => {
                Self::Broken { upstream, problem: status.to_string() }
            }
            Code::Ok
            | Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::ResourceExhausted
            | Code::FailedPrecondition
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unauthenticated => Self::Refused(Box::new(status)),
        }
    }
}

/// Why a call of a typed client was not sent, where it was not.
pub(super) fn send_error(status: &Status) -> Option<&SendError> {
    let mut next = std::error::Error::source(status);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<SendError>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
