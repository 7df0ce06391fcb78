//! Copies to another engine, and backups with ordinary tools.

use thidua_tests::cluster::run;

use super::super::engine::Engine;
use super::super::set_up::set_up;
use super::*;

/// A store with a history: changes, ends, sums, and a request id.
async fn fill(store: &Store) {
    batch(store, (0..50).map(|n| put(&format!("things/{n}"), &record("a", n, n)))).await;
    batch(store, (0..20).map(|n| put(&format!("things/{n}"), &record("b", n, 2 * n)))).await;
    batch(store, (40..50).map(|n| delete(&format!("things/{n}")))).await;
    store.submit(with_id(put("others/1", "{}"), 7, 'a')).await.unwrap();
}

/// What anyone can see of a store.
async fn seen(store: &Store) -> (Head, Vec<Entry>, Vec<String>, [i64; 2]) {
    let (_, running_totals) = store.running_totals(&["a".into(), "b".into()]).await.unwrap();
    let sums = [&running_totals[0], &running_totals[1]].map(|one| one.up_to("amounts", 1000));
    (store.head(), store.entries(1, 1000, usize::MAX).await.unwrap(), listed(store, "things").await, sums)
}

#[tokio::test]
async fn a_copy_on_any_engine_is_the_same_store() {
    for home in homes() {
        let store = home.open().await;
        fill(&store).await;
        let before = seen(&store).await;
        store.close().await;
        for target in homes() {
            let mut told = (0, 0);
            let head = copy(&home.address, &target.address, |at, of| told = (at, of)).await.unwrap();
            assert_eq!((&head, told), (&before.0, (81, 81)));
            let store = target.open().await;
            assert_eq!(seen(&store).await, before);
            assert_verified(&store).await;
            let again = store.submit(with_id(put("others/1", "{}"), 7, 'a')).await.unwrap();
            assert_eq!(again.revision, 81, "request ids are remembered");
            assert_eq!(store.submit(put("others/2", "{}")).await.unwrap().revision, 82);
            assert_verified(&store).await;
            store.close().await;
            let refused = copy(&home.address, &target.address, |_, _| ()).await;
            assert!(matches!(refused, Err(StoreError::NotEmpty { .. })), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn a_damaged_journal_is_not_copied() {
    for home in homes() {
        let store = home.open().await;
        fill(&store).await;
        store.close().await;
        home.alter("UPDATE versions SET body = '{}' WHERE revision = 5").await;
        for target in homes() {
            let refused = copy(&home.address, &target.address, |_, _| ()).await;
            let named = matches!(&refused, Err(StoreError::Corrupt { problem }) if problem.starts_with("revision 5 "));
            assert!(named, "{refused:?}");
            assert_eq!(target.open().await.head().revision, 0, "nothing was copied");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_copied() {
    let (home, target) = (embedded(), embedded());
    let refused = copy(&home.address, &target.address, |_, _| ()).await;
    assert!(matches!(refused, Err(StoreError::Missing { .. })), "{refused:?}");
    assert!(!home.path().exists());
}

/// Backs a store up while it is written to, and opens what was restored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ordinary_tools_back_up_and_restore() {
    for home in homes() {
        let store = home.open().await;
        fill(&store).await;
        let writer = tokio::spawn({
            let store = store.clone();
            async move {
                for n in 0..100 {
                    store.submit(put(&format!("later/{n}"), &record("a", n, 1))).await.unwrap();
                }
            }
        });
        let restored = back_up_and_restore(&home).await;
        writer.await.unwrap();

        let copy = restored.open().await;
        let head = copy.head();
        assert!((81..=181).contains(&head.revision), "{head:?}");
        assert_verified(&copy).await;
        let original = store.entries(head.revision, 1, 1).await.unwrap();
        assert_eq!(original[0].hash, head.hash, "the backup is a beginning of the store");
        let (revision, running_totals) = copy.running_totals(&["a".into()]).await.unwrap();
        let later = listed(&copy, "later").await.len();
        assert_eq!(
            (revision, running_totals[0].up_to("records", 1000)),
            (head.revision, 20 + i64::try_from(later).unwrap())
        );
        assert_eq!(copy.submit(put("others/3", "{}")).await.unwrap().revision, head.revision + 1);
    }
}

async fn back_up_and_restore(home: &Home) -> Home {
    let folder = TempDir::new().unwrap();
    if home.is_shared() {
        // pg_dump, then psql into an empty database.
        let cluster = Cluster::shared().unwrap();
        let address = cluster.database();
        let name = |address: &str| address.rsplit('/').next().unwrap().to_owned();
        let dump = run(cluster.client("pg_dump").arg(name(&home.address)));
        let file = folder.path().join("dump.sql");
        std::fs::write(&file, dump.stdout).unwrap();
        let mut restore = cluster.client("psql");
        restore.args(["-q", "-v", "ON_ERROR_STOP=1", "-d", &name(&address)]);
        run(restore.stdin(std::fs::File::open(&file).unwrap()));
        return Home { address, folder };
    }
    // What `sqlite3 store.sqlite "VACUUM INTO 'copy.sqlite'"` does.
    let path = folder.path().join("store.sqlite");
    let mut connection = SqliteConnection::connect(&home.address).await.unwrap();
    let backup = format!("VACUUM INTO '{}'", path.display());
    sqlx::raw_sql(AssertSqlSafe(backup)).execute(&mut connection).await.unwrap();
    Home { address: format!("sqlite:{}", path.display()), folder }
}

#[tokio::test]
async fn a_store_of_an_earlier_commit_is_opened_and_goes_on() {
    for home in homes() {
        home.alter(include_str!("data/schema-1.sql")).await;
        let store = home.open().await;
        assert_eq!(store.head().revision, 10);
        assert_verified(&store).await;
        assert_eq!(
            listed(&store, "things").await,
            ["things/0", "things/1", "things/2", "things/3", "things/4"]
        );
        let (_, running_totals) = store.running_totals(&["a".into(), "b".into()]).await.unwrap();
        assert_eq!([&running_totals[0], &running_totals[1]].map(|one| one.up_to("amounts", 10)), [9, 2]);
        let again = store.submit(with_id(put("others/1", "{}"), 7, 'a')).await.unwrap();
        assert_eq!(again.revision, 10, "request ids are remembered");
        assert_eq!(store.submit(put("others/2", "{}")).await.unwrap().revision, 11);
        assert_verified(&store).await;
    }
}

/// The names of tables that keep whatever they are given.
async fn lax_tables(home: &Home) -> Vec<String> {
    let mut connection = SqliteConnection::connect(&home.address).await.unwrap();
    let lax = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'";
    let rows = sqlx::query_scalar(lax).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    rows
}

#[tokio::test]
async fn a_sum_that_overflowed_in_an_earlier_release_is_whole_again() {
    let home = embedded();
    home.alter(include_str!("data/schema-1.sql")).await;
    home.alter("UPDATE cells SET amount = -7446744073709551616.0 WHERE series = 'a' AND measure = 'amounts'")
        .await;
    assert!(!lax_tables(&home).await.is_empty());
    let store = home.open().await;
    assert_eq!(lax_tables(&home).await, Vec::<String>::new());
    let (_, running_totals) = store.running_totals(&["a".into()]).await.unwrap();
    assert_eq!(running_totals[0].up_to("amounts", 10), 9);
    assert_verified(&store).await;
    store.close().await;
    home.open().await.close().await;
}

#[tokio::test]
async fn a_migration_that_is_interrupted_begins_again() {
    let home = embedded();
    home.alter(include_str!("data/schema-1.sql")).await;
    let tables = lax_tables(&home).await;
    // No room for the second of each table: the engine gives up in the middle.
    let engine = Engine::open(&home.address).await.unwrap();
    let mut transaction = engine.begin().await.unwrap();
    transaction.script("PRAGMA max_page_count = 20").await.unwrap();
    transaction.commit().await.unwrap();
    let interrupted = set_up(&engine, Some(&COUNTING)).await;
    assert!(matches!(&interrupted, Err(error) if error.is_full()), "{interrupted:?}");
    engine.close().await;
    drop(engine);
    assert_eq!(lax_tables(&home).await, tables);
    let store = home.open().await;
    assert_eq!((store.head().revision, lax_tables(&home).await), (10, Vec::new()));
    assert_verified(&store).await;
}
