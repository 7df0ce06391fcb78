//! `RunningTotals` equal what the records add to, at the revision that is told with them.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const UNITS: [&str; 3] = ["a", "b", "c"];
const DAYS: std::ops::RangeInclusive<i64> = -3..=9;

#[derive(Debug, Clone)]
enum Step {
    Put { record: usize, unit: usize, day: i64, amount: i64 },
    Delete { record: usize },
    Refuse,
    Check { record: usize },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..6_usize, 0..UNITS.len(), DAYS, -5_i64..20)
            .prop_map(|(record, unit, day, amount)| Step::Put { record, unit, day, amount }),
        2 => (0..6_usize).prop_map(|record| Step::Delete { record }),
        1 => Just(Step::Refuse),
        1 => (0..6_usize).prop_map(|record| Step::Check { record }),
    ]
}

impl Step {
    fn command(&self) -> Command<No> {
        match self {
            Self::Put { record, unit, day, amount } => {
                put(&name(*record), &super::record(UNITS[*unit], *day, *amount))
            }
            Self::Delete { record } => delete(&name(*record)),
            Self::Refuse => refuse(),
            Self::Check { record } => {
                Command { validate_only: true, ..put(&name(*record), &super::record("a", 0, 1000)) }
            }
        }
    }
}

fn name(record: usize) -> String {
    format!("things/{record}")
}

/// What a record of an amount adds to a measure.
type Worth = fn(i64) -> i64;

/// The records in force, as anyone would keep them, after each revision.
struct Oracle(Vec<BTreeMap<usize, (usize, i64, i64)>>);

impl Oracle {
    fn new() -> Self {
        Self(vec![BTreeMap::new()])
    }

    fn take(&mut self, step: &Step) {
        let mut records = self.0[self.0.len() - 1].clone();
        match step {
            Step::Put { record, unit, day, amount } => drop(records.insert(*record, (*unit, *day, *amount))),
            Step::Delete { record } if records.contains_key(record) => drop(records.remove(record)),
            Step::Delete { .. } | Step::Refuse | Step::Check { .. } => return,
        }
        self.0.push(records);
    }

    /// Compares every measure over every window.
    fn check(&self, unit: usize, revision: i64, running_totals: &RunningTotals) {
        let records = &self.0[usize::try_from(revision).unwrap()];
        let sum = |first: i64, last: i64, of: Worth| -> i64 {
            let inside = |(at, day, _): &&(usize, i64, i64)| *at == unit && (first..=last).contains(day);
            records.values().filter(inside).map(|(_, _, amount)| of(*amount)).sum()
        };
        let measures: [(&str, Worth); 2] = [("records", |_| 1), ("amounts", |amount| amount)];
        for (measure, of) in measures {
            for last in DAYS {
                assert_eq!(
                    running_totals.up_to(measure, last),
                    sum(i64::MIN, last, of),
                    "{measure} up to {last}"
                );
                for first in *DAYS.start()..=last {
                    let expected = sum(first, last, of);
                    assert_eq!(
                        running_totals.within(measure, first, last),
                        expected,
                        "{measure} from {first} to {last}"
                    );
                }
            }
        }
        assert_eq!(running_totals.up_to("nothing", 9), 0);
    }

