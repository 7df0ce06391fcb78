//! `thidua report`: a bloc's report, printed.

use clap::{Args, ValueEnum};
use thidua_proto::date;
use thidua_proto::reports::bloc_report_service_client::BlocReportServiceClient;
use thidua_proto::reports::{DocumentFormat, RenderBlocReportRequest};
use tonic::transport::Channel;

use crate::cli::Address;
use crate::client::{connect, tell};

/// Which report, and how.
#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    #[command(flatten)]
    address: Address,
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

pub(crate) async fn print(asked: &ReportArguments) -> Result<(), String> {
    let format = match asked.format {
        Format::Text => DocumentFormat::Text,
        Format::Markdown => DocumentFormat::Markdown,
        Format::Html => DocumentFormat::Html,
    };
    let request = RenderBlocReportRequest {
        bloc: asked.bloc.clone(),
        year: asked.year,
        cut_off_date: asked.cut_off.map(date::to_wire),
        allow_partial: asked.partial,
        format: Some(format.into()),
        language_code: asked.language.clone(),
        ..RenderBlocReportRequest::default()
    };
    println!("{}", render(&connect(&asked.address.address)?, request).await?);
    Ok(())
}

pub(crate) async fn render(channel: &Channel, request: RenderBlocReportRequest) -> Result<String, String> {
    let mut client = BlocReportServiceClient::new(channel.clone());
    let answer = client.render_bloc_report(request).await.map_err(tell)?;
    Ok(answer.into_inner().content)
}
