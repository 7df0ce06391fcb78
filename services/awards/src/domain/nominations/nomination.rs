//! Nominations: a bloc's proposals of members for titles. A bloc only proposes; authorities confer.

use thidua_proto::names::{NominationName, UnitName};

use crate::domain::rules::rule_set::{RuleError, RuleSets, TitleCode};
use crate::domain::years::year::{BlocYear, YearError};

/// A nomination that cannot be made or cannot move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NominationError {
    /// The unit has an open nomination for the title.
    AlreadyNominated {
        /// The unit.
        unit: UnitName,
        /// The code of the title.
        title: TitleCode,
        /// The open nomination.
        nomination: NominationName,
    },
    /// The nomination is not in the state that the method takes.
    NominationClosed {
        /// The nomination.
        nomination: NominationName,
        /// Where it stands, such as `WITHDRAWN`.
        state: &'static str,
    },
    /// The unit is no member, or the year has no rules.
    Year(YearError),
    /// The rules have no such title.
    Rules(RuleError),
}

impl From<YearError> for NominationError {
    fn from(refused: YearError) -> Self {
        Self::Year(refused)
    }
}

impl From<RuleError> for NominationError {
    fn from(refused: RuleError) -> Self {
        Self::Rules(refused)
    }
}

/// A proposal of a member for a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nomination {
    /// The unit proposed.
    pub unit: UnitName,
    /// The title, of the year's rule set.
    pub title: TitleCode,
    /// Where it stands.
    pub state: NominationState,
}

/// Where a nomination stands. Only a proposed one moves, and once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NominationState {
    /// Waiting for the vote.
    Proposed,
    /// The bloc voted for it (suy tôn).
    Endorsed,
    /// The bloc voted against it.
    Rejected,
    /// Taken back before the vote.
    Withdrawn {
        /// Why.
        reason: String,
    },
}

impl NominationState {
    /// As failures name it, and the contract without its prefix.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Proposed => "PROPOSED",
            Self::Endorsed => "ENDORSED",
            Self::Rejected => "REJECTED",
            Self::Withdrawn { .. } => "WITHDRAWN",
        }
    }

    /// Whether it may still lead to a conferment. What was rejected or withdrawn may be proposed anew.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Self::Proposed | Self::Endorsed => true,
            Self::Rejected | Self::Withdrawn { .. } => false,
        }
    }
}

impl Nomination {
    /// A new proposal beside the others of the year: of a member on the year's last day, for a title of the year's rules, and
    /// not a second one of the same unit for the same title.
    pub fn propose(
        unit: UnitName,
        title: TitleCode,
        year: &BlocYear,
        rules: &RuleSets,
        others: &[(NominationName, Self)],
    ) -> Result<Self, NominationError> {
        year.require_member(&unit, year.plan.last_date)?;
        year.rules(rules)?.title(&title)?;
        let same = |other: &Self| other.state.is_open() && other.unit == unit && other.title == title;
        if let Some((nomination, _)) = others.iter().find(|(_, other)| same(other)) {
            return Err(NominationError::AlreadyNominated { unit, title, nomination: nomination.clone() });
        }
        Ok(Self { unit, title, state: NominationState::Proposed })
    }

    /// The nomination taken back.
    pub fn withdraw(self, name: &NominationName, reason: String) -> Result<Self, NominationError> {
        self.require_proposed(name)?;
        Ok(Self { state: NominationState::Withdrawn { reason }, ..self })
    }

    /// The nomination after its vote.
    pub fn vote(self, name: &NominationName, passed: bool) -> Result<Self, NominationError> {
        self.require_proposed(name)?;
        let state = if passed { NominationState::Endorsed } else { NominationState::Rejected };
        Ok(Self { state, ..self })
    }

    /// Refuses a nomination that the bloc has not voted for: an authority answers only those.
    pub fn require_endorsed(&self, name: &NominationName) -> Result<(), NominationError> {
        match self.state {
            NominationState::Endorsed => Ok(()),
            NominationState::Proposed | NominationState::Rejected | NominationState::Withdrawn { .. } => {
                Err(self.closed(name))
            }
        }
    }

