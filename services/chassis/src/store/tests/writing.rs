//! Commands: all or nothing, once, in order, each after the ones before it.

use tokio::task::JoinSet;

use super::*;

#[tokio::test]
async fn a_command_moves_the_head_and_is_journalled() {
    for home in homes() {
        let store = home.open_at(5).await;
        let mut create = with_id(put("things/1", r#"{"a":1}"#), 7, 'b');
        create.decide = Box::new(|_, context| {
            assert_eq!((context.now, context.revision), (at(5), 1));
            let mut decision = Decision::put("things/1", index("things/1", 4), r#"{"a":1}"#.to_owned());
            decision.changes.push(Change::put("others/1", index("others/1", 0), "2".to_owned()));
            decision.outcome = Some("\"done\"".to_owned());
            Ok(decision)
        });
        let done = store.submit(create).await.unwrap();
        assert_eq!((done.revision, done.outcome.as_deref()), (1, Some("\"done\"")));
        assert_eq!(done.changed("things/1").unwrap().body.as_deref(), Some(r#"{"a":1}"#));

        let change = |name: &str, body: &str| EntryChange { name: name.into(), body: Some(body.into()) };
        let entry = &store.entries(1, 1, 1).await.unwrap()[0];
        let expected = Entry {
            revision: 1,
            commit_time: at(5),
            caller: "offices/a".into(),
            method: "tests.v1.Tests/Do".into(),
            request_id: Some(Uuid::from_u128(7).to_string().into()),
            request_hash: "b".repeat(64).into(),
            outcome: Some("\"done\"".into()),
            // In the byte order of names, not in that of the decision.
            changes: vec![change("others/1", "2"), change("things/1", r#"{"a":1}"#)],
            previous_hash: ZERO_HASH.into(),
            hash: entry.compute_hash().into(),
        };
        assert_eq!(*entry, expected);
        assert_eq!(store.head(), Head { revision: 1, hash: Arc::clone(&entry.hash) });

        let found = store.get("things/1").await.unwrap().unwrap();
        assert_eq!(&*found.name, "things/1");
        assert_eq!((found.held.revision, found.held.index), (1, index("things/1", 4)));
        assert_eq!((found.held.create_time, found.held.update_time), (at(5), at(5)));
        assert_eq!(found.held.body.as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(listed(&store, "things").await, ["things/1"]);
        assert_eq!(listed(&store, "others").await, ["others/1"]);
        assert_verified(&store).await;
    }
}

#[test]
fn the_hash_of_an_entry_is_the_one_that_the_contract_defines() {
    let entry = Entry {
        revision: 2,
        commit_time: at(0),
        caller: "offices/a".into(),
        method: "tests.v1.Tests/Do".into(),
        request_id: None,
        request_hash: "1".repeat(64).into(),
        outcome: None,
        changes: vec![
            EntryChange { name: "things/1".into(), body: Some("{}".into()) },
            EntryChange { name: "things/2".into(), body: None },
        ],
        previous_hash: ZERO_HASH.into(),
        hash: "".into(),
    };
    // Computed with sha256sum over the lines that `journal_entry.proto` tells.
    assert_eq!(entry.compute_hash(), "40f9ebb87edfbd1b4175492c25d5789f264c93982a2d8fd410c5fa46f8efc371");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_commands_are_each_done_once_without_gaps() {
    for home in homes() {
        let store = home.open().await;
        let mut tasks = JoinSet::new();
        for n in 0..500 {
            let store = store.clone();
            tasks.spawn(async move {
                let name = format!("things/{n}");
                (store.submit(put(&name, "{}")).await.unwrap().revision, name)
            });
        }
        let mut answered = tasks.join_all().await;
        answered.sort();
        assert_eq!(
            answered.iter().map(|(revision, _)| *revision).collect::<Vec<_>>(),
            (1..=500).collect::<Vec<_>>()
        );
        let entries = store.entries(1, 1000, usize::MAX).await.unwrap();
        let journalled = entries.iter().map(|entry| (entry.revision, entry.changes[0].name.to_string()));
        assert_eq!(
            journalled.collect::<Vec<_>>(),
            answered,
            "each answer tells the revision of its own entry"
        );
        assert_verified(&store).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_decision_sees_all_before_it() {
    for home in homes() {
        let store = home.open().await;
        let mut tasks = JoinSet::new();
        for _ in 0..200 {
            let store = store.clone();
            tasks.spawn(async move { store.submit(count("things/1")).await.unwrap() });
        }
        for done in tasks.join_all().await {
            let held = done.changed("things/1").unwrap();
            assert_eq!(held.body.as_deref(), Some(done.revision.to_string().as_str()));
        }
        assert_eq!(body(&store, "things/1").await.as_deref(), Some("200"));
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn a_refused_command_leaves_nothing_and_does_not_disturb_its_batch() {
    for home in homes() {
        let store = home.open().await;
        let outcomes =
            batch(&store, [count("things/1"), refuse(), delete("things/2"), count("things/1"), refuse()])
                .await;
        let told: Vec<Result<i64, String>> = outcomes
            .into_iter()
            .map(|outcome| match outcome {
                Ok(done) => Ok(done.revision),
                Err(SubmitError::Refused(No(why))) => Err(why),
                Err(other) => panic!("{other:?}"),
            })
            .collect();
        let no = |why: &str| Err(why.to_owned());
        assert_eq!(told, [Ok(1), no("never"), no("things/2 is missing"), Ok(2), no("never")]);
        let head = store.head();
        store.submit(refuse()).await.unwrap_err();
        assert_eq!(store.head(), head);
        assert_eq!(store.entries(1, 10, 1000).await.unwrap().len(), 2);
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn a_command_that_cannot_be_written_leaves_nothing() {
    for home in homes() {
        let store = home.open().await;
        let twice = command(&["things/1"], |_, _| {
            let change = Change::put("things/1", index("things/1", 0), "{}".to_owned());
            Ok(Decision { changes: vec![change.clone(), change], outcome: None })
        });
        let outcomes = batch(&store, [put("things/2", "{}"), twice]).await;
        assert_eq!(outcomes[0].as_ref().unwrap().revision, 1);
        assert!(matches!(outcomes[1], Err(SubmitError::Store(StoreError::Fault { .. }))), "{outcomes:?}");
        assert_eq!(listed(&store, "things").await, ["things/2"]);
        assert_eq!(store.submit(put("things/3", "{}")).await.unwrap().revision, 2, "the writer goes on");
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_counted_fails_its_own_command_only() {
    for home in homes() {
        let store = home.open().await;
        let unreadable = with_id(put("things/1", "{"), 1, 'a');
        let outcomes = batch(&store, [put("things/0", "{}"), unreadable, put("things/2", "{}")]).await;
        assert_eq!(outcomes[0].as_ref().unwrap().revision, 1);
        let told = matches!(&outcomes[1], Err(SubmitError::Store(StoreError::Corrupt { problem })) if problem.contains("things/1"));
        assert!(told, "{:?}", outcomes[1]);
        assert_eq!(outcomes[2].as_ref().unwrap().revision, 2);
        assert_eq!(listed(&store, "things").await, ["things/0", "things/2"]);
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn a_request_id_gets_its_first_outcome_again() {
    for home in homes() {
        let store = home.open().await;
        let create = || {
            let mut create = with_id(count("things/1"), 1, 'a');
            let decide = create.decide;
            create.decide = Box::new(move |state, context| {
                let decision = decide(state, context)?;
                Ok(Decision { outcome: Some("\"first\"".to_owned()), ..decision })
            });
            create
        };
        let first = store.submit(create()).await.unwrap();
        store.submit(count("things/1")).await.unwrap();
        let again = store.submit(create()).await.unwrap();
        assert_eq!((again.revision, changed(&again), &again.outcome), (1, changed(&first), &first.outcome));
        let (held, before) = (again.changed("things/1").unwrap(), first.changed("things/1").unwrap());
        assert_eq!(
            (held.revision, held.create_time, held.update_time),
            (1, before.create_time, before.update_time)
        );
        assert_eq!(body(&store, "things/1").await.as_deref(), Some("2"), "it is not done again");
        assert_eq!(store.head().revision, 2);

        let end = || with_id(delete("things/1"), 2, 'c');
        let ended = store.submit(end()).await.unwrap();
        let again = store.submit(end()).await.unwrap();
        assert_eq!((again.revision, changed(&again)), (3, changed(&ended)), "an end is also remembered");
        assert_eq!(changed(&again), [("things/1".to_owned(), None)].into());
    }
}

#[tokio::test]
async fn a_request_id_is_also_known_within_a_batch() {
    for home in homes() {
        let store = home.open().await;
        let mut check = count("things/1");
        check.validate_only = true;
        let commands = [
            with_id(count("things/1"), 1, 'a'),
            check,
            with_id(count("things/1"), 1, 'a'),
            count("things/1"),
            with_id(count("things/1"), 1, 'a'),
            with_id(count("things/1"), 1, 'b'),
        ];
        let outcomes = batch(&store, commands).await;
        let bodies: Vec<_> = outcomes
            .iter()
            .flatten()
            .map(|done| {
                (done.revision, done.changed("things/1").unwrap().body.as_deref().unwrap().to_owned())
            })
            .collect();
        let expected = [(1, "1"), (1, "2"), (1, "1"), (2, "2"), (1, "1")];
        assert_eq!(bodies, expected.map(|(revision, body)| (revision, body.to_owned())));
        let reused = matches!(outcomes[5], Err(SubmitError::RequestIdReused { request_id, revision: 1 }) if request_id == Uuid::from_u128(1));
        assert!(reused, "{:?}", outcomes[5]);
        assert_eq!(store.head().revision, 2);
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn a_request_id_serves_one_content_of_one_caller() {
    for home in homes() {
        let store = home.open().await;
        store.submit(count("things/1")).await.unwrap();
        store.submit(with_id(count("things/1"), 1, 'a')).await.unwrap();
        let other_content = with_id(count("things/1"), 1, 'b');
        let mut other_caller = with_id(count("things/1"), 1, 'a');
        other_caller.caller = "offices/b".to_owned();
        for command in [other_content, other_caller] {
            let outcome = store.submit(command).await;
            let told = matches!(outcome, Err(SubmitError::RequestIdReused { request_id, revision: 2 }) if request_id == Uuid::from_u128(1));
            assert!(told, "{outcome:?}");
        }
        assert_eq!(body(&store, "things/1").await.as_deref(), Some("2"));
        assert_eq!(store.head().revision, 2);
    }
}

#[tokio::test]
async fn a_request_id_is_free_again_after_a_refusal_or_a_check() {
    for home in homes() {
        let store = home.open().await;
        store.submit(with_id(refuse(), 1, 'a')).await.unwrap_err();
        let mut check = with_id(count("things/1"), 1, 'b');
        check.validate_only = true;
        store.submit(check).await.unwrap();
        assert_eq!(store.submit(with_id(count("things/1"), 1, 'c')).await.unwrap().revision, 1);
    }
}

#[tokio::test]
async fn a_check_tells_what_would_happen_and_writes_nothing() {
    for home in homes() {
        let store = home.open().await;
        store.submit(count("things/1")).await.unwrap();
        let head = store.head();
        let check = || {
            let mut check = count("things/1");
            check.validate_only = true;
            check
        };
        let done = store.submit(check()).await.unwrap();
        assert_eq!((done.revision, done.changed("things/1").unwrap().body.as_deref()), (1, Some("2")));
        assert_eq!(store.head(), head);
        assert_eq!(body(&store, "things/1").await.as_deref(), Some("1"));
        let mut refused = refuse();
        refused.validate_only = true;
        let refused = store.submit(refused).await;
        assert!(matches!(refused, Err(SubmitError::Refused(_))), "{refused:?}");

        batch(&store, [check(), count("things/1"), check()]).await;
        assert_eq!(
            body(&store, "things/1").await.as_deref(),
            Some("2"),
            "commands do not see checks before them"
        );
        assert_eq!(store.entries(1, 10, 1000).await.unwrap().len(), 2);
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_its_name_is_free() {
    for home in homes() {
        let store = home.open_at(1).await;
        store.submit(put("things/1", "1")).await.unwrap();
        store.close().await;
        let store = home.open_at(2).await;
        store.submit(put("things/1", "2")).await.unwrap();
        let found = store.get("things/1").await.unwrap().unwrap().held;
        assert_eq!(
            (found.create_time, found.update_time),
            (at(1), at(2)),
            "a change keeps the time of creation"
        );

        let ended = store.submit(delete("things/1")).await.unwrap();
        assert_eq!(changed(&ended), [("things/1".to_owned(), None)].into());
        assert!(store.get("things/1").await.unwrap().is_none());
        assert_eq!(listed(&store, "things").await, Vec::<String>::new());
        let again = store.submit(delete("things/1")).await;
        assert!(matches!(again, Err(SubmitError::Refused(_))), "{again:?}");
        assert_eq!(store.entries(3, 1, 1).await.unwrap()[0].changes[0].body, None);
        assert_verified(&store).await;
        store.close().await;

        let store = home.open_at(3).await;
        store.submit(put("things/1", "3")).await.unwrap();
        let found = store.get("things/1").await.unwrap().unwrap().held;
        assert_eq!(
            (found.revision, found.create_time),
            (4, at(3)),
            "it is another resource of the same name"
        );
        assert_eq!(listed(&store, "things").await, ["things/1"]);
        assert_verified(&store).await;
    }
}

/// Tells, as a refusal, what a rule sees of a collection and of the referrers to a name.
fn look(needs: Needs, collection: &'static str, target: &'static str) -> Command<No> {
    let mut look = command(&[], move |state, _| {
        let names = |(name, _): (&str, &StoredVersion)| name.to_owned();
        let collection: Vec<String> = state.collection(collection).map(names).collect();
        let referrers: Vec<String> = state.referrers(target).map(names).collect();
        Err(No(format!("{collection:?} {referrers:?}")))
    });
    look.needs = needs;
    look
}

fn refer(name: &str, target: &str) -> Command<No> {
    let (owned, target) = (name.to_owned(), target.to_owned());
    command(&[name], move |_, _| {
        let index = Index { refers_to: Some(target.as_str().into()), ..index(&owned, 0) };
        Ok(Decision::put(&owned, index, "{}".to_owned()))
    })
}

#[tokio::test]
async fn a_rule_sees_the_collections_and_referrers_that_it_needs() {
    for home in homes() {
        let store = home.open().await;
        let look = || {
            look(Needs::default().and_collection("things").and_referrers("owners/1"), "things", "owners/1")
        };
        let seen = |outcome: Result<Committed, SubmitError<No>>| match outcome {
            Err(SubmitError::Refused(No(seen))) => seen,
            other => panic!("{other:?}"),
        };
        assert_eq!(seen(store.submit(look()).await), "[] []");
        let setup = [
            refer("things/1", "owners/1"),
            refer("things/2", "owners/2"),
            refer("things/3", "owners/1"),
            put("things/4", "{}"),
            refer("others/1", "owners/1"),
            put("others/2", "{}"),
        ];
        batch(&store, setup).await.into_iter().for_each(|done| drop(done.unwrap()));
        let expected =
            r#"["things/1", "things/2", "things/3", "things/4"] ["others/1", "things/1", "things/3"]"#;
        assert_eq!(seen(store.submit(look()).await), expected);

        // The same after changes before it in its batch, and after they are stored.
        let changes = [
            delete("things/1"),
            refer("things/2", "owners/1"),
            refer("things/3", "owners/2"),
            refer("others/1", "owners/2"),
            put("things/5", "{}"),
            look(),
        ];
        let expected = r#"["things/2", "things/3", "things/4", "things/5"] ["things/2"]"#;
        assert_eq!(seen(batch(&store, changes).await.pop().unwrap()), expected);
        assert_eq!(seen(store.submit(look()).await), expected);
    }
}

#[tokio::test]
async fn a_rule_sees_whether_a_collection_goes_on_from_a_number() {
    for home in homes() {
        let store = home.open().await;
        let dated = |name: &'static str, number| {
            command(&[name], move |_, _| Ok(Decision::put(name, index(name, number), "{}".to_owned())))
        };
        let look = || {
            let mut look = command(&[], |state, _| {
                let late = state.collection("things").any(|(_, held)| held.index.sort_number >= 5);
                Err(No(late.to_string()))
            });
            look.needs = Needs::default().and_tail("things", 5);
            look
        };
        let expect = |outcome: Option<Result<Committed, SubmitError<No>>>, late: bool| match outcome {
            Some(Err(SubmitError::Refused(No(seen)))) => assert_eq!(seen, late.to_string()),
            other => panic!("{other:?}"),
        };
        let others = [dated("things/1", 4), dated("others/1", 9), look()];
        expect(batch(&store, others).await.pop(), false);
        expect(batch(&store, [dated("things/2", 5), look()]).await.pop(), true);
        expect(batch(&store, [look()]).await.pop(), true);
        // Moved or taken away by the commands before it in the batch, or not all of them.
        let moved = [dated("things/2", 4), dated("things/3", 7), dated("things/4", 6), look()];
        expect(batch(&store, moved).await.pop(), true);
        expect(batch(&store, [delete("things/4"), look()]).await.pop(), true);
        expect(batch(&store, [delete("things/3"), look()]).await.pop(), false);
        expect(batch(&store, [look()]).await.pop(), false);
    }
}

#[tokio::test]
async fn however_many_leave_a_tail_in_one_batch_the_one_that_stays_is_seen() {
    for home in homes() {
        let store = home.open().await;
        let names: Vec<String> = (0..1500).map(|n| format!("things/{n:04}")).collect();
        let move_to = |number: i64| {
            let all = names.clone();
            let all = move |_: &State, _: &Context| {
                let change = |name: &String| Change::put(name, index(name, number), "{}".to_owned());
                Ok(Decision { changes: all.iter().map(change).collect(), outcome: None })
            };
            command(&names.iter().map(String::as_str).collect::<Vec<_>>(), all)
        };
        let look = || {
            let mut look = command(&[], |state, _| {
                let late = state.collection("things").find(|(_, held)| held.index.sort_number >= 5);
                Err(No(late.map_or("none", |(name, _)| name).to_owned()))
            });
            look.needs = Needs::default().and_tail("things", 5);
            look
        };
        let seen = |outcome: Result<Committed, SubmitError<No>>| match outcome {
            Err(SubmitError::Refused(No(seen))) => seen,
            other => panic!("{other:?}"),
        };
        store.submit(move_to(5)).await.unwrap();
        let last = command(&["things/last"], |_, _| {
            Ok(Decision::put("things/last", index("things/last", 6), "{}".to_owned()))
        });
        store.submit(last).await.unwrap();
        assert_eq!(seen(batch(&store, [move_to(4), look()]).await.pop().unwrap()), "things/last");
        // Decided while the batch before it is written, or after.
        store.submit(move_to(5)).await.unwrap();
        let moved = queue(&store, move_to(4));
        tokio::task::yield_now().await;
        let looked = queue(&store, look());
        moved.await.unwrap();
        assert_eq!(seen(looked.await), "things/last");
    }
}

#[tokio::test]
async fn however_many_refer_to_one_name_those_of_another_are_seen() {
    for home in homes() {
        let store = home.open().await;
        let many = command(&[], |_, _| {
            let change = |n: usize| {
                let name = format!("things/{n}");
                let index = Index { refers_to: Some("owners/1".into()), ..index(&name, 0) };
                Change::put(&name, index, "{}".to_owned())
            };
            Ok(Decision { changes: (0..1200).map(change).collect(), outcome: None })
        });
        store.submit(many).await.unwrap();
        store.submit(refer("things/last", "owners/2")).await.unwrap();
        let unused = |target: &'static str| {
            let mut command = command(&[], move |state, _| match state.referrers(target).count() {
                0 => Ok(Decision::default()),
                count => Err(No(count.to_string())),
            });
            command.needs = Needs::default().and_referrers(target);
            command
        };
        let outcomes = batch(&store, [unused("owners/1"), unused("owners/2"), unused("owners/3")]).await;
        let refused = |outcome: &Result<Committed, SubmitError<No>>| match outcome {
            Err(SubmitError::Refused(No(count))) => count.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!([refused(&outcomes[0]), refused(&outcomes[1])], ["1200", "1"]);
        assert!(outcomes[2].is_ok());
    }
}

#[tokio::test]
async fn a_rule_that_panics_fails_alone() {
    for home in homes() {
        let store = home.open_at(0).await;
        let mut broken = put("things/1", "1");
        broken.decide = Box::new(|_, _| panic!("a rule with a mistake"));
        let refused = store.submit(broken).await;
        assert!(matches!(refused, Err(SubmitError::Store(StoreError::Fault { .. }))), "{refused:?}");
        assert_eq!(store.submit(put("things/2", "2")).await.unwrap().revision, 1);
        assert_eq!(listed(&store, "things").await, ["things/2"]);
    }
}
