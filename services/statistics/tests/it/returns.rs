//! `ReturnService`: prepared, handed in, approved, locked, reopened; each refusal with its own reason.

mod orders;
mod restated;

use thidua_proto::journal::{Change, ListEntriesRequest};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::return_service_client::ReturnServiceClient;
use thidua_proto::statistics::{
    ColumnEntry, ColumnOrigin, ErrorReason, Petition, Reception, Return, ReturnAction, ReturnState,
};
use thidua_tests::record::RecordingChannel;
use tonic::{Response, Status};

use super::harness::*;
use super::kind::{Kind, WriteOptions};

const DOCUMENT: &str = "TT 02/2021/TT-TTCP";
const Q1: &str = "units/thanh-tra-tinh/returns/tt-02-2021-tt-ttcp-01-tcd-tt-02-2021-2023-q1";
const APPROVER: &str = "office=lanh-dao; unit=units/thanh-tra-tinh; roles=approver,recorder";
const APPROVER_BESIDE: &str = "office=lanh-dao; unit=units/so-ngoai-vu; roles=approver";

impl Service {
    fn returns(&self) -> ReturnServiceClient<RecordingChannel> {
        ReturnServiceClient::new(self.channel.clone())
    }

    async fn prepare(
        &self,
        form: &str,
        period: &str,
        entries: &[(&str, i64, &str)],
    ) -> Result<Return, Status> {
        let request = prepare(form, period, entries);
        self.returns().prepare_return(by(RECORDER, request)).await.map(Response::into_inner)
    }

    async fn submit(&self, name: &str) -> Result<Return, Status> {
        let request = proto::SubmitReturnRequest { name: name.to_owned(), ..Default::default() };
        self.returns().submit_return(by(RECORDER, request)).await.map(Response::into_inner)
    }

    async fn approve(&self, name: &str, digest: &str) -> Result<Return, Status> {
        let request = approval(name, digest);
        self.returns().approve_return(by(APPROVER, request)).await.map(Response::into_inner)
    }

    async fn send_back(&self, name: &str, reason: &str) -> Result<Return, Status> {
        let (name, reason) = (name.to_owned(), reason.to_owned());
        let request = proto::SendBackReturnRequest { name, reason, ..Default::default() };
        self.returns().send_back_return(by(APPROVER, request)).await.map(Response::into_inner)
    }

    async fn reopen(&self, name: &str, reason: &str) -> Result<Return, Status> {
        let (name, reason) = (name.to_owned(), reason.to_owned());
        let request = proto::ReopenReturnRequest { name, reason, ..Default::default() };
        self.returns().reopen_return(by(APPROVER, request)).await.map(Response::into_inner)
    }

    async fn read(&self, name: &str) -> Return {
        let request = proto::GetReturnRequest { name: name.to_owned() };
        self.returns().get_return(request).await.unwrap().into_inner()
    }

    /// A visit of so many people in the first quarter of 2023.
    async fn receive(&self, id: &str, people_count: i64) -> Result<Reception, Status> {
        let visit = Reception { people_count, opens_session: false, ..Reception::sample() };
        Reception::create(self, UNIT, id, Some(visit), WriteOptions::caller(RECORDER))
            .await
            .map(Response::into_inner)
    }
}

fn prepare(form: &str, period: &str, entries: &[(&str, i64, &str)]) -> proto::PrepareReturnRequest {
    let entry = |(code, value, reason): &(&str, i64, &str)| ColumnEntry {
        column: (*code).to_owned(),
        value: *value,
        reason: (*reason).to_owned(),
    };
    let headline = form == "HEADLINE";
    proto::PrepareReturnRequest {
        parent: UNIT.to_owned(),
        issuing_document: if headline { "thidua" } else { DOCUMENT }.to_owned(),
        form: form.to_owned(),
        calendar: "tt-02-2021".to_owned(),
        period: period.to_owned(),
        entries: entries.iter().map(entry).collect(),
        ..Default::default()
    }
}

fn approval(name: &str, digest: &str) -> proto::ApproveReturnRequest {
    proto::ApproveReturnRequest { name: name.to_owned(), digest: digest.to_owned(), ..Default::default() }
}

fn column<'r>(of: &'r Return, code: &str) -> &'r proto::ReturnColumn {
    of.columns.iter().find(|column| column.column == code).unwrap()
}

