//! What a report needs of the services behind: of each all at one revision.

use thidua_chassis::serve::MOST_BYTES;
use thidua_proto::awards::bloc_service_client::BlocServiceClient;
use thidua_proto::journal::GetHeadRequest;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::reports::ReportMember;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::inspection_service_client::InspectionServiceClient;
use thidua_proto::{awards, date, statistics};
use tokio::task::JoinSet;

use super::query::ReportQuery;
use crate::domain::reports::MEASURES;
use crate::domain::span::Span;
use crate::upstream::{CallContext, Service, UpstreamError, Upstreams};

/// How often statistics is read before a report gives up reading it at one revision.
const MOST_ATTEMPTS: u32 = 10;

/// The services behind, asked on behalf of one request.
pub(super) struct Reader<'r> {
    pub(super) upstreams: &'r Upstreams,
    pub(super) context: CallContext,
}

/// What statistics knows of a span.
pub(super) struct StatisticsPart {
    /// The figures, at the revision that they tell.
    pub(super) figures: statistics::ComputeFiguresResponse,
    /// The inspections worth a line, at the same revision; how often they were asked for where that could not be had.
    pub(super) inspections: Result<Vec<statistics::Inspection>, u32>,
}

impl Reader<'_> {
    /// A year with its bloc, rules, nominations, ballots and conferments, which awards reads at one revision.
    pub(super) async fn year_record(&self, query: &ReportQuery) -> Result<awards::YearRecord, UpstreamError> {
        let client = BlocServiceClient::new(self.upstreams.channel(Service::Awards))
            .max_decoding_message_size(MOST_BYTES);
        let question = awards::GetYearRecordRequest { name: query.year.to_string() };
        let ask = |request| {
            let mut client = client.clone();
            async move { client.get_year_record(request).await }
        };
        self.context.read(Service::Awards, question, query.min_awards_revision, ask).await
    }

    /// Figures and inspections of the members. They come from several calls, so the journal's head is asked for before and
    /// after them: where it did not move, all of them stand at it. Where it moved, they are asked for again.
    pub(super) async fn statistics_part(
        &self,
        query: &ReportQuery,
        span: Span,
        members: &[ReportMember],
    ) -> Result<StatisticsPart, UpstreamError> {
        let time = self.context.remaining();
        let mut before = self.statistics_head().await?;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let min_revision = before.max(query.min_statistics_revision);
            let figures = self.figures(min_revision, span, members);
            let (figures, inspections) =
                tokio::try_join!(figures, self.notable_inspections(min_revision, span, members))?;
            let after = self.statistics_head().await?;
            if after == before && figures.revision == before {
                return Ok(StatisticsPart { figures, inspections: Ok(inspections) });
            }
            if attempts == MOST_ATTEMPTS || self.context.remaining() < time / 2 {
                return Ok(StatisticsPart { figures, inspections: Err(attempts) });
            }
            before = after;
        }
    }

    async fn statistics_head(&self) -> Result<i64, UpstreamError> {
        let client = JournalServiceClient::new(self.upstreams.channel(Service::Statistics));
        let ask = |request| {
            let mut client = client.clone();
            async move { client.get_head(request).await }
        };
        let question = GetHeadRequest { journal: Service::Statistics.journal().to_owned() };
        Ok(self.context.read(Service::Statistics, question, 0, ask).await?.revision)
    }

    async fn figures(
        &self,
        min_revision: i64,
        span: Span,
        members: &[ReportMember],
    ) -> Result<statistics::ComputeFiguresResponse, UpstreamError> {
        let client = FigureServiceClient::new(self.upstreams.channel(Service::Statistics))
            .max_decoding_message_size(MOST_BYTES);
        let question = statistics::ComputeFiguresRequest {
            units: members.iter().map(|member| member.unit.clone()).collect(),
            measures: MEASURES.map(str::to_owned).to_vec(),
            // The whole year, up to the last day of the data: what is cut off is provisional.
            window: Some(statistics::Window::of_days(span.first, span.period_last).up_to(Some(span.last))),
            by_unit: true,
            ..statistics::ComputeFiguresRequest::default()
        };
        let ask = |request| {
            let mut client = client.clone();
            async move { client.compute_figures(request).await }
        };
        self.context.read(Service::Statistics, question, min_revision, ask).await
    }

    async fn notable_inspections(
        &self,
        min_revision: i64,
        span: Span,
        members: &[ReportMember],
    ) -> Result<Vec<statistics::Inspection>, UpstreamError> {
        let mut calls = JoinSet::new();
        for member in members {
            let client = InspectionServiceClient::new(self.upstreams.channel(Service::Statistics))
                .max_decoding_message_size(MOST_BYTES);
            let question = statistics::ListInspectionsRequest {
                parent: member.unit.clone(),
                page_size: 1000,
                start_from: Some(date::to_wire(span.first)),
                start_to: Some(date::to_wire(span.last)),
                notable_only: true,
                ..Default::default()
            };
            let context = self.context.clone();
            calls.spawn(async move {
                let ask = |request| {
                    let mut client = client.clone();
                    async move { client.list_inspections(request).await }
                };
                all_inspections(&context, min_revision, ask, question).await
            });
        }
        let mut found = Vec::new();
        while let Some(answer) = calls.join_next().await {
            let broken = |_| UpstreamError::broken(Service::Statistics, "a call was broken off");
            found.extend(answer.map_err(broken)??);
        }
        Ok(found)
    }
}

/// Every page of a list of inspections.
async fn all_inspections<F>(
    context: &CallContext,
    min_revision: i64,
    ask: impl Fn(tonic::Request<statistics::ListInspectionsRequest>) -> F,
    mut question: statistics::ListInspectionsRequest,
) -> Result<Vec<statistics::Inspection>, UpstreamError>
where
    F: Future<Output = Result<tonic::Response<statistics::ListInspectionsResponse>, tonic::Status>>,
{
    let mut found = Vec::new();
    loop {
        let page = context.read(Service::Statistics, question.clone(), min_revision, &ask).await?;
        found.extend(page.inspections);
        if page.next_page_token.is_empty() {
            return Ok(found);
        }
        question.page_token = page.next_page_token;
    }
}
