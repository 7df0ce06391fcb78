//! The services behind: connections that heal by themselves, calls under what remains of the caller's deadline, and one
//! more try for reads that met a service on its way up.

mod balancer;
mod replicas;

use std::fmt;
use std::time::Duration;

use thidua_chassis::edge::{Deadline, MIN_REVISION};
use thidua_chassis::trace::Trace;
use thidua_chassis::{caller, clock, trace};
use tokio::time::Instant;
use tonic::metadata::{AsciiMetadataValue, MetadataMap};
use tonic::{Code, Request, Response, Status};

pub use self::balancer::{Addresses, ReplicaBalancer};
use crate::config::Config;
use crate::error::Error;

/// Methods whose callers send one message after the other: nobody waits for the last before the first is passed on.
pub const STREAMED: [&str; 1] = ["/thidua.statistics.v1.TransferService/ImportRecords"];

/// A service behind the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Units, records, figures.
    Statistics,
    /// Blocs, years, titles.
    Awards,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Statistics => "statistics",
            Self::Awards => "awards",
        })
    }
}

/// The connections to the services.
#[derive(Debug, Clone)]
pub struct Upstreams {
    statistics: ReplicaBalancer,
    awards: ReplicaBalancer,
    deadline: Duration,
}

impl Upstreams {
    /// Connections that are made when they are first needed, and again whenever they break.
    #[must_use]
    pub fn connect(config: &Config) -> Self {
        let (statistics, awards) =
            (ReplicaBalancer::connect(&config.statistics), ReplicaBalancer::connect(&config.awards));
        Self { statistics, awards, deadline: config.upstream_deadline }
    }

    /// The connections to a service.
    #[must_use]
    pub fn channel(&self, service: Service) -> ReplicaBalancer {
        match service {
            Service::Statistics => self.statistics.clone(),
            Service::Awards => self.awards.clone(),
        }
    }

    /// What calls on behalf of a request carry.
    #[must_use]
    pub fn behalf<T>(&self, request: &Request<T>) -> Behalf {
        let extensions = request.extensions();
        let latest = Instant::now() + self.deadline;
        let deadline = extensions.get::<Deadline>().map_or(latest, |Deadline(asked)| latest.min(*asked));
        let trace = extensions.get::<Trace>().and_then(|trace| trace.header().parse().ok());
        Behalf { deadline, trace, caller: request.metadata().get(caller::HEADER).cloned() }
    }
}

/// On whose behalf, in which trace, and until when.
#[derive(Debug, Clone)]
pub struct Behalf {
    deadline: Instant,
    trace: Option<AsciiMetadataValue>,
    caller: Option<AsciiMetadataValue>,
}

/// How long to wait before the one more try; up to as much again is added by chance, so that callers do not come back
/// together.
const PAUSE: Duration = Duration::from_millis(50);

impl Behalf {
    /// Asks a service to read something that includes a revision; tried once more where the service was not there.
    pub async fn read<Q: Clone, A, F: Future<Output = Result<Response<A>, Status>>>(
        &self,
        service: Service,
        question: Q,
        min_revision: i64,
        ask: impl Fn(Request<Q>) -> F,
    ) -> Result<A, Error> {
        let mut answer = ask(self.request(question.clone(), min_revision)).await;
        if answer.as_ref().is_err_and(|status| status.code() == Code::Unavailable) {
            let chance = u64::from(clock::new_id().as_fields().3.last().copied().unwrap_or_default()) % 50;
            tokio::time::sleep(PAUSE + Duration::from_millis(chance)).await;
            answer = ask(self.request(question, min_revision)).await;
        }
        answer.map(Response::into_inner).map_err(|status| refusal(service, status))
    }

    fn request<Q>(&self, question: Q, min_revision: i64) -> Request<Q> {
        let mut request = Request::new(question);
        request.set_timeout(self.deadline.saturating_duration_since(Instant::now()));
        let metadata: &mut MetadataMap = request.metadata_mut();
        if let Some(trace) = &self.trace {
            metadata.insert(trace::HEADER, trace.clone());
        }
        if let Some(caller) = &self.caller {
            metadata.insert(caller::HEADER, caller.clone());
        }
        if min_revision > 0 {
            metadata.insert(MIN_REVISION, min_revision.into());
        }
        request
    }
}

/// What a service's refusal means here.
pub fn refusal(service: Service, status: Status) -> Error {
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Unknown => {
            tracing::warn!(upstream = %service, %status, "a service did not answer");
            Error::UpstreamUnavailable { upstream: service }
        }
        Code::Internal | Code::DataLoss | Code::Unimplemented => {
            Error::UpstreamBroken { upstream: service, problem: status.to_string() }
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
        | Code::Unauthenticated => Error::UpstreamRefused(Box::new(status)),
    }
}
