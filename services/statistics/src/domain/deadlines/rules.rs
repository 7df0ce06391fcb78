//! The rules of deadlines, read from `data/deadlines.toml` and checked.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;

use crate::domain::deadlines::facts::{CaseType, Circumstances, Facts, Instance, Kind};
use crate::domain::text::certainty::Certainty;
use crate::domain::text::sentence::Sentence;

/// All rules.
#[derive(Debug, Clone)]
pub struct DeadlineRules {
    /// Name and version of the data.
    pub version: String,
    pub(super) last_day_off: LastDayOff,
    steps: Vec<Step>,
    rules: Vec<(Rule, usize)>,
}

/// What becomes of calendar days whose last one is off.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LastDayOff {
    rule: OffRule,
    pub(super) source: String,
    pub(super) certainty: Certainty,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OffRule {
    NextWorkingDay,
    Stays,
}

/// Something that must be done with a petition or matter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) code: String,
    display_name: String,
    display_name_en: String,
    pub(super) done_by: DoneBy,
}

impl Step {
    pub(super) fn label(&self) -> Sentence {
        Sentence::new(&*self.display_name, &*self.display_name_en)
    }
}

/// The day of a record on which a step counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DoneBy {
    /// A petition was classified and handled.
    Processing,
    /// A petition was answered in writing.
    Reply,
    /// A matter was resolved.
    Resolution,
}

impl DoneBy {
    /// The day of the facts on which the step was done.
    pub(super) fn date(self, facts: &Facts) -> Option<Date> {
        match self {
            Self::Processing => facts.processed,
            Self::Reply => facts.replied,
            Self::Resolution => facts.resolved,
        }
    }
}

/// How days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Counted {
    /// All days.
    Calendar,
    /// Working days alone.
    Working,
}

impl Counted {
    /// What is counted, in Vietnamese and English.
    pub(super) fn unit(self) -> (&'static str, &'static str) {
        match self {
            Self::Calendar => ("ngày", "days"),
            Self::Working => ("ngày làm việc", "working days"),
        }
    }
}

/// One rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) code: String,
    subject: CaseType,
    kinds: Vec<Kind>,
    instance: Option<Instance>,
    outside_competence: Option<bool>,
    at_reception: Option<bool>,
    disciplinary: Option<bool>,
    pub(super) base_days: u32,
    complex_days: Option<u32>,
    remote_days: Option<u32>,
    remote_complex_days: Option<u32>,
    several_places_days: Option<u32>,
    pub(super) extensions: Option<Extensions>,
    pub(super) counted: Counted,
    pub(super) first_date: Date,
    last_date: Option<Date>,
    /// The article by which it also governs cases begun before its first day and not done by then.
    pub(super) takes_over: Option<String>,
    pub(super) regime: String,
    pub(super) source: String,
    pub(super) certainty: Certainty,
}

/// How often how many days may be added.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Extensions {
    pub(super) days: u32,
    most: u32,
}

impl Extensions {
    /// How many of the extensions of a case this rule knows.
    pub(super) fn count(self, facts: &Facts) -> u32 {
        facts.extensions.min(self.most)
    }
}

/// The longest period and the most extensions: more are slips.
const MOST_DAYS: u32 = 1000;
const MOST_EXTENSIONS: u32 = 10;

