//! Three running programs, the records of a small bloc, and what a refusal says.

use std::collections::HashMap;
use std::fmt::Debug;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use http_body::Frame;
use http_body_util::StreamBody;
use thidua_chassis::clock::Clock;
use thidua_chassis::config::ServingConfig;
use thidua_chassis::edge::Quotas;
use thidua_proto::awards::bloc_service_client::BlocServiceClient;
use thidua_proto::awards::nomination_service_client::NominationServiceClient;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::reports as proto;
use thidua_proto::reports::bloc_report_service_client::BlocReportServiceClient;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::inspection_service_client::InspectionServiceClient;
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_proto::statistics::reception_service_client::ReceptionServiceClient;
use thidua_proto::{awards, statistics};
pub(crate) use thidua_tests::call::{by, day, window};
use thidua_tests::call::{facts, refusal};
use thidua_tests::record::RecordingChannel;
use thidua_tests::service::{Service, Stop, serving};
use tokio::net::TcpListener;
use tonic::Status;
use tonic::body::Body;

pub(crate) const BLOC: &str = "blocs/noi-chinh";
pub(crate) const FLAG: &str = "co-thi-dua-chinh-phu";
pub(crate) const UNITS: [(&str, &str); 2] =
    [("units/thanh-tra-tinh", "Thanh tra tỉnh"), ("units/so-tu-phap", "Sở Tư pháp")];

/// A program in this process.
pub(crate) struct Program(Service);

impl Program {
    async fn start<F: Future<Output = Result<(), String>> + Send + 'static>(
        listen: SocketAddr,
        store: &Path,
        run: impl FnOnce(ServingConfig, TcpListener, Clock, Stop) -> F,
    ) -> Self {
        let clock = Clock::fixed("2024-03-01T03:00:00Z".parse().unwrap());
        let serving = ServingConfig { listen, ..serving(store) };
        let run = |serving, listener, stop| run(serving, listener, clock, stop);
        Self(Service::start(serving, run).await)
    }

    async fn statistics(address: SocketAddr, folder: &Path) -> Self {
        let run = |serving, listener, clock, stop| {
            let serving = ServingConfig {
                quotas: Quotas { calls: 4096, imports: 4096, exports: 4096, watches: 4096 },
                ..serving
            };
            thidua_statistics::run(
                thidua_statistics::config::Config { serving, rules: None },
                listener,
                clock,
                stop,
            )
        };
        Self::start(address, &folder.join("statistics.sqlite"), run).await
    }

    async fn awards(folder: &Path) -> Self {
        let run = |serving, listener, clock, stop| {
            thidua_awards::run(thidua_awards::config::Config { serving }, listener, clock, stop)
        };
        Self::start(any(), &folder.join("awards.sqlite"), run).await
    }

    pub(crate) async fn gateway(
        statistics: &[SocketAddr],
        awards: SocketAddr,
        deadline: Duration,
        folder: &Path,
    ) -> Self {
        // More than a service takes on one connection: what holds calls back is the gateway's own doing.
        const IN_FLIGHT: usize = 4096;

        let endpoints = |addresses: &[SocketAddr]| {
            let each: Vec<_> = addresses.iter().map(|address| format!("http://{address}")).collect();
            each.join(",").parse().unwrap()
        };
        let (statistics, awards) = (endpoints(statistics), endpoints(&[awards]));
        let run = move |serving, listener, clock, stop| {
            let serving = ServingConfig {
                quotas: Quotas {
                    calls: IN_FLIGHT,
                    imports: IN_FLIGHT,
                    exports: IN_FLIGHT,
                    watches: IN_FLIGHT,
                },
                ..serving
            };
            let config =
                thidua_gateway::config::Config { serving, statistics, awards, upstream_deadline: deadline };
            thidua_gateway::run(config, listener, clock, stop)
        };
        Self::start(any(), &folder.join("gateway.sqlite"), run).await
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address
    }

    pub(crate) fn connect(&self) -> RecordingChannel {
        self.0.channel()
    }
}

