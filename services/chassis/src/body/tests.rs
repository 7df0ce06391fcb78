use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use thidua_proto::awards::Bloc;
use thidua_proto::statistics::{Inspection, InspectionKind, Matter, Petition, PetitionSubject, Return, Unit};

use super::*;
use crate::store::Index;

fn index() -> Index {
    Index { collection: "things".into(), sort_number: 0, refers_to: None }
}

fn held(body: &Value) -> StoredVersion {
    StoredVersion::of(7, Timestamp::UNIX_EPOCH, body.to_string(), index())
}

/// What stands in the store after a resource was rewritten with a change.
fn rewritten<M: Message>(stored: &Value, change: impl FnOnce(&mut M)) -> Value {
    let held = held(stored);
    let mut message: M = decode(&stored.to_string()).unwrap();
    change(&mut message);
    let change = Change::put("things/1", index(), encode(message));
    let body = keep::<M>(&held, change).unwrap().body.unwrap();
    serde_json::from_str(&body).unwrap()
}

fn date(month: u32, day: u32) -> Value {
    json!({"year": 2023, "month": month, "day": day})
}

#[test]
fn names_of_fields_are_written_as_json_writes_them() {
    for (field, name) in
        [("kind", "kind"), ("received_date", "receivedDate"), ("recovery_area_m2", "recoveryAreaM2")]
    {
        assert_eq!(json_name(field), name);
    }
}

#[test]
fn fields_of_a_later_release_are_left_out_of_answers_and_kept_in_store() {
    let stored = json!({
        "displayName": "Sở", "color": "red", "layers": [{"a": 1}],
        "openDate": {"year": 1997, "month": 1, "day": 1, "calendar": "lunar"},
        "codes": [{"scheme": "a", "code": "1", "issuer": "x"}, {"scheme": "b", "code": "2", "issuer": "y"}],
    });
    let read: Unit = decode(&stored.to_string()).unwrap();
    assert_eq!((read.display_name.as_str(), read.codes.len()), ("Sở", 2));
    let mut expected = stored.clone();
    expected["displayName"] = json!("Sở Tư pháp");
    assert_eq!(rewritten::<Unit>(&stored, |unit| unit.display_name = "Sở Tư pháp".to_owned()), expected);
    assert_eq!(rewritten::<Unit>(&stored, |_| ()), stored, "nothing is lost where nothing is changed");
}

#[test]
fn elements_of_lists_keep_what_is_theirs_wherever_they_come_to_stand() {
    let code =
        |scheme: &str, code: &str, issuer: &str| json!({"scheme": scheme, "code": code, "issuer": issuer});
    let stored = json!({"codes": [code("a", "1", "x"), code("b", "2", "y"), code("c", "3", "z")]});
    let turned = rewritten::<Unit>(&stored, |unit| unit.codes.reverse());
    assert_eq!(turned["codes"], json!([code("c", "3", "z"), code("b", "2", "y"), code("a", "1", "x")]));
    // One is taken away, one has another code: it is known by its scheme.
    let changed = rewritten::<Unit>(&stored, |unit| {
        unit.codes.remove(0);
        unit.codes[0].code = "22".to_owned();
    });
    assert_eq!(changed["codes"], json!([code("b", "22", "y"), code("c", "3", "z")]));
    // A new one takes nothing of one that is gone.
    let replaced = rewritten::<Unit>(&stored, |unit| {
        unit.codes.truncate(1);
        unit.codes.push(thidua_proto::statistics::UnitCode { scheme: "d".to_owned(), ..Default::default() });
    });
    assert_eq!(replaced["codes"], json!([code("a", "1", "x"), {"scheme": "d"}]));
    // Two with one first field are known by their places.
    let twins = json!({"executions": [
        {"executionDate": date(3, 1), "mood": "a"}, {"executionDate": date(3, 1), "completed": true, "mood": "b"},
    ]});
    let paid = rewritten::<Inspection>(&twins, |inspection| {
        for execution in &mut inspection.executions {
            execution.recovered_amount_vnd = 5;
        }
    });
    assert_eq!((&paid["executions"][0]["mood"], &paid["executions"][1]["mood"]), (&json!("a"), &json!("b")));
}

#[test]
fn values_of_a_later_release_stay_until_another_one_is_given() {
    let stored = json!({"receivedDate": date(2, 1), "kind": "PETITION_KIND_COMPLAINT", "subject": "PETITION_SUBJECT_CLIMATE"});
    let read: Petition = decode(&stored.to_string()).unwrap();
    assert_eq!(read.subject, None);
    let remote = rewritten::<Petition>(&stored, |petition| petition.remote = true);
    assert_eq!(remote["subject"], "PETITION_SUBJECT_CLIMATE");
    let land =
        rewritten::<Petition>(&stored, |petition| petition.subject = Some(PetitionSubject::Land.into()));
    assert_eq!(land["subject"], "PETITION_SUBJECT_LAND");
}