    fn require_proposed(&self, name: &NominationName) -> Result<(), NominationError> {
        match self.state {
            NominationState::Proposed => Ok(()),
            NominationState::Endorsed | NominationState::Rejected | NominationState::Withdrawn { .. } => {
                Err(self.closed(name))
            }
        }
    }

    fn closed(&self, name: &NominationName) -> NominationError {
        NominationError::NominationClosed { nomination: name.clone(), state: self.state.as_str() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::blocs::bloc::BlocError;
    use crate::domain::samples::{code, nomination, rules, unit, year};

    fn name() -> NominationName {
        "blocs/noi-chinh/years/2023/nominations/1".parse().unwrap()
    }

    fn withdrawn() -> NominationState {
        NominationState::Withdrawn { reason: "nhầm".to_owned() }
    }

    fn propose(
        of: &str,
        title: &str,
        others: &[(NominationName, Nomination)],
    ) -> Result<Nomination, NominationError> {
        Nomination::propose(unit(of), code(title), &year(), &rules(), others)
    }

    #[test]
    fn members_on_the_last_day_are_proposed_for_titles_of_the_year() {
        let flag = "co-thi-dua-chinh-phu";
        assert_eq!(propose("a", flag, &[]).unwrap(), nomination(NominationState::Proposed));
        assert!(propose("joined-in-july", flag, &[]).is_ok());
        for stranger in ["left-in-june", "stranger"] {
            assert!(
                matches!(
                    propose(stranger, flag, &[]),
                    Err(NominationError::Year(YearError::Bloc(BlocError::NotMember { .. })))
                ),
                "{stranger}"
            );
        }
        assert!(matches!(
            propose("a", "huan-chuong", &[]),
            Err(NominationError::Rules(RuleError::TitleUnknown { .. }))
        ));
    }

    #[test]
    fn a_unit_has_one_open_nomination_for_a_title() {
        let flag = "co-thi-dua-chinh-phu";
        for (state, open) in [
            (NominationState::Proposed, true),
            (NominationState::Endorsed, true),
            (NominationState::Rejected, false),
            (withdrawn(), false),
        ] {
            let others = [(name(), nomination(state.clone()))];
            let refused = propose("a", flag, &others);
            assert_eq!(matches!(refused, Err(NominationError::AlreadyNominated { .. })), open, "{state:?}");
            assert_eq!(refused.is_ok(), !open, "{state:?}");
            assert!(propose("b", flag, &others).is_ok());
            assert!(propose("a", "co-thi-dua-tinh", &others).is_ok());
        }
    }

    #[test]
    fn only_what_is_proposed_moves() {
        let proposed = || nomination(NominationState::Proposed);
        assert_eq!(proposed().vote(&name(), true).unwrap().state, NominationState::Endorsed);
        assert_eq!(proposed().vote(&name(), false).unwrap().state, NominationState::Rejected);
        assert_eq!(proposed().withdraw(&name(), "nhầm".to_owned()).unwrap().state, withdrawn());
        for state in [NominationState::Endorsed, NominationState::Rejected, withdrawn()] {
            let told = state.as_str();
            for refused in [
                nomination(state.clone()).vote(&name(), true),
                nomination(state.clone()).withdraw(&name(), String::new()),
            ] {
                assert!(
                    matches!(refused, Err(NominationError::NominationClosed { state, .. }) if state == told),
                    "{told}"
                );
            }
        }
    }

    #[test]
    fn only_what_is_endorsed_is_conferred() {
        assert!(nomination(NominationState::Endorsed).require_endorsed(&name()).is_ok());
        for state in [NominationState::Proposed, NominationState::Rejected, withdrawn()] {
            assert!(nomination(state.clone()).require_endorsed(&name()).is_err(), "{state:?}");
        }
    }
}
