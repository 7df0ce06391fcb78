//! The condition of a store follows the database down and up again, and no failure outlasts its cause.

use super::*;

/// Waits until the condition is as it should be.
async fn wait_for(store: &Store, readable: bool, writable: bool) {
    let wanted = StoreCondition { is_readable: readable, is_writable: writable };
    store.condition().wait_for(|found| *found == wanted).await.unwrap();
}

/// Makes every write of a table fail, as a full disk does: the database takes the whole transaction back.
async fn break_writing(home: &Home) {
    let refuse = "RAISE(ROLLBACK, 'no room')";
    for (name, event) in [("entries", "INSERT ON entries"), ("probe", "UPDATE ON probe")] {
        home.run(&format!("CREATE TRIGGER broken_{name} BEFORE {event} BEGIN SELECT {refuse}; END")).await;
    }
}

async fn mend_writing(home: &Home) {
    home.run("DROP TRIGGER broken_entries").await;
    home.run("DROP TRIGGER broken_probe").await;
}

#[tokio::test]
async fn writing_goes_on_without_a_restart_once_what_hindered_it_is_gone() {
    let home = embedded();
    let store = home.open().await;
    store.submit(put("things/1", "{}")).await.unwrap();
    break_writing(&home).await;
    for outcome in batch(&store, [put("things/2", "{}"), put("things/3", "{}")]).await {
        assert!(matches!(outcome, Err(SubmitError::Store(_))), "{outcome:?}");
    }
    store.shared.look_at_condition.notify_one();
    wait_for(&store, true, false).await;
    assert_eq!(listed(&store, "things").await, ["things/1"], "reading goes on");

    mend_writing(&home).await;
    wait_for(&store, true, true).await;
    assert_eq!(store.submit(put("things/4", "{}")).await.unwrap().revision, 2);
    assert_verified(&store).await;
}

#[tokio::test]
async fn a_database_file_that_is_taken_away_is_missed_at_once() {
    let home = embedded();
    let store = home.open().await;
    store.submit(put("things/1", "{}")).await.unwrap();
    let elsewhere = home.folder.path().join("elsewhere.sqlite");
    std::fs::rename(home.path(), &elsewhere).unwrap();
    for replacement in [false, true] {
        if replacement {
            std::fs::write(home.path(), "").unwrap();
        }
        let refused = store.submit(put("things/2", "{}")).await;
        assert!(matches!(refused, Err(SubmitError::Store(StoreError::Corrupt { .. }))), "{refused:?}");
        wait_for(&store, false, false).await;
    }
    // Put back, it is the store that it was.
    std::fs::rename(&elsewhere, home.path()).unwrap();
    wait_for(&store, true, true).await;
    assert_eq!(store.submit(put("things/2", "{}")).await.unwrap().revision, 2);
    assert_verified(&store).await;
}

#[tokio::test]
async fn a_damaged_file_is_told_as_damage() {
    use thidua_proto::status::Failure;
    use tonic::Code;

    use crate::failure::CommonError;

    let home = embedded();
    let store = home.open().await;
    for n in 0..200 {
        store.submit(put(&format!("things/{n}"), &format!("\"{}\"", "x".repeat(500)))).await.unwrap();
    }
    store.close().await;
    let mut bytes = std::fs::read(home.path()).unwrap();
    for byte in &mut bytes[8192..] {
        *byte = 0xAA;
    }
    std::fs::write(home.path(), bytes).unwrap();
    let damage = match home.try_open().await {
        Err(error) => error,
        Ok(store) => store.page(&PageQuery::all("things", 1000)).await.unwrap_err(),
    };
    let failure = Failure::from(CommonError::from(damage));
    assert_eq!((failure.code, failure.reason), (Code::DataLoss, "ERROR_REASON_STORE_DAMAGED"));
}

#[tokio::test]
async fn an_empty_store_is_not_begun_where_one_was_known() {
    let home = embedded();
    let store = home.open().await;
    store.submit(put("things/1", "{}")).await.unwrap();
    store.close().await;
    std::fs::remove_file(home.path()).unwrap();
    for _ in 0..2 {
        let opened = home.try_open().await;
        assert!(matches!(&opened, Err(StoreError::Gone { path, .. }) if *path == home.path()), "{opened:?}");
    }
    // Who really wants to begin anew says so.
    std::fs::remove_file(home.path().with_extension("lock")).unwrap();
    assert_eq!(home.open().await.head().revision, 0);
}

#[tokio::test]
async fn one_file_is_written_by_one_store_whatever_it_is_called() {
    let home = embedded();
    let store = home.open().await;
    let link = home.folder.path().join("link.sqlite");
    std::os::unix::fs::symlink(home.path(), &link).unwrap();
    let linked = Store::open(&format!("sqlite:{}", link.display()), COUNTING, Clock::fixed(at(0))).await;
    assert!(matches!(linked, Err(StoreError::InUse { .. })), "{linked:?}");
    std::fs::remove_file(home.path().with_extension("lock")).unwrap();
    let again = home.try_open().await;
    assert!(matches!(again, Err(StoreError::InUse { .. })), "{again:?}");
    store.submit(put("things/1", "{}")).await.unwrap();
}

#[test]
fn a_file_that_another_process_has_locked_is_in_use() {
    let home = embedded();
    let file = std::fs::File::create(home.path()).unwrap();
    // Another handle of the file is as good as another process: the lock belongs to the handle.
    file.lock().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let opened = runtime.block_on(home.try_open());
    assert!(matches!(opened, Err(StoreError::InUse { .. })), "{opened:?}");
}
