//! What cannot be answered: the one place where a refusal becomes a status, a code of SDMX and a text in both languages.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use thidua_chassis::failure::CommonError;
use thidua_chassis::plain::Plain;
use tonic::Status;

use super::xml::without_forbidden;
use crate::error::Error;
use crate::upstream::UpstreamError;

/// A text in both languages.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}

/// Why there is no answer, as facts.
#[derive(Debug)]
pub enum Refusal {
    /// The address ends before a resource, or is of a version that is not served.
    NothingNamed,
    /// The kind of resource is not served.
    ResourceUnsupported {
        /// As asked.
        resource: String,
    },
    /// There is no structure of that name.
    ArtefactUnknown {
        /// The kind of resource.
        resource: String,
        /// As asked.
        artefact: String,
    },
    /// The address has too many parts.
    PathInvalid,
    /// No parameter of that name.
    ParameterUnknown {
        /// As asked.
        parameter: String,
    },
    /// SDMX has the parameter or the value; it is not served.
    ParameterUnsupported {
        /// As asked.
        parameter: String,
        /// As asked.
        value: String,
    },
    /// The parameter cannot have that value.
    ParameterInvalid {
        /// Which.
        parameter: &'static str,
        /// As asked.
        value: String,
        /// What it may be.
        expected: Words,
    },
    /// The key has not one part for each dimension.
    KeyInvalid {
        /// As asked.
        key: String,
    },
    /// The key names a code that the list does not have.
    CodeUnknown {
        /// Of which dimension.
        dimension: &'static str,
        /// As asked.
        code: String,
        /// The id of the list.
        codelist: &'static str,
    },
    /// No offered format was asked for.
    FormatUnsupported {
        /// The media types on offer.
        offered: String,
    },
    /// No observation was asked for: the periods hold no time in which a unit existed.
    NothingFound,
    /// The answer would be too long.
    TooManyObservations {
        /// How many it would have.
        found: usize,
        /// How many it may have.
        most: usize,
    },
    /// Other answers take all the memory that there is for them.
    Overloaded,
    /// What lies behind did not answer.
    Upstream(UpstreamError),
}

impl From<UpstreamError> for Refusal {
    fn from(error: UpstreamError) -> Self {
        Self::Upstream(error)
    }
}

#[derive(Template)]
#[template(path = "sdmx/error.xml")]
struct Page<'t> {
    code: u16,
    vietnamese: &'t str,
    english: &'t str,
}

