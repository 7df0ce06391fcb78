//! What returns published stands beside what the records give now, and returns of one period beside each other.

use thidua_proto::statistics::FigureStatus;

use super::*;

/// The people received in the first quarter, as form and as figure: value, status, published; of all and of each unit.
async fn people(service: &Service, units: &[&str]) -> Vec<(i64, FigureStatus, Option<i64>)> {
    let units: Vec<String> = units.iter().map(|unit| (*unit).to_owned()).collect();
    let (calendar, period) = ("tt-02-2021".to_owned(), "2023-Q1".to_owned());
    let request = proto::FillFormRequest {
        issuing_document: DOCUMENT.to_owned(),
        form: "01/TCD".to_owned(),
        units: units.clone(),
        window: Some(proto::Window::of_period(&calendar, &period)),
        by_unit: true,
        ..Default::default()
    };
    let form = service.figures().fill_form(request).await.unwrap().into_inner();
    let of_form = |fill: &proto::FormFill| {
        let value = fill.values.iter().find(|value| value.column == "2").unwrap();
        assert_eq!(
            value.published_text,
            value.published_value.map_or(String::new(), |value| value.to_string())
        );
        (value.value.unwrap(), value.status(), value.published_value)
    };
    let request = proto::ComputeFiguresRequest {
        units,
        measures: vec!["receptions.people".to_owned()],
        window: Some(proto::Window::of_period(&calendar, &period)),
        by_unit: true,
        ..Default::default()
    };
    let figures = service.figures().compute_figures(request).await.unwrap().into_inner().figures;
    let of_figure = |figure: &proto::Figure| {
        let Some(proto::figure::Value::Amount(amount)) = figure.value else { panic!("{figure:?}") };
        (amount, figure.status(), figure.published_value)
    };
    let told: Vec<_> = form.fills.iter().map(of_form).collect();
    assert_eq!(told, figures.iter().map(of_figure).collect::<Vec<_>>());
    told
}

#[tokio::test]
async fn what_was_published_otherwise_is_restated_with_both_values() {
    let service = Service::start().await;
    service.receive("v1", 3).await.unwrap();
    service.receive("v2", 7).await.unwrap();
    assert_eq!(people(&service, &[UNIT]).await, [(10, FigureStatus::Final, None); 2]);
    service.prepare("01/TCD", "2023-Q1", &[]).await.unwrap();
    let digest = service.submit(Q1).await.unwrap().digest;
    service.approve(Q1, &digest).await.unwrap();
    assert_eq!(people(&service, &[UNIT]).await, [(10, FigureStatus::Final, None); 2]);

    let restated = (11, FigureStatus::Restated, Some(10));
    service.reopen(Q1, "sót một lượt tiếp").await.unwrap();
    service.receive("v3", 1).await.unwrap();
    assert_eq!(people(&service, &[UNIT]).await, [restated; 2]);
    // A unit beside it has published nothing, so that both together have not.
    let both = people(&service, &[UNIT, ABOVE]).await;
    assert_eq!(both, [(11, FigureStatus::Final, None), restated, (0, FigureStatus::Final, None)]);
    // One that did not exist yet is not waited for.
    let later = create_unit("units/moi", ABOVE);
    let unit = later.unit.clone().map(|unit| proto::Unit { open_date: day(2023, 7, 1), ..unit });
    let later = proto::CreateUnitRequest { unit, ..later };
    service.directory().create_unit(later).await.unwrap();
    let both = people(&service, &[UNIT, "units/moi"]).await;
    assert_eq!(both, [restated, restated, (0, FigureStatus::Final, None)]);

    // The correction is approved: the first value stays beside it.
    service.prepare("01/TCD", "2023-Q1", &[]).await.unwrap();
    let digest = service.submit(Q1).await.unwrap().digest;
    service.approve(Q1, &digest).await.unwrap();
    assert_eq!(people(&service, &[UNIT]).await, [restated; 2]);
    let service = service.restart().await;
    assert_eq!(people(&service, &[UNIT]).await, [restated; 2]);
}

#[tokio::test]
async fn returns_of_one_period_agree_with_each_other() {
    let service = Service::start().await;
    Petition::create(&service, UNIT, "p", Some(Petition::sample()), WriteOptions::default()).await.unwrap();
    // More letters came with visits than came at all.
    let by_hand = [("3", 5, "sổ giấy"), ("9", 5, "sổ giấy")];
    let name = service.prepare("02/TCD", "2023-Q1", &by_hand).await.unwrap().name;
    let told = refused(service.submit(&name).await, ErrorReason::ReturnChecksFailed);
    assert!(told["rules"].contains("02/TCD:1 <= 01/XLD:1"), "{told:?}");
    let finding = service.read(&name).await.findings;
    let finding = finding.iter().find(|finding| finding.rule == "02/TCD:1 <= 01/XLD:1").unwrap();
    let cited: Vec<_> = finding.columns.iter().map(|one| (&*one.form, &*one.column, one.value)).collect();
    assert_eq!(cited, [("02/TCD", "1", 5), ("01/XLD", "1", 1)]);
    // What the other return of the period says counts, not only the records.
    service.prepare("01/XLD", "2023-Q1", &[("1", 5, "sổ giấy")]).await.unwrap();
    assert!(!service.read(&name).await.findings.iter().any(|one| one.rule == "02/TCD:1 <= 01/XLD:1"));
}
