//! Families of dated sums: a stem and one segment for each dimension that tells the sums of the stem apart, joined by dots:
//! `petitions.received.complaint.joint`.

use std::marker::PhantomData;
use std::sync::OnceLock;

/// What tells the sums of one stem apart.
pub trait Dimension: Copy + 'static {
    /// How many values there are.
    const COUNT: usize;

    /// The segments of the codes, one a value, in order.
    fn segments() -> Vec<String>;

    /// The place of a value in that order, below `COUNT`.
    fn index(self) -> usize;
}

impl<A: Dimension, B: Dimension> Dimension for (A, B) {
    const COUNT: usize = A::COUNT * B::COUNT;

    fn segments() -> Vec<String> {
        let with = |a: String| B::segments().into_iter().map(move |b| format!("{a}.{b}"));
        A::segments().into_iter().flat_map(with).collect()
    }

    fn index(self) -> usize {
        self.0.index() * B::COUNT + self.1.index()
    }
}

impl<A: Dimension, B: Dimension, C: Dimension> Dimension for (A, B, C) {
    const COUNT: usize = <((A, B), C)>::COUNT;

    fn segments() -> Vec<String> {
        <((A, B), C)>::segments()
    }

    fn index(self) -> usize {
        ((self.0, self.1), self.2).index()
    }
}

/// Makes an enum a dimension: each value with its segment.
macro_rules! dimension {
    ($type:ty: $($value:ident = $segment:literal),+ $(,)?) => {
        impl $crate::domain::records::family::Dimension for $type {
            const COUNT: usize = [$($segment),+].len();

            fn segments() -> Vec<String> {
                [$($segment),+].map(str::to_owned).to_vec()
            }

            fn index(self) -> usize {
                // Values that were forgotten here would be counted as the first: a test counts each.
                [$(Self::$value),+].iter().position(|value| *value == self).unwrap_or_default()
            }
        }
    };
}
pub(super) use dimension;

/// The sums of one stem. Their codes are written once, so that records find theirs without building texts.
#[derive(Debug)]
pub struct Family<D> {
    stem: &'static str,
    codes: OnceLock<Vec<String>>,
    by: PhantomData<fn(D)>,
}

impl<D: Dimension> Family<D> {
    /// The sums of a stem.
    #[must_use]
    pub const fn new(stem: &'static str) -> Self {
        Self { stem, codes: OnceLock::new(), by: PhantomData }
    }

    /// The code of one.
    #[must_use]
    pub fn code(&'static self, of: D) -> &'static str {
        // There is a code for every index.
        self.codes().get(of.index()).map_or(self.stem, String::as_str)
    }

    /// All codes, in the order of their dimensions.
    #[must_use]
    pub fn codes(&'static self) -> &'static [String] {
        let code = |segments| format!("{}.{segments}", self.stem);
        self.codes.get_or_init(|| D::segments().into_iter().map(code).collect())
    }
}

/// Declares the families of a kind of records, and `codes`, which lists all of them.
macro_rules! families {
    ($($name:ident: $by:ty = $stem:literal;)+) => {
        $(static $name: $crate::domain::records::family::Family<$by> = $crate::domain::records::family::Family::new($stem);)+

        /// The codes of all sums that records of this kind add to.
        pub(in crate::domain::records) fn codes() -> impl Iterator<Item = &'static str> {
            [$($name.codes()),+].into_iter().flatten().map(String::as_str)
        }
    };
}
pub(super) use families;
