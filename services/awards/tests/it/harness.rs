//! A running service, requests of the standing example, and what a refusal says.

use std::collections::HashMap;
use std::fmt::Debug;

use thidua_awards::config::Config;
use thidua_chassis::clock::Clock;
use thidua_proto::awards as proto;
use thidua_proto::awards::ErrorReason;
use thidua_proto::awards::award_service_client::AwardServiceClient;
use thidua_proto::awards::ballot_service_client::BallotServiceClient;
use thidua_proto::awards::bloc_service_client::BlocServiceClient;
use thidua_proto::awards::nomination_service_client::NominationServiceClient;
use thidua_proto::awards::rule_service_client::RuleServiceClient;
use thidua_tests::call::refusal;
pub(crate) use thidua_tests::call::{by, day, facts, revision};
use thidua_tests::record::RecordingChannel;
use thidua_tests::service;
use tonic::{Response, Status};

pub(crate) const BLOC: &str = "blocs/noi-chinh";
pub(crate) const YEAR: &str = "blocs/noi-chinh/years/2023";
pub(crate) const FLAG: &str = "co-thi-dua-chinh-phu";
pub(crate) const REQUEST_ID: &str = "018f0000-0000-7000-8000-000000000001";

pub(crate) const REGISTRAR: &str = "office=so-noi-vu; roles=registrar";
pub(crate) const LEADER: &str = "office=van-phong; unit=units/thanh-tra-tinh; roles=secretary";
pub(crate) const MEMBER: &str = "office=van-phong; unit=units/tand-tinh; roles=secretary";
pub(crate) const RECORDER: &str = "office=van-phong; unit=units/thanh-tra-tinh; roles=recorder";

/// The members of the standing example, and one that left before its conference.
pub(crate) const MEMBERS: [&str; 8] = [
    "thanh-tra-tinh",
    "so-noi-vu",
    "so-tu-phap",
    "bo-chi-huy-quan-su-tinh",
    "cong-an-tinh",
    "tand-tinh",
    "vien-ksnd-tinh",
    "cuc-thads-tinh",
];
pub(crate) const FORMER: &str = "so-ngoai-vu";

/// A service in this process.
pub(crate) struct Service {
    channel: RecordingChannel,
    running: service::Service,
    _folder: tempfile::TempDir,
}

impl Service {
    /// With an empty store.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let serving = service::serving(&folder.path().join("awards.sqlite"));
        let running = service::Service::start(serving, |serving, listener, stop| {
            thidua_awards::run(Config { serving }, listener, Clock::system(), stop)
        });
        let running = running.await;
        Self { channel: running.channel(), running, _folder: folder }
    }

    /// With the bloc and the year of the standing example.
    pub(crate) async fn with_year() -> Self {
        let service = Self::start().await;
        service.blocs().create_bloc(create_bloc()).await.unwrap();
        service.blocs().start_year(start_year()).await.unwrap();
        service
    }

    /// Stops; it has to end well.
    pub(crate) async fn stop(self) {
        drop(self.channel);
        self.running.stop().await;
    }

    pub(crate) fn channel(&self) -> RecordingChannel {
        self.channel.clone()
    }

    pub(crate) fn blocs(&self) -> BlocServiceClient<RecordingChannel> {
        BlocServiceClient::new(self.channel.clone())
    }

    pub(crate) fn rules(&self) -> RuleServiceClient<RecordingChannel> {
        RuleServiceClient::new(self.channel.clone())
    }

    pub(crate) fn nominations(&self) -> NominationServiceClient<RecordingChannel> {
        NominationServiceClient::new(self.channel.clone())
    }

    pub(crate) fn ballots(&self) -> BallotServiceClient<RecordingChannel> {
        BallotServiceClient::new(self.channel.clone())
    }

    pub(crate) fn awards(&self) -> AwardServiceClient<RecordingChannel> {
        AwardServiceClient::new(self.channel.clone())
    }

    /// A nomination of the standing example, proposed; its name.
    pub(crate) async fn nominate(&self, id: &str, unit: &str, title: &str) -> String {
        self.nominations().nominate(nominate(id, unit, title)).await.unwrap().into_inner().name
    }

    /// A nomination that all eight have voted for; its name.
    pub(crate) async fn endorse(&self, id: &str, unit: &str, title: &str) -> String {
        let name = self.nominate(id, unit, title).await;
        self.ballots().record_show_of_hands(show_of_hands(id, &name, [8, 8, 0])).await.unwrap();
        name
    }
}

