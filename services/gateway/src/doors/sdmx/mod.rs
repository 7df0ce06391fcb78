//! Figures as SDMX over plain HTTP: the REST interface of SDMX 2.1 under `/sdmx/v2.1/`.
//!
//! - [`artefact`]: the structures served, and how they refer to each other.
//! - [`question`], [`key`], [`period`], [`mod@format`]: what an address asks for.
//! - [`source`], [`calendar`], [`catalogue`], [`data_query`]: what is asked of statistics for it, and what comes of the
//!   answers.
//! - [`structure`], [`data`], [`csv`], [`header`], [`xml`]: how it is written.
//! - [`memory`]: how much memory answers take, and for how long.
//! - [`refusal`]: what cannot be answered.

pub mod artefact;
pub mod calendar;
pub mod catalogue;
pub mod csv;
pub mod data;
pub mod data_query;
pub mod format;
pub mod header;
pub mod key;
pub mod memory;
pub mod period;
pub mod question;
pub mod refusal;
pub mod source;
pub mod structure;
pub mod xml;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use prost::Message as _;
use thidua_chassis::clock::Clock;
use thidua_proto::statistics as proto;
use tokio::task::JoinSet;
use tonic::metadata::MetadataMap;

use self::artefact::Artefact;
use self::calendar::ReportingCalendar;
use self::catalogue::Catalogue;
use self::data::DataSet;
use self::data_query::{Ask, DataQuery, Observations};
use self::format::Format;
use self::header::MessageHeader;
use self::memory::{AnswerMemory, Reserved};
use self::question::{Question, Selection, Subject};
use self::refusal::Refusal;
use self::source::Source;
use crate::upstream::{Service, UpstreamError, Upstreams};

/// How many questions to statistics wait for their answers at once.
const MOST_ASKS: usize = 8;

/// The memory that an observation takes while its answer is made, in bytes.
const OBSERVATION_BYTES: usize = 320;

/// What the answers come from.
#[derive(Debug, Clone)]
struct Sdmx {
    upstreams: Upstreams,
    clock: Clock,
    memory: AnswerMemory,
}

/// Adds the addresses to a program's routes; GET and HEAD.
pub fn add(router: Router, upstreams: Upstreams, clock: Clock) -> Router {
    let own = Router::new()
        .route("/sdmx/v2.1/{*path}", get(answer))
        // What names nothing, or another version, is told so as SDMX tells it.
        .route("/sdmx", get(unnamed))
        .route("/sdmx/", get(unnamed))
        .route("/sdmx/{*path}", get(unnamed));
    router.merge(own.with_state(Sdmx { upstreams, clock, memory: AnswerMemory::default() }))
}

