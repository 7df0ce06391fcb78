//! What records add to the store's dated sums.

use std::sync::Arc;

use thidua_chassis::store::Cell;
use thidua_proto::names::{RecordName, UnitName};

use crate::domain::records::contribution::Contribution;
use crate::rpc::records::record;

/// What a stored record adds to the cells of its unit; other bodies add nothing.
pub(in crate::rpc) fn of(name: &str, body: &str) -> Result<Vec<Cell>, String> {
    let Ok(record) = name.parse::<RecordName>() else { return Ok(Vec::new()) };
    Ok(cells(&record.unit, &record::decode(record.kind, body)?.contributions()).collect())
}

/// The content by which a stored petition or matter is found.
pub(in crate::rpc) fn found_by(name: &str, body: &str) -> Option<String> {
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
