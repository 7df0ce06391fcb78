//! `thidua return`: forms handed in and approved.

use clap::{Args, Subcommand};
use thidua_chassis::language::Language;
use thidua_chassis::output::{CommandError, print_line};
use thidua_proto::names::{ReturnName, UnitName};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::return_service_client::ReturnServiceClient;
use thidua_proto::statistics::{ColumnOrigin, FindingSeverity, Return, ReturnAction, ReturnState};
use tonic::{Response, Status};

use crate::arguments::unit;
use crate::catalogue;
use crate::directory::{self, describe_with_units};
use crate::form::label;
use crate::system::{Connection, SystemArguments};
use crate::text::Alignment::{Left, Right};
use crate::text::{day, minute, paragraph, table, terminal_width};

/// What to do with returns.
#[derive(Debug, Subcommand)]
pub(crate) enum ReturnCommand {
    /// Fill a form for a unit and period from its records, and keep it as the unit's return
    Prepare(PrepareArguments),
    /// Print a return with its checks, its history and the digest that an approval names
    Show(ReturnArguments),
    /// Hand a return in
    Submit(ReturnArguments),
    /// Approve what was read, and lock its period
    Approve(ApproveArguments),
    /// Give a return back to its unit
    SendBack(ReasonArguments),
    /// Open an approved return for a correction
    Reopen(ReasonArguments),
    /// Print who has handed a form in, and who is late
    Standings(StandingArguments),
}

/// A form and period.
#[derive(Debug, Args)]
struct FormPeriod {
    /// The issuing document
    #[arg(long, default_value = "TT 02/2021/TT-TTCP")]
    document: String,
    /// The form's code, such as 01/TCD
    #[arg(long)]
    form: String,
    /// The reporting calendar
    #[arg(long, default_value = "tt-02-2021")]
    calendar: String,
    /// The period, such as 2023-Q1, 2023-9M or 2023-Y
    #[arg(long)]
    period: String,
}

/// Which return to fill.
#[derive(Debug, Args)]
pub(crate) struct PrepareArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// Whose, such as units/so-noi-vu
    #[arg(long, value_parser = unit)]
    unit: UnitName,
    #[command(flatten)]
    form_period: FormPeriod,
    /// A column put in by hand, as CODE=VALUE, or CODE=VALUE:REASON where the records give something else; values count the
    /// smallest unit (đồng, tenths of a per cent). Give it again for more
    #[arg(long = "enter", value_parser = entry, value_name = "CODE=VALUE[:REASON]")]
    entries: Vec<proto::ColumnEntry>,
}

fn entry(text: &str) -> Result<proto::ColumnEntry, String> {
    let expected = || "write CODE=VALUE or CODE=VALUE:REASON, such as 12=4 or `12=4:sổ giấy`".to_owned();
    let (code, rest) = text.split_once('=').ok_or_else(expected)?;
    let (value, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let value = value.trim().parse().map_err(|_| expected())?;
    Ok(proto::ColumnEntry { column: code.trim().to_owned(), value, reason: reason.trim().to_owned() })
}

/// One return.
#[derive(Debug, Args)]
pub(crate) struct ReturnArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// Its name, such as units/so-noi-vu/returns/…; `prepare` and `standings` print it
    #[arg(value_parser = name)]
    name: ReturnName,
}

fn name(text: &str) -> Result<ReturnName, String> {
    let expected = "write units/{unit}/returns/{return}; `thidua return standings` lists the names";
    text.parse().map_err(|_| expected.to_owned())
}

/// One return, read.
#[derive(Debug, Args)]
pub(crate) struct ApproveArguments {
    #[command(flatten)]
    subject: ReturnArguments,
    /// The digest of the content that was read
    #[arg(long)]
    digest: String,
}

/// One return, and why.
#[derive(Debug, Args)]
pub(crate) struct ReasonArguments {
    #[command(flatten)]
    subject: ReturnArguments,
    /// Why; no personal names
    #[arg(long)]
    reason: String,
}

/// Which form and period to look at.
#[derive(Debug, Args)]
pub(crate) struct StandingArguments {
    #[command(flatten)]
    system: SystemArguments,
    #[command(flatten)]
    form_period: FormPeriod,
}

type Answer = Result<Response<Return>, Status>;
type Client = ReturnServiceClient<Connection>;

