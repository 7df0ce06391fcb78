//! The way from the first day of a period to its last, in sentences.

use jiff::Span;
use jiff::civil::Date;

use super::facts::{CaseType, Facts};
use super::rules::{DeadlineRules, Rule, Step};
use crate::domain::deadlines::workdays::{DayOff, Workdays};
use crate::domain::text::certainty::Certainty;
use crate::domain::text::sentence::Sentence;

/// What is told so far, and how sure the least sure of what it rests on is.
pub(super) struct Explanation<'w> {
    start: Date,
    workdays: &'w Workdays,
    certainty: Certainty,
    told: Vec<Sentence>,
}

impl<'w> Explanation<'w> {
    /// Of a period that begins.
    pub(super) fn new(facts: &Facts, workdays: &'w Workdays) -> Self {
        Self { start: facts.start, workdays, certainty: Certainty::Found, told: vec![began(facts)] }
    }

    fn rests_on(&mut self, certainty: Certainty) {
        self.certainty = self.certainty.max(certainty);
    }

    fn tell(&mut self, vietnamese: String, english: String) {
        self.told.push(Sentence { vietnamese, english });
    }

    /// Which rule holds, and how many days it gives.
    pub(super) fn length(&mut self, facts: &Facts, rule: &Rule, step: &Step) {
        let own = rule.own_days(facts);
        let (mut why, mut why_en) = (Vec::new(), Vec::new());
        // Only what makes a difference under the rule is named.
        if own != rule.base_days {
            let circumstances = rule.circumstances(facts);
            if circumstances.complex {
                why.push("phức tạp".to_owned());
                why_en.push("complex".to_owned());
            }
            if circumstances.remote {
                why.push("vùng sâu, vùng xa".to_owned());
                why_en.push("remote area".to_owned());
            }
            if circumstances.several_places {
                why.push("kiểm tra tại nhiều địa điểm hoặc ủy quyền kiểm tra".to_owned());
                why_en.push("checked at several places, or by delegation".to_owned());
            }
        }
        if let Some(extensions) = rule.extensions
            && extensions.count(facts) > 0
        {
            let (count, days) = (extensions.count(facts), extensions.days);
            why.push(format!("gia hạn {count} lần, mỗi lần {days} ngày"));
            why_en.push(format!("extended {count} times by {days} days"));
        }
        let (unit, unit_en) = rule.counted.unit();
        let listed =
            |why: &[String]| if why.is_empty() { String::new() } else { format!(" ({})", why.join("; ")) };
        let (days, label) = (rule.days(facts), step.label());
        let Rule { code, source, regime, .. } = rule;
        self.tell(
            format!(
                "{}: {days} {unit}{}. Căn cứ: {source} – {regime}; quy tắc {code}.",
                label.vietnamese,
                listed(&why)
            ),
            format!(
                "{}: {days} {unit_en}{}. By {source} – {regime}; rule {code}.",
                label.english,
                listed(&why_en)
            ),
        );
    }

    /// The case began under an earlier rule, and this one took it over.
    pub(super) fn taken_over(&mut self, facts: &Facts, rule: &Rule) {
        let Some(article) = rule.takes_over.as_ref().filter(|_| rule.takes_over(facts)) else { return };
        let day = Sentence::of_day(rule.first_date);
        self.tell(
            format!(
                "Bắt đầu trước {} và đến ngày này chưa xong: áp dụng quy định mới ({article}).",
                day.vietnamese
            ),
            format!("Begun before {} and not done by then: the new rule applies ({article}).", day.english),
        );
    }

    /// What was only proposed for days that the period touches is not counted, and told.
    pub(super) fn proposals(&mut self, first: Date, last: Date) {
        let workdays = self.workdays;
        for (date, label) in workdays.proposals(first, last) {
            self.rests_on(Certainty::Inferred);
            let day = Sentence::of_day(date);
            self.tell(
                format!("{}: {} mới là đề xuất, chưa được tính.", day.vietnamese, label.vietnamese),
                format!("{}: {} is only proposed, and not counted.", day.english, label.english),
            );
        }
    }

