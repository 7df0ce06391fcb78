//! `BlocReportService`: generate and render.

use std::sync::Arc;

use jiff::civil::Date;
use thidua_chassis::clock::Clock;
use thidua_chassis::journal::time;
use thidua_chassis::serve::MOST_BYTES;
use thidua_proto::awards::bloc_service_client::BlocServiceClient;
use thidua_proto::date;
use thidua_proto::names::{BlocName, Year, YearName};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::reports::bloc_report_service_server::{BlocReportService, BlocReportServiceServer};
use thidua_proto::reports::{
    self as proto, BlocReport, DocumentFormat, Label, MissingPart, ReportMember, Source,
};
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::inspection_service_client::InspectionServiceClient;
use thidua_proto::{awards, statistics};
use tokio::task::JoinSet;
use tonic::{Request, Response, Status};

use crate::documents;
use crate::domain::report::{self, MEASURES, label};
use crate::domain::wording::{Language, Wording};
use crate::error::Error;
use crate::upstream::{Behalf, ReplicaBalancer, Service, Upstreams};

/// The full name of the service.
pub const NAME: &str = "thidua.reports.v1.BlocReportService";

/// What the methods work with.
#[derive(Debug, Clone)]
pub struct Reports {
    upstreams: Upstreams,
    clock: Clock,
    wording: Arc<Wording>,
}

/// Which report is asked for.
struct Query {
    year: YearName,
    cut_off: Option<Date>,
    allow_partial: bool,
    min_statistics_revision: i64,
    min_awards_revision: i64,
}

impl Query {
    fn parse(v: &mut Violations, m: &proto::GenerateBlocReportRequest) -> Option<Self> {
        let bloc: Option<BlocName> = v.name("bloc", &m.bloc);
        let year = Year::new(m.year);
        if year.is_none() {
            v.refuse("year", Problem::OutOfRange { min: 1900, max: 9999, found: m.year.into() });
        }
        let cut_off = v.day("cut_off_date", m.cut_off_date);
        let min_statistics_revision =
            v.number("min_statistics_revision", m.min_statistics_revision, 0..=i64::MAX);
        let min_awards_revision = v.number("min_awards_revision", m.min_awards_revision, 0..=i64::MAX);
        Some(Self {
            year: YearName { bloc: bloc?, year: year? },
            cut_off: cut_off?,
            allow_partial: m.allow_partial,
            min_statistics_revision: min_statistics_revision?,
            min_awards_revision: min_awards_revision?,
        })
    }
}

/// The span of a report's data within the reporting year.
#[derive(Clone, Copy)]
struct Span {
    first: Date,
    last: Date,
    period_last: Date,
}

impl Span {
    /// The reporting year, up to the last day of the data.
    fn window(self) -> statistics::Window {
        statistics::Window::of_days(self.first, self.period_last).up_to(Some(self.last))
    }
}

#[tonic::async_trait]
impl BlocReportService for Reports {
    async fn generate_bloc_report(
        &self,
        request: Request<proto::GenerateBlocReportRequest>,
    ) -> Result<Response<BlocReport>, Status> {
        let behalf = self.upstreams.behalf(&request);
        let mut v = Violations::default();
        let query = Query::parse(&mut v, request.get_ref());
        let query = v.finish(query).map_err(Error::from)?;
        Ok(Response::new(self.generate(behalf, query).await?))
    }

    async fn render_bloc_report(
        &self,
        request: Request<proto::RenderBlocReportRequest>,
    ) -> Result<Response<proto::RenderBlocReportResponse>, Status> {
        let behalf = self.upstreams.behalf(&request);
        let request = request.into_inner();
        let mut v = Violations::default();
        let query = Query::parse(
            &mut v,
            &proto::GenerateBlocReportRequest {
                bloc: request.bloc.clone(),
                year: request.year,
                cut_off_date: request.cut_off_date,
                allow_partial: request.allow_partial,
                min_statistics_revision: request.min_statistics_revision,
                min_awards_revision: request.min_awards_revision,
            },
        );
        let format: Option<Option<DocumentFormat>> = v.optional_choice("format", request.format);
        let language = match request.language_code.as_str() {
            "" | "vi" => Some(Language::Vietnamese),
            "en" => Some(Language::English),
            other => {
                v.refuse("language_code", Problem::malformed(("`vi` or `en`", "“vi” hoặc “en”"), other));
                None
            }
        };
        let parsed = (|| Some((query?, format?.unwrap_or(DocumentFormat::Text), language?)))();
        let (query, format, language) = v.finish(parsed).map_err(Error::from)?;
        let report = self.generate(behalf, query).await?;
        Ok(Response::new(documents::render(&self.wording, &report, language, format)))
    }
}

