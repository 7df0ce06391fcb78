//! Bodies of a later release in a store of this one: read, listed, updated, exported, imported again, and nothing of them lost.

use thidua_chassis::store::{Change, Command, Decision, Needs, Store};
use thidua_proto::journal::ListEntriesRequest;
use thidua_proto::statistics::{ExportRecordsRequest, Inspection, Petition, export_row};

use super::harness::*;
use super::kind::{Kind, ListArguments, WriteOptions};

/// Puts a body as a later release would have written it.
async fn put(store: &Store, name: &str, body: String) {
    let (name, needs) = (name.to_owned(), Needs::names([name.to_owned()]));
    let command: Command<String> = Command {
        caller: "offices/later".to_owned(),
        method: "thidua.statistics.v1.PetitionService/UpdatePetition",
        request_id: None,
        request_hash: "0".repeat(64),
        request_bytes: 0,
        validate_only: false,
        needs,
        decide: Box::new(move |state, _| {
            let held = state.get(&name).ok_or("missing")?;
            let change = Change::put(&name, held.index.clone(), body.clone());
            Ok(Decision { changes: vec![change], outcome: None })
        }),
    };
    store.submit(command).await.unwrap();
}

/// The newest body of a name in the journal.
async fn stored(service: &Service, name: &str) -> serde_json::Value {
    let entries =
        service.journal().list_entries(ListEntriesRequest::default()).await.unwrap().into_inner().entries;
    let mut changes = entries.into_iter().rev().flat_map(|entry| entry.changes);
    let body = changes.find(|change| change.name == name).unwrap().body;
    serde_json::from_str(&body).unwrap()
}

/// A body with what only a later release knows: a field of the record, and a value of an enum.
fn later(body: &serde_json::Value) -> serde_json::Value {
    let mut body = body.clone();
    body["weather"] = serde_json::json!({"sky": "clear"});
    body["subject"] = "PETITION_SUBJECT_CLIMATE".into();
    body
}

#[tokio::test]
async fn a_petition_of_a_later_release_is_read_and_changed_without_loss() {
    let service = Service::start().await;
    let made = Petition::made(&service, "1").await;
    let (name, ours) = (made.name(), stored(&service, &made.name()).await);
    let theirs = later(&ours);
    let service = service.with_store(async |store| put(store, &name, theirs.to_string()).await).await;

    let read = Petition::read(&service, &name).await.unwrap().into_inner();
    assert_eq!(read.content(), Petition { subject: None, ..Petition::sample() });
    let asked = ListArguments { parent: UNIT, ..ListArguments::default() };
    assert_eq!(Petition::list(&service, asked).await.unwrap().0, std::slice::from_ref(&read));
    let export = ExportRecordsRequest { parent: UNIT.to_owned(), ..Default::default() };
    let mut export = service.transfer().export_records(export).await.unwrap().into_inner();
    let rows = export.message().await.unwrap().unwrap().rows;
    let Some(export_row::Record::Petition(row)) = &rows[0].record else { panic!("{rows:?}") };
    assert_eq!(row.name, name);

    let remote = |read: &Petition| Petition { remote: !read.remote, ..Petition::default() }.named(&name, "");
    Petition::update(&service, Some(remote(&read)), &[], WriteOptions::default()).await.unwrap();
    Petition::update(&service, Some(remote(&read)), &["remote"], WriteOptions::default()).await.unwrap();
    let replaced = Petition { complex: !read.complex, ..read }.named(&name, "");
    Petition::update(&service, Some(replaced), &["*"], WriteOptions::default()).await.unwrap();
    let kept = stored(&service, &name).await;
    assert_eq!((&kept["weather"], &kept["subject"]), (&theirs["weather"], &theirs["subject"]));
    assert_ne!(kept["complex"], theirs["complex"]);
}

#[tokio::test]
async fn an_event_of_a_later_release_keeps_what_is_its_own() {
    let service = Service::start().await;
    let made = Inspection::made(&service, "1").await;
    let name = made.name();
    let mut theirs = stored(&service, &name).await;
    for (at, execution) in theirs["executions"].as_array_mut().unwrap().iter_mut().enumerate() {
        execution["document"] = format!("QĐ {at}").into();
    }
    let service = service.with_store(async |store| put(store, &name, theirs.to_string()).await).await;
    let mut changed = Inspection::read(&service, &name).await.unwrap().into_inner();
    let events = changed.executions.len();
    changed.executions.rotate_left(1);
    Inspection::update(&service, Some(changed), &["executions"], WriteOptions::default()).await.unwrap();
    let kept = stored(&service, &name).await;
    let documents: Vec<_> =
        kept["executions"].as_array().unwrap().iter().map(|one| one["document"].clone()).collect();
    let mut expected: Vec<_> = (0..events).map(|at| serde_json::Value::from(format!("QĐ {at}"))).collect();
    expected.rotate_left(1);
    assert_eq!(documents, expected);
}
