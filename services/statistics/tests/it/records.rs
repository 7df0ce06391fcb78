use thidua_proto::statistics::ErrorReason;

use super::harness::*;
use super::kind::{Kind, WriteOptions, of_every_kind};

of_every_kind!(
    lives_from_create_to_delete,
    is_changed_where_the_mask_says,
    stays_as_it_is_where_an_update_changes_nothing,
    is_created_once_by_request_id,
    without_an_id_is_created_once_by_request_id,
    is_updated_and_deleted_once_by_request_id,
    with_other_content_or_caller_is_no_replay,
    has_a_name_of_its_own,
    is_not_changed_by_who_read_an_older_one,
    needs_what_it_names,
    belongs_to_a_unit_that_exists_then,
    is_only_checked_if_asked,
    is_kept_by_recorders_of_the_unit_and_above,
);

async fn lives_from_create_to_delete<K: Kind>() {
    let service = Service::start().await;
    let answer = K::create(&service, UNIT, "7-a", Some(K::sample()), WriteOptions::default()).await.unwrap();
    let at = revision(&answer);
    let made = answer.into_inner();
    assert_eq!((made.name(), made.etag()), (K::name_of("7-a"), at));
    assert_eq!(made.content(), K::sample());
    assert_eq!(K::read(&service, &made.name()).await.unwrap().into_inner(), made);

    let changed = K::changed().named(&made.name(), &made.etag());
    let answer = K::update(&service, Some(changed), &[], WriteOptions::default()).await.unwrap();
    let at = revision(&answer);
    let updated = answer.into_inner();
    assert_eq!((updated.content(), updated.etag()), (K::changed(), at));
    assert_eq!(K::read(&service, &made.name()).await.unwrap().into_inner(), updated);

    let answer = K::delete(&service, &made.name(), &updated.etag(), WriteOptions::default()).await.unwrap();
    assert_eq!(revision(&answer), service.head().await.to_string());
    for gone in [
        K::read(&service, &made.name()).await.map(drop),
        K::delete(&service, &made.name(), "", WriteOptions::default()).await.map(drop),
        K::update(&service, Some(updated), &[], WriteOptions::default()).await.map(drop),
    ] {
        assert_eq!(refused(gone, ErrorReason::ResourceNotFound), facts(&[("resource", &made.name())]));
    }
    // The name is free again.
    assert_eq!(K::made(&service, "7-a").await.content(), K::sample());
}

async fn is_changed_where_the_mask_says<K: Kind>() {
    let service = Service::start().await;
    let made = K::made(&service, "1").await;
    let update = |paths: &'static [&'static str]| {
        let (service, record) = (&service, K::changed().named(&made.name(), ""));
        async move { K::update(service, Some(record), paths, WriteOptions::default()).await }
    };
    let masked = update(&[K::CHANGED]).await.unwrap().into_inner();
    assert!(masked.content() != K::sample() && masked.content() != K::changed(), "{masked:?}");
    for bad in [&["x"][..], &[K::CHANGED, "x"]] {
        let path = format!("update_mask.paths[{}]", bad.len() - 1);
        assert_eq!(violated(update(bad).await), faults(&[(&path, "MALFORMED")]));
    }
    let outputs = update(&["name", "etag", "create_time"]).await.unwrap().into_inner();
    assert_eq!(outputs, masked, "what the server sets is ignored");
    assert_eq!(update(&["*"]).await.unwrap().into_inner().content(), K::changed());
}

async fn stays_as_it_is_where_an_update_changes_nothing<K: Kind>() {
    let service = Service::start().await;
    let made = K::made(&service, "1").await;
    let head = service.head().await;
    let same = || K::update(&service, Some(made.clone()), &["*"], WriteOptions::id(REQUEST_ID));
    let first = same().await.unwrap();
    assert_eq!((first.get_ref(), revision(&first)), (&made, (head + 1).to_string()), "no new version");
    // Nothing is populated, so nothing is changed.
    let nothing = K::default().named(&made.name(), "");
    let answer = K::update(&service, Some(nothing), &[], WriteOptions::default()).await.unwrap();
    assert_eq!(answer.get_ref(), &made);
    let read = K::read(&service, &made.name()).await.unwrap().into_inner();
    assert_eq!(read, made);
    // The first call is remembered, also after the record has changed.
    let changed = K::changed().named(&made.name(), &made.etag());
    K::update(&service, Some(changed), &[], WriteOptions::default()).await.unwrap();
    let again = same().await.unwrap();
    assert_eq!((again.get_ref(), revision(&again)), (&made, (head + 1).to_string()));
    assert_eq!(service.head().await, head + 3);
    let other = K::update(&service, Some(made.clone()), &[], WriteOptions::id(REQUEST_ID)).await;
    refused(other, ErrorReason::RequestIdReused);
}

