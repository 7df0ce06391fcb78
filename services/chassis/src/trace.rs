//! The trace that a request belongs to (W3C Trace Context), and the log.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// The metadata key.
pub const HEADER: &str = "traceparent";

/// A trace as it came in or was begun here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    span_id: String,
}

impl Trace {
    /// Continues the caller's trace, or begins one where there is none to read.
    #[must_use]
    pub fn from_header(header: Option<&str>) -> Self {
        let fresh = crate::clock::new_id().simple().to_string();
        // The random half of it.
        let span_id = fresh.get(16..).unwrap_or_default().to_owned();
        let given = header.and_then(|text| {
            let mut parts = text.split('-');
            let (version, trace_id) = (parts.next()?, parts.next()?);
            let hexadecimal = trace_id.len() == 32
                && trace_id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            (version.len() == 2 && hexadecimal && trace_id.bytes().any(|b| b != b'0'))
                .then(|| trace_id.to_owned())
        });
        Self { trace_id: given.unwrap_or(fresh), span_id }
    }

    /// The header for calls made on behalf of the request.
    #[must_use]
    pub fn header(&self) -> String {
        format!("00-{}-{}-01", self.trace_id, self.span_id)
    }
}

/// Starts the log: lines for people on a terminal, JSON otherwise. `filter` is a level or a list of `target=level`.
pub fn start_log(filter: &str) -> Result<(), String> {
    let filter: EnvFilter = filter.parse().map_err(|cause| format!("`log` is no filter: {cause}"))?;
    // A log that cannot be written is no reason to panic, as the library's own complaint about it would.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    let started =
        if std::io::stderr().is_terminal() { builder.try_init() } else { builder.json().try_init() };
    started.map_err(|cause| cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_continued_or_begun() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let trace = Trace::from_header(Some(&format!("00-{id}-00f067aa0ba902b7-01")));
        assert_eq!(trace.trace_id, id);
        assert!(trace.header().starts_with(&format!("00-{id}-")));
        assert!(!trace.header().contains("00f067aa0ba902b7"));
        for bad in ["", "00", "00-xyz-1-1", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"] {
            let begun = Trace::from_header(Some(bad));
            assert_eq!(begun.trace_id.len(), 32);
            assert_ne!(begun, Trace::from_header(Some(bad)));
        }
    }
}