pub(crate) async fn run(command: ReturnCommand) -> Result<(), CommandError> {
    match command {
        ReturnCommand::Prepare(arguments) => prepare(arguments).await,
        ReturnCommand::Show(ReturnArguments { system, name }) => {
            let request = proto::GetReturnRequest { name: name.to_string() };
            change(&system, async |mut client: Client| client.get_return(request).await).await
        }
        ReturnCommand::Submit(ReturnArguments { system, name }) => {
            let request = proto::SubmitReturnRequest { name: name.to_string(), ..Default::default() };
            change(&system, async |mut client: Client| client.submit_return(request).await).await
        }
        ReturnCommand::Approve(ApproveArguments { subject, digest }) => {
            let name = subject.name.to_string();
            let request = proto::ApproveReturnRequest { name, digest, ..Default::default() };
            change(&subject.system, async |mut client: Client| client.approve_return(request).await).await
        }
        ReturnCommand::SendBack(ReasonArguments { subject, reason }) => {
            let name = subject.name.to_string();
            let request = proto::SendBackReturnRequest { name, reason, ..Default::default() };
            change(&subject.system, async |mut client: Client| client.send_back_return(request).await).await
        }
        ReturnCommand::Reopen(ReasonArguments { subject, reason }) => {
            let name = subject.name.to_string();
            let request = proto::ReopenReturnRequest { name, reason, ..Default::default() };
            change(&subject.system, async |mut client: Client| client.reopen_return(request).await).await
        }
        ReturnCommand::Standings(arguments) => standings(arguments).await,
    }
}

async fn prepare(arguments: PrepareArguments) -> Result<(), CommandError> {
    let PrepareArguments { system, unit, form_period, entries } = arguments;
    let request = proto::PrepareReturnRequest {
        parent: unit.to_string(),
        issuing_document: form_period.document,
        form: form_period.form,
        calendar: form_period.calendar,
        period: form_period.period,
        entries,
        ..Default::default()
    };
    change(&system, async |mut client: Client| client.prepare_return(request).await).await
}

/// Calls one method on a return, and prints the return that it answers.
async fn change(
    system: &SystemArguments,
    call: impl AsyncFnOnce(Client) -> Answer,
) -> Result<(), CommandError> {
    let system = system.connect()?;
    match call(ReturnServiceClient::new(system.clone())).await {
        Ok(answer) => show(&system, &answer.into_inner()).await,
        Err(status) => Err(describe_with_units(&system, status).await.into()),
    }
}

async fn show(system: &Connection, shown: &Return) -> Result<(), CommandError> {
    let forms = catalogue::forms(&mut FigureServiceClient::new(system.clone()), None).await?;
    let form =
        forms.iter().find(|form| form.issuing_document == shown.issuing_document && form.code == shown.form);
    let names = directory::names(system).await?;
    let unit = shown.name.split("/returns/").next().unwrap_or_default();
    let unit = names.get(unit).map_or(unit, String::as_str);
    Ok(print_line(&page(shown, form, unit, terminal_width()))?)
}

/// A return as text: what it is, a line for each column, what does not hold, and its steps.
fn page(shown: &Return, form: Option<&proto::Form>, unit: &str, width: Option<usize>) -> String {
    let title = form.map_or("", |form| form.display_name.as_str());
    let title = format!("Biểu {} – {title} ({})", shown.form, shown.issuing_document);
    let mut lines = paragraph(&title, width);
    lines.extend([
        format!("{unit}, kỳ {} ({} – {})", shown.period, day(shown.first_date), day(shown.last_date)),
        format!("Trạng thái: {}", state(shown.state())),
        String::new(),
    ]);
    let mut rows = vec![["MS", "Chỉ tiêu", "Số liệu", "Nguồn"].map(str::to_owned)];
    for column in &shown.columns {
        let printed = form.and_then(|form| form.columns.iter().find(|one| one.code == column.column));
        rows.push(column_row(column, printed));
    }
    lines.extend(table(&rows, [Right, Left, Right, Left], width));
    for finding in &shown.findings {
        let word = match finding.severity() {
            FindingSeverity::Warning => "Cảnh báo",
            FindingSeverity::Error | FindingSeverity::Unspecified => "Lỗi",
        };
        let text = format!("{word} [{}]: {}. {}.", finding.rule, finding.text, finding.meaning);
        lines.extend(paragraph(&text, width));
    }
    lines.push(String::new());
    for step in &shown.steps {
        let reason = if step.reason.is_empty() { String::new() } else { format!(": {}", step.reason) };
        let time = minute(step.step_time);
        lines.push(format!("{time} {} {}{reason}", step.caller, action(step.action())));
    }
    lines.push(shown.name.clone());
    lines.push(format!("--digest {}", shown.digest));
    lines.join("\n")
}

