//! `thidua report`: a bloc's report, printed.

use clap::{Args, ValueEnum};
use thidua_chassis::output::{CommandError, print_line};
use thidua_proto::awards::bloc_service_client::BlocServiceClient;
use thidua_proto::awards::{Bloc, BlocYear, ListBlocsRequest, ListYearsRequest};
use thidua_proto::date;
use thidua_proto::reports::bloc_report_service_client::BlocReportServiceClient;
use thidua_proto::reports::{DocumentFormat, RenderBlocReportRequest};

use crate::system::{Connection, SystemArguments, describe};

/// Which report, and how.
#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// The bloc, such as blocs/noi-chinh-bac-ninh; may be left out where there is one only
    #[arg(long)]
    bloc: Option<String>,
    /// The year; the bloc's newest if left out
    #[arg(long)]
    year: Option<i32>,
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
    let system = arguments.system.connect()?;
    let bloc = match &arguments.bloc {
        Some(bloc) => bloc.clone(),
        None => only_bloc(&blocs(&system).await?)?,
    };
    let year = match arguments.year {
        Some(year) => year,
        None => newest_year(&bloc, &years(&system, &bloc).await?)?,
    };
    let request = RenderBlocReportRequest {
        bloc,
        year,
        cut_off_date: arguments.cut_off.map(date::to_wire),
        allow_partial: arguments.partial,
        format: Some(format.into()),
        language_code: arguments.language.clone(),
        ..RenderBlocReportRequest::default()
    };
    Ok(print_line(&render(&system, request).await?)?)
}

pub(crate) async fn render(system: &Connection, request: RenderBlocReportRequest) -> Result<String, String> {
    let mut client = BlocReportServiceClient::new(system.clone());
    let answer = client.render_bloc_report(request).await.map_err(describe)?;
    Ok(answer.into_inner().content)
}

/// All blocs.
async fn blocs(system: &Connection) -> Result<Vec<Bloc>, String> {
    let mut client = BlocServiceClient::new(system.clone());
    let mut request = ListBlocsRequest { page_size: 1000, ..Default::default() };
    let mut blocs = Vec::new();
    loop {
        let page = client.list_blocs(request.clone()).await.map_err(describe)?.into_inner();
        blocs.extend(page.blocs);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return Ok(blocs);
        }
    }
}

/// All years of a bloc.
async fn years(system: &Connection, bloc: &str) -> Result<Vec<BlocYear>, String> {
    let mut client = BlocServiceClient::new(system.clone());
    let mut request = ListYearsRequest { parent: bloc.to_owned(), page_size: 1000, ..Default::default() };
    let mut years = Vec::new();
    loop {
        let page = client.list_years(request.clone()).await.map_err(describe)?.into_inner();
        years.extend(page.bloc_years);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return Ok(years);
        }
    }
}

/// The name of the bloc that is meant where none is named.
fn only_bloc(blocs: &[Bloc]) -> Result<String, String> {
    match blocs {
        [] => Err(
            "there is no bloc yet; `thidua load-example` loads the example year (chưa có khối thi đua nào)"
                .to_owned(),
        ),
        [bloc] => Ok(bloc.name.clone()),
        several => {
            let lines = several.iter().map(|bloc| format!("\n  {}  {}", bloc.name, bloc.display_name));
            let lines: String = lines.collect();
            Err(format!(
                "there are several blocs; name one with --bloc (có nhiều khối, hãy chọn bằng --bloc):{lines}"
            ))
        }
    }
}

/// The year that is meant where none is named.
fn newest_year(bloc: &str, years: &[BlocYear]) -> Result<i32, String> {
    let number = |year: &BlocYear| year.name.rsplit('/').next().and_then(|number| number.parse().ok());
    let newest = years.iter().filter_map(number).max();
    newest.ok_or_else(|| format!("{bloc} has no year yet (khối chưa có năm nào)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bloc(name: &str, display_name: &str) -> Bloc {
        Bloc { name: name.to_owned(), display_name: display_name.to_owned(), ..Default::default() }
    }

    #[test]
    fn one_bloc_need_not_be_named_and_several_are_listed() {
        let (one, other) = (bloc("blocs/a", "Khối A"), bloc("blocs/b", "Khối B"));
        assert_eq!(only_bloc(std::slice::from_ref(&one)).as_deref(), Ok("blocs/a"));
        let several = only_bloc(&[one, other]).unwrap_err();
        for part in ["--bloc", "blocs/a  Khối A", "blocs/b  Khối B"] {
            assert!(several.contains(part), "{several}");
        }
        assert!(only_bloc(&[]).unwrap_err().contains("load-example"));
    }

    #[test]
    fn the_newest_year_need_not_be_named() {
        let year = |name: &str| BlocYear { name: name.to_owned(), ..Default::default() };
        let years = [year("blocs/a/years/2023"), year("blocs/a/years/2025"), year("blocs/a/years/2024")];
        assert_eq!(newest_year("blocs/a", &years), Ok(2025));
        assert!(newest_year("blocs/a", &[]).is_err());
    }
}
