//! Where a resource is listed.

use std::sync::Arc;

/// How a resource is listed and found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The collection, such as `units/{unit}/petitions`.
    pub collection: Arc<str>,
    /// Lists are sorted by this number, then by name; a day for dated records, 0 otherwise.
    pub sort_number: i64,
    /// The one resource that this one refers to and keeps from being deleted.
    pub refers_to: Option<Arc<str>>,
}
