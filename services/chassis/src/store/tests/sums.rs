//! Sums have bounds: one command that would exceed them fails alone.

use super::super::sum_bounds::MOST_SUM;
use super::*;

fn is_out_of_range(outcome: &Result<Committed, SubmitError<No>>) -> bool {
    matches!(
        outcome,
        Err(SubmitError::Store(StoreError::SumOutOfRange { series, measure: "amounts" })) if **series == *"a"
    )
}

async fn amounts(store: &Store) -> i64 {
    store.running_totals(&["a".into()]).await.unwrap().1[0].up_to("amounts", i64::MAX)
}

#[tokio::test]
async fn a_sum_that_would_overflow_refuses_the_one_command_that_adds_too_much() {
    for home in homes() {
        let store = home.open().await;
        let half = MOST_SUM / 2;
        let outcomes = batch(
            &store,
            [
                put("things/1", &record("a", 1, half)),
                put("things/2", &record("a", 2, half)),
                put("things/3", &record("a", 3, half)),
                put("others/1", &record("b", 3, half)),
                put("things/4", &record("a", 4, 1)),
                put("things/5", &record("a", 4, i64::MAX)),
                put("things/6", &record("a", 5, -half)),
            ],
        )
        .await;
        let refused: Vec<usize> = (0..outcomes.len()).filter(|at| outcomes[*at].is_err()).collect();
        assert_eq!(refused, [2, 5, 6], "{outcomes:?}");
        assert!(refused.iter().all(|at| is_out_of_range(&outcomes[*at])), "{outcomes:?}");
        assert_eq!(amounts(&store).await, 2 * half + 1);
        assert_verified(&store).await;

        // Over what is stored, and in batches of one, it is the same.
        assert!(is_out_of_range(&store.submit(put("things/7", &record("a", 1, half))).await));
        store.submit(delete("things/1")).await.unwrap();
        store.submit(put("things/7", &record("a", 1, half))).await.unwrap();
        let mut check = put("things/8", &record("a", 1, half));
        check.validate_only = true;
        assert!(is_out_of_range(&store.submit(check).await), "a check tells it, too");
        store.submit(put("things/7", &record("a", 9, half))).await.unwrap();
        assert_eq!(amounts(&store).await, 2 * half + 1);
        assert_verified(&store).await;
        store.close().await;

        let store = home.open().await;
        assert!(is_out_of_range(&store.submit(put("things/9", &record("a", 1, half))).await));
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn what_a_refused_command_would_have_changed_is_not_seen_by_those_after_it() {
    for home in homes() {
        let store = home.open().await;
        let too_much = put("things/1", &record("a", 1, i64::MAX));
        let outcomes = batch(&store, [too_much, count("things/2"), delete("things/1")]).await;
        assert!(is_out_of_range(&outcomes[0]), "{outcomes:?}");
        assert_eq!(outcomes[1].as_ref().unwrap().revision, 1);
        assert!(matches!(outcomes[2], Err(SubmitError::Refused(_))), "{outcomes:?}");
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn every_partial_sum_of_a_command_is_checked() {
    for home in homes() {
        let store = home.open().await;
        let twice = command(&["things/1", "things/2"], |_, _| {
            let change = |name: &str| Change::put(name, index(name, 0), record("a", 1, i64::MAX));
            Ok(Decision { changes: vec![change("things/1"), change("things/2")], outcome: None })
        });
        assert!(is_out_of_range(&store.submit(twice).await));
        assert_eq!(store.head().revision, 0);
    }
}

#[tokio::test]
async fn replicas_bound_their_sums_together() {
    for home in homes().into_iter().filter(Home::is_shared) {
        let (one, other) = (home.open().await, home.open().await);
        let half = MOST_SUM / 2;
        one.submit(put("things/1", &record("a", 1, half))).await.unwrap();
        other.submit(put("things/2", &record("a", 1, half))).await.unwrap();
        assert!(is_out_of_range(&one.submit(put("things/3", &record("a", 1, half))).await));
        assert_eq!(one.current().await.unwrap().revision, 2);
        assert_verified(&one).await;
    }
}

#[tokio::test]
async fn data_that_the_database_refuses_fail_their_own_command_alone() {
    for home in homes() {
        let store = home.open().await;
        let mut broken = put("things/2", "{}");
        broken.request_hash = "too short".to_owned();
        let outcomes = batch(&store, [put("things/1", "{}"), broken, put("things/3", "{}")]).await;
        assert_eq!(outcomes[0].as_ref().unwrap().revision, 1);
        assert!(matches!(outcomes[1], Err(SubmitError::Store(StoreError::Fault { .. }))), "{outcomes:?}");
        assert_eq!(outcomes[2].as_ref().unwrap().revision, 2);
        assert_eq!(listed(&store, "things").await, ["things/1", "things/3"]);
        assert!(store.condition().borrow().is_writable);
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn however_many_commands_exceed_a_sum_each_is_refused_alone() {
    for home in homes() {
        let store = home.open().await;
        let commands = (0..30).map(|n| {
            let amount = if n % 2 == 0 { MOST_SUM } else { 1 };
            put(&format!("things/{n}"), &record("a", n, amount))
        });
        let outcomes = batch(&store, commands).await;
        for (n, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome.is_ok(), n == 0 || n % 2 == 1, "{n}: {outcome:?}");
            assert!(outcome.is_ok() || is_out_of_range(outcome), "{n}: {outcome:?}");
        }
        assert_verified(&store).await;
    }
}