/// Two visits, and their return approved.
async fn approved(service: &Service) -> Return {
    service.receive("v1", 3).await.unwrap();
    service.receive("v2", 7).await.unwrap();
    service.prepare("01/TCD", "2023-Q1", &[]).await.unwrap();
    let submitted = service.submit(Q1).await.unwrap();
    service.approve(Q1, &submitted.digest).await.unwrap()
}

#[tokio::test]
async fn a_return_is_prepared_handed_in_and_approved() {
    let service = Service::start().await;
    let found = approved(&service).await;
    assert_eq!((found.name.as_str(), found.state()), (Q1, ReturnState::Approved));
    assert_eq!((found.first_date, found.last_date), (day(2022, 12, 15), day(2023, 3, 14)));
    assert_eq!((column(&found, "1").value, column(&found, "2").value), (Some(2), Some(10)));
    assert_eq!(column(&found, "2").origin(), ColumnOrigin::Records);
    assert_eq!(column(&found, "1").label, "Tổng số lượt tiếp");
    let actions: Vec<ReturnAction> = found.steps.iter().map(proto::ReturnStep::action).collect();
    assert_eq!(actions, [ReturnAction::Prepare, ReturnAction::Submit, ReturnAction::Approve]);
    assert_eq!(found.steps[2].caller, "offices/lanh-dao for units/thanh-tra-tinh");
    assert_eq!((found.approvals.len(), found.approvals[0].digest.as_str()), (1, found.digest.as_str()));
    assert_eq!(service.read(Q1).await, found);
    let service = service.restart().await;
    assert_eq!(service.read(Q1).await, found);
}

#[tokio::test]
async fn an_approved_period_is_locked_until_it_is_reopened() {
    let service = Service::start().await;
    approved(&service).await;
    let told = refused(service.receive("v3", 1).await, ErrorReason::PeriodLocked);
    let expected = [
        ("unit", UNIT),
        ("date", "2023-03-07"),
        ("return", Q1),
        ("first_date", "2022-12-15"),
        ("last_date", "2023-03-14"),
    ];
    let sample = Reception::sample().reception_date.unwrap();
    let date = format!("{:04}-{:02}-{:02}", sample.year, sample.month, sample.day);
    let mut expected = facts(&expected);
    expected.insert("date".to_owned(), date);
    assert_eq!(told, expected);
    let v1 = format!("{UNIT}/receptions/v1");
    refused(
        Reception::delete(&service, &v1, "", WriteOptions::caller(RECORDER)).await,
        ErrorReason::PeriodLocked,
    );
    let other = Reception { name: v1.clone(), people_count: 9, ..Default::default() };
    let changed =
        Reception::update(&service, Some(other.clone()), &["people_count"], WriteOptions::caller(RECORDER))
            .await;
    refused(changed, ErrorReason::PeriodLocked);
    // Records that the form does not count, and days outside, are free.
    Petition::create(&service, UNIT, "p", Some(Petition::sample()), WriteOptions::default()).await.unwrap();
    let later = Reception { reception_date: day(2023, 3, 15), ..Reception::sample() };
    Reception::create(&service, UNIT, "later", Some(later), WriteOptions::default()).await.unwrap();

    let reopened = service.reopen(Q1, "sót một lượt tiếp").await.unwrap();
    assert_eq!(
        (reopened.state(), reopened.steps[3].reason.as_str()),
        (ReturnState::Reopened, "sót một lượt tiếp")
    );
    Reception::update(&service, Some(other), &["people_count"], WriteOptions::caller(RECORDER))
        .await
        .unwrap();
    service.receive("v3", 1).await.unwrap();
    let stale = service.read(Q1).await;
    assert_eq!((column(&stale, "1").value, column(&stale, "1").current_value), (Some(2), Some(3)));

    let again = service.prepare("01/TCD", "2023-Q1", &[]).await.unwrap();
    let people = column(&again, "2");
    assert_eq!(
        (people.value, people.published_value),
        (Some(17), Some(10)),
        "both values of a restated column"
    );
    assert_eq!(column(&again, "12").published_value, None);
    let digest = service.submit(Q1).await.unwrap().digest;
    let approved = service.approve(Q1, &digest).await.unwrap();
    let people: Vec<i64> = approved
        .approvals
        .iter()
        .map(|one| one.values.iter().find(|value| value.column == "2").unwrap().value)
        .collect();
    assert_eq!(people, [10, 17], "what was approved first stays on record");
    refused(service.receive("v4", 1).await, ErrorReason::PeriodLocked);
    // One lock, however often the period was approved.
    let request = ListEntriesRequest { first_revision: Some(service.head().await), ..Default::default() };
    let entries = service.journal().list_entries(request).await.unwrap().into_inner().entries;
    let is_lock = |change: &&Change| change.name.ends_with("/periodLocks");
    let body = &entries[0].changes.iter().find(is_lock).unwrap().body;
    assert_eq!(body.matches(Q1).count(), 1, "{body}");
}

