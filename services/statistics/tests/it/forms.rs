use std::collections::BTreeMap;

use thidua_proto::Date;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::{
    ErrorReason, FigureStatus, FindingSeverity, FormFill, Inspection, Matter, Petition, Reception,
};
use tonic::{Response, Status};

use super::harness::*;
use super::kind::{Kind, WriteOptions};

const DOCUMENT: &str = "TT 02/2021/TT-TTCP";

fn asked(code: &str, code_of_period: &str) -> proto::FillFormRequest {
    proto::FillFormRequest {
        issuing_document: DOCUMENT.to_owned(),
        form: code.to_owned(),
        window: period(code_of_period),
        ..Default::default()
    }
}

async fn fill(service: &Service, request: proto::FillFormRequest) -> Result<proto::FillFormResponse, Status> {
    service.figures().fill_form(request).await.map(Response::into_inner)
}

async fn enter<K: Kind>(service: &Service, unit: &str, record: K) {
    K::create(service, unit, "", Some(record), WriteOptions::default()).await.unwrap();
}

/// The columns that are not 0, as a form prints them.
fn printed(fill: &FormFill) -> Vec<(&str, &str)> {
    let values = fill.values.iter().filter(|value| value.value != Some(0));
    values.map(|value| (value.column.as_str(), value.text.as_str())).collect()
}

#[tokio::test]
async fn a_form_is_filled_from_the_records_of_the_period() {
    let service = Service::start().await;
    enter(&service, UNIT, Reception::sample()).await;
    enter(&service, UNIT, Reception { people_count: 1234, ..Reception::on(day(2023, 12, 14), false) }).await;
    // On the eve of the period, and on the day after.
    enter(&service, UNIT, Reception::on(day(2022, 12, 14), true)).await;
    enter(&service, UNIT, Reception::on(day(2023, 12, 15), true)).await;
    let answer = fill(&service, asked("01/TCD", "2023-Y")).await.unwrap();
    assert_eq!((answer.first_date, answer.last_date), (day(2022, 12, 15), day(2023, 12, 14)));
    assert_eq!(answer.window_text, "số liệu tính từ ngày 15/12/2022 đến ngày 14/12/2023");
    assert_eq!(answer.revision, service.head().await);
    assert!(answer.source_version.contains("TCD 2021.2") && answer.source_version.contains("measures"));
    let form = answer.form.unwrap();
    assert_eq!(
        (form.columns.len(), form.official, form.certainty()),
        (29, true, proto::Certainty::SecondHand)
    );
    assert_eq!((form.valid_from, form.validity_certainty()), (day(2021, 5, 10), proto::Certainty::Memory));
    let [total] = answer.fills.as_slice() else { panic!("{:?}", answer.fills) };
    let expected = [
        ("1", "2"),
        ("2", "1.240"),
        ("3", "6"),
        ("4", "1"),
        ("5", "1.234"),
        ("6", "2"),
        ("7", "1"),
        ("8", "1"),
        ("9", "1.234"),
        ("10", "2"),
        ("11", "1"),
        ("12", "1"),
        ("13", "1"),
        ("14", "6"),
        ("15", "2"),
        ("16", "1"),
        ("17", "1"),
        ("18", "6"),
        ("19", "2"),
        ("20", "1"),
    ];
    assert_eq!(printed(total), expected);
    assert_eq!((total.unit.as_str(), total.values.len()), ("", 29));
    // From a visit of six people in the year before: worth a look.
    let found: Vec<_> = total.findings.iter().map(|found| (found.rule.as_str(), found.severity())).collect();
    assert_eq!(found, [("2 (cùng kỳ năm trước)", FindingSeverity::Warning)]);
    assert!(total.values.iter().all(|value| value.status() == FigureStatus::Final));
}

