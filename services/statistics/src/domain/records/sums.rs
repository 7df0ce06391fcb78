//! Dated sums: what records add to. A code is a stem and one segment for each dimension that tells the sums of a stem apart,
//! joined by dots: `petitions.received.complaint.joint`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{inspection, matter, petition, reception};
use crate::domain::text::pattern::matches;

static ALL: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    inspection::codes().chain(reception::codes()).chain(petition::codes()).chain(matter::codes()).collect()
});

/// The codes of all sums that any record adds to.
#[must_use]
pub fn all() -> &'static BTreeSet<&'static str> {
    &ALL
}

/// The codes that a pattern means: `*` stands for exactly one segment.
pub fn matching(pattern: &str) -> impl Iterator<Item = &'static str> {
    ALL.iter().copied().filter(move |code| matches(pattern, code))
}

/// The codes that patterns mean, in their order.
///
/// # Errors
/// The first pattern that means none.
pub fn expand(patterns: &[String]) -> Result<Vec<String>, &str> {
    let mut codes = Vec::with_capacity(patterns.len());
    for pattern in patterns {
        let before = codes.len();
        codes.extend(matching(pattern).map(str::to_owned));
        if codes.len() == before {
            return Err(pattern);
        }
    }
    Ok(codes)
}

#[cfg(test)]
mod tests;
