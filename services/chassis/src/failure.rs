//! The failures that all services share. Each service's own error holds one as a variant and adds its own facts.

mod of_store;

use std::time::Duration;

use thidua_proto::journal::ErrorReason;
use thidua_proto::parse::{Violations, cut, echo};
use thidua_proto::status::{Detail, FIELDS, Failure};
use tonic::Code;
use uuid::Uuid;

use crate::store::SubmitError;

/// A failure that means the same in every service. The reasons are values 1 to 49 of each package's `ErrorReason`.
#[derive(Debug)]
pub enum CommonError {
    /// Fields break their bounds.
    Fields(Violations),
    /// A resource does not exist.
    NotFound {
        /// Its name.
        resource: String,
    },
    /// A name is taken.
    AlreadyExists {
        /// The name.
        resource: String,
    },
    /// Other resources name this one.
    InUse {
        /// The one.
        resource: String,
        /// One of the others.
        used_by: String,
    },
    /// The resource has changed since it was read.
    EtagMismatch {
        /// Its name.
        resource: String,
        /// As sent.
        etag: String,
    },
    /// The `request_id` was used for another request.
    RequestIdReused {
        /// The id.
        request_id: Uuid,
        /// The revision of that request.
        revision: i64,
    },
    /// The page token does not fit the request.
    PageToken,
    /// A revision that this journal does not have.
    RevisionNotReached {
        /// The newest.
        revision: i64,
        /// As asked.
        min_revision: String,
    },
    /// The caller's identity cannot be read.
    CallerInvalid {
        /// Why.
        problem: String,
    },
    /// The caller may not do this.
    CallerNotAllowed {
        /// The caller.
        caller: String,
        /// On what.
        resource: String,
        /// A role that may.
        role: &'static str,
    },
    /// The deadline passed.
    DeadlinePassed,
    /// There is no such method.
    MethodUnknown {
        /// Its path.
        method: String,
    },
    /// The transport could not read the message.
    MessageUnreadable {
        /// In which way.
        fault: MessageFault,
        /// As the transport says.
        text: String,
    },
    /// No message, or no part of one, came in time.
    MessageLate,
    /// The answer was not read in time.
    AnswerUnread,
    /// The program is stopping; endless and incoming streams end.
    Stopping,
    /// Too many calls at once.
    Overloaded,
    /// The store does not answer.
    StoreUnavailable,
    /// The store is full.
    StoreFull,
    /// A sum would become too large.
    SumOutOfRange {
        /// Whose sum.
        series: String,
        /// Of what.
        measure: &'static str,
    },
    /// The stored data are damaged.
    StoreDamaged,
    /// The clock is too far from the last entry to be believed.
    ClockUncertain {
        /// As the clock says.
        now: jiff::Timestamp,
        /// When the last entry was made.
        last: Option<jiff::Timestamp>,
    },
    /// An internal fault. Details are only logged.
    Internal,
}

/// In which way a message cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageFault {
    /// It is cut off, or not of its type.
    Malformed,
    /// It is longer than this program reads.
    TooLarge,
    /// It is compressed in a way that this program does not read.
    Compression,
}

impl MessageFault {
    fn code(self) -> Code {
        match self {
            Self::Malformed => Code::InvalidArgument,
            Self::TooLarge => Code::ResourceExhausted,
            Self::Compression => Code::Unimplemented,
        }
    }
}

impl CommonError {
    /// What happened to a command, for a service error that can hold shared failures.
    pub fn of_submit<E: From<Self>>(error: SubmitError<E>) -> E {
        match error {
            SubmitError::Refused(refusal) => refusal,
            SubmitError::RequestIdReused { request_id, revision } => {
                Self::RequestIdReused { request_id, revision }.into()
            }
            SubmitError::Store(error) => Self::from(error).into(),
        }
    }

    /// The same with every text of the caller's as it may be sent back. Names of resources have bounds of their own.
    fn with_bounded_echo(mut self) -> Self {
        match &mut self {
            Self::EtagMismatch { etag: text, .. }
            | Self::RevisionNotReached { min_revision: text, .. }
            | Self::MethodUnknown { method: text } => *text = echo(text).into_owned(),
            Self::CallerInvalid { problem: text } | Self::MessageUnreadable { text, .. } => {
                *text = cut(text, MOST_PROBLEM).into_owned();
            }
            Self::Fields(_)
            | Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::InUse { .. }
            | Self::RequestIdReused { .. }
            | Self::PageToken
            | Self::CallerNotAllowed { .. }
            | Self::DeadlinePassed
            | Self::MessageLate
            | Self::AnswerUnread
            | Self::Stopping
            | Self::Overloaded
            | Self::StoreUnavailable
            | Self::StoreFull
            | Self::SumOutOfRange { .. }
            | Self::StoreDamaged
            | Self::ClockUncertain { .. }
            | Self::Internal => {}
        }
        self
    }