#[tokio::test]
async fn a_locked_row_of_an_import_is_refused_alone() {
    let service = Service::start().await;
    approved(&service).await;
    let row = |line, date| proto::ImportRow {
        line,
        id: format!("i{line}"),
        record: Some(proto::import_row::Record::Reception(Reception {
            reception_date: date,
            ..Reception::sample()
        })),
    };
    let header = proto::ImportHeader {
        import_id: OTHER_ID.to_owned(),
        parent: UNIT.to_owned(),
        validate_only: false,
        create_only: false,
    };
    let rows = vec![row(2, day(2023, 3, 14)), row(3, day(2023, 3, 15))];
    let chunk = proto::ImportChunk { number: 1, rows, last: true };
    let parts = [
        proto::import_records_request::Part::Header(header),
        proto::import_records_request::Part::Chunk(chunk),
    ];
    let messages = parts.map(|part| proto::ImportRecordsRequest { part: Some(part) });
    let answer = service.transfer().import_records(tokio_stream::iter(messages)).await.unwrap().into_inner();
    assert_eq!((answer.created_count, answer.refused_count), (1, 1));
    assert_eq!(
        (answer.refused_rows[0].line, answer.refused_rows[0].reason.as_str()),
        (2, "ERROR_REASON_PERIOD_LOCKED")
    );
}

#[tokio::test]
async fn the_author_does_not_approve() {
    let service = Service::start().await;
    service.receive("v1", 3).await.unwrap();
    let request = by(APPROVER, prepare("01/TCD", "2023-Q1", &[]));
    service.returns().prepare_return(request).await.unwrap();
    let digest = service.submit(Q1).await.unwrap().digest;
    let told = refused(service.approve(Q1, &digest).await, ErrorReason::ReturnApprovedByAuthor);
    assert_eq!(told, facts(&[("return", Q1), ("caller", "offices/lanh-dao for units/thanh-tra-tinh")]));
}

#[tokio::test]
async fn what_has_changed_since_is_not_approved() {
    let service = Service::start().await;
    service.receive("v1", 3).await.unwrap();
    service.prepare("01/TCD", "2023-Q1", &[]).await.unwrap();
    let digest = service.submit(Q1).await.unwrap().digest;
    let unread = "0".repeat(64);
    let told = refused(service.approve(Q1, &unread).await, ErrorReason::ReturnContentChanged);
    assert_eq!(told, facts(&[("return", Q1), ("digest", &digest), ("columns", "")]));
    service.receive("v2", 7).await.unwrap();
    let told = refused(service.approve(Q1, &digest).await, ErrorReason::ReturnContentChanged);
    assert!(told["columns"].split(',').any(|code| code == "2"), "{told:?}");
    service.send_back(Q1, "số liệu đã đổi").await.unwrap();
    refused(service.submit(Q1).await, ErrorReason::ReturnContentChanged);
    service.prepare("01/TCD", "2023-Q1", &[]).await.unwrap();
    let digest = service.submit(Q1).await.unwrap().digest;
    service.approve(Q1, &digest).await.unwrap();
}

