//! The conversions of units.

use std::sync::Arc;

use thidua_chassis::body;
use thidua_chassis::store::{Index, Resource, Snapshot, State, StoredVersion};
use thidua_proto::date;
use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;

use crate::domain::units::share::Parts;
use crate::domain::units::unit::{Code, Succession, Unit, Units};
use crate::error::Error;

/// Where units are listed.
pub(in crate::rpc) const COLLECTION: &str = "units";

/// What a caller may say of a unit: all but its lineage.
pub(in crate::rpc) fn parse(m: &proto::Unit, v: &mut Violations) -> Option<Unit> {
    let display_name = v.text("display_name", &m.display_name, 1, 200);
    let display_name_en = v.text("display_name_en", &m.display_name_en, 0, 200);
    let aliases = v.list("aliases", &m.aliases, 50, |v, field, alias| v.text(field, alias, 1, 200));
    let superior: Option<Option<UnitName>> = v.optional_name("superior", &m.superior);
    let open_date = v.required_day("open_date", m.open_date);
    let close_date = v.day("close_date", m.close_date);
    v.order(("open_date", open_date), ("close_date", close_date.flatten()));
    let codes = v.list("codes", &m.codes, 50, |v, field, code| v.within(field, |v| parse_code(code, v)));
    for (at, code) in codes.iter().flatten().enumerate() {
        if codes.iter().flatten().take(at).any(|before| before.clashes(code)) {
            v.refuse(&format!("codes[{at}]"), Problem::Repeated);
        }
    }
    Some(Unit {
        display_name: display_name?,
        display_name_en: display_name_en?,
        aliases: aliases?,
        superior: superior?,
        open_date: open_date?,
        close_date: close_date?,
        codes: codes?,
        predecessors: Vec::new(),
        successors: Vec::new(),
    })
}

fn parse_code(m: &proto::UnitCode, v: &mut Violations) -> Option<Code> {
    let scheme = v.text("scheme", &m.scheme, 1, 50);
    let code = v.text("code", &m.code, 1, 100);
    let (valid_from, valid_to) = (v.day("valid_from", m.valid_from), v.day("valid_to", m.valid_to));
    v.order(("valid_from", valid_from.flatten()), ("valid_to", valid_to.flatten()));
    Some(Code { scheme: scheme?, code: code?, valid_from: valid_from?, valid_to: valid_to? })
}

/// A unit with its lineage, as this program keeps it.
pub(in crate::rpc) fn parse_kept(m: &proto::Unit, v: &mut Violations) -> Option<Unit> {
    let unit = parse(m, v);
    let succession = |v: &mut Violations, m: &proto::Succession| {
        let predecessor = v.name("predecessor", &m.predecessor);
        let effective_date = v.required_day("effective_date", m.effective_date);
        let parts =
            parts(v, ["share_numerator", "share_denominator"], m.share_numerator, m.share_denominator);
        Some(Succession { predecessor: predecessor?, effective_date: effective_date?, parts: parts? })
    };
    let predecessors = v.list("predecessors", &m.predecessors, usize::MAX, |v, field, m| {
        v.within(field, |v| succession(v, m))
    });
    let successors = v.list("successors", &m.successors, usize::MAX, |v, field, name| v.name(field, name));
    Some(Unit { predecessors: predecessors?, successors: successors?, ..unit? })
}

/// So many parts of so many, in two fields.
pub(in crate::rpc) fn parts(
    v: &mut Violations,
    fields: [&str; 2],
    numerator: i64,
    denominator: i64,
) -> Option<Parts> {
    let denominator = v.number(fields[1], denominator, 1..=Parts::MOST)?;
    Parts::new(v.number(fields[0], numerator, 0..=denominator)?, denominator)
}

/// The id of a unit: a readable slug, so longer than one character.
pub(in crate::rpc) fn parse_id(v: &mut Violations, text: &str) -> Option<UnitName> {
    let unit = v.id("unit_id", text)?;
    if unit.as_str().len() < 2 {
        let expected =
            ("a readable slug of 2 to 63 characters", "mã dễ đọc từ 2 đến 63 ký tự, như so-noi-vu");
        v.refuse("unit_id", Problem::malformed(expected, text));
        return None;
    }
    Some(UnitName { unit })
}

pub(in crate::rpc) fn encode(unit: &Unit) -> String {
    body::encode(proto::Unit {
        display_name: unit.display_name.clone(),
        display_name_en: unit.display_name_en.clone(),
        aliases: unit.aliases.clone(),
        superior: unit.superior.as_ref().map(ToString::to_string).unwrap_or_default(),
        open_date: Some(date::to_wire(unit.open_date)),
        close_date: unit.close_date.map(date::to_wire),
        codes: unit.codes.iter().map(code_to_proto).collect(),
        predecessors: unit.predecessors.iter().map(succession_to_proto).collect(),
        successors: unit.successors.iter().map(ToString::to_string).collect(),
        ..proto::Unit::default()
    })
}

fn code_to_proto(code: &Code) -> proto::UnitCode {
    proto::UnitCode {
        scheme: code.scheme.clone(),
        code: code.code.clone(),
        valid_from: code.valid_from.map(date::to_wire),
        valid_to: code.valid_to.map(date::to_wire),
    }
}

fn succession_to_proto(succession: &Succession) -> proto::Succession {
    proto::Succession {
        predecessor: succession.predecessor.to_string(),
        effective_date: Some(date::to_wire(succession.effective_date)),
        share_numerator: succession.parts.numerator(),
        share_denominator: succession.parts.denominator(),
    }
}

pub(in crate::rpc) fn index() -> Index {
    Index { collection: COLLECTION.into(), sort_number: 0, refers_to: None }
}

pub(in crate::rpc) fn decode(resource: &Resource) -> Result<(UnitName, Unit), Error> {
    let name = resource.name.parse().map_err(|_| corrupt(&resource.name))?;
    Ok((name, read(resource.held.body.as_deref().unwrap_or("{}"))?))
}

/// All units as they stood at a revision.
pub(in crate::rpc) async fn all_at(snapshot: &mut Snapshot, revision: i64) -> Result<Units, Error> {
    snapshot.collection_at(revision, COLLECTION).await?.iter().map(decode).collect()
}

pub(in crate::rpc) fn decode_held(held: &StoredVersion) -> Result<Arc<Unit>, Error> {
    held.decoded(read)
}

fn read(stored: &str) -> Result<Unit, Error> {
    let message: proto::Unit = body::decode(stored)?;
    let mut v = Violations::default();
    let unit = parse_kept(&message, &mut v);
    v.finish(unit).map_err(|violations| corrupt(&violations.paths()))
}

pub(in crate::rpc) fn corrupt(problem: &str) -> Error {
    let problem = format!("a unit cannot be read: {problem}");
    Error::store(thidua_chassis::store::StoreError::Corrupt { problem })
}

/// All units as a rule sees them.
pub(in crate::rpc) fn all_units(state: &State) -> Result<Units, Error> {
    let read = |(name, held): (&str, _)| {
        let parsed: UnitName = name.parse().map_err(|_| corrupt(name))?;
        Ok((parsed, decode_held(held)?.as_ref().clone()))
    };
    state.collection(COLLECTION).map(read).collect()
}

/// Where a unit's records of a kind are listed.
pub(in crate::rpc) fn record_collection(unit: &UnitName, kind: RecordKind) -> String {
    format!("{unit}/{}", kind.collection())
}
