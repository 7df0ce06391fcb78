//! A bloc's year: who leads it, what the members pledged, when it met, who leads next.

use jiff::civil::Date;
use thidua_chassis::caller::{Caller, Role};
use thidua_proto::date;
use thidua_proto::names::{RuleSetName, UnitName, YearName};
use thidua_proto::parse::{Problem, Violations};

use crate::domain::blocs::bloc::{Bloc, BlocError};
use crate::domain::rules::rule_set::{RuleError, RuleSet, RuleSets};

/// What does not fit a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum YearError {
    /// A day before the year begins.
    Fields(Violations),
    /// The caller's unit does not lead the year.
    NotLeader {
        /// The caller.
        caller: String,
        /// The year.
        year: YearName,
        /// The unit that leads it.
        leader: UnitName,
    },
    /// The next leader has been agreed.
    NextLeaderAgreed {
        /// The year.
        year: YearName,
        /// The unit agreed on.
        next_leader: UnitName,
    },
    /// A unit is no member of the bloc.
    Bloc(BlocError),
    /// No rule set holds.
    Rules(RuleError),
}

impl From<BlocError> for YearError {
    fn from(refused: BlocError) -> Self {
        Self::Bloc(refused)
    }
}

impl From<RuleError> for YearError {
    fn from(refused: RuleError) -> Self {
        Self::Rules(refused)
    }
}

/// The most days of a reporting year: a year that moves its calendar (such as from 14 December to 31 December) is longer than
/// 366 days, but one beyond this is a slip of the keyboard.
pub const MOST_DAYS: i64 = 400;

/// The most contents of a pledge.
pub const MOST_CONTENTS: usize = 100;

/// What callers say of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearPlan {
    /// The unit that leads (Trưởng khối).
    pub leader: UnitName,
    /// The first day of the reporting year.
    pub first_date: Date,
    /// The last day, not before the first, at most [`MOST_DAYS`] with it.
    pub last_date: Date,
    /// The day of the year-end conference (hội nghị tổng kết), not before the first day.
    pub conference_date: Option<Date>,
    /// What the members pledged together (giao ước thi đua).
    pub pledge_agreement: Option<PledgeAgreement>,
}

impl YearPlan {
    /// Days of the reporting year, both ends included; 0 or less where it ends before it begins.
    #[must_use]
    pub fn days(first_date: Date, last_date: Date) -> i64 {
        date::to_number(last_date) - date::to_number(first_date) + 1
    }
}

/// The pledge of a bloc (giao ước thi đua).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PledgeAgreement {
    /// The day of signing.
    pub signed_date: Date,
    /// Its contents, 1 to [`MOST_CONTENTS`].
    pub contents: Vec<PledgeContent>,
}

/// One content of a pledge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PledgeContent {
    /// In Vietnamese.
    pub display_name: String,
    /// In English; may be empty.
    pub display_name_en: String,
}

/// Which unit was agreed to lead the year after, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextLeader {
    /// The unit.
    pub unit: UnitName,
    /// The day of the agreement.
    pub agreed_date: Date,
}

/// A year with its bloc: what every rule about nominations and votes looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlocYear {
    /// Its name.
    pub name: YearName,
    /// The bloc.
    pub bloc: Bloc,
    /// What callers said of it.
    pub plan: YearPlan,
    /// Who leads next, once agreed.
    pub next_leader: Option<NextLeader>,
    /// The rule set that holds on the last day.
    pub rule_set: RuleSetName,
}

impl BlocYear {
    /// A year that begins.
    pub fn start(name: YearName, bloc: Bloc, plan: YearPlan, rules: &RuleSets) -> Result<Self, YearError> {
        let rule_set = admit(&name, &bloc, &plan, rules)?;
        Ok(Self { name, bloc, plan, next_leader: None, rule_set })
    }

    /// The year with other content; the next leader, agreed by the conference, stays.
    pub fn change(self, plan: YearPlan, rules: &RuleSets) -> Result<Self, YearError> {
        let rule_set = admit(&self.name, &self.bloc, &plan, rules)?;
        Ok(Self { plan, rule_set, ..self })
    }

    /// The year with its next leader, which is agreed once: the conference decides, nobody edits it afterwards.
    pub fn agree_next_leader(self, next: NextLeader) -> Result<Self, YearError> {
        if let Some(NextLeader { unit, .. }) = self.next_leader {
            return Err(YearError::NextLeaderAgreed { year: self.name, next_leader: unit });
        }
        self.require_not_before("agreed_date", next.agreed_date)?;
        self.require_member(&next.unit, next.agreed_date)?;
        Ok(Self { next_leader: Some(next), ..self })
    }

    /// Refuses callers who may not run the year: registrars may, and the secretary of the unit that leads.
    pub fn require_runner(&self, caller: &Caller) -> Result<(), YearError> {
        if caller.has(Role::Registrar) || caller.acts_for(&self.plan.leader, Role::Secretary) {
            return Ok(());
        }
        let (caller, year, leader) = (caller.to_string(), self.name.clone(), self.plan.leader.clone());
        Err(YearError::NotLeader { caller, year, leader })
    }

    /// Refuses a unit that is no member of the bloc on a day.
    pub fn require_member(&self, unit: &UnitName, date: Date) -> Result<(), YearError> {
        Ok(self.bloc.require_member(&self.name.bloc, unit, date)?)
    }

