//! Statutory deadlines of petitions and matters, each explained step by step. The rules are data (`data/deadlines.toml`),
//! as are the days off ([`Workdays`]); nothing here is stored, so that a rule or holiday that is added moves every deadline.

use jiff::civil::Date;

use super::explanation::{self, Explanation};
use super::facts::Facts;
use super::rules::{Counted, DeadlineRules, DoneBy, Rule, Step};
use super::workdays::Workdays;
use crate::domain::text::certainty::Certainty;
use crate::domain::text::sentence::Sentence;

/// By when a step must be done, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// The step's code.
    pub step: String,
    /// The step's label.
    pub label: Sentence,
    /// The day on which the period begins.
    pub start: Date,
    /// The last day: the one that the unit has set, else that of the law.
    pub due: Date,
    /// The last day by law, where a rule holds.
    pub statutory: Option<Date>,
    /// When the step was done.
    pub done: Option<Date>,
    /// Code, regime and source of the rule; empty where only the unit has set a day.
    pub rule: RuleCited,
    /// How sure the least sure of the rule and the days off is that it rests on.
    pub certainty: Certainty,
    /// The way from the first day to the last.
    pub steps: Vec<Sentence>,
}

/// The rule that a deadline follows from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleCited {
    /// Its code.
    pub code: String,
    /// The law in force.
    pub regime: String,
    /// Article and number.
    pub source: String,
}

impl Deadline {
    /// Whether, at the end of a day, the deadline had passed and the step was not done.
    #[must_use]
    pub fn is_overdue_on(&self, day: Date) -> bool {
        self.due < day && self.done.is_none_or(|done| done > day)
    }
}

/// Rules and working days together: what deadlines are computed from.
#[derive(Debug, Clone)]
pub struct Schedule {
    rules: DeadlineRules,
    workdays: Workdays,
}

impl Schedule {
    /// Of rules and working days.
    #[must_use]
    pub fn new(rules: DeadlineRules, workdays: Workdays) -> Self {
        Self { rules, workdays }
    }

    /// The versions of the data.
    #[must_use]
    pub fn version(&self) -> String {
        format!("{}; {}", self.rules.version, self.workdays.version)
    }

    /// The deadlines of a case, in the order of the rules.
    #[must_use]
    pub fn deadlines(&self, facts: &Facts) -> Vec<Deadline> {
        deadlines(facts, &self.rules, &self.workdays)
    }
}

/// The deadlines of a case, in the order of the rules. Those rules hold that are in force on its first day, or that take over
/// cases which were not done by then.
#[must_use]
pub fn deadlines(facts: &Facts, rules: &DeadlineRules, workdays: &Workdays) -> Vec<Deadline> {
    let holding = rules.of(facts);
    let mut found: Vec<Deadline> =
        holding.map(|(rule, step)| statutory(facts, rules, (rule, step), workdays)).collect();
    let Some(set) = facts.set_date else { return found };
    let resolution = rules.steps().find(|step| step.done_by == DoneBy::Resolution);
    let Some(step) = resolution else { return found };
    match found.iter_mut().find(|deadline| deadline.step == step.code) {
        Some(deadline) => {
            deadline.due = set;
            deadline.steps.push(explanation::set_by_unit(set, deadline.statutory));
        }
        None => found.push(Deadline {
            step: step.code.clone(),
            label: step.label(),
            start: facts.start,
            due: set,
            statutory: None,
            done: facts.resolved,
            rule: RuleCited::default(),
            certainty: Certainty::Found,
            steps: vec![explanation::began(facts), explanation::set_by_unit(set, None)],
        }),
    }
    found
}

/// The deadline that a rule sets for a step.
fn statutory(
    facts: &Facts,
    rules: &DeadlineRules,
    (rule, step): (&Rule, &Step),
    workdays: &Workdays,
) -> Deadline {
    let days = rule.days(facts);
    let mut explanation = Explanation::new(facts, workdays);
    explanation.length(facts, rule, step);
    explanation.taken_over(facts, rule);
    let due = match rule.counted {
        Counted::Working => {
            let due = workdays.add_working_days(facts.start, days);
            explanation.counted_working(days, due);
            due
        }
        Counted::Calendar => {
            let last = Workdays::add_calendar_days(facts.start, days);
            explanation.counted_calendar(days, last);
            let due = if rules.moves_on() { workdays.working_day_from(last) } else { last };
            explanation.moved_on(last, due, rules);
            explanation.proposals(last, due);
            due
        }
    };
    let (certainty, steps) = explanation.finish(due);
    Deadline {
        step: step.code.clone(),
        label: step.label(),
        start: facts.start,
        due,
        statutory: Some(due),
        done: step.done_by.date(facts),
        rule: RuleCited { code: rule.code.clone(), regime: rule.regime.clone(), source: rule.source.clone() },
        certainty: certainty.max(rule.certainty),
        steps,
    }
}

#[cfg(test)]
mod tests;
