//! `SucceedUnits`: what it does, and what it refuses.

use thidua_proto::statistics as proto;
use thidua_proto::statistics::{ErrorReason, Petition, SucceedUnitsRequest, Successor, Unit};
use tonic::{Response, Status};

use super::harness::*;
use super::kind::{Kind, WriteOptions};

const BESIDE: &str = "units/thanh-tra-so";

/// The three units and one more.
async fn start() -> Service {
    let service = Service::start().await;
    service.directory().create_unit(create_unit(BESIDE, ABOVE)).await.unwrap();
    service
}

fn there(unit: &str) -> Successor {
    Successor { unit: unit.to_owned(), new_unit: None }
}

fn opened(id: &str) -> Successor {
    let unit = Unit { display_name: format!("Đơn vị {id}"), ..Default::default() };
    let new_unit = proto::NewUnit { unit_id: id.to_owned(), unit: Some(unit) };
    Successor { unit: String::new(), new_unit: Some(new_unit) }
}

fn share(predecessor: &str, successor: &str, numerator: i64, denominator: i64) -> proto::SuccessionShare {
    let (predecessor, successor) = (predecessor.to_owned(), successor.to_owned());
    proto::SuccessionShare { predecessor, successor, numerator, denominator }
}

fn take_over(predecessors: &[&str], successors: Vec<Successor>) -> SucceedUnitsRequest {
    SucceedUnitsRequest {
        predecessors: predecessors.iter().map(|unit| (*unit).to_owned()).collect(),
        successors,
        effective_date: day(2025, 7, 1),
        ..Default::default()
    }
}

async fn succeed(
    service: &Service,
    request: SucceedUnitsRequest,
) -> Result<Response<proto::SucceedUnitsResponse>, Status> {
    service.directory().succeed_units(by(REGISTRAR, request)).await
}

