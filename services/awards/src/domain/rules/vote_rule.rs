//! How a bloc votes: which share of which members carries a vote.

use serde::Deserialize;

/// A number of members or votes, 0 to [`MOST`](Self::MOST).
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
    /// As the arithmetic of a vote names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
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
    #[must_use]
    pub fn passes(self, votes: Count, base: Count) -> bool {
        votes.number() * self.denominator > base.number() * self.numerator
    }

    /// The least number of votes that passes.
    #[must_use]
    pub fn least(self, base: Count) -> i64 {
        (base.number() * self.numerator).div_euclid(self.denominator) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: VoteRule = VoteRule { numerator: 1, denominator: 2, of: VoteBase::Entitled };

    fn count(number: i64) -> Count {
        number.try_into().unwrap()
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
