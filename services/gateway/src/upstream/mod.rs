//! The services behind: their replicas, connections that heal by themselves, and calls on behalf of requests.
//!
//! - `service`, `methods`, `addresses`: what is behind, and where.
//! - `connections`, `health`, `replicas`, `balancer`: from a call to the replica that answers it.
//! - `call_context`, `failure`: on whose behalf the gateway itself calls, and what comes of it.

mod addresses;
mod balancer;
mod call_context;
mod connections;
mod failure;
mod health;
mod methods;
mod replicas;
mod service;

use std::time::Duration;

use tonic::Request;

pub use self::addresses::{Addresses, BadAddresses};
pub use self::balancer::ReplicaBalancer;
pub use self::call_context::CallContext;
pub use self::failure::{MOST_STATUS_BYTES, SendError, UpstreamError};
pub use self::methods::{METHODS, MethodKind, Methods};
pub use self::service::Service;

/// The connections to the services.
#[derive(Debug, Clone)]
pub struct Upstreams {
    statistics: ReplicaBalancer,
    awards: ReplicaBalancer,
    deadline: Duration,
}

impl Upstreams {
    /// Connections that are made when they are first needed, and again whenever they break. `deadline` is the longest wait
    /// for an answer to the gateway's own calls.
    #[must_use]
    pub fn connect(statistics: &Addresses, awards: &Addresses, deadline: Duration) -> Self {
        let (statistics, awards) = (ReplicaBalancer::connect(statistics), ReplicaBalancer::connect(awards));
        Self { statistics, awards, deadline }
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
    pub fn context<T>(&self, request: &Request<T>) -> CallContext {
        CallContext::of(request, self.deadline)
    }
}
