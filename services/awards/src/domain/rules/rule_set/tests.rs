use jiff::civil::date;

use super::*;
use crate::domain::rules::vote_rule::VoteBase;
use crate::domain::samples::code;

const TITLE: &str = r#"
    [[title]]
    code = "co-thi-dua"
    display_name = "Cờ thi đua"
    display_name_en = "Flag"
    kind = "emulation-title"
    authority = "Chính phủ"
    authority_en = "Government"
    legal_source = "Điều 25""#;

fn file(id: &str, dates: &str, vote: &str, titles: &str) -> String {
    format!(
        r#"id = "{id}"
        display_name = "Luật"
        display_name_en = "Law"
        version = "1"
        legal_source = "Luật"
        {dates}
        [vote]
        {vote}
        of = "entitled"
        {titles}"#
    )
}

const HALF: &str = "numerator = 1\ndenominator = 2";

fn sound(id: &str, dates: &str) -> String {
    file(id, dates, HALF, TITLE)
}

#[test]
fn the_built_in_rule_sets_hold() {
    let sets = RuleSets::built_in().unwrap();
    let titles: Vec<_> = sets.all().map(|rules| rules.titles.len()).collect();
    assert_eq!(titles, [6, 6]);
    for rules in sets.all() {
        assert_eq!(rules.vote, VoteRule { numerator: 1, denominator: 2, of: VoteBase::Entitled });
        for title in &rules.titles {
            assert!(title.legal_source.contains("Điều"), "{}", title.code);
            assert_ne!(title.display_name, title.display_name_en, "{}", title.code);
        }
    }
}

#[test]
fn the_government_flag_is_decided_by_the_prime_minister_then_by_the_government() {
    let sets = RuleSets::built_in().unwrap();
    let flag = code("co-thi-dua-chinh-phu");
    for (day, authority) in [
        (date(2023, 12, 14), "Thủ tướng Chính phủ"),
        (date(2023, 12, 31), "Thủ tướng Chính phủ"),
        (date(2024, 1, 1), "Chính phủ"),
    ] {
        assert_eq!(sets.holding_on(day).unwrap().title(&flag).unwrap().authority, authority, "{day}");
    }
}

#[test]
fn days_and_titles_without_a_rule_are_told() {
    let sets = RuleSets::built_in().unwrap();
    let day = date(2004, 6, 30);
    assert!(matches!(sets.holding_on(day), Err(RuleError::RuleSetMissing { date }) if date == day));
    let rules = sets.holding_on(date(2023, 12, 14)).unwrap();
    assert_eq!(sets.get(&rules.name), Some(rules));
    let refused = rules.title(&code("huan-chuong"));
    assert!(matches!(refused, Err(RuleError::TitleUnknown { rule_set, .. }) if rule_set == rules.name));
}

#[test]
fn files_are_ordered_by_first_day() {
    let later = sound("b", "first_date = 2024-01-01");
    let earlier = sound("a", "first_date = 2020-01-01\nlast_date = 2023-12-31");
    let sets = RuleSets::parse(&[&later, &earlier]).unwrap();
    assert_eq!(
        sets.all().map(|rules| rules.name.to_string()).collect::<Vec<_>>(),
        ["ruleSets/a", "ruleSets/b"]
    );
}

#[test]
fn a_file_that_contradicts_itself_or_another_is_refused() {
    let open = "first_date = 2020-01-01";
    let twice = [TITLE, TITLE].concat();
    let bad_code = TITLE.replace("co-thi-dua", "Cờ");
    for (file, problem) in [
        (
            file("a", "first_date = 2020-01-01\nlast_date = 2019-12-31", HALF, TITLE),
            "it ends before it begins",
        ),
        (file("a", open, "numerator = 1\ndenominator = 1", TITLE), "the threshold 1/1"),
        (file("a", open, "numerator = -1\ndenominator = 2", TITLE), "the threshold -1/2"),
        (file("a", open, HALF, &twice), "the title `co-thi-dua` is defined twice"),
        (file("a", open, HALF, &bad_code), "the code `Cờ` is no slug"),
        (file("A", open, HALF, TITLE), "the id is no slug"),
        (file("a", "first_date = 07:30:00", HALF, TITLE), "`07:30:00` is no day"),
        (file("a", open, HALF, ""), "missing field `title`"),
        (file("a", open, HALF, "[other]"), "unknown field `other`"),
    ] {
        let told = RuleSets::parse(&[&file]).unwrap_err();
        assert!(told.contains(problem), "{told}");
    }
    let (first, second) = (sound("a", open), sound("b", "first_date = 2024-01-01"));
    assert_eq!(
        RuleSets::parse(&[&first, &second]).unwrap_err(),
        "ruleSets/a and ruleSets/b hold on the same days"
    );
    let ended = sound("a", "first_date = 2010-01-01\nlast_date = 2019-12-31");
    assert_eq!(RuleSets::parse(&[&first, &ended]).unwrap_err(), "ruleSets/a is defined twice");
}
