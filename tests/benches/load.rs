//! Load: a number of callers, each with its next call as soon as the last is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use thidua_tests::program::channel;
use tonic::transport::Channel;

/// What was measured.
pub(crate) struct Measured {
    calls: usize,
    span: Duration,
    /// The median of the answer times.
    pub(crate) median: Duration,
    /// The 99th percentile.
    pub(crate) high: Duration,
}

impl Measured {
    /// Calls answered each second.
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a count of calls for a rate")]
    pub(crate) fn per_second(&self) -> f64 {
        self.calls as f64 / self.span.as_secs_f64()
    }
}

/// Connections; one would be a bottleneck of the client.
const CONNECTIONS: usize = 4;

/// Measures after a short warming up.
pub(crate) async fn measure<F>(
    addresses: &[SocketAddr],
    in_flight: usize,
    span: Duration,
    call: impl Fn(Channel, u64) -> F + Copy + Send + 'static,
) -> Measured
where
    F: Future<Output = ()> + Send,
{
    let count = CONNECTIONS.min(in_flight);
    let channels: Vec<Channel> =
        addresses.iter().cycle().take(count).map(|address| channel(*address)).collect();
    let begin = Instant::now() + Duration::from_millis(500);
    let end = begin + span;
    let mut callers = Vec::new();
    for channel in channels.iter().cycle().take(in_flight) {
        let channel = channel.clone();
        callers.push(tokio::spawn(async move {
            let mut times = Vec::new();
            for number in 0.. {
                let sent = Instant::now();
                if sent > end {
                    break;
                }
                call(channel.clone(), number).await;
                if sent > begin {
                    times.push(sent.elapsed());
                }
            }
            times
        }));
    }
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await.expect("a caller that ends well"));
    }
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    Measured { calls: times.len(), span, median: at(50), high: at(99) }
}

/// The median of calls made one after the other.
pub(crate) async fn latencies<F: Future<Output = ()>>(calls: usize, call: impl Fn() -> F) -> Duration {
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls {
        let sent = Instant::now();
        call().await;
        times.push(sent.elapsed());
    }
    times.sort_unstable();
    times.get(calls / 2).copied().unwrap_or_default()
}
