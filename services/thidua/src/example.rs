//! The example year: files such as an office could have, loaded through the same door as anybody's.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thidua_proto::awards as a;
use thidua_proto::awards::ballot_service_client::BallotServiceClient;
use thidua_proto::awards::bloc_service_client::BlocServiceClient;
use thidua_proto::awards::nomination_service_client::NominationServiceClient;
use thidua_proto::date;
use thidua_proto::journal::journal_service_client::JournalServiceClient;
use thidua_proto::journal::{GetHeadRequest, ListEntriesRequest};
use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::statistics as s;
use thidua_proto::statistics::directory_service_client::DirectoryServiceClient;
use tonic::Code;
use uuid::Uuid;

use crate::import::{self, Document, Reading, Target};
use crate::system::{Connection, describe};

/// The example's bloc.
pub(crate) const BLOC: &str = "blocs/noi-chinh-bac-ninh";
/// The example's year.
pub(crate) const YEAR: i32 = 2023;

/// Every file of the example: its path below `example/`, and its content.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/example.rs"));

/// Request ids follow from what is loaded, so that loading twice does nothing twice.
const NAMESPACE: Uuid = Uuid::from_u128(0x0192_7d5c_6f00_7e3a_8d10_6578_616d_706c);

fn request_id(of: &str) -> String {
    Uuid::new_v5(&NAMESPACE, of.as_bytes()).to_string()
}

