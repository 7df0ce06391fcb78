//! `thidua list`: the names and codes that the other commands take.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use thidua_proto::date;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;

use crate::catalogue;
use crate::cli::Address;
use crate::client::{connect, tell};
use crate::directory;
use crate::form::doubt;
use crate::output::{aligned, day, print_line};

/// What to list; each line begins with what other commands take.
#[derive(Debug, Subcommand)]
pub(crate) enum ListCommand {
    /// Units, in the order of a Vietnamese dictionary
    Units(Units),
    /// Measures, by code
    Measures(Address),
    /// Official forms, by issuing document and code
    Forms(Forms),
    /// Reporting calendars; with --year their periods
    Calendars(Calendars),
}

/// Which units.
#[derive(Debug, Args)]
pub(crate) struct Units {
    #[command(flatten)]
    address: Address,
    /// Only those whose name or code has these words, with or without marks
    #[arg(long, default_value = "")]
    query: String,
}

/// Which forms.
#[derive(Debug, Args)]
pub(crate) struct Forms {
    #[command(flatten)]
    address: Address,
    /// Only those in force on this day, as yyyy-mm-dd
    #[arg(long)]
    valid_on: Option<Date>,
}

/// Which calendars.
#[derive(Debug, Args)]
pub(crate) struct Calendars {
    #[command(flatten)]
    address: Address,
    /// Also the periods of this year
    #[arg(long)]
    year: Option<i32>,
}

pub(crate) async fn print(asked: &ListCommand) -> Result<(), String> {
    let rows = match asked {
        ListCommand::Units(asked) => units(asked).await?,
        ListCommand::Measures(address) => measures(address).await?,
        ListCommand::Forms(asked) => forms(asked).await?,
        ListCommand::Calendars(asked) => calendars(asked).await?,
    };
    for line in aligned(&rows, [false; 3]) {
        if !print_line(&line)? {
            break;
        }
    }
    Ok(())
}

async fn units(asked: &Units) -> Result<Vec<[String; 3]>, String> {
    let request = proto::ListUnitsRequest { query: asked.query.clone(), ..Default::default() };
    let units = directory::list(&connect(&asked.address.address)?, request).await.map_err(tell)?;
    let row = |unit: proto::Unit| {
        let days = format!("{} – {}", day(unit.open_date), day(unit.close_date));
        [unit.name, unit.display_name, days]
    };
    Ok(units.into_iter().map(row).collect())
}

async fn measures(address: &Address) -> Result<Vec<[String; 3]>, String> {
    let mut figures = FigureServiceClient::new(connect(&address.address)?);
    let measures = catalogue::measures(&mut figures).await?;
    let row = |measure: proto::Measure| [measure.code, measure.unit_of_measure, measure.display_name];
    Ok(measures.into_iter().map(row).collect())
}

async fn forms(asked: &Forms) -> Result<Vec<[String; 3]>, String> {
    let mut figures = FigureServiceClient::new(connect(&asked.address.address)?);
    let forms = catalogue::forms(&mut figures, asked.valid_on.map(date::to_wire)).await?;
    let row = |form: proto::Form| {
        let unsure = doubt(&form).map_or_else(String::new, |doubt| format!(" ({doubt})"));
        [form.issuing_document, form.code, format!("{}{unsure}", form.display_name)]
    };
    Ok(forms.into_iter().map(row).collect())
}

async fn calendars(asked: &Calendars) -> Result<Vec<[String; 3]>, String> {
    let mut figures = FigureServiceClient::new(connect(&asked.address.address)?);
    let calendars = catalogue::calendars(&mut figures, asked.year).await?;
    let mut rows = Vec::new();
    for calendar in calendars {
        rows.push([calendar.code.clone(), String::new(), calendar.display_name]);
        rows.extend(calendar.periods.into_iter().map(|period| {
            let days = format!("{} – {}", day(period.first_date), day(period.last_date));
            [format!("  {}", period.code), days, period.display_name]
        }));
    }
    Ok(rows)
}
