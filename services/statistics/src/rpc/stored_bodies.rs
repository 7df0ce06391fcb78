//! What the store reads of stored bodies: what they add to its dated sums, what finds them, and where they are listed.

use thidua_chassis::store::{Contributions, Index};
use thidua_proto::names::{RecordName, ReturnName, UnitName};

use super::records::{contributions, record};
use super::returns::body;
use super::units::unit;

/// What the store reads of bodies of statistics. The edition grows with every change of a record's contributions.
pub const CONTRIBUTIONS: Contributions = Contributions {
    edition: 3,
    of: contributions::of,
    found_by: contributions::found_by,
    index,
    prefix: |unit| format!("{unit}/"),
};

/// Where a stored body is listed, and what it refers to; `None` where that does not follow from it.
fn index(name: &str, stored: &str) -> Option<Index> {
    if let Ok(name) = name.parse::<RecordName>() {
        return Some(record::index(&name.unit, &record::decode(name.kind, stored).ok()?));
    }
    if let Ok(name) = name.parse::<ReturnName>() {
        return body::index_of(&name.unit, stored);
    }
    name.parse::<UnitName>().is_ok().then(unit::index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_stored_body_is_listed_follows_from_it() {
        let day = r#"{"year": 2023, "month": 3, "day": 1}"#;
        let number = thidua_proto::date::to_number(jiff::civil::date(2023, 3, 1));
        let petition = format!(
            r#"{{"receivedDate": {day}, "kind": "PETITION_KIND_COMPLAINT", "signerCount": "1", "matter": "units/a/matters/m"}}"#
        );
        let expected = Index {
            collection: "units/a/petitions".into(),
            sort_number: number,
            refers_to: Some("units/a/matters/m".into()),
        };
        assert_eq!(index("units/a/petitions/p", &petition), Some(expected));
        let filed = format!(
            r#"{{"issuingDocument": "x", "form": "y", "firstDate": {day}, "lastDate": {day}, "state": "RETURN_STATE_DRAFT"}}"#
        );
        let expected = Index { collection: "units/a/returns".into(), sort_number: number, refers_to: None };
        assert_eq!(index("units/a/returns/r", &filed), Some(expected));
        assert_eq!(index("units/a", "{}"), Some(unit::index()));
        assert_eq!(index("units/a/periodLocks", "{}"), None);
    }
}
