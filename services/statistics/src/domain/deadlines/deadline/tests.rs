mod regimes;

use std::sync::LazyLock;

use jiff::Span;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::deadlines::facts::{CaseType, Circumstances, Instance, Kind};
use crate::domain::deadlines::workdays::tests::{built_in as workdays, with_day_off};

const RULES: &str = include_str!("../../../../data/deadlines.toml");

static BUILT_IN: LazyLock<DeadlineRules> = LazyLock::new(|| DeadlineRules::parse(RULES).unwrap());
static STAYS: LazyLock<DeadlineRules> = LazyLock::new(|| {
    DeadlineRules::parse(&RULES.replace("rule = \"next_working_day\"", "rule = \"stays\"")).unwrap()
});

fn rules() -> DeadlineRules {
    BUILT_IN.clone()
}

fn matter(kind: Kind, start: Date) -> Facts {
    Facts {
        subject: CaseType::Matter,
        kind,
        start,
        instance: Some(Instance::First),
        outside_competence: false,
        at_reception: false,
        disciplinary: false,
        circumstances: Circumstances::default(),
        extensions: 0,
        set_date: None,
        processed: None,
        replied: None,
        resolved: None,
    }
}

fn petition(kind: Kind, start: Date) -> Facts {
    Facts { subject: CaseType::Petition, instance: None, ..matter(kind, start) }
}

/// Step, rule and last day of every deadline.
fn due(facts: Facts) -> Vec<(String, String, Date)> {
    let found = deadlines(&facts, &rules(), &workdays());
    found.into_iter().map(|deadline| (deadline.step, deadline.rule.code, deadline.due)).collect()
}

fn one(facts: Facts) -> Deadline {
    let mut found = deadlines(&facts, &rules(), &workdays());
    assert_eq!(found.len(), 1);
    found.remove(0)
}

#[test]
fn a_complaint_has_the_days_of_its_instance_and_circumstances() {
    let at = |instance, complex, remote| {
        let circumstances = Circumstances { complex, remote, ..Circumstances::default() };
        let facts = matter(Kind::Complaint, date(2023, 3, 1));
        let found = one(Facts { instance: Some(instance), circumstances, ..facts });
        (found.due - found.start).get_days()
    };
    // Thirty days later is a Friday, and so on: no last day of these is off.
    assert_eq!(at(Instance::First, false, false), 30);
    // 15 April 2023 is a Saturday: two days more.
    assert_eq!(at(Instance::First, true, false), 47);
    assert_eq!(at(Instance::First, false, true), 47);
    // 30 April is a Sunday and a holiday; the next three days are off too.
    assert_eq!(at(Instance::First, true, true), 64);
    assert_eq!(at(Instance::Second, false, false), 47);
    assert_eq!(at(Instance::Second, true, false), 64);
    assert_eq!(at(Instance::Second, false, true), 64);
    assert_eq!(at(Instance::Second, true, true), 70);
}

#[test]
fn the_first_day_says_which_law_holds() {
    let on = |day| due(petition(Kind::Complaint, day));
    let expected = |rule: &str, day| vec![("accept".to_owned(), rule.to_owned(), day)];
    assert_eq!(on(date(2013, 12, 15)), expected("complaint-accept-2012", date(2013, 12, 25)));
    assert_eq!(on(date(2013, 12, 16)), expected("complaint-accept-2013", date(2013, 12, 30)));
    assert_eq!(on(date(2026, 6, 30)), expected("complaint-accept-2013", date(2026, 7, 14)));
    assert_eq!(on(date(2026, 7, 1)), expected("complaint-accept-2026", date(2026, 7, 10)));
    assert_eq!(on(date(2012, 6, 30)), Vec::new());
}

#[test]
fn extensions_count_where_the_law_knows_them() {
    let with = |kind, extensions| one(Facts { extensions, ..matter(kind, date(2023, 3, 1)) }).due;
    assert_eq!(with(Kind::Denunciation, 0), date(2023, 3, 31));
    // Sunday, a holiday, with more days off after it.
    assert_eq!(with(Kind::Denunciation, 1), date(2023, 5, 4));
    assert_eq!(with(Kind::Denunciation, 2), date(2023, 5, 30));
    assert_eq!(with(Kind::Denunciation, 9), date(2023, 5, 30));
    assert_eq!(with(Kind::Complaint, 2), date(2023, 3, 31));
}

#[test]
fn a_denunciation_is_checked_here_and_passed_on_elsewhere() {
    let facts = petition(Kind::Denunciation, date(2023, 4, 26));
    assert_eq!(due(facts), [("check".to_owned(), "denunciation-check-2019".to_owned(), date(2023, 5, 10))]);
    assert_eq!(
        due(Facts { outside_competence: true, ..facts }),
        [("transfer".to_owned(), "denunciation-transfer-2019".to_owned(), date(2023, 5, 8))]
    );
}

