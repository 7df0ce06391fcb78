//! Calls as bytes: frames and metadata that a well-behaved client sends, and those that none would; and what comes back.

use std::time::Duration;

use fastrand::Rng;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt as _, Full};
use prost::Message as _;
use prost_reflect::bytes::Bytes;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use tonic::body::Body;
use tonic::transport::Channel;
use tower::{Service as _, ServiceExt as _};

/// How long a call without an answer is waited for before that is a failure: far above every deadline.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long a stream of answers is read, and how much of it, before the caller goes away.
const READING: Duration = Duration::from_millis(150);
const MOST_READ: usize = 256 * 1024;

/// More than any program takes.
const TOO_LARGE: usize = 17 * 1024 * 1024;

/// Callers of every kind: with all roles or some, for a unit that is there, unknown, unreadable.
const CALLERS: [&str; 12] = [
    "office=so-noi-vu; roles=registrar",
    "office=van-phong; unit=units/thanh-tra-tinh; roles=recorder,approver,secretary",
    "office=phong-tong-hop; unit=units/thanh-tra-tinh; roles=approver",
    "office=van-phong; unit=units/so-tu-phap; roles=recorder,secretary",
    "office=van-phong; unit=units/khong-co; roles=recorder,approver",
    "office=van-phong",
    "office=local-operator; roles=recorder",
    "office=A B; roles=chief",
    "office=v%C4%83n-ph%C3%B2ng; roles=recorder",
    "office=%ff; roles=recorder",
    "",
    ";;;===",
];

/// Callers who can change records, and no unit.
const RECORDERS: [&str; 2] = [
    "office=van-phong; unit=units/thanh-tra-tinh; roles=recorder,approver,secretary",
    "office=phong-tong-hop; unit=units/thanh-tra-tinh; roles=approver,recorder",
];

const TIMEOUTS: [&str; 9] = ["1n", "1u", "1m", "50m", "2S", "99999999H", "-1S", "123456789S", "1 S"];
const REVISIONS: [&str; 6] = ["0", "1", "99999999", "-1", "x", "9223372036854775808"];
const ENCODINGS: [&str; 4] = ["identity", "gzip", "br", "\u{fffd}"];

/// A call to be sent.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whether the answer is a stream, which the caller leaves after a while.
    pub(crate) leaves: bool,
    /// Whether a failure of the transport's own kind is due: the request is no gRPC at all.
    pub(crate) is_grpc: bool,
    /// Whether the body is compressed, or claims to be, in a way that need not be known.
    pub(crate) is_encoded: bool,
}

/// What came back.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) http_status: u16,
    /// The status, from the trailers or, where nothing else came, the headers; none where the caller left before.
    pub(crate) trailers: Option<HeaderMap>,
    /// The messages, without their frames.
    pub(crate) messages: Vec<Bytes>,
}

/// Who may call in a part of the run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callers {
    /// Everybody.
    All,
    /// Nobody who may create or close units: the set of units stays as it is.
    Recorders,
}

/// A call of a method with messages, most of them whole.
pub(crate) fn call(
    rng: &mut Rng,
    method: &MethodDescriptor,
    messages: &[DynamicMessage],
    callers: Callers,
) -> Call {
    let mut body = Vec::new();
    for message in messages {
        let mut bytes = message.encode_to_vec();
        if rng.u32(0..100) < 12 {
            spoil(rng, &mut bytes);
        }
        frame(rng, &bytes, &mut body);
    }
    if rng.u32(0..100) < 3 {
        body.truncate(rng.usize(0..=body.len()));
    }
    if rng.u32(0..3000) == 0 {
        body = oversized();
    }
    let (headers, is_grpc, is_encoded) = headers(rng, callers, method.is_server_streaming());
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let leaves = method.is_server_streaming();
    Call { path, headers, body: body.into(), leaves, is_grpc, is_encoded }
}