    /// The full name of the `ErrorReason`.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        let reason = match self {
            Self::Fields(_) => ErrorReason::FieldInvalid,
            Self::NotFound { .. } => ErrorReason::ResourceNotFound,
            Self::AlreadyExists { .. } => ErrorReason::ResourceAlreadyExists,
            Self::InUse { .. } => ErrorReason::ResourceInUse,
            Self::EtagMismatch { .. } => ErrorReason::EtagMismatch,
            Self::RequestIdReused { .. } => ErrorReason::RequestIdReused,
            Self::PageToken => ErrorReason::PageTokenInvalid,
            Self::RevisionNotReached { .. } => ErrorReason::RevisionNotReached,
            Self::CallerInvalid { .. } => ErrorReason::CallerInvalid,
            Self::CallerNotAllowed { .. } => ErrorReason::CallerNotAllowed,
            Self::DeadlinePassed | Self::MessageLate => ErrorReason::DeadlinePassed,
            Self::MethodUnknown { .. } => ErrorReason::MethodUnknown,
            Self::MessageUnreadable { .. } => ErrorReason::MessageUnreadable,
            Self::Overloaded | Self::AnswerUnread => ErrorReason::Overloaded,
            Self::StoreUnavailable | Self::Stopping => ErrorReason::StoreUnavailable,
            Self::StoreFull => ErrorReason::StoreFull,
            Self::SumOutOfRange { .. } => ErrorReason::SumOutOfRange,
            Self::StoreDamaged => ErrorReason::StoreDamaged,
            Self::ClockUncertain { .. } => ErrorReason::ClockUncertain,
            Self::Internal => ErrorReason::Internal,
        };
        reason.as_str_name()
    }

    fn code(&self) -> Code {
        match self {
            Self::Fields(_) | Self::PageToken => Code::InvalidArgument,
            Self::NotFound { .. } => Code::NotFound,
            Self::AlreadyExists { .. } => Code::AlreadyExists,
            Self::InUse { .. }
            | Self::RequestIdReused { .. }
            | Self::RevisionNotReached { .. }
            | Self::ClockUncertain { .. } => Code::FailedPrecondition,
            Self::EtagMismatch { .. } => Code::Aborted,
            Self::CallerInvalid { .. } => Code::Unauthenticated,
            Self::CallerNotAllowed { .. } => Code::PermissionDenied,
            Self::DeadlinePassed | Self::MessageLate => Code::DeadlineExceeded,
            Self::MethodUnknown { .. } => Code::Unimplemented,
            Self::MessageUnreadable { fault, .. } => fault.code(),
            Self::Overloaded | Self::AnswerUnread | Self::StoreUnavailable | Self::Stopping => {
                Code::Unavailable
            }
            Self::StoreFull => Code::ResourceExhausted,
            Self::SumOutOfRange { .. } => Code::OutOfRange,
            Self::StoreDamaged => Code::DataLoss,
            Self::Internal => Code::Internal,
        }
    }

    /// English and Vietnamese texts: what is wrong, and the way out.
    fn texts(&self) -> (String, String) {
        match self {
            Self::Fields(violations) => fields_texts(violations),
            Self::NotFound { resource } => (
                format!("{resource} does not exist; check the name or list what there is"),
                format!("Không tìm thấy {resource}."),
            ),
            Self::AlreadyExists { resource } => (
                format!("{resource} exists already; choose another id or update it"),
                format!("{resource} đã tồn tại; hãy dùng mã khác hoặc cập nhật bản ghi đó."),
            ),
            Self::InUse { resource, used_by } => (
                format!("{resource} is named by {used_by}; change that first"),
                format!("{resource} đang được {used_by} dẫn chiếu; hãy sửa nơi đó trước."),
            ),
            Self::EtagMismatch { resource, etag } => (
                format!(
                    "{resource} has changed since version {etag} was read; read it again and redo the change"
                ),
                format!("{resource} đã thay đổi sau khi được đọc; hãy đọc lại rồi sửa."),
            ),
            Self::RequestIdReused { request_id, revision } => (
                format!(
                    "request_id {request_id} was used at revision {revision} for another request; make a new one"
                ),
                format!("Mã yêu cầu {request_id} đã được dùng cho một yêu cầu khác; hãy tạo mã mới."),
            ),
            Self::PageToken => (
                "the page token does not belong to this list with these arguments; start again without it"
                    .to_owned(),
                "Mã trang không khớp với danh sách này; hãy bắt đầu lại từ trang đầu.".to_owned(),
            ),
            Self::RevisionNotReached { revision, min_revision } => (
                format!(
                    "revision {min_revision} is asked for, the journal stands at {revision}; check whose token it is"
                ),
                format!("Yêu cầu phiên bản {min_revision}, nhật ký mới đến {revision}."),
            ),
            Self::CallerInvalid { problem } => (
                format!("the caller is not known: {problem}"),
                format!("Không xác định được bên gọi: {problem}."),
            ),
            Self::CallerNotAllowed { caller, resource, role } => (
                format!("{caller} may not do this to {resource}; it takes the role {role} there"),
                format!("{caller} không có quyền thực hiện việc này với {resource}; cần vai trò {role}."),
            ),
            Self::DeadlinePassed => (
                "the deadline passed before an answer; send a write again with its request_id".to_owned(),
                "Quá thời hạn chờ; hãy gửi lại với cùng mã yêu cầu.".to_owned(),
            ),
            Self::MethodUnknown { method } => (
                format!("there is no method {method} here; list the services by reflection"),
                "Không có phương thức này.".to_owned(),
            ),
            Self::MessageUnreadable { text, .. } => {
                (format!("the message cannot be read: {text}"), "Không đọc được thông điệp.".to_owned())
            }
            Self::MessageLate => (
                "no message came in time; send a call's messages without long pauses".to_owned(),
                "Không nhận được thông điệp trong thời hạn; hãy gửi liên tục, không ngắt quãng lâu.".to_owned(),
            ),
            Self::AnswerUnread => (
                "the answer was not read in time; read on without long pauses, or resume after what was received"
                    .to_owned(),
                "Kết quả không được đọc kịp; hãy đọc liên tục, hoặc tiếp tục từ phần đã nhận.".to_owned(),
            ),
            Self::Stopping => (
                "the program is stopping; resume in a moment after what was received or acknowledged".to_owned(),
                "Chương trình đang dừng; hãy tiếp tục sau giây lát từ phần đã nhận.".to_owned(),
            ),
            Self::Overloaded => (
                "too many calls are waiting; try again in a moment".to_owned(),
                "Hệ thống đang quá tải; hãy thử lại sau giây lát.".to_owned(),
            ),
            Self::StoreUnavailable => (
                "the store does not answer; try again, writes with their request_id".to_owned(),
                "Kho dữ liệu tạm thời không phản hồi; hãy thử lại với cùng mã yêu cầu.".to_owned(),
            ),
            Self::StoreFull => (
                "the store has no room left, nothing was written; its operator must make room".to_owned(),
                "Kho dữ liệu đã đầy, chưa ghi gì; hãy báo người vận hành.".to_owned(),
            ),
            Self::SumOutOfRange { series, measure } => sum_texts(series, measure),
            Self::StoreDamaged => (
                "the stored data are damaged or were taken away; the operator finds the details in the log and must \
                 restore them"
                    .to_owned(),
                "Dữ liệu lưu trữ bị hỏng hoặc đã bị lấy đi; hãy báo người vận hành khôi phục.".to_owned(),
            ),
            Self::ClockUncertain { now, last } => clock_texts(*now, *last),
            Self::Internal => (
                "an error that should not happen; the operator finds it in the log under the trace id"
                    .to_owned(),
                "Lỗi ngoài dự kiến; hãy báo người vận hành kèm mã theo dõi.".to_owned(),
            ),
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Fields(violations) => {
                let more = (violations.more() > 0).then(|| ("more_count", violations.more().to_string()));
                [(FIELDS, violations.paths())].into_iter().chain(more).collect()
            }
            Self::NotFound { resource } | Self::AlreadyExists { resource } => {
                vec![("resource", resource.clone())]
            }
            Self::InUse { resource, used_by } => {
                vec![("resource", resource.clone()), ("used_by", used_by.clone())]
            }
            Self::EtagMismatch { resource, etag } => {
                vec![("resource", resource.clone()), ("etag", etag.clone())]
            }
            Self::RequestIdReused { request_id, revision } => {
                vec![("request_id", request_id.to_string()), ("revision", revision.to_string())]
            }
            Self::RevisionNotReached { revision, min_revision } => {
                vec![("revision", revision.to_string()), ("min_revision", min_revision.clone())]
            }
            Self::CallerInvalid { problem } => vec![("problem", problem.clone())],
            Self::CallerNotAllowed { caller, resource, role } => {
                vec![("caller", caller.clone()), ("resource", resource.clone()), ("role", (*role).to_owned())]
            }
            Self::MethodUnknown { method } => vec![("method", method.clone())],
            Self::SumOutOfRange { series, measure } => {
                vec![("resource", series.clone()), ("measure", (*measure).to_owned())]
            }
            Self::ClockUncertain { now, last } => {
                let last = last.map(|last| last.to_string()).unwrap_or_default();
                vec![("now", now.to_string()), ("last_time", last)]
            }
            Self::PageToken
            | Self::DeadlinePassed
            | Self::MessageUnreadable { .. }
            | Self::MessageLate
            | Self::AnswerUnread
            | Self::Stopping
            | Self::Overloaded
            | Self::StoreUnavailable
            | Self::StoreFull
            | Self::StoreDamaged
            | Self::Internal => Vec::new(),
        }
    }

    fn detail(self) -> Detail {
        match self {
            Self::Fields(violations) => Detail::Fields(violations),
            Self::NotFound { resource } | Self::AlreadyExists { resource } => Detail::Resource(resource),
            Self::InUse { resource, .. } => Detail::Precondition(resource),
            Self::RequestIdReused { request_id, .. } => Detail::Precondition(request_id.to_string()),
            Self::RevisionNotReached { min_revision, .. } => Detail::Precondition(min_revision),
            Self::ClockUncertain { now, .. } => Detail::Precondition(now.to_string()),
            Self::SumOutOfRange { series, .. } => Detail::Resource(series),
            Self::Overloaded | Self::AnswerUnread | Self::StoreUnavailable | Self::Stopping => {
                Detail::Retry(RETRY_DELAY)
            }
            Self::EtagMismatch { .. }
            | Self::PageToken
            | Self::CallerInvalid { .. }
            | Self::CallerNotAllowed { .. }
            | Self::DeadlinePassed
            | Self::MethodUnknown { .. }
            | Self::MessageUnreadable { .. }
            | Self::MessageLate
            | Self::StoreFull
            | Self::StoreDamaged
            | Self::Internal => Detail::None,
        }
    }
}

