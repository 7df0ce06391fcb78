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

#[tokio::test]
async fn a_collection_is_read_by_name_whatever_its_numbers() {
    for home in homes() {
        let store = home.open().await;
        let names = ["things/a", "things/b", "things/b-1", "things/c", "things/\u{111}", "things/z"];
        let others = ["thing/a", "things", "things-1/a", "things0/a", "thingsa/a"];
        let numbered = names.iter().chain(&others).zip([5, 1, 4, 2, 3, 9, 1, 1, 1, 1, 1]);
        store
            .submit(command(&[], {
                let all: Vec<(String, i64)> = numbered.map(|(name, at)| ((*name).to_owned(), at)).collect();
                move |_, _| {
                    let put = |(name, at): &(String, i64)| {
                        let index = Index { collection: "things".into(), sort_number: *at, refers_to: None };
                        Change::put(name, index, "{}".to_owned())
                    };
                    Ok(Decision { changes: all.iter().map(put).collect(), outcome: None })
                }
            }))
            .await
            .unwrap();
        let mut snapshot = store.snapshot().await.unwrap();
        for limit in 1..7 {
            let mut query = PageQuery { first: 2, last: 5, ..PageQuery::all("things", limit) };
            let mut found = Vec::new();
            loop {
                let page = snapshot.page_by_name(&query).await.unwrap();
                assert!(page.len() <= usize::try_from(limit).unwrap());
                let Some(last) = page.last() else { break };
                query.after.1 = last.name.to_string();
                found.extend(page.into_iter().map(|one| one.name.to_string()));
            }
            assert_eq!(found, ["things/a", "things/b-1", "things/c", "things/\u{111}"]);
        }
    }
}

/// A body that says what it is found by, and refers to a name.
fn labelled(name: &'static str, number: i64, label: &'static str, refers_to: &'static str) -> Command<No> {
    command(&[name], move |_, _| {
        let refers_to = Some(refers_to.into()).filter(|_| !refers_to.is_empty());
        let body = serde_json::json!({ "label": label }).to_string();
        let mut change = Change::put(name, Index { refers_to, ..index(name, number) }, body);
        change.found_by = Some(label.into());
        Ok(Decision { changes: vec![change], outcome: None })
    })
}

async fn found(store: &Store, by: FoundBy, limit: u32) -> Vec<String> {
    let after = (String::new(), i64::MIN, String::new());
    let mut query = FoundQuery { by, after, first: i64::MIN, last: 8, limit };
    let mut found = Vec::new();
    loop {
        let page = store.found(&query).await.unwrap();
        let Some(last) = page.last() else { return found };
        let index = &last.held.index;
        query.after = (index.collection.to_string(), index.sort_number, last.name.to_string());
        found.extend(page.into_iter().map(|one| one.name.to_string()));
    }
}

#[tokio::test]
async fn what_shares_a_text_or_a_reference_is_found_in_every_collection() {
    for home in homes() {
        let store = home.open().await;
        store.submit(put("owners/1", "{}")).await.unwrap();
        for (name, number, label) in [
            ("b/1", 3, "x"),
            ("a/2", 7, "x"),
            ("a/1", 7, "x"),
            ("a/3", 1, "x"),
            ("a/4", 9, "x"),
            ("a/5", 1, "y"),
        ] {
            store.submit(labelled(name, number, label, "owners/1")).await.unwrap();
        }
        let text = |text: &str| FoundBy::Text(text.to_owned());
        let owned = || FoundBy::Reference("owners/1".to_owned());
        for limit in [1, 2, 9] {
            assert_eq!(found(&store, text("x"), limit).await, ["a/3", "a/1", "a/2", "b/1"]);
            assert_eq!(found(&store, owned(), limit).await, ["a/3", "a/5", "a/1", "a/2", "b/1"]);
        }
        store.submit(labelled("a/1", 7, "y", "")).await.unwrap();
        store.submit(delete("a/2")).await.unwrap();
        store.submit(put("a/3", "{}")).await.unwrap();
        assert_eq!(found(&store, text("x"), 9).await, ["b/1"]);
        assert_eq!(found(&store, text("y"), 9).await, ["a/5", "a/1"]);
        assert_eq!(found(&store, owned(), 9).await, ["a/5", "b/1"]);
        assert_verified(&store).await;
        store.close().await;

        home.alter("UPDATE resources SET found_by = NULL WHERE name = 'b/1'").await;
        let store = home.open().await;
        let findings = store.verify(None).await.unwrap().findings;
        assert!(findings.len() == 1 && findings[0].starts_with("b/1 is not found"), "{findings:?}");
        store.close().await;
        // As a store of an earlier release comes: it is mended with the sums of a later edition.
        let later = Contributions { edition: 2, ..COUNTING };
        let store = home.try_open_counting(later).await.unwrap();
        assert_eq!(found(&store, text("x"), 9).await, ["b/1"]);
        assert_verified(&store).await;
    }
}