#[tokio::test]
async fn money_is_kept_in_dong_and_printed_in_millions() {
    let service = Service::start().await;
    enter(&service, UNIT, Inspection::sample()).await;
    let answer = fill(&service, asked("01/TTr", "2023-Q2")).await.unwrap();
    let column = |code: &str| {
        let at = answer.form.as_ref().unwrap().columns.iter().position(|column| column.code == code).unwrap();
        let (column, value) = (&answer.form.as_ref().unwrap().columns[at], &answer.fills[0].values[at]);
        (value.value, value.text.as_str(), column.unit_of_measure.as_str(), column.decimal_digits)
    };
    assert_eq!(column("8"), (Some(43_591_274_000), "43.591,274", "triệu đồng", 6));
    assert_eq!(column("11"), (Some(1200), "1.200", "m²", 0));
    // Begun in the first quarter: carried over into the second, and concluded in it.
    assert_eq!(
        (column("1").0, column("2").0, column("3").0, column("6").0),
        (Some(1), Some(1), Some(0), Some(1))
    );
}

#[tokio::test]
async fn totals_are_the_sums_of_the_units_and_shares_follow_from_them() {
    let service = Service::start().await;
    for (unit, resolved) in [(UNIT, true), (UNIT, false), (ABOVE, true), (ABOVE, true), (CLOSED, false)] {
        let matter = if resolved { Matter::sample() } else { Matter::on(day(2023, 2, 1), false) };
        enter(&service, unit, matter).await;
        enter(&service, unit, Petition::sample()).await;
    }
    let request = proto::FillFormRequest { by_unit: true, ..asked("02/XLD", "2023-6M") };
    let answer = fill(&service, request).await.unwrap();
    let units: Vec<&str> = answer.fills.iter().map(|fill| fill.unit.as_str()).collect();
    assert_eq!(units, ["", CLOSED, UNIT, ABOVE]);
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for value in answer.fills[1..].iter().flat_map(|fill| &fill.values) {
        *sums.entry(&value.column).or_default() += value.value.unwrap();
    }
    let totals: BTreeMap<&str, i64> =
        answer.fills[0].values.iter().map(|value| (value.column.as_str(), value.value.unwrap())).collect();
    assert_eq!(totals, sums);
    assert_eq!((totals["1"], totals["4"], totals["25"], totals["30"]), (5, 5, 0, 5));

    let headline = proto::FillFormRequest {
        issuing_document: "thidua".to_owned(),
        units: vec![ABOVE.to_owned(), UNIT.to_owned()],
        by_unit: true,
        ..asked("HEADLINE", "2023-Y")
    };
    let answer = fill(&service, headline).await.unwrap();
    let shares: Vec<(&str, &str)> =
        answer.fills.iter().map(|fill| (fill.unit.as_str(), fill.values[7].text.as_str())).collect();
    assert_eq!(shares, [("", "75,0"), (ABOVE, "100,0"), (UNIT, "50,0")]);
    // Entered by hand, so there is nothing to tell.
    let days = &answer.fills[0].values[8];
    assert_eq!((days.value, days.status(), days.text.as_str()), (None, FigureStatus::NotApplicable, ""));
}

#[tokio::test]
async fn what_does_not_hold_is_told_with_its_columns() {
    let service = Service::start().await;
    // Without a due date a matter was resolved neither in time nor late.
    enter(&service, UNIT, Matter { due_date: None, ..Matter::sample() }).await;
    let answer = fill(&service, asked("01/KQGQ", "2023-Y")).await.unwrap();
    let [finding] = answer.fills[0].findings.as_slice() else { panic!("{:?}", answer.fills[0].findings) };
    assert_eq!((finding.rule.as_str(), finding.severity()), ("25 + 26 = 5 + 6", FindingSeverity::Warning));
    assert_eq!((finding.issuing_document.as_str(), finding.form.as_str()), (DOCUMENT, "01/KQGQ"));
    let columns: Vec<(&str, i64)> =
        finding.columns.iter().map(|column| (column.column.as_str(), column.value)).collect();
    assert_eq!(columns, [("25", 0), ("26", 0), ("5", 1), ("6", 0)]);
    assert_eq!(finding.difference, -1);
    assert_eq!(finding.text, "Tổng các cột 25 + 26 (0) khác tổng các cột 5 + 6 (1), chênh 1");
    assert!(finding.text_en.starts_with("The sum of columns") && !finding.meaning.is_empty());
}

