//! Commit times: they never fall, so that "as of" is one revision, and a clock that is wrong is not believed.
//!
//! A clock that went back a little is waited for: entries get the time of the last one until it has caught up. A clock
//! that is far from the last entry, in either direction, is either wrong now or was wrong then. Nobody but an operator can
//! tell, so that writes are refused until one confirms the clock for the day that it shows. Times then follow the clock
//! again, back if need be: that revision is remembered, and instants before it are looked for on either side of it.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::error::StoreError;
use crate::clock::civil_day;

/// Which times the clock may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockRules {
    /// How far back from the last entry.
    pub most_back: SignedDuration,
    /// How far on from the last entry.
    pub most_forward: SignedDuration,
    /// The day for which an operator has confirmed the clock, as it shows in Vietnam.
    pub confirmed: Option<Date>,
}

impl Default for ClockRules {
    /// A day back, 400 days on: an office may rest for a year.
    fn default() -> Self {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        Self { most_back: days(1), most_forward: days(400), confirmed: None }
    }
}

impl ClockRules {
    /// Separates an address from the confirmation that it may end in: `?confirm-clock=2026-11-26`, or with `&` after other
    /// options.
    pub(super) fn of_address(address: &str) -> Result<(&str, Self), StoreError> {
        let confirmation = |mark: &str| address.rsplit_once(mark);
        let found = confirmation("?confirm-clock=").or_else(|| confirmation("&confirm-clock="));
        let Some((address, day)) = found else { return Ok((address, Self::default())) };
        let day = day.parse().map_err(|_| StoreError::ClockConfirmation { day: day.to_owned() })?;
        Ok((address, Self { confirmed: Some(day), ..Self::default() }))
    }
}

/// Before any entry: 2000-01-01 UTC.
const EARLIEST: i64 = 946_684_800;
/// After any entry that this program will write: 2200-01-01 UTC.
const LATEST: i64 = 7_258_118_400;

/// The time that a batch gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CommitTime {
    pub(super) time: Timestamp,
    /// What the clock shows.
    pub(super) now: Timestamp,
    /// When the last entry was made, if there is one.
    pub(super) last: Option<Timestamp>,
    /// Whether it is before that of the last entry, because an operator has confirmed the clock.
    pub(super) falls: bool,
    /// Whether an operator must confirm the clock first.
    pub(super) is_uncertain: bool,
}

/// The time of a batch, given what the clock shows and when the last entry was made.
pub(super) fn commit_time(now: Timestamp, last: Option<Timestamp>, rules: &ClockRules) -> CommitTime {
    let plain = CommitTime { time: now, now, last, falls: false, is_uncertain: false };
    if !(EARLIEST..LATEST).contains(&now.as_second()) {
        return CommitTime { is_uncertain: true, ..plain };
    }
    let Some(last) = last else { return plain };
    let change = now.duration_since(last);
    let is_far = change > rules.most_forward || -change > rules.most_back;
    let is_confirmed = rules.confirmed == Some(civil_day(now));
    if is_far {
        return CommitTime { falls: is_confirmed && now < last, is_uncertain: !is_confirmed, ..plain };
    }
    CommitTime { time: now.max(last), ..plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn decided(now: &str, last: Option<&str>, confirmed: Option<Date>) -> (Timestamp, bool, bool) {
        let rules = ClockRules { confirmed, ..ClockRules::default() };
        let found = commit_time(at(now), last.map(at), &rules);
        (found.time, found.falls, found.is_uncertain)
    }

    #[test]
    fn times_follow_the_clock_and_never_fall_by_themselves() {
        let last = Some("2023-11-21T08:00:00Z");
        assert_eq!(decided("2023-11-21T08:00:01Z", last, None), (at("2023-11-21T08:00:01Z"), false, false));
        assert_eq!(decided("2023-11-21T07:00:00Z", last, None), (at("2023-11-21T08:00:00Z"), false, false));
        assert_eq!(decided("2023-11-20T08:00:00Z", last, None), (at("2023-11-21T08:00:00Z"), false, false));
        assert_eq!(decided("2023-11-21T08:00:00Z", None, None), (at("2023-11-21T08:00:00Z"), false, false));
    }

    #[test]
    fn a_clock_far_from_the_last_entry_waits_for_an_operator() {
        let last = Some("2023-11-21T08:00:00Z");
        for now in ["2023-11-20T07:59:59Z", "2025-01-01T00:00:00Z"] {
            assert!(decided(now, last, None).2, "{now}");
            assert!(decided(now, last, Some(jiff::civil::date(2023, 11, 21))).2, "{now}: another day");
            let falls = at(now) < at("2023-11-21T08:00:00Z");
            assert_eq!(decided(now, last, Some(civil_day(at(now)))), (at(now), falls, false), "{now}");
        }
    }

    #[test]
    fn no_operator_can_confirm_a_time_of_no_sense() {
        for now in ["1970-01-01T00:00:00Z", "3294-01-01T00:00:00Z"] {
            let day = civil_day(at(now));
            assert!(decided(now, None, Some(day)).2, "{now}");
            assert!(decided(now, Some("2023-11-21T08:00:00Z"), Some(day)).2, "{now}");
        }
    }
}
