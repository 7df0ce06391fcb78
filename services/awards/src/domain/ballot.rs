//! Ballots: votes of a bloc on its nominations. One member, one vote.

use jiff::civil::Date;
use serde::Deserialize;
use thidua_proto::names::NominationName;

use super::bloc::MOST_MEMBERS;
use super::year::BlocYear;
use crate::error::Error;

/// A number of members or votes, 0 to [`MOST_MEMBERS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(u8);

impl Count {
    /// The most, as the contract writes numbers.
    pub const MOST: i64 = 200;

    /// The number.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0.into()
    }
}

// One number, written in the two types that need it.
const _: () = assert!(MOST_MEMBERS == 200 && Count::MOST == 200);

impl TryFrom<i64> for Count {
    type Error = OutOfRange;

    fn try_from(number: i64) -> Result<Self, OutOfRange> {
        u8::try_from(number).ok().filter(|_| number <= Self::MOST).map(Self).ok_or(OutOfRange)
    }
}

/// The number is no [`Count`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfRange;

/// When a vote has passed: with more than a share of a base. Data of the rule set, since sources contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoteRule {
    /// The share's numerator, 0 or more, less than the denominator.
    pub numerator: i64,
    /// The share's denominator, at most 1,000.
    pub denominator: i64,
    /// Of what.
    pub of: VoteBase,
}

/// What a share of votes is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VoteBase {
    /// All members on the day of the vote.
    Entitled,
    /// Those who were there.
    Present,
}

impl VoteBase {
    fn as_str(self) -> &'static str {
        match self {
            Self::Entitled => "entitled",
            Self::Present => "present",
        }
    }
}

impl VoteRule {
    /// Refuses shares that no vote can pass, or that every vote does.
    pub fn check(self) -> Result<(), String> {
        if 0 <= self.numerator && self.numerator < self.denominator && self.denominator <= 1000 {
            return Ok(());
        }
        Err(format!("the threshold {}/{} is no share below 1", self.numerator, self.denominator))
    }

    /// Whether so many votes of so many are more than the share; in whole numbers.
    fn passes(self, votes: Count, base: Count) -> bool {
        votes.number() * self.denominator > base.number() * self.numerator
    }

    /// The least number of votes that passes.
    fn least(self, base: Count) -> i64 {
        (base.number() * self.numerator).div_euclid(self.denominator) + 1
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
    pub fn result(self, year: &BlocYear, rule: VoteRule) -> Result<Ballot, Error> {
        year.require_not_before("ballot.vote_date", self.vote_date)?;
        let present = self.present.number();
        let contradicts = |counted: i64| move |_| Error::VotesDoNotAdd { present, counted };
        let entitled: i64 = year.bloc.members_on(self.vote_date).map(|_| 1).sum();
        let entitled = Count::try_from(entitled).map_err(contradicts(entitled))?;
        if self.present > entitled {
            return Err(Error::VotesDoNotAdd { present, counted: entitled.number() });
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

    use super::super::samples::year;
    use super::*;

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
    fn the_least_number_of_votes_is_the_first_that_passes() {
        for rule in [
            HALF,
            VoteRule { numerator: 2, denominator: 3, ..HALF },
            VoteRule { numerator: 0, denominator: 1, ..HALF },
        ] {
            for base in 1..=Count::MOST {
                let least = rule.least(count(base));
                assert!(rule.passes(count(least), count(base)), "{rule:?} of {base}");
                assert!(!rule.passes(count(least - 1), count(base)), "{rule:?} of {base}");
            }
        }
    }

    #[test]
    fn counts_that_contradict_each_other_are_refused() {
        for (present, votes_for, votes_against, counted) in
            [(9, 5, 0, 8), (8, 5, 4, 9), (1, 0, 2, 2), (8, 200, 200, 400)]
        {
            let refused = hands(present, votes_for, votes_against).result(&year(), HALF);
            let Err(Error::VotesDoNotAdd { present: p, counted: c }) = refused else { panic!("{refused:?}") };
            assert_eq!((p, c), (present, counted));
        }
    }

    #[test]
    fn a_vote_does_not_come_before_its_year() {
        let early = ShowOfHands { vote_date: date(2022, 12, 14), ..hands(8, 8, 0) };
        let failure = early.result(&year(), HALF).unwrap_err().into_failure();
        assert_eq!(failure.metadata, [("fields", "ballot.vote_date".to_owned())]);
    }

    #[test]
    fn shares_lie_below_one() {
        for (numerator, denominator, sound) in
            [(1, 2, true), (0, 1, true), (1, 1, false), (-1, 2, false), (1, 0, false), (1, 1001, false)]
        {
            assert_eq!(
                VoteRule { numerator, denominator, ..HALF }.check().is_ok(),
                sound,
                "{numerator}/{denominator}"
            );
        }
    }

    #[test]
    fn counts_have_bounds() {
        for (number, sound) in [(-1, false), (0, true), (200, true), (201, false), (i64::MAX, false)] {
            assert_eq!(Count::try_from(number).is_ok(), sound, "{number}");
        }
    }
}