async fn get(service: &Service, name: &str) -> Unit {
    let request = proto::GetUnitRequest { name: name.to_owned() };
    service.directory().get_unit(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn units_merge_all_at_once() {
    let service = start().await;
    let head = service.head().await;
    let answer = succeed(&service, take_over(&[UNIT, BESIDE], vec![opened("moi")])).await.unwrap();
    assert_eq!(revision(&answer), (head + 1).to_string());
    let answer = answer.into_inner();
    let names: Vec<&str> = answer.predecessors.iter().map(|unit| unit.name.as_str()).collect();
    assert_eq!(names, [UNIT, BESIDE]);
    for unit in &answer.predecessors {
        assert_eq!(unit.close_date, day(2025, 6, 30));
        assert_eq!(unit.successors, ["units/moi"]);
        assert_eq!(get(&service, &unit.name).await, *unit);
    }
    let [new] = answer.successors.as_slice() else { panic!("{answer:?}") };
    assert_eq!((new.open_date, new.close_date, &new.etag), (day(2025, 7, 1), None, &(head + 1).to_string()));
    let from = |unit: &str| proto::Succession {
        predecessor: unit.to_owned(),
        effective_date: day(2025, 7, 1),
        share_numerator: 1,
        share_denominator: 1,
    };
    assert_eq!(new.predecessors, [from(UNIT), from(BESIDE)]);
    assert_eq!(get(&service, "units/moi").await, *new);
    assert_eq!(service.head().await, head + 1);
    // The lineage survives a restart.
    let service = service.restart().await;
    assert_eq!(get(&service, "units/moi").await, *new);
}

#[tokio::test]
async fn a_rename_keeps_the_name_and_codes_free_for_the_new_unit() {
    let service = start().await;
    let code = proto::UnitCode { scheme: "ma".to_owned(), code: "01".to_owned(), ..Default::default() };
    let coded = Unit { name: BESIDE.to_owned(), codes: vec![code.clone()], ..Default::default() };
    let coded =
        proto::UpdateUnitRequest { unit: Some(coded), update_mask: mask(&["codes"]), ..Default::default() };
    service.directory().update_unit(coded).await.unwrap();
    let mut new = opened("moi");
    let unit = new.new_unit.as_mut().unwrap().unit.as_mut().unwrap();
    (unit.display_name, unit.codes) = ("thanh-tra-so".to_owned(), vec![code]);
    (unit.superior, unit.open_date) = (ABOVE.to_owned(), day(2025, 7, 1));
    // What only the server says is not taken from a caller.
    unit.predecessors = vec![proto::Succession { predecessor: ABOVE.to_owned(), ..Default::default() }];
    unit.successors = vec!["x".to_owned()];
    let answer = succeed(&service, take_over(&[BESIDE], vec![new])).await.unwrap().into_inner();
    assert_eq!((answer.successors[0].predecessors.len(), answer.successors[0].successors.len()), (1, 0));
    let resolve = async |valid_on| {
        let request = proto::ResolveUnitRequest { display_name: "thanh tra so".to_owned(), valid_on };
        service.directory().resolve_unit(request).await.unwrap().into_inner().unit.unwrap().name
    };
    assert_eq!(resolve(day(2025, 6, 30)).await, BESIDE);
    assert_eq!(resolve(day(2025, 7, 1)).await, "units/moi");
    assert_eq!(resolve(None).await, "units/moi");
}

#[tokio::test]
async fn a_unit_splits_and_may_go_on() {
    let service = start().await;
    let shares = vec![share(UNIT, "units/moi", 3, 10), share(UNIT, UNIT, 7, 10)];
    let request = SucceedUnitsRequest { shares, ..take_over(&[UNIT], vec![there(UNIT), opened("moi")]) };
    let answer = succeed(&service, request).await.unwrap().into_inner();
    assert_eq!(answer.successors[0], answer.predecessors[0]);
    assert_eq!((answer.predecessors[0].close_date, answer.predecessors[0].predecessors.len()), (None, 1));
    assert_eq!(answer.successors[1].predecessors[0].share_numerator, 3);
    // It still takes records of later days.
    let later = Petition::on(day(2025, 8, 1), false);
    Petition::create(&service, UNIT, "7", Some(later), WriteOptions::default()).await.unwrap();
}

#[tokio::test]
async fn it_is_done_once_and_a_check_does_nothing() {
    let service = start().await;
    let head = service.head().await;
    let request = take_over(&[UNIT, BESIDE], vec![opened("moi")]);
    let check = SucceedUnitsRequest { validate_only: true, ..request.clone() };
    let checked = succeed(&service, check).await.unwrap().into_inner();
    assert_eq!(checked.successors[0].name, "units/moi");
    assert_eq!((service.head().await, get(&service, UNIT).await.close_date), (head, None));
    let request = SucceedUnitsRequest { request_id: REQUEST_ID.to_owned(), ..request };
    let first = succeed(&service, request.clone()).await.unwrap().into_inner();
    assert_eq!(succeed(&service, request.clone()).await.unwrap().into_inner(), first);
    assert_eq!(service.head().await, head + 1);
    let other = SucceedUnitsRequest { effective_date: day(2025, 8, 1), ..request.clone() };
    refused(succeed(&service, other).await, ErrorReason::RequestIdReused);
    let anew = SucceedUnitsRequest { request_id: OTHER_ID.to_owned(), ..request };
    let told = refused(succeed(&service, anew).await, ErrorReason::UnitSuccessionInvalid);
    assert_eq!(told["unit"], UNIT);
}

#[tokio::test]
async fn only_registrars_record_it() {
    let service = start().await;
    let request = take_over(&[UNIT], vec![opened("moi")]);
    let told = service.directory().succeed_units(by(RECORDER_ABOVE, request)).await;
    let told = refused(told, ErrorReason::CallerNotAllowed);
    assert_eq!((told["resource"].as_str(), told["role"].as_str()), (UNIT, "registrar"));
}

#[tokio::test]
async fn a_unit_with_later_records_does_not_close() {
    let service = start().await;
    let eve = Petition::on(day(2025, 6, 30), false);
    Petition::create(&service, UNIT, "1", Some(eve), WriteOptions::default()).await.unwrap();
    let late = proto::Matter { due_date: None, ..proto::Matter::on(day(2025, 7, 1), false) };
    proto::Matter::create(&service, UNIT, "7", Some(late), WriteOptions::default()).await.unwrap();
    let head = service.head().await;
    let request = take_over(&[BESIDE, UNIT], vec![opened("moi")]);
    let told = refused(succeed(&service, request.clone()).await, ErrorReason::UnitHasLaterRecords);
    let record = "units/thanh-tra-tinh/matters/7";
    assert_eq!(told, facts(&[("unit", UNIT), ("effective_date", "2025-07-01"), ("record", record)]));
    assert_eq!(service.head().await, head);
    proto::Matter::delete(&service, record, "", WriteOptions::default()).await.unwrap();
    succeed(&service, request).await.unwrap();
    let late = Petition::on(day(2025, 7, 1), false);
    let told = Petition::create(&service, UNIT, "2", Some(late), WriteOptions::default()).await;
    refused(told, ErrorReason::UnitClosed);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_its_unit() {
    let service = start().await;
    let head = service.head().await;
    let two = || take_over(&[UNIT], vec![opened("moi"), opened("moi-hai")]);
    let with = |shares| SucceedUnitsRequest { shares, ..two() };
    let (first, second) = ("units/moi", "units/moi-hai");
    for (request, unit, problem) in [
        (two(), UNIT, "it has several successors, so their shares must be given"),
        (
            with(vec![share(UNIT, first, 5, 10), share(UNIT, second, 4, 10)]),
            UNIT,
            "its shares add up to 9 of 10 parts",
        ),
        (
            with(vec![share(UNIT, first, 5, 10), share(UNIT, second, 1, 2)]),
            UNIT,
            "its shares must have one denominator",
        ),
        (with(vec![share(UNIT, first, 1, 1)]), second, "no share leads to it"),
        (take_over(&[CLOSED], vec![there(UNIT)]), CLOSED, "it does not exist on 2025-06-30"),
        (take_over(&[UNIT], vec![there(CLOSED)]), CLOSED, "it does not exist on 2025-07-01"),
        (take_over(&[UNIT], vec![there(UNIT)]), UNIT, "nobody but itself would take over from it"),
    ] {
        let told = refused(succeed(&service, request).await, ErrorReason::UnitSuccessionInvalid);
        assert_eq!(told, facts(&[("unit", unit), ("problem", problem)]));
    }
    let told = refused(
        succeed(&service, take_over(&["units/none"], vec![there(UNIT)])).await,
        ErrorReason::ResourceNotFound,
    );
    assert_eq!(told["resource"], "units/none");
    let told = succeed(&service, take_over(&[UNIT], vec![opened("ubnd-tinh")])).await;
    assert_eq!(refused(told, ErrorReason::ResourceAlreadyExists)["resource"], ABOVE);
    assert_eq!(service.head().await, head);
}

#[tokio::test]
async fn slips_are_told_with_their_paths() {
    let service = start().await;
    let none =
        faults(&[("effective_date", "REQUIRED"), ("predecessors", "REQUIRED"), ("successors", "REQUIRED")]);
    assert_eq!(violated(succeed(&service, SucceedUnitsRequest::default()).await), none);
    let mut both = opened("moi");
    UNIT.clone_into(&mut both.unit);
    let mut late = opened("m");
    late.new_unit.as_mut().unwrap().unit.as_mut().unwrap().open_date = day(2025, 7, 2);
    let empty = Successor { unit: String::new(), new_unit: Some(proto::NewUnit::default()) };
    let request = take_over(&[UNIT, "x", UNIT], vec![both, there(""), late, empty]);
    let expected = faults(&[
        ("predecessors[1]", "MALFORMED"),
        ("predecessors[2]", "REPEATED"),
        ("successors[0].unit", "UNWANTED"),
        ("successors[1].unit", "REQUIRED"),
        ("successors[2].new_unit.unit_id", "MALFORMED"),
        ("successors[2].new_unit.unit.open_date", "MALFORMED"),
        ("successors[3].new_unit.unit_id", "REQUIRED"),
        ("successors[3].new_unit.unit", "REQUIRED"),
    ]);
    assert_eq!(violated(succeed(&service, request).await), expected);
    let shares = vec![
        share(UNIT, "units/moi", 3, 2),
        share(UNIT, "units/moi", 0, 0),
        share(BESIDE, ABOVE, 1, 1),
        share(UNIT, "units/moi", 1, 2),
        share(UNIT, "units/moi", 1, 2),
    ];
    let request = SucceedUnitsRequest { shares, ..take_over(&[UNIT], vec![opened("moi")]) };
    let expected = faults(&[
        ("shares[0].numerator", "OUT_OF_RANGE"),
        ("shares[1].denominator", "OUT_OF_RANGE"),
        ("shares[2].predecessor", "MALFORMED"),
        ("shares[2].successor", "MALFORMED"),
        ("shares[4]", "REPEATED"),
    ]);
    assert_eq!(violated(succeed(&service, request).await), expected);
    let many = take_over(&[UNIT], (0..51).map(|n| opened(&format!("moi-{n}"))).collect());
    assert_eq!(violated(succeed(&service, many).await), faults(&[("successors", "TOO_MANY")]));
}

#[tokio::test]
async fn updates_leave_the_lineage_alone() {
    let service = start().await;
    let made = succeed(&service, take_over(&[UNIT], vec![opened("moi")])).await.unwrap().into_inner();
    let update = |unit: Unit, paths: &[&str]| proto::UpdateUnitRequest {
        unit: Some(unit),
        update_mask: mask(paths),
        ..Default::default()
    };
    let old = made.predecessors[0].clone();
    let mut patch = Unit { display_name: "Khác".to_owned(), successors: Vec::new(), ..old.clone() };
    patch.predecessors = made.successors[0].predecessors.clone();
    let changed = service.directory().update_unit(update(patch, &[])).await.unwrap().into_inner();
    assert_eq!((changed.display_name.as_str(), changed.predecessors.len()), ("Khác", 0));
    assert_eq!(changed.successors, ["units/moi"]);
    for path in ["predecessors", "successors"] {
        let masked = service.directory().update_unit(update(changed.clone(), &[path])).await;
        assert_eq!(masked.unwrap().into_inner(), changed);
    }
    let reopened = Unit { close_date: None, ..changed };
    let told = service.directory().update_unit(update(reopened, &["close_date"])).await;
    let told = refused(told, ErrorReason::UnitSuccessionInvalid);
    assert_eq!(told["problem"], "it was succeeded on 2025-07-01, so its last day is the eve");
    let stale = service.directory().update_unit(update(old, &["display_name"])).await;
    refused(stale, ErrorReason::EtagMismatch);
}
