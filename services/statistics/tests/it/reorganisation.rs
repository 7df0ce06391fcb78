//! The standing case of units over time: the merger of Bắc Ninh and Bắc Giang on 1 July 2025, and the end of the district
//! level on the same day. All units below and their records are invented.

use std::collections::BTreeMap;

use thidua_proto::Date;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure::Value;
use thidua_proto::statistics::{ErrorReason, Petition, Structure, SucceedUnitsRequest, Unit};
use tonic::{Response, Status};

use super::harness::*;
use super::kind::{Kind, WriteOptions};

const BAC_NINH: &str = "units/thanh-tra-bac-ninh";
const BAC_GIANG: &str = "units/thanh-tra-bac-giang";
const PROVINCE: &str = "units/thanh-tra-bac-ninh-2025";
const DISTRICT: &str = "units/thanh-tra-huyen";
const COMMUNES: [&str; 2] = ["units/xa-dong", "units/xa-tay"];
const MERGED: (i32, i32, i32) = (2025, 7, 1);

fn merged() -> Option<Date> {
    day(MERGED.0, MERGED.1, MERGED.2)
}

fn unit(display_name: &str, code: &str) -> Unit {
    let code = proto::UnitCode { scheme: "ma-tinh".to_owned(), code: code.to_owned(), ..Default::default() };
    Unit {
        display_name: display_name.to_owned(),
        open_date: day(1997, 1, 1),
        codes: if code.code.is_empty() { Vec::new() } else { vec![code] },
        ..Default::default()
    }
}

fn opened(name: &str, unit: Unit) -> proto::Successor {
    let unit_id = name.strip_prefix("units/").unwrap().to_owned();
    let unit = Unit { open_date: None, ..unit };
    proto::Successor { unit: String::new(), new_unit: Some(proto::NewUnit { unit_id, unit: Some(unit) }) }
}

fn there(name: &str) -> proto::Successor {
    proto::Successor { unit: name.to_owned(), new_unit: None }
}

async fn enter(service: &Service, unit: &str, date: Option<Date>, count: usize) {
    for _ in 0..count {
        Petition::create(service, unit, "", Some(Petition::on(date, false)), WriteOptions::default())
            .await
            .unwrap();
    }
}

/// Two provincial inspectorates and one of a district, with petitions of May and June 2025.
async fn before() -> Service {
    let service = Service::empty().await;
    for (name, made) in [
        (BAC_NINH, unit("Thanh tra tỉnh Bắc Ninh", "27")),
        (BAC_GIANG, unit("Thanh tra tỉnh Bắc Giang", "24")),
        (DISTRICT, unit("Thanh tra huyện", "")),
    ] {
        let unit_id = name.strip_prefix("units/").unwrap().to_owned();
        let request = proto::CreateUnitRequest { unit_id, unit: Some(made), ..Default::default() };
        service.directory().create_unit(request).await.unwrap();
    }
    enter(&service, BAC_NINH, day(2025, 5, 10), 5).await;
    enter(&service, BAC_NINH, day(2025, 6, 10), 2).await;
    enter(&service, BAC_GIANG, day(2025, 5, 20), 4).await;
    enter(&service, DISTRICT, day(2025, 5, 30), 4).await;
    enter(&service, DISTRICT, day(2025, 6, 30), 3).await;
    service
}

/// The merger, then the end of the district: 2 of 10 parts to the province, 5 and 3 to two communes.
async fn reorganise(service: &Service) {
    // The new province has the name of the one and the code of the other.
    let province = opened(PROVINCE, unit("Thanh tra tỉnh Bắc Ninh", "24"));
    let merger = SucceedUnitsRequest {
        predecessors: vec![BAC_NINH.to_owned(), BAC_GIANG.to_owned()],
        successors: vec![province],
        effective_date: merged(),
        ..Default::default()
    };
    service.directory().succeed_units(by(REGISTRAR, merger)).await.unwrap();
    let share = |(successor, numerator): (&str, i64)| proto::SuccessionShare {
        predecessor: DISTRICT.to_owned(),
        successor: successor.to_owned(),
        numerator,
        denominator: 10,
    };
    let end = SucceedUnitsRequest {
        predecessors: vec![DISTRICT.to_owned()],
        successors: vec![
            there(PROVINCE),
            opened(COMMUNES[0], unit("Xã Đông", "")),
            opened(COMMUNES[1], unit("Xã Tây", "")),
        ],
        effective_date: merged(),
        shares: [(PROVINCE, 2), (COMMUNES[0], 5), (COMMUNES[1], 3)].map(share).to_vec(),
        ..Default::default()
    };
    service.directory().succeed_units(by(REGISTRAR, end)).await.unwrap();
    enter(service, PROVINCE, day(2025, 7, 10), 6).await;
    enter(service, COMMUNES[0], day(2025, 8, 1), 1).await;
}

