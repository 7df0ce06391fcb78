//! `thidua list`: the names and codes that the other commands take.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use thidua_chassis::output::{CommandError, print_line};
use thidua_proto::date;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;

use crate::catalogue;
use crate::directory;
use crate::form::doubt;
use crate::system::{SystemArguments, describe};
use crate::text::Alignment::Left;
use crate::text::{day, table, terminal_width};

/// What to list; each line begins with what other commands take.
#[derive(Debug, Subcommand)]
pub(crate) enum ListCommand {
    /// Units, in the order of a Vietnamese dictionary
    Units(UnitArguments),
    /// Measures, by code
    Measures(SystemArguments),
    /// Official forms, by issuing document and code
    Forms(FormArguments),
    /// Reporting calendars; with --year their periods
    Calendars(CalendarArguments),
}

/// Which units.
#[derive(Debug, Args)]
pub(crate) struct UnitArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// Only those whose name or code has these words, with or without marks
    #[arg(long, default_value = "")]
    query: String,
}

/// Which forms.
#[derive(Debug, Args)]
pub(crate) struct FormArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// Only those in force on this day, as yyyy-mm-dd
    #[arg(long)]
    valid_on: Option<Date>,
}

/// Which calendars.
#[derive(Debug, Args)]
pub(crate) struct CalendarArguments {
    #[command(flatten)]
    system: SystemArguments,
    /// Also the periods of this year
    #[arg(long)]
    year: Option<i32>,
}

pub(crate) async fn print(command: &ListCommand) -> Result<(), CommandError> {
    let rows = match command {
        ListCommand::Units(arguments) => units(arguments).await?,
        ListCommand::Measures(arguments) => measures(arguments).await?,
        ListCommand::Forms(arguments) => forms(arguments).await?,
        ListCommand::Calendars(arguments) => calendars(arguments).await?,
    };
    Ok(print_line(&table(&rows, [Left; 3], terminal_width()).join("\n"))?)
}

async fn units(arguments: &UnitArguments) -> Result<Vec<[String; 3]>, String> {
    let request = proto::ListUnitsRequest { query: arguments.query.clone(), ..Default::default() };
    let units = directory::list(&arguments.system.connect()?, request).await.map_err(describe)?;
    let row = |unit: proto::Unit| {
        let days = format!("{} – {}", day(unit.open_date), day(unit.close_date));
        [unit.name, unit.display_name, days]
    };
    Ok(units.into_iter().map(row).collect())
}

async fn measures(system: &SystemArguments) -> Result<Vec<[String; 3]>, String> {
    let mut figures = FigureServiceClient::new(system.connect()?);
    let measures = catalogue::measures(&mut figures).await?;
    let row = |measure: proto::Measure| [measure.code, measure.unit_of_measure, measure.display_name];
    Ok(measures.into_iter().map(row).collect())
}

async fn forms(arguments: &FormArguments) -> Result<Vec<[String; 3]>, String> {
    let mut figures = FigureServiceClient::new(arguments.system.connect()?);
    let forms = catalogue::forms(&mut figures, arguments.valid_on.map(date::to_wire)).await?;
    let row = |form: proto::Form| {
        let unsure = doubt(&form).map_or_else(String::new, |doubt| format!(" ({doubt})"));
        [form.issuing_document, form.code, format!("{}{unsure}", form.display_name)]
    };
    Ok(forms.into_iter().map(row).collect())
}

async fn calendars(arguments: &CalendarArguments) -> Result<Vec<[String; 3]>, String> {
    let mut figures = FigureServiceClient::new(arguments.system.connect()?);
    let calendars = catalogue::calendars(&mut figures, arguments.year).await?;
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
