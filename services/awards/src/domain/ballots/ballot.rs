//! Ballots: votes of a bloc on its nominations. One member, one vote.

use jiff::civil::Date;
use thidua_proto::names::NominationName;

use crate::domain::blocs::bloc::MOST_MEMBERS;
use crate::domain::rules::vote_rule::{Count, VoteBase, VoteRule};
use crate::domain::years::year::{BlocYear, YearError};

// One number, written in the two types that need it.
const _: () = assert!(MOST_MEMBERS == 200 && Count::MOST == 200);

/// A vote that cannot be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BallotError {
    /// The counts of a show of hands contradict each other.
    VotesDoNotAdd {
        /// Members present.
        present: i64,
        /// Votes counted, or members entitled where fewer of these than present.
        counted: i64,
    },
    /// The vote does not fit its year.
    Year(YearError),
}

impl From<YearError> for BallotError {
    fn from(refused: YearError) -> Self {
        Self::Year(refused)
    }
}

/// A show of hands (biểu quyết giơ tay) as it was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowOfHands {
    /// The nomination voted on.
    pub nomination: NominationName,
    /// The day of the vote.
    pub vote_date: Date,
    /// Members present.
    pub present: Count,
    /// Votes for.
    pub votes_for: Count,
    /// Votes against.
    pub votes_against: Count,
}

/// A vote with its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    /// As it was counted.
    pub hands: ShowOfHands,
    /// Members on the day of the vote.
    pub entitled: Count,
    /// Members present who voted neither way.
    pub abstentions: Count,
    /// Whether it passed.
    pub passed: bool,
    /// The rule applied, with the arithmetic.
    pub threshold: String,
}

impl ShowOfHands {
    /// The result, once the counts agree: no more present than entitled, no more votes than present.
    pub fn result(self, year: &BlocYear, rule: VoteRule) -> Result<Ballot, BallotError> {
        year.require_not_before("ballot.vote_date", self.vote_date)?;
        let present = self.present.number();
        let contradicts = |counted: i64| move |_| BallotError::VotesDoNotAdd { present, counted };
        let entitled: i64 = year.bloc.members_on(self.vote_date).map(|_| 1).sum();
        let entitled = Count::try_from(entitled).map_err(contradicts(entitled))?;
        if self.present > entitled {
            return Err(BallotError::VotesDoNotAdd { present, counted: entitled.number() });
        }
        let counted = self.votes_for.number() + self.votes_against.number();
        let abstentions = Count::try_from(present - counted).map_err(contradicts(counted))?;
        let base = match rule.of {
            VoteBase::Entitled => entitled,
            VoteBase::Present => self.present,
        };
        let passed = rule.passes(self.votes_for, base);
        let (of, least) = (rule.of.as_str(), rule.least(base));
        let threshold = format!(
            "{} / {} {of}, more than {}/{} of {of} needed ({least} or more)",
            self.votes_for.number(),
            base.number(),
            rule.numerator,
            rule.denominator,
        );
        Ok(Ballot { hands: self, entitled, abstentions, passed, threshold })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::samples::year;

    const HALF: VoteRule = VoteRule { numerator: 1, denominator: 2, of: VoteBase::Entitled };

    fn count(number: i64) -> Count {
        number.try_into().unwrap()
    }

    fn hands(present: i64, votes_for: i64, votes_against: i64) -> ShowOfHands {
        ShowOfHands {
            nomination: "blocs/noi-chinh/years/2023/nominations/1".parse().unwrap(),
            vote_date: date(2023, 11, 21),
            present: count(present),
            votes_for: count(votes_for),
            votes_against: count(votes_against),
        }
    }

    #[test]
    fn more_than_half_of_all_members_pass() {
        for (present, votes_for, votes_against, passed, abstentions) in [
            (8, 8, 0, true, 0),
            (8, 5, 3, true, 0),
            (8, 4, 0, false, 4),
            (5, 5, 0, true, 0),
            (5, 4, 1, false, 0),
            (1, 0, 0, false, 1),
        ] {
            let ballot = hands(present, votes_for, votes_against).result(&year(), HALF).unwrap();
            assert_eq!(
                (ballot.passed, ballot.abstentions),
                (passed, count(abstentions)),
                "{votes_for} of {present}"
            );
            assert_eq!(ballot.entitled, count(8));
        }
    }

    #[test]
    fn the_threshold_tells_the_arithmetic() {
        let told = |rule| hands(5, 4, 1).result(&year(), rule).unwrap();
        assert_eq!(told(HALF).threshold, "4 / 8 entitled, more than 1/2 of entitled needed (5 or more)");
        let of_present = told(VoteRule { numerator: 2, denominator: 3, of: VoteBase::Present });
        assert_eq!(of_present.threshold, "4 / 5 present, more than 2/3 of present needed (4 or more)");
        assert!(of_present.passed);
    }

    #[test]
    fn counts_that_contradict_each_other_are_refused() {
        for (present, votes_for, votes_against, counted) in
            [(9, 5, 0, 8), (8, 5, 4, 9), (1, 0, 2, 2), (8, 200, 200, 400)]
        {
            let refused = hands(present, votes_for, votes_against).result(&year(), HALF);
            let Err(BallotError::VotesDoNotAdd { present: p, counted: c }) = refused else {
                panic!("{refused:?}")
            };
            assert_eq!((p, c), (present, counted));
        }
    }

    #[test]
    fn a_vote_does_not_come_before_its_year() {
        let early = ShowOfHands { vote_date: date(2022, 12, 14), ..hands(8, 8, 0) };
        let refused = early.result(&year(), HALF);
        let Err(BallotError::Year(YearError::Fields(fields))) = refused else { panic!("{refused:?}") };
        assert_eq!(fields.paths(), "ballot.vote_date");
    }
}