fn asked(structure: Structure, first: Option<Date>, last: Option<Date>) -> proto::ComputeFiguresRequest {
    proto::ComputeFiguresRequest {
        measures: vec!["petitions.received".to_owned()],
        window: window(first, last),
        by_unit: true,
        structure: Some(structure.into()),
        structure_date: (structure == Structure::AsNow).then(merged).flatten(),
        ..Default::default()
    }
}

async fn compute(
    service: &Service,
    request: proto::ComputeFiguresRequest,
) -> Result<proto::ComputeFiguresResponse, Status> {
    service.figures().compute_figures(request).await.map(Response::into_inner)
}

/// The total under the empty name, then each unit's figure.
async fn figures(service: &Service, request: proto::ComputeFiguresRequest) -> BTreeMap<String, i64> {
    let answer = compute(service, request).await.unwrap();
    let amount = |figure: proto::Figure| match figure.value {
        Some(Value::Amount(amount)) => (figure.unit, amount),
        other => panic!("{other:?}"),
    };
    answer.figures.into_iter().map(amount).collect()
}

fn of(pairs: &[(&str, i64)]) -> BTreeMap<String, i64> {
    pairs.iter().map(|(unit, amount)| ((*unit).to_owned(), *amount)).collect()
}

#[tokio::test]
async fn a_series_goes_on_across_the_merger_and_nothing_is_lost() {
    let service = before().await;
    let may = (day(2025, 5, 1), day(2025, 5, 31));
    let june = (day(2025, 6, 1), day(2025, 6, 30));
    let year = (day(2025, 1, 1), day(2025, 12, 31));
    let then = |window: (_, _)| asked(Structure::AsThen, window.0, window.1);
    let now = |window: (_, _)| asked(Structure::AsNow, window.0, window.1);
    let in_may = of(&[("", 13), (BAC_GIANG, 4), (BAC_NINH, 5), (DISTRICT, 4)]);
    assert_eq!(figures(&service, then(may)).await, in_may);
    assert_eq!(figures(&service, now(may)).await, in_may, "nobody has taken over yet");

    reorganise(&service).await;
    let [east, west] = COMMUNES;
    let nothing_new = of(&[(PROVINCE, 0), (east, 0), (west, 0)]);
    assert_eq!(figures(&service, then(may)).await, in_may.into_iter().chain(nothing_new).collect());
    let expected = of(&[
        ("", 5 + 2 + 4 + 4 + 3 + 6 + 1),
        (BAC_GIANG, 4),
        (BAC_NINH, 5 + 2),
        (DISTRICT, 4 + 3),
        (PROVINCE, 6),
        (east, 1),
        (west, 0),
    ]);
    assert_eq!(figures(&service, then(year)).await, expected);

    // Of the district's 4 in May the parts are 0.8, 2 and 1.2; of its 7 by the end of June 1.4, 3.5 and 2.1. The nearest
    // whole numbers are 1, 2, 1 and then 1, 4, 2; June is the difference.
    let expected = of(&[("", 13), (PROVINCE, 5 + 4 + 1), (east, 2), (west, 1)]);
    assert_eq!(figures(&service, now(may)).await, expected);
    let expected = of(&[("", 5), (PROVINCE, 2), (east, 2), (west, 1)]);
    assert_eq!(figures(&service, now(june)).await, expected);
    let expected = of(&[("", 25), (PROVINCE, 5 + 2 + 4 + 1 + 6), (east, 4 + 1), (west, 2)]);
    assert_eq!(figures(&service, now(year)).await, expected);
}

