//! A store without room. The limit is the engine's own, so this is about SQLite alone.

use super::super::engine::Engine;
use super::super::inner::StoreInner;
use super::super::set_up::set_up;
use super::*;

/// Opens a store that may not grow beyond about 400 kB.
async fn open_with_little_room(home: &Home) -> Store {
    let engine = Engine::open(&home.address).await.unwrap();
    let head = set_up(&engine, Some(&COUNTING)).await.unwrap();
    let mut transaction = engine.begin().await.unwrap();
    transaction.script("PRAGMA max_page_count = 100").await.unwrap();
    transaction.commit().await.unwrap();
    Store::start(StoreInner::new(engine, head, COUNTING, ClockRules::default()), Clock::fixed(at(0)))
}

#[tokio::test]
async fn a_full_store_says_so_writes_nothing_and_goes_on() {
    let home = embedded();
    let large = format!("\"{}\"", "x".repeat(1_000_000));
    let store = open_with_little_room(&home).await;
    store.submit(put("things/1", "{}")).await.unwrap();

    let outcomes = batch(&store, [put("things/2", "{}"), put("things/3", &large)]).await;
    for outcome in outcomes {
        assert!(matches!(outcome, Err(SubmitError::Store(StoreError::Full))), "{outcome:?}");
    }
    assert_eq!(store.head().revision, 1);
    assert_eq!(listed(&store, "things").await, ["things/1"]);

    assert_eq!(store.submit(put("things/4", "{}")).await.unwrap().revision, 2, "what fits is written");
    assert_verified(&store).await;
    store.close().await;

    let store = home.open().await;
    assert_eq!(store.submit(put("things/3", &large)).await.unwrap().revision, 3, "with room it is written");
    assert_eq!(listed(&store, "things").await, ["things/1", "things/3", "things/4"]);
    assert_verified(&store).await;
}
