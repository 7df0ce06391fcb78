//! Units taking over from units: renames, mergers, splits.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use thidua_proto::names::UnitName;

use super::share::Parts;
use super::structure::{Structure, sources};
use super::unit::{Succession, Unit, Units, fit};
use crate::error::Error;

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

/// Why units cannot succeed each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It does not exist on a day.
    NotThere(Date),
    /// It gave or took over figures on this day already, which is not before the new one.
    MovedOn(Date),
    /// Nobody but itself would take over from it.
    OnlyItself,
    /// It has several successors, and no parts are told.
    NoShares,
    /// Its parts are counted by different denominators.
    Denominators,
    /// Its parts do not add up: so many of so many.
    DoNotAddUp(i64, i64),
    /// It takes over from nobody.
    NoPredecessor,
    /// Its parts, through all successions, can no longer be told exactly.
    TooFine,
    /// It was succeeded on this day, and would still exist then.
    StillThere(Date),
}

impl Problem {
    /// In English, after the unit's name.
    #[must_use]
    pub fn english(&self) -> String {
        match self {
            Self::NotThere(date) => format!("it does not exist on {date}"),
            Self::MovedOn(date) => format!("it gave or took over figures on {date} already"),
            Self::OnlyItself => "nobody but itself would take over from it".to_owned(),
            Self::NoShares => "it has several successors, so their shares must be given".to_owned(),
            Self::Denominators => "its shares must have one denominator".to_owned(),
            Self::DoNotAddUp(found, whole) => format!("its shares add up to {found} of {whole} parts"),
            Self::NoPredecessor => "no share leads to it".to_owned(),
            Self::TooFine => "its shares can no longer be told exactly: take smaller denominators".to_owned(),
            Self::StillThere(date) => format!("it was succeeded on {date}, so its last day is the eve"),
        }
    }

    /// In Vietnamese, after the unit's name.
    #[must_use]
    pub fn vietnamese(&self) -> String {
        let day = |date: &Date| date.strftime("%d/%m/%Y").to_string();
        match self {
            Self::NotThere(date) => format!("đơn vị không tồn tại vào ngày {}", day(date)),
            Self::MovedOn(date) => {
                format!("đơn vị đã chuyển giao hoặc tiếp nhận số liệu từ ngày {}", day(date))
            }
            Self::OnlyItself => "không có đơn vị nào khác kế thừa".to_owned(),
            Self::NoShares => "có nhiều đơn vị kế thừa nên phải nhập tỷ lệ chia".to_owned(),
            Self::Denominators => "các tỷ lệ chia phải có cùng mẫu số".to_owned(),
            Self::DoNotAddUp(found, whole) => format!("các tỷ lệ chia cộng lại là {found}/{whole} phần"),
            Self::NoPredecessor => "không có tỷ lệ nào chia cho đơn vị này".to_owned(),
            Self::TooFine => "không thể tính chính xác tỷ lệ chia; hãy dùng mẫu số nhỏ hơn".to_owned(),
            Self::StillThere(date) => {
                format!("đơn vị đã được kế thừa từ ngày {}, nên phải kết thúc vào hôm trước", day(date))
            }
        }
    }
}

fn invalid(unit: &UnitName, problem: Problem) -> Error {
    Error::UnitSuccessionInvalid { unit: unit.clone(), problem }
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
pub fn succeed(units: &Units, plan: &Reorganisation) -> Result<Units, Error> {
    let mut after = units.clone();
    let mut changed: BTreeSet<&UnitName> = plan.predecessors.iter().collect();
    for name in &plan.predecessors {
        check_predecessor(units, name, plan)?;
    }
    for Successor { name, opened } in &plan.successors {
        match (units.get(name), opened) {
            (Some(_), Some(_)) => return Err(Error::already_exists(name)),
            (None, None) => return Err(Error::not_found(name)),
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
fn check_predecessor(units: &Units, name: &UnitName, plan: &Reorganisation) -> Result<(), Error> {
    let unit = units.get(name).ok_or_else(|| Error::not_found(name))?;
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
fn portions(plan: &Reorganisation) -> Result<Vec<Portion>, Error> {
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