#[tokio::test]
async fn steps_out_of_turn_are_refused() {
    let service = Service::start().await;
    let found = approved(&service).await;
    let told = refused(service.prepare("01/TCD", "2023-Q1", &[]).await, ErrorReason::ReturnStateUnfit);
    assert_eq!(told, facts(&[("return", Q1), ("state", "approved"), ("action", "prepare")]));
    refused(service.submit(Q1).await, ErrorReason::ReturnStateUnfit);
    refused(service.approve(Q1, &found.digest).await, ErrorReason::ReturnStateUnfit);
    refused(service.send_back(Q1, "x").await, ErrorReason::ReturnStateUnfit);
    service.prepare("01/TCD", "2023-Q2", &[]).await.unwrap();
    let q2 = Q1.replace("q1", "q2");
    refused(service.reopen(&q2, "x").await, ErrorReason::ReturnStateUnfit);
}

#[tokio::test]
async fn a_period_that_goes_on_is_not_handed_in() {
    let service = Service::start().await;
    let open = service.prepare("HEADLINE", "2024-Q1", &[]).await.unwrap();
    let told = refused(service.submit(&open.name).await, ErrorReason::ReturnPeriodOpen);
    assert_eq!(told, facts(&[("return", &open.name), ("last_date", "2024-03-14")]));
}

#[tokio::test]
async fn columns_by_hand_are_marked_and_explained() {
    let service = Service::start().await;
    service.receive("v1", 3).await.unwrap();
    let told = refused(
        service.prepare("01/TCD", "2023-Q1", &[("4", 1, ""), ("12", 4, "sổ giấy"), ("13", 9, "")]).await,
        ErrorReason::ReturnAdjustmentUnexplained,
    );
    assert_eq!(told, facts(&[("return", Q1), ("columns", "13,4")]));
    let entries = [("12", 4, "sổ giấy"), ("13", 9, "sổ giấy ghi 9 lượt"), ("14", 12, "sổ giấy")];
    let found = service.prepare("01/TCD", "2023-Q1", &entries).await.unwrap();
    let origin = |code| column(&found, code).origin();
    assert_eq!(
        [origin("12"), origin("13"), origin("1"), origin("4")],
        [ColumnOrigin::Adjusted, ColumnOrigin::Adjusted, ColumnOrigin::Columns, ColumnOrigin::Records]
    );
    assert_eq!((column(&found, "1").value, column(&found, "1").computed_value), (Some(9), Some(1)));
    assert_eq!(column(&found, "13").reason, "sổ giấy ghi 9 lượt");
}

#[tokio::test]
async fn published_mishaps_are_not_handed_in() {
    let service = Service::start().await;
    let mishap = async |entries: &[(&str, i64, &str)]| {
        let name = service.prepare("HEADLINE", "2023-Y", entries).await.unwrap().name;
        refused(service.submit(&name).await, ErrorReason::ReturnChecksFailed)
    };
    let told = mishap(&[("6", 238, ""), ("7", 316, ""), ("8", 889, "")]).await;
    assert_eq!((told["columns"].as_str(), told["rules"].as_str()), ("6,7,8", "8 % 6 / 7"));
    let told = mishap(&[("9", 28_854, ""), ("10", 57, ""), ("11", 917, ""), ("12", 27_800, "")]).await;
    assert_eq!((told["columns"].as_str(), told["rules"].as_str()), ("10,11,12,9", "9 = 10 + 11 + 12"));

    // Nine months were published with 3.348 visits; the year cannot have fewer.
    let nine = [("1", 3348, ""), ("2", 5195, "")];
    let name = service.prepare("HEADLINE", "2023-9M", &nine).await.unwrap().name;
    let digest = service.submit(&name).await.unwrap().digest;
    service.approve(&name, &digest).await.unwrap();
    let told = mishap(&[("1", 3074, ""), ("2", 5767, "")]).await;
    assert_eq!(told["columns"], "1");
    let year = service.prepare("HEADLINE", "2023-Y", &[("1", 3704, ""), ("2", 5767, "")]).await.unwrap();
    assert_eq!(service.submit(&year.name).await.unwrap().state(), ReturnState::Submitted);
}

