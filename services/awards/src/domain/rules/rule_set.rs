//! Rule sets: which titles there are, who decides them, and how a bloc votes, each for a span of time. Data files in
//! `data/`, checked when the program starts.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;
use thidua_proto::names::{Id, RuleSetName};

use super::vote_rule::VoteRule;

/// The code of a title, a slug such as `co-thi-dua-chinh-phu`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TitleCode(Id);

impl From<Id> for TitleCode {
    fn from(id: Id) -> Self {
        Self(id)
    }
}

impl fmt::Display for TitleCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a rule set does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleError {
    /// The rule set has no such title.
    TitleUnknown {
        /// The code.
        title: TitleCode,
        /// The rule set.
        rule_set: RuleSetName,
    },
    /// No rule set holds on a day.
    RuleSetMissing {
        /// The day.
        date: Date,
    },
}

/// What is awarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TitleKind {
    /// Danh hiệu thi đua.
    EmulationTitle,
    /// Hình thức khen thưởng.
    Commendation,
}

/// An emulation title or form of commendation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// The code, unique in its rule set.
    pub code: TitleCode,
    /// The Vietnamese name.
    pub display_name: String,
    /// The official English name.
    pub display_name_en: String,
    /// Title or commendation.
    pub kind: TitleKind,
    /// Who decides on it, in Vietnamese.
    pub authority: String,
    /// Who decides on it, in English.
    pub authority_en: String,
    /// Article and law.
    pub legal_source: String,
}

/// The rules of a span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// Its name.
    pub name: RuleSetName,
    /// The Vietnamese name.
    pub display_name: String,
    /// The English name.
    pub display_name_en: String,
    /// The version of the data file.
    pub version: String,
    /// The law behind it.
    pub legal_source: String,
    /// The first day on which it holds.
    pub first_date: Date,
    /// The last day, not before the first; `None` while it goes on.
    pub last_date: Option<Date>,
    /// When a vote has passed.
    pub vote: VoteRule,
    /// Its titles, highest first; at least one.
    pub titles: Vec<Title>,
}

impl RuleSet {
    /// A title by code.
    pub fn title(&self, code: &TitleCode) -> Result<&Title, RuleError> {
        let unknown = || RuleError::TitleUnknown { title: code.clone(), rule_set: self.name.clone() };
        self.titles.iter().find(|title| title.code == *code).ok_or_else(unknown)
    }

    fn holds_on(&self, date: Date) -> bool {
        self.first_date <= date && self.last_date.is_none_or(|last| date <= last)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|cause| format!("rule sets: {cause}"))?;
        let of = format!("rule set `{}`", file.id);
        let day = |date: toml::value::Datetime| {
            date.to_string().parse::<Date>().map_err(|cause| format!("{of}: `{date}` is no day: {cause}"))
        };
        let rules = Self {
            name: RuleSetName { rule_set: file.id.parse().map_err(|_| format!("{of}: the id is no slug"))? },
            display_name: file.display_name,
            display_name_en: file.display_name_en,
            version: file.version,
            legal_source: file.legal_source,
            first_date: day(file.first_date)?,
            last_date: file.last_date.map(day).transpose()?,
            vote: file.vote,
            titles: file.title.into_iter().map(|title| title.read(&of)).collect::<Result<_, _>>()?,
        };
        rules.check().map_err(|problem| format!("{of}: {problem}"))?;
        Ok(rules)
    }

    fn check(&self) -> Result<(), String> {
        if self.last_date.is_some_and(|last| last < self.first_date) {
            return Err("it ends before it begins".to_owned());
        }
        self.vote.check()?;
        if self.titles.is_empty() {
            return Err("it has no title".to_owned());
        }
        let mut codes = BTreeSet::new();
        match self.titles.iter().find(|title| !codes.insert(&title.code)) {
            Some(twice) => Err(format!("the title `{}` is defined twice", twice.code)),
            None => Ok(()),
        }
    }
}

/// All rule sets, by first day; no two hold on the same day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSets(Vec<RuleSet>);

impl RuleSets {
    /// The rule sets built in.
    pub fn built_in() -> Result<Self, String> {
        Self::parse(&[
            include_str!("../../../data/luat-2003.toml"),
            include_str!("../../../data/luat-2022.toml"),
        ])
    }

    /// Reads and checks data files.
    pub fn parse(files: &[&str]) -> Result<Self, String> {
        let mut sets = files.iter().map(|text| RuleSet::parse(text)).collect::<Result<Vec<_>, _>>()?;
        sets.sort_by_key(|rules| rules.first_date);
        for (earlier, later) in sets.iter().zip(sets.iter().skip(1)) {
            if earlier.last_date.is_none_or(|last| later.first_date <= last) {
                return Err(format!("{} and {} hold on the same days", earlier.name, later.name));
            }
        }
        let mut names = BTreeSet::new();
        match sets.iter().find(|rules| !names.insert(&rules.name)) {
            Some(twice) => Err(format!("{} is defined twice", twice.name)),
            None => Ok(Self(sets)),
        }
    }

    /// By first day.
    pub fn all(&self) -> impl Iterator<Item = &RuleSet> {
        self.0.iter()
    }

    /// By name.
    #[must_use]
    pub fn get(&self, name: &RuleSetName) -> Option<&RuleSet> {
        self.all().find(|rules| rules.name == *name)
    }

    /// The one that holds on a day.
    pub fn holding_on(&self, date: Date) -> Result<&RuleSet, RuleError> {
        self.all().find(|rules| rules.holds_on(date)).ok_or(RuleError::RuleSetMissing { date })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    display_name: String,
    display_name_en: String,
    version: String,
    legal_source: String,
    first_date: toml::value::Datetime,
    last_date: Option<toml::value::Datetime>,
    vote: VoteRule,
    title: Vec<FileTitle>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTitle {
    code: String,
    display_name: String,
    display_name_en: String,
    kind: TitleKind,
    authority: String,
    authority_en: String,
    legal_source: String,
}

impl FileTitle {
    fn read(self, of: &str) -> Result<Title, String> {
        let code =
            Id::from_str(&self.code).map_err(|_| format!("{of}: the code `{}` is no slug", self.code))?;
        Ok(Title {
            code: code.into(),
            display_name: self.display_name,
            display_name_en: self.display_name_en,
            kind: self.kind,
            authority: self.authority,
            authority_en: self.authority_en,
            legal_source: self.legal_source,
        })
    }
}

#[cfg(test)]
mod tests;