#[test]
fn whoever_comes_in_person_is_answered() {
    let facts = Facts { at_reception: true, ..petition(Kind::Proposal, date(2023, 3, 1)) };
    let found = one(Facts { processed: Some(date(2023, 3, 2)), ..facts });
    assert_eq!((found.step.as_str(), found.due, found.done), ("answer", date(2023, 3, 15), None));
    assert_eq!(one(Facts { replied: Some(date(2023, 3, 9)), ..facts }).done, Some(date(2023, 3, 9)));
    assert_eq!(due(petition(Kind::Proposal, date(2023, 3, 1))), Vec::new());
}

#[test]
fn a_day_that_the_unit_has_set_comes_before_that_of_the_law() {
    let set = Some(date(2023, 4, 20));
    let found = one(Facts { set_date: set, ..matter(Kind::Complaint, date(2023, 3, 1)) });
    assert_eq!((found.due, found.statutory), (date(2023, 4, 20), Some(date(2023, 3, 31))));
    assert_eq!(
        found.steps.last().unwrap().english,
        "The unit has set Thursday 2023-04-20 instead of Friday 2023-03-31."
    );
    let agreed = Some(date(2023, 3, 31));
    let found = one(Facts { set_date: agreed, ..matter(Kind::Complaint, date(2023, 3, 1)) });
    assert_eq!((found.due, found.statutory), (date(2023, 3, 31), agreed));
    assert_eq!(found.steps.last().unwrap().english, "The unit has set Friday 2023-03-31, too.");
    assert_eq!(found.steps.last().unwrap().vietnamese, "Đơn vị cũng ấn định thứ Sáu 31/03/2023.");
    // The law sets no day for proposals.
    assert_eq!(due(matter(Kind::Proposal, date(2023, 3, 1))), Vec::new());
    let found = one(Facts { set_date: set, ..matter(Kind::Proposal, date(2023, 3, 1)) });
    assert_eq!((found.due, found.statutory, found.rule), (date(2023, 4, 20), None, RuleCited::default()));
}

#[test]
fn overdue_is_what_was_open_after_its_day() {
    let open = one(matter(Kind::Complaint, date(2023, 3, 1)));
    assert_eq!(open.due, date(2023, 3, 31));
    assert!(!open.is_overdue_on(date(2023, 3, 31)) && open.is_overdue_on(date(2023, 4, 1)));
    let late = Deadline { done: Some(date(2023, 4, 10)), ..open.clone() };
    assert!(late.is_overdue_on(date(2023, 4, 9)) && !late.is_overdue_on(date(2023, 4, 10)));
    let timely = Deadline { done: Some(date(2023, 3, 31)), ..open };
    assert!(!timely.is_overdue_on(date(2023, 4, 1)));
}

#[test]
fn the_way_to_the_day_is_told_in_two_languages() {
    let circumstances = Circumstances { complex: true, ..Circumstances::default() };
    let found = one(Facts { circumstances, ..matter(Kind::Complaint, date(2023, 3, 16)) });
    let told: Vec<&str> = found.steps.iter().map(|step| step.vietnamese.as_str()).collect();
    assert_eq!(
        told,
        [
            "Thụ lý vụ việc thứ Năm 16/03/2023; ngày này không tính.",
            "Giải quyết: 45 ngày (phức tạp). Căn cứ: Luật Khiếu nại 2011 Điều 28: giải quyết lần đầu không quá 30 ngày, phức tạp 45 ngày; \
             vùng sâu, vùng xa 45 và 60 ngày – Luật Khiếu nại 02/2011/QH13; quy tắc complaint-first-2012.",
            "+ 45 ngày: Chủ nhật 30/04/2023.",
            "Chủ nhật 30/04/2023 là ngày nghỉ (Ngày Chiến thắng): thời hạn kết thúc vào ngày làm việc tiếp theo, thứ Năm 04/05/2023 \
             (Bộ luật Dân sự 91/2015/QH13 Điều 148 khoản 5).",
        ]
    );
    assert_eq!(found.certainty, Certainty::Memory, "so is the rule on days off");

    let found = one(petition(Kind::Complaint, date(2026, 8, 28)));
    let told: Vec<&str> = found.steps.iter().map(|step| step.english.as_str()).collect();
    assert_eq!(
        told,
        [
            "Petition received on Friday 2026-08-28; that day is not counted.",
            "Acceptance: 7 working days. By NĐ 155/2026/NĐ-CP Điều 10: thụ lý trong 7 ngày làm việc kể từ ngày nhận đơn – Luật Khiếu nại, sửa đổi bởi \
             136/2025/QH15; NĐ 155/2026/NĐ-CP; rule complaint-accept-2026.",
            "+ 7 working days, passing over Saturday 2026-08-29 to Sunday 2026-08-30 (weekly day off), Monday 2026-08-31 (Day off swapped with \
             2026-08-22), Tuesday 2026-09-01 (National Day (adjacent day)), Wednesday 2026-09-02 (National Day), Saturday 2026-09-05 to Sunday \
             2026-09-06 (weekly day off): Friday 2026-09-11.",
        ]
    );
    let plain = one(petition(Kind::Complaint, date(2026, 7, 6)));
    assert_eq!(plain.certainty, Certainty::Found);
    let unknown = one(matter(Kind::Complaint, date(2030, 12, 16)));
    assert!(
        unknown.steps.last().unwrap().english.starts_with("The holidays of 2030, 2031 are not all known")
    );
    assert_eq!(unknown.certainty, Certainty::Memory);
}

