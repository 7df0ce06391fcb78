use std::convert::Infallible;
use std::time::Duration;

use http_body::Frame;
use http_body_util::{BodyExt as _, Full, StreamBody};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic_types::StatusExt as _;
use tower::{ServiceExt as _, service_fn};

use super::*;
use crate::edge::{Patience, Quotas};

const GET: &str = "/thidua.statistics.v1.DirectoryService/GetUnit";
const IMPORT: &str = "/thidua.statistics.v1.TransferService/ImportRecords";
const EXPORT: &str = "/thidua.statistics.v1.TransferService/ExportRecords";
const WATCH: &str = "/thidua.journal.v1.JournalService/WatchEntries";
const PATIENCE: Patience = Patience { first: Duration::from_secs(10), idle: Duration::from_secs(30) };

fn edge() -> Edge {
    Edge {
        store: None,
        door: Door::default(),
        absent_caller: Caller::local_operator,
        methods: Methods::of_all_packages().unwrap(),
        places: Places::new(Quotas { calls: 1, imports: 1, exports: 1, watches: 1 }),
        open_calls: Arc::default(),
        deadlines: Deadlines {
            default: Duration::from_secs(30),
            most: Duration::from_mins(5),
            most_of_streams: Duration::from_hours(1),
        },
    }
}

fn request(path: &str, headers: &[(&str, &str)]) -> http::request::Builder {
    let request = Request::post(path).header("content-type", "application/grpc");
    headers.iter().fold(request, |request, (key, value)| request.header(*key, *value))
}