fn file(path: &str) -> Result<&'static str, String> {
    let file = FILES.iter().find(|(name, _)| *name == path);
    file.map(|(_, content)| *content).ok_or_else(|| format!("the example has no {path}"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitRow {
    unit_id: String,
    display_name: String,
    display_name_en: String,
    aliases: String,
    open_date: jiff::civil::Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlocFile {
    bloc: Bloc,
    year: Year,
    nominations: Vec<Nomination>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bloc {
    id: String,
    display_name: String,
    display_name_en: String,
    members: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    unit: String,
    display_name: String,
    display_name_en: String,
    first_date: jiff::civil::Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    #[serde(rename = "year")]
    number: i32,
    leader: String,
    first_date: jiff::civil::Date,
    last_date: jiff::civil::Date,
    conference_date: jiff::civil::Date,
    next_leader: String,
    pledge_signed_date: jiff::civil::Date,
    pledge_contents: Vec<Content>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    display_name: String,
    display_name_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nomination {
    id: String,
    unit: String,
    title: String,
    present_count: i64,
    for_count: i64,
    #[serde(default)]
    against_count: i64,
}

/// Loads the example where both stores are empty, or where an earlier loading was interrupted. Returns whether the example
/// is there now.
pub(crate) async fn load_into_empty(system: &Connection) -> Result<bool, String> {
    let mut journals = JournalServiceClient::new(system.clone());
    let mut heads = Vec::new();
    for journal in ["journals/statistics", "journals/awards"] {
        let request = GetHeadRequest { journal: journal.to_owned() };
        heads.push(journals.get_head(request).await.map_err(describe)?.into_inner().revision);
    }
    let empty = heads.iter().all(|revision| *revision == 0);
    if !empty && !begins_with_example(&mut journals).await? {
        return has_bloc(system).await;
    }
    if empty || !has_last(system).await? {
        load(system).await?;
    }
    Ok(true)
}

/// Whether the first entry of statistics is the example's first one.
async fn begins_with_example(journals: &mut JournalServiceClient<Connection>) -> Result<bool, String> {
    let request = ListEntriesRequest {
        journal: "journals/statistics".to_owned(),
        page_size: 1,
        ..ListEntriesRequest::default()
    };
    let first = journals.list_entries(request).await.map_err(describe)?.into_inner().entries;
    let unit = units()?.into_iter().next().map(|unit| request_id(&unit.unit_id));
    Ok(first.first().map(|entry| entry.request_id.clone()) == unit)
}

/// Whether the last ballot of the example is there.
async fn has_last(system: &Connection) -> Result<bool, String> {
    let Some(last) = bloc_file()?.nominations.pop() else { return Ok(true) };
    let name = format!("{BLOC}/years/{YEAR}/ballots/{}", last.id);
    exists(BallotServiceClient::new(system.clone()).get_ballot(a::GetBallotRequest { name }).await)
}

async fn has_bloc(system: &Connection) -> Result<bool, String> {
    let name = format!("{BLOC}/years/{YEAR}");
    exists(BlocServiceClient::new(system.clone()).get_year(a::GetYearRequest { name }).await)
}

fn exists<T>(answer: Result<T, tonic::Status>) -> Result<bool, String> {
    match answer {
        Ok(_) => Ok(true),
        Err(status) if status.code() == Code::NotFound => Ok(false),
        Err(status) => Err(describe(status)),
    }
}

/// Loads everything; what is there already is left as it is.
pub(crate) async fn load(system: &Connection) -> Result<(), String> {
    load_units(system).await?;
    load_records(system).await?;
    load_bloc(system).await
}

fn units() -> Result<Vec<UnitRow>, String> {
    table(file("units.csv")?)
}

fn bloc_file() -> Result<BlocFile, String> {
    toml::from_str(file("bloc.toml")?).map_err(|cause| format!("bloc.toml: {cause}"))
}

fn table<R: DeserializeOwned>(content: &str) -> Result<Vec<R>, String> {
    csv::Reader::from_reader(content.as_bytes())
        .into_deserialize()
        .map(|row| row.map_err(|cause| cause.to_string()))
        .collect()
}

async fn load_units(system: &Connection) -> Result<(), String> {
    let mut directory = DirectoryServiceClient::new(system.clone());
    for row in units()? {
        let unit = s::Unit {
            display_name: row.display_name,
            display_name_en: row.display_name_en,
            aliases: row.aliases.split(';').filter(|alias| !alias.is_empty()).map(str::to_owned).collect(),
            open_date: Some(date::to_wire(row.open_date)),
            ..s::Unit::default()
        };
        let request_id = request_id(&row.unit_id);
        let request =
            s::CreateUnitRequest { unit_id: row.unit_id, unit: Some(unit), request_id, validate_only: false };
        directory.create_unit(request).await.map_err(describe)?;
    }
    Ok(())
}

async fn load_records(system: &Connection) -> Result<(), String> {
    let bytes =
        FILES.iter().filter(|(path, _)| path.starts_with("records/")).map(|(_, content)| content.len()).sum();
    let bar = import::progress(bytes);
    // Matters first: petitions and visits name them.
    let kinds = [RecordKind::Matter, RecordKind::Petition, RecordKind::Reception, RecordKind::Inspection];
    for kind in kinds {
        for (path, content) in FILES {
            let parts: Vec<&str> = path.split('/').collect();
            let ["records", unit, name] = parts.as_slice() else { continue };
            if *name != format!("{}.csv", kind.collection()) {
                continue;
            }
            let unit: UnitName =
                format!("units/{unit}").parse().map_err(|_| format!("{path}: no unit's folder"))?;
            let id = import::id_of(&unit, kind, content);
            let document = Document::of_csv((*content).to_owned(), kind, Reading::default());
            let document = Arc::new(document.map_err(|problem| format!("{path}: {problem}"))?);
            let target = Target { unit: Some(unit), dry_run: false, update: true };
            bar.set_message(format!("Đang nạp năm mẫu: {path}"));
            let hidden = indicatif::ProgressBar::hidden();
            let outcome = import::import(system, &target, id, &document, &hidden).await?;
            if let Some(row) = outcome.answer.refused_rows.first() {
                return Err(format!("{path}, line {}: {}: {}", row.line, row.field, row.description));
            }
            bar.inc(u64::try_from(content.len()).unwrap_or_default());
        }
    }
    bar.finish_and_clear();
    Ok(())
}

async fn load_bloc(system: &Connection) -> Result<(), String> {
    let BlocFile { bloc, year, nominations } = bloc_file()?;
    let mut blocs = BlocServiceClient::new(system.clone());
    let members = bloc.members.into_iter().map(|member| a::BlocMember {
        unit: member.unit,
        display_name: member.display_name,
        display_name_en: member.display_name_en,
        first_date: Some(date::to_wire(member.first_date)),
        last_date: None,
    });
    let entered = a::Bloc {
        display_name: bloc.display_name,
        display_name_en: bloc.display_name_en,
        members: members.collect(),
        ..a::Bloc::default()
    };
    let bloc_request = a::CreateBlocRequest {
        request_id: request_id(&bloc.id),
        bloc_id: bloc.id,
        bloc: Some(entered),
        validate_only: false,
    };
    let bloc = blocs.create_bloc(bloc_request).await.map_err(describe)?.into_inner();
    let name = start_year(&mut blocs, &bloc.name, &year).await?;
    let agreed = a::AgreeNextLeaderRequest {
        request_id: request_id(&format!("{name} next leader")),
        name: name.clone(),
        next_leader: year.next_leader,
        agreed_date: Some(date::to_wire(year.conference_date)),
        validate_only: false,
    };
    blocs.agree_next_leader(agreed).await.map_err(describe)?;
    for nomination in nominations {
        nominate_and_vote(system, &name, year.conference_date, nomination).await?;
    }
    Ok(())
}

async fn start_year(
    blocs: &mut BlocServiceClient<Connection>,
    bloc: &str,
    year: &Year,
) -> Result<String, String> {
    let contents = year.pledge_contents.iter().map(|content| a::PledgeContent {
        display_name: content.display_name.clone(),
        display_name_en: content.display_name_en.clone(),
    });
    let pledge = a::PledgeAgreement {
        signed_date: Some(date::to_wire(year.pledge_signed_date)),
        contents: contents.collect(),
    };
    let bloc_year = a::BlocYear {
        leader: year.leader.clone(),
        first_date: Some(date::to_wire(year.first_date)),
        last_date: Some(date::to_wire(year.last_date)),
        conference_date: Some(date::to_wire(year.conference_date)),
        pledge_agreement: Some(pledge),
        ..a::BlocYear::default()
    };
    let request = a::StartYearRequest {
        parent: bloc.to_owned(),
        year: year.number,
        bloc_year: Some(bloc_year),
        request_id: request_id(&format!("{bloc} {}", year.number)),
        validate_only: false,
    };
    Ok(blocs.start_year(request).await.map_err(describe)?.into_inner().name)
}

async fn nominate_and_vote(
    system: &Connection,
    year: &str,
    conference: jiff::civil::Date,
    row: Nomination,
) -> Result<(), String> {
    let nomination = a::Nomination { unit: row.unit, title: row.title, ..a::Nomination::default() };
    let request = a::NominateRequest {
        parent: year.to_owned(),
        request_id: request_id(&format!("{year} nomination {}", row.id)),
        nomination_id: row.id.clone(),
        nomination: Some(nomination),
        validate_only: false,
    };
    let nomination =
        NominationServiceClient::new(system.clone()).nominate(request).await.map_err(describe)?.into_inner();
    let ballot = a::Ballot {
        nomination: nomination.name,
        vote_date: Some(date::to_wire(conference)),
        present_count: row.present_count,
        for_count: row.for_count,
        against_count: row.against_count,
        ..a::Ballot::default()
    };
    let request = a::RecordShowOfHandsRequest {
        parent: year.to_owned(),
        request_id: request_id(&format!("{year} ballot {}", row.id)),
        ballot_id: row.id,
        ballot: Some(ballot),
        validate_only: false,
    };
    BallotServiceClient::new(system.clone()).record_show_of_hands(request).await.map_err(describe)?;
    Ok(())
}
