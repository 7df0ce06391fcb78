//! `BlocReportService`: generate and render.

mod query;
mod reading;

use thidua_chassis::clock::Clock;
use thidua_chassis::journal::time;
use thidua_chassis::serve::MOST_BYTES;
use thidua_proto::parse::Violations;
use thidua_proto::reports::bloc_report_service_server::{BlocReportService, BlocReportServiceServer};
use thidua_proto::reports::{self as proto, BlocReport};
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status};

use self::query::{DocumentQuery, ReportQuery};
use self::reading::{Reader, StatisticsPart};
use crate::documents;
use crate::domain::reports;
use crate::domain::span::Span;
use crate::error::Error;
use crate::upstream::{CallContext, Service, UpstreamError, Upstreams};

/// The full name of the service.
pub const NAME: &str = "thidua.reports.v1.BlocReportService";

/// What the methods work with.
#[derive(Debug, Clone)]
pub struct Reports {
    upstreams: Upstreams,
    clock: Clock,
}

#[tonic::async_trait]
impl BlocReportService for Reports {
    async fn generate_bloc_report(
        &self,
        request: Request<proto::GenerateBlocReportRequest>,
    ) -> Result<Response<BlocReport>, Status> {
        let context = self.upstreams.context(&request);
        let mut v = Violations::default();
        let query = ReportQuery::parse(&mut v, request.get_ref());
        let query = v.finish(query).map_err(Error::from)?;
        Ok(Response::new(self.generate(context, &query).await?))
    }

    async fn render_bloc_report(
        &self,
        request: Request<proto::RenderBlocReportRequest>,
    ) -> Result<Response<proto::RenderBlocReportResponse>, Status> {
        let context = self.upstreams.context(&request);
        let mut v = Violations::default();
        let query = DocumentQuery::parse(&mut v, request.into_inner());
        let query = v.finish(query).map_err(Error::from)?;
        let report = self.generate(context, &query.report).await?;
        Ok(Response::new(documents::render(&report, query.language, query.format)))
    }
}

impl Reports {
    /// The service.
    #[must_use]
    pub fn server(upstreams: Upstreams, clock: Clock) -> BlocReportServiceServer<Self> {
        BlocReportServiceServer::new(Self { upstreams, clock })
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(MOST_BYTES)
            .max_encoding_message_size(MOST_BYTES)
    }

    async fn generate(&self, context: CallContext, query: &ReportQuery) -> Result<BlocReport, Error> {
        let reader = Reader { upstreams: &self.upstreams, context };
        let record = reader.year_record(query).await?;
        let (Some(bloc), Some(year)) = (&record.bloc, &record.bloc_year) else {
            return Err(UpstreamError::broken(Service::Awards, "a year record without bloc or year").into());
        };
        let span = Span::of(year, query.cut_off)?;
        let mut report = BlocReport {
            year: query.year.year.number().into(),
            generate_time: Some(time(self.clock.now())),
            ..reports::of_awards(&record, bloc, year, span)
        };
        // No units would mean all units; a bloc without members on that day has no figures.
        if !report.members.is_empty() {
            let part = reader.statistics_part(query, span, &report.members).await;
            add_statistics(&mut report, part, query.allow_partial)?;
        }
        Ok(report)
    }
}

/// Adds what statistics answered; where that is not all, and a partial report was asked for, what is missing.
fn add_statistics(
    report: &mut BlocReport,
    part: Result<StatisticsPart, UpstreamError>,
    allow_partial: bool,
) -> Result<(), UpstreamError> {
    let part = match part {
        Ok(part) => part,
        Err(UpstreamError::Unavailable { .. } | UpstreamError::Late { .. }) if allow_partial => {
            report.missing_parts.push(reports::missing_statistics());
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    match part.inspections {
        Ok(inspections) => report.notable_inspections = reports::notable(inspections),
        Err(_) if allow_partial => report.missing_parts.push(reports::missing_inspections()),
        Err(attempts) => {
            return Err(UpstreamError::Unsettled { upstream: Service::Statistics, attempts });
        }
    }
    reports::add_figures(report, &part.figures);
    Ok(())
}
