//! Invented units and records.

use thidua_proto::Date;
use thidua_proto::statistics::{
    CreatePetitionRequest, CreateUnitRequest, ImportRow, Petition, PetitionHandling, PetitionKind, Unit,
    import_row,
};

/// A day of the example's reporting year: `offset` days from 15 December 2022, at most 341.
#[must_use]
pub fn day(offset: i64) -> Date {
    let first = thidua_proto::date::from_wire(Date { year: 2022, month: 12, day: 15 });
    let number = first.map_or(0, thidua_proto::date::to_number) + offset % 342;
    thidua_proto::date::from_number(number).map(thidua_proto::date::to_wire).unwrap_or_default()
}

/// A unit that exists since 1997.
#[must_use]
pub fn unit(id: &str) -> CreateUnitRequest {
    let unit = Unit {
        display_name: format!("Đơn vị {id}"),
        open_date: Some(Date { year: 1997, month: 1, day: 1 }),
        ..Unit::default()
    };
    CreateUnitRequest { unit_id: id.to_owned(), unit: Some(unit), ..CreateUnitRequest::default() }
}

/// A petition, varied by its number.
#[must_use]
pub fn petition(number: i64) -> Petition {
    let kinds = [PetitionKind::Complaint, PetitionKind::Denunciation, PetitionKind::Proposal];
    let kind = kinds.into_iter().cycle().nth(usize::try_from(number % 3).unwrap_or_default());
    let handled = number % 4 != 0;
    Petition {
        received_date: Some(day(number)),
        kind: kind.unwrap_or_default().into(),
        signer_count: Some(1 + number % 7),
        processed_date: handled.then(|| day(number)),
        handling: handled.then(|| PetitionHandling::Stored.into()),
        ..Petition::default()
    }
}

/// A call that enters a petition.
#[must_use]
pub fn create_petition(unit: &str, id: &str, number: i64, request_id: &str) -> CreatePetitionRequest {
    CreatePetitionRequest {
        parent: format!("units/{unit}"),
        petition_id: id.to_owned(),
        petition: Some(petition(number)),
        request_id: request_id.to_owned(),
        validate_only: false,
    }
}

/// A row of an import.
#[must_use]
pub fn row(number: i64) -> ImportRow {
    let record = Some(import_row::Record::Petition(petition(number)));
    ImportRow { line: number, id: format!("don-{number:08}"), record }
}
