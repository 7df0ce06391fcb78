use std::collections::BTreeMap;

use thidua_proto::Date;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure::Value;
use thidua_proto::statistics::{
    Competence, ErrorReason, Figure, FigureStatus, Inspection, Matter, MeasureKind, Petition, PetitionKind,
    Ratio, Reception,
};
use tonic::{Response, Status};

use super::harness::*;
use super::kind::{Kind, WriteOptions};

fn within(first: Option<Date>, last: Option<Date>) -> proto::ComputeFiguresRequest {
    proto::ComputeFiguresRequest { window: window(first, last), ..Default::default() }
}

fn year_2023() -> proto::ComputeFiguresRequest {
    within(day(2023, 1, 1), day(2023, 12, 31))
}

fn of(measures: &[&str], mut request: proto::ComputeFiguresRequest) -> proto::ComputeFiguresRequest {
    request.measures = measures.iter().map(|code| (*code).to_owned()).collect();
    request.units = vec![UNIT.to_owned()];
    request
}

async fn compute(
    service: &Service,
    request: proto::ComputeFiguresRequest,
) -> Result<proto::ComputeFiguresResponse, Status> {
    service.figures().compute_figures(request).await.map(Response::into_inner)
}

async fn enter<K: Kind>(service: &Service, unit: &str, record: K) -> K {
    K::create(service, unit, "", Some(record), WriteOptions::default()).await.unwrap().into_inner()
}

fn amount(figure: &Figure) -> i64 {
    match figure.value {
        Some(Value::Amount(amount)) => amount,
        ref other => panic!("{other:?}"),
    }
}

fn ratio(figure: &Figure) -> Ratio {
    match &figure.value {
        Some(Value::Ratio(ratio)) => ratio.clone(),
        other => panic!("{other:?}"),
    }
}

async fn amounts(service: &Service, measures: &[&str], request: proto::ComputeFiguresRequest) -> Vec<i64> {
    compute(service, of(measures, request)).await.unwrap().figures.iter().map(amount).collect()
}

#[tokio::test]
async fn flows_count_the_days_of_the_window_with_both_ends() {
    let service = Service::start().await;
    for (date, second) in [
        (day(2022, 12, 31), false),
        (day(2023, 1, 1), false),
        (day(2023, 6, 15), true),
        (day(2023, 12, 31), false),
        (day(2024, 1, 1), false),
    ] {
        enter(&service, UNIT, Petition::on(date, second)).await;
    }
    let codes = ["petitions.received", "petitions.received.complaint", "petitions.received.denunciation"];
    assert_eq!(amounts(&service, &codes, year_2023()).await, [3, 2, 1]);
    assert_eq!(amounts(&service, &codes, within(day(2023, 1, 2), day(2023, 12, 30))).await, [1, 0, 1]);
    assert_eq!(amounts(&service, &codes, within(day(2023, 1, 1), day(2023, 1, 1))).await, [1, 1, 0]);
    assert_eq!(amounts(&service, &codes, within(day(1950, 1, 1), day(2050, 1, 1))).await, [5, 4, 1]);
}

#[tokio::test]
async fn what_a_conclusion_recommends_counts_on_its_day() {
    let service = Service::start().await;
    enter(&service, UNIT, Inspection::sample()).await;
    let codes = [
        "inspections.conducted",
        "inspections.inspected_units",
        "inspections.unplanned",
        "inspections.concluded",
        "inspections.economic_amount",
        "inspections.recovery_amount",
        "inspections.handled_persons",
    ];
    let (first_day, conclusion) = (day(2023, 2, 1), day(2023, 5, 31));
    assert_eq!(amounts(&service, &codes, within(first_day, first_day)).await, [1, 3, 1, 0, 0, 0, 0]);
    let concluded = [0, 0, 0, 1, 43_591_274_000, 43_586_274_000, 9];
    assert_eq!(amounts(&service, &codes, within(conclusion, conclusion)).await, concluded);
    assert_eq!(amounts(&service, &codes, within(day(2023, 6, 1), day(2023, 12, 31))).await, [0; 7]);
}

