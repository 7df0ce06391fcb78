//! `SucceedUnits`: units taking over from units.

use std::collections::BTreeSet;

use jiff::civil::Date;
use thidua_chassis::body;
use thidua_chassis::caller::{Caller, Role};
use thidua_chassis::edge::at_revision;
use thidua_chassis::store::{Change, Committed, Decision, Needs, State};
use thidua_chassis::write_options::WriteOptions;
use thidua_proto::date;
use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::statistics as proto;
use tonic::{Request, Response, Status};

use crate::domain::units::error::UnitError;
use crate::domain::units::succession::{Portion, Reorganisation, Successor, succeed};
use crate::error::Error;
use crate::rpc::service::Statistics;
use crate::rpc::units::unit;
use crate::rpc::units::unit::COLLECTION;
use crate::rpc::units::unit::record_collection;

/// How many units take over at once, and from how many.
const MOST_UNITS: usize = 50;

pub(in crate::rpc) async fn succeed_units(
    service: &Statistics,
    request: Request<proto::SucceedUnitsRequest>,
) -> Result<Response<proto::SucceedUnitsResponse>, Status> {
    const METHOD: &str = "thidua.statistics.v1.DirectoryService/SucceedUnits";
    let caller = Caller::of(&request);
    let request = request.into_inner();
    let mut v = Violations::default();
    let plan = parse(&request, &mut v);
    let terms = (request.request_id.as_str(), request.validate_only);
    let terms = WriteOptions::parse(&mut v, METHOD, &caller, &request, terms);
    let (plan, terms) = v.finish((|| Some((plan?, terms?)))()).map_err(Error::from)?;
    for name in plan.predecessors.iter().chain(plan.successors.iter().map(|one| &one.name)) {
        caller.require(Role::Registrar, name).map_err(Error::from)?;
    }

    let first = date::to_number(plan.effective_date);
    let tails = plan.closing().flat_map(|unit| RecordKind::ALL.map(|kind| record_collection(unit, kind)));
    let needs =
        tails.fold(Needs::default().and_collection(COLLECTION), |needs, tail| needs.and_tail(&tail, first));
    let names = |units: &mut dyn Iterator<Item = &UnitName>| -> Vec<String> {
        units.map(ToString::to_string).collect()
    };
    let predecessors = names(&mut plan.predecessors.iter());
    let successors = names(&mut plan.successors.iter().map(|one| &one.name));
    let decide = move |state: &State, _: &_| {
        let reorganized = succeed(&unit::all_units(state)?, &plan)?;
        for unit in plan.closing() {
            refuse_later_records(state, unit, plan.effective_date)?;
        }
        let put = |(name, successor): (&UnitName, _)| {
            let change = Change::put(&name.to_string(), unit::index(), unit::encode(successor));
            match state.get(&change.name) {
                Some(held) => body::keep::<proto::Unit>(held, change),
                None => Ok(change),
            }
        };
        let changes = reorganized.iter().map(put).collect::<Result<_, _>>()?;
        Ok(Decision { changes, outcome: None })
    };
    let committed = terms.submit::<Error>(&service.store, needs, decide).await?;
    let answer = proto::SucceedUnitsResponse {
        predecessors: shown(&committed, &predecessors)?,
        successors: shown(&committed, &successors)?,
    };
    Ok(at_revision(answer, committed.revision))
}

fn parse(m: &proto::SucceedUnitsRequest, v: &mut Violations) -> Option<Reorganisation> {
    let effective_date = v.required_day("effective_date", m.effective_date);
    let mut seen = BTreeSet::new();
    for (field, found) in [("predecessors", m.predecessors.len()), ("successors", m.successors.len())] {
        if found == 0 {
            v.refuse(field, Problem::Required);
        }
    }
    let predecessors = v.list("predecessors", &m.predecessors, MOST_UNITS, |v, field, name| {
        let name = v.name::<UnitName>(field, name)?;
        if !seen.insert(name.clone()) {
            v.refuse(field, Problem::Repeated);
        }
        Some(name)
    });
    let mut seen = BTreeSet::new();
    let successors = v.list("successors", &m.successors, MOST_UNITS, |v, field, successor| {
        let successor = v.within(field, |v| parse_successor(successor, effective_date, v))?;
        if !seen.insert(successor.name.clone()) {
            v.refuse(field, Problem::Repeated);
        }
        Some(successor)
    });
    let portions = parse_portions(m, v, predecessors.as_deref(), successors.as_deref());
    Some(Reorganisation {
        predecessors: predecessors?,
        successors: successors?,
        effective_date: effective_date?,
        portions: portions?,
    })
}

