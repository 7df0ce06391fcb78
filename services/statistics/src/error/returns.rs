//! The failures of returns, and of the periods that they lock.

use std::collections::BTreeSet;

use jiff::civil::Date;
use thidua_proto::names::{ReturnName, UnitName};
use thidua_proto::statistics::ErrorReason;
use thidua_proto::status::{Detail, Failure};
use tonic::Code;

use crate::domain::forms::check::Finding;
use crate::domain::locks::lock::Lock;
use crate::domain::returns::filing::{Action, Refusal, State};

type Metadata = Vec<(&'static str, String)>;

pub(super) fn into_failure(name: &ReturnName, refusal: Refusal) -> Failure {
    let (code, reason, more, (english, vietnamese)): (_, _, Metadata, _) = match refusal {
        Refusal::StateUnfit { state, action } => {
            let ((state_en, state_vi), (action_en, action_vi)) = (told_state(state), told_action(action));
            let texts = (
                format!("{name} is {state_en}; it cannot be taken through {action_en}: {}", way_out(state).0),
                format!("{name} đang ở trạng thái {state_vi}, không thể {action_vi}: {}.", way_out(state).1),
            );
            let more = vec![("state", state_en.to_owned()), ("action", action_en.to_owned())];
            (Code::FailedPrecondition, ErrorReason::ReturnStateUnfit, more, texts)
        }
        Refusal::AdjustmentUnexplained { columns } => {
            let columns = columns.join(",");
            let texts = (
                format!("columns {columns} of {name} differ from what the records give; say why in `reason`"),
                format!("Các cột {columns} của {name} khác số liệu tính từ bản ghi; hãy nêu lý do (reason)."),
            );
            let more = vec![("columns", columns)];
            (Code::FailedPrecondition, ErrorReason::ReturnAdjustmentUnexplained, more, texts)
        }
        Refusal::ChecksFailed { findings } => checks_failed(name, &findings),
        Refusal::ContentChanged { digest, columns } => {
            let columns = columns.join(",");
            let texts = if columns.is_empty() {
                (
                    format!(
                        "{name} is no longer what was read: its digest is {digest} by now; read it again"
                    ),
                    format!("{name} đã khác nội dung đã đọc (mã băm hiện nay {digest}); hãy đọc lại."),
                )
            } else {
                (
                    format!(
                        "the records of {name} (digest {digest}) give something else by now in columns {columns}; \
                         prepare it again, after sending it back if it was handed in"
                    ),
                    format!(
                        "Bản ghi của {name} (mã băm {digest}) nay cho số liệu khác ở các cột {columns}; hãy lập lại, \
                         sau khi trả lại nếu đã gửi."
                    ),
                )
            };
            let more = vec![("digest", digest), ("columns", columns)];
            (Code::Aborted, ErrorReason::ReturnContentChanged, more, texts)
        }
        Refusal::PeriodOpen { last_date } => {
            let texts = (
                format!("the period of {name} goes on to {last_date}; hand it in afterwards"),
                format!("Kỳ báo cáo của {name} đến hết ngày {last_date}; hãy gửi sau ngày đó."),
            );
            let more = vec![("last_date", last_date.to_string())];
            (Code::FailedPrecondition, ErrorReason::ReturnPeriodOpen, more, texts)
        }
        Refusal::ApprovedByAuthor { caller } => {
            let texts = (
                format!("{caller} has prepared or handed in {name}; another office approves it"),
                format!("{caller} đã lập hoặc gửi {name}; cơ quan khác phải duyệt."),
            );
            (Code::PermissionDenied, ErrorReason::ReturnApprovedByAuthor, vec![("caller", caller)], texts)
        }
    };
    let metadata = [vec![("return", name.to_string())], more].concat();
    let detail = if code == Code::FailedPrecondition {
        Detail::Precondition(name.to_string())
    } else {
        Detail::Resource(name.to_string())
    };
    Failure { code, reason: reason.as_str_name(), metadata, english, vietnamese, detail }
}

fn checks_failed(name: &ReturnName, findings: &[Finding]) -> (Code, ErrorReason, Metadata, (String, String)) {
    let cited = findings.iter().flat_map(|finding| &finding.cited).map(|one| one.column.clone());
    let columns: Vec<String> = cited.collect::<BTreeSet<_>>().into_iter().collect();
    let join =
        |text: fn(&Finding) -> &String| findings.iter().map(text).cloned().collect::<Vec<_>>().join("; ");
    let (columns, rules) = (columns.join(","), join(|finding| &finding.rule));
    let (english, vietnamese) = (join(|finding| &finding.english), join(|finding| &finding.vietnamese));
    let texts = (
        format!("checks of {name} fail in columns {columns}: {english} (rules: {rules})"),
        format!("{name} không qua kiểm tra: {vietnamese}."),
    );
    let more = vec![("columns", columns), ("rules", rules)];
    (Code::FailedPrecondition, ErrorReason::ReturnChecksFailed, more, texts)
}

pub(super) fn locked(unit: &UnitName, date: Date, lock: &Lock) -> Failure {
    let Lock { return_name, first, last, .. } = lock;
    let english = format!(
        "{unit} has an approved return, {return_name}, which locks {first} to {last}; nothing that counts on {date} may \
         change before an approver reopens it"
    );
    let vietnamese = format!(
        "{unit} đã có báo cáo được duyệt {return_name}, khóa số liệu từ {first} đến {last}; ngày {date} chỉ sửa được sau \
         khi báo cáo được mở lại."
    );
    Failure {
        code: Code::FailedPrecondition,
        reason: ErrorReason::PeriodLocked.as_str_name(),
        metadata: vec![
            ("unit", unit.to_string()),
            ("date", date.to_string()),
            ("return", return_name.to_string()),
            ("first_date", first.to_string()),
            ("last_date", last.to_string()),
        ],
        english,
        vietnamese,
        detail: Detail::Precondition(return_name.to_string()),
    }
}

fn told_state(state: State) -> (&'static str, &'static str) {
    match state {
        State::Draft => ("draft", "đang lập"),
        State::Submitted => ("submitted", "đã gửi"),
        State::SentBack => ("sent-back", "bị trả lại"),
        State::Approved => ("approved", "đã duyệt"),
        State::Reopened => ("reopened", "được mở lại"),
    }
}

fn told_action(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Prepare => ("prepare", "lập"),
        Action::Submit => ("submit", "gửi"),
        Action::Approve => ("approve", "duyệt"),
        Action::SendBack => ("send-back", "trả lại"),
        Action::Reopen => ("reopen", "mở lại"),
    }
}

fn way_out(state: State) -> (&'static str, &'static str) {
    match state {
        State::Draft | State::SentBack | State::Reopened => ("hand it in first", "hãy gửi trước"),
        State::Submitted => ("approve it or send it back first", "hãy duyệt hoặc trả lại trước"),
        State::Approved => ("reopen it first", "hãy mở lại trước"),
    }
}
