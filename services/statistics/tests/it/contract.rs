//! Nothing of the contract is without a test: a new method or reason fails here until a module below tests it.

use std::collections::BTreeSet;

use prost_reflect::DescriptorPool;

const PACKAGE: &str = "thidua.statistics.v1";

/// Every method that the modules beside this one call.
const METHODS: [(&str, &[&str]); 7] = [
    (
        "DirectoryService",
        &["GetUnit", "ListUnits", "CreateUnit", "UpdateUnit", "ResolveUnit", "SucceedUnits"],
    ),
    (
        "InspectionService",
        &["GetInspection", "ListInspections", "CreateInspection", "UpdateInspection", "DeleteInspection"],
    ),
    (
        "ReceptionService",
        &["GetReception", "ListReceptions", "CreateReception", "UpdateReception", "DeleteReception"],
    ),
    (
        "PetitionService",
        &[
            "GetPetition",
            "ListPetitions",
            "CreatePetition",
            "UpdatePetition",
            "DeletePetition",
            "GetMatter",
            "ListMatters",
            "CreateMatter",
            "UpdateMatter",
            "DeleteMatter",
        ],
    ),
    (
        "FigureService",
        &["ComputeFigures", "ExplainFigure", "FillForm", "ListMeasures", "ListForms", "ListCalendars"],
    ),
    (
        "ReturnService",
        &[
            "PrepareReturn",
            "GetReturn",
            "ListReturns",
            "SubmitReturn",
            "ApproveReturn",
            "SendBackReturn",
            "ReopenReturn",
        ],
    ),
    ("TransferService", &["ImportRecords", "ExportRecords"]),
];

/// Every reason of this package alone, with the module that provokes it.
const REASONS: [(&str, &str); 21] = [
    ("ERROR_REASON_UNIT_NAME_UNKNOWN", "directory"),
    ("ERROR_REASON_UNIT_NAME_TAKEN", "directory"),
    ("ERROR_REASON_UNIT_CLOSED", "records"),
    ("ERROR_REASON_UNIT_SUPERIOR_CIRCULAR", "directory"),
    ("ERROR_REASON_MEASURE_UNKNOWN", "figures"),
    ("ERROR_REASON_IMPORT_TRUNCATED", "transfer"),
    ("ERROR_REASON_IMPORT_OUT_OF_ORDER", "transfer"),
    ("ERROR_REASON_UNIT_SUCCESSION_INVALID", "succession"),
    ("ERROR_REASON_UNIT_CODE_TAKEN", "directory"),
    ("ERROR_REASON_UNIT_HAS_LATER_RECORDS", "succession"),
    ("ERROR_REASON_FORM_UNKNOWN", "forms"),
    ("ERROR_REASON_CALENDAR_UNKNOWN", "forms"),
    ("ERROR_REASON_PERIOD_UNKNOWN", "forms"),
    ("ERROR_REASON_FORM_NOT_IN_FORCE", "forms"),
    ("ERROR_REASON_RETURN_STATE_UNFIT", "returns"),
    ("ERROR_REASON_RETURN_ADJUSTMENT_UNEXPLAINED", "returns"),
    ("ERROR_REASON_RETURN_CHECKS_FAILED", "returns"),
    ("ERROR_REASON_RETURN_CONTENT_CHANGED", "returns"),
    ("ERROR_REASON_RETURN_PERIOD_OPEN", "returns"),
    ("ERROR_REASON_RETURN_APPROVED_BY_AUTHOR", "returns"),
    ("ERROR_REASON_PERIOD_LOCKED", "returns"),
];

fn contract() -> DescriptorPool {
    DescriptorPool::decode(thidua_proto::DESCRIPTOR_SET).unwrap()
}

#[test]
fn every_method_has_its_tests() {
    let there: BTreeSet<String> = contract()
        .services()
        .filter(|service| service.package_name() == PACKAGE)
        .flat_map(|service| service.methods().map(|method| method.full_name().to_owned()).collect::<Vec<_>>())
        .collect();
    let tested: BTreeSet<String> = METHODS
        .iter()
        .flat_map(|(service, methods)| {
            methods.iter().map(move |method| format!("{PACKAGE}.{service}.{method}"))
        })
        .collect();
    assert_eq!(there, tested);
}

#[test]
fn every_reason_is_provoked() {
    let reasons = contract().get_enum_by_name(&format!("{PACKAGE}.ErrorReason")).unwrap();
    let own = reasons.values().filter(|value| value.number() >= 50);
    let there: Vec<String> = own.map(|value| value.name().to_owned()).collect();
    assert_eq!(there, REASONS.map(|(reason, _)| reason.to_owned()));
}