#[tokio::test]
async fn figures_of_the_past_know_the_units_of_then() {
    let service = before().await;
    let year = || asked(Structure::AsNow, day(2025, 1, 1), day(2025, 12, 31));
    let (as_of_revision, then) = (Some(service.head().await), figures(&service, year()).await);
    reorganise(&service).await;
    assert_ne!(figures(&service, year()).await, then);
    let past = proto::ComputeFiguresRequest { as_of_revision, ..year() };
    assert_eq!(figures(&service, past.clone()).await, then);
    let unknown = proto::ComputeFiguresRequest { units: vec![PROVINCE.to_owned()], ..past };
    let told = refused(compute(&service, unknown).await, ErrorReason::ResourceNotFound);
    assert_eq!(told, facts(&[("resource", PROVINCE)]));
}

#[tokio::test]
async fn codes_and_names_mean_the_units_of_their_days() {
    let service = before().await;
    reorganise(&service).await;
    let resolve = async |display_name: &str, valid_on| {
        let request = proto::ResolveUnitRequest { display_name: display_name.to_owned(), valid_on };
        service.directory().resolve_unit(request).await.unwrap().into_inner().unit.unwrap().name
    };
    assert_eq!(resolve("thanh tra tinh bac ninh", day(2025, 6, 30)).await, BAC_NINH);
    assert_eq!(resolve("thanh tra tinh bac ninh", merged()).await, PROVINCE);
    let by_code = async |valid_on| {
        let request = proto::ListUnitsRequest { query: "24".to_owned(), valid_on, ..Default::default() };
        let page = service.directory().list_units(request).await.unwrap().into_inner();
        page.units.into_iter().map(|unit| unit.name).collect::<Vec<_>>()
    };
    assert_eq!(by_code(day(2025, 6, 30)).await, [BAC_GIANG]);
    assert_eq!(by_code(merged()).await, [PROVINCE]);
}

#[tokio::test]
async fn it_is_told_whose_records_count() {
    let service = before().await;
    reorganise(&service).await;
    let mut request = asked(Structure::AsNow, day(2025, 1, 1), day(2025, 12, 31));
    request.units = vec![PROVINCE.to_owned()];
    let answer = compute(&service, request.clone()).await.unwrap();
    let told: Vec<(&str, i64, i64)> = answer
        .sources
        .iter()
        .map(|source| (source.source.as_str(), source.share_numerator, source.share_denominator))
        .collect();
    assert_eq!(told, [(BAC_GIANG, 1, 1), (BAC_NINH, 1, 1), (PROVINCE, 1, 1), (DISTRICT, 1, 5)]);
    assert!(answer.sources.iter().all(|source| source.unit == PROVINCE && source.first_date.is_none()));
    let then = compute(&service, asked(Structure::AsThen, day(2025, 1, 1), day(2025, 12, 31))).await.unwrap();
    assert_eq!(then.sources, []);

    request.units = vec![BAC_NINH.to_owned()];
    let told = refused(compute(&service, request.clone()).await, ErrorReason::UnitClosed);
    let expected = [
        ("unit", BAC_NINH),
        ("date", "2025-07-01"),
        ("open_date", "1997-01-01"),
        ("close_date", "2025-06-30"),
    ];
    assert_eq!(told, facts(&expected));
    // On the day on which the tests take place, in 2024, nobody had taken over.
    request.structure_date = None;
    assert_eq!(figures(&service, request.clone()).await[BAC_NINH], 7);
    request.structure = Some(Structure::AsThen.into());
    request.structure_date = merged();
    assert_eq!(violated(compute(&service, request.clone()).await), faults(&[("structure_date", "UNWANTED")]));
    (request.structure, request.structure_date) = (Some(7), day(2025, 2, 30));
    let expected = faults(&[("structure", "UNKNOWN_VALUE"), ("structure_date", "NO_SUCH_DAY")]);
    assert_eq!(violated(compute(&service, request).await), expected);
}
