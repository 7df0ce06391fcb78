//! Dated sums: what records add to. A code is a stem and one segment for each dimension that tells the sums of a stem apart,
//! joined by dots: `petitions.received.complaint.joint`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{inspection, matter, petition, reception};

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
    let fits = |code: &&&str| {
        let (mut wanted, mut found) = (pattern.split('.'), code.split('.'));
        loop {
            match (wanted.next(), found.next()) {
                (None, None) => return true,
                (Some(wanted), Some(found)) if wanted == "*" || wanted == found => {}
                _ => return false,
            }
        }
    };
    ALL.iter().filter(fits).copied()
}

#[cfg(test)]
mod tests;