#[tokio::test]
async fn callers_without_the_right_are_refused() {
    let service = Service::start().await;
    let returns = || service.returns();
    let told = returns().prepare_return(by(RECORDER_BESIDE, prepare("01/TCD", "2023-Q1", &[]))).await;
    refused(told, ErrorReason::CallerNotAllowed);
    let found = approved(&service).await;
    let submit = proto::SubmitReturnRequest { name: Q1.to_owned(), ..Default::default() };
    refused(returns().submit_return(by(RECORDER_BESIDE, submit)).await, ErrorReason::CallerNotAllowed);
    for caller in [RECORDER, APPROVER_BESIDE] {
        let asked = approval(Q1, &found.digest);
        refused(returns().approve_return(by(caller, asked)).await, ErrorReason::CallerNotAllowed);
        let back = proto::SendBackReturnRequest {
            name: Q1.to_owned(),
            reason: "x".to_owned(),
            ..Default::default()
        };
        refused(returns().send_back_return(by(caller, back)).await, ErrorReason::CallerNotAllowed);
        let open =
            proto::ReopenReturnRequest { name: Q1.to_owned(), reason: "x".to_owned(), ..Default::default() };
        refused(returns().reopen_return(by(caller, open)).await, ErrorReason::CallerNotAllowed);
    }
}

#[tokio::test]
async fn a_step_sent_again_is_done_once() {
    let service = Service::start().await;
    service.receive("v1", 3).await.unwrap();
    let check = proto::PrepareReturnRequest { validate_only: true, ..prepare("01/TCD", "2023-Q1", &[]) };
    let head = service.head().await;
    assert_eq!(
        service.returns().prepare_return(check).await.unwrap().into_inner().state(),
        ReturnState::Draft
    );
    assert_eq!(service.head().await, head);
    let once = proto::PrepareReturnRequest {
        request_id: REQUEST_ID.to_owned(),
        ..prepare("01/TCD", "2023-Q1", &[])
    };
    let first = service.returns().prepare_return(once.clone()).await.unwrap();
    let again = service.returns().prepare_return(once.clone()).await.unwrap();
    assert_eq!(revision(&first), revision(&again));
    assert_eq!(first.into_inner(), again.into_inner());
    let other = proto::PrepareReturnRequest { period: "2023-Q2".to_owned(), ..once };
    refused(service.returns().prepare_return(other).await, ErrorReason::RequestIdReused);
    let stale =
        proto::SubmitReturnRequest { name: Q1.to_owned(), etag: "1".to_owned(), ..Default::default() };
    refused(service.returns().submit_return(stale).await, ErrorReason::EtagMismatch);
    let missing = proto::GetReturnRequest { name: format!("{UNIT}/returns/none") };
    refused(service.returns().get_return(missing).await, ErrorReason::ResourceNotFound);
}

#[tokio::test]
async fn slips_are_told_with_their_paths() {
    let service = Service::start().await;
    let prepared = service.returns().prepare_return(proto::PrepareReturnRequest::default()).await;
    let required =
        ["parent", "issuing_document", "form", "calendar", "period"].map(|field| (field, "REQUIRED"));
    assert_eq!(violated(prepared), faults(&required));
    let entries = [("1", -1, ""), ("99", 1, ""), ("4", 1, ""), ("4", 1, "")];
    let broken = violated(service.prepare("01/TCD", "2023-Q1", &entries).await);
    assert_eq!(
        broken,
        faults(&[
            ("entries[0].value", "OUT_OF_RANGE"),
            ("entries[1].column", "MALFORMED"),
            ("entries[3].column", "REPEATED")
        ])
    );
    let told = refused(service.prepare("99/TCD", "2023-Q1", &[]).await, ErrorReason::FormUnknown);
    assert!(told["suggestions"].contains("01/TCD"), "{told:?}");
    refused(service.prepare("01/TCD", "2023-Q5", &[]).await, ErrorReason::PeriodUnknown);
    approved(&service).await;
    assert_eq!(violated(service.approve(Q1, "abc").await), faults(&[("digest", "MALFORMED")]));
    assert_eq!(violated(service.reopen(Q1, "").await), faults(&[("reason", "REQUIRED")]));
}

fn list(parent: &str) -> proto::ListReturnsRequest {
    proto::ListReturnsRequest { parent: parent.to_owned(), ..Default::default() }
}

