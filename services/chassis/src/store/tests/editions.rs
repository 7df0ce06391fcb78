//! Editions of the contributions: a release that counts otherwise counts what is there anew.

use super::*;

/// Counts every record twice.
const LATER: Contributions = Contributions {
    edition: 2,
    of: |name, body| {
        let mut cells = contributions(name, body)?;
        for cell in &mut cells {
            cell.amount *= 2;
        }
        Ok(cells)
    },
    ..COUNTING
};

async fn records(store: &Store) -> i64 {
    let (_, running_totals) = store.running_totals(&["a".into()]).await.unwrap();
    running_totals[0].up_to("records", i64::MAX)
}

#[tokio::test]
async fn a_later_edition_counts_anew_what_is_there() {
    for home in homes() {
        let store = home.open().await;
        for day in 0..3 {
            store.submit(put(&format!("things/{day}"), &record("a", day, 7))).await.unwrap();
        }
        store.submit(delete("things/1")).await.unwrap();
        assert_eq!(records(&store).await, 2);
        let head = store.head();
        store.close().await;

        let store = home.try_open_counting(LATER).await.unwrap();
        assert_eq!((store.head(), records(&store).await), (head, 4));
        assert_verified(&store).await;
        store.submit(put("things/0", &record("a", 9, 1))).await.unwrap();
        assert_eq!(records(&store).await, 4);
        assert_verified(&store).await;
        store.close().await;

        let store = home.try_open_counting(LATER).await.unwrap();
        assert_eq!(records(&store).await, 4, "it is counted anew once");
    }
}

#[tokio::test]
async fn an_earlier_edition_neither_opens_nor_writes() {
    for home in homes() {
        home.try_open_counting(LATER).await.unwrap().close().await;
        let opened = home.try_open().await;
        assert!(matches!(opened, Err(StoreError::Edition { found: 2, known: 1 })), "{opened:?}");
    }
    for home in homes().into_iter().filter(Home::is_shared) {
        let earlier = home.open().await;
        earlier.submit(put("things/1", &record("a", 1, 1))).await.unwrap();
        let later = home.try_open_counting(LATER).await.unwrap();
        let refused = earlier.submit(put("things/2", &record("a", 1, 1))).await;
        assert!(matches!(refused, Err(SubmitError::Store(StoreError::NotWritten))), "{refused:?}");
        let read = earlier.running_totals(&["a".into()]).await;
        assert!(matches!(read, Err(StoreError::Edition { .. })), "{read:?}");
        assert_eq!(later.submit(put("things/2", &record("a", 1, 1))).await.unwrap().revision, 2);
        assert_eq!(records(&later).await, 4);
        assert_verified(&later).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_of_a_later_edition_that_start_together_count_once() {
    for home in homes().into_iter().filter(Home::is_shared) {
        let store = home.open().await;
        for day in 0..200 {
            store.submit(put(&format!("things/{day}"), &record("a", day, 7))).await.unwrap();
        }
        let opened = [0; 3].map(|_| home.try_open_counting(LATER));
        let [first, second, third] = opened;
        let (first, second, third) = tokio::join!(first, second, third);
        for store in [first.unwrap(), second.unwrap(), third.unwrap()] {
            assert_eq!(records(&store).await, 400);
            assert_verified(&store).await;
        }
    }
}