/// Calls a service inside an edge.
async fn call<F>(
    edge: &Arc<Edge>,
    request: Request<Body>,
    inner: impl Fn(Request<Body>) -> F + Clone + Send + 'static,
) -> Response<Body>
where
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let inner = service_fn(move |request| {
        let answer = inner(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    EdgeService { edge: Arc::clone(edge), inner }.oneshot(request).await.unwrap()
}

fn empty(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    request(path, headers).body(Body::empty()).unwrap()
}

fn told(headers: &http::HeaderMap) -> (Code, String) {
    let status = Status::from_header_map(headers).unwrap();
    let reason = status.get_error_details().error_info().map(|info| info.reason.clone());
    (status.code(), reason.unwrap_or_default())
}

fn is_free(edge: &Arc<Edge>, kind: Kind) -> bool {
    edge.places.take(kind, String::new).is_some()
}

/// Sweeps as a program does, until a time has passed.
async fn sweep_for(edge: &Edge, time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(250)).await;
        edge.open_calls.sweep(PATIENCE, false);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_stops_is_let_go_and_told() {
    let edge = Arc::new(edge());
    let answer = call(&edge, empty(EXPORT, &[]), |_| async {
        Response::new(Body::new(Full::from(vec![0_u8; 1 << 20]).map_err(|never| match never {})))
    });
    let mut body = answer.await.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first.len(), 16 * 1024);
    sweep_for(&edge, Duration::from_secs(9)).await;
    assert!(!is_free(&edge, Kind::Export));
    sweep_for(&edge, Duration::from_secs(2)).await;
    assert!(is_free(&edge, Kind::Export));
    let end = body.frame().await.unwrap().unwrap().into_trailers().unwrap();
    assert_eq!(told(&end), (Code::Unavailable, "ERROR_REASON_OVERLOADED".to_owned()));
    assert!(body.frame().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_who_goes_on_gets_all() {
    let edge = Arc::new(edge());
    let answer = call(&edge, empty(EXPORT, &[]), |_| async {
        Response::new(Body::new(Full::from(vec![7_u8; 100_000]).map_err(|never| match never {})))
    });
    let (mut body, mut read) = (answer.await.into_body(), 0);
    while let Some(frame) = body.frame().await {
        read += frame.unwrap().into_data().unwrap().len();
        sweep_for(&edge, Duration::from_secs(9)).await;
    }
    assert_eq!(read, 100_000);
    assert!(is_free(&edge, Kind::Export));
}

#[tokio::test(start_paused = true)]
async fn a_watch_waits_for_news_and_ends_with_the_program() {
    let edge = Arc::new(edge());
    let (news, reader) = mpsc::channel::<Result<Frame<Bytes>, Status>>(1);
    let reader = Arc::new(std::sync::Mutex::new(Some(reader)));
    let answer = call(&edge, empty(WATCH, &[]), move |_| {
        let reader = reader.lock().unwrap().take().unwrap();
        async move { Response::new(Body::new(StreamBody::new(ReceiverStream::new(reader)))) }
    });
    let mut body = answer.await.into_body();
    let reading = tokio::spawn(async move { (body.frame().await, body.frame().await) });
    sweep_for(&edge, Duration::from_hours(1)).await;
    news.send(Ok(Frame::data(Bytes::from_static(b"news")))).await.unwrap();
    sweep_for(&edge, Duration::from_hours(1)).await;
    assert!(!reading.is_finished() && !is_free(&edge, Kind::Watch));
    edge.open_calls.sweep(PATIENCE, true);
    let (first, end) = reading.await.unwrap();
    assert_eq!(first.unwrap().unwrap().into_data().unwrap(), "news");
    let end = end.unwrap().unwrap().into_trailers().unwrap();
    assert_eq!(told(&end), (Code::Unavailable, "ERROR_REASON_STORE_UNAVAILABLE".to_owned()));
    assert!(is_free(&edge, Kind::Watch) && news.is_closed());
}

/// Reads the whole request; answers the failure of reading it.
async fn read_all(request: Request<Body>) -> Response<Body> {
    match request.into_body().collect().await {
        Ok(_) => Response::new(Body::empty()),
        Err(status) => status.into_http(),
    }
}

fn pending_import() -> (mpsc::Sender<Result<Frame<Bytes>, Status>>, Request<Body>) {
    let (sender, receiver) = mpsc::channel(1);
    let body = Body::new(StreamBody::new(ReceiverStream::new(receiver)));
    (sender, request(IMPORT, &[]).body(body).unwrap())
}

#[tokio::test(start_paused = true)]
async fn callers_who_send_nothing_do_not_keep_their_place() {
    let edge = Arc::new(edge());
    for messages in [0, 1] {
        let (sender, request) = pending_import();
        let calling = tokio::spawn({
            let edge = Arc::clone(&edge);
            async move { call(&edge, request, read_all).await }
        });
        for _ in 0..messages {
            sender.send(Ok(Frame::data(Bytes::from_static(b"part")))).await.unwrap();
        }
        let limit = if messages == 0 { PATIENCE.first } else { PATIENCE.idle };
        sweep_for(&edge, limit.saturating_sub(Duration::from_secs(1))).await;
        assert!(!calling.is_finished() && !is_free(&edge, Kind::Import));
        sweep_for(&edge, Duration::from_secs(2)).await;
        let answer = calling.await.unwrap();
        assert_eq!(
            told(answer.headers()),
            (Code::DeadlineExceeded, "ERROR_REASON_DEADLINE_PASSED".to_owned())
        );
        drop(answer);
        assert!(is_free(&edge, Kind::Import));
    }
}

#[tokio::test(start_paused = true)]
async fn imports_end_with_the_program() {
    let edge = Arc::new(edge());
    let (_sender, request) = pending_import();
    let calling = tokio::spawn({
        let edge = Arc::clone(&edge);
        async move { call(&edge, request, read_all).await }
    });
    sweep_for(&edge, Duration::from_secs(1)).await;
    edge.open_calls.sweep(PATIENCE, true);
    let answer = calling.await.unwrap();
    assert_eq!(told(answer.headers()), (Code::Unavailable, "ERROR_REASON_STORE_UNAVAILABLE".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn deadlines_are_capped() {
    let edge = Arc::new(edge());
    for (path, timeout, most) in [
        (GET, None, Duration::from_secs(30)),
        (GET, Some("99999999H"), Duration::from_mins(5)),
        (IMPORT, Some("99999999H"), Duration::from_hours(1)),
        (WATCH, None, Duration::from_secs(30)),
        (GET, Some("1m"), Duration::from_millis(1)),
        (GET, Some("1n"), Duration::from_millis(1)),
    ] {
        let begin = Instant::now();
        let headers: Vec<_> = timeout.map(|timeout| ("grpc-timeout", timeout)).into_iter().collect();
        let answer = call(&edge, empty(path, &headers), |_| std::future::pending()).await;
        assert_eq!(
            told(answer.headers()),
            (Code::DeadlineExceeded, "ERROR_REASON_DEADLINE_PASSED".to_owned())
        );
        assert_eq!(begin.elapsed(), most, "{path} {timeout:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_deadline_cuts_short_is_a_passed_deadline() {
    let edge = Arc::new(edge());
    for code in [Code::Unavailable, Code::Cancelled, Code::Internal] {
        let answer = call(&edge, empty(GET, &[("grpc-timeout", "1m")]), move |request| async move {
            let Deadline(deadline) = *request.extensions().get().unwrap();
            tokio::time::sleep_until(deadline).await;
            Status::new(code, "broken off").into_http()
        });
        let (found, reason) = told(answer.await.headers());
        assert_eq!(
            (found, reason.as_str()),
            (Code::DeadlineExceeded, "ERROR_REASON_DEADLINE_PASSED"),
            "{code}"
        );
    }
}

#[tokio::test]
async fn health_answers_when_no_place_is_left() {
    let edge = Arc::new(edge());
    let _taken = edge.places.take(Kind::Unary, String::new).unwrap();
    let answer = |path| call(&edge, empty(path, &[]), |_| async { Response::new(Body::empty()) });
    let refused = answer(GET).await;
    assert_eq!(told(refused.headers()), (Code::Unavailable, "ERROR_REASON_OVERLOADED".to_owned()));
    let healthy = answer("/grpc.health.v1.Health/Check").await;
    assert!(Status::from_header_map(healthy.headers()).is_none());
}

#[tokio::test]
async fn a_place_is_held_until_the_answer_has_ended() {
    let edge = Arc::new(edge());
    let answer = call(&edge, empty(GET, &[]), |_| async { Response::new(Body::new("x".to_owned())) }).await;
    assert!(!is_free(&edge, Kind::Unary));
    answer.into_body().collect().await.unwrap();
    assert!(is_free(&edge, Kind::Unary));
}

#[tokio::test]
async fn failures_of_the_transport_get_a_reason() {
    let edge = Arc::new(edge());
    let unreadable = "ERROR_REASON_MESSAGE_UNREADABLE";
    for (sent, accepts, code, reason) in [
        (Code::Internal, false, Code::InvalidArgument, unreadable),
        (Code::OutOfRange, false, Code::ResourceExhausted, unreadable),
        (Code::ResourceExhausted, false, Code::ResourceExhausted, unreadable),
        (Code::Unimplemented, true, Code::Unimplemented, unreadable),
        (Code::Unimplemented, false, Code::Unimplemented, "ERROR_REASON_METHOD_UNKNOWN"),
        (Code::Cancelled, false, Code::DeadlineExceeded, "ERROR_REASON_DEADLINE_PASSED"),
        // Of a service behind: the transport never answers so by itself.
        (Code::NotFound, false, Code::NotFound, ""),
    ] {
        let answer = call(&edge, empty(GET, &[]), move |_| async move {
            let mut response = Status::new(sent, "as the transport says").into_http::<Body>();
            if accepts {
                response.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
            }
            response
        });
        let answer = answer.await;
        assert_eq!(told(answer.headers()), (code, reason.to_owned()));
        assert_eq!(answer.headers().contains_key(ACCEPT_ENCODING), accepts);
    }
}

#[tokio::test]
async fn off_loopback_nobody_is_the_local_operator() {
    async fn name(request: Request<Body>) -> Response<Body> {
        let caller: &Caller = request.extensions().get().unwrap();
        Response::new(Body::new(caller.to_string()))
    }
    let callers: [fn() -> Caller; 2] = [Caller::local_operator, Caller::anonymous];
    for (absent_caller, expected) in callers.into_iter().zip(["offices/local-operator", "offices/anonymous"])
    {
        let edge = Arc::new(Edge { absent_caller, ..edge() });
        let answer = call(&edge, empty(GET, &[]), name).await;
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), expected);
    }
}

#[test]
fn the_domain_is_the_package_of_the_path() {
    assert_eq!(domain(GET), "thidua.statistics.v1");
    assert_eq!(domain("/"), "");
}
