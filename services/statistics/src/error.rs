//! The one place where failures of this service become statuses.

mod returns;

use jiff::civil::Date;
use thidua_chassis::failure::CommonError;
use thidua_chassis::store::StoreError;
use thidua_proto::names::{ReturnName, UnitName};
use thidua_proto::parse::Violations;
use thidua_proto::statistics::ErrorReason;
use thidua_proto::status::{Detail, Failure};
use tonic::{Code, Status};

use crate::domain::filing::Refusal;
use crate::domain::form::{Form, FormId, Validity};
use crate::domain::lock::Lock;
use crate::domain::succession::Problem;
use crate::domain::unit::Suggestion;

/// The domain of this service's failures.
pub const DOMAIN: &str = "thidua.statistics.v1";

/// What this service refuses, as facts.
#[derive(Debug)]
pub enum Error {
    /// A failure that every service has.
    Common(CommonError),
    /// No unit goes by a name.
    UnitNameUnknown {
        /// As written.
        display_name: String,
        /// The nearest names, best first.
        suggestions: Vec<Suggestion>,
    },
    /// Another unit has a name.
    UnitNameTaken {
        /// The name.
        display_name: String,
        /// The other unit.
        unit: UnitName,
    },
    /// The unit does not exist on a record's day.
    UnitClosed {
        /// The unit.
        unit: UnitName,
        /// The record's day.
        date: Date,
        /// The unit's first day.
        open_date: Date,
        /// The unit's last day.
        close_date: Option<Date>,
    },
    /// A unit would stand above itself.
    UnitSuperiorCircular {
        /// The unit.
        unit: UnitName,
        /// The unit named above it.
        superior: UnitName,
    },
    /// Units cannot succeed each other in this way.
    UnitSuccessionInvalid {
        /// The unit that does not fit.
        unit: UnitName,
        /// Why.
        problem: Problem,
    },
    /// Another unit has a code.
    UnitCodeTaken {
        /// The scheme.
        scheme: String,
        /// The code.
        code: String,
        /// The other unit.
        unit: UnitName,
    },
    /// A unit would close before a record of it.
    UnitHasLaterRecords {
        /// The unit.
        unit: UnitName,
        /// The day from which it would no longer exist.
        effective_date: Date,
        /// One such record.
        record: String,
    },
    /// There is no such measure.
    MeasureUnknown {
        /// The code.
        measure: String,
        /// The nearest codes, best first.
        suggestions: Vec<String>,
    },
    /// There is no such form.
    FormUnknown {
        /// Document and code.
        form: FormId,
        /// The nearest, best first.
        suggestions: Vec<String>,
    },
    /// There is no such calendar.
    CalendarUnknown {
        /// The code.
        calendar: String,
        /// The nearest codes, best first.
        suggestions: Vec<String>,
    },
    /// A calendar has no such period.
    PeriodUnknown {
        /// The calendar's code.
        calendar: String,
        /// The period's code.
        period: String,
        /// The nearest codes of its year, best first.
        suggestions: Vec<String>,
    },
    /// A window does not end while its form is in force.
    FormNotInForce {
        /// Document and code.
        form: FormId,
        /// The window's last day.
        last_date: Date,
        /// The form's days.
        validity: Validity,
    },
    /// An import's stream ended before its last chunk.
    ImportTruncated {
        /// The import.
        import_id: String,
        /// Chunks taken.
        chunks: i64,
    },
    /// A step on a return that is refused.
    Return {
        /// The return.
        return_name: ReturnName,
        /// Why.
        refusal: Refusal,
    },
    /// An approved return locks the day of a record.
    PeriodLocked {
        /// The unit.
        unit: UnitName,
        /// The day.
        date: Date,
        /// What locks it.
        lock: Lock,
    },
    /// An import's messages do not follow each other.
    ImportOutOfOrder {
        /// What should have come.
        expected: String,
        /// What came.
        found: String,
    },
}

impl Error {
    /// A resource that does not exist.
    #[must_use]
    pub fn not_found(name: &impl std::fmt::Display) -> Self {
        Self::Common(CommonError::NotFound { resource: name.to_string() })
    }