async fn is_created_once_by_request_id<K: Kind>() {
    let service = Service::start().await;
    let create = || K::create(&service, UNIT, "1", Some(K::sample()), WriteOptions::id(REQUEST_ID));
    let first = create().await.unwrap();
    let head = service.head().await;
    let again = create().await.unwrap();
    assert_eq!(revision(&first), revision(&again));
    assert_eq!(first.get_ref(), again.get_ref());
    assert_eq!(service.head().await, head);
    // Also after it has changed and gone, and after a restart: the answer is that of then.
    K::update(&service, Some(K::changed().named(&first.get_ref().name(), "")), &[], WriteOptions::default())
        .await
        .unwrap();
    K::delete(&service, &first.get_ref().name(), "", WriteOptions::default()).await.unwrap();
    assert_eq!(create().await.unwrap().get_ref(), first.get_ref());
    let service = service.restart().await;
    let again =
        K::create(&service, UNIT, "1", Some(K::sample()), WriteOptions::id(REQUEST_ID)).await.unwrap();
    assert_eq!(again.get_ref(), first.get_ref());
    assert_eq!(service.head().await, head + 2);
}

async fn without_an_id_is_created_once_by_request_id<K: Kind>() {
    let service = Service::start().await;
    let create = |terms| K::create(&service, UNIT, "", Some(K::sample()), terms);
    let first = create(WriteOptions::id(REQUEST_ID)).await.unwrap().into_inner();
    let head = service.head().await;
    assert_eq!(create(WriteOptions::id(REQUEST_ID)).await.unwrap().into_inner(), first);
    assert_eq!(service.head().await, head);
    let second = create(WriteOptions::id(OTHER_ID)).await.unwrap().into_inner();
    assert_ne!(second.name(), first.name());
    assert_ne!(create(WriteOptions::default()).await.unwrap().into_inner().name(), second.name());
    assert_eq!(service.head().await, head + 2);
}

async fn is_updated_and_deleted_once_by_request_id<K: Kind>() {
    let service = Service::start().await;
    let made = K::made(&service, "1").await;
    let changed = K::changed().named(&made.name(), &made.etag());
    let update = || K::update(&service, Some(changed.clone()), &[], WriteOptions::id(REQUEST_ID));
    let first = update().await.unwrap();
    let again = update().await.unwrap();
    assert_eq!((first.get_ref(), revision(&first)), (again.get_ref(), revision(&again)));
    let delete = || K::delete(&service, "", "", WriteOptions::default());
    assert_eq!(violated(delete().await), faults(&[("name", "REQUIRED")]));
    let (name, etag) = (made.name(), first.get_ref().etag());
    let delete = || K::delete(&service, &name, &etag, WriteOptions::id(OTHER_ID));
    let at = revision(&delete().await.unwrap());
    assert_eq!(revision(&delete().await.unwrap()), at);
    assert_eq!(service.head().await.to_string(), at);
}

async fn with_other_content_or_caller_is_no_replay<K: Kind>() {
    let service = Service::start().await;
    let first =
        K::create(&service, UNIT, "1", Some(K::sample()), WriteOptions::id(REQUEST_ID)).await.unwrap();
    let expected = facts(&[("request_id", REQUEST_ID), ("revision", &revision(&first))]);
    let name = first.get_ref().name();
    let stranger = WriteOptions { caller: Some(RECORDER), ..WriteOptions::id(REQUEST_ID) };
    let head = service.head().await;
    for other in [
        K::create(&service, UNIT, "1", Some(K::changed()), WriteOptions::id(REQUEST_ID)).await.map(drop),
        K::create(&service, UNIT, "2", Some(K::sample()), WriteOptions::id(REQUEST_ID)).await.map(drop),
        K::create(&service, UNIT, "1", Some(K::sample()), stranger).await.map(drop),
        K::update(&service, Some(K::sample().named(&name, "")), &[], WriteOptions::id(REQUEST_ID))
            .await
            .map(drop),
        K::delete(&service, &name, "", WriteOptions::id(REQUEST_ID)).await.map(drop),
    ] {
        assert_eq!(refused(other, ErrorReason::RequestIdReused), expected);
    }
    assert_eq!(service.head().await, head);
    let bad = K::delete(&service, &name, "", WriteOptions::id("7")).await;
    assert_eq!(violated(bad), faults(&[("request_id", "MALFORMED")]));
}