/// A column of a return: code, label, value, and where the value comes from.
fn column_row(column: &proto::ReturnColumn, printed: Option<&proto::FormColumn>) -> [String; 4] {
    let decimals = printed.and_then(|printed| u8::try_from(printed.decimal_digits).ok()).unwrap_or_default();
    let text = |value: i64| Language::Vietnamese.number(value, decimals);
    let mut source = origin(column.origin()).to_owned();
    if !column.reason.is_empty() {
        source = format!("{source}: {}", column.reason);
    }
    if let Some(published) = column.published_value {
        source = format!("{source}; đã công bố {}", text(published));
    }
    if let Some(current) = column.current_value {
        source = format!("{source}; nay hồ sơ cho {}", text(current));
    }
    let value = column.value.map_or_else(|| "–".to_owned(), text);
    let label = printed.map_or_else(|| column.label.clone(), label);
    [column.column.clone(), label, value, source]
}

async fn standings(arguments: StandingArguments) -> Result<(), CommandError> {
    let StandingArguments { system, form_period } = arguments;
    let system = system.connect()?;
    let request = proto::ListReturnsRequest {
        parent: "units/-".to_owned(),
        issuing_document: form_period.document,
        form: form_period.form,
        calendar: form_period.calendar,
        period: form_period.period,
        page_size: 1000,
        ..Default::default()
    };
    let answer = match ReturnServiceClient::new(system.clone()).list_returns(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => return Err(describe_with_units(&system, status).await.into()),
    };
    let names = directory::names(&system).await?;
    let mut rows = vec![["Đơn vị", "Trạng thái", "Nộp", "Chậm", "Báo cáo"].map(str::to_owned)];
    for standing in answer.standings {
        let handed_in = answer.returns.iter().find(|one| one.name == standing.return_name);
        let submitted = match standing.submitted_date {
            None => format!("chưa, hạn {}", day(standing.due_date)),
            submitted => day(submitted),
        };
        let late = match standing.late_day_count {
            0 => String::new(),
            days => format!("{days} ngày"),
        };
        let state = handed_in.map_or("chưa lập", |one| state(one.state())).to_owned();
        let name = names.get(&standing.unit).cloned().unwrap_or(standing.unit);
        rows.push([name, state, submitted, late, standing.return_name]);
    }
    let lines = table(&rows, [Left, Left, Left, Right, Left], terminal_width());
    Ok(print_line(&lines.join("\n"))?)
}

fn state(state: ReturnState) -> &'static str {
    match state {
        ReturnState::Unspecified => "",
        ReturnState::Draft => "đang lập",
        ReturnState::Submitted => "đã gửi",
        ReturnState::SentBack => "trả lại",
        ReturnState::Approved => "đã duyệt",
        ReturnState::Reopened => "mở lại",
    }
}

fn action(action: ReturnAction) -> &'static str {
    match action {
        ReturnAction::Unspecified => "",
        ReturnAction::Prepare => "lập",
        ReturnAction::Submit => "gửi",
        ReturnAction::Approve => "duyệt",
        ReturnAction::SendBack => "trả lại",
        ReturnAction::Reopen => "mở lại",
    }
}

fn origin(origin: ColumnOrigin) -> &'static str {
    match origin {
        ColumnOrigin::Unspecified => "",
        ColumnOrigin::Records => "hồ sơ",
        ColumnOrigin::Columns => "các cột khác",
        ColumnOrigin::Entered => "nhập tay",
        ColumnOrigin::Adjusted => "điều chỉnh",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_by_hand_are_read() {
        let read = entry("12=4: sổ giấy ghi 9:30").unwrap();
        assert_eq!((&*read.column, read.value, &*read.reason), ("12", 4, "sổ giấy ghi 9:30"));
        assert_eq!(entry("12=4").unwrap().reason, "");
        for broken in ["12", "12=", "12=x", "12=1.5"] {
            assert!(entry(broken).unwrap_err().contains("CODE=VALUE"), "{broken}");
        }
    }

    #[test]
    fn the_steps_of_a_return_are_told_in_vietnam_to_the_minute() {
        let step = proto::ReturnStep {
            action: ReturnAction::Submit.into(),
            caller: "offices/van-phong".to_owned(),
            step_time: Some(thidua_proto::Timestamp { seconds: 1_700_000_000, nanos: 123_456_789 }),
            ..Default::default()
        };
        let shown = Return { steps: vec![step], ..Default::default() };
        let text = page(&shown, None, "Sở Nội vụ", None);
        assert!(text.contains("\n15/11/2023 05:13 offices/van-phong gửi\n"), "{text}");
    }
}
