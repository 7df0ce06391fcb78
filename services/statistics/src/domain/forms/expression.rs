//! What forms print under their columns: `1 = 2 + 3 = 4 + 5`, `6 <= 1`, `17 >= 16 when 16 > 0`, `8 % 6 / 7`.
//!
//! Words stand apart. A number is the column of that code; `01/XLD:5` is a column of another form; `5 * 8` is five times a
//! column; `2 + … + 7` is what it looks like; `0` alone is nothing. `8 % 6 / 7` says that column 8 is column 6 over
//! column 7 in per cent. What stands after `when` must hold for the rest to be looked at.

use std::fmt;

use crate::domain::figures::figure::Ratio;

/// A column of the form at hand, or of another form of the same document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The other form's code.
    pub form: Option<String>,
    /// The column's code.
    pub column: String,
}

/// A sum of columns, each with a factor; nothing at all is 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expression {
    terms: Vec<(i64, Reference)>,
}

/// How two sides stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `=`
    Equal,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `>`
    More,
}

/// One thing that is said of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Two sides and how they stand to each other.
    Compare(Expression, Relation, Expression),
    /// A column is a part over a whole, in tenths of a per cent, rounded half up.
    Percent {
        /// The column.
        share: Expression,
        /// The part.
        part: Expression,
        /// The whole; nothing is said where it is 0.
        whole: Expression,
    },
}

/// What is said of columns, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// All must hold.
    pub claims: Vec<Claim>,
    /// Where this does not hold, nothing is said.
    pub when: Option<Claim>,
}

impl Expression {
    /// Its terms: factor and column.
    #[must_use]
    pub fn terms(&self) -> &[(i64, Reference)] {
        &self.terms
    }

    /// The columns that it names.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.terms.iter().map(|(_, reference)| reference)
    }

    /// Whether nothing is taken off.
    #[must_use]
    pub fn only_adds(&self) -> bool {
        self.terms.iter().all(|(factor, _)| *factor > 0)
    }

    /// Its value; `None` where a column has none.
    #[must_use]
    pub fn value(&self, of: &impl Fn(&Reference) -> Option<i64>) -> Option<i64> {
        let values = self.terms.iter().map(|(factor, reference)| Some(factor.saturating_mul(of(reference)?)));
        values.sum::<Option<Saturating>>().map(|Saturating(sum)| sum)
    }

    /// Reads a sum of columns.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(&text.split_whitespace().collect::<Vec<_>>())
    }

    fn read(words: &[&str]) -> Result<Self, String> {
        if words == ["0"] {
            return Ok(Self::default());
        }
        let mut terms: Vec<(i64, Reference)> = Vec::new();
        let mut sign = 1;
        let mut words = words.iter().copied().peekable();
        loop {
            let mut word = words.next().ok_or("a column is missing")?;
            let through = word == "…";
            if through {
                word = words.next().filter(|plus| *plus == "+").and_then(|_| words.next()).unwrap_or("");
            }
            let mut factor = sign;
            if words.next_if_eq(&"*").is_some() {
                factor = sign * word.parse::<i64>().map_err(|_| format!("`{word}` is no factor"))?;
                word = words.next().unwrap_or("");
            }
            let reference: Reference = word.parse()?;
            if through {
                terms.extend(between(terms.last(), &reference)?);
            }
            terms.push((factor, reference));
            sign = match words.next() {
                None => return Ok(Self { terms }),
                Some("+") => 1,
                Some("-") => -1,
                Some(word) => return Err(format!("`{word}` is neither + nor -")),
            };
        }
    }
}

/// The columns between two of one form.
fn between(from: Option<&(i64, Reference)>, to: &Reference) -> Result<Vec<(i64, Reference)>, String> {
    let number = |reference: &Reference| reference.column.parse::<i64>().ok();
    let span = from.filter(|(_, from)| from.form == to.form).and_then(|(_, from)| {
        let (from, to) = (number(from)?, number(to)?);
        (from < to).then_some(from + 1..to)
    });
    let span = span.ok_or_else(|| format!("`…` leads nowhere before `{to}`"))?;
    Ok(span.map(|column| (1, Reference { form: to.form.clone(), column: column.to_string() })).collect())
}

/// A sum that stops at the bounds of what can be held: entered numbers may be anything.
struct Saturating(i64);

impl std::iter::Sum<i64> for Saturating {
    fn sum<I: Iterator<Item = i64>>(numbers: I) -> Self {
        Self(numbers.fold(0, i64::saturating_add))
    }
}

impl Relation {
    const ALL: [(&'static str, Self); 5] = [
        ("=", Self::Equal),
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("<", Self::Less),
        (">", Self::More),
    ];

    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(sign, _)| *sign == word).map(|(_, relation)| *relation)
    }

    /// Whether two numbers stand to each other in this way.
    #[must_use]
    pub fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::AtMost => left <= right,
            Self::AtLeast => left >= right,
            Self::Less => left < right,
            Self::More => left > right,
        }
    }
}