async fn has_a_name_of_its_own<K: Kind>() {
    let service = Service::start().await;
    let made = K::made(&service, "1").await;
    let again = K::create(&service, UNIT, "1", Some(K::sample()), WriteOptions::default()).await;
    assert_eq!(refused(again, ErrorReason::ResourceAlreadyExists), facts(&[("resource", &made.name())]));
    for (id, reason) in
        [("A", "MALFORMED"), ("-a", "MALFORMED"), ("a_b", "MALFORMED"), (&"x".repeat(64), "MALFORMED")]
    {
        let bad = K::create(&service, UNIT, id, Some(K::sample()), WriteOptions::default()).await;
        assert_eq!(violated(bad), faults(&[(&format!("{}_id", K::FIELD), reason)]), "{id}");
    }
    K::create(&service, UNIT, &"x".repeat(63), Some(K::sample()), WriteOptions::default()).await.unwrap();
    // A name of the caller's makes no difference.
    let named = K::sample().named("units/x/petitions/x", "9");
    let made =
        K::create(&service, UNIT, "2", Some(named), WriteOptions::default()).await.unwrap().into_inner();
    assert_eq!(made.name(), K::name_of("2"));
}

async fn is_not_changed_by_who_read_an_older_one<K: Kind>() {
    let service = Service::start().await;
    let made = K::made(&service, "1").await;
    let newer = K::changed().named(&made.name(), &made.etag());
    let newer = K::update(&service, Some(newer), &[], WriteOptions::default()).await.unwrap().into_inner();
    let expected = facts(&[("resource", &made.name()), ("etag", &made.etag())]);
    for stale in [
        K::update(&service, Some(made.clone()), &[], WriteOptions::default()).await.map(drop),
        K::update(&service, Some(made.clone()), &[], WriteOptions::check()).await.map(drop),
        K::delete(&service, &made.name(), &made.etag(), WriteOptions::default()).await.map(drop),
    ] {
        assert_eq!(refused(stale, ErrorReason::EtagMismatch), expected);
    }
    assert_eq!(K::read(&service, &made.name()).await.unwrap().into_inner(), newer);
}

async fn needs_what_it_names<K: Kind>() {
    let service = Service::start().await;
    let head = service.head().await;
    let elsewhere = K::create(&service, "units/none", "1", Some(K::sample()), WriteOptions::default()).await;
    assert_eq!(refused(elsewhere, ErrorReason::ResourceNotFound), facts(&[("resource", "units/none")]));
    let both = K::create(&service, "x", "", None, WriteOptions::default()).await;
    assert_eq!(violated(both), faults(&[("parent", "MALFORMED"), (K::FIELD, "REQUIRED")]));
    let none = K::update(&service, None, &[], WriteOptions::id("x")).await;
    assert_eq!(violated(none), faults(&[(K::FIELD, "REQUIRED"), ("request_id", "MALFORMED")]));
    let path = format!("{}.name", K::FIELD);
    let nameless = K::update(&service, Some(K::sample()), &[], WriteOptions::default()).await;
    assert_eq!(violated(nameless), faults(&[(&path, "REQUIRED")]));
    // The name of another kind is no name of this one.
    let other =
        K::name_of("1").replace(K::PLURAL, if K::PLURAL == "matters" { "petitions" } else { "matters" });
    assert_eq!(violated(K::read(&service, &other).await), faults(&[("name", "MALFORMED")]));
    assert_eq!(
        violated(K::delete(&service, &other, "", WriteOptions::default()).await),
        faults(&[("name", "MALFORMED")])
    );
    let update = K::update(&service, Some(K::sample().named(&other, "")), &[], WriteOptions::default()).await;
    assert_eq!(violated(update), faults(&[(&path, "MALFORMED")]));
    assert_eq!(service.head().await, head);
}

