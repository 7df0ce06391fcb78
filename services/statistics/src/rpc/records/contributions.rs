//! What records add to the store's dated sums.

use std::sync::Arc;

use thidua_chassis::store::{Cell, Contributions};
use thidua_proto::names::{RecordName, UnitName};

use crate::domain::records::contribution::Contribution;
use crate::rpc::records::record;

/// What records add to the cells of their units. The edition grows with every change of a record's contributions.
pub const CONTRIBUTIONS: Contributions = Contributions {
    edition: 3,
    of: contributions,
    found_by,
    index: |_, _| None,
    prefix: |unit| format!("{unit}/"),
};

fn contributions(name: &str, body: &str) -> Result<Vec<Cell>, String> {
    let Ok(record) = name.parse::<RecordName>() else { return Ok(Vec::new()) };
    Ok(cells(&record.unit, &record::decode(record.kind, body)?.contributions()).collect())
}

fn found_by(name: &str, body: &str) -> Option<String> {
    let name: RecordName = name.parse().ok()?;
    // Most have none, and need not be read for it.
    let told = body.contains("contentToken").then(|| record::decode(name.kind, body).ok())??;
    told.content().map(ToString::to_string)
}

/// What contributions of a unit's record are in the cells.
pub(in crate::rpc) fn cells(unit: &UnitName, contributions: &[Contribution]) -> impl Iterator<Item = Cell> {
    let series: Arc<str> = unit.to_string().into();
    contributions.iter().map(move |contribution| Cell {
        series: Arc::clone(&series),
        measure: contribution.measure,
        day: thidua_proto::date::to_number(contribution.date),
        amount: contribution.amount,
    })
}
