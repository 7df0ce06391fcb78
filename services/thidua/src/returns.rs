//! `thidua return`: forms handed in and approved.

use clap::{Args, Subcommand};
use thidua_chassis::caller::HEADER;
use thidua_chassis::language::Language;
use thidua_proto::names::{ReturnName, UnitName};
use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;
use thidua_proto::statistics::return_service_client::ReturnServiceClient;
use thidua_proto::statistics::{ColumnOrigin, FindingSeverity, Return, ReturnAction, ReturnState};

use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Request, Response, Status};

use crate::catalogue;
use crate::cli::{Address, unit};
use crate::client::connect;
use crate::directory::{self, tell_with_units};
use crate::form::label;
use crate::output::{aligned, day, print_line};

/// What to do with returns.
#[derive(Debug, Subcommand)]
pub(crate) enum ReturnCommand {
    /// Fill a form for a unit and period from its records, and keep it as the unit's return
    Prepare(Prepare),
    /// Print a return with its checks, its history and the digest that an approval names
    Show(One),
    /// Hand a return in
    Submit(One),
    /// Approve what was read, and lock its period
    Approve(Approve),
    /// Give a return back to its unit
    SendBack(Reasoned),
    /// Open an approved return for a correction
    Reopen(Reasoned),
    /// Print who has handed a form in, and who is late
    Standings(Standings),
}

/// Where, and who asks.
#[derive(Debug, Args)]
struct Call {
    #[command(flatten)]
    address: Address,
    /// Who asks, such as `office=van-phong; unit=units/so-noi-vu; roles=recorder`; the local operator if left out
    #[arg(long, env = "THIDUA_CALLER", value_parser = caller)]
    caller: Option<MetadataValue<Ascii>>,
}

fn caller(text: &str) -> Result<MetadataValue<Ascii>, String> {
    let expected = "write it like `office=van-phong; unit=units/so-noi-vu; roles=recorder`";
    text.parse().map_err(|_| expected.to_owned())
}