/// The metadata of a refusal for a reason.
#[track_caller]
pub(crate) fn refused<T: Debug>(
    result: Result<Response<T>, Status>,
    reason: ErrorReason,
) -> HashMap<String, String> {
    let (found, metadata) = refusal(result, "thidua.awards.v1");
    assert_eq!(found, reason.as_str_name(), "{metadata:?}");
    metadata
}

pub(crate) fn unit(id: &str) -> String {
    format!("units/{id}")
}

pub(crate) fn member(id: &str) -> proto::BlocMember {
    let display_name = id.to_owned();
    proto::BlocMember {
        unit: unit(id),
        display_name,
        first_date: day(2014, 1, 1),
        ..proto::BlocMember::default()
    }
}

pub(crate) fn create_bloc() -> proto::CreateBlocRequest {
    let mut members: Vec<_> = MEMBERS.map(member).into();
    members.push(proto::BlocMember { last_date: day(2023, 6, 30), ..member(FORMER) });
    let bloc = proto::Bloc {
        display_name: "Khối Thi đua các cơ quan Nội chính tỉnh Bắc Ninh".to_owned(),
        display_name_en: "Emulation Bloc of Internal Affairs Agencies".to_owned(),
        members,
        ..proto::Bloc::default()
    };
    proto::CreateBlocRequest { bloc_id: "noi-chinh".to_owned(), bloc: Some(bloc), ..Default::default() }
}

pub(crate) fn bloc_year() -> proto::BlocYear {
    let content =
        |number| proto::PledgeContent { display_name: format!("Nội dung {number}"), ..Default::default() };
    proto::BlocYear {
        leader: unit("thanh-tra-tinh"),
        first_date: day(2022, 12, 15),
        last_date: day(2023, 12, 14),
        conference_date: day(2023, 11, 21),
        pledge_agreement: Some(proto::PledgeAgreement {
            signed_date: day(2023, 3, 1),
            contents: (1..=10).map(content).collect(),
        }),
        ..proto::BlocYear::default()
    }
}

pub(crate) fn start_year() -> proto::StartYearRequest {
    let (parent, bloc_year) = (BLOC.to_owned(), Some(bloc_year()));
    proto::StartYearRequest { parent, year: 2023, bloc_year, ..Default::default() }
}

pub(crate) fn agree(next_leader: &str) -> proto::AgreeNextLeaderRequest {
    proto::AgreeNextLeaderRequest {
        name: YEAR.to_owned(),
        next_leader: unit(next_leader),
        agreed_date: day(2023, 11, 21),
        ..Default::default()
    }
}

pub(crate) fn nominate(id: &str, of: &str, title: &str) -> proto::NominateRequest {
    let nomination = proto::Nomination { unit: unit(of), title: title.to_owned(), ..Default::default() };
    proto::NominateRequest {
        parent: YEAR.to_owned(),
        nomination_id: id.to_owned(),
        nomination: Some(nomination),
        ..Default::default()
    }
}

pub(crate) fn withdraw(nomination: &str) -> proto::WithdrawNominationRequest {
    let (name, reason) = (nomination.to_owned(), "Ghi nhầm đơn vị".to_owned());
    proto::WithdrawNominationRequest { name, reason, ..Default::default() }
}

pub(crate) fn show_of_hands(
    id: &str,
    nomination: &str,
    [present_count, for_count, against_count]: [i64; 3],
) -> proto::RecordShowOfHandsRequest {
    let ballot = proto::Ballot {
        nomination: nomination.to_owned(),
        vote_date: day(2023, 11, 21),
        present_count,
        for_count,
        against_count,
        ..proto::Ballot::default()
    };
    proto::RecordShowOfHandsRequest {
        parent: YEAR.to_owned(),
        ballot_id: id.to_owned(),
        ballot: Some(ballot),
        ..Default::default()
    }
}

/// The decision on the Government's flag for the leader.
pub(crate) fn decision(id: &str, nomination: &str) -> proto::RecordDecisionRequest {
    let award = proto::Award {
        unit: unit("thanh-tra-tinh"),
        title: FLAG.to_owned(),
        nomination: nomination.to_owned(),
        decision_number: "1/QĐ-TTg".to_owned(),
        decision_date: day(2024, 3, 1),
        authority: "Thủ tướng Chính phủ".to_owned(),
        ..proto::Award::default()
    };
    proto::RecordDecisionRequest { award_id: id.to_owned(), award: Some(award), ..Default::default() }
}
