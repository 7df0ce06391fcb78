//! Opening, closing, opening again.

use super::super::engine::{postgres, sqlite};
use super::super::sql;
use super::*;

#[tokio::test]
async fn every_engine_takes_every_statement() {
    for home in homes() {
        home.open().await.close().await;
        let mut texts: Vec<String> = sql::ALL.iter().map(|text| (*text).to_owned()).collect();
        if home.is_shared() {
            texts.push(sql::DATABASE_TEXT.to_owned());
            texts.extend(sql::LISTS.iter().map(|head| postgres::one_list(head)));
            texts
                .extend(sql::ROWS.iter().map(|((head, tail), types)| postgres::multi_row(head, types, tail)));
        }
        for length in [1, sqlite::MOST_ROWS].into_iter().filter(|_| !home.is_shared()) {
            texts.extend(sql::LISTS.iter().map(|head| sqlite::one_list(head, length)));
            let rows = sql::ROWS.iter();
            texts
                .extend(rows.map(|((head, tail), types)| sqlite::multi_row(head, types.len(), length, tail)));
        }
        for text in &texts {
            assert!(text.starts_with("-- chassis.store."), "{text}");
            let refused = home.refuses(text).await;
            assert!(refused.is_none(), "{}: {text}: {refused:?}", home.address);
        }
    }
}

#[test]
fn no_statement_is_left_out_of_the_lists() {
    let source = include_str!("../sql.rs");
    let of_one_engine = 1;
    assert_eq!(source.matches(": &str =").count(), sql::ALL.len() + sql::LISTS.len() + of_one_engine);
    assert_eq!(source.matches(": (&str, &str) =").count(), sql::ROWS.len());
}

#[tokio::test]
async fn a_fresh_store_is_empty() {
    for home in homes() {
        let store = home.open().await;
        assert_eq!(store.head(), Head { revision: 0, hash: ZERO_HASH.into() });
        assert_eq!(store.entries(1, 10, 1000).await.unwrap(), Vec::new());
        assert!(store.get("things/1").await.unwrap().is_none());
        assert_eq!(listed(&store, "things").await, Vec::<String>::new());
        let (revision, running_totals) = store.running_totals(&["a".into()]).await.unwrap();
        assert_eq!((revision, running_totals[0].up_to("records", i64::MAX)), (0, 0));
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn an_address_of_no_engine_is_refused() {
    for address in ["", "store.sqlite", "nowhere:store"] {
        let opened = Store::open(address, COUNTING, Clock::fixed(at(0))).await;
        assert!(
            matches!(&opened, Err(StoreError::Address { address: told }) if told == address),
            "{opened:?}"
        );
    }
}

#[tokio::test]
async fn an_embedded_store_is_opened_once_at_a_time() {
    let home = embedded();
    let store = home.open().await;
    let second = home.try_open().await;
    assert!(matches!(&second, Err(StoreError::InUse { path }) if *path == home.path()), "{second:?}");
    store.submit(put("things/1", "{}")).await.unwrap();
    store.close().await;
    home.open().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_store_can_be_opened_at_once() {
    for home in homes() {
        for revision in 1..=50 {
            let store = home.open().await;
            assert_eq!(store.submit(count("things/1")).await.unwrap().revision, revision);
            store.close().await;
        }
    }
}

#[tokio::test]
async fn closing_finishes_what_has_queued() {
    for home in homes() {
        let store = home.open().await;
        let queued: Vec<_> = (0..300).map(|_| queue(&store, count("things/1"))).collect();
        let late = store.clone();
        store.clone().close().await;
        for (one, revision) in queued.into_iter().zip(1..) {
            assert_eq!(one.await.unwrap().revision, revision);
        }
        let refused = late.submit(count("things/1")).await;
        assert!(matches!(refused, Err(SubmitError::Store(StoreError::Closing))), "{refused:?}");
        drop((store, late));
        assert_eq!(body(&home.open().await, "things/1").await.as_deref(), Some("300"));
    }
}

#[tokio::test]
async fn opening_again_finds_everything() {
    for home in homes() {
        let store = home.open_at(1).await;
        store.submit(put("things/1", &record("a", 3, 7))).await.unwrap();
        store.submit(with_id(put("things/2", &record("a", 4, 1)), 9, 'a')).await.unwrap();
        store.submit(delete("things/1")).await.unwrap();
        let (head, entries) = (store.head(), store.entries(1, 10, 1 << 20).await.unwrap());
        store.close().await;

        let store = home.open_at(2).await;
        assert_eq!(store.head(), head);
        assert_eq!(store.entries(1, 10, 1 << 20).await.unwrap(), entries);
        assert_eq!(listed(&store, "things").await, ["things/2"]);
        let found = store.get("things/2").await.unwrap().unwrap().held;
        assert_eq!((found.revision, found.create_time, found.update_time), (2, at(1), at(1)));
        let (revision, running_totals) = store.running_totals(&["a".into()]).await.unwrap();
        assert_eq!((revision, running_totals[0].up_to("amounts", 10)), (3, 1));
        let again = store.submit(with_id(put("things/2", "{}"), 9, 'a')).await.unwrap();
        assert_eq!(again.revision, 2, "request ids are remembered");
        assert_eq!(store.submit(put("things/3", "{}")).await.unwrap().revision, 4);
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn a_schema_of_another_release_is_refused_and_left_alone() {
    for home in homes() {
        home.open().await.close().await;
        let known = i64::try_from(super::super::migrations::MIGRATIONS.len()).unwrap();
        for (sql, version) in
            [("UPDATE store_schema SET version = 99", 99), ("UPDATE store_schema SET version = -1", -1)]
        {
            home.alter(sql).await;
            let opened = home.try_open().await;
            let told = matches!(opened, Err(StoreError::Schema { found, known: k }) if found == version && k == known);
            assert!(told, "{opened:?}");
        }
        home.alter(if known == 5 { "UPDATE store_schema SET version = 5" } else { panic!("{known}") }).await;
        assert_verified(&home.open().await).await;
    }
}
