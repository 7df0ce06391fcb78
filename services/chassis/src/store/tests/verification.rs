//! Verification finds whatever is changed past the store, and names the first revision that does not hold.

use super::*;

/// A store with updates, an end, a recreation, cells, request ids and an outcome; 40 revisions, so that the chain is
/// read in several parts.
async fn filled(home: &Home) {
    let store = home.open().await;
    store.submit(put("things/1", &record("a", 1, 5))).await.unwrap();
    store.submit(put("things/2", &record("a", 2, 6))).await.unwrap();
    store.submit(delete("things/2")).await.unwrap();
    let told =
        command(&[], |_, _| Ok(Decision { changes: Vec::new(), outcome: Some("\"told\"".to_owned()) }));
    store.submit(with_id(told, 4, 'd')).await.unwrap();
    for n in 5..=40 {
        store.submit(put(&format!("things/{}", n % 7 + 10), &record("b", n, n))).await.unwrap();
    }
    assert_verified(&store).await;
    store.close().await;
}

/// What verification finds after a change past the store.
async fn found_after(home: &Home, sql: &'static str) -> Verification {
    home.alter(sql).await;
    let store = home.open().await;
    let found = store.verify(None).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    store.close().await;
    found
}

#[tokio::test]
async fn a_broken_chain_is_found_at_its_first_bad_revision() {
    for (sql, revision) in [
        ("UPDATE versions SET body = replace(body, '5', '6') WHERE revision = 1", 1),
        ("UPDATE versions SET body = body || ' ' WHERE revision = 23", 23),
        ("UPDATE versions SET body = NULL WHERE revision = 40", 40),
        ("UPDATE versions SET body = CAST(x'ff' AS TEXT) WHERE revision = 39", 39),
        ("UPDATE versions SET body = '{}' WHERE revision = 3", 3),
        ("UPDATE versions SET name = 'things/9' WHERE revision = 20", 20),
        ("DELETE FROM versions WHERE revision = 20", 20),
        ("INSERT INTO versions (revision, name, create_time, body) VALUES (20, 'things/9', 0, '{}')", 20),
        ("UPDATE entries SET caller = 'offices/b' WHERE revision = 17", 17),
        ("UPDATE entries SET method = method || 'e' WHERE revision = 16", 16),
        ("UPDATE entries SET commit_time = commit_time + 1 WHERE revision = 33", 33),
        ("UPDATE entries SET commit_time = 9223372036854775807 WHERE revision = 35", 35),
        ("UPDATE entries SET request_id = NULL WHERE revision = 4", 4),
        ("UPDATE entries SET request_id = 'x' WHERE revision = 5", 5),
        ("UPDATE entries SET request_hash = '1' || substr(request_hash, 2) WHERE revision = 6", 6),
        ("UPDATE entries SET outcome = '\"other\"' WHERE revision = 4", 4),
        ("UPDATE entries SET outcome = NULL WHERE revision = 4", 4),
        ("UPDATE entries SET hash = substr(hash, 2) || 'x' WHERE revision = 12", 12),
        ("UPDATE entries SET previous_hash = substr(previous_hash, 2) || 'x' WHERE revision = 12", 12),
        ("DELETE FROM entries WHERE revision = 1", 1),
        ("DELETE FROM entries WHERE revision = 21", 21),
        ("DELETE FROM entries WHERE revision = 4", 4),
        ("DELETE FROM entries WHERE revision = 40", 40),
        ("DELETE FROM entries WHERE revision >= 30; DELETE FROM versions WHERE revision >= 30", 30),
        ("UPDATE head SET hash = substr(hash, 2) || 'x'", 40),
        ("UPDATE head SET revision = 41", 41),
        ("UPDATE head SET revision = 29, hash = (SELECT hash FROM entries WHERE revision = 29)", 30),
        ("UPDATE entries SET caller = 'offices/b' WHERE revision IN (8, 30, 31)", 8),
    ] {
        for home in homes() {
            filled(&home).await;
            let found = found_after(&home, sql).await;
            assert_eq!(found.first_bad_revision, Some(revision), "{sql}: {:?}", found.findings);
            let told = found
                .findings
                .iter()
                .any(|finding| finding.contains(&revision.to_string()) || finding.contains("head"));
            assert!(told, "{sql}: {:?}", found.findings);
        }
    }
}

#[tokio::test]
async fn a_state_that_does_not_follow_from_the_journal_is_found() {
    for (sql, name) in [
        ("UPDATE resources SET revision = 1 WHERE name = 'things/10'", "things/10"),
        ("UPDATE resources SET revision = 99 WHERE name = 'things/11'", "things/11"),
        ("UPDATE resources SET deleted = 1 WHERE name = 'things/1'", "things/1"),
        ("UPDATE resources SET deleted = 0 WHERE name = 'things/2'", "things/2"),
        ("UPDATE resources SET name = 'things/9' WHERE name = 'things/1'", "things/1"),
        ("DELETE FROM resources WHERE name = 'things/12'", "things/12"),
        (
            "INSERT INTO resources (name, revision, collection, sort_number, deleted) VALUES ('x/1', 1, 'x', 0, 0)",
            "x/1",
        ),
    ] {
        for home in homes() {
            filled(&home).await;
            let found = found_after(&home, sql).await;
            assert!(
                found.findings.iter().any(|finding| finding.contains(name)),
                "{sql}: {:?}",
                found.findings
            );
            assert_eq!(found.first_bad_revision, None, "{sql}: the chain itself holds");
        }
    }
}

