//! Random histories, played through the service, and what holds after each of them: cells are what the records add, forms
//! keep their identities, units add to totals, what a window ends with the next begins with, and what was read can be read
//! again as of then.
//!
//! Each of these has tests of its own, close to the rule that it is about. Here they are asked of everything together.

mod draw;
mod laws;
mod play;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};

/// One step of a history. Numbers choose among what is there by then.
#[derive(Debug, Clone)]
enum Step {
    /// Enters a record.
    Create { unit: usize, draft: Draft },
    /// Changes a record of the same kind into another one.
    Update { which: usize, draft: Draft },
    /// Takes a record out.
    Delete { which: usize },
    /// Imports records into a unit, new ones and known ones.
    Import { unit: usize, drafts: Vec<Draft> },
    /// Prepares a return, hands it in and has it approved.
    File { unit: usize, form: usize, period: usize },
    /// Opens an approved return, enters what was forgotten, and has it approved again.
    Restate { which: usize, draft: Draft },
    /// Renames, merges or splits units.
    Succeed(Move),
    /// Reads figures of a window from a day on, as then, or as now on a day.
    Read { first: i64, length: i64, now: Option<i64>, of: usize },
}

/// A record to be drawn.
#[derive(Debug, Clone)]
struct Draft {
    kind: usize,
    /// How long before the present of its step.
    days_ago: i64,
    /// Which matter it may be about.
    about: usize,
    seed: u32,
}

/// Units that take over from others.
#[derive(Debug, Clone)]
struct Move {
    how: u8,
    first: usize,
    second: usize,
    weights: [i64; 3],
    /// How many days after the first on which it can be.
    later: i64,
}

/// What is looked at once a history was played.
#[derive(Debug, Clone)]
struct Look {
    /// The first days of two windows that adjoin, and the last one of the second.
    days: [i64; 3],
    /// The day whose units are meant as now.
    now: i64,
    /// The year whose quarters are filled in.
    year: i64,
    /// Which measures are explained.
    explained: [usize; 4],
}

fn draft() -> impl Strategy<Value = Draft> {
    // A seed that is smaller makes no simpler record: only steps are worth leaving out.
    let seed = any::<u32>().no_shrink();
    (0..draw::KINDS, 0_i64..500, 0_usize..40, seed).prop_map(|(kind, days_ago, about, seed)| Draft {
        kind,
        days_ago,
        about,
        seed,
    })
}

/// Steps that are done one after the other: what is approved is at times restated at once, or few returns ever were.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = || 0_usize..40;
    let weights = [0_i64..6, 0_i64..6, 1_i64..6];
    let plan = (0_u8..6, which(), which(), weights, 0_i64..40);
    let file =
        || (which(), which(), which()).prop_map(|(unit, form, period)| Step::File { unit, form, period });
    let restate = || (which(), draft()).prop_map(|(which, draft)| Step::Restate { which, draft });
    let window = (0_i64..900, 0_i64..500, prop::option::of(0_i64..1300), which());
    let one = prop_oneof![
        6 => (which(), draft()).prop_map(|(unit, draft)| Step::Create { unit, draft }),
        5 => (which(), draft()).prop_map(|(which, draft)| Step::Update { which, draft }),
        3 => which().prop_map(|which| Step::Delete { which }),
        4 => (which(), prop::collection::vec(draft(), 1..12))
            .prop_map(|(unit, drafts)| Step::Import { unit, drafts }),
        2 => file(),
        1 => restate(),
        3 => plan.prop_map(|(how, first, second, weights, later)| {
            Step::Succeed(Move { how, first, second, weights, later })
        }),
        3 => window.prop_map(|(first, length, now, of)| Step::Read { first, length, now, of }),
    ];
    prop_oneof![9 => one.prop_map(|step| vec![step]), 1 => (file(), restate()).prop_map(|(a, b)| vec![a, b])]
}

fn histories() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(steps(), 1..55).prop_map(|steps| steps.concat())
}

fn look() -> impl Strategy<Value = Look> {
    let days = [0_i64..500, 1_i64..300, 1_i64..300];
    (days, 0_i64..1300, 2022_i64..2025, [0_usize..1000, 0_usize..1000, 0_usize..1000, 0_usize..1000])
        .prop_map(|([first, one, other], now, year, explained)| Look {
            days: [first, first + one, first + one + other],
            now,
            year,
            explained,
        })
}

#[test]
fn everything_holds_after_any_history() {
    let asked = ProptestConfig::default();
    // A history costs as much as some thirty cases of a pure rule. `PROPTEST_CASES` is still heard.
    let config = ProptestConfig {
        cases: asked.cases.div_ceil(32),
        max_shrink_iters: 10_000,
        max_shrink_time: 120_000,
        source_file: Some(file!()),
        ..asked
    };
    let enough = config.cases >= 8;
    let done: Mutex<BTreeMap<&str, usize>> = Mutex::default();
    TestRunner::new(config)
        .run(&(histories(), look()), |(history, look)| {
            // Whatever a service still does ends with the runtime of its case.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let play = play::play(&history).await;
                laws::hold(&play, &look).await;
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                for (step, count) in &play.done {
                    *done.entry(step).or_default() += count;
                }
            });
            Ok(())
        })
        .unwrap_or_else(|failure| match failure {
            TestError::Abort(reason) => panic!("{reason}"),
            // One step a line: a history is read from above.
            TestError::Fail(reason, (history, look)) => {
                let steps: Vec<String> = history.iter().map(|step| format!("{step:?}")).collect();
                panic!("{reason}\n{}\n{look:?}", steps.join("\n"))
            }
        });
    // Steps that are all refused would prove nothing. Each is likely in a history, and all but certain in eight.
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let steps =
        ["correct", "create", "delete", "file", "import", "read", "reopen", "restate", "succeed", "update"];
    let missing: Vec<&str> = steps.into_iter().filter(|step| !done.contains_key(step)).collect();
    assert!(missing.is_empty() || !enough, "{missing:?} of {done:?}");
}
