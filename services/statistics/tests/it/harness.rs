//! A running service, its units, and what a refusal says.

use std::collections::HashMap;
use std::fmt::Debug;
use std::net::SocketAddr;

use thidua_chassis::clock::Clock;
use thidua_chassis::config::ServingConfig;
use thidua_chassis::edge::Quotas;
use thidua_chassis::store::Store;
use thidua_proto::Date;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::ErrorReason;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::inspection_service_client::InspectionServiceClient;
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_proto::statistics::reception_service_client::ReceptionServiceClient;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_statistics::config::Config;
pub(crate) use thidua_tests::call::{by, day, facts, faults, mask, period, revision, window, with};
use thidua_tests::call::{refusal, violations};
use thidua_tests::record::RecordingChannel;
use thidua_tests::service;
use tonic::Status;
use tonic::transport::Endpoint;

/// The domain of the service's failures.
pub(crate) const DOMAIN: &str = "thidua.statistics.v1";

/// The unit that the tests keep records for, the one above it, and one beside it that closed.
pub(crate) const UNIT: &str = "units/thanh-tra-tinh";
pub(crate) const ABOVE: &str = "units/ubnd-tinh";
pub(crate) const CLOSED: &str = "units/so-ngoai-vu";

pub(crate) const REQUEST_ID: &str = "018f0000-0000-7000-8000-000000000001";
pub(crate) const OTHER_ID: &str = "018f0000-0000-7000-8000-000000000002";

pub(crate) const REGISTRAR: &str = "office=so-noi-vu; roles=registrar";
pub(crate) const RECORDER: &str = "office=van-phong; unit=units/thanh-tra-tinh; roles=recorder";
pub(crate) const RECORDER_ABOVE: &str = "office=van-phong; unit=units/ubnd-tinh; roles=recorder";
pub(crate) const RECORDER_BESIDE: &str = "office=van-phong; unit=units/so-ngoai-vu; roles=recorder";

/// The day on which the tests take place.
const TODAY: &str = "2024-03-01T03:00:00Z";

/// A service in this process.
pub(crate) struct Service {
    pub(crate) channel: RecordingChannel,
    running: service::Service,
    folder: tempfile::TempDir,
}

impl Service {
    /// With an empty store.
    pub(crate) async fn empty() -> Self {
        Self::serve(tempfile::tempdir().unwrap(), 64).await
    }

    /// With the three units.
    pub(crate) async fn start() -> Self {
        let service = Self::empty().await;
        for request in [create_unit(ABOVE, ""), create_unit(UNIT, ABOVE), closed_unit()] {
            service.directory().create_unit(request).await.unwrap();
        }
        service
    }

    /// That takes so many calls at once.
    pub(crate) async fn taking(in_flight: usize) -> Self {
        Self::serve(tempfile::tempdir().unwrap(), in_flight).await
    }

    async fn serve(folder: tempfile::TempDir, in_flight: usize) -> Self {
        let serving = service::serving(&folder.path().join("statistics.sqlite"));
        let quotas = Quotas { calls: in_flight, ..serving.quotas };
        let serving = ServingConfig { quotas, ..serving };
        let clock = Clock::fixed(TODAY.parse().unwrap());
        // Own data files, where a test has put some.
        let rules = Some(folder.path().join("rules")).filter(|rules| rules.is_dir());
        let running = service::Service::start(serving, |serving, listener, stop| {
            thidua_statistics::run(Config { serving, rules }, listener, clock, stop)
        });
        let running = running.await;
        Self { channel: running.channel(), running, folder }
    }

    /// Removes the store's file under the running service.
    pub(crate) fn remove_store(&self) {
        std::fs::remove_file(self.folder.path().join("statistics.sqlite")).unwrap();
    }