#[test]
fn bodies_of_earlier_releases_are_read_and_rewritten_under_the_names_of_today() {
    let stored = json!({
        "title": "A organisation", "kind": "INSPECTION_KIND_SPECIALISED", "handledOrganisationCount": "3",
        "executions": [{"disciplinedOrganisationCount": "2"}],
    });
    let read: Inspection = decode(&stored.to_string()).unwrap();
    assert_eq!((read.kind(), read.handled_organization_count), (InspectionKind::Specialized, 3));
    assert_eq!((read.executions[0].disciplined_organization_count, &*read.title), (2, "A organisation"));
    let same = Change::put("things/1", index(), encode(read));
    let decision = replace::<Inspection>(&held(&stored), same).unwrap();
    assert!(decision.changes.is_empty(), "a name is no change");
    let matter: Matter =
        decode(r#"{"returnOrganisationAmountVnd":"4","benefitedOrganisationCount":"5"}"#).unwrap();
    assert_eq!((matter.return_organization_amount_vnd, matter.benefited_organization_count), (4, 5));
    let filed = r#"{"columns":[{"code":"4","computedValue":"1"}],"approvals":[{"values":[{"code":"4","value":"1"}]}]}"#;
    let filed: Return = decode(filed).unwrap();
    assert_eq!((&*filed.columns[0].column, &*filed.approvals[0].values[0].column), ("4", "4"));
}

fn merged(mask: Option<&[&str]>, patch: &Bloc) -> Result<Bloc, CommonError> {
    let stored = r#"{"displayName":"Khối","displayNameEn":"Bloc","members":[{"unit":"units/a"}]}"#;
    let mask = mask.map(|paths| FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
    merge(stored, patch, mask.as_ref())
}

#[test]
fn an_update_without_mask_takes_the_populated_fields_and_a_star_replaces_all() {
    let patch = || Bloc { display_name: "Khối mới".to_owned(), ..Bloc::default() };
    for mask in [None, Some(&[][..])] {
        let found = merged(mask, &patch()).unwrap();
        assert_eq!(
            (&*found.display_name, &*found.display_name_en, found.members.len()),
            ("Khối mới", "Bloc", 1)
        );
    }
    let found = merged(Some(&["*"]), &patch()).unwrap();
    assert_eq!((&*found.display_name, &*found.display_name_en, found.members.len()), ("Khối mới", "", 0));
    let found = merged(Some(&["display_name_en"]), &patch()).unwrap();
    assert_eq!((&*found.display_name, &*found.display_name_en, found.members.len()), ("Khối", "", 1));
}

#[test]
fn what_the_server_sets_is_ignored_even_where_it_cannot_be_written() {
    let never = thidua_proto::Timestamp { seconds: i64::MAX, nanos: -1 };
    let patch = Bloc {
        name: "blocs/x".to_owned(),
        create_time: Some(never),
        update_time: Some(never),
        ..Bloc::default()
    };
    for mask in [None, Some(&["*"][..]), Some(&["create_time", "name", "etag"][..])] {
        let found = merged(mask, &patch).unwrap();
        assert_eq!((&*found.name, found.create_time, found.update_time), ("", None, None), "{mask:?}");
    }
}

#[test]
fn masks_have_bounds_and_name_fields() {
    let told = |mask: &[&str]| match merged(Some(mask), &Bloc::default()) {
        Err(CommonError::Fields(violations)) => violations.paths(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        told(&["display_name", "colour", "members.unit"]),
        "update_mask.paths[1],update_mask.paths[2]"
    );
    assert_eq!(told(&["display_name"; MOST_PATHS + 1]), "update_mask.paths");
}

#[test]
fn an_update_to_what_is_there_keeps_its_answer_and_no_version() {
    let stored = json!({"displayName": "Sở", "color": "red"});
    let held = held(&stored);
    let unit: Unit = decode(&stored.to_string()).unwrap();
    let decision = replace::<Unit>(&held, Change::put("units/a", index(), encode(unit))).unwrap();
    assert!(decision.changes.is_empty());
    let outcome: Option<Arc<str>> = decision.outcome.map(Into::into);
    let committed = Committed { revision: 9, changes: Vec::new(), outcome };
    let answer: Unit = unchanged(&committed).unwrap().unwrap();
    assert_eq!((&*answer.name, &*answer.etag, &*answer.display_name), ("units/a", "7", "Sở"));
}
