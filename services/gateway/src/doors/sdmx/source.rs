//! What is asked of statistics.

use thidua_chassis::serve::MOST_BYTES;
use thidua_proto::journal::GetHeadRequest;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;

use super::calendar::{self, ReportingCalendar};
use crate::upstream::{CallContext, Service, UpstreamError, Upstreams};

/// Statistics, on behalf of one request.
#[derive(Debug, Clone)]
pub struct Source {
    upstreams: Upstreams,
    context: CallContext,
}

impl Source {
    /// Asks through these connections.
    #[must_use]
    pub fn new(upstreams: Upstreams, context: CallContext) -> Self {
        Self { upstreams, context }
    }

    /// The newest revision.
    pub async fn revision(&self) -> Result<i64, UpstreamError> {
        let client = JournalServiceClient::new(self.upstreams.channel(Service::Statistics));
        let ask = |request| {
            let mut client = client.clone();
            async move { client.get_head(request).await }
        };
        let question = GetHeadRequest { journal: Service::Statistics.journal().to_owned() };
        Ok(self.context.read(Service::Statistics, question, 0, ask).await?.revision)
    }

    /// All measures: every page of them as one answer.
    pub async fn measures(&self) -> Result<proto::ListMeasuresResponse, UpstreamError> {
        let client = FigureServiceClient::new(self.upstreams.channel(Service::Statistics))
            .max_decoding_message_size(MOST_BYTES);
        let ask = |request| {
            let mut client = client.clone();
            async move { client.list_measures(request).await }
        };
        let mut question = proto::ListMeasuresRequest::default();
        let mut found = Vec::new();
        loop {
            let page = self.context.read(Service::Statistics, question.clone(), 0, ask).await?;
            found.extend(page.measures);
            if page.next_page_token.is_empty() {
                return Ok(proto::ListMeasuresResponse { measures: found, ..page });
            }
            question.page_token = page.next_page_token;
        }
    }

    /// The reporting calendar, by a year of it.
    pub async fn calendar(&self, year: i16) -> Result<ReportingCalendar, UpstreamError> {
        let client = FigureServiceClient::new(self.upstreams.channel(Service::Statistics))
            .max_decoding_message_size(MOST_BYTES);
        let ask = |request| {
            let mut client = client.clone();
            async move { client.list_calendars(request).await }
        };
        let question = proto::ListCalendarsRequest { year: Some(year.into()), ..Default::default() };
        let answer = self.context.read(Service::Statistics, question, 0, ask).await?;
        let found = answer.calendars.iter().find(|calendar| calendar.code == calendar::CODE);
        let found = found.and_then(|calendar| ReportingCalendar::new(calendar, year));
        found.ok_or_else(|| {
            UpstreamError::broken(Service::Statistics, "no reporting calendar of twelve months")
        })
    }

    /// All units, at a revision or later.
    pub async fn units(&self, revision: i64) -> Result<Vec<proto::Unit>, UpstreamError> {
        let client = DirectoryServiceClient::new(self.upstreams.channel(Service::Statistics))
            .max_decoding_message_size(MOST_BYTES);
        let ask = |request| {
            let mut client = client.clone();
            async move { client.list_units(request).await }
        };
        let mut question = proto::ListUnitsRequest { page_size: 1000, ..Default::default() };
        let mut found = Vec::new();
        loop {
            let page = self.context.read(Service::Statistics, question.clone(), revision, ask).await?;
            found.extend(page.units);
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            question.page_token = page.next_page_token;
        }
    }

    /// Figures, at a revision or later.
    pub async fn figures(
        &self,
        question: proto::ComputeFiguresRequest,
        revision: i64,
    ) -> Result<proto::ComputeFiguresResponse, UpstreamError> {
        let client = FigureServiceClient::new(self.upstreams.channel(Service::Statistics))
            .max_decoding_message_size(MOST_BYTES);
        let ask = |request| {
            let mut client = client.clone();
            async move { client.compute_figures(request).await }
        };
        self.context.read(Service::Statistics, question, revision, ask).await
    }
}