/// A program in place of a service, which answers calls as a test says. Ends with the test.
pub(crate) async fn stand_in<F: Future<Output = http::Response<Body>> + Send + 'static>(
    answer: impl Fn(http::Request<axum::body::Body>) -> F + Clone + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind(any()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().fallback(move |request| {
        let answer = answer.clone();
        async move { answer(request).await }
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// What a stand-in answers where a call succeeds.
pub(crate) fn success(message: &impl prost::Message) -> http::Response<Body> {
    let message = message.encode_to_vec();
    let mut bytes = vec![0];
    bytes.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    bytes.extend(message);
    let trailers = http::HeaderMap::from_iter([(Status::GRPC_STATUS, http::HeaderValue::from_static("0"))]);
    let frames = [Frame::data(bytes::Bytes::from(bytes)), Frame::trailers(trailers)];
    let body = StreamBody::new(tokio_stream::iter(frames.map(Ok::<_, Status>)));
    http::Response::builder().header("content-type", "application/grpc").body(Body::new(body)).unwrap()
}

pub(crate) fn any() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// The whole system.
pub(crate) struct System {
    /// The gateway's.
    pub(crate) channel: RecordingChannel,
    pub(crate) awards: Program,
    statistics: Option<Program>,
    pub(crate) statistics_at: SocketAddr,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) gateway: Program,
}

impl System {
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let statistics = Program::statistics(any(), folder.path()).await;
        let awards = Program::awards(folder.path()).await;
        let deadline = Duration::from_secs(10);
        let gateway =
            Program::gateway(&[statistics.address()], awards.address(), deadline, folder.path()).await;
        let (channel, statistics_at) = (gateway.connect(), statistics.address());
        Self { channel, awards, statistics: Some(statistics), statistics_at, folder, gateway }
    }

    /// With a bloc of two, its year 2023, a nomination, and some records; all through the gateway.
    pub(crate) async fn start() -> Self {
        let system = Self::empty().await;
        for (name, display_name) in UNITS {
            let request = create_unit(name, display_name);
            DirectoryServiceClient::new(system.channel.clone()).create_unit(request).await.unwrap();
        }
        system.enter_records().await;
        system.blocs().create_bloc(create_bloc()).await.unwrap();
        system.blocs().start_year(start_year()).await.unwrap();
        NominationServiceClient::new(system.channel.clone()).nominate(nominate()).await.unwrap();
        system
    }

    async fn enter_records(&self) {
        let mut inspections = InspectionServiceClient::new(self.channel.clone());
        let mut receptions = ReceptionServiceClient::new(self.channel.clone());
        let mut petitions = PetitionServiceClient::new(self.channel.clone());
        for (unit, _) in UNITS {
            let request = statistics::CreateInspectionRequest {
                parent: unit.to_owned(),
                inspection: Some(inspection()),
                ..Default::default()
            };
            inspections.create_inspection(request).await.unwrap();
            let request = statistics::CreateReceptionRequest {
                parent: unit.to_owned(),
                reception: Some(reception()),
                ..Default::default()
            };
            receptions.create_reception(request).await.unwrap();
            for matter in matters() {
                let (parent, matter) = (unit.to_owned(), Some(matter));
                let request = statistics::CreateMatterRequest { parent, matter, ..Default::default() };
                petitions.create_matter(request).await.unwrap();
            }
        }
    }

    pub(crate) fn statistics(&self) -> &Program {
        self.statistics.as_ref().unwrap()
    }

    pub(crate) async fn stop_statistics(&mut self) {
        self.statistics.take().unwrap().0.stop().await;
    }

    /// On the same port and store.
    pub(crate) async fn start_statistics(&mut self) {
        self.statistics = Some(Program::statistics(self.statistics_at, self.folder.path()).await);
    }

    pub(crate) fn reports(&self) -> BlocReportServiceClient<RecordingChannel> {
        BlocReportServiceClient::new(self.channel.clone())
    }

    pub(crate) fn blocs(&self) -> BlocServiceClient<RecordingChannel> {
        BlocServiceClient::new(self.channel.clone())
    }

    pub(crate) fn journals(&self) -> JournalServiceClient<RecordingChannel> {
        JournalServiceClient::new(self.channel.clone())
    }

    pub(crate) async fn generate(
        &self,
        request: proto::GenerateBlocReportRequest,
    ) -> Result<proto::BlocReport, Status> {
        self.reports().generate_bloc_report(request).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn render(
        &self,
        request: proto::RenderBlocReportRequest,
    ) -> Result<proto::RenderBlocReportResponse, Status> {
        self.reports().render_bloc_report(request).await.map(tonic::Response::into_inner)
    }
}

pub(crate) fn report() -> proto::GenerateBlocReportRequest {
    proto::GenerateBlocReportRequest { bloc: BLOC.to_owned(), year: 2023, ..Default::default() }
}

pub(crate) fn document(format: proto::DocumentFormat, language: &str) -> proto::RenderBlocReportRequest {
    proto::RenderBlocReportRequest {
        bloc: BLOC.to_owned(),
        year: 2023,
        format: Some(format.into()),
        language_code: language.to_owned(),
        ..Default::default()
    }
}

/// What a refusal of a package says: reason and metadata.
#[track_caller]
pub(crate) fn refused<T: Debug>(
    result: Result<T, Status>,
    domain: &str,
) -> (String, HashMap<String, String>) {
    let (reason, metadata) = refusal(result, domain);
    (reason.strip_prefix("ERROR_REASON_").unwrap().to_owned(), metadata)
}

/// A refusal as a test writes it.
pub(crate) fn told(reason: &str, pairs: &[(&str, &str)]) -> (String, HashMap<String, String>) {
    (reason.to_owned(), facts(pairs))
}

pub(crate) fn create_unit(name: &str, display_name: &str) -> statistics::CreateUnitRequest {
    let unit = statistics::Unit {
        display_name: display_name.to_owned(),
        open_date: day(1997, 1, 1),
        ..Default::default()
    };
    let unit_id = name.strip_prefix("units/").unwrap().to_owned();
    statistics::CreateUnitRequest { unit_id, unit: Some(unit), ..Default::default() }
}

fn inspection() -> statistics::Inspection {
    statistics::Inspection {
        title: "Quản lý đất đai | <Gia Bình>".to_owned(),
        kind: statistics::InspectionKind::Administrative.into(),
        basis: statistics::InspectionBasis::Unplanned.into(),
        start_date: day(2023, 2, 1),
        conclusion_date: day(2023, 5, 31),
        inspected_unit_count: 617,
        recovery_amount_vnd: 21_793_137_000,
        ..Default::default()
    }
}

fn reception() -> statistics::Reception {
    statistics::Reception {
        reception_date: day(2023, 3, 1),
        mode: statistics::ReceptionMode::Regular.into(),
        people_count: 1852,
        ..Default::default()
    }
}

/// One that is resolved, and one that is open.
fn matters() -> [statistics::Matter; 2] {
    let open = statistics::Matter {
        kind: statistics::PetitionKind::Complaint.into(),
        competence: statistics::Competence::Within.into(),
        accepted_date: day(2023, 4, 1),
        ..Default::default()
    };
    let outcome = Some(statistics::MatterOutcome::Rejected.into());
    [statistics::Matter { resolved_date: day(2023, 6, 1), outcome, ..open.clone() }, open]
}

fn create_bloc() -> awards::CreateBlocRequest {
    let member = |(unit, display_name): (&str, &str)| awards::BlocMember {
        unit: unit.to_owned(),
        display_name: display_name.to_owned(),
        first_date: day(2014, 1, 1),
        ..Default::default()
    };
    let bloc = awards::Bloc {
        display_name: "Khối Nội chính".to_owned(),
        display_name_en: "Internal Affairs Bloc".to_owned(),
        members: UNITS.map(member).to_vec(),
        ..Default::default()
    };
    awards::CreateBlocRequest { bloc_id: "noi-chinh".to_owned(), bloc: Some(bloc), ..Default::default() }
}

fn start_year() -> awards::StartYearRequest {
    let year = awards::BlocYear {
        leader: UNITS[0].0.to_owned(),
        first_date: day(2022, 12, 15),
        last_date: day(2023, 12, 14),
        conference_date: day(2023, 11, 21),
        ..Default::default()
    };
    awards::StartYearRequest {
        parent: BLOC.to_owned(),
        year: 2023,
        bloc_year: Some(year),
        ..Default::default()
    }
}

fn nominate() -> awards::NominateRequest {
    let nomination =
        awards::Nomination { unit: UNITS[0].0.to_owned(), title: FLAG.to_owned(), ..Default::default() };
    awards::NominateRequest {
        parent: format!("{BLOC}/years/2023"),
        nomination_id: "1".to_owned(),
        nomination: Some(nomination),
        ..Default::default()
    }
}
