use jiff::civil::date;

use super::*;
use crate::domain::forms::check::check;
use crate::domain::forms::form::FormId;
use crate::domain::forms::rule::Severity;
use crate::domain::returns::filing::Action::{Approve, Prepare, Reopen, SendBack, Submit};
use crate::domain::returns::filing::{Entry, Origin};
use crate::rules::Rules;

const COLUMNS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];

fn form() -> Form {
    let id = FormId { document: "thidua".to_owned(), code: "HEADLINE".to_owned() };
    Rules::built_in().unwrap().forms.get(&id).unwrap().clone()
}

fn values(pairs: &[(&str, i64)]) -> Values {
    pairs.iter().map(|(code, value)| ((*code).to_owned(), *value)).collect()
}

fn content(computed: &[(&str, i64)], entries: &[(&str, i64, &str)]) -> Content {
    let entry = |(code, value, reason): &(&str, i64, &str)| {
        ((*code).to_owned(), Entry { value: *value, reason: (*reason).to_owned() })
    };
    Content {
        form: form().id,
        calendar: "calendar-year".to_owned(),
        period: "2023-Y".to_owned(),
        first: date(2023, 1, 1),
        last: date(2023, 12, 31),
        computed: values(computed),
        entries: entries.iter().map(entry).collect(),
    }
}

fn asked(office: &str, today: Date) -> StepRequest {
    StepRequest {
        name: "units/a/returns/r".parse().unwrap(),
        caller: format!("offices/{office}").parse().unwrap(),
        now: Timestamp::UNIX_EPOCH,
        today,
        reason: String::new(),
    }
}

const AFTER: Date = date(2024, 1, 5);

#[track_caller]
fn refused(outcome: Result<Filing, StepRefused>) -> Refusal {
    match outcome {
        Err(StepRefused { refusal, .. }) => refusal,
        other => panic!("{other:?}"),
    }
}

fn handed_in(content: &Content) -> Filing {
    let asked = asked("author", AFTER);
    let filing = prepare(&asked, None, content.clone()).unwrap();
    submit(&asked, filing, &content.computed, &[]).unwrap()
}

#[test]
fn a_return_goes_from_its_unit_to_its_approver_and_back() {
    let content = content(&[("1", 5), ("2", 9)], &[]);
    let (author, approver) = (asked("author", AFTER), asked("approver", AFTER));
    let digest = content.digest(&author.name);
    let read = |computed| (digest.as_str(), computed, &[][..]);

    let sent_back = send_back(&approver, handed_in(&content)).unwrap();
    let again = prepare(&author, Some(sent_back), content.clone()).unwrap();
    let again = submit(&author, again, &content.computed, &[]).unwrap();
    let done = approve(&approver, again, &form(), read(&content.computed)).unwrap();
    assert_eq!(done.published(), Some(&values(&[("1", 5), ("2", 9)])));
    let reopened = reopen(&approver, done).unwrap();
    let actions: Vec<Action> = reopened.steps.iter().map(|step| step.action).collect();
    assert_eq!(actions, [Prepare, Submit, SendBack, Prepare, Submit, Approve, Reopen]);
    assert!(reopened.steps.iter().all(|step| step.digest == digest));
    assert_eq!(reopened.published(), Some(&values(&[("1", 5), ("2", 9)])), "what was published stays");
}

#[test]
fn a_step_needs_its_state() {
    let content = content(&[("1", 5)], &[]);
    let (author, approver) = (asked("author", AFTER), asked("approver", AFTER));
    let draft = prepare(&author, None, content.clone()).unwrap();
    let digest = content.digest(&author.name);
    let unfit = |outcome| matches!(refused(outcome), Refusal::StateUnfit { .. });
    assert!(unfit(approve(&approver, draft.clone(), &form(), (&digest, &content.computed, &[]))));
    assert!(unfit(send_back(&approver, draft.clone())));
    assert!(unfit(reopen(&approver, draft)));
    let waiting = handed_in(&content);
    assert!(unfit(prepare(&author, Some(waiting.clone()), content.clone())));
    assert!(unfit(submit(&author, waiting.clone(), &content.computed, &[])));
    let done = approve(&approver, waiting, &form(), (&digest, &content.computed, &[])).unwrap();
    assert!(unfit(prepare(&author, Some(done.clone()), content)));
    assert!(unfit(send_back(&approver, done)));
}

