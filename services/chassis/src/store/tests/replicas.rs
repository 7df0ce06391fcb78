//! Several stores on one database, as replicas of a service have it. Only engines that are shared take part.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::super::engine::Engine;
use super::super::sql;
use super::*;

fn shared_homes() -> Vec<Home> {
    homes().into_iter().filter(Home::is_shared).collect()
}

async fn replicas<const N: usize>(home: &Home) -> [Store; N] {
    let mut stores = Vec::new();
    for _ in 0..N {
        stores.push(home.open().await);
    }
    stores.try_into().unwrap()
}

/// How many round trips a batch may take: begin, lock, four reads, four writes, the head, commit.
const MOST_TRIPS: u64 = 12;

#[tokio::test]
async fn a_batch_takes_the_same_round_trips_whatever_its_size() {
    for home in shared_homes() {
        let store = home.open().await;
        let mut trips = Vec::new();
        for size in [1, 10, 200] {
            let before = store.shared.engine.round_trips().count();
            let commands = (0..size).map(|n| {
                let name = format!("things/{size}-{n}");
                let mut command =
                    with_id(put(&name, &record("a", n, n)), u128::try_from(size * 1000 + n).unwrap(), 'a');
                command.needs = command.needs.and_collection("others").and_referrers(&name);
                command
            });
            for done in batch(&store, commands).await {
                done.unwrap();
            }
            trips.push(store.shared.engine.round_trips().count() - before);
        }
        assert_eq!(trips, [MOST_TRIPS; 3]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_write_one_journal_without_gaps() {
    for home in shared_homes() {
        let stores: [Store; 3] = replicas(&home).await;
        let mut tasks = JoinSet::new();
        for (replica, store) in stores.iter().enumerate() {
            for n in 0..60 {
                let store = store.clone();
                tasks.spawn(async move {
                    store.submit(count("things/shared")).await.unwrap();
                    let own = put(&format!("things/{replica}-{n}"), &record("a", n, 1));
                    store.submit(own).await.unwrap().revision
                });
            }
        }
        let mut answered = tasks.join_all().await;
        answered.sort_unstable();
        answered.dedup();
        assert_eq!(answered.len(), 180, "no revision is told twice");
        for store in &stores {
            assert_eq!(store.current().await.unwrap().revision, 360);
            assert_eq!(
                body(store, "things/shared").await.as_deref(),
                Some("180"),
                "each decision saw the others"
            );
            let (revision, running_totals) = store.running_totals(&["a".into()]).await.unwrap();
            assert_eq!((revision, running_totals[0].up_to("records", 100)), (360, 180));
            assert_verified(store).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_id_is_known_to_every_replica() {
    for home in shared_homes() {
        let stores: [Store; 2] = replicas(&home).await;
        let mut tasks = JoinSet::new();
        for n in 0..40_u128 {
            for store in &stores {
                let store = store.clone();
                tasks.spawn(async move {
                    let create = with_id(put(&format!("things/{n}"), "{}"), n, 'a');
                    (n, store.submit(create).await.unwrap().revision)
                });
            }
        }
        let mut answered = tasks.join_all().await;
        answered.sort_unstable();
        for pair in answered.chunks(2) {
            assert_eq!(pair[0], pair[1], "both replicas tell the one outcome");
        }
        assert_eq!(stores[0].current().await.unwrap().revision, 40);
        let other = stores[1].submit(with_id(put("things/1", "1"), 1, 'b')).await;
        assert!(matches!(other, Err(SubmitError::RequestIdReused { .. })), "{other:?}");
        assert_verified(&stores[0]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_replica_acknowledged_is_in_the_totals_of_every_other() {
    for home in shared_homes() {
        let stores: [Store; 2] = replicas(&home).await;
        for n in 1..=60 {
            let (one, other) = if n % 2 == 0 { (&stores[0], &stores[1]) } else { (&stores[1], &stores[0]) };
            let done = one.submit(put(&format!("things/{n}"), &record("a", n, n))).await.unwrap();
            let (revision, running_totals) = other.running_totals(&["a".into()]).await.unwrap();
            assert!(revision >= done.revision);
            assert_eq!(running_totals[0].up_to("records", 100), n);
            assert_eq!(other.last_change("things"), done.revision);
        }
        stores[0].submit(delete("things/7")).await.unwrap();
        stores[0].submit(put("things/8", &record("b", 8, 1))).await.unwrap();
        let series = ["a".into(), "b".into()];
        let (_, running_totals) = stores[1].running_totals(&series).await.unwrap();
        assert_eq!([&running_totals[0], &running_totals[1]].map(|one| one.up_to("records", 100)), [58, 1]);
    }
}

#[tokio::test]
async fn a_replica_that_was_left_far_behind_reads_its_totals_anew() {
    for home in shared_homes() {
        let stores: [Store; 2] = replicas(&home).await;
        stores[0].submit(put("things/0", &record("a", 0, 1))).await.unwrap();
        stores[1].running_totals(&["a".into()]).await.unwrap();
        let many = command(&[], |_, _| {
            let each = |n: i64| {
                let name = format!("things/{n}");
                Change::put(&name, index(&name, n), record("a", n % 20, 2))
            };
            Ok(Decision { changes: (1..=6000).map(each).collect(), outcome: None })
        });
        let done = stores[0].submit(many).await.unwrap();
        let (revision, running_totals) = stores[1].running_totals(&["a".into()]).await.unwrap();
        assert_eq!((revision, running_totals[0].up_to("amounts", 100)), (done.revision, 12_001));
        assert_eq!(stores[1].last_change("nothing"), done.revision, "nothing is known of the time before");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_sees_what_other_replicas_write() {
    for home in shared_homes() {
        let stores: [Store; 2] = replicas(&home).await;
        let mut head = stores[1].watch_head();
        let writer = tokio::spawn({
            let store = stores[0].clone();
            async move {
                for _ in 0..50 {
                    store.submit(count("things/1")).await.unwrap();
                }
            }
        });
        let mut seen = 0;
        while seen < 50 {
            timeout(Duration::from_secs(20), head.changed()).await.expect("the head moves").unwrap();
            let now = head.borrow_and_update().revision;
            assert!(now > seen, "the head never goes back");
            let entries = stores[1].entries(seen + 1, 100, usize::MAX).await.unwrap();
            let revisions: Vec<i64> = entries.iter().map(|entry| entry.revision).collect();
            assert_eq!(
                revisions[..usize::try_from(now - seen).unwrap()],
                (seen + 1..=now).collect::<Vec<_>>()
            );
            seen = now;
        }
        writer.await.unwrap();
    }
}

#[tokio::test]
async fn stores_opened_at_once_make_one_schema() {
    for home in shared_homes() {
        let mut stores = Vec::new();
        let mut tasks = JoinSet::new();
        for _ in 0..4 {
            let address = home.address.clone();
            tasks.spawn(async move { Store::open(&address, COUNTING, Clock::fixed(at(0))).await });
        }
        for opened in tasks.join_all().await {
            stores.push(opened.unwrap());
        }
        for (store, revision) in stores.iter().zip(1..) {
            assert_eq!(store.submit(count("things/1")).await.unwrap().revision, revision);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_database_is_told_of_and_heals_by_itself() {
    let Some(cluster) = Cluster::start(&[]) else { return };
    let home = Home { address: cluster.database(), folder: TempDir::new().unwrap() };
    let store = home.open().await;
    store.submit(put("things/1", &record("a", 1, 1))).await.unwrap();
    store.running_totals(&["a".into()]).await.unwrap();

    cluster.kill();
    let written = store.submit(with_id(put("things/2", &record("a", 2, 1)), 2, 'a')).await;
    assert!(matches!(written, Err(SubmitError::Store(StoreError::NotWritten))), "{written:?}");
    let read = store.get("things/1").await;
    assert!(matches!(read, Err(StoreError::Database(_))), "{read:?}");
    assert!(store.running_totals(&["a".into()]).await.is_err(), "totals that may be stale are not told");

    cluster.restart();
    let again = store.submit(with_id(put("things/2", &record("a", 2, 1)), 2, 'a')).await.unwrap();
    assert_eq!(again.revision, 2);
    let (revision, running_totals) = store.running_totals(&["a".into()]).await.unwrap();
    assert_eq!((revision, running_totals[0].up_to("records", 5)), (2, 2));

    // The server comes back before anybody notices: whoever asks gets an answer.
    cluster.kill();
    cluster.restart();
    assert_eq!(body(&store, "things/1").await, Some(record("a", 1, 1)));
    assert_eq!(store.submit(put("things/3", &record("a", 3, 1))).await.unwrap().revision, 3);
    let (revision, running_totals) = store.running_totals(&["a".into()]).await.unwrap();
    assert_eq!((revision, running_totals[0].up_to("records", 5)), (3, 3));
    assert_verified(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_is_frozen_with_the_lock_stops_the_others_for_a_moment_only() {
    for home in shared_homes() {
        let store = home.open().await;
        store.submit(put("things/1", "{}")).await.unwrap();
        let frozen = Engine::open(&home.address).await.unwrap();
        let mut transaction = frozen.begin().await.unwrap();
        transaction.run(sql::LOCK_HEAD, Vec::new()).await.unwrap();
        // It says nothing more; the server lets go of its lock before the other gives up.
        assert_eq!(store.submit(put("things/2", "{}")).await.unwrap().revision, 2);
        let late = transaction.run(sql::HEAD, Vec::new()).await.err().unwrap();
        assert!(late.is_disconnect(), "{late}");
        drop(transaction);
        // Its next transaction has a connection of its own.
        frozen.begin().await.unwrap().commit().await.unwrap();
        frozen.close().await;
        assert_verified(&store).await;
    }
}
