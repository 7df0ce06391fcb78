//! What requests for figures ask: of which units, over which days, as of when.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use thidua_proto::names::UnitName;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;

use crate::domain::units::structure::Structure;
use crate::domain::units::unit::Units;
use crate::error::Error;
use crate::rpc::calendars::calendar::WindowQuery;

/// Which figures are wanted.
pub(in crate::rpc) struct FigureQuery {
    pub(in crate::rpc) units: Vec<UnitName>,
    pub(in crate::rpc) measures: Vec<String>,
    pub(in crate::rpc) window: WindowQuery,
    pub(in crate::rpc) by_unit: bool,
    pub(in crate::rpc) structure: Structure,
    pub(in crate::rpc) as_of: Option<AsOf>,
}

impl FigureQuery {
    pub(in crate::rpc) fn parse(m: &proto::ComputeFiguresRequest, today: Date) -> Result<Self, Error> {
        let mut v = Violations::default();
        let units = parse_units(&mut v, &m.units);
        let mut seen = BTreeSet::new();
        let measures = v.list("measures", &m.measures, 1000, |v, field, code| {
            if !seen.insert(code) {
                v.refuse(field, Problem::Repeated);
            }
            v.text(field, code, 1, 200)
        });
        let window = WindowQuery::parse(&mut v, m.window.as_ref());
        let structure = parse_structure(&mut v, (m.structure, m.structure_date), today);
        let as_of = AsOf::parse(&mut v, m.as_of_revision, m.as_of_time);
        let parsed = (|| {
            let (units, measures, window) = (units?, measures?, window?);
            let (structure, as_of) = (structure?, as_of?);
            Some(Self { units, measures, window, by_unit: m.by_unit, structure, as_of })
        })();
        Ok(v.finish(parsed)?)
    }
}

/// Names of units, each at most once.
pub(in crate::rpc) fn parse_units(v: &mut Violations, units: &[String]) -> Option<Vec<UnitName>> {
    let mut seen = BTreeSet::new();
    v.list("units", units, 1000, |v, field, unit| {
        if !seen.insert(unit) {
            v.refuse(field, Problem::Repeated);
        }
        v.name(field, unit)
    })
}

/// The units asked for, all where none is named; each must exist.
pub(in crate::rpc) fn units_asked(all: &Units, asked: Vec<UnitName>) -> Result<Vec<UnitName>, Error> {
    if asked.is_empty() {
        return Ok(all.keys().cloned().collect());
    }
    match asked.iter().find(|unit| !all.contains_key(unit)) {
        Some(unknown) => Err(Error::not_found(unknown)),
        None => Ok(asked),
    }
}

/// By which units: as then where nothing is said.
pub(in crate::rpc) fn parse_structure(
    v: &mut Violations,
    (structure, on): (Option<i32>, Option<thidua_proto::Date>),
    today: Date,
) -> Option<Structure> {
    let asked = v.optional_choice("structure", structure);
    let day = v.day("structure_date", on);
    if asked? == Some(proto::Structure::AsNow) {
        return Some(Structure::AsNow { on: day?.unwrap_or(today) });
    }
    if on.is_some() {
        let when = ("with STRUCTURE_AS_NOW", "khi chọn STRUCTURE_AS_NOW");
        v.refuse("structure_date", Problem::Unwanted { when });
    }
    Some(Structure::AsThen)
}

/// When figures are wanted from.
#[derive(Debug, Clone, Copy)]
pub(in crate::rpc) enum AsOf {
    Revision(i64),
    Time(Timestamp),
}

impl AsOf {
    /// `Some(None)` where the newest is wanted.
    pub(in crate::rpc) fn parse(
        v: &mut Violations,
        revision: Option<i64>,
        time: Option<thidua_proto::Timestamp>,
    ) -> Option<Option<Self>> {
        let revision = revision.map(|number| v.number("as_of_revision", number, 0..=i64::MAX));
        match (revision, time) {
            (None, None) => Some(None),
            (Some(revision), None) => Some(Some(Self::Revision(revision?))),
            (None, Some(time)) => {
                let parsed = Timestamp::new(time.seconds, time.nanos).ok();
                if parsed.is_none() {
                    v.refuse("as_of_time", Problem::NoSuchDay);
                }
                Some(Some(Self::Time(parsed?)))
            }
            (Some(_), Some(_)) => {
                let when = ("without as_of_revision", "khi không có as_of_revision (số hiệu bản ghi)");
                v.refuse("as_of_time", Problem::Unwanted { when });
                None
            }
        }
    }
}