    async fn check_all(&self, store: &Store, units: &[usize]) {
        let series: Vec<Series> = units.iter().map(|unit| UNITS[*unit].into()).collect();
        let (revision, found) = store.running_totals(&series).await.unwrap();
        assert_eq!(found.len(), units.len());
        for (unit, running_totals) in units.iter().zip(&found) {
            self.check(*unit, revision, running_totals);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn tallies_equal_a_naive_sum_over_any_history(
        batches in proptest::collection::vec((proptest::collection::vec(step(), 0..8), 0..8_usize), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for home in homes() {
                let mut oracle = Oracle::new();
                let store = home.open().await;
                for (steps, units) in &batches {
                    for step in steps {
                        oracle.take(step);
                    }
                    let queued: Vec<_> = steps.iter().map(|step| queue(&store, step.command())).collect();
                    // While the writer works; the bits of the number say which series are asked for.
                    let units: Vec<usize> = (0..UNITS.len()).filter(|unit| units & (1 << unit) != 0).collect();
                    oracle.check_all(&store, &units).await;
                    for one in queued {
                        let _ = one.await;
                    }
                    oracle.check_all(&store, &units).await;
                }
                oracle.check_all(&store, &[0, 1, 2]).await;
                assert_eq!(store.head().revision, i64::try_from(oracle.0.len()).unwrap() - 1);
                assert_verified(&store).await;
                store.close().await;

                let store = home.open().await;
                oracle.check_all(&store, &[2, 1, 0]).await;
                assert_verified(&store).await;
            }
        });
    }
}

#[tokio::test]
async fn an_acknowledged_write_is_in_the_tallies() {
    for home in homes() {
        let store = home.open().await;
        for n in 1..=20 {
            let revision =
                store.submit(put(&format!("things/{n}"), &record("a", n, n))).await.unwrap().revision;
            let (at, running_totals) = store.running_totals(&["a".into()]).await.unwrap();
            assert_eq!((at, running_totals[0].up_to("records", 20)), (revision, n));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_moves_between_series_is_always_in_one_of_them() {
    for home in homes() {
        let store = home.open().await;
        store.submit(put("things/1", &record("0", 1, 100))).await.unwrap();
        let writer = tokio::spawn({
            let store = store.clone();
            async move {
                for n in 1..300 {
                    // Each pair of series is new, so that readers load them while they change.
                    let unit = (n / 3).to_string();
                    store.submit(put("things/1", &record(&unit, 1, 100))).await.unwrap();
                }
            }
        });
        while !writer.is_finished() {
            let now = (store.head().revision - 1) / 3;
            let series: Vec<Series> = (now.max(1) - 1..now + 3).map(|unit| unit.to_string().into()).collect();
            let (revision, running_totals) = store.running_totals(&series).await.unwrap();
            let expected = i64::from(series.contains(&((revision - 1) / 3).to_string().into()));
            let found: i64 = running_totals.iter().map(|one| one.up_to("records", 1)).sum();
            assert_eq!(found, expected, "at revision {revision}");
        }
        writer.await.unwrap();
        assert_verified(&store).await;
    }
}

#[tokio::test]
async fn a_load_that_overtakes_the_writer_counts_nothing_twice() {
    for home in homes() {
        let store = home.open().await;
        for n in 0..300_i64 {
            let unit = format!("unit-{n}");
            let written = queue(&store, put(&format!("things/{n}"), &record(&unit, 1, 1)));
            for _ in 0..n % 10 {
                tokio::task::yield_now().await;
            }
            // Polled without a pause: the database goes on in its own threads, the writer's memory does not.
            let wanted = [Series::from(unit)];
            let mut loading = Box::pin(tokio::task::unconstrained(store.running_totals(&wanted)));
            let polled = (0..20_000).find_map(|_| {
                std::thread::yield_now();
                match loading.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())) {
                    std::task::Poll::Ready(found) => Some(found),
                    std::task::Poll::Pending => None,
                }
            });
            let (revision, running_totals) = match polled {
                Some(found) => found.unwrap(),
                None => loading.await.unwrap(),
            };
            assert_eq!(running_totals[0].up_to("records", 1), revision - n, "at revision {revision}");
            written.await.unwrap();
            let (revision, running_totals) = store.running_totals(&wanted).await.unwrap();
            assert_eq!((revision, running_totals[0].up_to("records", 1)), (n + 1, 1));
        }
    }
}

#[tokio::test]
async fn more_series_than_fit_in_memory_are_still_read_together() {
    for home in homes() {
        let store = home.open().await;
        let days = i64::try_from(cells::MOST_DAYS).unwrap();
        let units: Vec<String> = (0..4).map(|unit| format!("unit-{unit}")).collect();
        let many = units.iter().flat_map(|unit| (0..days / 2).map(move |day| (unit.clone(), day)));
        batch(&store, many.map(|(unit, day)| put(&format!("things/{unit}-{day}"), &record(&unit, day, 2))))
            .await;
        let series: Vec<Series> = units.iter().map(|unit| unit.as_str().into()).collect();
        for _ in 0..3 {
            let (revision, running_totals) = store.running_totals(&series).await.unwrap();
            assert_eq!(revision, days * 2);
            let found: BTreeSet<i64> = running_totals.iter().map(|one| one.up_to("amounts", days)).collect();
            assert_eq!(found, BTreeSet::from([days]));
        }
    }
}