impl Reports {
    /// The service.
    #[must_use]
    pub fn server(upstreams: Upstreams, clock: Clock, wording: Wording) -> BlocReportServiceServer<Self> {
        BlocReportServiceServer::new(Self { upstreams, clock, wording: Arc::new(wording) })
            .max_decoding_message_size(MOST_BYTES)
            .max_encoding_message_size(MOST_BYTES)
    }

    async fn generate(&self, behalf: Behalf, query: Query) -> Result<BlocReport, Error> {
        let record = self.year_record(&behalf, &query).await?;
        let (Some(bloc), Some(year)) = (&record.bloc, &record.bloc_year) else {
            return Err(broken(Service::Awards, "a year record without bloc or year"));
        };
        let span = span(year, query.cut_off)?;
        let members = report::members(bloc, span.last);
        let nominations = report::nominations(&record, &members);
        let agreement = year.pledge_agreement.as_ref();
        let rules = record.rule_set.as_ref();
        let mut made = BlocReport {
            bloc: bloc.name.clone(),
            year: query.year.year.number().into(),
            bloc_label: Some(label(&bloc.display_name, &bloc.display_name_en)),
            first_date: Some(date::to_wire(span.first)),
            last_date: Some(date::to_wire(span.last)),
            period_last_date: Some(date::to_wire(span.period_last)),
            conference_date: year.conference_date,
            leader: Some(report::member_of(bloc, &year.leader)),
            next_leader: (!year.next_leader.is_empty()).then(|| report::member_of(bloc, &year.next_leader)),
            pledge_contents: agreement.map_or_else(Vec::new, |agreement| {
                agreement
                    .contents
                    .iter()
                    .map(|content| label(&content.display_name, &content.display_name_en))
                    .collect()
            }),
            pledge_signed_date: agreement.and_then(|agreement| agreement.signed_date),
            members_without_nomination: report::without_nomination(&members, &nominations),
            nominations,
            rule_set_label: rules.map(|rules| label(&rules.display_name, &rules.display_name_en)),
            sources: vec![Source { service: Service::Awards.to_string(), revision: record.revision }],
            generate_time: Some(time(self.clock.now())),
            members,
            ..BlocReport::default()
        };
        match self.add_statistics(&behalf, &query, span, &mut made).await {
            Err(Error::UpstreamUnavailable { upstream }) if query.allow_partial => {
                made.missing_parts.push(missing(upstream));
            }
            outcome => outcome?,
        }
        Ok(made)
    }

    async fn year_record(&self, behalf: &Behalf, query: &Query) -> Result<awards::YearRecord, Error> {
        let client = BlocServiceClient::new(self.upstreams.channel(Service::Awards))
            .max_decoding_message_size(MOST_BYTES);
        let question = awards::GetYearRecordRequest { name: query.year.to_string() };
        let ask = |request| {
            let mut client = client.clone();
            async move { client.get_year_record(request).await }
        };
        behalf.read(Service::Awards, question, query.min_awards_revision, ask).await
    }

    /// The figures and the inspections worth a line, asked for at the same time.
    async fn add_statistics(
        &self,
        behalf: &Behalf,
        query: &Query,
        span: Span,
        made: &mut BlocReport,
    ) -> Result<(), Error> {
        // No units would mean all units; a bloc without members on that day has no figures.
        if made.members.is_empty() {
            return Ok(());
        }
        let figures = self.compute_figures(behalf, query, span, &made.members);
        let inspections = self.notable_inspections(behalf, query, span, &made.members);
        let (answer, inspections) = tokio::try_join!(figures, inspections)?;
        (made.figures, made.member_figures) = report::figures(&self.wording, &answer, &made.members);
        made.notable_inspections = report::notable(inspections);
        made.sources.push(Source { service: Service::Statistics.to_string(), revision: answer.revision });
        Ok(())
    }

