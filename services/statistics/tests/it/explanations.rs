//! `ExplainFigure`, and figures as of a past revision: what a number is made of, and what it was.

use std::collections::BTreeMap;

use thidua_proto::statistics as proto;
use thidua_proto::statistics::explain_figure_response::Part;
use thidua_proto::statistics::figure::Value;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::import_records_request::Part as Import;
use thidua_proto::statistics::{
    Contributor, ErrorReason, ExplainedFigure, Inspection, Matter, Petition, Reception,
};
use thidua_proto::{Date, Timestamp};
use tokio::task::JoinSet;
use tonic::{Code, Status};

use super::harness::*;
use super::kind::{Kind, WriteOptions};
use super::transfer::{header, send};

async fn enter<K: Kind>(service: &Service, unit: &str, id: &str, record: K) {
    K::create(service, unit, id, Some(record), WriteOptions::default()).await.unwrap();
}

fn request(measure: &str, first: Option<Date>, last: Option<Date>) -> proto::ExplainFigureRequest {
    proto::ExplainFigureRequest {
        measure: measure.to_owned(),
        window: window(first, last),
        ..Default::default()
    }
}

async fn explain(
    service: &Service,
    request: proto::ExplainFigureRequest,
) -> Result<(ExplainedFigure, Vec<Contributor>), Status> {
    let mut stream = service.figures().explain_figure(request).await?.into_inner();
    let Some(Part::Figure(figure)) = stream.message().await?.unwrap().part else {
        panic!("the figure comes first")
    };
    let mut records = Vec::new();
    while let Some(message) = stream.message().await? {
        let Some(Part::Contributors(part)) = message.part else { panic!("one figure alone") };
        assert!((1..=500).contains(&part.contributors.len()));
        records.extend(part.contributors);
    }
    Ok((figure, records))
}

fn parts(figure: &ExplainedFigure) -> (i64, i64) {
    match figure.figure.as_ref().unwrap().value.as_ref().unwrap() {
        Value::Amount(amount) => (*amount, 0),
        Value::Ratio(ratio) => (ratio.numerator, ratio.denominator),
    }
}

fn shown(records: &[Contributor]) -> Vec<(&str, i64, i64)> {
    records.iter().map(|one| (one.name.as_str(), one.amount, one.denominator)).collect()
}

async fn with_records() -> Service {
    let service = Service::start().await;
    for (unit, month) in [(UNIT, 2), (ABOVE, 3), (CLOSED, 5)] {
        let date = day(2023, month, 3);
        let id = format!("r{month}");
        enter(&service, unit, &id, Petition::on(date, false)).await;
        let visit = Reception { reception_date: date, people_count: month.into(), ..Reception::sample() };
        enter(&service, unit, &id, visit).await;
        let concluded = Inspection {
            start_date: date,
            conclusion_date: day(2023, 12, 1),
            executions: vec![],
            ..Inspection::sample()
        };
        enter(&service, unit, &id, concluded).await;
        let resolved = Matter {
            accepted_date: date,
            due_date: None,
            resolved_date: day(2023, 12, 1),
            executions: vec![],
            ..Matter::sample()
        };
        enter(&service, unit, &id, resolved).await;
        enter(&service, unit, &format!("o{month}"), Matter::on(date, true)).await;
    }
    service
}

#[tokio::test]
async fn the_records_of_every_measure_add_to_its_figure() {
    let service = with_records().await;
    let measures = service
        .figures()
        .list_measures(proto::ListMeasuresRequest::default())
        .await
        .unwrap()
        .into_inner()
        .measures;
    let mut explained = 0;
    for measure in &measures {
        for (first, last) in [(day(2023, 1, 1), day(2023, 12, 31)), (day(2023, 4, 1), day(2023, 6, 30))] {
            let (figure, records) = explain(&service, request(&measure.code, first, last)).await.unwrap();
            assert_eq!(figure.measure.as_ref(), Some(measure));
            assert_eq!(figure.revision, service.head().await);
            let sum = records.iter().fold((0, 0), |sum, one| (sum.0 + one.amount, sum.1 + one.denominator));
            assert_eq!(parts(&figure), sum, "{}", measure.code);
            explained += records.len();
        }
    }
    assert!(explained > 100, "{explained}");
}