impl Claim {
    /// Both sides' values; `None` where a column has none or the whole is 0.
    #[must_use]
    pub fn sides(&self, of: &impl Fn(&Reference) -> Option<i64>) -> Option<(i64, i64)> {
        match self {
            Self::Compare(left, _, right) => Some((left.value(of)?, right.value(of)?)),
            Self::Percent { share, part, whole } => {
                let ratio = Ratio { numerator: part.value(of)?, denominator: whole.value(of)? };
                Some((share.value(of)?, ratio.tenths()?))
            }
        }
    }

    /// How the sides must stand to each other.
    #[must_use]
    pub fn relation(&self) -> Relation {
        match self {
            Self::Compare(_, relation, _) => *relation,
            Self::Percent { .. } => Relation::Equal,
        }
    }

    /// The columns that it names.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        let sides = match self {
            Self::Compare(left, _, right) => vec![left, right],
            Self::Percent { share, part, whole } => vec![share, part, whole],
        };
        sides.into_iter().flat_map(Expression::references)
    }

    fn percent(words: &[&str]) -> Result<Self, String> {
        let mut sides = words.split(|word| ["%", "/"].contains(word));
        let mut side = || Expression::read(sides.next().unwrap_or_default());
        let claim = Self::Percent { share: side()?, part: side()?, whole: side()? };
        if sides.next().is_some() { Err("a share has a part and a whole".to_owned()) } else { Ok(claim) }
    }
}

impl Statement {
    /// Reads what a form prints.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).map_err(|problem| format!("`{text}`: {problem}"))
    }

    fn read(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut parts = words.split(|word| *word == "when");
        let claims = claims(parts.next().unwrap_or_default())?;
        let when = match parts.next() {
            None => None,
            Some(condition) => match self::claims(condition)?.as_slice() {
                [one] => Some(one.clone()),
                _ => return Err("a condition says one thing".to_owned()),
            },
        };
        if parts.next().is_some() { Err("`when` stands twice".to_owned()) } else { Ok(Self { claims, when }) }
    }

    /// The columns that it names.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.claims.iter().chain(&self.when).flat_map(Claim::references)
    }

    /// The claims that do not hold, with the values of their sides. What names a column without a value is passed over.
    pub fn broken(
        &self,
        of: &impl Fn(&Reference) -> Option<i64>,
    ) -> impl Iterator<Item = (&Claim, i64, i64)> {
        let applies = self.when.as_ref().is_none_or(|when| {
            when.sides(of).is_some_and(|(left, right)| when.relation().holds(left, right))
        });
        let claims = if applies { self.claims.as_slice() } else { &[] };
        claims.iter().filter_map(move |claim| {
            let (left, right) = claim.sides(of)?;
            (!claim.relation().holds(left, right)).then_some((claim, left, right))
        })
    }
}

/// `1 = 2 + 3 = 4 + 5` says that column 1 equals each of the sums.
fn claims(words: &[&str]) -> Result<Vec<Claim>, String> {
    if words.contains(&"%") {
        return Ok(vec![Claim::percent(words)?]);
    }
    let relations: Vec<Relation> = words.iter().filter_map(|word| Relation::of(word)).collect();
    let sides: Vec<Expression> =
        words.split(|word| Relation::of(word).is_some()).map(Expression::read).collect::<Result<_, _>>()?;
    let [first, rest @ ..] = sides.as_slice() else { return Err("nothing is said".to_owned()) };
    if rest.is_empty() {
        return Err("nothing is compared".to_owned());
    }
    let compare =
        |(relation, right): (Relation, &Expression)| Claim::Compare(first.clone(), relation, right.clone());
    Ok(relations.into_iter().zip(rest).map(compare).collect())
}

impl std::str::FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (form, column) =
            text.rsplit_once(':').map_or((None, text), |(form, column)| (Some(form), column));
        let is_code = (1..=3).contains(&column.len())
            && column.bytes().all(|digit| digit.is_ascii_digit())
            && !column.starts_with('0');
        if !is_code || form.is_some_and(str::is_empty) {
            return Err(format!("`{text}` is no column"));
        }
        Ok(Self { form: form.map(str::to_owned), column: column.to_owned() })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.form {
            Some(form) => write!(f, "{form}:{}", self.column),
            None => f.write_str(&self.column),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.terms.is_empty() {
            return f.write_str("0");
        }
        for (at, (factor, reference)) in self.terms.iter().enumerate() {
            match (at, *factor < 0) {
                (0, false) => {}
                (0, true) => f.write_str("- ")?,
                (_, false) => f.write_str(" + ")?,
                (_, true) => f.write_str(" - ")?,
            }
            if factor.unsigned_abs() != 1 {
                write!(f, "{} * ", factor.unsigned_abs())?;
            }
            write!(f, "{reference}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
