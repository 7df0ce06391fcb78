//! Which methods a test program has called, and which reasons came back. Every connection to a service in the test's own
//! process notes it beside the program's file, for [`crate::contract`] to hold against the contract.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::UNIX_EPOCH;

use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt as _;
use tonic::Status;
use tonic::body::Body;
use tonic::transport::{Channel, Error};
use tower::Service;

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// The method's path, such as `/thidua.statistics.v1.PetitionService/GetPetition`.
    pub path: String,
    /// The domain of the refusal; empty where the call began well.
    pub domain: String,
    /// Its reason; empty where the call began well.
    pub reason: String,
}

/// The outcomes of this build of the program, of this process and of earlier ones.
struct Record {
    build: String,
    file: File,
    known: BTreeSet<Outcome>,
}

static RECORD: LazyLock<Mutex<Record>> = LazyLock::new(|| {
    let path = path();
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let file = file.unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
    Mutex::new(Record { build: build(), file, known: BTreeSet::new() })
});

fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|cause| panic!("no program: {cause}"))
}

fn path() -> PathBuf {
    program().with_extension("calls")
}

/// What tells this build of the program from others under the same name: when it was built.
fn build() -> String {
    let built = program().metadata().and_then(|metadata| metadata.modified());
    let built = built.unwrap_or_else(|cause| panic!("no time of the build: {cause}"));
    built.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}

fn note(path: &str, domain: &str, reason: &str) {
    let outcome = Outcome { path: path.to_owned(), domain: domain.to_owned(), reason: reason.to_owned() };
    let mut record = RECORD.lock().unwrap_or_else(PoisonError::into_inner);
    let line = format!("{}\t{path}\t{domain}\t{reason}\n", record.build);
    if record.known.insert(outcome) {
        record.file.write_all(line.as_bytes()).unwrap_or_else(|cause| panic!("the record of calls: {cause}"));
    }
}

/// Every outcome of this build of the program so far.
#[must_use]
pub fn outcomes() -> BTreeSet<Outcome> {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    let build = build();
    let outcomes = text.lines().filter_map(|line| {
        let mut parts = line.split('\t').map(str::to_owned);
        (parts.next()? == build).then_some(())?;
        Some(Outcome { path: parts.next()?, domain: parts.next()?, reason: parts.next()? })
    });
    outcomes.collect()
}

/// A connection that notes what is called over it.
#[derive(Debug, Clone)]
pub struct RecordingChannel(pub Channel);

impl Service<Request<Body>> for RecordingChannel {
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path().to_owned();
        let answer = self.0.call(request);
        Box::pin(async move {
            let response = answer.await?;
            if !note_refusal(&path, response.headers()) {
                note(&path, "", "");
            }
            Ok(response.map(|body| {
                Body::new(body.map_frame(move |frame| {
                    if let Some(trailers) = frame.trailers_ref() {
                        note_refusal(&path, trailers);
                    }
                    frame
                }))
            }))
        })
    }
}

/// Notes the reason that headers or trailers tell; whether they tell one.
fn note_refusal(path: &str, headers: &HeaderMap) -> bool {
    let status = Status::from_header_map(headers);
    let details = status.as_ref().map(tonic_types::StatusExt::get_error_details);
    let info = details.as_ref().and_then(|details| details.error_info());
    if let Some(info) = info {
        note(path, &info.domain, &info.reason);
    }
    info.is_some()
}
