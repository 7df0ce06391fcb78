//! Statutory deadlines of petitions and matters, each explained step by step. The rules are data (`data/deadlines.toml`),
//! as are the days off ([`Workdays`]); nothing here is stored, so that a rule or holiday that is added moves every deadline.

mod explain;
mod rules;

use jiff::civil::Date;

use self::explain::Explanation;
pub use self::rules::DeadlineRules;
use self::rules::{Counted, DoneBy, Rule, Step};
use super::matter::Matter;
use super::petition::{Competence, Instance, Kind, Petition};
use super::sentence::Sentence;
use super::workday::Workdays;

/// Facts of a case that the law makes longer deadlines of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Vụ việc phức tạp, as the law defines it and somebody has decided.
    pub complex: bool,
    /// Vùng sâu, vùng xa, đi lại khó khăn.
    pub remote: bool,
}

/// What rules speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A letter, from its receipt.
    Petition,
    /// A matter, from its acceptance.
    Matter,
}

/// What the rules need to know of a petition or matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Which of the two.
    pub subject: Subject,
    /// What it is.
    pub kind: Kind,
    /// The day on which periods begin: of receipt, or of acceptance.
    pub start: Date,
    /// At which instance it is, or asks to be, resolved.
    pub instance: Option<Instance>,
    /// Whether another agency was found competent.
    pub outside_competence: bool,
    /// Whether a petition was handed in at a reception.
    pub at_reception: bool,
    /// What makes periods longer.
    pub circumstances: Circumstances,
    /// How often a period was extended.
    pub extensions: u32,
    /// The last day that the unit itself has set for the resolution.
    pub set_date: Option<Date>,
    /// When it was classified and handled.
    pub processed: Option<Date>,
    /// When it was answered in writing.
    pub replied: Option<Date>,
    /// When it was resolved.
    pub resolved: Option<Date>,
}

impl Facts {
    /// Of a petition.
    #[must_use]
    pub fn of_petition(petition: &Petition) -> Self {
        let qualified = petition.processing.and_then(|processing| processing.qualified);
        Self {
            subject: Subject::Petition,
            kind: petition.kind,
            start: petition.received_date,
            instance: Some(petition.instance.unwrap_or(Instance::First)),
            outside_competence: qualified == Some(Competence::Outside),
            at_reception: petition.at_reception,
            circumstances: petition.circumstances,
            extensions: 0,
            set_date: None,
            processed: petition.processing.map(|processing| processing.date),
            replied: petition.processing.and_then(|processing| processing.replied_date),
            resolved: None,
        }
    }

    /// Of a matter.
    #[must_use]
    pub fn of_matter(matter: &Matter) -> Self {
        Self {
            subject: Subject::Matter,
            kind: matter.kind,
            start: matter.accepted_date,
            instance: Some(matter.instance),
            outside_competence: matter.competence == Competence::Outside,
            at_reception: false,
            circumstances: matter.circumstances,
            extensions: matter.extensions,
            set_date: matter.due_date,
            processed: None,
            replied: None,
            resolved: matter.resolution.as_ref().map(|resolution| resolution.date),
        }
    }

    fn done(&self, by: DoneBy) -> Option<Date> {
        match by {
            DoneBy::Processing => self.processed,
            DoneBy::Reply => self.replied,
            DoneBy::Resolution => self.resolved,
        }
    }
}

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
    /// Whether rule and days off were all compared with their sources.
    pub verified: bool,
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

/// The deadlines of a case, in the order of the rules. Those rules hold that are in force on its first day.
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
            deadline.steps.push(explain::set_instead(set, deadline.statutory));
        }
        None => found.push(Deadline {
            step: step.code.clone(),
            label: step.label(),
            start: facts.start,
            due: set,
            statutory: None,
            done: facts.resolved,
            rule: RuleCited::default(),
            verified: true,
            steps: vec![explain::began(facts), explain::set_instead(set, None)],
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
            due
        }
    };
    let (verified, steps) = explanation.finish(due);
    Deadline {
        step: step.code.clone(),
        label: step.label(),
        start: facts.start,
        due,
        statutory: Some(due),
        done: facts.done(step.done_by),
        rule: RuleCited { code: rule.code.clone(), regime: rule.regime.clone(), source: rule.source.clone() },
        verified: verified && rule.verified,
        steps,
    }
}

#[cfg(test)]
mod tests;
