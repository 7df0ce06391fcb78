//! Arguments that several commands take.

use clap::ValueEnum;
use thidua_proto::names::{RecordKind, UnitName};

/// A kind of records.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    /// Inspections and checks
    Inspections,
    /// Visits of citizens
    Receptions,
    /// Petitions
    Petitions,
    /// Matters
    Matters,
}

impl From<Kind> for RecordKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Inspections => Self::Inspection,
            Kind::Receptions => Self::Reception,
            Kind::Petitions => Self::Petition,
            Kind::Matters => Self::Matter,
        }
    }
}

/// Reads a unit's name; its id alone will do.
pub(crate) fn unit(text: &str) -> Result<UnitName, String> {
    let by_id = || format!("units/{text}").parse();
    text.parse().or_else(|_| by_id()).map_err(|_| {
        "write units/{unit}, such as units/thanh-tra-tinh; `thidua list units` lists all (viết mã đơn vị)"
            .to_owned()
    })
}
