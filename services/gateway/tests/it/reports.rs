use thidua_proto::FieldMask;
use thidua_proto::reports as proto;
use thidua_proto::reports::report_figure::Value;
use thidua_proto::reports::{BlocReport, DocumentFormat, ReportFigure, ReportFigureStatus};
use thidua_proto::statistics::inspection_service_client::InspectionServiceClient;
use thidua_proto::statistics::{GetInspectionRequest, Inspection, InspectionBasis, UpdateInspectionRequest};

use super::harness::*;

const REPORTS: &str = "thidua.reports.v1";

fn figure<'r>(figures: &'r [ReportFigure], measure: &str) -> &'r ReportFigure {
    figures.iter().find(|figure| figure.measure == measure).unwrap_or_else(|| panic!("{measure}"))
}

fn amount(figures: &[ReportFigure], measure: &str) -> i64 {
    match figure(figures, measure).value {
        Some(Value::Amount(amount)) => amount,
        ref other => panic!("{measure}: {other:?}"),
    }
}

#[tokio::test]
async fn a_report_joins_what_both_services_know() {
    let system = System::start().await;
    let report = system.generate(report()).await.unwrap();
    assert_eq!((report.bloc.as_str(), report.year), (BLOC, 2023));
    assert_eq!((report.first_date, report.last_date), (day(2022, 12, 15), day(2023, 11, 21)));
    assert_eq!(
        report.members.iter().map(|member| member.unit.as_str()).collect::<Vec<_>>(),
        UNITS.map(|unit| unit.0)
    );
    assert_eq!(report.nominations[0].title, FLAG);
    assert_eq!(
        report.members_without_nomination.iter().map(|one| one.unit.as_str()).collect::<Vec<_>>(),
        [UNITS[1].0]
    );
    assert_eq!(report.notable_inspections.len(), 2);
    let sources: Vec<(&str, i64)> =
        report.sources.iter().map(|source| (source.service.as_str(), source.revision)).collect();
    assert_eq!(sources, [("awards", 3), ("statistics", 10)]);
    assert_eq!(report.missing_parts, []);

    assert_eq!(amount(&report.figures, "inspections.inspected_units"), 1234);
    assert_eq!(amount(&report.figures, "receptions.people"), 3704);
    let money = figure(&report.figures, "inspections.recovery_amount").phrase.clone().unwrap();
    assert_eq!((money.vi.as_str(), money.en.as_str()), ("gần 43,6 tỷ đồng", "nearly 43.6 billion đồng"));
    let share = figure(&report.figures, "matters.resolution_rate").value.clone();
    let expected = proto::Share { numerator: 2, denominator: 4, percent: "50.0".to_owned() };
    assert_eq!(share, Some(Value::Share(expected)));
}

#[tokio::test]
async fn the_figures_of_the_members_add_to_those_of_the_bloc() {
    let system = System::start().await;
    let report = system.generate(report()).await.unwrap();
    assert_eq!(report.figures.len(), 18);
    for total in &report.figures {
        let own = report.member_figures.iter().map(|member| figure(&member.figures, &total.measure));
        if let Some(Value::Amount(amount)) = total.value {
            let sum: i64 = own
                .map(|figure| match figure.value {
                    Some(Value::Amount(amount)) => amount,
                    ref other => panic!("{other:?}"),
                })
                .sum();
            assert_eq!(sum, amount, "{}", total.measure);
        } else {
            assert_eq!(total.measure, "matters.resolution_rate");
        }
    }
}

#[tokio::test]
async fn the_cut_off_is_the_conference_the_day_asked_for_or_the_end() {
    let system = System::start().await;
    let at = |cut_off_date| system.generate(proto::GenerateBlocReportRequest { cut_off_date, ..report() });
    let status = |report: &BlocReport| report.figures[0].status();
    let conference = at(None).await.unwrap();
    assert_eq!(status(&conference), ReportFigureStatus::Provisional);
    let end = at(day(2023, 12, 14)).await.unwrap();
    assert_eq!((status(&end), end.last_date), (ReportFigureStatus::Final, day(2023, 12, 14)));
    let first = at(day(2022, 12, 15)).await.unwrap();
    assert_eq!(amount(&first.figures, "receptions.people"), 0);
    for (outside, date) in [(day(2022, 12, 14), "2022-12-14"), (day(2023, 12, 15), "2023-12-15")] {
        let span = [("cut_off_date", date), ("first_date", "2022-12-15"), ("last_date", "2023-12-14")];
        assert_eq!(refused(at(outside).await, REPORTS), told("CUT_OFF_OUTSIDE_YEAR", &span));
    }
}