fn sum_texts(series: &str, measure: &str) -> (String, String) {
    (
        format!("the sum of {measure} of {series} would be larger than 9007199254740991; check the amounts"),
        format!(
            "Tổng {measure} của {series} sẽ vượt quá 9007199254740991; hãy kiểm tra lại các số liệu đã nhập."
        ),
    )
}

fn clock_texts(now: jiff::Timestamp, last: Option<jiff::Timestamp>) -> (String, String) {
    let last = last.map_or_else(|| "-".to_owned(), |last| last.to_string());
    (
        format!(
            "the clock says {now}, the last entry is of {last}; nothing is written until the operator sets the clock \
             right, or confirms it with ?confirm-clock=DAY at the end of the setting store"
        ),
        format!(
            "Đồng hồ máy chủ chỉ {now}, lần ghi cuối là {last}; chưa ghi được cho đến khi người vận hành chỉnh lại hoặc \
             xác nhận đồng hồ (thêm ?confirm-clock=NGÀY vào thiết lập store)."
        ),
    )
}

/// The most characters of a sentence that says what is wrong.
const MOST_PROBLEM: usize = 200;

/// How long a caller does well to wait before it tries again.
pub const RETRY_DELAY: Duration = Duration::from_millis(500);

fn fields_texts(violations: &Violations) -> (String, String) {
    let (paths, more) = (violations.paths(), violations.more());
    if more == 0 {
        return (
            format!("fields are not valid: {paths}; the details say why"),
            format!("Dữ liệu không hợp lệ ở: {paths}; xem chi tiết từng trường."),
        );
    }
    (
        format!("fields are not valid: {paths} and {more} more; the details say why of those named"),
        format!("Dữ liệu không hợp lệ ở: {paths} và {more} chỗ khác; xem chi tiết các trường đã nêu."),
    )
}

impl From<CommonError> for Failure {
    fn from(shared: CommonError) -> Self {
        let shared = shared.with_bounded_echo();
        let (code, reason, metadata) = (shared.code(), shared.reason(), shared.metadata());
        let (english, vietnamese) = shared.texts();
        Self { code, reason, metadata, english, vietnamese, detail: shared.detail() }
    }
}

impl From<Violations> for CommonError {
    fn from(violations: Violations) -> Self {
        Self::Fields(violations)
    }
}

impl From<thidua_proto::page::BadToken> for CommonError {
    fn from(_: thidua_proto::page::BadToken) -> Self {
        Self::PageToken
    }
}

#[cfg(test)]
mod tests;