    async fn compute_figures(
        &self,
        behalf: &Behalf,
        query: &Query,
        span: Span,
        members: &[ReportMember],
    ) -> Result<statistics::ComputeFiguresResponse, Error> {
        let client = FigureServiceClient::new(self.upstreams.channel(Service::Statistics))
            .max_decoding_message_size(MOST_BYTES);
        let question = statistics::ComputeFiguresRequest {
            units: members.iter().map(|member| member.unit.clone()).collect(),
            measures: MEASURES.map(str::to_owned).to_vec(),
            window: Some(span.window()),
            by_unit: true,
            ..statistics::ComputeFiguresRequest::default()
        };
        let ask = |request| {
            let mut client = client.clone();
            async move { client.compute_figures(request).await }
        };
        behalf.read(Service::Statistics, question, query.min_statistics_revision, ask).await
    }

    async fn notable_inspections(
        &self,
        behalf: &Behalf,
        query: &Query,
        span: Span,
        members: &[ReportMember],
    ) -> Result<Vec<statistics::Inspection>, Error> {
        let mut asked = JoinSet::new();
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
            let (behalf, min_revision) = (behalf.clone(), query.min_statistics_revision);
            asked.spawn(async move { all_inspections(&behalf, min_revision, client, question).await });
        }
        let mut found = Vec::new();
        while let Some(answer) = asked.join_next().await {
            let answer = answer.map_err(|_| broken(Service::Statistics, "a call was broken off"))?;
            found.extend(answer?);
        }
        Ok(found)
    }
}

/// Every page of a list of inspections.
async fn all_inspections(
    behalf: &Behalf,
    min_revision: i64,
    client: InspectionServiceClient<ReplicaBalancer>,
    mut question: statistics::ListInspectionsRequest,
) -> Result<Vec<statistics::Inspection>, Error> {
    let mut found = Vec::new();
    loop {
        let ask = |request| {
            let mut client = client.clone();
            async move { client.list_inspections(request).await }
        };
        let page = behalf.read(Service::Statistics, question.clone(), min_revision, ask).await?;
        found.extend(page.inspections);
        if page.next_page_token.is_empty() {
            return Ok(found);
        }
        question.page_token = page.next_page_token;
    }
}

fn broken(upstream: Service, problem: &str) -> Error {
    Error::UpstreamBroken { upstream, problem: problem.to_owned() }
}

/// The data's span: up to the cut-off asked for, or the conference if it lies in the year, or the year's end.
fn span(year: &awards::BlocYear, asked: Option<Date>) -> Result<Span, Error> {
    let day = |wire: Option<thidua_proto::Date>| wire.and_then(date::from_wire);
    let (Some(first), Some(period_last)) = (day(year.first_date), day(year.last_date)) else {
        return Err(broken(Service::Awards, "a year without first or last day"));
    };
    let within = |date: &Date| (first..=period_last).contains(date);
    if let Some(cut_off_date) = asked.filter(|date| !within(date)) {
        return Err(Error::CutOffOutsideYear { cut_off_date, first_date: first, last_date: period_last });
    }
    let last = asked.or_else(|| day(year.conference_date).filter(within)).unwrap_or(period_last);
    Ok(Span { first, last, period_last })
}

fn missing(upstream: Service) -> MissingPart {
    let label = Label {
        vi: "Thiếu số liệu thanh tra, tiếp công dân, đơn thư và vụ việc: dịch vụ thống kê không phản hồi".to_owned(),
        en: "Figures on inspections, receptions, petitions and matters are missing: the statistics service did not answer"
            .to_owned(),
    };
    MissingPart { service: upstream.to_string(), label: Some(label) }
}
