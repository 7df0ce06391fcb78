//! Conferments: an authority's decision to give a unit a title. Kept apart from the nomination that led to it.

use jiff::civil::Date;
use thidua_proto::names::{AwardName, NominationName, UnitName};
use thidua_proto::parse::{Problem, Violations};

use super::nomination::Nomination;
use super::rule_set::{RuleSets, TitleCode};
use super::year::BlocYear;
use crate::error::Error;

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
    ) -> Result<(), Error> {
        nomination.require_endorsed(&self.nomination)?;
        self.require_same(nomination)?;
        year.require_not_before("award.decision_date", self.decision_date)?;
        let title = year.rules(rules)?.title(&self.title)?;
        if self.authority != title.authority.trim() {
            return Err(Error::AuthorityWrong {
                title: self.title.clone(),
                authority: title.authority.clone(),
            });
        }
        earlier.map_or(Ok(()), |award| Err(Error::already_exists(award)))
    }

    fn require_same(&self, nomination: &Nomination) -> Result<(), Error> {
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
        Ok(violations.finish(Some(()))?)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::nomination::NominationState;
    use super::super::samples::{code, nomination, rules, unit, year};
    use super::*;

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

    fn admit(award: &Award) -> Result<(), Error> {
        award.admit(&nomination(NominationState::Endorsed), &year(), &rules(), None)
    }

    #[test]
    fn a_decision_answers_an_endorsed_nomination() {
        assert!(admit(&award()).is_ok());
        let proposed = nomination(NominationState::Proposed);
        let refused = award().admit(&proposed, &year(), &rules(), None);
        assert!(matches!(refused, Err(Error::NominationClosed { state: "PROPOSED", .. })));
    }

    #[test]
    fn unit_and_title_are_the_nominations() {
        let other = Award { unit: unit("b"), title: code("co-thi-dua-tinh"), ..award() };
        let failure = admit(&other).unwrap_err().into_failure();
        assert_eq!(failure.metadata, [("fields", "award.unit,award.title".to_owned())]);
    }

    #[test]
    fn the_authority_is_the_titles() {
        for authority in ["Chính phủ", "thủ tướng chính phủ", ""] {
            let refused = admit(&Award { authority: authority.to_owned(), ..award() });
            let Err(Error::AuthorityWrong { authority, .. }) = refused else { panic!("{refused:?}") };
            assert_eq!(authority, "Thủ tướng Chính phủ");
        }
    }

    #[test]
    fn a_decision_does_not_come_before_its_year() {
        assert!(admit(&Award { decision_date: date(2022, 12, 15), ..award() }).is_ok());
        let failure =
            admit(&Award { decision_date: date(2022, 12, 14), ..award() }).unwrap_err().into_failure();
        assert_eq!(failure.metadata, [("fields", "award.decision_date".to_owned())]);
    }

    #[test]
    fn a_nomination_is_answered_once() {
        let earlier: AwardName = "awards/1".parse().unwrap();
        let refused =
            award().admit(&nomination(NominationState::Endorsed), &year(), &rules(), Some(&earlier));
        let failure = refused.unwrap_err().into_failure();
        assert_eq!(failure.metadata, [("resource", "awards/1".to_owned())]);
    }
}
