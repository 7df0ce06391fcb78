//! Returns: handed in and approved, opened again and restated.

use thidua_proto::date::from_wire;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::return_service_client::ReturnServiceClient;
use thidua_proto::statistics::{ErrorReason, FindingSeverity, Return};
use thidua_tests::record::RecordingChannel;

use super::super::Draft;
use super::{CALENDAR, Play, days};
use crate::harness::*;

const APPROVER: &str = "office=lanh-dao; unit=units/ubnd-tinh; roles=approver";
pub(super) const DOCUMENT: &str = "TT 02/2021/TT-TTCP";
/// The forms of returns, each with the kind of records that it counts.
pub(super) const FORMS: [(&str, usize); 4] = [("01/XLD", 0), ("01/TCD", 1), ("01/TTr", 2), ("01/KQGQ", 3)];
/// The periods of returns: all are over on the day on which the tests take place.
const PERIODS: [&str; 8] =
    ["2022-Q2", "2022-6M", "2022-Q4", "2022-Y", "2023-Q1", "2023-6M", "2023-9M", "2023-Y"];

impl Play {
    fn returns(&self) -> ReturnServiceClient<RecordingChannel> {
        ReturnServiceClient::new(self.service.channel.clone())
    }

    pub(super) async fn file(&mut self, unit: usize, form: usize, period: usize) {
        let unit = self.units[unit % self.units.len()].name.clone();
        let (form, period) = (FORMS[form % FORMS.len()].0, PERIODS[period % PERIODS.len()]);
        self.hand_in("file", &unit, form, period).await;
    }

    /// Prepares a return, hands it in, and has another office approve it.
    async fn hand_in(&mut self, step: &'static str, unit: &str, form: &str, period: &str) {
        let request = proto::PrepareReturnRequest {
            parent: unit.to_owned(),
            issuing_document: DOCUMENT.to_owned(),
            form: form.to_owned(),
            calendar: CALENDAR.to_owned(),
            period: period.to_owned(),
            ..Default::default()
        };
        let prepared = self.returns().prepare_return(by(RECORDER_ABOVE, request)).await;
        let Some(prepared) =
            self.taken("prepare", prepared, &[ErrorReason::UnitClosed, ErrorReason::ReturnStateUnfit])
        else {
            return;
        };
        let Return { name, findings, .. } = prepared.into_inner();
        let alone =
            |finding: &proto::Finding| finding.columns.iter().all(|column| column.first_date.is_none());
        let broken =
            |finding: &proto::Finding| finding.severity() == FindingSeverity::Error && alone(finding);
        assert!(!findings.iter().any(broken), "{findings:?}");
        let request = proto::SubmitReturnRequest { name: name.clone(), ..Default::default() };
        let submitted = self.returns().submit_return(by(RECORDER_ABOVE, request)).await;
        // Against what was approved of earlier periods, a form with a stock may be refused: days before a period are not
        // locked with it, so that what it began with may have changed since.
        let due: &[ErrorReason] = if form == "01/TCD" { &[] } else { &[ErrorReason::ReturnChecksFailed] };
        let Some(submitted) = self.taken("submit", submitted, due) else { return };
        let digest = submitted.into_inner().digest;
        let request = proto::ApproveReturnRequest { name: name.clone(), digest, ..Default::default() };
        let approved = self.returns().approve_return(by(APPROVER, request)).await;
        let approved = self.taken(step, approved, &[]).unwrap().into_inner();
        self.approvals.insert(name, approved.approvals);
    }

    /// Opens an approved return, enters a record of one of its days, and has it approved again.
    pub(super) async fn restate(&mut self, which: usize, draft: &Draft) {
        if self.approvals.is_empty() {
            return;
        }
        let name = self.approvals.keys().nth(which % self.approvals.len()).unwrap().clone();
        let reason = "sót số liệu".to_owned();
        let request = proto::ReopenReturnRequest { name, reason, ..Default::default() };
        let reopened = self.returns().reopen_return(by(APPROVER, request)).await;
        let Some(reopened) = self.taken("reopen", reopened, &[ErrorReason::ReturnStateUnfit]) else { return };
        let found = reopened.into_inner();
        let unit = found.name.split("/returns/").next().unwrap();
        let kind = FORMS.iter().find(|(form, _)| *form == found.form).unwrap().1;
        let first = from_wire(found.first_date.unwrap()).unwrap();
        let last = from_wire(found.last_date.unwrap()).unwrap();
        let day = first.saturating_add(days(draft.days_ago)).min(last);
        let record = self.drawn_on(day, kind, draft);
        // Another return may lock the day, and the unit may exist on other days of the period only.
        self.enter("correct", unit, record, &[ErrorReason::PeriodLocked, ErrorReason::UnitClosed]).await;
        self.hand_in("restate", unit, &found.form, &found.period).await;
    }
}