#[tokio::test]
async fn a_share_is_explained_part_by_part() {
    let service = with_records().await;
    let year = (day(2023, 4, 1), day(2023, 12, 31));
    let (figure, records) =
        explain(&service, request("matters.resolution_rate", year.0, year.1)).await.unwrap();
    assert_eq!(parts(&figure), (3, 6));
    let expected = [
        (format!("{CLOSED}/matters/o5"), 0, 1),
        (format!("{CLOSED}/matters/r5"), 1, 1),
        (format!("{UNIT}/matters/o2"), 0, 1),
        (format!("{UNIT}/matters/r2"), 1, 1),
        (format!("{ABOVE}/matters/o3"), 0, 1),
        (format!("{ABOVE}/matters/r3"), 1, 1),
    ];
    let expected: Vec<(&str, i64, i64)> =
        expected.iter().map(|(name, a, b)| (name.as_str(), *a, *b)).collect();
    assert_eq!(shown(&records), expected);
    assert!(figure.formula.starts_with("(within(matters.resolved."), "{}", figure.formula);
    let days: BTreeMap<&str, Option<Date>> =
        records[1].contributions.iter().map(|one| (one.sum.as_str(), one.contribution_date)).collect();
    assert_eq!(days.into_values().collect::<Vec<_>>(), [day(2023, 5, 3), day(2023, 12, 1)]);
}

#[tokio::test]
async fn only_the_units_asked_for_are_explained() {
    let service = with_records().await;
    let mut asked = request("receptions.people", day(2023, 1, 1), day(2023, 12, 31));
    asked.units = vec![ABOVE.to_owned(), UNIT.to_owned()];
    let (figure, records) = explain(&service, asked).await.unwrap();
    assert_eq!(parts(&figure), (5, 0));
    let names = [format!("{ABOVE}/receptions/r3"), format!("{UNIT}/receptions/r2")];
    assert_eq!(shown(&records), [(names[0].as_str(), 3, 0), (names[1].as_str(), 2, 0)]);
}

/// Enters so many petitions, on days of January 2023.
async fn import(service: &Service, count: i64) {
    let row = |line: i64| proto::ImportRow {
        line,
        id: format!("p{line}"),
        record: Some(Petition::on(day(2023, 1, 1 + i32::try_from(line % 28).unwrap()), false).row()),
    };
    let rows: Vec<proto::ImportRow> = (1..=count).map(row).collect();
    let chunks = rows.chunks(500).count();
    let mut parts = vec![header(REQUEST_ID)];
    parts.extend(rows.chunks(500).zip(1_i64..).map(|(rows, number)| {
        let last = usize::try_from(number).unwrap() == chunks;
        Import::Chunk(proto::ImportChunk { number, rows: rows.to_vec(), last })
    }));
    send(service, parts).await.unwrap();
}

fn january() -> proto::ExplainFigureRequest {
    request("petitions.received", day(2023, 1, 1), day(2023, 1, 31))
}

#[tokio::test]
async fn long_explanations_come_in_batches() {
    let service = Service::start().await;
    import(&service, 1201).await;
    let (figure, records) = explain(&service, january()).await.unwrap();
    assert_eq!((parts(&figure), records.len()), ((1201, 0), 1201));
}

#[tokio::test]
async fn explanations_that_nobody_reads_on_leave_room_for_quick_reads() {
    let service = Service::start().await;
    import(&service, 5000).await;
    let mut asked = JoinSet::new();
    // As many as an embedded store has readers. One caller has one stream at a time.
    for _ in 0..6 {
        let mut figures = FigureServiceClient::new(service.narrow());
        asked.spawn(async move { figures.explain_figure(january()).await });
    }
    let (mut under_way, mut put_off) = (Vec::new(), 0);
    while let Some(answer) = asked.join_next().await {
        match answer.unwrap() {
            Ok(stream) => under_way.push(stream.into_inner()),
            Err(status) => {
                assert_eq!(status.code(), Code::Unavailable);
                refused(Err::<(), _>(status), ErrorReason::Overloaded);
                put_off += 1;
            }
        }
    }
    assert_eq!((under_way.len(), put_off), (1, 5));
    assert_eq!(
        Petition::read(&service, &Petition::name_of("p1")).await.unwrap().into_inner().signer_count,
        Some(1)
    );
    drop(under_way);
    explain(&service, january()).await.unwrap();
}