#[tokio::test]
async fn a_report_that_is_not_there_is_told() {
    let system = System::start().await;
    for (bloc, year, name) in
        [(BLOC, 2024, "blocs/noi-chinh/years/2024"), ("blocs/none", 2023, "blocs/none/years/2023")]
    {
        let request = proto::GenerateBlocReportRequest { bloc: bloc.to_owned(), year, ..Default::default() };
        let expected = told("RESOURCE_NOT_FOUND", &[("resource", name)]);
        assert_eq!(refused(system.generate(request).await, "thidua.awards.v1"), expected);
        let request = proto::RenderBlocReportRequest { bloc: bloc.to_owned(), year, ..Default::default() };
        assert_eq!(refused(system.render(request).await, "thidua.awards.v1"), expected);
    }
}

#[tokio::test]
async fn slips_are_told_with_their_paths() {
    let system = System::empty().await;
    let bad = proto::GenerateBlocReportRequest {
        bloc: "noi-chinh".to_owned(),
        year: 23,
        cut_off_date: day(2023, 2, 29),
        min_statistics_revision: -1,
        min_awards_revision: i64::MIN,
        allow_partial: true,
    };
    let fields = "bloc,year,cut_off_date,min_statistics_revision,min_awards_revision";
    let expected = told("FIELD_INVALID", &[("fields", fields)]);
    assert_eq!(refused(system.generate(bad.clone()).await, REPORTS), expected);
    let bad = proto::RenderBlocReportRequest {
        year: 10_000,
        format: Some(4),
        ..document(DocumentFormat::Text, "fr")
    };
    let expected = told("FIELD_INVALID", &[("fields", "year,format,language_code")]);
    assert_eq!(refused(system.render(bad).await, REPORTS), expected);
    let none = refused(system.generate(proto::GenerateBlocReportRequest::default()).await, REPORTS);
    assert_eq!(none, told("FIELD_INVALID", &[("fields", "bloc,year")]));
}

#[tokio::test]
async fn a_report_includes_the_revisions_asked_for() {
    let system = System::start().await;
    let with = |min_statistics_revision, min_awards_revision| {
        system.generate(proto::GenerateBlocReportRequest {
            min_statistics_revision,
            min_awards_revision,
            ..report()
        })
    };
    with(10, 3).await.unwrap();
    let later = told("REVISION_NOT_REACHED", &[("revision", "3"), ("min_revision", "4")]);
    assert_eq!(refused(with(10, 4).await, "thidua.awards.v1"), later);
    let later = told("REVISION_NOT_REACHED", &[("revision", "10"), ("min_revision", "11")]);
    assert_eq!(refused(with(11, 3).await, "thidua.statistics.v1"), later);
}

#[tokio::test]
async fn every_document_tells_the_same_figures() {
    let system = System::start().await;
    for format in [DocumentFormat::Text, DocumentFormat::Markdown, DocumentFormat::Html] {
        for (language, phrases) in [
            (
                "vi",
                [
                    "1.234 đơn vị",
                    "3.704 người",
                    "gần 43,6 tỷ đồng",
                    "50,0% (2/4)",
                    "Khối Nội chính",
                    "01/02/2023",
                ],
            ),
            (
                "en",
                [
                    "1,234 units",
                    "3,704 people",
                    "nearly 43.6 billion đồng",
                    "50.0% (2/4)",
                    "Internal Affairs Bloc",
                    "1 February 2023",
                ],
            ),
        ] {
            let answer = system.render(document(format, language)).await.unwrap();
            let words = answer.content.split_whitespace().collect::<Vec<_>>().join(" ");
            for phrase in phrases {
                assert!(words.contains(phrase), "`{phrase}` in {format:?} {language}: {}", answer.content);
            }
        }
    }
}