impl Refusal {
    fn into_plain(self) -> Plain {
        let status = self.status();
        match texts(self) {
            Ok((vietnamese, english)) => Plain { status, vietnamese, english, retry_after_s: None },
            Err(error) => Plain::from(&Status::from(error)),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::ResourceUnsupported { .. } | Self::ParameterUnsupported { .. } => {
                StatusCode::NOT_IMPLEMENTED
            }
            Self::NothingNamed | Self::ArtefactUnknown { .. } | Self::NothingFound => StatusCode::NOT_FOUND,
            Self::PathInvalid
            | Self::ParameterUnknown { .. }
            | Self::ParameterInvalid { .. }
            | Self::KeyInvalid { .. }
            | Self::CodeUnknown { .. } => StatusCode::BAD_REQUEST,
            Self::FormatUnsupported { .. } => StatusCode::NOT_ACCEPTABLE,
            Self::TooManyObservations { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Overloaded | Self::Upstream(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// The Vietnamese and the English text; what others refused has its own.
fn texts(refusal: Refusal) -> Result<(String, String), Error> {
    Ok(match refusal {
        Refusal::Upstream(error) => return Err(error.into()),
        Refusal::Overloaded => return Err(CommonError::Overloaded.into()),
        Refusal::NothingNamed => (
            "Địa chỉ không nêu tài nguyên; bắt đầu từ /sdmx/v2.1/dataflow/THIDUA/FIGURES?references=all, số liệu ở /sdmx/v2.1/data/FIGURES/…".to_owned(),
            "the address names no resource; begin with /sdmx/v2.1/dataflow/THIDUA/FIGURES?references=all, data are under /sdmx/v2.1/data/FIGURES/…".to_owned(),
        ),
        Refusal::ResourceUnsupported { resource } => (
            format!("Không phục vụ tài nguyên “{resource}”; có: dataflow, datastructure, conceptscheme, codelist, data."),
            format!("there is no resource `{resource}` here; ask for dataflow, datastructure, conceptscheme, codelist or data"),
        ),
        Refusal::ArtefactUnknown { resource, artefact } => (
            format!("Không có {resource} “{artefact}”; danh sách ở /sdmx/v2.1/{resource}/all/all/latest."),
            format!("there is no {resource} `{artefact}`; /sdmx/v2.1/{resource}/all/all/latest lists them"),
        ),
        Refusal::PathInvalid => (
            "Địa chỉ có quá nhiều phần; viết {tài nguyên}/{cơ quan}/{mã}/{phiên bản} hoặc data/{luồng}/{khóa}.".to_owned(),
            "the address has too many parts; write {resource}/{agency}/{id}/{version} or data/{flow}/{key}".to_owned(),
        ),
        Refusal::ParameterUnknown { parameter } => (
            format!("Không có tham số “{parameter}”, hoặc tham số được viết hai lần."),
            format!("there is no parameter `{parameter}`, or it was given twice"),
        ),
        Refusal::ParameterUnsupported { parameter, value } => (
            format!("Không phục vụ tham số “{parameter}={value}”; hãy bỏ tham số này."),
            format!("`{parameter}={value}` is not supported here; leave it out"),
        ),
        Refusal::ParameterInvalid { parameter, value, expected } => (
            format!("Tham số “{parameter}” không thể là “{value}”; viết {}.", expected.vi),
            format!("`{parameter}` cannot be `{value}`; write {}", expected.en),
        ),
        Refusal::KeyInvalid { key } => (
            format!("Khóa “{key}” phải có ba phần FREQ.UNIT_ID.MEASURE cách nhau bằng dấu chấm (phần trống là tất cả, “+” nối nhiều mã), hoặc là “all”."),
            format!("the key `{key}` must have the three parts FREQ.UNIT_ID.MEASURE with dots between (an empty part is all, `+` joins codes), or be `all`"),
        ),
        Refusal::CodeUnknown { dimension, code, codelist } => (
            format!("{dimension} không có mã “{code}”; các mã ở /sdmx/v2.1/codelist/THIDUA/{codelist}."),
            format!("{dimension} has no code `{code}`; /sdmx/v2.1/codelist/THIDUA/{codelist} has them all"),
        ),
        Refusal::FormatUnsupported { offered } => (
            format!("Không có định dạng được yêu cầu; có: {offered}."),
            format!("no format that was asked for is offered; offered are {offered}"),
        ),
        Refusal::NothingFound => (
            "Không có số liệu: trong khoảng thời gian yêu cầu không có kỳ báo cáo trọn vẹn nào đã bắt đầu mà đơn vị hoạt động.".to_owned(),
            "no results: between startPeriod and endPeriod lies no whole reporting period that has begun and in which a unit asked for existed".to_owned(),
        ),
        Refusal::TooManyObservations { found, most } => (
            format!("Câu trả lời sẽ có {found} quan sát, nhiều hơn {most}; hãy chọn ít mã hơn trong khóa hoặc khoảng startPeriod–endPeriod ngắn hơn."),
            format!("the answer would have {found} observations, more than {most}; name fewer codes in the key or a shorter time from startPeriod to endPeriod"),
        ),
    })
}

/// The code of SDMX's web services for a status.
fn code(status: StatusCode) -> u16 {
    match status {
        StatusCode::NOT_FOUND => 100,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => 110,
        StatusCode::PAYLOAD_TOO_LARGE => 130,
        StatusCode::NOT_IMPLEMENTED => 501,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => 503,
        other if other.is_server_error() => 500,
        _ => 140,
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let plain = self.into_plain();
        let page = Page { code: code(plain.status), vietnamese: &plain.vietnamese, english: &plain.english };
        // A page of texts can always be written to memory.
        let page = without_forbidden(page.render().unwrap_or_default());
        let mut response = (plain.status, page).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
        if let Some(seconds) = plain.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
