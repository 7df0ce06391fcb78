//! A running service, its units, and what a refusal says.

use std::collections::HashMap;
use std::fmt::Debug;
use std::time::Duration;

use thidua_chassis::clock::Clock;
use thidua_chassis::config::ServingConfig;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::ErrorReason;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::inspection_service_client::InspectionServiceClient;
use thidua_proto::statistics::petition_service_client::PetitionServiceClient;
use thidua_proto::statistics::reception_service_client::ReceptionServiceClient;
use thidua_proto::statistics::transfer_service_client::TransferServiceClient;
use thidua_proto::{Date, FieldMask};
use thidua_statistics::config::Config;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use tonic::{Request, Response, Status};
use tonic_types::StatusExt;

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
    pub(crate) channel: Channel,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), String>>,
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
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap();
        let serving = ServingConfig {
            listen,
            store: format!("sqlite:{}/statistics.sqlite", folder.path().display()),
            trusts_network: false,
            in_flight,
            deadline: Duration::from_secs(30),
            lame_duck: Duration::ZERO,
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move {
            let _ = stopped.await;
        };
        let clock = Clock::fixed(TODAY.parse().unwrap());
        // Own data files, where a test has put some.
        let rules = Some(folder.path().join("rules")).filter(|rules| rules.is_dir());
        let served =
            tokio::spawn(thidua_statistics::run(Config { serving, rules }, listener, clock, stopped));
        let channel = Channel::from_shared(format!("http://{listen}")).unwrap().connect().await.unwrap();
        Self { channel, stop, served, folder }
    }

    /// Puts an own data file beside the store, for the next start.
    pub(crate) fn write_rules(&self, name: &str, text: &str) {
        let folder = self.folder.path().join("rules");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), text).unwrap();
    }

    /// Stops, and starts again on the same store.
    pub(crate) async fn restart(self) -> Self {
        let Self { channel, stop, served, folder } = self;
        drop(channel);
        stop.send(()).unwrap();
        served.await.unwrap().unwrap();
        Self::serve(folder, 64).await
    }

    pub(crate) fn directory(&self) -> DirectoryServiceClient<Channel> {
        DirectoryServiceClient::new(self.channel.clone())
    }

    pub(crate) fn inspections(&self) -> InspectionServiceClient<Channel> {
        InspectionServiceClient::new(self.channel.clone())
    }

    pub(crate) fn receptions(&self) -> ReceptionServiceClient<Channel> {
        ReceptionServiceClient::new(self.channel.clone())
    }

    pub(crate) fn petitions(&self) -> PetitionServiceClient<Channel> {
        PetitionServiceClient::new(self.channel.clone())
    }

    pub(crate) fn figures(&self) -> FigureServiceClient<Channel> {
        FigureServiceClient::new(self.channel.clone())
    }

    pub(crate) fn transfer(&self) -> TransferServiceClient<Channel> {
        TransferServiceClient::new(self.channel.clone())
    }

    pub(crate) fn journal(&self) -> JournalServiceClient<Channel> {
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
            first_date: first,
            last_date: last,
            ..Default::default()
        };
        let answer = self.figures().compute_figures(request).await.unwrap().into_inner();
        match answer.figures[0].value {
            Some(proto::figure::Value::Amount(amount)) => amount,
            ref other => panic!("{measure} is no amount: {other:?}"),
        }
    }
}

/// A request of a caller.
pub(crate) fn by<T>(caller: &'static str, message: T) -> Request<T> {
    with("thidua-caller", caller, message)
}

/// A request with metadata.
pub(crate) fn with<T>(key: &'static str, value: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert(key, value.parse().unwrap());
    request
}

/// The metadata of a refusal for a reason. Every refusal names the domain and speaks Vietnamese.
#[track_caller]
pub(crate) fn refused<T: Debug>(result: Result<T, Status>, reason: ErrorReason) -> HashMap<String, String> {
    let status = result.unwrap_err();
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("{status:?}"));
    assert_eq!(info.reason, reason.as_str_name(), "{status:?}");
    assert_eq!(info.domain, "thidua.statistics.v1");
    assert_eq!(details.localized_message().unwrap().locale, "vi-VN");
    for value in info.metadata.values() {
        assert!(status.message().contains(value), "`{value}` in {}", status.message());
    }
    info.metadata.clone()
}

/// The fields that a refusal names, each with why. The metadata names the same.
#[track_caller]
pub(crate) fn violated<T: Debug>(result: Result<T, Status>) -> Vec<(String, String)> {
    let details = result.as_ref().unwrap_err().get_error_details();
    let violations = details.bad_request().unwrap_or_else(|| panic!("{result:?}")).field_violations.clone();
    let fields: Vec<&str> = violations.iter().map(|violation| violation.field.as_str()).collect();
    let told = refused(result, ErrorReason::FieldInvalid);
    assert_eq!(told, facts(&[("fields", &fields.join(","))]));
    for violation in &violations {
        assert!(!violation.description.is_empty());
        assert_eq!(violation.localized_message.as_ref().unwrap().locale, "vi-VN");
    }
    violations.into_iter().map(|violation| (violation.field, violation.reason)).collect()
}

/// Fields and reasons as a test writes them.
pub(crate) fn faults(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(field, reason)| ((*field).to_owned(), (*reason).to_owned())).collect()
}

/// Metadata as a test writes it.
pub(crate) fn facts(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// The revision that an answer stands at, from its trailers.
pub(crate) fn revision<T>(response: &Response<T>) -> String {
    response.metadata().get("thidua-revision").unwrap().to_str().unwrap().to_owned()
}

pub(crate) fn mask(paths: &[&str]) -> Option<FieldMask> {
    (!paths.is_empty()).then(|| FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() })
}

#[expect(clippy::unnecessary_wraps, reason = "messages may leave any day out")]
pub(crate) fn day(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
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