#[tokio::test]
async fn much_more_than_the_year_before_is_worth_a_look() {
    let service = Service::start().await;
    for people_count in [20, 61] {
        let date = if people_count == 20 { day(2022, 6, 1) } else { day(2023, 6, 1) };
        enter(&service, UNIT, Reception { people_count, ..Reception::on(date, false) }).await;
    }
    let findings = async |request| {
        let answer = fill(&service, request).await.unwrap();
        let found = answer.fills[0].findings.iter();
        found.map(|finding| (finding.form.clone(), finding.rule.clone())).collect::<Vec<_>>()
    };
    let expected =
        ["2", "5", "9"].map(|column| ("01/TCD".to_owned(), format!("{column} (cùng kỳ năm trước)")));
    assert_eq!(findings(asked("01/TCD", "2023-Y")).await, expected);
    assert_eq!(findings(asked("01/TCD", "2023-Q4")).await, []);
    let by_days = proto::FillFormRequest {
        window: window(day(2022, 12, 15), day(2023, 12, 14)),
        ..asked("01/TCD", "")
    };
    assert_eq!(findings(by_days).await, []);
}

#[tokio::test]
async fn a_conference_cuts_the_year_off_and_makes_it_provisional() {
    let service = Service::start().await;
    for date in [day(2023, 11, 21), day(2023, 11, 22)] {
        enter(&service, UNIT, Petition::on(date, false)).await;
    }
    let mut request = asked("01/XLD", "2023-Y");
    request.window.as_mut().unwrap().cut_off_date = day(2023, 11, 21);
    let answer = fill(&service, request).await.unwrap();
    assert_eq!(answer.window_text, "số liệu tính từ ngày 15/12/2022 đến ngày 21/11/2023");
    let first = &answer.fills[0].values[0];
    assert_eq!((first.value, first.status()), (Some(1), FigureStatus::Provisional));
}

#[tokio::test]
async fn figures_take_a_period_in_place_of_days() {
    let service = Service::start().await;
    enter(&service, UNIT, Petition::on(day(2023, 11, 21), false)).await;
    let figures = async |request: proto::ComputeFiguresRequest| {
        let request =
            proto::ComputeFiguresRequest { measures: vec!["petitions.received".to_owned()], ..request };
        service.figures().compute_figures(request).await.unwrap().into_inner().figures
    };
    let up_to_conference = |window: Option<proto::Window>| {
        let window = window.map(|window| proto::Window { cut_off_date: day(2023, 11, 21), ..window });
        proto::ComputeFiguresRequest { window, ..Default::default() }
    };
    let period = up_to_conference(period("2023-Y"));
    let days = up_to_conference(window(day(2022, 12, 15), day(2023, 12, 14)));
    let found = figures(period).await;
    assert_eq!(found[0].value, Some(proto::figure::Value::Amount(1)));
    assert_eq!(found[0].status(), FigureStatus::Provisional);
    assert_eq!(found, figures(days).await);
}

