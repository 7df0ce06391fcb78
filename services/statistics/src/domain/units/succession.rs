//! Units taking over from units: renames, mergers, splits.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use thidua_proto::names::UnitName;

use crate::domain::units::error::{Problem, UnitError};
use crate::domain::units::share::Parts;
use crate::domain::units::structure::{Structure, sources};
use crate::domain::units::unit::{Succession, Unit, Units, fit};

/// Who takes over from whom on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reorganisation {
    /// From whom, each once.
    pub predecessors: Vec<UnitName>,
    /// Who, each once; a predecessor among them goes on.
    pub successors: Vec<Successor>,
    /// From which day.
    pub effective_date: Date,
    /// Which parts, each pair of a predecessor and a successor at most once; none at all where one takes everything.
    pub portions: Vec<Portion>,
}

/// A unit that takes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// Its name.
    pub name: UnitName,
    /// What is opened; nothing where the unit exists.
    pub opened: Option<Unit>,
}

/// A part of a predecessor that goes to a successor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion {
    /// From whom.
    pub predecessor: UnitName,
    /// To whom.
    pub successor: UnitName,
    /// How much.
    pub parts: Parts,
}

fn invalid(unit: &UnitName, problem: Problem) -> UnitError {
    UnitError::SuccessionInvalid { unit: unit.clone(), problem }
}

impl Reorganisation {
    /// The predecessors that close: all that do not go on.
    pub fn closing(&self) -> impl Iterator<Item = &UnitName> {
        self.predecessors.iter().filter(|name| !self.successors.iter().any(|one| one.name == **name))
    }

    fn eve(&self) -> Date {
        self.effective_date.yesterday().unwrap_or(self.effective_date)
    }
}

/// The units that a reorganisation changes, as they stand after it.
pub fn succeed(units: &Units, plan: &Reorganisation) -> Result<Units, UnitError> {
    let mut after = units.clone();
    let mut changed: BTreeSet<&UnitName> = plan.predecessors.iter().collect();
    for name in &plan.predecessors {
        check_predecessor(units, name, plan)?;
    }
    for Successor { name, opened } in &plan.successors {
        match (units.get(name), opened) {
            (Some(_), Some(_)) => return Err(UnitError::AlreadyExists { unit: name.clone() }),
            (None, None) => return Err(UnitError::NotFound { unit: name.clone() }),
            (Some(unit), None) if !unit.exists_on(plan.effective_date) => {
                return Err(invalid(name, Problem::NotThere(plan.effective_date)));
            }
            (Some(_), None) => {}
            (None, Some(unit)) => drop(after.insert(name.clone(), unit.clone())),
        }
        changed.insert(name);
    }
    for name in plan.closing() {
        if let Some(unit) = after.get_mut(name) {
            unit.close_date = Some(plan.eve());
        }
    }
    for portion in portions(plan)? {
        if let Some(unit) = after.get_mut(&portion.successor) {
            unit.predecessors.push(Succession {
                predecessor: portion.predecessor.clone(),
                effective_date: plan.effective_date,
                parts: portion.parts,
            });
        }
        if let Some(unit) = after.get_mut(&portion.predecessor)
            && !unit.successors.contains(&portion.successor)
        {
            unit.successors.push(portion.successor.clone());
        }
    }
    for name in &changed {
        if let Some(unit) = after.get(name) {
            fit(&after, name, unit)?;
        }
    }
    // Told now and not when figures are asked for.
    sources(&after, &[], Structure::AsNow { on: Date::MAX })?;
    after.retain(|name, _| changed.contains(name));
    Ok(after)
}

/// A predecessor must exist until the eve, and be the end of its line so far: what is recorded later takes effect later.
fn check_predecessor(units: &Units, name: &UnitName, plan: &Reorganisation) -> Result<(), UnitError> {
    let unit = units.get(name).ok_or_else(|| UnitError::NotFound { unit: name.clone() })?;
    let given = units
        .values()
        .flat_map(|successor| &successor.predecessors)
        .filter(|succession| succession.predecessor == *name);
    let latest = given.chain(&unit.predecessors).map(|succession| succession.effective_date).max();
    if let Some(date) = latest.filter(|date| plan.effective_date <= *date) {
        return Err(invalid(name, Problem::MovedOn(date)));
    }
    if !unit.exists_on(plan.eve()) {
        return Err(invalid(name, Problem::NotThere(plan.eve())));
    }
    Ok(())
}

/// The parts told, which add up for every predecessor; or everything to the one successor.
fn portions(plan: &Reorganisation) -> Result<Vec<Portion>, UnitError> {
    let portions = match (plan.portions.as_slice(), plan.successors.as_slice()) {
        ([], [successor]) => {
            plan.predecessors.iter().map(|predecessor| entire(predecessor, successor)).collect()
        }
        (told, _) => told.to_vec(),
    };
    let mut by_predecessor: BTreeMap<&UnitName, Vec<&Portion>> = BTreeMap::new();
    for portion in &portions {
        by_predecessor.entry(&portion.predecessor).or_default().push(portion);
    }
    for name in &plan.predecessors {
        let told = by_predecessor.get(name).map(Vec::as_slice).unwrap_or_default();
        let Some(whole) = told.first().map(|portion| portion.parts.denominator()) else {
            return Err(invalid(name, Problem::NoShares));
        };
        if told.iter().any(|portion| portion.parts.denominator() != whole) {
            return Err(invalid(name, Problem::Denominators));
        }
        let found = told.iter().fold(0_i64, |sum, portion| sum.saturating_add(portion.parts.numerator()));
        if found != whole {
            return Err(invalid(name, Problem::DoNotAddUp(found, whole)));
        }
        if told.iter().all(|portion| portion.successor == *name) {
            return Err(invalid(name, Problem::OnlyItself));
        }
    }
    let unreached = |one: &&Successor| !portions.iter().any(|portion| portion.successor == one.name);
    match plan.successors.iter().find(unreached) {
        Some(successor) => Err(invalid(&successor.name, Problem::NoPredecessor)),
        None => Ok(portions),
    }
}

fn entire(predecessor: &UnitName, successor: &Successor) -> Portion {
    let (predecessor, successor) = (predecessor.clone(), successor.name.clone());
    Portion { predecessor, successor, parts: Parts::WHOLE }
}

#[cfg(test)]
mod tests;
