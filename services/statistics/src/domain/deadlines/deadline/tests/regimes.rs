//! Which law governs a case: limits of their own, and cases that a later rule takes over.

use super::*;

#[test]
fn acceptance_of_complaints_counts_working_days_since_the_circular_of_2013() {
    let on = |day| one(petition(Kind::Complaint, day));
    // Tết of 2021 lies between: ten days would have ended on Thursday 11 February, a day off.
    let found = on(date(2021, 2, 1));
    assert_eq!((found.rule.code.as_str(), found.due), ("complaint-accept-2013", date(2021, 2, 22)));
    assert_eq!(found.certainty, Certainty::Inferred, "law and circular differ");
    assert!(found.rule.source.contains("TT 07/2013/TT-TTCP Điều 5 khoản 1"));
    assert!(found.rule.source.contains("Luật Khiếu nại 2011 Điều 27"));
}

#[test]
fn a_denunciation_checked_at_several_places_has_ten_days() {
    let circumstances = Circumstances { several_places: true, ..Circumstances::default() };
    let facts = petition(Kind::Denunciation, date(2023, 3, 1));
    assert_eq!(one(facts).due, date(2023, 3, 10));
    let several = one(Facts { circumstances, ..facts });
    assert_eq!(several.due, date(2023, 3, 15));
    assert!(
        several.steps[1].english.contains("10 working days (checked at several places, or by delegation)")
    );
    // It makes no difference to a transfer, and a complex case makes none to a check.
    let passed_on = Facts { outside_competence: true, ..facts };
    assert_eq!(one(passed_on).due, one(Facts { circumstances, ..passed_on }).due);
    let complex = Circumstances { complex: true, ..circumstances };
    assert!(!one(Facts { circumstances: complex, ..facts }).steps[1].english.contains("complex"));
}

#[test]
fn a_complaint_against_a_disciplinary_decision_has_limits_of_its_own() {
    let due = |instance, complex, remote| {
        let circumstances = Circumstances { complex, remote, ..Circumstances::default() };
        let facts = matter(Kind::Complaint, date(2023, 8, 1));
        let found = one(Facts { instance: Some(instance), circumstances, disciplinary: true, ..facts });
        assert_eq!(found.rule.code, "complaint-disciplinary-2012");
        found.due
    };
    for instance in [Instance::First, Instance::Second] {
        for remote in [false, true] {
            assert_eq!(due(instance, false, remote), date(2023, 8, 31));
            assert_eq!(due(instance, true, remote), date(2023, 9, 15));
        }
    }
    // 45 days are those of a second instance, had it not been disciplinary.
    let other = Facts { instance: Some(Instance::Second), ..matter(Kind::Complaint, date(2023, 8, 1)) };
    assert_eq!(one(other).due, date(2023, 9, 15));
}

#[test]
fn denunciations_that_were_open_on_the_first_of_july_2026_fall_under_the_new_decree() {
    let facts = matter(Kind::Denunciation, date(2026, 6, 10));
    let rule = |resolved| one(Facts { resolved, ..facts }).rule.code;
    assert_eq!(rule(Some(date(2026, 6, 30))), "denunciation-resolve-2019");
    assert_eq!(rule(Some(date(2026, 7, 1))), "denunciation-resolve-2026");
    let open = one(facts);
    assert_eq!(open.rule.code, "denunciation-resolve-2026");
    assert_eq!(
        open.steps[2].english,
        "Begun before Wednesday 2026-07-01 and not done by then: the new rule applies (NĐ 156/2026/NĐ-CP Điều 10 khoản 1)."
    );
    let later = one(matter(Kind::Denunciation, date(2026, 7, 2)));
    assert!(later.steps.iter().all(|step| !step.english.starts_with("Begun before")));
    // Complaints keep the limits of their first day.
    assert_eq!(one(matter(Kind::Complaint, date(2026, 6, 10))).rule.code, "complaint-first-2012");
}

#[test]
fn what_is_only_proposed_for_a_day_is_told_and_not_counted() {
    // From Thursday, over the weekend, the Monday that may be swapped, and Culture Day.
    let found = one(petition(Kind::Complaint, date(2026, 11, 19)));
    assert_eq!(found.due, date(2026, 12, 1));
    assert!(found.steps[2].english.contains("Tuesday 2026-11-24 (Vietnamese Culture Day)"));
    let told: Vec<&str> = found.steps[3..].iter().map(|step| step.english.as_str()).collect();
    assert_eq!(
        told,
        [
            "Monday 2026-11-23: day off swapped with 2026-11-28 is only proposed, and not counted.",
            "Saturday 2026-11-28: work instead of 2026-11-23 is only proposed, and not counted."
        ]
    );
    assert_eq!(found.certainty, Certainty::Inferred);
}