impl DeadlineRules {
    /// Reads and checks a data file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|cause| format!("deadlines: {cause}"))?;
        if file.last_day_off.source.is_empty() {
            return Err("deadlines: `last_day_off` has no source".to_owned());
        }
        let mut codes = BTreeSet::new();
        let mut rules = Vec::with_capacity(file.rule.len());
        for entry in file.rule {
            if !codes.insert(entry.code.clone()) {
                return Err(format!("deadlines: `{}` is defined twice", entry.code));
            }
            let unknown = || format!("deadlines: `{}` needs a step `{}`", entry.code, entry.step);
            let step = file.step.iter().position(|step| step.code == entry.step).ok_or_else(unknown)?;
            rules.push((entry.read()?, step));
        }
        let found = Self { version: file.version, last_day_off: file.last_day_off, steps: file.step, rules };
        found.check()?;
        Ok(found)
    }

    /// On no day may two rules hold for one step of one case.
    fn check(&self) -> Result<(), String> {
        for (at, (rule, step)) in self.rules.iter().enumerate() {
            let mut others = self.rules.iter().skip(at + 1);
            if let Some((other, _)) = others.find(|(other, of)| step == of && rule.meets(other)) {
                return Err(format!("deadlines: `{}` and `{}` hold for the same", rule.code, other.code));
            }
        }
        Ok(())
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    /// The rules that hold for a case, each with its step: of one step the one in force on the first day, unless a later one
    /// takes the case over.
    pub(super) fn of<'r>(&'r self, facts: &Facts) -> impl Iterator<Item = (&'r Rule, &'r Step)> {
        let mut holding: Vec<(&Rule, usize, &Step)> = Vec::new();
        for (rule, at) in &self.rules {
            let Some(step) = self.steps.get(*at).filter(|step| rule.governs(facts, step)) else { continue };
            match holding.iter_mut().find(|(_, other, _)| other == at) {
                Some(earlier) if earlier.0.first_date < rule.first_date => earlier.0 = rule,
                Some(_) => {}
                None => holding.push((rule, *at, step)),
            }
        }
        holding.into_iter().map(|(rule, _, step)| (rule, step))
    }

    /// Whether calendar days that end on a day off end on the next working day.
    pub(super) fn moves_on(&self) -> bool {
        self.last_day_off.rule == OffRule::NextWorkingDay
    }
}

impl Rule {
    fn is_of(&self, facts: &Facts) -> bool {
        self.subject == facts.subject
            && self.kinds.contains(&facts.kind)
            && (self.instance.is_none() || self.instance == facts.instance)
            && self.outside_competence.is_none_or(|outside| outside == facts.outside_competence)
            && self.at_reception.is_none_or(|at_reception| at_reception == facts.at_reception)
            && self.disciplinary.is_none_or(|disciplinary| disciplinary == facts.disciplinary)
    }

    fn governs(&self, facts: &Facts, step: &Step) -> bool {
        let begun = self.first_date <= facts.start && self.last_date.is_none_or(|last| facts.start <= last);
        let done = step.done_by.date(facts);
        self.is_of(facts)
            && (begun || (self.takes_over(facts) && done.is_none_or(|done| self.first_date <= done)))
    }

    /// Whether the case began under an earlier rule and this one takes it over where it was not done.
    pub(super) fn takes_over(&self, facts: &Facts) -> bool {
        self.takes_over.is_some() && facts.start < self.first_date
    }

