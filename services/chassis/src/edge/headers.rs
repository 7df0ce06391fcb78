//! What a call's metadata says beside its caller. A value that is there but cannot be read is refused: it never counts as
//! one that is not there.

use std::time::Duration;

use http::HeaderMap;
use thidua_proto::parse::{Problem, Violations};

use super::metadata::MIN_REVISION;

/// The metadata in which a caller says how long it waits.
const TIMEOUT: &str = "grpc-timeout";

/// What a call's metadata says beside its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CallOptions {
    /// The revision that a read must include at least.
    pub(super) min_revision: Option<i64>,
    /// How long the caller waits.
    pub(super) timeout: Option<Duration>,
}

impl CallOptions {
    /// Reads the metadata, or tells all that is wrong with it.
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        let min_revision = value(&mut violations, headers, MIN_REVISION, REVISION_FORM, parse_revision);
        let patience = value(&mut violations, headers, TIMEOUT, TIMEOUT_FORM, timeout);
        let options = match (min_revision, patience) {
            (Some(min_revision), Some(timeout)) => Some(Self { min_revision, timeout }),
            _ => None,
        };
        violations.finish(options)
    }
}

const REVISION_FORM: (&str, &str) = ("a revision: a whole number", "số phiên bản: một số nguyên");
const TIMEOUT_FORM: (&str, &str) = (
    "at most eight digits and one of the units H M S m u n",
    "không quá tám chữ số kèm một trong các đơn vị H M S m u n",
);

/// A value that is there at most once: `Some(None)` where it is not.
fn value<T>(
    violations: &mut Violations,
    headers: &HeaderMap,
    key: &'static str,
    form: (&str, &str),
    parse: fn(&str) -> Option<T>,
) -> Option<Option<T>> {
    let mut values = headers.get_all(key).iter();
    let Some(first) = values.next() else { return Some(None) };
    if values.next().is_some() {
        violations.refuse(key, Problem::Repeated);
        return None;
    }
    let parsed = first.to_str().ok().and_then(parse);
    if parsed.is_none() {
        violations.refuse(key, Problem::malformed(form, &String::from_utf8_lossy(first.as_bytes())));
    }
    parsed.map(Some)
}

fn parse_revision(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Reads `grpc-timeout`: at most eight digits and a unit.
#[must_use]
pub fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let is_number = (1..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = is_number.then(|| digits.parse().ok())??;
    Some(match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        assert_eq!(timeout("100m"), Some(Duration::from_millis(100)));
        assert_eq!(timeout("2S"), Some(Duration::from_secs(2)));
        assert_eq!(timeout("99999999H"), Some(Duration::from_hours(99_999_999)));
        for bad in ["", "S", "123456789S", "1x", "-1S", "+1S", "1,5S", "é"] {
            assert_eq!(timeout(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_there_is_read_or_refused() {
        let read = |pairs: &[(&'static str, &[u8])]| {
            let mut headers = HeaderMap::new();
            for (key, value) in pairs {
                headers.append(*key, HeaderValue::from_bytes(value).unwrap());
            }
            CallOptions::read(&headers).map_err(|violations| violations.paths())
        };
        assert_eq!(read(&[]), Ok(CallOptions { min_revision: None, timeout: None }));
        let both = read(&[(MIN_REVISION, b"7"), (TIMEOUT, b"1S")]);
        assert_eq!(both, Ok(CallOptions { min_revision: Some(7), timeout: Some(Duration::from_secs(1)) }));
        for bad in [&b"-1"[..], b"x", b"", b"99999999999999999999", "７".as_bytes(), b"\xff"] {
            assert_eq!(read(&[(MIN_REVISION, bad)]), Err(MIN_REVISION.to_owned()));
        }
        assert_eq!(read(&[(TIMEOUT, b"1S"), (TIMEOUT, b"2S")]), Err(TIMEOUT.to_owned()));
        let all = read(&[(MIN_REVISION, b"x"), (TIMEOUT, b"x")]);
        assert_eq!(all, Err(format!("{MIN_REVISION},{TIMEOUT}")));
    }
}
