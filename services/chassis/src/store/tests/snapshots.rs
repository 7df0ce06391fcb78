//! What stood at an earlier revision, which long reads there are at once, and what a rule sees of the sums.

use proptest::prelude::*;

use super::*;

/// A thing that becomes a record of a unit, day and amount, or goes.
type Step = (usize, Option<(usize, i64, i64)>);

/// Puts records of three units on some days, and takes them out again.
fn histories() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0_usize..4, prop::option::of((0_usize..3, 0_i64..6, -3_i64..9))), 1..24)
}

const UNITS: [&str; 3] = ["a", "b", "c"];

fn shown(running_totals: &RunningTotals) -> Vec<i64> {
    (-1..7).flat_map(|day| ["records", "amounts"].map(|measure| running_totals.up_to(measure, day))).collect()
}

/// A resource by name, with its revision, its times and its body.
type Shown = (String, i64, [Timestamp; 2], Option<String>);

fn standing(resource: &Resource) -> Shown {
    let held = &resource.held;
    let body = held.body.as_ref().map(ToString::to_string);
    (resource.name.to_string(), held.revision, [held.create_time, held.update_time], body)
}

async fn check(home: &Home, history: &[Step]) {
    let wanted: Vec<Series> = UNITS.map(Into::into).to_vec();
    let store = home.open().await;
    let mut seen: Vec<(Vec<Vec<i64>>, Vec<Shown>)> = Vec::new();
    for step in std::iter::once(None).chain(history.iter().map(Some)) {
        if let Some((thing, content)) = step {
            let name = format!("things/{thing}");
            let command = match content {
                Some((unit, day, amount)) => put(&name, &record(UNITS[*unit], *day, *amount)),
                None => delete(&name),
            };
            // What is not there cannot be deleted.
            let _ = store.submit(command).await;
        }
        let (revision, running_totals) = store.running_totals(&wanted).await.unwrap();
        seen.truncate(usize::try_from(revision).unwrap());
        let things = store.page(&PageQuery::all("things", 100)).await.unwrap();
        seen.push((
            running_totals.iter().map(|one| shown(one)).collect(),
            things.iter().map(standing).collect(),
        ));
    }
    let mut snapshot = store.snapshot().await.unwrap();
    assert_eq!(snapshot.revision() + 1, i64::try_from(seen.len()).unwrap());
    for (revision, (sums, things)) in (0..).zip(&seen) {
        let found = snapshot.tallies_at(revision, &wanted).await.unwrap();
        assert_eq!(&found.iter().map(shown).collect::<Vec<_>>(), sums, "as of {revision}");
        let found = snapshot.collection_at(revision, "things").await.unwrap();
        assert_eq!(&found.iter().map(standing).collect::<Vec<_>>(), things, "as of {revision}");
    }
    drop(snapshot);
    store.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_is_read_as_of_a_revision_is_what_was_read_then(history in histories()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for home in homes() {
                check(&home, &history).await;
            }
        });
    }
}

#[tokio::test]
async fn names_that_cannot_add_to_a_series_are_passed_over() {
    const NAMED: Contributions = Contributions { prefix: |unit| format!("{unit}/"), ..COUNTING };
    for home in homes() {
        let store = home.try_open_counting(NAMED).await.unwrap();
        // Against what the program says of its names, to see that it is not read.
        store.submit(put("c/1", &record("a", 1, 1000))).await.unwrap();
        let mut amount = 0;
        for round in 0..3 {
            for unit in ["a", "a-b", "ab", "b"] {
                amount += 1;
                store.submit(put(&format!("{unit}/{round}"), &record(unit, round, amount))).await.unwrap();
            }
        }
        let mut snapshot = store.snapshot().await.unwrap();
        for wanted in [vec!["a"], vec!["b", "a"], vec!["ab", "a-b", "c"], vec![]] {
            let series: Vec<Series> = wanted.iter().map(|unit| (*unit).into()).collect();
            let found = snapshot.tallies_at(5, &series).await.unwrap();
            let found: Vec<i64> = found.iter().map(|one| one.up_to("amounts", 9)).collect();
            let expected =
                |unit: &&str| ["a", "a-b", "ab", "b"].iter().zip(1..).find(|(one, _)| *one == unit);
            let expected = wanted.iter().map(|unit| expected(unit).map_or(0, |(_, amount)| amount));
            assert_eq!(found, expected.collect::<Vec<i64>>(), "{wanted:?}");
        }
    }
}

#[tokio::test]
async fn an_instant_tells_the_revision_that_stood_then() {
    for home in homes() {
        for second in [10, 20, 20, 30] {
            let store = home.open_at(second).await;
            store.submit(count("things/1")).await.unwrap();
            store.close().await;
        }
        let store = home.open_at(40).await;
        let mut snapshot = store.snapshot().await.unwrap();
        for (second, revision) in [(9, 0), (10, 1), (19, 1), (20, 3), (29, 3), (30, 4), (99, 4)] {
            assert_eq!(snapshot.revision_at(at(second)).await.unwrap(), revision, "at {second}");
        }
    }
}

#[tokio::test]
async fn long_reads_leave_connections_to_the_others() {
    for home in homes() {
        let store = home.open().await;
        store.submit(count("things/1")).await.unwrap();
        let mut held = Vec::new();
        let refusal = loop {
            match store.long_snapshot().await {
                Ok(snapshot) => held.push(snapshot),
                Err(error) => break error,
            }
        };
        assert!(matches!(refusal, StoreError::Busy), "{refusal}");
        assert!(held.len() > 1);
        // As many as there are already, and none waits.
        let mut quick = Vec::new();
        for _ in &held {
            quick.push(store.snapshot().await.unwrap());
        }
        quick.pop();
        assert_eq!(body(&store, "things/1").await.as_deref(), Some("1"));
        store.submit(count("things/1")).await.unwrap();
        held.pop();
        assert_eq!(store.long_snapshot().await.unwrap().revision(), 2);
        assert!(held.iter().all(|snapshot| snapshot.revision() == 1));
    }
}

/// A record that its rule accepts only while the sum of a unit is what the command says.
fn put_if_sum_is(name: &str, unit: &'static str, sum: i64, amount: i64) -> Command<No> {
    let owned = name.to_owned();
    let mut command = command(&[name], move |state, _| {
        let found =
            state.running_totals(unit).map(|running_totals| running_totals.up_to("amounts", i64::MAX));
        if found != Some(sum) {
            return Err(No(format!("{found:?}")));
        }
        Ok(Decision::put(&owned, index(&owned, 0), record(unit, 1, amount)))
    });
    command.needs = command.needs.and_tallies(unit);
    command
}

#[tokio::test]
async fn a_rule_sees_the_sums_that_the_commands_before_it_left() {
    for home in homes() {
        let store = home.open().await;
        let commands = [
            put("things/1", &record("a", 1, 5)),
            put_if_sum_is("things/2", "a", 5, 2),
            put_if_sum_is("things/3", "a", 5, 2),
            put_if_sum_is("things/3", "a", 7, 1),
        ];
        let outcomes: Vec<bool> = batch(&store, commands).await.iter().map(Result::is_ok).collect();
        assert_eq!(outcomes, [true, true, false, true]);
        // Queued one by one, so that batches are decided while others are written.
        for sum in 8..40 {
            let name = format!("things/{sum}");
            let (first, second) = (
                queue(&store, put_if_sum_is(&name, "a", sum, 1)),
                queue(&store, put(&format!("others/{sum}"), "{}")),
            );
            second.await.unwrap();
            first.await.unwrap();
        }
        assert_verified(&store).await;
    }
}
