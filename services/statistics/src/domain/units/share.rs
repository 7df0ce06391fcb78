//! Shares of a whole, exact; and whole numbers shared out so that the parts add up to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use thidua_proto::names::UnitName;

/// The finest division: products with an amount still fit into 128 bits.
const FINEST: i128 = 1_000_000_000_000_000_000;

/// Parts of a whole as they were decided: people, square metres, posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    numerator: i64,
    denominator: i64,
}

impl Parts {
    /// The most parts of a whole.
    pub const MOST: i64 = 1_000_000_000;
    /// The whole as one part.
    pub const WHOLE: Self = Self { numerator: 1, denominator: 1 };

    /// So many of so many, of which there are 1 to [`MOST`](Self::MOST); `None` otherwise.
    #[must_use]
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        let sound = (1..=Self::MOST).contains(&denominator) && (0..=denominator).contains(&numerator);
        sound.then_some(Self { numerator, denominator })
    }

    /// How many.
    #[must_use]
    pub fn numerator(self) -> i64 {
        self.numerator
    }

    /// Of how many.
    #[must_use]
    pub fn denominator(self) -> i64 {
        self.denominator
    }

    /// The same in lowest terms.
    #[must_use]
    pub fn share(self) -> Share {
        let common = greatest_divisor(self.numerator, self.denominator);
        Share { numerator: self.numerator / common, denominator: self.denominator / common }
    }
}

/// A part of a whole, from nothing to all of it, in lowest terms, of at most 10¹⁸ parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    numerator: i64,
    denominator: i64,
}

impl Share {
    /// Nothing.
    pub const NONE: Self = Self { numerator: 0, denominator: 1 };
    /// Everything.
    pub const WHOLE: Self = Self { numerator: 1, denominator: 1 };

    /// `None` where it is no part of a whole, or too fine.
    fn reduced(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator < 1 || !(0..=denominator).contains(&numerator) {
            return None;
        }
        let common = greatest_divisor(numerator, denominator);
        let denominator = denominator / common;
        if denominator > FINEST {
            return None;
        }
        let numerator = i64::try_from(numerator / common).ok()?;
        Some(Self { numerator, denominator: i64::try_from(denominator).ok()? })
    }

    /// The parts, in lowest terms.
    #[must_use]
    pub fn numerator(self) -> i64 {
        self.numerator
    }

    /// Of how many, in lowest terms.
    #[must_use]
    pub fn denominator(self) -> i64 {
        self.denominator
    }

    /// This share of that share; `None` where it is too fine.
    #[must_use]
    pub fn of(self, whole: Self) -> Option<Self> {
        let numerator = i128::from(self.numerator) * i128::from(whole.numerator);
        Self::reduced(numerator, i128::from(self.denominator) * i128::from(whole.denominator))
    }

    /// Both together; `None` where they are more than the whole, or too fine.
    #[must_use]
    pub fn and(self, other: Self) -> Option<Self> {
        let (left, right) = (i128::from(self.denominator), i128::from(other.denominator));
        let numerator = i128::from(self.numerator) * right + i128::from(other.numerator) * left;
        Self::reduced(numerator, left * right)
    }
}

fn greatest_divisor<N: Copy + Default + PartialEq + std::ops::Rem<Output = N>>(a: N, b: N) -> N {
    if b == N::default() { a } else { greatest_divisor(b, a % b) }
}

/// Among which units something is shared out, and how much goes to each; together they get the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// In the order of names, those with a share only.
    shares: Vec<(UnitName, Share)>,
    /// The shares as parts of one denominator.
    weights: Vec<i64>,
    whole: i64,
}

impl Split {
    /// Of the shares of units; `None` where they are not the whole, or where one denominator for all is too fine.
    #[must_use]
    pub fn new(shares: &BTreeMap<UnitName, Share>) -> Option<Self> {
        let whole = shares.values().try_fold(1_i128, |whole, share| {
            let denominator = i128::from(share.denominator);
            let least = whole / greatest_divisor(whole, denominator) * denominator;
            (least <= FINEST).then_some(least)
        })?;
        let whole = i64::try_from(whole).ok()?;
        let shares: Vec<(UnitName, Share)> = shares
            .iter()
            .filter(|(_, share)| share.numerator > 0)
            .map(|(unit, share)| (unit.clone(), *share))
            .collect();
        let weights: Vec<i64> =
            shares.iter().map(|(_, share)| share.numerator * (whole / share.denominator)).collect();
        (weights.iter().map(|weight| i128::from(*weight)).sum::<i128>() == i128::from(whole))
            .then_some(Self { shares, weights, whole })
    }

