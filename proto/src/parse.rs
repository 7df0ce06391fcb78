//! From messages to values that cannot be wrong in shape.
//!
//! A parse function reads every field through [`Violations`], which collects what is wrong with its path and goes on, so
//! that a caller learns of everything at once:
//!
//! ```
//! use thidua_proto::parse::Violations;
//! # let (title, start_date) = ("Quy hoạch", None);
//! let mut violations = Violations::default();
//! let title = violations.text("inspection.title", title, 1, 500);
//! let start_date = violations.required_day("inspection.start_date", start_date);
//! let parsed = violations.finish((|| Some((title?, start_date?)))());
//! assert_eq!(parsed.unwrap_err().paths(), "inspection.start_date");
//! ```

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use crate::names::ResourceName;

/// One field that breaks its bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The path, such as `petition.received_date` or `rows[3].people_count`.
    pub field: String,
    /// What is wrong.
    pub problem: Problem,
}

impl Violation {
    /// About how many bytes a status grows by to tell of it: details are sent in base64, and the path stands in the text,
    /// in the metadata and beside each of the two texts.
    fn weight(&self) -> usize {
        let texts = self.problem.english().len() + self.problem.vietnamese().len() + 40;
        // A byte that is not ASCII takes three in the text of a status.
        let in_text = self.field.bytes().map(|byte| if byte.is_ascii() { 1 } else { 3 }).sum::<usize>();
        in_text + (texts + 3 * self.field.len()) * 4 / 3
    }
}

/// What can be wrong with a field, as facts; the texts follow from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Must be given.
    Required,
    /// Must not be given, for the reason said.
    Unwanted {
        /// When it may be given, in English and Vietnamese.
        when: (&'static str, &'static str),
    },
    /// Not in the form expected.
    Malformed {
        /// The form, in English and Vietnamese.
        expected: (String, String),
        /// What was found, as [`echo`] shows it.
        found: String,
    },
    /// More characters than allowed.
    TooLong {
        /// The most allowed.
        max: usize,
        /// How many were given.
        found: usize,
    },
    /// More elements than allowed.
    TooMany {
        /// The most allowed.
        max: usize,
        /// How many were given.
        found: usize,
    },
    /// A number outside its bounds.
    OutOfRange {
        /// The least allowed.
        min: i64,
        /// The most allowed.
        max: i64,
        /// What was given.
        found: i64,
    },
    /// A day that the calendar does not have.
    NoSuchDay,
    /// A day before another field's.
    Before {
        /// The other field.
        other: &'static str,
    },
    /// An enum value that this program does not know.
    UnknownValue {
        /// The number.
        found: i32,
    },
    /// An element that stands twice.
    Repeated,
    /// A number that can be read in two ways, such as `3.704`.
    Ambiguous {
        /// What was found.
        found: String,
    },
    /// A day that can be read in two ways, such as `05/03/2023`.
    AmbiguousDay {
        /// What was found.
        found: String,
    },
}

impl Problem {
    /// A malformed text: the form expected in English and Vietnamese, and what was found, cut to a readable length.
    #[must_use]
    pub fn malformed((english, vietnamese): (&str, &str), found: &str) -> Self {
        let expected = (english.to_owned(), vietnamese.to_owned());
        Self::Malformed { expected, found: echo(found).into_owned() }
    }