    /// A name that is taken.
    #[must_use]
    pub fn already_exists(name: &impl std::fmt::Display) -> Self {
        Self::Common(CommonError::AlreadyExists { resource: name.to_string() })
    }

    /// A resource that another one names.
    #[must_use]
    pub fn in_use(name: &str, used_by: &str) -> Self {
        Self::Common(CommonError::InUse { resource: name.to_owned(), used_by: used_by.to_owned() })
    }

    /// A form over a window that does not end while the form is in force.
    #[must_use]
    pub fn form_not_in_force(form: &Form, last_date: Date) -> Self {
        Self::FormNotInForce { form: form.id.clone(), last_date, validity: form.validity }
    }

    /// A failure of the store.
    #[must_use]
    pub fn store(error: StoreError) -> Self {
        Self::Common(error.into())
    }

    /// The `ErrorReason`, and the texts in English and Vietnamese.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        match self {
            Self::Common(shared) => shared.into(),
            Self::UnitNameUnknown { display_name, suggestions } => name_unknown(display_name, &suggestions),
            Self::UnitNameTaken { display_name, unit } => {
                let texts = (
                    format!(
                        "the name `{display_name}` belongs to {unit}; take it off there or choose another"
                    ),
                    format!("Tên “{display_name}” đã thuộc về {unit}; hãy chọn tên khác."),
                );
                let metadata = vec![("display_name", display_name), ("unit", unit.to_string())];
                let detail = Detail::Resource(unit.to_string());
                make(Code::AlreadyExists, ErrorReason::UnitNameTaken, metadata, texts, detail)
            }
            Self::UnitClosed { unit, date, open_date, close_date } => {
                let close = close_date.map_or_else(String::new, |close| close.to_string());
                let (until, until_vi) = match close_date {
                    Some(close) => (format!("to {close}"), format!(" đến {close}")),
                    None => ("on".to_owned(), String::new()),
                };
                let texts = (
                    format!(
                        "{unit} exists from {open_date} {until}, not on {date}; check the date or the unit"
                    ),
                    format!("{unit} hoạt động từ {open_date}{until_vi}, không có vào ngày {date}."),
                );
                let metadata = vec![
                    ("unit", unit.to_string()),
                    ("date", date.to_string()),
                    ("open_date", open_date.to_string()),
                    ("close_date", close),
                ];
                let detail = Detail::Precondition(unit.to_string());
                make(Code::FailedPrecondition, ErrorReason::UnitClosed, metadata, texts, detail)
            }
            Self::UnitSuperiorCircular { unit, superior } => {
                let texts = (
                    format!("{unit} would stand above itself through {superior}; choose another superior"),
                    format!("{unit} không thể là cấp trên của chính mình (qua {superior})."),
                );
                let metadata = vec![("unit", unit.to_string()), ("superior", superior.to_string())];
                let detail = Detail::Precondition(unit.to_string());
                make(Code::FailedPrecondition, ErrorReason::UnitSuperiorCircular, metadata, texts, detail)
            }
            Self::UnitSuccessionInvalid { unit, problem } => succession_invalid(&unit, &problem),
            Self::UnitCodeTaken { scheme, code, unit } => code_taken(scheme, code, &unit),
            Self::UnitHasLaterRecords { unit, effective_date, record } => {
                later_records(&unit, effective_date, record)
            }
            Self::MeasureUnknown { measure, suggestions } => measure_unknown(measure, &suggestions),
            Self::Return { return_name, refusal } => returns::into_failure(&return_name, refusal),
            Self::PeriodLocked { unit, date, lock } => returns::locked(&unit, date, &lock),
            Self::FormUnknown { form, suggestions } => form_unknown(form, &suggestions),
            Self::CalendarUnknown { calendar, suggestions } => calendar_unknown(calendar, &suggestions),
            Self::PeriodUnknown { calendar, period, suggestions } => {
                period_unknown(calendar, period, &suggestions)
            }
            Self::FormNotInForce { form, last_date, validity } => {
                form_not_in_force(form, last_date, validity)
            }
            Self::ImportTruncated { import_id, chunks } => {
                let texts = (
                    format!(
                        "the stream ended before the last chunk, {chunks} chunks are kept; send the import again with \
                         import_id {import_id}"
                    ),
                    format!(
                        "Luồng nhập bị ngắt sau {chunks} phần; hãy gửi lại với cùng mã nhập {import_id}."
                    ),
                );
                let metadata = vec![("import_id", import_id), ("chunks", chunks.to_string())];
                make(Code::Aborted, ErrorReason::ImportTruncated, metadata, texts, Detail::None)
            }
            Self::ImportOutOfOrder { expected, found } => {
                let texts = (
                    format!("the import should go on with {expected}, not with {found}"),
                    format!("Trình tự nhập sai: cần {expected}, nhận được {found}."),
                );
                let metadata = vec![("expected", expected), ("found", found)];
                make(Code::InvalidArgument, ErrorReason::ImportOutOfOrder, metadata, texts, Detail::None)
            }
        }
    }
}