fn parse_successor(m: &proto::Successor, opened_on: Option<Date>, v: &mut Violations) -> Option<Successor> {
    let Some(new) = &m.new_unit else {
        return Some(Successor { name: v.name("unit", &m.unit)?, opened: None });
    };
    if !m.unit.is_empty() {
        v.refuse("unit", Problem::Unwanted { when: ("without new_unit", "khi không có new_unit") });
    }
    v.within("new_unit", |v| {
        let name = unit::parse_id(v, &new.unit_id);
        if new.unit.is_none() {
            v.refuse("unit", Problem::Required);
        }
        let mut opened = new.unit.clone()?;
        opened.open_date = opened.open_date.or(opened_on.map(date::to_wire));
        let opened = v.within("unit", |v| {
            let opened = unit::parse(&opened, v)?;
            if opened_on.is_some_and(|date| date != opened.open_date) {
                let expected = ("the effective date, or left out", "ngày có hiệu lực, hoặc để trống");
                v.refuse("open_date", Problem::malformed(expected, &opened.open_date.to_string()));
            }
            Some(opened)
        });
        Some(Successor { name: name?, opened: Some(opened?) })
    })
}

fn parse_portions(
    m: &proto::SucceedUnitsRequest,
    v: &mut Violations,
    predecessors: Option<&[UnitName]>,
    successors: Option<&[Successor]>,
) -> Option<Vec<Portion>> {
    let mut seen = BTreeSet::new();
    v.list("shares", &m.shares, MOST_UNITS * MOST_UNITS, |v, field, m| {
        let portion = v.within(field, |v| {
            let predecessor: Option<UnitName> = v.name("predecessor", &m.predecessor);
            let successor: Option<UnitName> = v.name("successor", &m.successor);
            let parts = unit::parts(v, ["numerator", "denominator"], m.numerator, m.denominator);
            let (predecessor, successor) = (predecessor?, successor?);
            if predecessors.is_some_and(|named| !named.contains(&predecessor)) {
                let expected = ("one of the predecessors", "một trong các đơn vị cũ");
                v.refuse("predecessor", Problem::malformed(expected, &m.predecessor));
            }
            if successors.is_some_and(|named| !named.iter().any(|one| one.name == successor)) {
                let expected = ("one of the successors", "một trong các đơn vị kế thừa");
                v.refuse("successor", Problem::malformed(expected, &m.successor));
            }
            Some(Portion { predecessor, successor, parts: parts? })
        })?;
        if !seen.insert((portion.predecessor.clone(), portion.successor.clone())) {
            v.refuse(field, Problem::Repeated);
        }
        Some(portion)
    })
}

/// A unit that closes has no records from the day on: they would be of days on which it no longer exists.
fn refuse_later_records(state: &State, unit: &UnitName, effective_date: Date) -> Result<(), Error> {
    let first = date::to_number(effective_date);
    for kind in RecordKind::ALL {
        let collection = record_collection(unit, kind);
        let mut late = state.collection(&collection).filter(|(_, held)| held.index.sort_number >= first);
        if let Some((record, _)) = late.next() {
            let (unit, record) = (unit.clone(), record.to_owned());
            return Err(UnitError::HasLaterRecords { unit, effective_date, record }.into());
        }
    }
    Ok(())
}

fn shown(committed: &Committed, names: &[String]) -> Result<Vec<proto::Unit>, Error> {
    let show = |name: &String| {
        let held = committed.changed(name).ok_or_else(|| Error::not_found(name))?;
        Ok(body::present_held(name, held)?)
    };
    names.iter().map(show).collect()
}