#[tokio::test]
async fn visits_of_five_or_more_are_groups() {
    let service = Service::start().await;
    for people_count in [1, 4, 5, 2000] {
        enter(&service, UNIT, Reception { people_count, ..Reception::sample() }).await;
    }
    let codes = [
        "receptions.visits",
        "receptions.people.head",
        "receptions.visits.regular",
        "receptions.groups",
        "receptions.group_people",
        "receptions.matters",
    ];
    assert_eq!(amounts(&service, &codes, year_2023()).await, [4, 2010, 0, 2, 2005, 12]);
}

#[tokio::test]
async fn stocks_stand_at_the_ends_of_the_window() {
    let service = Service::start().await;
    let petition = |received, processed| Petition {
        received_date: received,
        processed_date: processed,
        replied_date: None,
        ..Petition::sample()
    };
    enter(&service, UNIT, Petition::on(day(2022, 6, 1), false)).await;
    enter(&service, UNIT, petition(day(2022, 12, 31), day(2023, 1, 1))).await;
    enter(&service, UNIT, petition(day(2023, 5, 1), day(2023, 5, 1))).await;
    enter(&service, UNIT, petition(day(2023, 12, 31), day(2024, 1, 1))).await;
    let codes = ["petitions.carried_over", "petitions.received", "petitions.processed", "petitions.pending"];
    for (request, expected) in [
        (within(day(2022, 1, 1), day(2022, 12, 31)), [0, 2, 0, 2]),
        (year_2023(), [2, 2, 2, 2]),
        (within(day(2024, 1, 1), day(2024, 12, 31)), [2, 0, 1, 1]),
    ] {
        let found = amounts(&service, &codes, request).await;
        assert_eq!(found, expected);
        assert_eq!(found[0] + found[1] - found[2], found[3]);
    }
}

#[tokio::test]
async fn shares_come_with_their_counts() {
    let service = Service::start().await;
    let open = Matter::on(day(2023, 3, 1), false);
    enter(&service, UNIT, Matter::on(day(2022, 1, 1), true)).await;
    enter(&service, UNIT, open.clone()).await;
    enter(&service, UNIT, Matter::sample()).await;
    let later = Matter { resolved_date: day(2024, 1, 1), executions: Vec::new(), ..Matter::sample() };
    enter(&service, UNIT, later).await;
    // Resolved before the window, and of another agency: neither counts.
    let earlier =
        Matter { accepted_date: day(2022, 1, 1), resolved_date: day(2022, 12, 31), ..Matter::sample() };
    enter(&service, UNIT, earlier).await;
    enter(&service, UNIT, Matter { competence: Competence::Outside.into(), ..Matter::sample() }).await;

    let codes = ["matters.resolution_rate"];
    let answer = compute(&service, of(&codes, year_2023())).await.unwrap();
    let expected = Ratio { numerator: 1, denominator: 4, percent: "25.0".to_owned() };
    assert_eq!(ratio(&answer.figures[0]), expected);
    let parts = ["matters.resolved", "matters.to_resolve", "matters.carried_over", "matters.pending"];
    assert_eq!(amounts(&service, &parts, year_2023()).await, [1, 4, 1, 3]);
    assert_eq!(
        amounts(&service, &["matters.resolved_in_time", "matters.resolved_late"], year_2023()).await,
        [1, 0]
    );
}

#[tokio::test]
async fn an_open_proposal_does_not_move_the_resolution_rate() {
    let service = Service::start().await;
    enter(&service, UNIT, Matter::sample()).await;
    enter(&service, UNIT, open_matter(PetitionKind::Denunciation)).await;
    let codes = ["matters.resolution_rate"];
    let half = Ratio { numerator: 1, denominator: 2, percent: "50.0".to_owned() };
    assert_eq!(ratio(&compute(&service, of(&codes, year_2023())).await.unwrap().figures[0]), half);
    enter(&service, UNIT, open_matter(PetitionKind::Proposal)).await;
    enter(&service, UNIT, Matter { kind: PetitionKind::Proposal.into(), ..Matter::sample() }).await;
    assert_eq!(ratio(&compute(&service, of(&codes, year_2023())).await.unwrap().figures[0]), half);
    // Those of all kinds count them, and those that the rate is made of do not.
    let counts = [
        "matters.resolved",
        "matters.to_resolve",
        "matters.resolved_complaints_denunciations",
        "matters.to_resolve_complaints_denunciations",
    ];
    assert_eq!(amounts(&service, &counts, year_2023()).await, [2, 4, 1, 2]);
}

