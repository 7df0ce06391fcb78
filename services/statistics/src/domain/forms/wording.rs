//! What findings say, in Vietnamese and English.

use jiff::civil::Date;

use crate::domain::calendars::window::Window;
use crate::domain::forms::expression::{Claim, Expression, Reference, Relation};
use crate::domain::forms::form::{Column, Form};
use thidua_chassis::language::Language;

/// The values of both sides of a claim.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides {
    pub(super) left: i64,
    pub(super) right: i64,
}

/// Vietnamese and English.
pub(super) type Texts = (String, String);

/// A claim of columns that does not hold.
pub(super) fn claim(
    form: &Form,
    claim: &Claim,
    of: &impl Fn(&Reference) -> Option<i64>,
    sides: Sides,
) -> Texts {
    let named = claim.references().next();
    let decimals = named.and_then(|one| form.column(&one.column)).map_or(0, Column::decimals);
    let say = |language: Language| match claim {
        Claim::Compare(left, relation, right) => {
            let number = |value| language.number(value, decimals);
            let gap = sides.left.saturating_sub(sides.right).saturating_abs();
            let left = format!("{} ({})", name(language, left, true), number(sides.left));
            let right = if right.terms().is_empty() {
                number(sides.right)
            } else {
                format!("{} ({})", name(language, right, false), number(sides.right))
            };
            let said = match language {
                Language::Vietnamese => format!("{left} {} {right}", vietnamese(*relation)),
                Language::English => format!("{left} {} {right}", english(*relation)),
            };
            match language {
                // What must be more than a number may equal it.
                _ if gap == 0 => said,
                Language::Vietnamese => format!("{said}, chênh {}", number(gap)),
                Language::English => format!("{said}, by {}", number(gap)),
            }
        }
        Claim::Percent { share, part, whole } => {
            let value = |sum: &Expression| language.number(sum.value(of).unwrap_or_default(), 0);
            let percent = |tenths| format!("{}%", language.number(tenths, 1));
            let (share, found, right) =
                (name(language, share, true), percent(sides.left), percent(sides.right));
            let counts = format!("{}/{} = {right}", value(part), value(whole));
            match language {
                Language::Vietnamese => {
                    format!("{share} ({found}) khác tỷ lệ cột {part} trên cột {whole} ({counts})")
                }
                Language::English => {
                    format!("{share} ({found}) differs from column {part} over column {whole} ({counts})")
                }
            }
        }
    };
    (say(Language::Vietnamese), say(Language::English))
}

/// A side of a claim: one column, a sum, or what is left of columns.
fn name(language: Language, side: &Expression, begins: bool) -> String {
    let word = match (language, side.terms(), side.only_adds()) {
        (Language::Vietnamese, [(1, _)], _) => "cột",
        (Language::Vietnamese, _, true) => "tổng các cột",
        (Language::Vietnamese, _, false) => "kết quả các cột",
        (Language::English, [(1, _)], _) => "column",
        (Language::English, _, true) => "the sum of columns",
        (Language::English, _, false) => "the result of columns",
    };
    let text = format!("{word} {side}");
    let mut letters = text.chars();
    match letters.next().filter(|_| begins) {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

fn vietnamese(broken: Relation) -> &'static str {
    match broken {
        Relation::Equal => "khác",
        Relation::AtMost => "lớn hơn",
        Relation::AtLeast => "nhỏ hơn",
        Relation::Less => "không nhỏ hơn",
        Relation::More => "không lớn hơn",
    }
}

fn english(broken: Relation) -> &'static str {
    match broken {
        Relation::Equal => "differs from",
        Relation::AtMost => "exceeds",
        Relation::AtLeast => "is below",
        Relation::Less => "is not below",
        Relation::More => "does not exceed",
    }
}

/// A column that has less by a later day of the same year.
pub(super) fn fallen(column: &Column, earlier: (i64, Date), later: (i64, Date)) -> Texts {
    let say = |language: Language| {
        let number = |value| language.number(value, column.decimals());
        let stand = |(value, last): (i64, Date)| (number(value), language.day(last));
        let ((before, before_day), (now, now_day)) = (stand(earlier), stand(later));
        let (code, gap) = (&column.code, number(earlier.0.saturating_sub(later.0)));
        match language {
            Language::Vietnamese => format!(
                "Cột {code}: lũy kế đến ngày {now_day} ({now}) nhỏ hơn lũy kế đến ngày {before_day} ({before}), chênh {gap}"
            ),
            Language::English => {
                format!("Column {code}: {now} by {now_day} is below {before} by {before_day}, by {gap}")
            }
        }
    };
    (say(Language::Vietnamese), say(Language::English))
}

