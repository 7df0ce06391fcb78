//! Connections: how they are accepted, what they may hold, and when one is closed that nobody uses.

use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as HttpBody;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep};
use tonic::body::Body;
use tonic::service::Routes;
use tower::{BoxError, Service};

use crate::edge::{ConnectionUse, EdgeService};

/// How long a connection may take for its first bytes, or for the head of a request in HTTP/1.1.
const GREETING: Duration = Duration::from_secs(10);
/// As many bytes as HTTP/2 begins with; no request in HTTP/1.1 is shorter.
const GREETING_BYTES: usize = 24;
/// How long the other end may take none of what is written to it.
const WRITING: Duration = Duration::from_secs(30);
/// After how long without a call a connection is closed; clients connect again when they need one.
const IDLE: Duration = Duration::from_mins(5);
/// What a caller may send ahead on one call before it is read. A chunk of an import fits; thirty calls that are not read on
/// leave room for others on their connection.
const STREAM_WINDOW: u32 = 128 * 1024;
/// What a caller may send ahead on one connection.
const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;
/// How much of an answer waits in a stream for its reader, beside what the reader has room for.
const SEND_BUFFER: usize = 64 * 1024;
/// Calls at once on one connection: more than the gateway has on any of its pooled ones, so that none of its calls waits for
/// another to end.
const STREAMS: u32 = 1024;
/// The pauses between attempts to accept where the system has no room for another connection.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Serves connections until the program drains; then lets each finish what it has begun. Dropped, it closes all.
pub(super) async fn serve(
    listener: TcpListener,
    service: EdgeService<Routes>,
    mut draining: watch::Receiver<bool>,
) {
    let builder = builder();
    let mut connections = JoinSet::new();
    let mut pause = PAUSES.0;
    loop {
        let accepted = tokio::select! {
            () = is_draining(&mut draining) => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                pause = PAUSES.0;
                let service = ConnectionService { service: service.clone(), usage: ConnectionUse::default() };
                connections.spawn(service.serve(stream, builder.clone(), draining.clone()));
            }
            Err(cause) if concerns_one_connection(&cause) => {}
            Err(cause) => {
                log_refused_accept(&cause, pause);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Whether accepting failed because of the other end, and goes on at once.
fn concerns_one_connection(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted
    )
}

fn log_refused_accept(error: &(dyn std::error::Error + 'static), pause: Duration) {
    let pause_ms = pause.as_millis();
    tracing::warn!(error, pause_ms, "no connection can be accepted; is the limit of open files reached?");
}

async fn is_draining(draining: &mut watch::Receiver<bool>) {
    // A closed channel means that the program is over.
    drop(draining.wait_for(|draining| *draining).await);
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(GREETING);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20))
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER);
    builder
}

/// The service as one connection sees it.
#[derive(Debug, Clone)]
struct ConnectionService {
    service: EdgeService<Routes>,
    usage: ConnectionUse,
}

impl<B> Service<Request<B>> for ConnectionService
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = <EdgeService<Routes> as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<B>>::poll_ready(&mut self.service, context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(self.usage.begin_call());
        self.service.call(request)
    }
}

impl ConnectionService {
    /// Serves a connection until it is closed, has been idle, or the program drains and its calls are over.
    async fn serve(
        self,
        stream: TcpStream,
        builder: Builder<TokioExecutor>,
        mut draining: watch::Receiver<bool>,
    ) {
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "a connection does not send at once");
        }
        let usage = self.usage.clone();
        let stream = TokioIo::new(PatientStream::new(stream));
        let mut connection = pin!(builder.serve_connection(stream, TowerToHyperService::new(self)));
        let mut idle = tokio::time::interval_at(Instant::now() + IDLE, IDLE);
        let (mut seen, mut is_ending) = (0, false);
        loop {
            tokio::select! {
                ended = &mut connection => {
                    if let Err(cause) = ended {
                        tracing::debug!(cause, "a connection broke");
                    }
                    return;
                }
                () = is_draining(&mut draining), if !is_ending => {
                    is_ending = true;
                    connection.as_mut().graceful_shutdown();
                }
                _ = idle.tick(), if !is_ending => {
                    // Beside this task and the connection's own service, calls under way hold it.
                    let (calls, is_in_use) = (usage.calls(), usage.holders() > 2);
                    is_ending = calls == std::mem::replace(&mut seen, calls) && !is_in_use;
                    if is_ending {
                        connection.as_mut().graceful_shutdown();
                    }
                }
            }
        }
    }
}

/// A connection whose other end must begin to speak, and read what it is sent.
struct PatientStream<S> {
    stream: S,
    /// How many of the first bytes have come.
    greeted: usize,
    greeting: Pin<Box<Sleep>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> PatientStream<S> {
    fn new(stream: S) -> Self {
        Self { stream, greeted: 0, greeting: Box::pin(tokio::time::sleep(GREETING)), writing: None }
    }

    /// What became of an attempt to write: an error once the other end has taken nothing for too long.
    fn written<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.writing = None;
            return polled;
        }
        let writing = self.writing.get_or_insert_with(|| Box::pin(tokio::time::sleep(WRITING)));
        writing.as_mut().poll(context).map(|()| Err(timed_out("nothing is read")))
    }
}

fn timed_out(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}

impl<S: AsyncRead + Unpin> AsyncRead for PatientStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.greeted >= GREETING_BYTES {
            return polled;
        }
        if polled.is_ready() {
            self.greeted += buffer.filled().len().saturating_sub(before);
            return polled;
        }
        self.greeting.as_mut().poll(context).map(|()| Err(timed_out("nothing is asked")))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PatientStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.written(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.written(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests;
