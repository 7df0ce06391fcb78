//! How a replica stands, found out by asking for its health: a connection alone proves nothing, because the system of a
//! host takes connections for a program that has stopped.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// What is known of a replica.
#[derive(Debug, Clone, Copy)]
pub(super) enum Standing {
    /// Nothing: it was never asked, its connection broke, or it left a call without an answer.
    Unknown,
    /// It answered then.
    Present(Instant),
    /// It said then that it does not serve, or is about to stop.
    Leaving(Instant),
    /// It refused a connection then.
    Refusing(Instant),
    /// It neither answered nor refused then.
    Silent(Instant),
}

/// Asks a replica for its health over a connection of its own, for so long at most.
pub(super) async fn ask(endpoint: &Endpoint, patience: Duration) -> Standing {
    // Both limits on time would end at the same instant.
    let endpoint = endpoint.clone().connect_timeout(patience * 2);
    let check = async {
        let mut client = HealthClient::new(endpoint.connect().await?);
        Ok::<_, tonic::transport::Error>(client.check(HealthCheckRequest::default()).await)
    };
    match timeout(patience, check).await {
        Ok(Ok(Ok(answer))) if answer.get_ref().status() == ServingStatus::NotServing => {
            Standing::Leaving(Instant::now())
        }
        // A refusal is an answer too, though not about its health.
        Ok(Ok(_)) => Standing::Present(Instant::now()),
        Ok(Err(cause)) => {
            let error: &dyn std::error::Error = &cause;
            tracing::warn!(replica = %endpoint.uri(), error, "a replica cannot be reached");
            Standing::Refusing(Instant::now())
        }
        Err(_) => {
            tracing::warn!(replica = %endpoint.uri(), "a replica does not answer");
            Standing::Silent(Instant::now())
        }
    }
}