    /// Where it serves.
    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// Stops it; returns when it has let go of its port and store.
    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }

    /// A connection whose reader takes little at a time, so that long answers wait for it.
    pub(crate) fn narrow(&self) -> RecordingChannel {
        let endpoint: Endpoint = format!("http://{}", self.running.address).parse().unwrap();
        RecordingChannel(endpoint.initial_stream_window_size(1024).connect_lazy())
    }

    /// Puts an own data file beside the store, for the next start.
    pub(crate) fn write_rules(&self, name: &str, text: &str) {
        let folder = self.folder.path().join("rules");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), text).unwrap();
    }

    /// Stops, lets a test write into the store as another program would, and starts again on it.
    pub(crate) async fn with_store(self, write: impl AsyncFnOnce(&Store)) -> Self {
        let Self { channel, running, folder } = self;
        drop(channel);
        running.stop().await;
        let address = format!("sqlite:{}", folder.path().join("statistics.sqlite").display());
        let clock = Clock::fixed(TODAY.parse().unwrap());
        let store = Store::open(&address, thidua_statistics::rpc::CONTRIBUTIONS, clock).await.unwrap();
        write(&store).await;
        store.close().await;
        Self::serve(folder, 64).await
    }

    /// Stops, and starts again on the same store.
    pub(crate) async fn restart(self) -> Self {
        let Self { channel, running, folder } = self;
        drop(channel);
        running.stop().await;
        Self::serve(folder, 64).await
    }

    pub(crate) fn directory(&self) -> DirectoryServiceClient<RecordingChannel> {
        DirectoryServiceClient::new(self.channel.clone())
    }

    pub(crate) fn inspections(&self) -> InspectionServiceClient<RecordingChannel> {
        InspectionServiceClient::new(self.channel.clone())
    }

    pub(crate) fn receptions(&self) -> ReceptionServiceClient<RecordingChannel> {
        ReceptionServiceClient::new(self.channel.clone())
    }

    pub(crate) fn petitions(&self) -> PetitionServiceClient<RecordingChannel> {
        PetitionServiceClient::new(self.channel.clone())
    }

    pub(crate) fn figures(&self) -> FigureServiceClient<RecordingChannel> {
        FigureServiceClient::new(self.channel.clone())
    }

    pub(crate) fn transfer(&self) -> TransferServiceClient<RecordingChannel> {
        TransferServiceClient::new(self.channel.clone())
    }

    pub(crate) fn journal(&self) -> JournalServiceClient<RecordingChannel> {
        JournalServiceClient::new(self.channel.clone())
    }

    /// The newest revision.
    pub(crate) async fn head(&self) -> i64 {
        self.journal()
            .get_head(thidua_proto::journal::GetHeadRequest::default())
            .await
            .unwrap()
            .into_inner()
            .revision
    }

    /// One amount, over a window, of the unit.
    pub(crate) async fn amount(&self, measure: &str, first: Option<Date>, last: Option<Date>) -> i64 {
        let request = proto::ComputeFiguresRequest {
            units: vec![UNIT.to_owned()],
            measures: vec![measure.to_owned()],
            window: window(first, last),
            ..Default::default()
        };
        let answer = self.figures().compute_figures(request).await.unwrap().into_inner();
        match answer.figures[0].value {
            Some(proto::figure::Value::Amount(amount)) => amount,
            ref other => panic!("{measure} is no amount: {other:?}"),
        }
    }
}

/// The metadata of a refusal for a reason.
#[track_caller]
pub(crate) fn refused<T: Debug>(result: Result<T, Status>, reason: ErrorReason) -> HashMap<String, String> {
    let (found, metadata) = refusal(result, DOMAIN);
    assert_eq!(found, reason.as_str_name(), "{metadata:?}");
    metadata
}

/// The fields that a refusal names, each with why.
#[track_caller]
pub(crate) fn violated<T: Debug>(result: Result<T, Status>) -> Vec<(String, String)> {
    violations(result, DOMAIN)
}

/// A unit that goes on, named by its slug.
pub(crate) fn create_unit(name: &str, superior: &str) -> proto::CreateUnitRequest {
    let id = name.strip_prefix("units/").unwrap().to_owned();
    let unit = proto::Unit {
        display_name: id.clone(),
        superior: superior.to_owned(),
        open_date: day(1997, 1, 1),
        ..Default::default()
    };
    proto::CreateUnitRequest { unit_id: id, unit: Some(unit), ..Default::default() }
}

fn closed_unit() -> proto::CreateUnitRequest {
    let mut request = create_unit(CLOSED, "");
    request.unit.as_mut().unwrap().close_date = day(2023, 6, 30);
    request
}