    /// The fact as one word, for programs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Required => "REQUIRED",
            Self::Unwanted { .. } => "UNWANTED",
            Self::Malformed { .. } => "MALFORMED",
            Self::TooLong { .. } => "TOO_LONG",
            Self::TooMany { .. } => "TOO_MANY",
            Self::OutOfRange { .. } => "OUT_OF_RANGE",
            Self::NoSuchDay => "NO_SUCH_DAY",
            Self::Before { .. } => "BEFORE_OTHER_DATE",
            Self::UnknownValue { .. } => "UNKNOWN_VALUE",
            Self::Repeated => "REPEATED",
            Self::Ambiguous { .. } => "AMBIGUOUS_NUMBER",
            Self::AmbiguousDay { .. } => "AMBIGUOUS_DATE",
        }
    }

    /// In English, for developers.
    #[must_use]
    pub fn english(&self) -> String {
        match self {
            Self::Required => "must be given".to_owned(),
            Self::Unwanted { when } => format!("may be given only {}", when.0),
            Self::Malformed { expected, found } => format!("must be {}, not `{found}`", expected.0),
            Self::TooLong { max, found } => format!("has {found} characters, at most {max} are allowed"),
            Self::TooMany { max, found } => format!("has {found} elements, at most {max} are allowed"),
            Self::OutOfRange { min, max, found } => format!("must lie between {min} and {max}, not {found}"),
            Self::NoSuchDay => "is not a day of the calendar".to_owned(),
            Self::Before { other } => format!("must not lie before {other}"),
            Self::UnknownValue { found } => format!("has no value number {found}"),
            Self::Repeated => "stands more than once".to_owned(),
            Self::Ambiguous { found } => {
                let found = echo(found);
                format!("`{found}` can be read in two ways; write whole numbers with digits only")
            }
            Self::AmbiguousDay { found } => {
                let found = echo(found);
                format!("`{found}` can be read as two days; write the year first, as in 2023-03-15")
            }
        }
    }

    /// In Vietnamese, for people.
    #[must_use]
    pub fn vietnamese(&self) -> String {
        match self {
            Self::Required => "bắt buộc phải nhập".to_owned(),
            Self::Unwanted { when } => format!("chỉ được nhập {}", when.1),
            Self::Malformed { expected, found } => {
                format!("sai định dạng: cần {}, nhận được “{found}”", expected.1)
            }
            Self::TooLong { max, found } => format!("dài {found} ký tự, tối đa {max} ký tự"),
            Self::TooMany { max, found } => format!("có {found} phần tử, tối đa {max}"),
            Self::OutOfRange { min, max, found } => format!("phải từ {min} đến {max}, nhận được {found}"),
            Self::NoSuchDay => "không phải là ngày có trong lịch".to_owned(),
            Self::Before { other } => format!("không được trước {other}"),
            Self::UnknownValue { found } => format!("không có giá trị số {found}"),
            Self::Repeated => "bị lặp lại".to_owned(),
            Self::Ambiguous { found } => {
                let found = echo(found);
                format!("“{found}” có thể hiểu theo hai cách; số nguyên chỉ viết bằng chữ số")
            }
            Self::AmbiguousDay { found } => {
                let found = echo(found);
                format!("“{found}” có thể hiểu là hai ngày khác nhau; hãy viết năm trước, như 2023-03-15")
            }
        }
    }
}

/// The most values of an enum that a request can ask for at once.
pub const MOST_CHOICES: usize = 10;

/// The most characters of a caller's text that are sent back to it.
const MOST_ECHOED: usize = 60;

/// A caller's text as it is sent back: whole, or cut with `…` at its end, 60 characters at most.
#[must_use]
pub fn echo(text: &str) -> Cow<'_, str> {
    cut(text, MOST_ECHOED)
}

/// A text of `most` characters at most, with `…` as the last one where it is cut.
#[must_use]
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most || text.char_indices().nth(most).is_none() {
        return Cow::Borrowed(text);
    }
    let kept = text.char_indices().nth(most.saturating_sub(1)).and_then(|(end, _)| text.get(..end));
    Cow::Owned(format!("{}…", kept.unwrap_or_default()))
}

/// The most violations that one refusal tells of.
const MOST_VIOLATIONS: usize = 20;

/// The most characters of a field's path.
const MOST_PATH: usize = 100;

/// How much the violations of one refusal may weigh together, so that its status stays below 8 KB.
const MOST_WEIGHT: usize = 5_500;

/// What is wrong with a request so far. At most 20 violations are kept, fewer where their texts are long; the others are
/// counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations {
    found: Vec<Violation>,
    weight: usize,
    more: usize,
    scope: String,
}

impl Violations {
    /// Notes that a field is wrong.
    pub fn refuse(&mut self, field: &str, problem: Problem) {
        if self.more > 0 || self.found.len() == MOST_VIOLATIONS {
            self.more = self.more.saturating_add(1);
            return;
        }
        let field = format!("{}{field}", self.scope);
        let violation = Violation { field: cut(&field, MOST_PATH).into_owned(), problem };
        let weight = violation.weight();
        if self.weight + weight > MOST_WEIGHT {
            self.more = 1;
            return;
        }
        self.weight += weight;
        self.found.push(violation);
    }