async fn answer(
    State(sdmx): State<Sdmx>,
    Path(path): Path<String>,
    Query(parameters): Query<Vec<(String, String)>>,
    parts: Parts,
) -> Response {
    match sdmx.answer(&path, parameters, parts).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn unnamed() -> Response {
    Refusal::NothingNamed.into_response()
}

/// Content in a format.
struct Content {
    bytes: Vec<u8>,
    /// Whether all of it stands at one revision.
    is_settled: bool,
    memory: Reserved,
}

/// What an answer is made of, as statistics has it now.
struct Definitions {
    revision: i64,
    calendar: ReportingCalendar,
    catalogue: Catalogue,
}

impl Sdmx {
    async fn answer(
        &self,
        path: &str,
        parameters: Vec<(String, String)>,
        parts: Parts,
    ) -> Result<Response, Refusal> {
        let accept = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
        let question = Question::parse(path, parameters, accept)?;
        let headers = parts.headers.clone();
        let request =
            tonic::Request::from_parts(MetadataMap::from_headers(parts.headers), parts.extensions, ());
        let source = Source::new(self.upstreams.clone(), self.upstreams.context(&request));

        let year = self.clock.today().year();
        let (revision, measures, calendar) =
            tokio::try_join!(source.revision(), source.measures(), source.calendar(year))?;
        let tag = self.tag(revision, &measures, calendar, question.format);
        if is_held(&headers, &tag) {
            return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
        }
        let units = source.units(revision).await?;
        let catalogue = Catalogue::new(units, measures.measures);
        let definitions = Definitions { revision, calendar, catalogue };
        let content = match &question.subject {
            Subject::Structures(artefacts) => self.structures(&definitions, artefacts)?,
            Subject::Data(selection) => self.data(&source, &definitions, selection, question.format).await?,
        };
        Ok(respond(content, question.format, tag))
    }

    fn header(&self, definitions: &Definitions) -> MessageHeader {
        let id = format!("figures-{}", definitions.revision);
        MessageHeader { id, prepared: self.clock.now().to_string() }
    }

    fn structures(&self, definitions: &Definitions, artefacts: &[Artefact]) -> Result<Content, Refusal> {
        let header = self.header(definitions);
        let bytes = structure::write(&header, artefacts, &definitions.catalogue).into_bytes();
        Ok(Content { memory: self.memory.reserve(bytes.len())?, bytes, is_settled: true })
    }

    async fn data(
        &self,
        source: &Source,
        definitions: &Definitions,
        selection: &Selection,
        format: Format,
    ) -> Result<Content, Refusal> {
        let calendar = definitions.calendar;
        let data_query = DataQuery::new(selection, &definitions.catalogue, calendar, self.clock.today())?;
        let memory = self.memory.reserve(data_query.observations() * OBSERVATION_BYTES)?;
        let (found, is_settled) = if selection.detail.has_observations() {
            let (found, is_settled) = observe(source, definitions.revision, &data_query).await?;
            (Some(found), is_settled)
        } else {
            (None, true)
        };
        let (series, year_end) = (data_query.series(found), calendar.year_end());
        let (flat, detail) = (selection.flat, selection.detail);
        let data = DataSet { series: &series, year_end: &year_end, flat, detail };
        let bytes = match format {
            Format::Structure | Format::Data => data::write(&self.header(definitions), data).into_bytes(),
            Format::Csv => csv::write(data).map_err(|cause| broken(&cause.to_string()))?,
        };
        Ok(Content { bytes, is_settled, memory })
    }

    /// Names what is answered now: the records, the definitions, the day (which decides what is provisional), the format and
    /// this program. Weak, because the header of a message tells when it was made.
    fn tag(
        &self,
        revision: i64,
        measures: &proto::ListMeasuresResponse,
        calendar: ReportingCalendar,
        format: Format,
    ) -> HeaderValue {
        let mut hasher = DefaultHasher::new();
        (measures.encode_to_vec(), calendar.year_end(), env!("CARGO_PKG_VERSION")).hash(&mut hasher);
        let (today, hash, format) = (self.clock.today(), hasher.finish(), format.name());
        let tag = format!("W/\"{revision}-{today}-{hash:016x}-{format}\"");
        // Digits, letters and hyphens are a header's text.
        HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("W/\"\""))
    }
}

/// Asks statistics all that a query needs, a few questions at a time; tells whether all answers stand at the revision.
async fn observe(
    source: &Source,
    revision: i64,
    data_query: &DataQuery<'_>,
) -> Result<(Observations, bool), UpstreamError> {
    let mut waiting = data_query.asks().into_iter();
    let mut asked: JoinSet<Result<(Ask, proto::ComputeFiguresResponse), UpstreamError>> = JoinSet::new();
    let mut spawn = |asked: &mut JoinSet<_>| {
        if let Some(ask) = waiting.next() {
            let source = source.clone();
            asked.spawn(async move {
                let answer = source.figures(ask.request.clone(), revision).await?;
                Ok((ask, answer))
            });
        }
    };
    for _ in 0..MOST_ASKS {
        spawn(&mut asked);
    }
    let (mut found, mut is_settled) = (Observations::new(), true);
    while let Some(answer) = asked.join_next().await {
        let (ask, answer) = answer.map_err(|_| broken("a call was broken off"))??;
        is_settled &= answer.revision == revision;
        data_query.take(&ask, answer.figures, &mut found);
        spawn(&mut asked);
    }
    Ok((found, is_settled))
}

fn broken(problem: &str) -> UpstreamError {
    UpstreamError::broken(Service::Statistics, problem)
}

/// Whether the caller has what a tag names.
fn is_held(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let strong = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let (held, tag) = (headers.get(IF_NONE_MATCH).and_then(|held| held.to_str().ok()), tag.to_str().ok());
    held.zip(tag).is_some_and(|(held, tag)| held.split(',').any(|one| strong(one) == strong(tag)))
}

fn respond(content: Content, format: Format, tag: HeaderValue) -> Response {
    let length = content.bytes.len();
    let fixed: [(HeaderName, &str); 3] =
        [(CONTENT_TYPE, format.media_type()), (CACHE_CONTROL, "no-cache"), (VARY, "accept")];
    let mut response = (fixed, content.memory.into_body(content.bytes)).into_response();
    // Whoever gets less knows that it is not all.
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    // While records are being written, parts of one answer may stand at different revisions: that cannot be named.
    if content.is_settled {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}
