//! Conferments: an authority's decision to give a unit a title. Kept apart from the nomination that led to it.

use jiff::civil::Date;
use thidua_proto::names::{AwardName, NominationName, UnitName};
use thidua_proto::parse::{Problem, Violations};

use crate::domain::nominations::nomination::{Nomination, NominationError};
use crate::domain::rules::rule_set::{RuleError, RuleSets, TitleCode};
use crate::domain::years::year::{BlocYear, YearError};

/// A decision that does not answer its nomination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AwardError {
    /// Unit or title are not the nomination's.
    Fields(Violations),
    /// Another authority decides on the title.
    AuthorityWrong {
        /// The code of the title.
        title: TitleCode,
        /// Who does, in Vietnamese.
        authority: String,
    },
    /// A decision has answered the nomination before.
    AlreadyAnswered {
        /// That decision's conferment.
        award: AwardName,
    },
    /// The bloc has not voted for the nomination.
    Nomination(NominationError),
    /// The decision comes before the year, or the year has no rules.
    Year(YearError),
    /// The rules have no such title.
    Rules(RuleError),
}

impl From<NominationError> for AwardError {
    fn from(refused: NominationError) -> Self {
        Self::Nomination(refused)
    }
}

impl From<YearError> for AwardError {
    fn from(refused: YearError) -> Self {
        Self::Year(refused)
    }
}

impl From<RuleError> for AwardError {
    fn from(refused: RuleError) -> Self {
        Self::Rules(refused)
    }
}

/// A decision that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    /// The unit.
    pub unit: UnitName,
    /// The title.
    pub title: TitleCode,
    /// The nomination that it answers.
    pub nomination: NominationName,
    /// Number and sign of the decision, such as `1234/QĐ-UBND`.
    pub decision_number: String,
    /// The day of signing.
    pub decision_date: Date,
    /// Who decided, in Vietnamese, in NFC without outer spaces.
    pub authority: String,
}

impl Award {
    /// Refuses a decision that does not answer its nomination: the bloc voted for it, unit and title are the nomination's, the
    /// authority is the title's, the day is not before the year, and nothing has answered the nomination before.
    pub fn admit(
        &self,
        nomination: &Nomination,
        year: &BlocYear,
        rules: &RuleSets,
        earlier: Option<&AwardName>,
    ) -> Result<(), AwardError> {
        nomination.require_endorsed(&self.nomination)?;
        self.require_same(nomination)?;
        year.require_not_before("award.decision_date", self.decision_date)?;
        let title = year.rules(rules)?.title(&self.title)?;
        if self.authority != title.authority.trim() {
            return Err(AwardError::AuthorityWrong {
                title: self.title.clone(),
                authority: title.authority.clone(),
            });
        }
        earlier.map_or(Ok(()), |award| Err(AwardError::AlreadyAnswered { award: award.clone() }))
    }

    fn require_same(&self, nomination: &Nomination) -> Result<(), AwardError> {
        let mut violations = Violations::default();
        let mut same = |field: &str, nominated: String, found: String| {
            if nominated != found {
                let expected =
                    (format!("`{nominated}`, as nominated"), format!("“{nominated}” như đã đề nghị"));
                violations.refuse(field, Problem::malformed((&expected.0, &expected.1), &found));
            }
        };
        same("award.unit", nomination.unit.to_string(), self.unit.to_string());
        same("award.title", nomination.title.to_string(), self.title.to_string());
        violations.finish(Some(())).map_err(AwardError::Fields)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::nominations::nomination::NominationState;
    use crate::domain::samples::{code, nomination, rules, unit, year};

    fn award() -> Award {
        Award {
            unit: unit("a"),
            title: code("co-thi-dua-chinh-phu"),
            nomination: "blocs/noi-chinh/years/2023/nominations/1".parse().unwrap(),
            decision_number: "1/QĐ-TTg".to_owned(),
            decision_date: date(2024, 3, 1),
            authority: "Thủ tướng Chính phủ".to_owned(),
        }
    }

    fn admit(award: &Award) -> Result<(), AwardError> {
        award.admit(&nomination(NominationState::Endorsed), &year(), &rules(), None)
    }

    #[test]
    fn a_decision_answers_an_endorsed_nomination() {
        assert!(admit(&award()).is_ok());
        let proposed = nomination(NominationState::Proposed);
        let refused = award().admit(&proposed, &year(), &rules(), None);
        assert!(matches!(
            refused,
            Err(AwardError::Nomination(NominationError::NominationClosed { state: "PROPOSED", .. }))
        ));
    }

    #[test]
    fn unit_and_title_are_the_nominations() {
        let other = Award { unit: unit("b"), title: code("co-thi-dua-tinh"), ..award() };
        let refused = admit(&other);
        let Err(AwardError::Fields(fields)) = refused else { panic!("{refused:?}") };
        assert_eq!(fields.paths(), "award.unit,award.title");
    }

    #[test]
    fn the_authority_is_the_titles() {
        for authority in ["Chính phủ", "thủ tướng chính phủ", ""] {
            let refused = admit(&Award { authority: authority.to_owned(), ..award() });
            let Err(AwardError::AuthorityWrong { authority, .. }) = refused else { panic!("{refused:?}") };
            assert_eq!(authority, "Thủ tướng Chính phủ");
        }
    }

    #[test]
    fn a_decision_does_not_come_before_its_year() {
        assert!(admit(&Award { decision_date: date(2022, 12, 15), ..award() }).is_ok());
        let refused = admit(&Award { decision_date: date(2022, 12, 14), ..award() });
        let Err(AwardError::Year(YearError::Fields(fields))) = refused else { panic!("{refused:?}") };
        assert_eq!(fields.paths(), "award.decision_date");
    }

    #[test]
    fn a_nomination_is_answered_once() {
        let earlier: AwardName = "awards/1".parse().unwrap();
        let refused =
            award().admit(&nomination(NominationState::Endorsed), &year(), &rules(), Some(&earlier));
        assert_eq!(refused, Err(AwardError::AlreadyAnswered { award: earlier }));
    }
}