#[tokio::test]
async fn returns_are_listed_by_period_to_the_end() {
    let service = Service::start().await;
    for period in ["2023-Q2", "2023-Q1", "2022-Y"] {
        service.prepare("01/TCD", period, &[]).await.unwrap();
        service.prepare("HEADLINE", period, &[]).await.unwrap();
    }
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let request = proto::ListReturnsRequest { page_size: 4, page_token: token, ..list(UNIT) };
        let page = service.returns().list_returns(request).await.unwrap().into_inner();
        found.extend(page.returns.into_iter().map(|one| format!("{} {}", one.form, one.period)));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let expected = ["2022-Y", "2023-Q1", "2023-Q2"]
        .map(|period| [format!("HEADLINE {period}"), format!("01/TCD {period}")]);
    let mut expected: Vec<String> = expected.into_iter().flatten().collect();
    let by_name = |pair: &mut [String]| pair.sort_by_key(|text| text.starts_with("HEADLINE"));
    expected.chunks_mut(2).for_each(by_name);
    found.chunks_mut(2).for_each(by_name);
    assert_eq!(found, expected);
    let request = proto::ListReturnsRequest {
        issuing_document: DOCUMENT.to_owned(),
        form: "01/TCD".to_owned(),
        states: vec![ReturnState::Draft.into()],
        ..list(UNIT)
    };
    assert_eq!(service.returns().list_returns(request).await.unwrap().into_inner().returns.len(), 3);
    let broken = service
        .returns()
        .list_returns(proto::ListReturnsRequest { states: vec![9], ..list("units/-") })
        .await;
    assert_eq!(
        violated(broken),
        faults(&[("calendar", "REQUIRED"), ("period", "REQUIRED"), ("states[0]", "UNKNOWN_VALUE")])
    );
}

#[tokio::test]
async fn returns_of_all_units_are_listed_by_name_to_the_end() {
    const SHORT: &str = "units/ubnd";
    let service = Service::start().await;
    service.directory().create_unit(create_unit(SHORT, "")).await.unwrap();
    let mut expected = Vec::new();
    // The name of one unit begins like that of another.
    for unit in [UNIT, SHORT, ABOVE] {
        for form in ["01/TCD", "02/TCD", "HEADLINE"] {
            let request = prepare(form, "2023-Q1", &[]);
            let request = proto::PrepareReturnRequest { parent: unit.to_owned(), ..request };
            let prepared = service.returns().prepare_return(request).await.unwrap().into_inner();
            expected.push(prepared.name);
        }
    }
    expected.sort();
    let of_q1 = proto::ListReturnsRequest {
        calendar: "tt-02-2021".to_owned(),
        period: "2023-Q1".to_owned(),
        ..list("units/-")
    };
    for page_size in [1, 2, 3, 9] {
        let (mut found, mut token) = (Vec::new(), String::new());
        loop {
            let request = proto::ListReturnsRequest { page_size, page_token: token, ..of_q1.clone() };
            let page = service.returns().list_returns(request).await.unwrap().into_inner();
            assert!(page.returns.len() <= usize::try_from(page_size).unwrap());
            found.extend(page.returns.into_iter().map(|one| one.name));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(found, expected, "{page_size} at once");
    }
}

#[tokio::test]
async fn who_has_handed_in_and_who_is_late_is_told() {
    let service = Service::start().await;
    approved(&service).await;
    let request = proto::ListReturnsRequest {
        issuing_document: DOCUMENT.to_owned(),
        form: "01/TCD".to_owned(),
        calendar: "tt-02-2021".to_owned(),
        period: "2023-Q1".to_owned(),
        ..list("units/-")
    };
    let page = service.returns().list_returns(request.clone()).await.unwrap().into_inner();
    assert_eq!(page.returns.len(), 1);
    let standing: Vec<(&str, &str, i64)> = page
        .standings
        .iter()
        .map(|one| (one.unit.as_str(), one.return_name.as_str(), one.late_day_count))
        .collect();
    // Due on 19 March 2023; the tests take place on 1 March 2024.
    assert_eq!(standing, [(CLOSED, "", 348), (UNIT, Q1, 348), (ABOVE, "", 348)]);
    assert_eq!(page.standings[1].due_date, day(2023, 3, 19));
    assert_eq!(page.standings[1].submitted_date, day(2024, 3, 1));
    let later = proto::ListReturnsRequest { period: "2023-Q4".to_owned(), ..request };
    let page = service.returns().list_returns(later).await.unwrap().into_inner();
    let units: Vec<&str> = page.standings.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(units, [UNIT, ABOVE], "a unit that had closed is not expected to");
}
