//! The conversions of units.

use std::sync::Arc;

use thidua_chassis::body;
use thidua_chassis::store::{Held, Index, Resource};
use thidua_proto::date;
use thidua_proto::names::UnitName;
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;

use crate::domain::unit::Unit;
use crate::error::Error;

/// Where units are listed.
pub(super) const COLLECTION: &str = "units";

pub(super) fn parse(m: &proto::Unit, v: &mut Violations) -> Option<Unit> {
    let display_name = v.text("display_name", &m.display_name, 1, 200);
    let display_name_en = v.text("display_name_en", &m.display_name_en, 0, 200);
    let aliases = v.list("aliases", &m.aliases, 50, |v, field, alias| v.text(field, alias, 1, 200));
    let superior: Option<Option<UnitName>> = v.optional_name("superior", &m.superior);
    let open_date = v.required_day("open_date", m.open_date);
    let close_date = v.day("close_date", m.close_date);
    v.order(("open_date", open_date), ("close_date", close_date.flatten()));
    Some(Unit {
        display_name: display_name?,
        display_name_en: display_name_en?,
        aliases: aliases?,
        superior: superior?,
        open_date: open_date?,
        close_date: close_date?,
    })
}

/// The id of a unit: a readable slug, so longer than one character.
pub(super) fn parse_id(v: &mut Violations, text: &str) -> Option<UnitName> {
    let unit = v.id("unit_id", text)?;
    if unit.as_str().len() < 2 {
        v.refuse("unit_id", Problem::malformed("a readable slug of 2 to 63 characters", text));
        return None;
    }
    Some(UnitName { unit })
}

pub(super) fn encode(unit: &Unit) -> String {
    body::encode(proto::Unit {
        display_name: unit.display_name.clone(),
        display_name_en: unit.display_name_en.clone(),
        aliases: unit.aliases.clone(),
        superior: unit.superior.as_ref().map(ToString::to_string).unwrap_or_default(),
        open_date: Some(date::to_wire(unit.open_date)),
        close_date: unit.close_date.map(date::to_wire),
        ..proto::Unit::default()
    })
}

pub(super) fn index() -> Index {
    Index { collection: COLLECTION.into(), sort_number: 0, refers_to: None }
}

pub(super) fn decode(resource: &Resource) -> Result<(UnitName, Unit), Error> {
    let name = resource.name.parse().map_err(|_| corrupt(&resource.name))?;
    Ok((name, read(resource.held.body.as_deref().unwrap_or("{}"))?))
}

pub(super) fn decode_held(held: &Held) -> Result<Arc<Unit>, Error> {
    held.decoded(read)
}

fn read(stored: &str) -> Result<Unit, Error> {
    let message: proto::Unit = body::decode(stored)?;
    let mut v = Violations::default();
    let unit = parse(&message, &mut v);
    v.finish(unit).map_err(|violations| corrupt(&violations.paths()))
}

pub(super) fn corrupt(problem: &str) -> Error {
    let problem = format!("a unit cannot be read: {problem}");
    Error::store(thidua_chassis::store::StoreError::Corrupt { problem })
}
