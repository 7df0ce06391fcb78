//! The connections to one replica. Unary calls and streams have one each, and an answer that nobody reads holds back no
//! more than its own window: the window of a connection has room for as many unread answers as a connection carries calls.

use std::time::Duration;

use tonic::transport::{Channel, Endpoint};

/// How much of an answer waits at the gateway while its caller does not read, in bytes.
const STREAM_WINDOW: u32 = 64 * 1024;

/// How many calls a service takes on one connection at once.
const MOST_CALLS: u32 = 1024;

/// How many streams the gateway opens to one service at once: fewer than a connection carries, so that none waits for a
/// place there.
pub(super) const MOST_STREAMS: usize = 1000;

/// The largest header block that is read, in bytes: far above what a service may send, because one that is larger ends the
/// connection with all its calls.
const MOST_HEADER_BYTES: u32 = 1024 * 1024;

/// Which connection a call takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// One request, one answer.
    Unary,
    /// Messages that come one after the other.
    Streams,
}

/// The connections to one replica, made when they are first needed, and again whenever they break.
pub(super) struct Connections {
    unary: Channel,
    streams: Channel,
}

impl Connections {
    pub(super) fn new(endpoint: &Endpoint) -> Self {
        Self { unary: endpoint.connect_lazy(), streams: endpoint.connect_lazy() }
    }

    pub(super) fn of(&self, lane: Lane) -> Channel {
        match lane {
            Lane::Unary => self.unary.clone(),
            Lane::Streams => self.streams.clone(),
        }
    }
}

/// An address with what the gateway allows on its connections there. `patience` is how long one may take to come about.
pub(super) fn endpoint(address: &Endpoint, patience: Duration) -> Endpoint {
    address
        .clone()
        .connect_timeout(patience)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(Duration::from_secs(5))
        .keep_alive_timeout(Duration::from_secs(3))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(STREAM_WINDOW * MOST_CALLS)
        .http2_max_header_list_size(MOST_HEADER_BYTES)
}
