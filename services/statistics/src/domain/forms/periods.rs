//! Checks of a return against the unit's returns of other periods, in whichever order they were handed in.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::Forms;
use super::check::{Checks, Cited, Finding, FormValues, Succession, cite};
use super::expression::{Expression, Reference};
use super::form::{Behaviour, Column, Form, Values};
use super::rule::Severity;
use super::wording;
use crate::domain::calendars::window::Window;

/// What a return is checked against beside itself.
#[derive(Debug, Clone, Default)]
pub struct OtherReturns {
    /// The unit's other forms of the same period, by code.
    pub beside: BTreeMap<String, Values>,
    /// The same form for other periods.
    pub periods: Vec<(Window, Values)>,
    /// The columns put in by hand, in this return or in one of those of other periods.
    pub entered: BTreeSet<String>,
}

impl Checks {
    /// All findings of a return: of the form by itself, beside the unit's other forms of the period, and against its returns
    /// of other periods, earlier and later.
    #[must_use]
    pub fn of_return(
        &self,
        forms: &Forms,
        form: &Form,
        stand: FormValues<'_>,
        others: OtherReturns,
    ) -> Vec<Finding> {
        let OtherReturns { beside, periods, entered } = others;
        let mut found = self.review(forms, form, stand, beside, &[]);
        for (window, values) in &periods {
            let other = FormValues { window: *window, values };
            let order = |stand: &FormValues<'_>| (stand.window.last, stand.window.first);
            let (earlier, later) =
                if order(&other) < order(&stand) { (other, stand) } else { (stand, other) };
            found.extend(self.compare(form, earlier, later));
            found.extend(self.same_stocks(form, earlier, later));
        }
        found.extend(sums_of_parts(form, stand, &periods, &entered));
        found.extend(nothing_at_all(form, stand.values));
        found
    }

    /// Periods that begin on one day carry the same over, and those that end on one day leave the same.
    fn same_stocks(&self, form: &Form, one: FormValues<'_>, other: FormValues<'_>) -> Vec<Finding> {
        let of_form = self.successions.iter().filter(|succession| succession.form == form.id);
        let same = |succession: &Succession| {
            let sum = if one.window.first == other.window.first {
                &succession.opening
            } else if one.window.last == other.window.last {
                &succession.closing
            } else {
                return None;
            };
            stock(form, sum, one, other)
        };
        of_form.filter_map(same).collect()
    }
}

fn stock(form: &Form, sum: &Expression, one: FormValues<'_>, other: FormValues<'_>) -> Option<Finding> {
    let value =
        |stand: FormValues<'_>| sum.value(&|named: &Reference| stand.values.get(&named.column).copied());
    let (left, right) = (value(one)?, value(other)?);
    if left == right {
        return None;
    }
    let day = if one.window.first == other.window.first { one.window.first } else { one.window.last };
    let columns = sum.to_string();
    let texts = wording::stock((&columns, day), (left, one.window), (right, other.window));
    let cited = |stand: FormValues<'_>| -> Vec<Cited> {
        sum.references().filter_map(|named| cite(form, &named.column, stand)).collect()
    };
    Some(Finding {
        rule: format!("{columns} (cùng ngày)"),
        meaning: "Các kỳ cùng ngày đầu chuyển sang như nhau, các kỳ cùng ngày cuối chuyển đi như nhau"
            .to_owned(),
        severity: Severity::Error,
        form: form.id.clone(),
        cited: [cited(one), cited(other)].concat(),
        difference: left.saturating_sub(right),
        vietnamese: texts.0,
        english: texts.1,
    })
}

/// Quarters add up to six months, nine months and the year, in columns put in by hand: what records give adds up by itself.
fn sums_of_parts(
    form: &Form,
    stand: FormValues<'_>,
    periods: &[(Window, Values)],
    entered: &BTreeSet<String>,
) -> Vec<Finding> {
    let others = periods.iter().map(|(window, values)| FormValues { window: *window, values });
    let mut all: Vec<FormValues<'_>> = std::iter::once(stand).chain(others).collect();
    all.sort_by_key(|stand| (stand.window.first, stand.window.last));
    let mut found = Vec::new();
    for whole in &all {
        let Some(parts) = tiles(&all, whole.window) else { continue };
        let concerns = std::iter::once(whole).chain(&parts).any(|one| one.window == stand.window);
        if concerns {
            let columns = form.columns.iter().filter(|column| entered.contains(&column.code));
            let flows = columns.filter(|column| column.behaviour == Behaviour::Flow);
            found.extend(flows.filter_map(|column| sum(form, column, &parts, *whole)));
        }
    }
    found
}

/// Shorter windows that fill a longer one, each beginning on the day after the one before; the shortest where there are several.
fn tiles<'v>(all: &[FormValues<'v>], whole: Window) -> Option<Vec<FormValues<'v>>> {
    fn from<'v>(
        all: &[FormValues<'v>],
        first: jiff::civil::Date,
        whole: Window,
    ) -> Option<Vec<FormValues<'v>>> {
        let fits = |part: &&FormValues<'v>| {
            let window = part.window;
            window.first == first
                && window.last <= whole.last
                && (window.first, window.last) != (whole.first, whole.last)
        };
        for part in all.iter().filter(fits) {
            if part.window.last == whole.last {
                return Some(vec![*part]);
            }
            let rest = part.window.last.tomorrow().ok().and_then(|next| from(all, next, whole));
            if let Some(rest) = rest {
                return Some([vec![*part], rest].concat());
            }
        }
        None
    }
    from(all, whole.first, whole)
}

fn sum(form: &Form, column: &Column, parts: &[FormValues<'_>], whole: FormValues<'_>) -> Option<Finding> {
    let value = |stand: &FormValues<'_>| stand.values.get(&column.code).copied();
    let added: Vec<(Window, i64)> =
        parts.iter().map(|part| Some((part.window, value(part)?))).collect::<Option<_>>()?;
    let (sum, total) = (added.iter().map(|(_, value)| *value).fold(0, i64::saturating_add), value(&whole)?);
    if sum == total {
        return None;
    }
    let texts = wording::parts(column, &added, (whole.window, total));
    Some(Finding {
        rule: format!("{} (các kỳ) = {} (cả kỳ)", column.code, column.code),
        meaning: "Số của các kỳ cộng lại bằng số của cả kỳ".to_owned(),
        severity: Severity::Error,
        form: form.id.clone(),
        cited: parts.iter().chain([&whole]).filter_map(|stand| cite(form, &column.code, *stand)).collect(),
        difference: sum.saturating_sub(total),
        vietnamese: texts.0,
        english: texts.1,
    })
}

/// A return in which every number is 0 may be right, or forgotten.
fn nothing_at_all(form: &Form, values: &Values) -> Option<Finding> {
    let nothing = !values.is_empty() && values.values().all(|value| *value == 0);
    nothing.then(|| Finding {
        rule: "0".to_owned(),
        meaning: "Báo cáo không có số liệu nào khác 0".to_owned(),
        severity: Severity::Warning,
        form: form.id.clone(),
        cited: Vec::new(),
        difference: 0,
        vietnamese: "Mọi cột có số liệu đều bằng 0; đề nghị kiểm tra".to_owned(),
        english: "Every column that has a value is 0; please look at it".to_owned(),
    })
}

#[cfg(test)]
mod tests;
