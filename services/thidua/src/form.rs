//! `thidua form`: official forms, filled from the records and printed.

use std::collections::BTreeMap;

use clap::Args;
use thidua_chassis::output::{CommandError, print_line};
use thidua_proto::date;
use thidua_proto::names::UnitName;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::{FigureStatus, FindingSeverity};

use crate::arguments::unit;
use crate::catalogue;
use crate::directory::{self, describe_with_units};
use crate::system::{Connection, SystemArguments};
use crate::text::Alignment::{Left, Right};
use crate::text::{paragraph, table, terminal_width};
use crate::view::View;

/// Which forms, of whom, over which period.
#[derive(Debug, Args)]
pub(crate) struct FormArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// The issuing document
    #[arg(long, default_value = "TT 02/2021/TT-TTCP")]
    document: String,
    /// The form's code, such as 01/TCD
    #[arg(long, required_unless_present = "all", conflicts_with = "all")]
    code: Option<String>,
    /// Every form in force at the end of the period, for all units together and for each
    #[arg(long)]
    all: bool,
    /// A unit, such as units/thanh-tra-tinh; give it again for more. All if left out
    #[arg(long = "unit", value_parser = unit)]
    units: Vec<UnitName>,
    /// Also the form of each unit
    #[arg(long)]
    by_unit: bool,
    /// The reporting calendar
    #[arg(long, default_value = "tt-02-2021")]
    calendar: String,
    /// The period, such as 2023-Q1, 2023-9M or 2023-Y
    #[arg(long)]
    period: String,
    /// The last day of the data, as yyyy-mm-dd, where it is earlier than the period's
    #[arg(long)]
    cut_off: Option<jiff::civil::Date>,
    #[command(flatten)]
    view: View,
}

pub(crate) async fn print(arguments: &FormArguments) -> Result<(), CommandError> {
    let system = arguments.system.connect()?;
    let mut figures = FigureServiceClient::new(system.clone());
    let forms = match &arguments.code {
        Some(code) => vec![(arguments.document.clone(), code.clone())],
        None => in_force(&mut figures, arguments).await?,
    };
    let names = directory::names(&system).await?;
    let (structure, structure_date) = arguments.view.structure();
    let (as_of_revision, as_of_time) = arguments.view.as_of();
    for (issuing_document, form) in forms {
        let request = proto::FillFormRequest {
            issuing_document,
            form,
            units: arguments.units.iter().map(ToString::to_string).collect(),
            window: Some(
                proto::Window::of_period(&arguments.calendar, &arguments.period).up_to(arguments.cut_off),
            ),
            by_unit: arguments.by_unit || arguments.all,
            structure,
            structure_date,
            as_of_revision,
            as_of_time,
        };
        let answer = match figures.fill_form(request).await {
            Ok(answer) => answer.into_inner(),
            Err(status) => return Err(describe_with_units(&system, status).await.into()),
        };
        for fill in &answer.fills {
            let who = names.get(&fill.unit).map_or_else(|| whole(&arguments.units, &names), Clone::clone);
            print_line(&page(&answer, fill, &who, terminal_width()))?;
        }
    }
    Ok(())
}

/// The forms in force when the period, or its data, ends.
async fn in_force(
    figures: &mut FigureServiceClient<Connection>,
    arguments: &FormArguments,
) -> Result<Vec<(String, String)>, String> {
    let valid_on = match arguments.cut_off {
        Some(day) => Some(date::to_wire(day)),
        None => last_day(figures, arguments).await?,
    };
    let forms = catalogue::forms(figures, valid_on).await?;
    Ok(forms.into_iter().map(|form| (form.issuing_document, form.code)).collect())
}

/// The period's last day; none where there is no such period, which filling a form then refuses.
async fn last_day(
    figures: &mut FigureServiceClient<Connection>,
    arguments: &FormArguments,
) -> Result<Option<thidua_proto::Date>, String> {
    let year = arguments.period.split('-').next().and_then(|year| year.parse().ok());
    let calendars = catalogue::calendars(figures, year).await?;
    let calendar = calendars.into_iter().find(|calendar| calendar.code == arguments.calendar);
    let mut periods = calendar.into_iter().flat_map(|calendar| calendar.periods);
    Ok(periods.find(|period| period.code == arguments.period).and_then(|period| period.last_date))
}

/// Whose the form of all units together is.
fn whole(units: &[UnitName], names: &BTreeMap<String, String>) -> String {
    if units.is_empty() {
        return "Tất cả đơn vị".to_owned();
    }
    let name = |unit: &UnitName| names.get(&unit.to_string()).cloned().unwrap_or_else(|| unit.to_string());
    units.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Why a form should be compared with its circular before it is signed; nothing where it was read there.
pub(crate) fn doubt(form: &proto::Form) -> Option<&'static str> {
    match form.certainty() {
        proto::Certainty::Unspecified | proto::Certainty::Found => None,
        proto::Certainty::SecondHand => Some("theo bản sao của bên thứ ba"),
        proto::Certainty::Inferred => Some("suy ra, không có trong văn bản"),
        proto::Certainty::Memory => Some("theo trí nhớ, chưa kiểm chứng"),
    }
}