/// A form and period.
#[derive(Debug, Args)]
struct Which {
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
pub(crate) struct Prepare {
    #[command(flatten)]
    call: Call,
    /// Whose, such as units/so-noi-vu
    #[arg(long, value_parser = unit)]
    unit: UnitName,
    #[command(flatten)]
    which: Which,
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
pub(crate) struct One {
    #[command(flatten)]
    call: Call,
    /// Its name, such as units/so-noi-vu/returns/…; `prepare` and `standings` print it
    #[arg(value_parser = name)]
    name: ReturnName,
}

fn name(text: &str) -> Result<ReturnName, String> {
    let expected = "write units/{unit}/returns/{return}; `thidua return standings` tells the names";
    text.parse().map_err(|_| expected.to_owned())
}

/// One return, read.
#[derive(Debug, Args)]
pub(crate) struct Approve {
    #[command(flatten)]
    one: One,
    /// The digest of the content that was read
    #[arg(long)]
    digest: String,
}

/// One return, and why.
#[derive(Debug, Args)]
pub(crate) struct Reasoned {
    #[command(flatten)]
    one: One,
    /// Why; no personal names
    #[arg(long)]
    reason: String,
}

/// Which form and period to look at.
#[derive(Debug, Args)]
pub(crate) struct Standings {
    #[command(flatten)]
    call: Call,
    #[command(flatten)]
    which: Which,
}

type Answer = Result<Response<Return>, Status>;

pub(crate) async fn run(asked: ReturnCommand) -> Result<(), String> {
    match asked {
        ReturnCommand::Prepare(Prepare { call, unit, which, entries }) => {
            let request = proto::PrepareReturnRequest {
                parent: unit.to_string(),
                issuing_document: which.document,
                form: which.form,
                calendar: which.calendar,
                period: which.period,
                entries,
                ..Default::default()
            };
            done(call, request, async |mut client, request| client.prepare_return(request).await).await
        }
        ReturnCommand::Show(One { call, name }) => {
            let request = proto::GetReturnRequest { name: name.to_string() };
            done(call, request, async |mut client, request| client.get_return(request).await).await
        }
        ReturnCommand::Submit(One { call, name }) => {
            let request = proto::SubmitReturnRequest { name: name.to_string(), ..Default::default() };
            done(call, request, async |mut client, request| client.submit_return(request).await).await
        }
        ReturnCommand::Approve(Approve { one: One { call, name }, digest }) => {
            let request =
                proto::ApproveReturnRequest { name: name.to_string(), digest, ..Default::default() };
            done(call, request, async |mut client, request| client.approve_return(request).await).await
        }
        ReturnCommand::SendBack(Reasoned { one: One { call, name }, reason }) => {
            let request =
                proto::SendBackReturnRequest { name: name.to_string(), reason, ..Default::default() };
            done(call, request, async |mut client, request| client.send_back_return(request).await).await
        }
        ReturnCommand::Reopen(Reasoned { one: One { call, name }, reason }) => {
            let request = proto::ReopenReturnRequest { name: name.to_string(), reason, ..Default::default() };
            done(call, request, async |mut client, request| client.reopen_return(request).await).await
        }
        ReturnCommand::Standings(asked) => standings(asked).await,
    }
}

/// Does one thing with a return, and prints it as it is then.
async fn done<T>(
    call: Call,
    message: T,
    act: impl AsyncFnOnce(ReturnServiceClient<Channel>, Request<T>) -> Answer,
) -> Result<(), String> {
    let channel = connect(&call.address.address)?;
    match act(ReturnServiceClient::new(channel.clone()), request(call.caller, message)).await {
        Ok(found) => show(&channel, &found.into_inner()).await,
        Err(status) => Err(tell_with_units(&channel, status).await),
    }
}

fn request<T>(caller: Option<MetadataValue<Ascii>>, message: T) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(caller) = caller {
        request.metadata_mut().insert(HEADER, caller);
    }
    request
}

async fn show(channel: &Channel, found: &Return) -> Result<(), String> {
    let forms = catalogue::forms(&mut FigureServiceClient::new(channel.clone()), None).await?;
    let is_its =
        |form: &&proto::Form| form.issuing_document == found.issuing_document && form.code == found.form;
    let names = directory::names(channel).await?;
    let unit = found.name.split("/returns/").next().unwrap_or_default();
    let unit = names.get(unit).map_or(unit, String::as_str);
    print_line(&page(found, forms.iter().find(is_its), unit)).map(drop)
}

/// A return as text: what it is, a line a column, what does not hold, and what was done with it.
fn page(found: &Return, form: Option<&proto::Form>, unit: &str) -> String {
    let title = form.map_or("", |form| form.display_name.as_str());
    let mut lines = vec![
        format!("Biểu {} – {title} ({})", found.form, found.issuing_document),
        format!("{unit}, kỳ {} ({} – {})", found.period, day(found.first_date), day(found.last_date)),
        format!("Trạng thái: {}", state(found.state())),
        String::new(),
    ];
    let mut rows = vec![["MS", "Chỉ tiêu", "Số liệu", "Nguồn"].map(str::to_owned)];
    for column in &found.columns {
        let printed = form.and_then(|form| form.columns.iter().find(|one| one.code == column.column));
        let decimals =
            printed.and_then(|printed| u8::try_from(printed.decimal_digits).ok()).unwrap_or_default();
        let text = |value: i64| Language::Vietnamese.number(value, decimals);
        let said = |words: &str, said: Option<String>| said.map(|said| format!("{words}{said}"));
        let source = [
            Some(origin(column.origin()).to_owned()),
            said(": ", Some(column.reason.clone()).filter(|reason| !reason.is_empty())),
            said("; đã công bố ", column.published_value.map(text)),
            said("; nay hồ sơ cho ", column.current_value.map(text)),
        ];
        let source = source.into_iter().flatten().collect();
        let value = column.value.map_or_else(|| "–".to_owned(), text);
        let label = printed.map_or_else(|| column.label.clone(), label);
        rows.push([column.column.clone(), label, value, source]);
    }
    lines.extend(aligned(&rows, [true, false, true, false]));
    for finding in &found.findings {
        let word = match finding.severity() {
            FindingSeverity::Warning => "Cảnh báo",
            FindingSeverity::Error | FindingSeverity::Unspecified => "Lỗi",
        };
        lines.push(format!("{word} [{}]: {}. {}.", finding.rule, finding.text, finding.meaning));
    }
    lines.push(String::new());
    for step in &found.steps {
        let time = step.step_time.and_then(|time| jiff::Timestamp::new(time.seconds, time.nanos).ok());
        let time = time.map_or_else(String::new, |time| time.to_string());
        let reason = if step.reason.is_empty() { String::new() } else { format!(": {}", step.reason) };
        lines.push(format!("{time} {} {}{reason}", step.caller, action(step.action())));
    }
    lines.push(found.name.clone());
    lines.push(format!("--digest {}", found.digest));
    lines.join("\n")
}

async fn standings(asked: Standings) -> Result<(), String> {
    let channel = connect(&asked.call.address.address)?;
    let message = proto::ListReturnsRequest {
        parent: "units/-".to_owned(),
        issuing_document: asked.which.document,
        form: asked.which.form,
        calendar: asked.which.calendar,
        period: asked.which.period,
        page_size: 1000,
        ..Default::default()
    };
    let answer =
        ReturnServiceClient::new(channel.clone()).list_returns(request(asked.call.caller, message)).await;
    let answer = match answer {
        Ok(answer) => answer.into_inner(),
        Err(status) => return Err(tell_with_units(&channel, status).await),
    };
    let names = directory::names(&channel).await?;
    let mut rows = vec![["Đơn vị", "Trạng thái", "Nộp", "Chậm", "Báo cáo"].map(str::to_owned)];
    for one in answer.standings {
        let found = answer.returns.iter().find(|found| found.name == one.return_name);
        let submitted = match one.submitted_date {
            None => format!("chưa, hạn {}", day(one.due_date)),
            submitted => day(submitted),
        };
        let late =
            if one.late_day_count == 0 { String::new() } else { format!("{} ngày", one.late_day_count) };
        let state = found.map_or("chưa lập", |found| state(found.state())).to_owned();
        let name = names.get(&one.unit).cloned().unwrap_or(one.unit);
        rows.push([name, state, submitted, late, one.return_name]);
    }
    for line in aligned(&rows, [false, false, false, true, false]) {
        if !print_line(&line)? {
            break;
        }
    }
    Ok(())
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
        let found = entry("12=4: sổ giấy ghi 9:30").unwrap();
        assert_eq!((&*found.column, found.value, &*found.reason), ("12", 4, "sổ giấy ghi 9:30"));
        assert_eq!(entry("12=4").unwrap().reason, "");
        for broken in ["12", "12=", "12=x", "12=1.5"] {
            assert!(entry(broken).unwrap_err().contains("CODE=VALUE"), "{broken}");
        }
    }
}