#[tokio::test]
async fn slips_and_unknown_names_are_told() {
    let service = Service::start().await;
    let asked = |units: &[&str], measure: &str| proto::ExplainFigureRequest {
        units: units.iter().map(|unit| (*unit).to_owned()).collect(),
        ..request(measure, day(2023, 1, 1), day(2023, 1, 31))
    };
    let broken = explain(&service, proto::ExplainFigureRequest::default()).await;
    assert_eq!(violated(broken), faults(&[("measure", "REQUIRED"), ("window", "REQUIRED")]));
    let told = refused(
        explain(&service, asked(&["units/none"], "petitions.received")).await,
        ErrorReason::ResourceNotFound,
    );
    assert_eq!(told, facts(&[("resource", "units/none")]));
    let told = refused(explain(&service, asked(&[UNIT], "money")).await, ErrorReason::MeasureUnknown);
    assert_eq!(told, facts(&[("measure", "money"), ("suggestions", "")]));
}

fn as_of(revision: Option<i64>, time: Option<Timestamp>) -> proto::ComputeFiguresRequest {
    proto::ComputeFiguresRequest {
        measures: vec!["petitions.received".to_owned()],
        window: window(day(2023, 1, 1), day(2023, 12, 31)),
        as_of_revision: revision,
        as_of_time: time,
        ..Default::default()
    }
}

async fn received(service: &Service, request: proto::ComputeFiguresRequest) -> Result<(i64, i64), Status> {
    let answer = service.figures().compute_figures(request).await?.into_inner();
    match answer.figures[0].value {
        Some(Value::Amount(amount)) => Ok((answer.revision, amount)),
        ref other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn figures_are_told_as_they_stood() {
    let service = Service::start().await;
    let base = service.head().await;
    let mut then = vec![0];
    for number in 1..=6 {
        enter(&service, UNIT, &format!("p{number}"), Petition::on(day(2023, number, 1), false)).await;
        then.push(i64::from(number));
    }
    Petition::delete(&service, &format!("{UNIT}/petitions/p2"), "", WriteOptions::default()).await.unwrap();
    then.push(5);
    let service = service.restart().await;
    for (revision, expected) in (base..).zip(then) {
        assert_eq!(received(&service, as_of(Some(revision), None)).await.unwrap(), (revision, expected));
    }
    assert_eq!(received(&service, as_of(Some(0), None)).await.unwrap(), (0, 0));
    let now: Timestamp = Timestamp { seconds: 1_709_262_000, nanos: 0 };
    let (before, head) = (Timestamp { seconds: now.seconds - 1, nanos: 0 }, service.head().await);
    assert_eq!(received(&service, as_of(None, Some(before))).await.unwrap(), (0, 0));
    assert_eq!(received(&service, as_of(None, Some(now))).await.unwrap(), (head, 5));

    let beyond = received(&service, as_of(Some(head + 1), None)).await;
    let (newest, asked) = (head.to_string(), (head + 1).to_string());
    assert_eq!(
        refused(beyond, ErrorReason::RevisionNotReached),
        facts(&[("revision", &newest), ("min_revision", &asked)])
    );
    let both = received(&service, as_of(Some(1), Some(now))).await;
    assert_eq!(violated(both), faults(&[("as_of_time", "UNWANTED")]));
    let negative = received(&service, as_of(Some(-1), None)).await;
    assert_eq!(violated(negative), faults(&[("as_of_revision", "OUT_OF_RANGE")]));
    let never = received(&service, as_of(None, Some(Timestamp { seconds: i64::MAX, nanos: 0 }))).await;
    assert_eq!(violated(never), faults(&[("as_of_time", "NO_SUCH_DAY")]));
}
