//! Nothing of the contract is without a test: a new method or reason fails here until a module below tests it.

use std::collections::BTreeSet;

use prost_reflect::DescriptorPool;

const PACKAGE: &str = "thidua.statistics.v1";

/// Every method that the modules beside this one call.
const METHODS: [(&str, &[&str]); 6] = [
    ("DirectoryService", &["GetUnit", "ListUnits", "CreateUnit", "UpdateUnit", "ResolveUnit"]),
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
    ("FigureService", &["ComputeFigures", "ListMeasures"]),
    ("TransferService", &["ImportRecords", "ExportRecords"]),
];

/// Every reason of this package alone, with the module that provokes it.
const REASONS: [(&str, &str); 7] = [
    ("ERROR_REASON_UNIT_NAME_UNKNOWN", "directory"),
    ("ERROR_REASON_UNIT_NAME_TAKEN", "directory"),
    ("ERROR_REASON_UNIT_CLOSED", "records"),
    ("ERROR_REASON_UNIT_SUPERIOR_CIRCULAR", "directory"),
    ("ERROR_REASON_MEASURE_UNKNOWN", "figures"),
    ("ERROR_REASON_IMPORT_TRUNCATED", "transfer"),
    ("ERROR_REASON_IMPORT_OUT_OF_ORDER", "transfer"),
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