fn open_matter(kind: PetitionKind) -> Matter {
    Matter { kind: kind.into(), ..Matter::on(day(2023, 2, 1), false) }
}

#[tokio::test]
async fn what_carries_a_decision_out_counts_on_its_day() {
    let service = Service::start().await;
    enter(&service, UNIT, Matter::sample()).await;
    let codes = [
        "matters.recovery_amount.complaint",
        "matters.decisions.complaint",
        "matters.recovered_amount.complaint",
        "matters.executed.complaint",
        "matters.decisions_to_execute.complaint",
        "matters.outstanding_recovery_amount.complaint",
        "matters.outstanding_return_person_area.complaint",
    ];
    let resolved = [120_000_000, 1, 0, 0, 1, 0, 0];
    assert_eq!(amounts(&service, &codes, within(day(2023, 3, 1), day(2023, 3, 31))).await, resolved);
    let carried_out = [0, 0, 100_000_000, 0, 1, 120_000_000, 150];
    assert_eq!(amounts(&service, &codes, within(day(2023, 4, 1), day(2023, 4, 30))).await, carried_out);
    let completed = [0, 0, 0, 1, 1, 20_000_000, 50];
    assert_eq!(amounts(&service, &codes, within(day(2023, 5, 1), day(2023, 5, 31))).await, completed);
    let after = [0, 0, 0, 0, 0, 20_000_000, 50];
    assert_eq!(amounts(&service, &codes, within(day(2023, 6, 1), day(2023, 6, 30))).await, after);

    enter(&service, UNIT, Inspection::sample()).await;
    let codes = [
        "inspections.recovery_amount.administrative",
        "inspections.recovered_amount.administrative",
        "inspections.executed.administrative",
        "inspections.carried_over.administrative.unplanned",
    ];
    let june = within(day(2023, 6, 1), day(2023, 6, 30));
    assert_eq!(amounts(&service, &codes, june).await, [0, 40_000_000_000, 0, 0]);
    let may = within(day(2023, 5, 1), day(2023, 5, 31));
    assert_eq!(amounts(&service, &codes, may).await, [43_586_274_000, 0, 0, 1]);
    assert_eq!(amounts(&service, &codes, year_2023()).await, [43_586_274_000, 40_000_000_000, 1, 0]);
}

#[tokio::test]
async fn letters_are_counted_in_the_columns_of_the_forms() {
    let service = Service::start().await;
    let outside = Petition {
        competence: Some(Competence::Outside.into()),
        handling: Some(proto::PetitionHandling::Forwarded.into()),
        repeats_matter: false,
        ..Petition::sample()
    };
    enter(&service, UNIT, Petition::sample()).await;
    enter(&service, UNIT, outside).await;
    enter(&service, UNIT, Petition { anonymous: true, ..Petition::on(day(2023, 2, 1), false) }).await;
    let codes = [
        "petitions.received.complaint.joint",
        "petitions.received.complaint.other",
        "petitions.pending.complaint.other",
        "petitions.qualified.complaint.first",
        "petitions.qualified_matters.complaint.first",
        "petitions.subject_matters.complaint.land",
        "petitions.handled.complaint.within_second",
        "petitions.handled.complaint.forwarded",
        "petitions.handled_matters.complaint.within_second",
        "petitions.at_reception.complaint.forwarded",
        "petitions.at_reception_matters.complaint.forwarded",
        "petitions.replied.complaint",
        "petitions.replied_at_reception.complaint",
    ];
    assert_eq!(amounts(&service, &codes, year_2023()).await, [2, 1, 1, 2, 1, 1, 1, 1, 0, 1, 1, 2, 2]);
    let totals = ["petitions.within_competence", "petitions.outside_competence", "petitions.jointly_signed"];
    assert_eq!(amounts(&service, &totals, year_2023()).await, [1, 1, 2]);
}

