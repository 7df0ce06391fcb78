//! The figures of units as they are on a day: each unit's sums are shared out of what its sources recorded.

use jiff::civil::Date;
use thidua_proto::names::UnitName;

use crate::domain::figures::figure::Sums;
use crate::domain::units::structure::Source;

/// The sums of a unit's sources, as its own.
#[derive(Debug)]
pub struct RegroupedSums<'s, S>(Vec<(&'s Source, &'s S)>);

impl<'s, S: Sums> RegroupedSums<'s, S> {
    /// Of the sources of a unit; `sums` finds what a unit recorded.
    pub fn new(sources: &'s [Source], sums: impl Fn(&UnitName) -> Option<&'s S>) -> Self {
        Self(sources.iter().filter_map(|source| Some((source, sums(&source.unit)?))).collect())
    }
}

impl<S: Sums> Sums for RegroupedSums<'_, S> {
    fn within(&self, sum: &str, first: Date, last: Date) -> i64 {
        self.0.iter().map(|(source, sums)| within(source, *sums, sum, first, last)).sum()
    }

    fn up_to(&self, sum: &str, day: Date) -> i64 {
        self.0.iter().map(|(source, sums)| up_to(source, *sums, sum, day)).sum()
    }
}

/// What a source adds to the sum of a span of days: the difference of two running totals, each shared out.
fn within(source: &Source, sums: &impl Sums, sum: &str, first: Date, last: Date) -> i64 {
    if source.is_entire() {
        return sums.within(sum, first, last);
    }
    let before = first.yesterday().map_or(0, |eve| up_to(source, sums, sum, eve));
    up_to(source, sums, sum, last) - before
}

/// What a source adds to the sum of all days up to one: its part of what was recorded on the days that count.
fn up_to(source: &Source, sums: &impl Sums, sum: &str, day: Date) -> i64 {
    let last = source.last.map_or(day, |last| last.min(day));
    let total = match source.first {
        Some(first) if last < first => 0,
        Some(first) => sums.within(sum, first, last),
        None => sums.up_to(sum, last),
    };
    source.place.part(total)
}

#[cfg(test)]
mod tests;