async fn belongs_to_a_unit_that_exists_then<K: Kind>() {
    let service = Service::start().await;
    for last in [day(2023, 6, 30), day(1997, 1, 1)] {
        K::create(&service, CLOSED, "", Some(K::on(last, false)), WriteOptions::default()).await.unwrap();
    }
    for (outside, date) in [(day(2023, 7, 1), "2023-07-01"), (day(1996, 12, 31), "1996-12-31")] {
        let record = K::on(outside, false);
        let told = refused(
            K::create(&service, CLOSED, "", Some(record), WriteOptions::default()).await,
            ErrorReason::UnitClosed,
        );
        let span = [("open_date", "1997-01-01"), ("close_date", "2023-06-30")];
        assert_eq!(told, facts(&[&[("unit", CLOSED), ("date", date)][..], &span].concat()));
    }
    let made = K::made(&service, "1").await;
    let moved = K::on(day(1996, 12, 31), false).named(&made.name(), "");
    let status = K::update(&service, Some(moved), &["*"], WriteOptions::default()).await.unwrap_err();
    assert!(status.message().contains("exists from 1997-01-01 on, not on 1996-12-31"), "{status:?}");
    let told = refused(Err::<(), _>(status), ErrorReason::UnitClosed);
    assert_eq!((told["unit"].as_str(), told["close_date"].as_str()), (UNIT, ""));
}

async fn is_only_checked_if_asked<K: Kind>() {
    let service = Service::start().await;
    let head = service.head().await;
    let checked =
        K::create(&service, UNIT, "1", Some(K::sample()), WriteOptions::check()).await.unwrap().into_inner();
    assert_eq!((checked.name(), checked.content()), (K::name_of("1"), K::sample()));
    refused(K::read(&service, &checked.name()).await, ErrorReason::ResourceNotFound);
    assert_eq!(service.head().await, head);

    let made = K::made(&service, "1").await;
    refused(
        K::create(&service, UNIT, "1", Some(K::sample()), WriteOptions::check()).await,
        ErrorReason::ResourceAlreadyExists,
    );
    let changed = K::changed().named(&made.name(), &made.etag());
    let checked = K::update(&service, Some(changed), &[], WriteOptions::check()).await.unwrap().into_inner();
    assert_eq!(checked.content(), K::changed());
    K::delete(&service, &made.name(), &made.etag(), WriteOptions::check()).await.unwrap();
    assert_eq!(K::read(&service, &made.name()).await.unwrap().into_inner(), made);
    assert_eq!(service.head().await, head + 1);
}

async fn is_kept_by_recorders_of_the_unit_and_above<K: Kind>() {
    let service = Service::start().await;
    let create = |id, caller| K::create(&service, UNIT, id, Some(K::sample()), WriteOptions::caller(caller));
    for (id, caller) in [("1", RECORDER), ("2", RECORDER_ABOVE)] {
        let made = create(id, caller).await.unwrap().into_inner();
        K::update(&service, Some(made.clone()), &[], WriteOptions::caller(caller)).await.unwrap();
        K::delete(&service, &made.name(), "", WriteOptions::caller(caller)).await.unwrap();
    }
    let made = K::made(&service, "1").await;
    let head = service.head().await;
    for (caller, name) in [
        (REGISTRAR, "offices/so-noi-vu"),
        (RECORDER_BESIDE, "offices/van-phong for units/so-ngoai-vu"),
        ("office=a; unit=units/thanh-tra-tinh; roles=secretary", "offices/a for units/thanh-tra-tinh"),
        ("office=a; roles=recorder", "offices/a"),
    ] {
        let expected = facts(&[("caller", name), ("resource", UNIT), ("role", "recorder")]);
        for outcome in [
            create("2", caller).await.map(drop),
            K::update(&service, Some(made.clone()), &[], WriteOptions::caller(caller)).await.map(drop),
            K::delete(&service, &made.name(), "", WriteOptions::caller(caller)).await.map(drop),
        ] {
            assert_eq!(refused(outcome, ErrorReason::CallerNotAllowed), expected);
        }
    }
    // Rights go down, not up.
    let above = K::create(&service, ABOVE, "1", Some(K::sample()), WriteOptions::caller(RECORDER)).await;
    assert_eq!(refused(above, ErrorReason::CallerNotAllowed)["resource"], ABOVE);
    assert_eq!(service.head().await, head);
}