    /// Everything to one unit.
    #[must_use]
    pub fn entire(unit: UnitName) -> Self {
        Self { shares: vec![(unit, Share::WHOLE)], weights: vec![1], whole: 1 }
    }

    /// The units in the order of names, each with its share, which is more than nothing.
    #[must_use]
    pub fn shares(&self) -> &[(UnitName, Share)] {
        &self.shares
    }

    /// An amount shared out in whole numbers, in the order of [`shares`](Self::shares). The parts add up to the amount.
    /// As the amount grows none of them ever shrinks, so that what is shared out of running totals never takes anything
    /// back: that is why the seats of Sainte-Laguë are taken, which round each part to the nearest, ties by name, and not
    /// the largest remainders, which among three or more may give a part less of more (the paradox of Alabama). Between
    /// two they are the same.
    #[must_use]
    pub fn apportion(&self, amount: i64) -> Vec<i64> {
        let rest = i128::from(amount % self.whole);
        let seats = self.seats(rest.abs());
        let part = |(weight, seat): (&i64, i128)| {
            let part = i128::from(amount / self.whole) * i128::from(*weight) + rest.signum() * seat;
            // A part is no larger than the amount.
            i64::try_from(part).unwrap_or_default()
        };
        self.weights.iter().zip(seats).map(part).collect()
    }

    /// So many seats, fewer than the whole: one after the other goes to the unit that is first by (2 × its seats + 1) ÷
    /// its weight, then by name. Begun where each has the nearest below, a few steps from the end.
    fn seats(&self, count: i128) -> Vec<i128> {
        let whole = i128::from(self.whole);
        let weights: Vec<i128> = self.weights.iter().map(|weight| i128::from(*weight)).collect();
        let nearest = |weight: &i128| (2 * count * weight + whole - 1) / (2 * whole);
        let mut seats: Vec<i128> = weights.iter().map(nearest).collect();
        let mut given: i128 = seats.iter().sum();
        while given != count {
            let add = given < count;
            let numerator = |seat: i128| if add { 2 * seat + 1 } else { 2 * seat - 1 };
            let ranked = seats.iter().zip(&weights).enumerate();
            // Of equal ones `min_by` takes the first and `max_by` the last, so that seats go and come back in one order.
            let by_turn = |a: &(usize, (&i128, &i128)), b: &(usize, (&i128, &i128))| {
                let ((_, (a, a_weight)), (_, (b, b_weight))) = (a, b);
                (numerator(**a) * **b_weight).cmp(&(numerator(**b) * **a_weight))
            };
            let next = if add { ranked.min_by(by_turn) } else { ranked.max_by(by_turn) };
            let Some(seat) = next.map(|(at, _)| at).and_then(|at| seats.get_mut(at)) else { break };
            let step = if add { 1 } else { -1 };
            *seat += step;
            given += step;
        }
        seats
    }
}

/// A unit's place in a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    split: Arc<Split>,
    at: usize,
    share: Share,
}

impl Place {
    /// Every unit of a split with its place.
    pub fn all(split: Split) -> impl Iterator<Item = (UnitName, Self)> {
        let split = Arc::new(split);
        let shares = split.shares.clone();
        shares
            .into_iter()
            .enumerate()
            .map(move |(at, (unit, share))| (unit, Self { split: Arc::clone(&split), at, share }))
    }

    /// The share.
    #[must_use]
    pub fn share(&self) -> Share {
        self.share
    }