#[test]
fn nobody_approves_what_they_entered() {
    let content = content(&[("1", 5)], &[]);
    let digest = content.digest(&asked("x", AFTER).name);
    let approve_by = |office| {
        approve(&asked(office, AFTER), handed_in(&content), &form(), (&digest, &content.computed, &[]))
    };
    assert_eq!(
        refused(approve_by("author")),
        Refusal::ApprovedByAuthor { caller: "offices/author".to_owned() }
    );
    assert!(approve_by("approver").is_ok());

    // Nor after somebody else has handed it in again, once it was reopened.
    let (other, approver) = (asked("other", AFTER), asked("approver", AFTER));
    let reopened = reopen(&approver, approve_by("approver").unwrap()).unwrap();
    let again = submit(&other, reopened, &content.computed, &[]).unwrap();
    let by_author = approve(&asked("author", AFTER), again, &form(), (&digest, &content.computed, &[]));
    assert_eq!(refused(by_author), Refusal::ApprovedByAuthor { caller: "offices/author".to_owned() });
}

#[test]
fn what_is_approved_is_what_was_read_and_what_the_records_give() {
    let content = content(&[("1", 5), ("2", 9)], &[]);
    let approver = asked("approver", AFTER);
    let digest = content.digest(&approver.name);
    let later = values(&[("1", 6), ("2", 9), ("3", 1)]);
    let changed = Refusal::ContentChanged { digest: digest.clone(), columns: vec!["1".into(), "3".into()] };
    assert_eq!(refused(approve(&approver, handed_in(&content), &form(), (&digest, &later, &[]))), changed);
    let other = "0".repeat(64);
    let unread = Refusal::ContentChanged { digest: digest.clone(), columns: vec![] };
    assert_eq!(
        refused(approve(&approver, handed_in(&content), &form(), (&other, &content.computed, &[]))),
        unread
    );
    let draft = prepare(&approver, None, content.clone()).unwrap();
    assert_eq!(refused(submit(&approver, draft, &later, &[])), changed);
}

#[test]
fn a_period_is_handed_in_once_it_has_ended() {
    let content = content(&[("1", 5)], &[]);
    let on = |today| {
        let asked = asked("author", today);
        submit(&asked, prepare(&asked, None, content.clone()).unwrap(), &content.computed, &[])
    };
    assert_eq!(refused(on(date(2023, 12, 31))), Refusal::PeriodOpen { last_date: date(2023, 12, 31) });
    assert!(on(date(2024, 1, 1)).is_ok());
}

#[test]
fn what_differs_from_the_records_needs_a_reason() {
    let author = asked("author", AFTER);
    let prepared =
        |entries: &[(&str, i64, &str)]| prepare(&author, None, content(&[("1", 5), ("2", 0)], entries));
    let unexplained = Refusal::AdjustmentUnexplained { columns: vec!["1".into(), "2".into()] };
    assert_eq!(refused(prepared(&[("1", 7, ""), ("2", 8, ""), ("9", 3, "")])), unexplained);
    let filing = prepared(&[("1", 7, "sổ giấy"), ("2", 8, "sổ giấy"), ("9", 3, "")]).unwrap();
    let origin = |code: &str, value| filing.content.origin(code, value);
    assert_eq!(
        [origin("1", Some(7)), origin("2", Some(8)), origin("9", Some(3)), origin("3", None)],
        [Origin::Adjusted, Origin::Adjusted, Origin::Entered, Origin::Entered]
    );
}

#[test]
fn where_there_are_no_records_nothing_is_explained() {
    let author = asked("author", AFTER);
    let empty = prepare(&author, None, content(&[("1", 0), ("2", 0)], &[("1", 7, "")])).unwrap();
    let origins = [("1", Some(7)), ("2", Some(0))].map(|(code, value)| empty.content.origin(code, value));
    assert_eq!(origins, [Origin::Entered, Origin::Records]);
    let same = prepare(&author, None, content(&[("1", 5)], &[("1", 5, "")])).unwrap();
    assert_eq!(same.content.origin("1", Some(5)), Origin::Records);
}