    /// Refuses a day before the year's first one: votes and decisions on a year come in it or after it.
    pub fn require_not_before(&self, field: &str, date: Date) -> Result<(), YearError> {
        let mut violations = Violations::default();
        if date < self.plan.first_date {
            violations.refuse(field, Problem::Before { other: "bloc_year.first_date" });
        }
        violations.finish(Some(())).map_err(YearError::Fields)
    }

    /// The rules of the year.
    pub fn rules<'r>(&self, rules: &'r RuleSets) -> Result<&'r RuleSet, YearError> {
        // Missing only where a later release has lost a data file.
        let missing = RuleError::RuleSetMissing { date: self.plan.last_date };
        Ok(rules.get(&self.rule_set).ok_or(missing)?)
    }
}

/// The leader is a member on the year's last day, when the year is judged; that day's rules are the year's.
fn admit(name: &YearName, bloc: &Bloc, plan: &YearPlan, rules: &RuleSets) -> Result<RuleSetName, YearError> {
    bloc.require_member(&name.bloc, &plan.leader, plan.last_date)?;
    Ok(rules.holding_on(plan.last_date)?.name.clone())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::samples::{bloc, plan, rules, unit, year, year_name};

    #[test]
    fn a_year_has_the_rules_of_its_last_day() {
        for (last_date, rule_set) in
            [(date(2023, 12, 14), "ruleSets/luat-2003"), (date(2024, 1, 1), "ruleSets/luat-2022")]
        {
            let plan = YearPlan { last_date, ..plan() };
            let started = BlocYear::start(year_name(), bloc(), plan.clone(), &rules()).unwrap();
            assert_eq!(started.rule_set.to_string(), rule_set);
            assert_eq!(started.rules(&rules()).unwrap().name, started.rule_set);
            assert_eq!(year().change(plan, &rules()).unwrap().rule_set.to_string(), rule_set);
        }
        let (first_date, last_date) = (date(2003, 1, 1), date(2003, 12, 31));
        let mut long_standing = bloc();
        long_standing.members.iter_mut().for_each(|member| member.first_date = first_date);
        let old = YearPlan { first_date, last_date, ..plan() };
        let refused = BlocYear::start(year_name(), long_standing, old, &rules());
        assert!(
            matches!(refused, Err(YearError::Rules(RuleError::RuleSetMissing { date })) if date == last_date)
        );
    }

    #[test]
    fn the_leader_is_a_member_on_the_last_day() {
        for leader in ["stranger", "left-in-june"] {
            let plan = YearPlan { leader: unit(leader), ..plan() };
            let refused = BlocYear::start(year_name(), bloc(), plan.clone(), &rules());
            assert!(
                matches!(refused, Err(YearError::Bloc(BlocError::NotMember { date, .. })) if date == plan.last_date),
                "{leader}"
            );
            assert!(
                matches!(year().change(plan, &rules()), Err(YearError::Bloc(BlocError::NotMember { .. }))),
                "{leader}"
            );
        }
        let joined = YearPlan { leader: unit("joined-in-july"), ..plan() };
        assert!(BlocYear::start(year_name(), bloc(), joined, &rules()).is_ok());
    }

    fn next(name: &str, agreed_date: Date) -> NextLeader {
        NextLeader { unit: unit(name), agreed_date }
    }

    #[test]
    fn the_next_leader_is_agreed_once_and_survives_changes() {
        let agreed = year().agree_next_leader(next("b", date(2023, 11, 21))).unwrap();
        let changed = agreed.clone().change(plan(), &rules()).unwrap();
        assert_eq!(changed.next_leader, agreed.next_leader);
        let refused = agreed.agree_next_leader(next("c", date(2023, 11, 21)));
        assert!(
            matches!(refused, Err(YearError::NextLeaderAgreed { next_leader, .. }) if next_leader == unit("b"))
        );
    }

    #[test]
    fn the_next_leader_is_a_member_on_the_day_of_the_agreement() {
        assert!(year().agree_next_leader(next("left-in-june", date(2023, 6, 30))).is_ok());
        let refused = year().agree_next_leader(next("left-in-june", date(2023, 7, 1)));
        assert!(matches!(refused, Err(YearError::Bloc(BlocError::NotMember { .. }))));
        let early = year().agree_next_leader(next("b", date(2022, 12, 14)));
        let Err(YearError::Fields(fields)) = early else { panic!("{early:?}") };
        assert_eq!(fields.paths(), "agreed_date");
    }

    #[test]
    fn registrars_and_the_leaders_secretary_run_a_year() {
        for (caller, may) in [
            ("office=x;unit=units/a;roles=secretary", true),
            ("office=x;unit=units/b;roles=secretary", false),
            ("office=x;roles=secretary", false),
            ("office=x;unit=units/a;roles=recorder", false),
            ("office=x;roles=registrar", true),
        ] {
            assert_eq!(year().require_runner(&Caller::parse(caller).unwrap()).is_ok(), may, "{caller}");
        }
        assert!(year().require_runner(&Caller::local_operator()).is_ok());
    }

    #[test]
    fn days_count_both_ends() {
        assert_eq!(YearPlan::days(date(2022, 12, 15), date(2023, 12, 14)), 365);
        assert_eq!(YearPlan::days(date(2023, 1, 1), date(2023, 1, 1)), 1);
    }
}
