//! The failures of units: names, codes, superiors and successions.

use jiff::civil::Date;
use thidua_chassis::failure::CommonError;
use thidua_proto::names::UnitName;
use thidua_proto::statistics::ErrorReason;
use thidua_proto::status::{Detail, Failure};
use tonic::Code;

use super::shape::make;
use crate::domain::units::error::{Problem, Suggestion, UnitError};

pub(super) fn into_failure(refused: UnitError) -> Failure {
    match refused {
        UnitError::NotFound { unit } => CommonError::NotFound { resource: unit.to_string() }.into(),
        UnitError::AlreadyExists { unit } => CommonError::AlreadyExists { resource: unit.to_string() }.into(),
        UnitError::NameUnknown { display_name, suggestions } => name_unknown(display_name, &suggestions),
        UnitError::NameTaken { display_name, unit } => {
            let texts = (
                format!("the name `{display_name}` belongs to {unit}; take it off there or choose another"),
                format!("Tên “{display_name}” đã thuộc về {unit}; hãy chọn tên khác."),
            );
            let metadata = vec![("display_name", display_name), ("unit", unit.to_string())];
            let detail = Detail::Resource(unit.to_string());
            make(Code::AlreadyExists, ErrorReason::UnitNameTaken, metadata, texts, detail)
        }
        UnitError::Closed { unit, date, open_date, close_date } => {
            let close = close_date.map_or_else(String::new, |close| close.to_string());
            let (until, until_vi) = match close_date {
                Some(close) => (format!("to {close}"), format!(" đến {close}")),
                None => ("on".to_owned(), String::new()),
            };
            let texts = (
                format!("{unit} exists from {open_date} {until}, not on {date}; check the date or the unit"),
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
        UnitError::SuperiorCircular { unit, superior } => {
            let texts = (
                format!("{unit} would stand above itself through {superior}; choose another superior"),
                format!("{unit} không thể là cấp trên của chính mình (qua {superior})."),
            );
            let metadata = vec![("unit", unit.to_string()), ("superior", superior.to_string())];
            let detail = Detail::Precondition(unit.to_string());
            make(Code::FailedPrecondition, ErrorReason::UnitSuperiorCircular, metadata, texts, detail)
        }
        UnitError::SuccessionInvalid { unit, problem } => succession_invalid(&unit, &problem),
        UnitError::CodeTaken { scheme, code, unit } => code_taken(scheme, code, &unit),
        UnitError::HasLaterRecords { unit, effective_date, record } => {
            later_records(&unit, effective_date, record)
        }
    }
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