    /// Whether some case falls under both rules.
    fn meets(&self, other: &Self) -> bool {
        fn agree<T: PartialEq + Copy>(one: Option<T>, other: Option<T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        self.subject == other.subject
            && self.kinds.iter().any(|kind| other.kinds.contains(kind))
            && agree(self.instance, other.instance)
            && agree(self.outside_competence, other.outside_competence)
            && agree(self.at_reception, other.at_reception)
            && agree(self.disciplinary, other.disciplinary)
            && self.last_date.is_none_or(|last| other.first_date <= last)
            && other.last_date.is_none_or(|last| self.first_date <= last)
    }

    /// The circumstances of a case that this rule tells apart.
    pub(super) fn circumstances(&self, facts: &Facts) -> Circumstances {
        let of = facts.circumstances;
        let both = self.remote_complex_days.is_some();
        Circumstances {
            complex: of.complex && (both || self.complex_days.is_some()),
            remote: of.remote && (both || self.remote_days.is_some()),
            several_places: of.several_places && self.several_places_days.is_some(),
        }
    }

    /// The days of a case, before extensions. What a rule does not tell apart makes no difference.
    pub(super) fn own_days(&self, facts: &Facts) -> u32 {
        let circumstances = facts.circumstances;
        let complex = self.complex_days.filter(|_| circumstances.complex);
        let remote = self.remote_days.filter(|_| circumstances.remote);
        let both = self.remote_complex_days.filter(|_| circumstances.complex && circumstances.remote);
        let several_places = self.several_places_days.filter(|_| circumstances.several_places);
        both.or(complex.max(remote).max(several_places)).unwrap_or(self.base_days)
    }

    /// The days of a case.
    pub(super) fn days(&self, facts: &Facts) -> u32 {
        let extended = self.extensions.map_or(0, |extensions| extensions.days * extensions.count(facts));
        self.own_days(facts) + extended
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    last_day_off: LastDayOff,
    #[serde(default)]
    step: Vec<Step>,
    #[serde(default)]
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    subject: String,
    kinds: Vec<String>,
    step: String,
    instance: Option<String>,
    outside_competence: Option<bool>,
    at_reception: Option<bool>,
    disciplinary: Option<bool>,
    days: u32,
    complex_days: Option<u32>,
    remote_days: Option<u32>,
    remote_complex_days: Option<u32>,
    several_places_days: Option<u32>,
    extensions: Option<Extensions>,
    counted: Counted,
    first_date: toml::value::Datetime,
    last_date: Option<toml::value::Datetime>,
    takes_over: Option<String>,
    regime: String,
    source: String,
    certainty: Certainty,
}

impl Entry {
    fn read(self) -> Result<Rule, String> {
        let wrong = |what: &str| format!("deadlines: `{}`: {what}", self.code);
        let day = |date: toml::value::Datetime| {
            date.to_string().parse::<Date>().map_err(|cause| wrong(&format!("`{date}` is no day: {cause}")))
        };
        let days = [
            Some(self.days),
            self.complex_days,
            self.remote_days,
            self.remote_complex_days,
            self.several_places_days,
        ];
        let longest = self.extensions.map_or((1, 0), |extensions| (extensions.days, extensions.most));
        if days.into_iter().flatten().chain([longest.0]).any(|days| !(1..=MOST_DAYS).contains(&days))
            || longest.1 > MOST_EXTENSIONS
        {
            return Err(wrong(&format!(
                "days must lie between 1 and {MOST_DAYS}, extensions be at most {MOST_EXTENSIONS}"
            )));
        }
        if self.source.is_empty() || self.regime.is_empty() || self.kinds.is_empty() {
            return Err(wrong("needs `kinds`, a `regime` and a `source`"));
        }
        let (first_date, last_date) = (day(self.first_date)?, self.last_date.map(day).transpose()?);
        if last_date.is_some_and(|last| last < first_date) {
            return Err(wrong("ends before it begins"));
        }
        let kind = |name: &String| word(name, KINDS).ok_or_else(|| wrong(&format!("no kind `{name}`")));
        let instance = match &self.instance {
            Some(name) => Some(word(name, INSTANCES).ok_or_else(|| wrong(&format!("no instance `{name}`")))?),
            None => None,
        };
        Ok(Rule {
            subject: word(&self.subject, SUBJECTS).ok_or_else(|| wrong("no such `subject`"))?,
            kinds: self.kinds.iter().map(kind).collect::<Result<_, _>>()?,
            instance,
            outside_competence: self.outside_competence,
            at_reception: self.at_reception,
            disciplinary: self.disciplinary,
            base_days: self.days,
            complex_days: self.complex_days,
            remote_days: self.remote_days,
            remote_complex_days: self.remote_complex_days,
            several_places_days: self.several_places_days,
            extensions: self.extensions,
            counted: self.counted,
            first_date,
            last_date,
            takes_over: self.takes_over,
            regime: self.regime,
            source: self.source,
            certainty: self.certainty,
            code: self.code,
        })
    }
}

const SUBJECTS: &[(&str, CaseType)] = &[("petition", CaseType::Petition), ("matter", CaseType::Matter)];
const KINDS: &[(&str, Kind)] =
    &[("complaint", Kind::Complaint), ("denunciation", Kind::Denunciation), ("proposal", Kind::Proposal)];
const INSTANCES: &[(&str, Instance)] = &[("first", Instance::First), ("second", Instance::Second)];

fn word<T: Copy>(name: &str, words: &[(&str, T)]) -> Option<T> {
    words.iter().find(|(word, _)| *word == name).map(|(_, value)| *value)
}