/// One form as text: its title, its unit, the window, a line for each column, and what does not hold.
fn page(answer: &proto::FillFormResponse, fill: &proto::FormFill, who: &str, width: Option<usize>) -> String {
    let Some(form) = &answer.form else { return String::new() };
    let open = fill.values.iter().any(|value| value.status() == FigureStatus::Provisional);
    let state = if open { " (tạm tính)" } else { "" };
    let title = format!("Biểu {} – {} ({})", form.code, form.display_name, form.issuing_document);
    let mut lines = paragraph(&title, width);
    lines.push(who.to_owned());
    lines.extend(paragraph(&format!("{}{state}", answer.window_text), width));
    if let Some(doubt) = doubt(form) {
        lines.extend(paragraph(&format!("{}: {}", doubt.to_uppercase(), form.note), width));
    }
    lines.push(String::new());
    lines.extend(table(&rows(form, fill), [Right, Left, Left, Right], width));
    for (column, value) in form.columns.iter().zip(&fill.values) {
        if value.published_value.is_some() {
            lines.push(format!("Điều chỉnh: cột {} đã công bố {}.", column.code, value.published_text));
        }
    }
    for (severity, word) in [(FindingSeverity::Error, "Lỗi"), (FindingSeverity::Warning, "Cảnh báo")] {
        for finding in fill.findings.iter().filter(|finding| finding.severity() == severity) {
            let text = format!("{word} [{}]: {}. {}.", finding.rule, finding.text, finding.meaning);
            lines.extend(paragraph(&text, width));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The heading and a row for each column: code, label, unit, value.
fn rows(form: &proto::Form, fill: &proto::FormFill) -> Vec<[String; 4]> {
    let mut rows = vec![["MS", "Chỉ tiêu", "Đơn vị tính", "Số liệu"].map(str::to_owned)];
    for (column, value) in form.columns.iter().zip(&fill.values) {
        let shown = if value.value.is_some() { value.text.clone() } else { "–".to_owned() };
        rows.push([column.code.clone(), label(column), column.unit_of_measure.clone(), shown]);
    }
    rows
}

/// A column's label, with the header above it.
pub(crate) fn label(column: &proto::FormColumn) -> String {
    match column.group.as_str() {
        "" => column.label.clone(),
        group => format!("{group}: {}", column.label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(code: &str, group: &str, label: &str, unit: &str) -> proto::FormColumn {
        proto::FormColumn {
            code: code.to_owned(),
            group: group.to_owned(),
            label: label.to_owned(),
            unit_of_measure: unit.to_owned(),
            ..Default::default()
        }
    }

    fn value(value: Option<i64>, text: &str) -> proto::FormValue {
        let status = value.map_or(FigureStatus::NotApplicable, |_| FigureStatus::Provisional).into();
        proto::FormValue { value, status, text: text.to_owned(), ..Default::default() }
    }

    #[test]
    fn a_form_is_printed_as_a_table_with_its_window_and_findings() {
        let form = proto::Form {
            issuing_document: "TT 02/2021/TT-TTCP".to_owned(),
            code: "01/TTr".to_owned(),
            display_name: "Tổng hợp".to_owned(),
            certainty: proto::Certainty::Found.into(),
            columns: vec![
                column("1", "", "Tổng số", "cuộc"),
                column("10", "Phải thu", "Tiền", "triệu đồng"),
                column("11", "Đã trả", "Số tổ chức", "tổ chức"),
            ],
            ..Default::default()
        };
        let finding = proto::Finding {
            rule: "1 = 2 + 3".to_owned(),
            severity: FindingSeverity::Warning.into(),
            text: "Cột 1 (3.704) khác".to_owned(),
            meaning: "Tổng số bằng hai phần".to_owned(),
            ..Default::default()
        };
        let published =
            proto::FormValue { published_value: Some(2), published_text: "2".to_owned(), ..value(None, "") };
        let fill = proto::FormFill {
            values: vec![value(Some(3704), "3.704"), value(Some(1), "43.586,274"), published],
            findings: vec![finding],
            ..Default::default()
        };
        let window_text = "số liệu tính từ ngày 15/12/2022 đến ngày 21/11/2023".to_owned();
        let answer = proto::FillFormResponse { form: Some(form), window_text, ..Default::default() };
        let expected = "\
Biểu 01/TTr – Tổng hợp (TT 02/2021/TT-TTCP)
Tất cả đơn vị
số liệu tính từ ngày 15/12/2022 đến ngày 21/11/2023 (tạm tính)

MS  Chỉ tiêu            Đơn vị tính     Số liệu
 1  Tổng số             cuộc              3.704
10  Phải thu: Tiền      triệu đồng   43.586,274
11  Đã trả: Số tổ chức  tổ chức               –
Điều chỉnh: cột 11 đã công bố 2.
Cảnh báo [1 = 2 + 3]: Cột 1 (3.704) khác. Tổng số bằng hai phần.
";
        let all = whole(&[], &BTreeMap::new());
        assert_eq!(page(&answer, &fill, &all, None), expected);
        let narrow = page(&answer, &fill, &all, Some(48));
        assert!(narrow.lines().all(|line| line.chars().count() <= 48), "{narrow}");
    }
}