#[tokio::test]
async fn a_session_to_which_nobody_came_is_no_visit() {
    let service = Service::start().await;
    enter(&service, UNIT, Reception::sample()).await;
    let nobody = Reception {
        people_count: 0,
        first_time_matter_count: 0,
        repeat_matter_count: 0,
        ..Reception::sample()
    };
    enter(&service, UNIT, nobody).await;
    let codes = [
        "receptions.sessions.head",
        "receptions.visits.head",
        "receptions.people.head",
        "receptions.groups.head",
        "receptions.group_first_time_matters.head",
        "receptions.group_repeat_matters.head",
    ];
    assert_eq!(amounts(&service, &codes, year_2023()).await, [2, 1, 6, 1, 2, 1]);
}

#[tokio::test]
async fn a_share_of_nothing_is_not_applicable() {
    let service = Service::start().await;
    let codes = ["matters.resolution_rate", "matters.to_resolve"];
    for units in [vec![UNIT.to_owned()], vec![]] {
        let request = proto::ComputeFiguresRequest { units, ..of(&codes, year_2023()) };
        let figures = compute(&service, request).await.unwrap().figures;
        assert_eq!(ratio(&figures[0]), Ratio { numerator: 0, denominator: 0, percent: String::new() });
        assert_eq!(figures[0].status(), FigureStatus::NotApplicable);
        assert_eq!((amount(&figures[1]), figures[1].status()), (0, FigureStatus::Final));
    }
    let empty = Service::empty().await;
    let figures = compute(&empty, year_2023()).await.unwrap().figures;
    assert!(figures.iter().all(|figure| figure.unit.is_empty()));
}

#[tokio::test]
async fn figures_are_final_once_their_period_has_closed() {
    let service = Service::start().await;
    let (end, eve, today) = (day(2023, 12, 31), day(2024, 2, 29), day(2024, 3, 1));
    for (last, cut_off, status) in [
        (end, None, FigureStatus::Final),
        (end, end, FigureStatus::Final),
        (end, day(2023, 11, 21), FigureStatus::Provisional),
        (eve, None, FigureStatus::Final),
        (today, None, FigureStatus::Provisional),
        (day(2024, 12, 31), None, FigureStatus::Provisional),
    ] {
        let mut request = of(&["petitions.received"], within(day(2023, 1, 1), last));
        request.window.as_mut().unwrap().cut_off_date = cut_off;
        let figures = compute(&service, request).await.unwrap().figures;
        assert_eq!(figures[0].status(), status, "{last:?} up to {cut_off:?}");
        assert_eq!((figures[0].first_date, figures[0].last_date), (day(2023, 1, 1), cut_off.or(last)));
    }
}

#[tokio::test]
async fn totals_are_the_sums_of_the_units() {
    let service = Service::start().await;
    for (unit, month) in [(UNIT, 2), (ABOVE, 3), (UNIT, 4), (CLOSED, 5), (ABOVE, 11)] {
        let date = day(2023, month, 3);
        enter(&service, unit, Petition::on(date, false)).await;
        enter(
            &service,
            unit,
            Reception { reception_date: date, people_count: month.into(), ..Reception::sample() },
        )
        .await;
        enter(
            &service,
            unit,
            Inspection {
                start_date: date,
                conclusion_date: day(2023, 12, 1),
                executions: Vec::new(),
                ..Inspection::sample()
            },
        )
        .await;
        let matter = Matter {
            accepted_date: date,
            due_date: None,
            resolved_date: day(2023, 12, 1),
            executions: Vec::new(),
            ..Matter::sample()
        };
        enter(&service, unit, matter).await;
        enter(&service, unit, Matter::on(date, true)).await;
    }
    let request = proto::ComputeFiguresRequest { by_unit: true, ..year_2023() };
    let answer = compute(&service, request).await.unwrap();
    let count = answer.measures.len();
    assert_eq!(answer.figures.len(), count * 4);
    let codes: Vec<&str> = answer.measures.iter().map(|measure| measure.code.as_str()).collect();
    for (figures, unit) in answer.figures.chunks(count).zip(["", CLOSED, UNIT, ABOVE]) {
        assert!(figures.iter().all(|figure| figure.unit == unit));
        assert_eq!(figures.iter().map(|figure| figure.measure.as_str()).collect::<Vec<_>>(), codes);
    }
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for figure in &answer.figures[count..] {
        let sum = sums.entry(&figure.measure).or_default();
        *sum = (sum.0 + parts(figure).0, sum.1 + parts(figure).1);
    }
    for total in &answer.figures[..count] {
        assert_eq!(parts(total), sums[total.measure.as_str()], "{}", total.measure);
    }
    assert!(sums.values().filter(|sum| sum.0 > 0).count() > 30, "{sums:?}");
    assert_eq!(sums["matters.resolution_rate"], (5, 10));
    assert_eq!(sums["receptions.people"], (25, 0));
    assert_eq!(answer.revision, service.head().await);
}