#[test]
fn rules_that_contradict_each_other_are_refused() {
    let twice = RULES.replace("code = \"complaint-accept-2026\"", "code = \"complaint-accept-2012\"");
    assert_eq!(
        DeadlineRules::parse(&twice).unwrap_err(),
        "deadlines: `complaint-accept-2012` is defined twice"
    );
    let both = RULES.replacen("last_date = 2026-06-30\n", "", 1);
    assert_eq!(
        DeadlineRules::parse(&both).unwrap_err(),
        "deadlines: `complaint-accept-2013` and `complaint-accept-2026` hold for the same"
    );
    for (from, to, problem) in [
        ("days = 7\n", "days = 0\n", "days must lie between 1 and 1000"),
        ("most = 2", "most = 11", "extensions be at most 10"),
        ("step = \"check\"", "step = \"guess\"", "needs a step `guess`"),
        ("kinds = [\"complaint\"]", "kinds = [\"rumour\"]", "no kind `rumour`"),
        ("subject = \"petition\"", "subject = \"letter\"", "no such `subject`"),
        ("instance = \"first\"", "instance = \"third\"", "no instance `third`"),
        ("first_date = 2012-07-01", "first_date = 2027-07-01", "ends before it begins"),
        ("days = 30\n", "day = 30\n", "unknown field"),
    ] {
        let refusal = DeadlineRules::parse(&RULES.replace(from, to)).unwrap_err();
        assert!(refusal.contains(problem), "{refusal}");
    }
}

#[test]
fn without_the_rule_on_days_off_the_last_day_stays() {
    let facts = matter(Kind::Denunciation, date(2023, 3, 3));
    let found = deadlines(&facts, &STAYS, &workdays());
    assert_eq!(found[0].due, date(2023, 4, 2));
    assert_eq!(one(facts).due, date(2023, 4, 3));
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let kinds = prop_oneof![Just(Kind::Complaint), Just(Kind::Denunciation), Just(Kind::Proposal)];
    let flags = prop::array::uniform7(any::<bool>());
    // All under one law: from one to the next, days may become fewer.
    (kinds, flags, 0_u32..4, 0_i32..1500).prop_map(|(kind, flags, extensions, days)| {
        let [of_matter, outside, at_reception, complex, remote, several_places, disciplinary] = flags;
        let start = date(2022, 1, 1).saturating_add(Span::new().days(days));
        let facts = if of_matter { matter(kind, start) } else { petition(kind, start) };
        let instance = facts.instance.map(|_| if outside { Instance::Second } else { Instance::First });
        let circumstances = Circumstances { complex, remote, several_places };
        Facts {
            disciplinary,
            outside_competence: outside && !of_matter,
            at_reception,
            instance,
            circumstances,
            extensions,
            ..facts
        }
    })
}

proptest! {
    #[test]
    fn one_more_day_off_makes_no_deadline_earlier(facts in any_facts(), off in 0_i32..1700) {
        let day = date(2022, 1, 1).saturating_add(Span::new().days(off));
        let (before, after) =
            (deadlines(&facts, &rules(), &workdays()), deadlines(&facts, &rules(), &with_day_off(day)));
        prop_assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(before.due <= after.due, "{:?}", before);
        }
    }

    #[test]
    fn calendar_days_are_the_same_with_any_days_off(facts in any_facts(), off in 0_i32..1700) {
        let day = date(2022, 1, 1).saturating_add(Span::new().days(off));
        // The resolution of matters is counted in calendar days throughout.
        let facts = Facts { subject: CaseType::Matter, outside_competence: false, instance: Some(Instance::First), ..facts };
        let last = |workdays| deadlines(&facts, &STAYS, &workdays).first().map(|found| found.due);
        prop_assert_eq!(last(workdays()), last(with_day_off(day)));
        // And where a last day off moves on, only that day itself makes a difference.
        let moved = |workdays| deadlines(&facts, &rules(), &workdays).first().map(|found| found.due);
        let (before, after) = (moved(workdays()), moved(with_day_off(day)));
        prop_assert!(before == after || before == Some(day));
    }

    #[test]
    fn later_begun_is_later_due(facts in any_facts(), later in 1_i32..60) {
        let then = Facts { start: facts.start.saturating_add(Span::new().days(later)), ..facts };
        let due = |facts| deadlines(&facts, &rules(), &workdays());
        for (before, after) in due(facts).iter().zip(due(then)) {
            prop_assert!(before.due <= after.due, "{:?}", after);
        }
    }
}
