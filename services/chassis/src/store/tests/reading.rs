//! Pages, entries, and the head as it moves.

use proptest::prelude::*;

use super::*;

/// A command that puts many resources under their sort numbers.
fn put_all(numbered: Vec<(String, i64)>) -> Command<No> {
    command(&[], move |_, _| {
        let changes =
            numbered.iter().map(|(name, number)| Change::put(name, index(name, *number), "{}".to_owned()));
        Ok(Decision { changes: changes.collect(), outcome: None })
    })
}

/// Walks through a collection, always from where the page before ended.
async fn walk(store: &Store, mut query: PageQuery) -> Vec<(i64, String)> {
    let mut found = Vec::new();
    loop {
        let page = store.page(&query).await.unwrap();
        assert!(page.len() <= usize::try_from(query.limit).unwrap());
        let Some(last) = page.last() else { return found };
        query.after = (last.held.index.sort_number, last.name.to_string());
        found.extend(page.into_iter().map(|one| (one.held.index.sort_number, one.name.to_string())));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn pages_visit_everything_once_in_order(
        numbers in proptest::collection::vec(-2_i64..3, 0..40),
        limit in 1_u32..9,
        bounds in (-3_i64..4, -3_i64..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for home in homes() {
                let store = home.open().await;
                // Names against the order of insertion, with ties in the sort number.
                let names = (0..numbers.len()).rev().map(|n| format!("things/{n}"));
                let numbered: Vec<(String, i64)> = names.zip(numbers.iter().copied()).collect();
                store.submit(put_all(numbered.clone())).await.unwrap();
                store.submit(put("others/1", "{}")).await.unwrap();
                let mut expected: Vec<_> = numbered.into_iter().map(|(name, number)| (number, name)).collect();
                expected.sort();
                let all = PageQuery::all("things", limit);
                assert_eq!(walk(&store, all.clone()).await, expected);
                let (first, last) = bounds;
                expected.retain(|(number, _)| (first..=last).contains(number));
                assert_eq!(walk(&store, PageQuery { first, last, ..all }).await, expected);
            }
        });
    }
}

#[tokio::test]
async fn entries_are_limited_by_their_number() {
    for home in homes() {
        let store = home.open().await;
        batch(&store, (0..40).map(|_| count("things/1"))).await;
        for (first, most, expected) in [
            (1, 1, 1..=1),
            (1, 40, 1..=40),
            (-5, 3, 1..=3),
            (7, 20, 7..=26),
            (39, 10, 39..=40),
            (40, 100, 40..=40),
        ] {
            let found = store.entries(first, most, usize::MAX).await.unwrap();
            let revisions: Vec<i64> = found.iter().map(|entry| entry.revision).collect();
            assert_eq!(revisions, expected.collect::<Vec<_>>(), "{first} {most}");
        }
        assert_eq!(store.entries(41, 10, usize::MAX).await.unwrap(), Vec::new());
        assert_eq!(store.entries(1, 0, usize::MAX).await.unwrap(), Vec::new());
        assert_eq!(store.entries(i64::MAX, 10, usize::MAX).await.unwrap(), Vec::new());
    }
}

#[tokio::test]
async fn entries_are_limited_by_their_bytes_and_nothing_is_skipped() {
    for home in homes() {
        let store = home.open().await;
        let large = format!("\"{}\"", "x".repeat(998));
        batch(&store, (0..100).map(|n| put(&format!("things/{n}"), &large))).await;
        let (mut next, mut parts) = (1, 0);
        while next <= 100 {
            let part = store.entries(next, 100, 10_000).await.unwrap();
            assert_eq!(part[0].revision, next, "a part begins where the one before ended");
            assert!((10..=50).contains(&part.len()) || next + 10 > 100, "{} entries hold 10 kB", part.len());
            next = part[part.len() - 1].revision + 1;
            parts += 1;
        }
        assert!((2..=10).contains(&parts), "{parts}");
        assert!(
            !store.entries(1, 100, 1).await.unwrap().is_empty(),
            "an entry larger than the limit is still returned"
        );
    }
}

#[tokio::test]
async fn the_head_is_watched_from_where_it_stands() {
    for home in homes() {
        let store = home.open().await;
        store.submit(count("things/1")).await.unwrap();
        let mut head = store.watch_head();
        assert_eq!(head.borrow_and_update().revision, 1);
        for revision in 2..=5 {
            store.submit(count("things/1")).await.unwrap();
            assert!(head.has_changed().unwrap(), "the head has moved before the answer");
            assert_eq!(*head.borrow_and_update(), store.head());
            assert_eq!(store.head().revision, revision);
        }
        store.submit(refuse()).await.unwrap_err();
        assert!(!head.has_changed().unwrap(), "a refusal moves nothing");
        let entries = store.entries(5, 1, 1).await.unwrap();
        assert_eq!(entries[0].hash, store.head().hash);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_stands_at_one_revision() {
    for home in homes() {
        let store = home.open().await;
        let all = |n: usize| {
            let names = ["single/1", "left/1", "right/1"];
            command(&names, move |_, _| {
                let changes = names.map(|name| Change::put(name, index(name, 0), n.to_string()));
                Ok(Decision { changes: changes.into(), outcome: None })
            })
        };
        store.submit(all(0)).await.unwrap();
        let writer = tokio::spawn({
            let store = store.clone();
            async move {
                for n in 1..100 {
                    store.submit(all(n)).await.unwrap();
                }
            }
        });
        while !writer.is_finished() {
            let mut snapshot = store.snapshot().await.unwrap();
            let (revision, expected) = (snapshot.revision(), (snapshot.revision() - 1).to_string());
            let single = snapshot.get("single/1").await.unwrap().unwrap();
            let left = snapshot.page(&PageQuery::all("left", 10)).await.unwrap();
            let right = snapshot.page(&PageQuery::all("right", 10)).await.unwrap();
            for held in [&single.held, &left[0].held, &right[0].held] {
                assert_eq!(held.body.as_deref(), Some(expected.as_str()));
                assert_eq!(held.revision, revision);
            }
        }
        writer.await.unwrap();
    }
}