/// A call that a well-behaved client sends.
pub(crate) fn plain_call(method: &MethodDescriptor, message: &DynamicMessage) -> Call {
    let bytes = message.encode_to_vec();
    let mut body = vec![0];
    body.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    body.extend(bytes);
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let leaves = method.is_server_streaming();
    Call { path, headers: HeaderMap::new(), body: body.into(), leaves, is_grpc: true, is_encoded: false }
}

/// Changes an encoded message: bits, ends, and what the protocol allows and nobody sends.
fn spoil(rng: &mut Rng, bytes: &mut Vec<u8>) {
    match rng.u32(0..8) {
        0 => bytes.truncate(rng.usize(0..=bytes.len())),
        1 => bytes.extend((0..rng.usize(1..30)).map(|_| rng.u8(..))),
        // A field that is not known, of each wire type.
        2 => bytes.extend([0xfa, 0xff, 0x03, 0x03, b'a', b'b', b'c']),
        3 => bytes.extend([0xf8, 0xff, 0x03, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
        // Groups that are not closed, nested deeper than anybody reads.
        4 => bytes.extend(std::iter::repeat_n(0x0b, 3000)),
        // A text that is none, in the first field.
        5 => bytes.extend([0x0a, 0x03, b'u', 0xff, 0xfe]),
        _ => {
            for _ in 0..rng.usize(1..4) {
                if !bytes.is_empty() {
                    let at = rng.usize(0..bytes.len());
                    bytes[at] ^= 1 << rng.u32(0..8);
                }
            }
        }
    }
}

fn frame(rng: &mut Rng, message: &[u8], body: &mut Vec<u8>) {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let (flag, length) = match rng.u32(0..100) {
        0 => (1, length),
        1 => (rng.u8(..), length),
        2 => (0, length.saturating_add(rng.u32(1..50))),
        3 => (0, length.saturating_sub(rng.u32(1..50))),
        4 => (0, rng.u32(..)),
        _ => (0, length),
    };
    body.push(flag);
    body.extend(length.to_be_bytes());
    body.extend(message);
}

/// One field that is not known and larger than any message may be.
fn oversized() -> Vec<u8> {
    let mut message = vec![0xfa, 0xff, 0x03];
    prost::encoding::encode_varint(u64::try_from(TOO_LARGE).unwrap_or(u64::MAX), &mut message);
    message.resize(message.len() + TOO_LARGE, b'a');
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
    body.extend(message);
    body
}

/// The metadata, whether it is gRPC's, and whether it names an encoding.
fn headers(rng: &mut Rng, callers: Callers, streams: bool) -> (HeaderMap, bool, bool) {
    let mut headers = HeaderMap::new();
    let known: &[&str] = if callers == Callers::All { &CALLERS } else { &RECORDERS };
    if callers == Callers::Recorders || rng.u32(0..100) < 40 {
        put(&mut headers, "thidua-caller", rng.choice(known).copied().unwrap_or_default().as_bytes());
    }
    // Two seconds are more than a call takes that is worth its time here.
    put(&mut headers, "grpc-timeout", if streams { b"1S" } else { b"2S" });
    let (mut is_grpc, mut is_encoded) = (true, false);
    match rng.u32(0..60) {
        0 => put(&mut headers, "thidua-caller", "office=văn-phòng; roles=recorder".as_bytes()),
        1 => put(&mut headers, "thidua-min-revision", "đầu".as_bytes()),
        2 => put(&mut headers, "thidua-min-revision", choose(rng, &REVISIONS)),
        3 | 4 => put(&mut headers, "grpc-timeout", choose(rng, &TIMEOUTS)),
        5 => {
            is_encoded = true;
            put(&mut headers, "grpc-encoding", choose(rng, &ENCODINGS));
        }
        6 => put(&mut headers, "grpc-accept-encoding", choose(rng, &ENCODINGS)),
        7 => put(&mut headers, "traceparent", &random_bytes(rng, 60)),
        8 => put(&mut headers, "x-la", &random_bytes(rng, 2000)),
        9 => put(&mut headers, "x-la-bin", b"!not base64!"),
        10 => {
            is_grpc = false;
            put(&mut headers, "content-type", b"application/json");
        }
        11 => {
            for name in ["thidua-caller", "thidua-min-revision"] {
                let value = HeaderValue::from_static("office=van-phong; roles=recorder");
                headers.append(HeaderName::from_static(name), value);
            }
        }
        _ => {}
    }
    (headers, is_grpc, is_encoded)
}

fn choose<'v>(rng: &mut Rng, values: &[&'v str]) -> &'v [u8] {
    rng.choice(values).copied().unwrap_or_default().as_bytes()
}