/// A stock that changed between the end of a period and the beginning of the next.
pub(super) fn succession(closing: (&str, i64, Date), opening: (&str, i64, Date)) -> Texts {
    let say = |language: Language| {
        let stand = |(columns, value, day): (&str, i64, Date)| {
            (columns.to_owned(), language.number(value, 0), language.day(day))
        };
        let ((end, end_value, end_day), (start, start_value, start_day)) = (stand(closing), stand(opening));
        let gap = language.number(closing.1.saturating_sub(opening.1).saturating_abs(), 0);
        match language {
            Language::Vietnamese => format!(
                "Số chuyển kỳ sau đến ngày {end_day}, cột {end} ({end_value}), khác số kỳ trước chuyển sang từ ngày \
                 {start_day}, cột {start} ({start_value}), chênh {gap}"
            ),
            Language::English => format!(
                "What was left on {end_day}, columns {end} ({end_value}), differs from what was carried over on \
                 {start_day}, columns {start} ({start_value}), by {gap}"
            ),
        }
    };
    (say(Language::Vietnamese), say(Language::English))
}

/// A stock on one day of which two periods say different things.
pub(super) fn stock((columns, day): (&str, Date), one: (i64, Window), other: (i64, Window)) -> Texts {
    let say = |language: Language| {
        let number = |value| language.number(value, 0);
        let span = |window: Window| format!("{}–{}", language.day(window.first), language.day(window.last));
        let (day, gap) = (language.day(day), number(one.0.saturating_sub(other.0).saturating_abs()));
        let (value, of, other_value, other_of) = (number(one.0), span(one.1), number(other.0), span(other.1));
        match language {
            Language::Vietnamese => format!(
                "Số tồn ngày {day}, cột {columns}: kỳ {of} ghi {value}, kỳ {other_of} ghi {other_value}, chênh {gap}"
            ),
            Language::English => format!(
                "What stood on {day}, columns {columns}: {value} for {of}, {other_value} for {other_of}, by {gap}"
            ),
        }
    };
    (say(Language::Vietnamese), say(Language::English))
}

/// A column whose parts do not add up to the whole.
pub(super) fn parts(column: &Column, parts: &[(Window, i64)], whole: (Window, i64)) -> Texts {
    let say = |language: Language| {
        let number = |value| language.number(value, column.decimals());
        let span = |window: Window| format!("{}–{}", language.day(window.first), language.day(window.last));
        let added: Vec<String> =
            parts.iter().map(|(window, value)| format!("{} ({})", span(*window), number(*value))).collect();
        let (added, code) = (added.join(" + "), &column.code);
        let sum = parts.iter().map(|(_, value)| *value).fold(0, i64::saturating_add);
        let gap = number(sum.saturating_sub(whole.1).saturating_abs());
        let (sum, of, value) = (number(sum), span(whole.0), number(whole.1));
        match language {
            Language::Vietnamese => {
                format!("Cột {code}: {added} = {sum}, khác cả kỳ {of} ({value}), chênh {gap}")
            }
            Language::English => {
                format!("Column {code}: {added} = {sum}, which differs from {of} ({value}) by {gap}")
            }
        }
    };
    (say(Language::Vietnamese), say(Language::English))
}

/// A column that changed much against the year before.
pub(super) fn growth(column: &Column, factor: i64, before: i64, now: i64) -> Texts {
    let say = |language: Language| {
        let number = |value| language.number(value, column.decimals());
        let (code, now, before) = (&column.code, number(now), number(before));
        match language {
            Language::Vietnamese => format!(
                "Cột {code} ({now}) so với cùng kỳ năm trước ({before}) chênh lệch hơn {factor} lần; đề nghị kiểm tra"
            ),
            Language::English => format!(
                "Column {code} ({now}) against the same period of the year before ({before}): more than {factor} times; \
                 please look at it"
            ),
        }
    };
    (say(Language::Vietnamese), say(Language::English))
}
