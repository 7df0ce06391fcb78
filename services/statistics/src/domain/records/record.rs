//! What all dated records have in common: they belong to a unit, count from a day, and may be about a matter.

use jiff::civil::Date;
use thidua_proto::names::{RecordKind, RecordName, UnitName};

use crate::domain::records::content::ContentToken;
use crate::domain::records::contribution::Contribution;
use crate::domain::records::inspection::Inspection;
use crate::domain::records::matter::Matter;
use crate::domain::records::petition::Petition;
use crate::domain::records::reception::Reception;
use crate::domain::units::error::UnitError;
use crate::domain::units::unit::Unit;

/// A dated record of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// An inspection or check.
    Inspection(Inspection),
    /// A visit.
    Reception(Reception),
    /// A petition.
    Petition(Petition),
    /// A matter.
    Matter(Matter),
}

impl Record {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> RecordKind {
        match self {
            Self::Inspection(_) => RecordKind::Inspection,
            Self::Reception(_) => RecordKind::Reception,
            Self::Petition(_) => RecordKind::Petition,
            Self::Matter(_) => RecordKind::Matter,
        }
    }

    /// The day from which it counts, and by which it is listed.
    #[must_use]
    pub fn date(&self) -> Date {
        match self {
            Self::Inspection(inspection) => inspection.start_date,
            Self::Reception(reception) => reception.date,
            Self::Petition(petition) => petition.received_date,
            Self::Matter(matter) => matter.accepted_date,
        }
    }

    /// The matter that it is about.
    #[must_use]
    pub fn matter(&self) -> Option<&RecordName> {
        match self {
            Self::Reception(reception) => reception.matter.as_ref(),
            Self::Petition(petition) => petition.matter.as_ref(),
            Self::Inspection(_) | Self::Matter(_) => None,
        }
    }

    /// What stands for its content, as far as somebody has told it.
    #[must_use]
    pub fn content(&self) -> Option<&ContentToken> {
        match self {
            Self::Petition(petition) => petition.content.as_ref(),
            Self::Matter(matter) => matter.content.as_ref(),
            Self::Inspection(_) | Self::Reception(_) => None,
        }
    }

    /// What it adds to the sums.
    #[must_use]
    pub fn contributions(&self) -> Vec<Contribution> {
        let mut found = Vec::with_capacity(8);
        let mut add = |contribution| found.push(contribution);
        match self {
            Self::Inspection(inspection) => inspection.contribute(&mut add),
            Self::Reception(reception) => reception.contribute(&mut add),
            Self::Petition(petition) => petition.contribute(&mut add),
            Self::Matter(matter) => matter.contribute(&mut add),
        }
        found
    }
}

/// Whether a unit may have a record of a day: it must exist then.
pub fn admit(name: &UnitName, unit: &Unit, date: Date) -> Result<(), UnitError> {
    if unit.exists_on(date) {
        return Ok(());
    }
    Err(UnitError::Closed {
        unit: name.clone(),
        date,
        open_date: unit.open_date,
        close_date: unit.close_date,
    })
}