    /// How many violations there are beside those that are kept.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }

    /// Reads a nested message: paths inside begin with `scope` and a dot.
    pub fn within<T>(&mut self, scope: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.scope.len();
        self.scope.push_str(scope);
        self.scope.push('.');
        let value = read(self);
        self.scope.truncate(outer);
        value
    }

    /// What was parsed, or all that is wrong.
    pub fn finish<T>(self, parsed: Option<T>) -> Result<T, Self> {
        match parsed {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(self),
        }
    }

    /// What is kept of what was found, in the order of reading.
    #[must_use]
    pub fn into_list(self) -> Vec<Violation> {
        self.found
    }

    /// The paths of those that are kept, joined by commas.
    #[must_use]
    pub fn paths(&self) -> String {
        self.found.iter().map(|violation| violation.field.as_str()).collect::<Vec<_>>().join(",")
    }

    /// A text of `min` to `max` characters, in NFC, trimmed, without control characters.
    pub fn text(&mut self, field: &str, text: &str, min: usize, max: usize) -> Option<String> {
        // NFC never makes more than three characters of one; cut first, so that ten megabytes cost nothing.
        let longest = max.saturating_mul(12).saturating_add(64);
        if text.len() > longest {
            self.refuse(field, Problem::TooLong { max, found: text.chars().count() });
            return None;
        }
        let text = text.trim();
        let text: String = if text.is_ascii() { text.to_owned() } else { text.nfc().collect() };
        let length = text.chars().count();
        if length > max {
            self.refuse(field, Problem::TooLong { max, found: length });
        } else if length < min {
            self.refuse(field, Problem::Required);
        } else if text.chars().any(char::is_control) {
            let expected =
                ("one line of text without control characters", "một dòng chữ, không có ký tự điều khiển");
            self.refuse(field, Problem::malformed(expected, &text));
        } else {
            return Some(text);
        }
        None
    }

    /// A count or amount within bounds.
    pub fn number(&mut self, field: &str, number: i64, bounds: RangeInclusive<i64>) -> Option<i64> {
        if bounds.contains(&number) {
            Some(number)
        } else {
            self.refuse(
                field,
                Problem::OutOfRange { min: *bounds.start(), max: *bounds.end(), found: number },
            );
            None
        }
    }

    /// A day that must be given.
    pub fn required_day(&mut self, field: &str, wire: Option<crate::Date>) -> Option<Date> {
        if wire.is_none() {
            self.refuse(field, Problem::Required);
        }
        self.day(field, wire)?
    }

    /// A day that may be left out: `Some(None)` where it is.
    pub fn day(&mut self, field: &str, wire: Option<crate::Date>) -> Option<Option<Date>> {
        let Some(wire) = wire else { return Some(None) };
        match crate::date::from_wire(wire) {
            // Years with fewer than four digits are slips of the keyboard, years past 2199 too.
            Some(date) if (1900..=2199).contains(&date.year()) => Some(Some(date)),
            Some(date) => {
                let (min, max) = (1900, 2199);
                self.refuse(field, Problem::OutOfRange { min, max, found: date.year().into() });
                None
            }
            None => {
                self.refuse(field, Problem::NoSuchDay);
                None
            }
        }
    }

