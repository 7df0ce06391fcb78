//! By which units figures are told: as they were, each with its own records, or as they are on a day, each with its own
//! and its shares of what its predecessors recorded.
//!
//! Running totals are shared out, not the figures of windows: the part of a window is the difference of two parts. So
//! adjoining windows add, opening and closing balances meet, the units' figures add up to the total as then, and nothing
//! that a record adds is ever taken from anybody.

use std::collections::BTreeMap;

use jiff::civil::Date;
use thidua_proto::names::UnitName;

use crate::domain::units::error::{Problem, UnitError};
use crate::domain::units::share::{Place, Share, Split};
use crate::domain::units::unit::{Units, succeeded_wholly};

/// By which units figures are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Structure {
    /// Each with its own records.
    AsThen,
    /// As the units are on a day.
    AsNow {
        /// The day.
        on: Date,
    },
}

/// Whose records count in a unit's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The unit that made the records.
    pub unit: UnitName,
    /// Counted from this day.
    pub first: Option<Date>,
    /// Counted up to this day.
    pub last: Option<Date>,
    /// Which part of them.
    pub place: Place,
}

/// A unit whose figures are told, with their sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownUnit {
    /// The unit.
    pub unit: UnitName,
    /// By name, then by day.
    pub sources: Vec<Source>,
}

impl ShownUnit {
    /// Whether its figures are partly a share of another unit's, in whole numbers.
    #[must_use]
    pub fn is_rounded(&self) -> bool {
        self.sources.iter().any(|source| {
            let share = source.place.share();
            share.numerator() != share.denominator()
        })
    }
}

/// The units whose figures are told, in the order asked for, with their sources. Where none is asked for, all: as then
/// every unit, as now every one that has not been succeeded by then, so that the total is the same.
pub fn sources(units: &Units, asked: &[UnitName], structure: Structure) -> Result<Vec<ShownUnit>, UnitError> {
    if let Some(unknown) = asked.iter().find(|unit| !units.contains_key(unit)) {
        return Err(UnitError::NotFound { unit: unknown.clone() });
    }
    match structure {
        Structure::AsThen => {
            let asked: Vec<&UnitName> =
                if asked.is_empty() { units.keys().collect() } else { asked.iter().collect() };
            Ok(asked.into_iter().map(own_records).collect())
        }
        Structure::AsNow { on } => as_now(units, asked, on),
    }
}

fn own_records(unit: &UnitName) -> ShownUnit {
    let place = Place::all(Split::entire(unit.clone()));
    let source = |(_, place)| Source { unit: unit.clone(), first: None, last: None, place };
    ShownUnit { unit: unit.clone(), sources: place.map(source).collect() }
}

fn as_now(units: &Units, asked: &[UnitName], on: Date) -> Result<Vec<ShownUnit>, UnitError> {
    let gone = |unit: &UnitName| succeeded_wholly(units, unit).is_some_and(|date| date <= on);
    if let Some((name, unit)) =
        asked.iter().filter(|name| gone(name)).find_map(|name| units.get_key_value(name))
    {
        let (open_date, close_date) = (unit.open_date, unit.close_date);
        return Err(UnitError::Closed { unit: name.clone(), date: on, open_date, close_date });
    }
    let moves = moves(units, on);
    let mut found: BTreeMap<UnitName, Vec<Source>> = BTreeMap::new();
    for unit in units.keys() {
        for (first, last) in stretches(&moves, unit) {
            let too_fine = || UnitError::SuccessionInvalid { unit: unit.clone(), problem: Problem::TooFine };
            let split = follow(&moves, unit, first).ok_or_else(too_fine)?;
            for (shown, place) in Place::all(split) {
                found.entry(shown).or_default().push(Source { unit: unit.clone(), first, last, place });
            }
        }
    }
    let shown: Vec<UnitName> = if asked.is_empty() {
        units.keys().filter(|unit| !gone(unit)).cloned().collect()
    } else {
        asked.to_vec()
    };
    let with_sources = |unit: UnitName| ShownUnit { sources: found.remove(&unit).unwrap_or_default(), unit };
    Ok(shown.into_iter().map(with_sources).collect())
}

/// By day and predecessor: who takes over which share from the day on.
type Moves<'u> = BTreeMap<Date, BTreeMap<&'u UnitName, Vec<(&'u UnitName, Share)>>>;

/// All successions that have taken effect by a day.
fn moves(units: &Units, on: Date) -> Moves<'_> {
    let mut moves = Moves::new();
    for (successor, unit) in units {
        for succession in unit.predecessors.iter().filter(|succession| succession.effective_date <= on) {
            let of_day = moves.entry(succession.effective_date).or_default();
            of_day.entry(&succession.predecessor).or_default().push((successor, succession.parts.share()));
        }
    }
    moves
}

/// The days of a unit between which its figures go one way: where it gave a share away and went on, later ones are its own.
fn stretches(moves: &Moves<'_>, unit: &UnitName) -> Vec<(Option<Date>, Option<Date>)> {
    let goes_on = |of_day: &BTreeMap<&UnitName, Vec<(&UnitName, Share)>>| {
        of_day.get(unit).is_some_and(|successors| successors.iter().any(|(name, _)| *name == unit))
    };
    let mut found = Vec::new();
    let mut first = None;
    for (date, _) in moves.iter().filter(|(_, of_day)| goes_on(of_day)) {
        found.push((first, date.yesterday().ok()));
        first = Some(*date);
    }
    found.push((first, None));
    found
}

/// Among whom the records of a unit from a day on are shared out, through all later successions; `None` where that is
/// too fine.
fn follow(moves: &Moves<'_>, unit: &UnitName, first: Option<Date>) -> Option<Split> {
    let mut split = Split::entire(unit.clone());
    for (_, of_day) in moves.iter().filter(|(date, _)| first.is_none_or(|first| first < **date)) {
        if !split.shares().iter().any(|(holder, _)| of_day.contains_key(holder)) {
            continue;
        }
        let mut next: BTreeMap<UnitName, Share> = BTreeMap::new();
        for (holder, held) in split.shares() {
            let stays = vec![(holder, Share::WHOLE)];
            for (successor, share) in of_day.get(holder).unwrap_or(&stays) {
                let part = share.of(*held)?;
                let before = next.entry((*successor).clone()).or_insert(Share::NONE);
                *before = before.and(part)?;
            }
        }
        split = Split::new(&next)?;
    }
    Some(split)
}

impl Source {
    /// Whether all of the unit's records count, undivided: then its sums are taken as they are.
    #[must_use]
    pub fn is_entire(&self) -> bool {
        self.first.is_none() && self.last.is_none() && self.place.share() == Share::WHOLE
    }
}