#[tokio::test]
async fn cells_that_do_not_follow_from_the_records_are_found() {
    for sql in [
        "UPDATE cells SET amount = amount + 1 WHERE series = 'a' AND measure = 'amounts' AND day = 1",
        "UPDATE cells SET amount = 0 WHERE series = 'a' AND measure = 'records' AND day = 1",
        "DELETE FROM cells WHERE series = 'a' AND measure = 'amounts' AND day = 1",
        "INSERT INTO cells (series, measure, day, amount) VALUES ('a', 'amounts', 9, 1)",
        "UPDATE cells SET day = 9 WHERE series = 'a' AND measure = 'amounts' AND day = 1",
        "UPDATE cells SET series = 'c' WHERE series = 'a' AND measure = 'amounts' AND day = 1",
    ] {
        for home in homes() {
            filled(&home).await;
            let found = found_after(&home, sql).await;
            assert!(!found.findings.is_empty(), "{sql}");
            assert!(
                found.findings.iter().all(|finding| finding.starts_with("the cell ")),
                "{sql}: {:?}",
                found.findings
            );
            assert_eq!(found.first_bad_revision, None, "{sql}: the chain itself holds");
        }
    }
}

#[tokio::test]
async fn an_empty_cell_is_as_good_as_none() {
    for home in homes() {
        filled(&home).await;
        let found = found_after(
            &home,
            "INSERT INTO cells (series, measure, day, amount) VALUES ('a', 'amounts', 9, 0)",
        )
        .await;
        assert_eq!(found.findings, Vec::<String>::new());
    }
}

#[tokio::test]
async fn findings_are_told_of_up_to_a_limit() {
    for home in homes() {
        filled(&home).await;
        let found = found_after(&home, "UPDATE cells SET amount = amount + 1").await;
        assert_eq!(found.findings.len(), 20);
    }
}

#[tokio::test]
async fn times_of_creation_previous_revisions_and_places_in_lists_are_recomputed() {
    for (sql, part) in [
        ("UPDATE versions SET create_time = create_time + 1 WHERE revision = 30", "at revision"),
        ("UPDATE versions SET create_time = create_time - 1 WHERE revision = 1", "things/1"),
        ("UPDATE versions SET previous_revision = NULL WHERE revision = 40", "previous revision"),
        ("UPDATE versions SET previous_revision = 39 WHERE revision = 40", "at revision 40"),
        ("UPDATE versions SET previous_revision = revision - 14 WHERE revision = 40", "previous revision"),
        ("UPDATE resources SET collection = 'others' WHERE name = 'things/50'", "things/50"),
        ("UPDATE resources SET sort_number = 4 WHERE name = 'things/50'", "things/50"),
        ("UPDATE resources SET refers_to = 'things/1' WHERE name = 'things/50'", "things/50"),
    ] {
        for home in homes() {
            filled(&home).await;
            let store = home.open().await;
            let sorted = command(&["things/50"], |_, _| {
                let body = r#"{"sort": 3}"#.to_owned();
                Ok(Decision::put("things/50", index("things/50", 3), body))
            });
            store.submit(sorted).await.unwrap();
            assert_verified(&store).await;
            store.close().await;
            let found = found_after(&home, sql).await;
            assert!(
                found.findings.iter().any(|finding| finding.contains(part)),
                "{sql}: {:?}",
                found.findings
            );
            assert_eq!(found.first_bad_revision, None, "{sql}: the chain itself holds");
        }
    }
}

#[tokio::test]
async fn a_journal_that_was_cut_off_is_found_by_a_head_that_was_remembered() {
    for home in homes() {
        filled(&home).await;
        let store = home.open().await;
        let head = store.head();
        let earlier = Head { revision: 29, hash: store.entries(29, 1, 1).await.unwrap()[0].hash.clone() };
        for remembered in [&head, &earlier] {
            assert_eq!(store.verify(Some(remembered)).await.unwrap().findings, Vec::<String>::new());
        }
        let other = Head { revision: 29, hash: head.hash.clone() };
        let found = store.verify(Some(&other)).await.unwrap();
        assert_eq!(found.first_bad_revision, Some(29), "{:?}", found.findings);
        store.close().await;

        // Cut off with everything that follows from it, the rest holds by itself.
        home.alter(
            "UPDATE head SET revision = 3, hash = (SELECT hash FROM entries WHERE revision = 3);
            DELETE FROM entries WHERE revision > 3; DELETE FROM versions WHERE revision > 3;
            DELETE FROM resources WHERE revision > 3; DELETE FROM cells WHERE series = 'b'",
        )
        .await;
        let store = home.open().await;
        assert_verified(&store).await;
        let found = store.verify(Some(&head)).await.unwrap();
        assert_eq!((found.first_bad_revision, found.findings.len()), (Some(4), 1), "{:?}", found.findings);
    }
}