fn parts(figure: &Figure) -> (i64, i64) {
    match figure.value.as_ref().unwrap() {
        Value::Amount(amount) => (*amount, 0),
        Value::Ratio(ratio) => (ratio.numerator, ratio.denominator),
    }
}

#[tokio::test]
async fn figures_come_in_the_order_asked_for() {
    let service = Service::start().await;
    let request = proto::ComputeFiguresRequest {
        units: [UNIT, CLOSED].map(str::to_owned).to_vec(),
        by_unit: true,
        ..of(&["receptions.visits", "petitions.received"], year_2023())
    };
    let answer = compute(&service, request).await.unwrap();
    let found: Vec<(&str, &str)> =
        answer.figures.iter().map(|figure| (figure.unit.as_str(), figure.measure.as_str())).collect();
    let pairs = ["", UNIT, CLOSED].map(|unit| [(unit, "receptions.visits"), (unit, "petitions.received")]);
    assert_eq!(found, pairs.concat());
    let measures: Vec<&str> = answer.measures.iter().map(|measure| measure.code.as_str()).collect();
    assert_eq!(measures, ["receptions.visits", "petitions.received"]);
}

#[tokio::test]
async fn what_was_acknowledged_is_counted_at_once() {
    let service = Service::start().await;
    let received = async |kind: &str| {
        service.amount(&format!("petitions.received.{kind}"), day(2023, 1, 1), day(2023, 12, 31)).await
    };
    for number in 1..=20 {
        let petition = enter(&service, UNIT, Petition::sample()).await;
        assert_eq!(received("complaint").await, 1, "{number}");
        let kind = PetitionKind::Proposal.into();
        let other = Petition { kind, ..petition.clone() };
        Petition::update(&service, Some(other), &["kind"], WriteOptions::default()).await.unwrap();
        assert_eq!((received("complaint").await, received("proposal").await), (0, 1), "{number}");
        Petition::delete(&service, &petition.name(), "", WriteOptions::default()).await.unwrap();
        assert_eq!(received("proposal").await, 0, "{number}");
    }
}

