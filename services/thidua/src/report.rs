//! `thidua report`: a bloc's report, printed.

use clap::{Args, ValueEnum};
use thidua_chassis::output::{CommandError, print_line};
use thidua_proto::date;
use thidua_proto::reports::bloc_report_service_client::BlocReportServiceClient;
use thidua_proto::reports::{DocumentFormat, RenderBlocReportRequest};

use crate::system::{Connection, SystemArguments, describe};

/// Which report, and how.
#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// The bloc
    #[arg(long, default_value = "blocs/noi-chinh-bac-ninh")]
    bloc: String,
    /// The year
    #[arg(long, default_value_t = 2023)]
    year: i32,
    /// The last day of the data, as yyyy-mm-dd; the day of the conference if left out
    #[arg(long)]
    cut_off: Option<jiff::civil::Date>,
    /// The format
    #[arg(long, default_value = "text")]
    format: Format,
    /// The language
    #[arg(long, default_value = "vi", value_parser = ["vi", "en"])]
    language: String,
    /// Accept a report without figures while statistics is missing
    #[arg(long)]
    partial: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Markdown,
    Html,
}

pub(crate) async fn print(arguments: &ReportArguments) -> Result<(), CommandError> {
    let format = match arguments.format {
        Format::Text => DocumentFormat::Text,
        Format::Markdown => DocumentFormat::Markdown,
        Format::Html => DocumentFormat::Html,
    };
    let request = RenderBlocReportRequest {
        bloc: arguments.bloc.clone(),
        year: arguments.year,
        cut_off_date: arguments.cut_off.map(date::to_wire),
        allow_partial: arguments.partial,
        format: Some(format.into()),
        language_code: arguments.language.clone(),
        ..RenderBlocReportRequest::default()
    };
    Ok(print_line(&render(&arguments.system.connect()?, request).await?)?)
}

pub(crate) async fn render(system: &Connection, request: RenderBlocReportRequest) -> Result<String, String> {
    let mut client = BlocReportServiceClient::new(system.clone());
    let answer = client.render_bloc_report(request).await.map_err(describe)?;
    Ok(answer.into_inner().content)
}