#[tokio::test]
async fn documents_are_of_their_format() {
    let system = System::start().await;
    let by_default = proto::RenderBlocReportRequest { format: None, ..document(DocumentFormat::Text, "") };
    let text = system.render(by_default).await.unwrap();
    assert_eq!(text, system.render(document(DocumentFormat::Text, "vi")).await.unwrap());
    assert_eq!(text.content_type, "text/plain; charset=utf-8");
    assert!(text.content.lines().all(|line| line.chars().count() <= 100));
    assert!(text.content.contains("Quản lý đất đai | <Gia Bình>"));
    let markdown = system.render(document(DocumentFormat::Markdown, "en")).await.unwrap();
    assert_eq!(markdown.content_type, "text/markdown; charset=utf-8");
    assert!(markdown.content.starts_with("# REPORT\n") && markdown.content.contains("\\| \\<Gia Bình\\>"));
    let html = system.render(document(DocumentFormat::Html, "vi")).await.unwrap();
    assert_eq!(html.content_type, "text/html; charset=utf-8");
    assert!(html.content.starts_with("<!DOCTYPE html>") && html.content.contains("<html lang=\"vi\">"));
    assert!(!html.content.contains("<Gia"), "{}", html.content);
}

/// Turns an inspection into a planned one and back, as often as it can, until it is told to stop.
async fn change_without_pause(
    system: &System,
    name: &str,
    stop: tokio::sync::oneshot::Receiver<()>,
) -> tokio::task::JoinHandle<()> {
    let mut inspections = InspectionServiceClient::new(system.channel.clone());
    let found = inspections.get_inspection(GetInspectionRequest { name: name.to_owned() }).await.unwrap();
    let found = found.into_inner();
    tokio::spawn(async move {
        let changes = async {
            for basis in [InspectionBasis::Planned, InspectionBasis::Unplanned].into_iter().cycle() {
                let changed =
                    Inspection { name: found.name.clone(), basis: basis.into(), ..Default::default() };
                let request = UpdateInspectionRequest {
                    inspection: Some(changed),
                    update_mask: Some(FieldMask { paths: vec!["basis".to_owned()] }),
                    ..Default::default()
                };
                inspections.update_inspection(request).await.unwrap();
            }
        };
        tokio::select! {
            () = changes => {}
            _ = stop => {}
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_never_mixes_two_revisions_while_a_record_changes() {
    let system = System::start().await;
    let first = system.generate(report()).await.unwrap();
    let name = first.notable_inspections[0].inspection.clone();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let writer = change_without_pause(&system, &name, stopped).await;
    let mut whole = 0;
    for _ in 0..60 {
        match system.generate(report()).await {
            Ok(report) => {
                let listed = report.notable_inspections.iter().filter(|one| one.unplanned).count();
                let counted = amount(&report.figures, "inspections.unplanned");
                assert_eq!(i64::try_from(listed), Ok(counted), "{:?}", report.sources);
                whole += 1;
            }
            Err(status) => {
                assert_eq!(status.code(), tonic::Code::Unavailable);
                let (reason, facts) = refused(Err::<(), _>(status), REPORTS);
                assert_eq!(
                    (reason.as_str(), facts["upstream"].as_str()),
                    ("UPSTREAM_UNSETTLED", "statistics")
                );
            }
        }
        let request = proto::GenerateBlocReportRequest { allow_partial: true, ..report() };
        let partial = system.generate(request).await.unwrap();
        let missing: Vec<_> = partial.missing_parts.iter().map(|part| part.service.as_str()).collect();
        if missing.is_empty() {
            let listed = partial.notable_inspections.iter().filter(|one| one.unplanned).count();
            assert_eq!(i64::try_from(listed), Ok(amount(&partial.figures, "inspections.unplanned")));
        } else {
            assert_eq!((missing.as_slice(), partial.notable_inspections.len()), (&["statistics"][..], 0));
        }
        assert_eq!(partial.figures.len(), 18);
    }
    stop.send(()).unwrap();
    writer.await.unwrap();
    assert!(whole > 0, "no report was made while the record changed");
    system.generate(report()).await.unwrap();
}
