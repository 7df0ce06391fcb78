//! What calls and answers carry beside their messages.

use tokio::time::Instant;

/// Trailing metadata of writes: the revision of what was written.
pub const REVISION: &str = "thidua-revision";
/// Metadata of reads: the revision that must be included at least.
pub const MIN_REVISION: &str = "thidua-min-revision";

/// Put into a response's extensions by a handler; the edge sends it as trailing metadata.
#[derive(Debug, Clone, Copy)]
pub struct Revision(pub i64);

/// When the caller stops waiting; calls made on its behalf get what remains.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Instant);

/// An answer that stands at a revision.
pub fn at_revision<T>(answer: T, revision: i64) -> tonic::Response<T> {
    let mut response = tonic::Response::new(answer);
    response.extensions_mut().insert(Revision(revision));
    response
}