    /// The two days of a closed span, which must be given.
    pub fn required_days(
        &mut self,
        first: (&'static str, Option<crate::Date>),
        last: (&'static str, Option<crate::Date>),
    ) -> Option<(Date, Date)> {
        let (begin, end) = (self.required_day(first.0, first.1), self.required_day(last.0, last.1));
        self.order((first.0, begin), (last.0, end));
        Some((begin?, end?))
    }

    /// The two days of a span, each of which may be left out.
    pub fn days(
        &mut self,
        first: (&'static str, Option<crate::Date>),
        last: (&'static str, Option<crate::Date>),
    ) -> Option<(Option<Date>, Option<Date>)> {
        let (begin, end) = (self.day(first.0, first.1), self.day(last.0, last.1));
        self.order((first.0, begin.flatten()), (last.0, end.flatten()));
        Some((begin?, end?))
    }

    /// Notes `later` where it lies before `earlier`; days that are missing or already refused are passed over.
    pub fn order(&mut self, earlier: (&'static str, Option<Date>), later: (&str, Option<Date>)) {
        if let (Some(first), Some(second)) = (earlier.1, later.1)
            && second < first
        {
            self.refuse(later.0, Problem::Before { other: earlier.0 });
        }
    }

    /// An enum value that must be given.
    pub fn choice<E: TryFrom<i32> + Default + PartialEq>(&mut self, field: &str, number: i32) -> Option<E> {
        if E::try_from(number).is_ok_and(|value| value == E::default()) {
            self.refuse(field, Problem::Required);
            return None;
        }
        self.known_choice(field, number)
    }

    /// An enum value that may be left out: `Some(None)` where it is. `…_UNSPECIFIED` is no value.
    pub fn optional_choice<E: TryFrom<i32> + Default + PartialEq>(
        &mut self,
        field: &str,
        number: Option<i32>,
    ) -> Option<Option<E>> {
        match number {
            Some(number) => self.known_choice(field, number).map(Some),
            None => Some(None),
        }
    }

    /// A value of an enum, which is not `…_UNSPECIFIED`.
    fn known_choice<E: TryFrom<i32> + Default + PartialEq>(&mut self, field: &str, number: i32) -> Option<E> {
        let known = E::try_from(number).ok().filter(|value| *value != E::default());
        if known.is_none() {
            self.refuse(field, Problem::UnknownValue { found: number });
        }
        known
    }

    /// The values of an enum that a list may have, each once; there are at most [`MOST_CHOICES`].
    pub fn choices<E: TryFrom<i32> + Default + PartialEq + Copy>(
        &mut self,
        field: &str,
        numbers: &[i32],
    ) -> Option<Vec<E>> {
        let mut seen: Vec<E> = Vec::new();
        self.list(field, numbers, MOST_CHOICES, |v, field, number| {
            let choice = v.known_choice(field, *number)?;
            if seen.contains(&choice) {
                v.refuse(field, Problem::Repeated);
            }
            seen.push(choice);
            Some(choice)
        })
    }

    /// A resource name that must be given.
    pub fn name<N: ResourceName>(&mut self, field: &str, text: &str) -> Option<N> {
        let name = self.optional_name(field, text)?;
        if name.is_none() {
            self.refuse(field, Problem::Required);
        }
        name
    }

    /// A resource name that may be left out: `Some(None)` where it is.
    pub fn optional_name<N: ResourceName>(&mut self, field: &str, text: &str) -> Option<Option<N>> {
        if text.is_empty() {
            return Some(None);
        }
        if let Ok(name) = text.parse() {
            return Some(Some(name));
        }
        let (english, vietnamese) =
            (format!("a name like `{}`", N::PATTERN), format!("tên có dạng “{}”", N::PATTERN));
        self.refuse(field, Problem::malformed((&english, &vietnamese), text));
        None
    }

    /// The last part of a name.
    pub fn id(&mut self, field: &str, text: &str) -> Option<crate::names::Id> {
        if text.is_empty() {
            self.refuse(field, Problem::Required);
            return None;
        }
        let id = text.parse().ok();
        if id.is_none() {
            let expected = (
                "1 to 63 lower-case letters, digits and inner hyphens",
                "1 đến 63 chữ thường không dấu, chữ số và dấu gạch nối ở giữa",
            );
            self.refuse(field, Problem::malformed(expected, text));
        }
        id
    }

    /// A list of at most `max` elements; each is read with its index in the path.
    pub fn list<W, T>(
        &mut self,
        field: &str,
        elements: impl IntoIterator<Item = W, IntoIter: ExactSizeIterator>,
        max: usize,
        mut read: impl FnMut(&mut Self, &str, W) -> Option<T>,
    ) -> Option<Vec<T>> {
        let elements = elements.into_iter();
        if elements.len() > max {
            self.refuse(field, Problem::TooMany { max, found: elements.len() });
            return None;
        }
        let mut found = Some(Vec::with_capacity(elements.len()));
        let mut path = String::with_capacity(field.len() + 6);
        for (index, element) in elements.enumerate() {
            path.clear();
            // Writing into a text does not fail.
            let _ = write!(path, "{field}[{index}]");
            // Every element is read, so that all that is wrong is told.
            match (read(self, &path, element), &mut found) {
                (Some(value), Some(found)) => found.push(value),
                (None, _) => found = None,
                (Some(_), None) => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests;
