//! A service in the process of its own tests, served as its program would serve it.

use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use thidua_chassis::config::ServingConfig;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::program::channel;
use crate::record::RecordingChannel;

/// Ends when a service is asked to stop.
pub type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A running service. Ends with the test, or when it is stopped.
pub struct Service {
    /// Where it serves.
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), String>>,
}

/// Serving on a free port over an embedded store in a file.
///
/// # Panics
/// Where the defaults of settings cannot be read.
#[must_use]
pub fn serving(store: &Path) -> ServingConfig {
    let config = ServingConfig::local(&format!("sqlite:{}", store.display()));
    let config = config.unwrap_or_else(|problems| panic!("{problems}"));
    ServingConfig { lame_duck: Duration::ZERO, ..config }
}

impl Service {
    /// Starts a service by its `run`.
    ///
    /// # Panics
    /// Where its port is taken.
    pub async fn start<F: Future<Output = Result<(), String>> + Send + 'static>(
        serving: ServingConfig,
        run: impl FnOnce(ServingConfig, TcpListener, Stop) -> F,
    ) -> Self {
        let listener = thidua_chassis::program::bind(serving.listen).await;
        let listener = listener.unwrap_or_else(|problem| panic!("{problem}"));
        let address = listener.local_addr().unwrap_or_else(|cause| panic!("no address: {cause}"));
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = Box::pin(async move {
            let _ = stopped.await;
        });
        let served = tokio::spawn(run(ServingConfig { listen: address, ..serving }, listener, stopped));
        Self { address, stop, served }
    }

    /// A connection to it, which notes what is called.
    #[must_use]
    pub fn channel(&self) -> RecordingChannel {
        RecordingChannel(channel(self.address))
    }

    /// Stops it: its port is closed and its store free when this returns.
    ///
    /// # Panics
    /// Where it does not end well.
    pub async fn stop(self) {
        // One that has ended by itself tells so below.
        let _ = self.stop.send(());
        let ended = self.served.await.unwrap_or_else(|cause| panic!("the service broke off: {cause}"));
        ended.unwrap_or_else(|problem| panic!("the service ended badly: {problem}"));
    }
}