#[tokio::test]
async fn slips_are_told_with_their_paths() {
    type Slip<'f> = (proto::ComputeFiguresRequest, &'f [(&'f str, &'f str)]);
    let service = Service::start().await;
    let units = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let codes = units;
    let base = year_2023;
    let up_to = |cut_off_date| {
        let window = base().window.map(|window| proto::Window { cut_off_date, ..window });
        proto::ComputeFiguresRequest { window, ..base() }
    };
    let slips: [Slip; 13] = [
        (proto::ComputeFiguresRequest::default(), &[("window", "REQUIRED")]),
        (
            proto::ComputeFiguresRequest { window: Some(proto::Window::default()), ..Default::default() },
            &[("window", "REQUIRED")],
        ),
        (
            within(None, None),
            &[("window.days.first_date", "REQUIRED"), ("window.days.last_date", "REQUIRED")],
        ),
        (within(day(2023, 12, 31), day(2023, 1, 1)), &[("window.days.last_date", "BEFORE_OTHER_DATE")]),
        (
            within(day(2023, 2, 29), day(2023, 2, 30)),
            &[("window.days.first_date", "NO_SUCH_DAY"), ("window.days.last_date", "NO_SUCH_DAY")],
        ),
        (within(day(1900, 1, 1), day(2001, 1, 1)), &[("window.days.last_date", "OUT_OF_RANGE")]),
        (up_to(day(2024, 1, 1)), &[("window.cut_off_date", "MALFORMED")]),
        (up_to(day(2023, 11, 31)), &[("window.cut_off_date", "NO_SUCH_DAY")]),
        (
            proto::ComputeFiguresRequest { units: units(&[UNIT, ABOVE, UNIT]), ..base() },
            &[("units[2]", "REPEATED")],
        ),
        (
            proto::ComputeFiguresRequest { units: units(&["", "x"]), ..base() },
            &[("units[0]", "REQUIRED"), ("units[1]", "MALFORMED")],
        ),
        (
            proto::ComputeFiguresRequest { measures: codes(&["a", "", "a"]), ..base() },
            &[("measures[1]", "REQUIRED"), ("measures[2]", "REPEATED")],
        ),
        (
            proto::ComputeFiguresRequest {
                units: (0..1001).map(|n| format!("units/u{n}")).collect(),
                ..base()
            },
            &[("units", "TOO_MANY")],
        ),
        (
            proto::ComputeFiguresRequest { measures: vec!["x".repeat(10_000_000)], ..base() },
            &[("measures[0]", "TOO_LONG")],
        ),
    ];
    for (request, broken) in slips {
        assert_eq!(violated(compute(&service, request).await), faults(broken));
    }
}

#[tokio::test]
async fn unknown_units_and_measures_are_refused() {
    let service = Service::start().await;
    let request =
        proto::ComputeFiguresRequest { units: vec![UNIT.to_owned(), "units/none".to_owned()], ..year_2023() };
    let told = refused(compute(&service, request).await, ErrorReason::ResourceNotFound);
    assert_eq!(told, facts(&[("resource", "units/none")]));
    for (code, near) in [
        ("petitions.lost", "petitions.stored, petitions.urged, petitions.guided"),
        ("money", ""),
        ("petitions.recieved", "petitions.received, petitions.returned, petitions.processed"),
        ("Petitions.received", "petitions.received, petitions.received.proposal, petitions.processed"),
    ] {
        let found = compute(&service, of(&["petitions.received", code], year_2023())).await;
        assert_eq!(
            refused(found, ErrorReason::MeasureUnknown),
            facts(&[("measure", code), ("suggestions", near)])
        );
    }
}

#[tokio::test]
async fn measures_are_listed_by_code_with_their_definitions() {
    let service = Service::empty().await;
    let answer =
        service.figures().list_measures(proto::ListMeasuresRequest::default()).await.unwrap().into_inner();
    let codes: Vec<&str> = answer.measures.iter().map(|measure| measure.code.as_str()).collect();
    assert!(codes.is_sorted() && codes.len() > 400, "{codes:?}");
    assert!(answer.source_version.contains("TT 02/2021/TT-TTCP"));
    for measure in &answer.measures {
        for text in
            [&measure.display_name, &measure.display_name_en, &measure.unit_of_measure, &measure.definition]
        {
            assert!(!text.is_empty(), "{measure:?}");
        }
        let expected = match measure.code.split('.').nth(1).unwrap() {
            "carried_over"
            | "carried_over_petitions"
            | "open"
            | "pending"
            | "to_resolve"
            | "to_resolve_complaints_denunciations"
            | "decisions_to_execute" => MeasureKind::Stock,
            outstanding if outstanding.starts_with("outstanding_") => MeasureKind::Stock,
            "resolution_rate" => MeasureKind::Ratio,
            _ => MeasureKind::Flow,
        };
        assert_eq!(measure.kind(), expected, "{}", measure.code);
    }
    let computed = compute(&service, year_2023()).await.unwrap();
    assert_eq!(computed.measures, answer.measures);
}