    /// Working days were counted; the days off between are named.
    pub(super) fn counted_working(&mut self, days: u32, due: Date) {
        let between = self.start.series(Span::new().days(1)).skip(1).take_while(|date| *date < due);
        let off: Vec<(Date, DayOff)> =
            between.filter_map(|date| self.workdays.day_off(date).map(|off| (date, off))).collect();
        for (_, off) in &off {
            self.rests_on(off.certainty);
        }
        let (mut passed, mut passed_en) = (Vec::new(), Vec::new());
        let follows = |(day, off): &(Date, DayOff), (next, other): &(Date, DayOff)| {
            off == other && day.tomorrow().is_ok_and(|tomorrow| tomorrow == *next)
        };
        for group in off.chunk_by(follows) {
            let Some((_, DayOff { label, .. })) = group.first() else { continue };
            // Days one after the other, off for one reason: Tết alone has seven.
            let span = match group {
                [(first, _), .., (last, _)] => {
                    let (first, last) = (Sentence::of_day(*first), Sentence::of_day(*last));
                    Sentence::new(
                        format!("{} đến {}", first.vietnamese, last.vietnamese),
                        format!("{} to {}", first.english, last.english),
                    )
                }
                [(only, _)] => Sentence::of_day(*only),
                [] => continue,
            };
            passed.push(format!("{} ({})", span.vietnamese, label.vietnamese));
            passed_en.push(format!("{} ({})", span.english, label.english));
        }
        let without = |text: &str, passed: &[String]| {
            if passed.is_empty() { String::new() } else { format!(", {text} {}", passed.join(", ")) }
        };
        let day = Sentence::of_day(due);
        self.tell(
            format!("+ {days} ngày làm việc{}: {}.", without("không tính", &passed), day.vietnamese),
            format!("+ {days} working days{}: {}.", without("passing over", &passed_en), day.english),
        );
        self.proposals(self.start, due);
    }

    /// All days were counted.
    pub(super) fn counted_calendar(&mut self, days: u32, last: Date) {
        let day = Sentence::of_day(last);
        self.tell(format!("+ {days} ngày: {}.", day.vietnamese), format!("+ {days} days: {}.", day.english));
    }

    /// The last day is off, and the period ends on another.
    pub(super) fn moved_on(&mut self, last: Date, due: Date, rules: &DeadlineRules) {
        let Some(off) = self.workdays.day_off(last).filter(|_| last != due) else { return };
        self.rests_on(off.certainty.max(rules.last_day_off.certainty));
        let (from, to) = (Sentence::of_day(last), Sentence::of_day(due));
        let source = &rules.last_day_off.source;
        self.tell(
            format!(
                "{} là ngày nghỉ ({}): thời hạn kết thúc vào ngày làm việc tiếp theo, {} ({source}).",
                from.vietnamese, off.label.vietnamese, to.vietnamese
            ),
            format!(
                "{} is off ({}): the period ends on the next working day, {} ({source}).",
                from.english, off.label.english, to.english
            ),
        );
    }

    /// All that was told, with a warning where days off are not known.
    pub(super) fn finish(mut self, due: Date) -> (Certainty, Vec<Sentence>) {
        let unknown: Vec<String> = (self.start.year()..=due.year())
            .filter(|year| !self.workdays.knows(*year))
            .map(|year| year.to_string())
            .collect();
        if !unknown.is_empty() {
            self.rests_on(Certainty::Memory);
            let years = unknown.join(", ");
            self.tell(
                format!("Chưa có lịch nghỉ lễ đầy đủ của năm {years}: chỉ tính ngày nghỉ hằng tuần và ngày lễ cố định."),
                format!("The holidays of {years} are not all known: only weekends and holidays of a fixed date count."),
            );
        }
        (self.certainty, self.told)
    }
}

/// The day on which a period begins.
pub(super) fn began(facts: &Facts) -> Sentence {
    let day = Sentence::of_day(facts.start);
    let (what, what_en) = match facts.subject {
        CaseType::Petition => ("Nhận đơn", "Petition received on"),
        CaseType::Matter => ("Thụ lý vụ việc", "Matter accepted on"),
    };
    Sentence::new(
        format!("{what} {}; ngày này không tính.", day.vietnamese),
        format!("{what_en} {}; that day is not counted.", day.english),
    )
}

/// The unit has set a day itself.
pub(super) fn set_by_unit(set: Date, statutory: Option<Date>) -> Sentence {
    let agrees = statutory == Some(set);
    let set = Sentence::of_day(set);
    match statutory.map(Sentence::of_day) {
        Some(_) if agrees => Sentence::new(
            format!("Đơn vị cũng ấn định {}.", set.vietnamese),
            format!("The unit has set {}, too.", set.english),
        ),
        Some(law) => Sentence::new(
            format!("Đơn vị ấn định {} thay cho {}.", set.vietnamese, law.vietnamese),
            format!("The unit has set {} instead of {}.", set.english, law.english),
        ),
        None => Sentence::new(
            format!("Đơn vị ấn định {}; không có thời hạn theo luật.", set.vietnamese),
            format!("The unit has set {}; no period by law applies.", set.english),
        ),
    }
}
