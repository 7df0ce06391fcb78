//! Commit times never fall by themselves, and "as of" an instant is one revision all the same.

use jiff::SignedDuration;

use super::*;
use crate::clock::civil_day;

const DAY: i64 = 86_400;

async fn open_confirmed(home: &Home, second: i64) -> Store {
    let mark = if home.address.contains('?') { '&' } else { '?' };
    let address = format!("{}{mark}confirm-clock={}", home.address, civil_day(at(second)));
    Store::open(&address, COUNTING, Clock::fixed(at(second))).await.unwrap()
}

async fn commit_times(store: &Store) -> Vec<Timestamp> {
    store.entries(1, 100, usize::MAX).await.unwrap().iter().map(|entry| entry.commit_time).collect()
}

fn is_uncertain(outcome: &Result<Committed, SubmitError<No>>) -> bool {
    matches!(outcome, Err(SubmitError::Store(StoreError::ClockUncertain { .. })))
}

#[tokio::test]
async fn a_clock_that_goes_back_a_little_makes_no_time_fall() {
    for home in homes() {
        for second in [100, 40, 70, 130] {
            let store = home.open_at(second).await;
            let done = store.submit(put("things/1", "{}")).await.unwrap();
            assert!(done.changed("things/1").unwrap().update_time >= at(100));
            store.close().await;
        }
        let store = home.open_at(130).await;
        assert_eq!(commit_times(&store).await, [100, 100, 100, 130].map(at));
        let mut snapshot = store.snapshot().await.unwrap();
        assert_eq!(snapshot.revision_at(at(99)).await.unwrap(), 0);
        assert_eq!(snapshot.revision_at(at(100)).await.unwrap(), 3);
        assert_eq!(snapshot.revision_at(at(130)).await.unwrap(), 4);
    }
}

#[tokio::test]
async fn a_clock_that_jumps_writes_nothing_until_an_operator_confirms_it() {
    for home in homes() {
        let store = home.open_at(0).await;
        store.submit(with_id(put("things/1", "{}"), 7, 'a')).await.unwrap();
        store.close().await;
        for second in [-2 * DAY, 500 * DAY, -1_700_000_000, 40_000_000_000] {
            let store = home.open_at(second).await;
            let refused = store.submit(put("things/2", "{}")).await;
            assert!(is_uncertain(&refused), "{second}: {refused:?}");
            let again = store.submit(with_id(put("things/1", "{}"), 7, 'a')).await.unwrap();
            assert_eq!(again.revision, 1, "what was done is told all the same");
            assert_eq!(listed(&store, "things").await, ["things/1"]);
            store.close().await;
        }
        // A wrong clock was confirmed by mistake; the right one is confirmed after it, and lasts.
        for second in [500 * DAY, 10] {
            let store = open_confirmed(&home, second).await;
            store.submit(put(&format!("things/{second}"), "{}")).await.unwrap();
            store.close().await;
        }
        let store = home.open_at(20).await;
        store.submit(put("things/3", "{}")).await.unwrap();
        assert_eq!(commit_times(&store).await, [0, 500 * DAY, 10, 20].map(at));
        let mut snapshot = store.snapshot().await.unwrap();
        for (second, revision) in [(-1, 0), (0, 1), (9, 1), (10, 3), (20, 4), (500 * DAY, 4)] {
            assert_eq!(snapshot.revision_at(at(second)).await.unwrap(), revision, "as of {second}");
        }
        drop(snapshot);
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn no_operator_can_confirm_a_time_of_no_sense() {
    for home in homes() {
        let store = open_confirmed(&home, -1_700_000_000).await;
        assert!(is_uncertain(&store.submit(put("things/1", "{}")).await));
        store.close().await;
    }
}

#[tokio::test]
async fn the_spans_can_be_set() {
    for home in homes() {
        let store = home.open_at(0).await;
        store.submit(put("things/1", "{}")).await.unwrap();
        store.close().await;
        let rules = ClockRules { most_forward: SignedDuration::from_secs(5), ..ClockRules::default() };
        let store = Store::open_with(&home.address, COUNTING, Clock::fixed(at(6)), rules).await.unwrap();
        assert!(is_uncertain(&store.submit(put("things/2", "{}")).await));
        store.close().await;
    }
}

#[tokio::test]
async fn a_confirmation_of_no_day_is_refused() {
    let home = embedded();
    let opened =
        Store::open(&format!("{}?confirm-clock=today", home.address), COUNTING, Clock::fixed(at(0))).await;
    assert!(matches!(&opened, Err(StoreError::ClockConfirmation { day }) if day == "today"), "{opened:?}");
}