/// A failure of this service's own; the texts are English and Vietnamese.
fn make(
    code: Code,
    reason: ErrorReason,
    metadata: Vec<(&'static str, String)>,
    (english, vietnamese): (String, String),
    detail: Detail,
) -> Failure {
    Failure { code, reason: reason.as_str_name(), metadata, english, vietnamese, detail }
}

fn name_unknown(display_name: String, suggestions: &[Suggestion]) -> Failure {
    let join = |text: fn(&Suggestion) -> String| suggestions.iter().map(text).collect::<Vec<_>>().join("; ");
    let list = join(|near| format!("{} = {}", near.display_name, near.unit));
    let scores = join(|near| near.score.to_string());
    let texts = (
        format!(
            "no unit goes by the name `{display_name}`; nearest: {list} (scores of 100: {scores}); a \
             registrar can make it an alias of one of them"
        ),
        format!(
            "Không có đơn vị nào tên “{display_name}”. Gần nhất: {list}. Nếu đúng là một trong các đơn vị \
             này, hãy đề nghị bổ sung tên gọi khác."
        ),
    );
    let metadata = vec![("display_name", display_name), ("suggestions", list), ("scores", scores)];
    make(Code::NotFound, ErrorReason::UnitNameUnknown, metadata, texts, Detail::None)
}

fn succession_invalid(unit: &UnitName, problem: &Problem) -> Failure {
    let (english, vietnamese) = (problem.english(), problem.vietnamese());
    let texts = (
        format!("{unit} does not fit into the succession: {english}"),
        format!("Không ghi nhận được việc kế thừa của {unit}: {vietnamese}."),
    );
    let detail = Detail::Precondition(unit.to_string());
    let metadata = vec![("unit", unit.to_string()), ("problem", english)];
    make(Code::FailedPrecondition, ErrorReason::UnitSuccessionInvalid, metadata, texts, detail)
}

fn code_taken(scheme: String, code: String, unit: &UnitName) -> Failure {
    let texts = (
        format!(
            "the code `{code}` of `{scheme}` stands for {unit} on a same day; end it there or correct it"
        ),
        format!("Mã “{code}” ({scheme}) đang được dùng cho {unit} trong cùng thời gian."),
    );
    let detail = Detail::Resource(unit.to_string());
    let metadata = vec![("scheme", scheme), ("code", code), ("unit", unit.to_string())];
    make(Code::AlreadyExists, ErrorReason::UnitCodeTaken, metadata, texts, detail)
}

fn later_records(unit: &UnitName, effective_date: Date, record: String) -> Failure {
    let texts = (
        format!(
            "{unit} has {record}, dated {effective_date} or later, when it would no longer exist; correct its \
             date, enter it for a successor, or choose a later day"
        ),
        format!(
            "{unit} có hồ sơ {record} từ ngày {effective_date} trở đi, khi đơn vị không còn tồn tại; hãy sửa \
             ngày, chuyển hồ sơ cho đơn vị kế thừa hoặc chọn ngày muộn hơn."
        ),
    );
    let detail = Detail::Precondition(record.clone());
    let metadata =
        vec![("unit", unit.to_string()), ("effective_date", effective_date.to_string()), ("record", record)];
    make(Code::FailedPrecondition, ErrorReason::UnitHasLaterRecords, metadata, texts, detail)
}

impl From<CommonError> for Error {
    fn from(shared: CommonError) -> Self {
        Self::Common(shared)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::store(error)
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self::Common(violations.into())
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        error.into_failure().into_status(DOMAIN)
    }
}

/// The nearest codes, as metadata has them, and what is said of them in English and Vietnamese: nothing where there is none.
fn suggested(suggestions: &[String]) -> (String, String, String) {
    let list = suggestions.join(", ");
    if list.is_empty() {
        return (list, String::new(), String::new());
    }
    let (english, vietnamese) = (format!("; did you mean {list}?"), format!(" Có phải là {list}?"));
    (list, english, vietnamese)
}

fn measure_unknown(measure: String, suggestions: &[String]) -> Failure {
    let (near, english, vietnamese) = suggested(suggestions);
    let texts = (
        format!("there is no measure `{measure}`; ListMeasures tells all{english}"),
        format!("Không có chỉ tiêu “{measure}”.{vietnamese}"),
    );
    let detail = Detail::Resource(format!("measures/{measure}"));
    let metadata = vec![("measure", measure), ("suggestions", near)];
    make(Code::NotFound, ErrorReason::MeasureUnknown, metadata, texts, detail)
}

fn form_unknown(form: FormId, suggestions: &[String]) -> Failure {
    let (near, english, vietnamese) = suggested(suggestions);
    let texts = (
        format!("there is no form {} of {}; ListForms tells all{english}", form.code, form.document),
        format!("{} không có biểu mẫu {}.{vietnamese}", form.document, form.code),
    );
    let detail = Detail::Resource(format!("forms/{form}"));
    let metadata = vec![("issuing_document", form.document), ("form", form.code), ("suggestions", near)];
    make(Code::NotFound, ErrorReason::FormUnknown, metadata, texts, detail)
}

fn calendar_unknown(calendar: String, suggestions: &[String]) -> Failure {
    let (near, english, vietnamese) = suggested(suggestions);
    let texts = (
        format!("there is no calendar `{calendar}`; ListCalendars tells all{english}"),
        format!("Không có lịch báo cáo “{calendar}”.{vietnamese}"),
    );
    let detail = Detail::Resource(format!("calendars/{calendar}"));
    let metadata = vec![("calendar", calendar), ("suggestions", near)];
    make(Code::NotFound, ErrorReason::CalendarUnknown, metadata, texts, detail)
}

fn period_unknown(calendar: String, period: String, suggestions: &[String]) -> Failure {
    let (near, english, vietnamese) = suggested(suggestions);
    let texts = (
        format!(
            "the calendar `{calendar}` has no period `{period}`; ListCalendars tells those of a year{english}"
        ),
        format!("Lịch báo cáo “{calendar}” không có kỳ “{period}”.{vietnamese}"),
    );
    let detail = Detail::Resource(format!("calendars/{calendar}/periods/{period}"));
    let metadata = vec![("calendar", calendar), ("period", period), ("suggestions", near)];
    make(Code::NotFound, ErrorReason::PeriodUnknown, metadata, texts, detail)
}

fn form_not_in_force(form: FormId, last_date: Date, validity: Validity) -> Failure {
    let span = |from_word: &str, to_word: &str| {
        let bound =
            |word: &str, day: Option<Date>| day.map(|day| format!(" {word} {day}")).unwrap_or_default();
        format!("{}{}", bound(from_word, validity.from), bound(to_word, validity.to))
    };
    let texts = (
        format!(
            "the form {} of {} is in force{}, not on {last_date}, when the window ends; ListForms with valid_on tells \
             the forms of that day",
            form.code,
            form.document,
            span("from", "to")
        ),
        format!(
            "Biểu mẫu {} của {} có hiệu lực{}, không có hiệu lực vào ngày {last_date}.",
            form.code,
            form.document,
            span("từ", "đến")
        ),
    );
    let day = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    let detail = Detail::Precondition(format!("forms/{form}"));
    let metadata = vec![
        ("issuing_document", form.document),
        ("form", form.code),
        ("last_date", last_date.to_string()),
        ("valid_from", day(validity.from)),
        ("valid_to", day(validity.to)),
    ];
    make(Code::FailedPrecondition, ErrorReason::FormNotInForce, metadata, texts, detail)
}