/// Bytes that a header can hold.
fn random_bytes(rng: &mut Rng, most: usize) -> Vec<u8> {
    (0..rng.usize(0..most))
        .map(|_| rng.u8(0x20..))
        .map(|byte| if byte == 0x7f { b'x' } else { byte })
        .collect()
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &[u8]) {
    let value = HeaderValue::from_bytes(value).expect("a value that headers can hold");
    headers.insert(HeaderName::from_static(name), value);
}

/// Sends a call and reads what comes. The error says how the connection failed it.
pub(crate) async fn send(channel: Channel, call: Call) -> Result<Answer, String> {
    let leaves = call.leaves;
    let answer = tokio::time::timeout(PATIENCE, exchange(channel, call));
    match answer.await {
        Ok(answer) => answer,
        Err(_) if leaves => Ok(Answer { http_status: 200, ..Answer::default() }),
        Err(_) => Err("no answer".to_owned()),
    }
}

async fn exchange(mut channel: Channel, call: Call) -> Result<Answer, String> {
    let mut request = Request::post(call.path).body(Body::new(Full::new(call.body))).expect("a request");
    *request.version_mut() = http::Version::HTTP_2;
    let headers = request.headers_mut();
    headers.insert("te", HeaderValue::from_static("trailers"));
    headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    headers.extend(call.headers);
    let ready = channel.ready().await.map_err(|cause| format!("no connection: {cause:?}"))?;
    let waiting = ready.call(request);
    let response = if call.leaves {
        match tokio::time::timeout(READING, waiting).await {
            Ok(response) => response,
            Err(_) => return Ok(Answer { http_status: 200, ..Answer::default() }),
        }
    } else {
        waiting.await
    };
    let response = match response {
        Ok(response) => response,
        Err(cause) if is_own_timeout(&cause) => return Ok(Answer { http_status: 200, ..Answer::default() }),
        Err(cause) => return Err(format!("the connection failed: {cause:?}")),
    };
    let (head, mut body) = response.into_parts();
    let mut answer = Answer { http_status: head.status.as_u16(), ..Answer::default() };
    if head.headers.contains_key("grpc-status") {
        answer.trailers = Some(head.headers);
    }
    let mut bytes = Vec::new();
    loop {
        let next = body.frame();
        let next = if call.leaves {
            match tokio::time::timeout(READING, next).await {
                Ok(next) => next,
                Err(_) => break,
            }
        } else {
            next.await
        };
        let Some(next) = next else { break };
        match next.map_err(|cause| format!("the answer broke off: {cause:?}"))?.into_data() {
            Ok(data) => bytes.extend(data),
            Err(other) => answer.trailers = other.into_trailers().ok().or(answer.trailers.take()),
        }
        if call.leaves && bytes.len() > MOST_READ {
            break;
        }
    }
    answer.messages = split(&bytes);
    Ok(answer)
}

/// Whether the client itself left, at the deadline that it had set.
fn is_own_timeout(cause: &tonic::transport::Error) -> bool {
    std::error::Error::source(cause).is_some_and(<dyn std::error::Error>::is::<tonic::TimeoutExpired>)
}

fn split(mut bytes: &[u8]) -> Vec<Bytes> {
    let mut messages = Vec::new();
    while let Some((head, rest)) = bytes.split_at_checked(5) {
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let Some((message, rest)) = rest.split_at_checked(usize::try_from(length).unwrap_or(usize::MAX))
        else {
            break;
        };
        messages.push(Bytes::copy_from_slice(message));
        bytes = rest;
    }
    messages
}
