//! What holds for every answer, whatever was asked.

use prost::Message as _;
use prost_reflect::DescriptorPool;
use tonic::Code;
use tonic::metadata::MetadataMap;
use tonic_types::pb;

use crate::wire::{Answer, Call};

/// The most that a failure's headers may take.
const MOST_STATUS_BYTES: usize = 8 * 1024;

/// The most fields that a refusal names.
const MOST_VIOLATIONS: usize = 20;

/// The language of the texts for people.
const LOCALE: &str = "vi-VN";

/// How a call ended: `OK`, or the code and the reason. The error says what must not be.
pub(crate) fn outcome(pool: &DescriptorPool, call: &Call, answer: &Answer) -> Result<String, String> {
    if !call.is_grpc {
        let refused = answer.http_status == 415;
        return if refused { Ok("415".to_owned()) } else { Err(format!("HTTP {}", answer.http_status)) };
    }
    if answer.http_status != 200 {
        return Err(format!("HTTP {}", answer.http_status));
    }
    let Some(trailers) = &answer.trailers else {
        let may_leave = call.leaves || call.headers.contains_key("grpc-timeout");
        return if may_leave { Ok("LEFT".to_owned()) } else { Err("no status".to_owned()) };
    };
    let code = trailers.get("grpc-status").and_then(|code| code.to_str().ok()?.parse::<i32>().ok());
    let code = Code::from(code.ok_or("a status that is no number")?);
    if code == Code::Ok {
        return Ok("OK".to_owned());
    }
    if matches!(code, Code::Internal | Code::Unknown | Code::DataLoss) {
        return Err(format!("{code:?}: {:?}", trailers.get("grpc-message")));
    }
    if code == Code::Unimplemented && !call.is_encoded {
        return Err("a method of the contract is not there".to_owned());
    }
    let reason = reason(pool, code, trailers)?;
    if code == Code::Unavailable && reason != "ERROR_REASON_OVERLOADED" {
        return Err(format!("{reason} although nothing is away"));
    }
    Ok(format!("{code:?} {reason}"))
}

/// The one reason of a failure, which has to be told in full and in both languages.
fn reason(pool: &DescriptorPool, code: Code, trailers: &http::HeaderMap) -> Result<String, String> {
    let size = |name: &str| trailers.get(name).map_or(0, http::HeaderValue::len);
    let bytes = size("grpc-message") + size("grpc-status-details-bin");
    if bytes > MOST_STATUS_BYTES {
        return Err(format!("a status of {bytes} bytes"));
    }
    let metadata = MetadataMap::from_headers(trailers.clone());
    let details = metadata.get_bin("grpc-status-details-bin").ok_or("no details")?;
    let details = details.to_bytes().map_err(|cause| cause.to_string())?;
    let status = pb::Status::decode(details).map_err(|cause| cause.to_string())?;
    if status.code != i32::from(code) || status.message.is_empty() {
        return Err(format!("the details tell another status: {status:?}"));
    }
    let of_type = |name: &str| {
        let end = format!("/google.rpc.{name}");
        status.details.iter().filter(move |detail| detail.type_url.ends_with(&end))
    };
    let infos: Vec<_> = of_type("ErrorInfo").collect();
    let [info] = infos[..] else { return Err(format!("{} reasons", infos.len())) };
    let info = pb::ErrorInfo::decode(info.value.as_slice()).map_err(|cause| cause.to_string())?;
    let reasons = pool.get_enum_by_name(&format!("{}.ErrorReason", info.domain));
    let known = reasons.and_then(|reasons| reasons.get_value_by_name(&info.reason));
    if known.is_none_or(|known| known.number() == 0) {
        return Err(format!("an unknown reason: {info:?}"));
    }
    let texts: Vec<_> = of_type("LocalizedMessage").collect();
    let [text] = texts[..] else { return Err(format!("{} texts for people", texts.len())) };
    let text = pb::LocalizedMessage::decode(text.value.as_slice()).map_err(|cause| cause.to_string())?;
    is_told(&text)?;
    for detail in of_type("BadRequest") {
        let request = pb::BadRequest::decode(detail.value.as_slice()).map_err(|cause| cause.to_string())?;
        let violations = request.field_violations;
        if violations.is_empty() || violations.len() > MOST_VIOLATIONS {
            return Err(format!("{} violations", violations.len()));
        }
        for violation in violations {
            let text = violation.localized_message.as_ref().ok_or("a violation without a text for people")?;
            is_told(text)?;
            if violation.description.is_empty() || violation.reason.is_empty() {
                return Err(format!("a violation that does not say why: {violation:?}"));
            }
        }
    }
    Ok(info.reason)
}

fn is_told(text: &pb::LocalizedMessage) -> Result<(), String> {
    let told = text.locale == LOCALE && !text.message.trim().is_empty();
    if told { Ok(()) } else { Err(format!("no text for people: {text:?}")) }
}