    /// Its part of an amount.
    #[must_use]
    pub fn part(&self, amount: i64) -> i64 {
        if self.share == Share::WHOLE || amount == 0 {
            return amount;
        }
        self.split.apportion(amount).get(self.at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(weights: &[i64]) -> Split {
        let whole: i64 = weights.iter().sum();
        let share = |(at, weight): (usize, &i64)| {
            (format!("units/u{at:02}").parse().unwrap(), Parts::new(*weight, whole).unwrap().share())
        };
        Split::new(&weights.iter().enumerate().map(share).collect()).unwrap()
    }

    #[test]
    fn shares_are_exact_and_in_lowest_terms() {
        let share = |numerator, denominator| Parts::new(numerator, denominator).unwrap().share();
        assert_eq!(share(6, 10).of(share(5, 9)), Some(share(1, 3)));
        assert_eq!(share(1, 3).and(share(1, 6)), Some(share(1, 2)));
        assert_eq!(share(2, 3).and(share(2, 3)), None);
        assert_eq!((share(0, 7), share(7, 7)), (Share::NONE, Share::WHOLE));
        for (numerator, denominator) in [(-1, 2), (3, 2), (0, 0), (1, -1), (1, 1_000_000_001)] {
            assert_eq!(Parts::new(numerator, denominator), None, "{numerator}/{denominator}");
        }
        // Finer than 10¹⁸ parts is not told.
        let fine = share(1, 999_999_937);
        let finer = fine.of(fine).unwrap();
        assert_eq!((finer.of(share(1, 2)), finer.and(share(1, 2))), (None, None));
    }

    #[test]
    fn parts_are_the_nearest_whole_numbers_and_ties_go_by_name() {
        for (weights, amount, parts) in [
            (vec![1, 1], 7, vec![4, 3]),
            (vec![6, 4], 7, vec![4, 3]),
            (vec![1, 1, 1], 2, vec![1, 1, 0]),
            (vec![1, 1, 1], -2, vec![-1, -1, 0]),
            (vec![5, 3, 1], 10, vec![6, 3, 1]),
            (vec![5, 3, 1], 0, vec![0, 0, 0]),
            (vec![1, 999], 499, vec![0, 499]),
            (vec![1, 999], 500, vec![1, 499]),
            (vec![1], i64::MIN, vec![i64::MIN]),
        ] {
            assert_eq!(split(&weights).apportion(amount), parts, "{amount} by {weights:?}");
        }
    }

    #[test]
    fn what_is_not_the_whole_is_no_split() {
        let half = |unit: &str| (unit.parse().unwrap(), Parts::new(1, 2).unwrap().share());
        assert_eq!(Split::new(&BTreeMap::from([half("units/a")])), None);
        let none = ("units/c".parse().unwrap(), Share::NONE);
        let found = Split::new(&BTreeMap::from([half("units/a"), half("units/b"), none])).unwrap();
        assert_eq!(found.shares().len(), 2, "who gets nothing is not told");
    }

    fn weights() -> impl Strategy<Value = Vec<i64>> {
        prop::collection::vec(prop_oneof![0_i64..20, 1_i64..4_000_000], 1..12)
            .prop_filter("something", |weights| weights.iter().sum::<i64>() > 0)
    }

    proptest! {
        #[test]
        fn parts_add_up_and_mirror(weights in weights(), amount in any::<i64>()) {
            prop_assume!(amount != i64::MIN);
            let split = split(&weights);
            let parts = split.apportion(amount);
            prop_assert_eq!(parts.iter().map(|part| i128::from(*part)).sum::<i128>(), i128::from(amount));
            let mirrored: Vec<i64> = split.apportion(-amount).into_iter().map(|part| -part).collect();
            prop_assert_eq!(parts, mirrored);
        }

        #[test]
        fn of_more_nobody_gets_less(weights in weights(), amount in -1000_i64..1000) {
            let split = split(&weights);
            let (less, more) = (split.apportion(amount), split.apportion(amount + 1));
            prop_assert!(less.iter().zip(&more).all(|(less, more)| less <= more), "{:?} {:?}", less, more);
        }

        #[test]
        fn the_start_near_the_end_leads_where_one_by_one_leads(weights in prop::collection::vec(1_i64..40, 1..6), count in 0_i64..60) {
            let mut seats = vec![0_i64; weights.len()];
            for _ in 0..count {
                let by_turn = |a: &usize, b: &usize| {
                    ((2 * seats[*a] + 1) * weights[*b]).cmp(&((2 * seats[*b] + 1) * weights[*a]))
                };
                let next = (0..weights.len()).min_by(by_turn).unwrap();
                seats[next] += 1;
            }
            prop_assert_eq!(split(&weights).apportion(count), seats);
        }
    }
}
