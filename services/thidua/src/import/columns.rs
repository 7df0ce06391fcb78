//! The columns of a CSV file of each kind: their headings, and how a cell fills its field. What a record has many of, such as
//! executions, does not fit into a row and comes as JSON lines.

use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::parse::Problem;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::import_row::Record;

use super::cell::{choice, day, flag, integer};

/// Fills one field of a record from a cell.
pub(super) type Fill<M> = fn(&mut M, &str) -> Result<(), Problem>;

/// A heading and its field.
pub(super) type Columns<M> = &'static [(&'static str, Fill<M>)];

/// The headings of a kind's table beside `id`.
pub(super) struct Headings {
    /// All of them, in the order of the fields.
    pub(super) all: Vec<&'static str>,
    /// How many of these, from the first on, every table has. The others may be left out, as their fields may: they are
    /// for the official forms, which not every office fills.
    pub(super) required: usize,
}

/// One column of a kind's table.
macro_rules! columns {
    ($message:ty: $($field:ident = $read:expr),* $(,)?) => {
        &[$((stringify!($field), |record: &mut $message, cell: &str| {
            record.$field = $read(cell)?;
            Ok(())
        })),*]
    };
}

const INSPECTION: Columns<proto::Inspection> = columns!(proto::Inspection:
    title = text,
    kind = inspection_kind,
    basis = basis,
    thematic = flag,
    reinspection = flag,
    start_date = day,
    conclusion_date = day,
    inspected_unit_count = integer,
    recovery_amount_vnd = integer,
    recovery_area_m2 = integer,
    other_amount_vnd = integer,
    other_area_m2 = integer,
    handled_organisation_count = integer,
    handled_person_count = integer,
    referred_case_count = integer,
    referred_person_count = integer,
    policy_document_count = integer,
);

const RECEPTION: Columns<proto::Reception> = columns!(proto::Reception:
    reception_date = day,
    mode = mode,
    people_count = integer,
    first_time_matter_count = integer,
    repeat_matter_count = integer,
    matter = text,
    opens_session = flag,
);

const PETITION: Columns<proto::Petition> = columns!(proto::Petition:
    received_date = day,
    kind = petition_kind,
    signer_count = integer,
    processed_date = day,
    qualified = flag,
    competence = competence,
    handling = handling,
    matter = text,
    anonymous = flag,
    subject = subject,
    prior_resolution = prior_resolution,
    instance = instance,
    at_reception = flag,
    repeats_matter = flag,
    replied_date = day,
    complex = flag,
    remote = flag,
    content_token = text,
);

const MATTER: Columns<proto::Matter> = columns!(proto::Matter:
    kind = petition_kind,
    competence = competence,
    accepted_date = day,
    instance = instance,
    due_date = day,
    resolved_date = day,
    outcome = outcome,
    petition_count = integer,
    recovery_amount_vnd = integer,
    recovery_area_m2 = integer,
    return_organisation_amount_vnd = integer,
    return_organisation_area_m2 = integer,
    return_person_amount_vnd = integer,
    return_person_area_m2 = integer,
    benefited_organisation_count = integer,
    benefited_person_count = integer,
    handled_person_count = integer,
    handled_official_count = integer,
    referred_case_count = integer,
    referred_person_count = integer,
    referred_official_count = integer,
    requires_execution = flag,
    complex = flag,
    remote = flag,
    extension_count = integer,
    content_token = text,
);

#[expect(clippy::unnecessary_wraps, reason = "a reader of cells like the others")]
fn text(cell: &str) -> Result<String, Problem> {
    Ok(cell.to_owned())
}

/// A reader of an enum's words.
macro_rules! words {
    ($name:ident, $kind:ty, $prefix:literal, $words:literal) => {
        fn $name(cell: &str) -> Result<i32, Problem> {
            let found = choice(cell, $prefix, <$kind>::from_str_name, $words)?;
            Ok(found.unwrap_or_default().into())
        }
    };
}

words!(inspection_kind, proto::InspectionKind, "INSPECTION_KIND_", "administrative, specialised, check");
words!(basis, proto::InspectionBasis, "INSPECTION_BASIS_", "planned, unplanned");
words!(mode, proto::ReceptionMode, "RECEPTION_MODE_", "regular, head, delegated");
words!(petition_kind, proto::PetitionKind, "PETITION_KIND_", "complaint, denunciation, proposal");
words!(competence, proto::Competence, "COMPETENCE_", "within, outside");
words!(
    handling,
    proto::PetitionHandling,
    "PETITION_HANDLING_",
    "accepted, guided, forwarded, urged, returned, stored"
);
words!(
    subject,
    proto::PetitionSubject,
    "PETITION_SUBJECT_",
    "policy, land, officials, other_administrative, corruption, judicial, party, other"
);
words!(
    prior_resolution,
    proto::PriorResolution,
    "PRIOR_RESOLUTION_",
    "none, in_progress, first, second, judgment, overdue"
);
words!(instance, proto::MatterInstance, "MATTER_INSTANCE_", "first, second");
words!(
    outcome,
    proto::MatterOutcome,
    "MATTER_OUTCOME_",
    "upheld, rejected, partly_upheld, withdrawn, discontinued"
);

/// The headings of a kind's table.
pub(super) fn headings(kind: RecordKind) -> Headings {
    fn names<M>(columns: Columns<M>, required: usize) -> Headings {
        Headings { all: columns.iter().map(|(name, _)| *name).collect(), required }
    }
    match kind {
        RecordKind::Inspection => names(INSPECTION, 17),
        RecordKind::Reception => names(RECEPTION, 6),
        RecordKind::Petition => names(PETITION, 8),
        RecordKind::Matter => names(MATTER, 7),
    }
}

/// The record of a row, from its cells by heading; what cannot be read is told with its field.
pub(super) fn record<'c>(
    kind: RecordKind,
    unit: &UnitName,
    cells: impl Iterator<Item = (usize, &'c str)>,
    refuse: &mut impl FnMut(String, Problem),
) -> Record {
    fn fill<'c, M: Default>(
        columns: Columns<M>,
        kind: RecordKind,
        cells: impl Iterator<Item = (usize, &'c str)>,
        refuse: &mut impl FnMut(String, Problem),
    ) -> M {
        let mut record = M::default();
        for (column, cell) in cells {
            if let Some((name, fill)) = columns.get(column)
                && let Err(problem) = fill(&mut record, cell.trim())
            {
                refuse(format!("{}.{name}", kind.singular()), problem);
            }
        }
        record
    }
    match kind {
        RecordKind::Inspection => Record::Inspection(fill(INSPECTION, kind, cells, refuse)),
        RecordKind::Reception => {
            let mut reception: proto::Reception = fill(RECEPTION, kind, cells, refuse);
            reception.matter = full_name(unit, &reception.matter);
            Record::Reception(reception)
        }
        RecordKind::Petition => {
            let mut petition: proto::Petition = fill(PETITION, kind, cells, refuse);
            petition.matter = full_name(unit, &petition.matter);
            Record::Petition(petition)
        }
        RecordKind::Matter => Record::Matter(fill(MATTER, kind, cells, refuse)),
    }
}

/// An office writes the number of its own matter; another unit's is written as a full name.
fn full_name(unit: &UnitName, matter: &str) -> String {
    if matter.is_empty() || matter.contains('/') {
        matter.to_owned()
    } else {
        format!("{unit}/matters/{matter}")
    }
}