#[test]
fn a_draft_prepared_again_keeps_one_step() {
    let (author, other) = (asked("author", AFTER), asked("other", AFTER));
    let content = content(&[("1", 5)], &[]);
    let mut filing = None;
    for asked in [&author, &author, &other, &author, &author] {
        filing = Some(prepare(asked, filing, content.clone()).unwrap());
    }
    let callers: Vec<String> = filing.unwrap().steps.into_iter().map(|step| step.caller).collect();
    assert_eq!(callers, ["offices/author", "offices/other", "offices/author"]);
}

/// Mistakes found in published figures, as a unit would put them in by hand.
#[test]
fn published_mishaps_are_not_handed_in() {
    let author = asked("author", AFTER);
    let mishap = |entries: &[(&str, i64, &str)]| {
        let content = content(&[], entries);
        let findings = check(&form(), &content.values(&form()));
        let filing = prepare(&author, None, content).unwrap();
        let Refusal::ChecksFailed { findings } = refused(submit(&author, filing, &Values::new(), &findings))
        else {
            panic!("handed in")
        };
        findings.iter().flat_map(|one| one.cited.iter().map(|cited| cited.column.clone())).collect::<Vec<_>>()
    };
    assert_eq!(mishap(&[("6", 238, ""), ("7", 316, ""), ("8", 889, "")]), ["8", "6", "7"]);
    assert_eq!(
        mishap(&[("9", 28_854, ""), ("10", 57, ""), ("11", 917, ""), ("12", 27_800, "")]),
        ["9", "10", "11", "12"]
    );
}

#[test]
fn warnings_do_not_hold_a_return_up() {
    let author = asked("author", AFTER);
    let content = content(&[], &[("4", 9, ""), ("5", 3, "")]);
    let findings = check(&form(), &content.values(&form()));
    assert!(findings.iter().any(|one| one.severity == Severity::Warning));
    let filing = prepare(&author, None, content).unwrap();
    assert!(submit(&author, filing, &Values::new(), &findings).is_ok());
}

#[test]
fn the_digest_is_of_all_that_a_return_says() {
    let name: ReturnName = "units/a/returns/r".parse().unwrap();
    let base = content(&[("1", 5)], &[("9", 3, "x")]);
    let other_period = Content { period: "2022-Y".to_owned(), ..base.clone() };
    let all = [
        base.clone(),
        other_period,
        content(&[("1", 6)], &[("9", 3, "x")]),
        content(&[("1", 5)], &[("9", 4, "x")]),
        content(&[("1", 5)], &[("9", 3, "y")]),
        content(&[("1", 5), ("9", 3)], &[]),
    ];
    let digests: std::collections::BTreeSet<String> = all.iter().map(|one| one.digest(&name)).collect();
    assert_eq!(digests.len(), all.len());
    assert_eq!(base.digest(&name).len(), 64);
    assert!(COLUMNS.iter().all(|code| form().column(code).is_some()));
}

#[test]
fn authors_are_offices_of_their_units() {
    let content = content(&[("1", 2)], &[]);
    let digest = content.digest(&asked("x", AFTER).name);
    let approve_as = |author: &str, approver: &str| {
        let author = asked(author, AFTER);
        let filing = prepare(&author, None, content.clone()).unwrap();
        let filing = submit(&author, filing, &content.computed, &[]).unwrap();
        approve(&asked(approver, AFTER), filing, &form(), (&digest, &content.computed, &[]))
    };
    // An office of the same name one level up is another office.
    approve_as("van-phong for units/a", "van-phong for units/tinh").unwrap();
    for approver in ["van-phong for units/a", "van-phong", "van-phong for units/-"] {
        let refused = refused(approve_as("van-phong for units/a", approver));
        assert_eq!(refused, Refusal::ApprovedByAuthor { caller: format!("offices/{approver}") });
    }
    // As earlier releases wrote it.
    refused(approve_as("van-phong", "van-phong for units/a"));
}
