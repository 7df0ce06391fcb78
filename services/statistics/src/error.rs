//! The one place where failures of this service become statuses.

mod returns;
mod shape;
mod units;

use jiff::civil::Date;
use thidua_chassis::failure::CommonError;
use thidua_chassis::store::StoreError;
use thidua_proto::parse::Violations;
use thidua_proto::statistics::ErrorReason;
use thidua_proto::status::{Detail, Failure};
use tonic::{Code, Status};

use self::shape::make;
use crate::domain::calendars::calendar::CalendarError;
use crate::domain::figures::catalogue::MeasureUnknown;
use crate::domain::forms::form::{FormError, FormId, Validity};
use crate::domain::locks::lock::PeriodLocked;
use crate::domain::returns::filing::StepRefused;
use crate::domain::units::error::UnitError;

/// The domain of this service's failures.
pub const DOMAIN: &str = "thidua.statistics.v1";

/// What this service refuses, as facts.
#[derive(Debug)]
pub enum Error {
    /// A failure that every service has.
    Common(CommonError),
    /// A unit, or a name that should mean one.
    Unit(UnitError),
    /// A measure that is not there.
    Measure(MeasureUnknown),
    /// A form that is not there or not in force.
    Form(FormError),
    /// A calendar or period that is not there.
    Calendar(CalendarError),
    /// An import's stream ended before its last chunk.
    ImportTruncated {
        /// The import.
        import_id: String,
        /// Chunks taken.
        chunks: i64,
    },
    /// A step on a return that is refused.
    Return(StepRefused),
    /// An approved return locks the day of a record.
    Locked(PeriodLocked),
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
            Self::Unit(refused) => units::into_failure(refused),
            Self::Measure(MeasureUnknown { measure, suggestions }) => measure_unknown(measure, &suggestions),
            Self::Form(FormError::Unknown { form, suggestions }) => form_unknown(form, &suggestions),
            Self::Form(FormError::NotInForce { form, last_date, validity }) => {
                form_not_in_force(form, last_date, validity)
            }
            Self::Calendar(CalendarError::Unknown { calendar, suggestions }) => {
                calendar_unknown(calendar, &suggestions)
            }
            Self::Calendar(CalendarError::PeriodUnknown { calendar, period, suggestions }) => {
                period_unknown(calendar, period, &suggestions)
            }
            Self::Return(StepRefused { return_name, refusal }) => {
                returns::into_failure(&return_name, refusal)
            }
            Self::Locked(PeriodLocked { unit, date, lock }) => returns::locked(&unit, date, &lock),
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

impl From<CommonError> for Error {
    fn from(shared: CommonError) -> Self {
        Self::Common(shared)
    }
}

impl From<UnitError> for Error {
    fn from(refused: UnitError) -> Self {
        Self::Unit(refused)
    }
}

impl From<MeasureUnknown> for Error {
    fn from(unknown: MeasureUnknown) -> Self {
        Self::Measure(unknown)
    }
}

impl From<FormError> for Error {
    fn from(refused: FormError) -> Self {
        Self::Form(refused)
    }
}

impl From<CalendarError> for Error {
    fn from(unknown: CalendarError) -> Self {
        Self::Calendar(unknown)
    }
}

impl From<StepRefused> for Error {
    fn from(refused: StepRefused) -> Self {
        Self::Return(refused)
    }
}

impl From<PeriodLocked> for Error {
    fn from(locked: PeriodLocked) -> Self {
        Self::Locked(locked)
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