#[tokio::test]
async fn slips_are_told_with_their_paths() {
    let service = Service::start().await;
    let base = || asked("01/TCD", "2023-Y");
    let over = |window: Option<proto::Window>| proto::FillFormRequest { window, ..base() };
    let up_to = |cut_off_date| over(period("2023-Y").map(|window| proto::Window { cut_off_date, ..window }));
    let date = |year| day(year, 6, 1);
    for (request, broken) in [
        (
            proto::FillFormRequest::default(),
            &[("issuing_document", "REQUIRED"), ("form", "REQUIRED"), ("window", "REQUIRED")][..],
        ),
        (over(period("")), &[("window.calendar_period.period", "REQUIRED")]),
        (
            over(Some(proto::Window::of_period("", "2023-Y"))),
            &[("window.calendar_period.calendar", "REQUIRED")],
        ),
        (over(window(date(2023), date(2022))), &[("window.days.last_date", "BEFORE_OTHER_DATE")]),
        (up_to(day(2023, 12, 15)), &[("window.cut_off_date", "MALFORMED")]),
        (up_to(day(2023, 2, 30)), &[("window.cut_off_date", "NO_SUCH_DAY")]),
        (
            proto::FillFormRequest { units: vec![UNIT.to_owned(), UNIT.to_owned()], ..base() },
            &[("units[1]", "REPEATED")],
        ),
        (proto::FillFormRequest { form: "x".repeat(101), ..base() }, &[("form", "TOO_LONG")]),
    ] {
        assert_eq!(violated(fill(&service, request).await), faults(broken));
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_in_force_is_refused() {
    let service = Service::start().await;
    let told = refused(fill(&service, asked("99/TCD", "2023-Y")).await, ErrorReason::FormUnknown);
    assert_eq!((told["issuing_document"].as_str(), told["form"].as_str()), (DOCUMENT, "99/TCD"));
    let near = "TT 02/2021/TT-TTCP 01/TCD, TT 02/2021/TT-TTCP 02/TCD, ";
    assert!(told["suggestions"].starts_with(near), "{told:?}");
    // Another document's form of the same code is another form.
    let request = proto::FillFormRequest {
        issuing_document: "NĐ 154/2026/NĐ-CP".to_owned(),
        ..asked("01/TCD", "2023-Y")
    };
    let told = refused(fill(&service, request).await, ErrorReason::FormUnknown);
    assert_eq!((told["issuing_document"].as_str(), told["form"].as_str()), ("NĐ 154/2026/NĐ-CP", "01/TCD"));
    assert!(told["suggestions"].contains("TT 02/2021/TT-TTCP 01/TCD"), "{told:?}");

    let request = proto::FillFormRequest {
        window: Some(proto::Window::of_period("tt-03-2013", "2013-Y")),
        ..asked("01/TCD", "2013-Y")
    };
    let told = refused(fill(&service, request).await, ErrorReason::CalendarUnknown);
    assert_eq!(told, facts(&[("calendar", "tt-03-2013"), ("suggestions", "tt-02-2021")]));
    let quarters = "2023-Q1, 2023-Q2, 2023-Q3";
    for (period, near) in [("2023-Q5", quarters), ("2023-M03", "2023-Q3, 2023-Y, 2023-Q1"), ("2020-Y", "")] {
        let told = refused(fill(&service, asked("01/TCD", period)).await, ErrorReason::PeriodUnknown);
        assert_eq!(told, facts(&[("calendar", "tt-02-2021"), ("period", period), ("suggestions", near)]));
    }
    let figures = proto::ComputeFiguresRequest { window: period("2023-Q5"), ..Default::default() };
    let found = service.figures().compute_figures(figures).await;
    assert_eq!(refused(found, ErrorReason::PeriodUnknown).len(), 3);

    let told = refused(fill(&service, asked("01/XLD", "2024-Y")).await, ErrorReason::FormNotInForce);
    let expected = [
        ("issuing_document", DOCUMENT),
        ("form", "01/XLD"),
        ("last_date", "2024-12-14"),
        ("valid_from", "2021-05-10"),
        ("valid_to", "2024-02-29"),
    ];
    assert_eq!(told, facts(&expected));
    let later = proto::FillFormRequest {
        issuing_document: "TT 01/2024/TT-TTCP".to_owned(),
        ..asked("01/XLD", "2024-Y")
    };
    assert_eq!(fill(&service, later).await.unwrap().form.unwrap().columns.len(), 22);

    let request =
        proto::FillFormRequest { units: vec!["units/none".to_owned()], ..asked("01/TCD", "2023-Y") };
    let told = refused(fill(&service, request).await, ErrorReason::ResourceNotFound);
    assert_eq!(told, facts(&[("resource", "units/none")]));
}

async fn forms(service: &Service, valid_on: Option<Date>) -> Vec<proto::Form> {
    let request = proto::ListFormsRequest { valid_on, ..Default::default() };
    service.figures().list_forms(request).await.unwrap().into_inner().forms
}

#[tokio::test]
async fn forms_are_listed_for_a_day() {
    let service = Service::empty().await;
    let codes = async |valid_on| -> Vec<String> {
        let forms = forms(&service, valid_on).await;
        forms.into_iter().map(|form| format!("{} {}", form.issuing_document, form.code)).collect()
    };
    let all = codes(None).await;
    assert!(all.is_sorted() && all.len() == 34, "{all:?}");
    assert_eq!(codes(day(2021, 5, 9)).await, ["thidua HEADLINE"]);
    assert_eq!(codes(day(2023, 12, 14)).await.len(), 18);
    let of_2024 = ["01/KQGQ", "01/TCD", "01/XLD", "02/KQGQ", "02/XLD", "03/XLD", "04/XLD"];
    let of_2024: Vec<String> = of_2024.map(|form| format!("TT 01/2024/TT-TTCP {form}")).to_vec();
    assert_eq!(codes(day(2024, 12, 14)).await, [of_2024, vec!["thidua HEADLINE".to_owned()]].concat());
    assert_eq!(codes(day(2026, 12, 14)).await.len(), 10);
    for form in forms(&service, None).await {
        assert!(!form.display_name.is_empty() && !form.source.is_empty(), "{}", form.code);
        assert_eq!(form.rules.is_empty(), form.columns.is_empty(), "{}", form.code);
        assert!(
            form.columns.iter().all(|column| !column.label.is_empty() && !column.unit_of_measure.is_empty())
        );
    }
    let broken = service
        .figures()
        .list_forms(proto::ListFormsRequest { valid_on: day(2023, 2, 29), ..Default::default() })
        .await;
    assert_eq!(violated(broken), faults(&[("valid_on", "NO_SUCH_DAY")]));
}

#[tokio::test]
async fn calendars_are_listed_with_the_periods_of_a_year() {
    let service = Service::empty().await;
    let calendars = async |year| {
        let request = proto::ListCalendarsRequest { year, ..Default::default() };
        service.figures().list_calendars(request).await.map(Response::into_inner)
    };
    let answer = calendars(Some(2023)).await.unwrap();
    assert!(answer.source_version.starts_with("calendars"));
    let found: Vec<(&str, usize)> =
        answer.calendars.iter().map(|calendar| (calendar.code.as_str(), calendar.periods.len())).collect();
    assert_eq!(found, [("calendar-year", 20), ("tt-02-2021", 7)]);
    let months = answer.calendars[1].periods.iter().find(|period| period.code == "2023-9M").unwrap();
    assert_eq!((months.first_date, months.last_date), (day(2022, 12, 15), day(2023, 9, 14)));
    assert_eq!((months.year_last_date, months.cumulative), (day(2023, 12, 14), true));
    assert_eq!(months.display_name, "9 tháng đầu năm 2023");
    let year = calendars(Some(2026)).await.unwrap().calendars.remove(1);
    let year = year.periods.into_iter().find(|period| period.code == "2026-Y").unwrap();
    let dues: Vec<_> = year.dues.iter().map(|due| (due.receiver(), due.due_date, due.certainty())).collect();
    assert_eq!(
        dues,
        [
            (proto::ReportReceiver::Superior, day(2026, 12, 17), proto::Certainty::Found),
            (proto::ReportReceiver::GovernmentInspectorate, day(2026, 12, 20), proto::Certainty::Found)
        ]
    );
    let none = calendars(None).await.unwrap();
    assert!(none.calendars.iter().all(|calendar| calendar.periods.is_empty()));
    // The circular was not in force.
    assert_eq!(calendars(Some(2020)).await.unwrap().calendars[1].periods, []);
    assert_eq!(violated(calendars(Some(1900)).await), faults(&[("year", "OUT_OF_RANGE")]));
}
