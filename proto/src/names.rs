//! Resource names as types: a name that parses is well formed, and prints as it was read.

use std::fmt;
use std::str::FromStr;

/// A resource name of one pattern.
pub trait ResourceName: Sized + FromStr<Err = NotThatName> + fmt::Display {
    /// The pattern, such as `units/{unit}`.
    const PATTERN: &'static str;
}

/// The text is no name of the pattern asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotThatName;

/// The last part of a name: lower-case letters, digits and inner hyphens, 1 to 63 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

impl Id {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Id {
    type Err = NotThatName;

    fn from_str(text: &str) -> Result<Self, NotThatName> {
        let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let sound = (1..=63).contains(&text.len())
            && text.bytes().all(inner)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if sound { Ok(Self(text.to_owned())) } else { Err(NotThatName) }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Four digits: the year in a bloc year's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Year(i16);

impl Year {
    /// A year from 1900 to 9999.
    #[must_use]
    pub fn new(year: i32) -> Option<Self> {
        i16::try_from(year).ok().filter(|year| (1900..=9999).contains(year)).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> i16 {
        self.0
    }
}

/// `units/{unit}`: an agency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitName {
    /// The slug.
    pub unit: Id,
}

/// The kinds of dated records below a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// `inspections`.
    Inspection,
    /// `receptions`.
    Reception,
    /// `petitions`.
    Petition,
    /// `matters`.
    Matter,
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Inspection, Self::Reception, Self::Petition, Self::Matter];

    /// The collection's name.
    #[must_use]
    pub fn collection(self) -> &'static str {
        match self {
            Self::Inspection => "inspections",
            Self::Reception => "receptions",
            Self::Petition => "petitions",
            Self::Matter => "matters",
        }
    }

    /// The kind of one record, as in field names and file names.
    #[must_use]
    pub fn singular(self) -> &'static str {
        match self {
            Self::Inspection => "inspection",
            Self::Reception => "reception",
            Self::Petition => "petition",
            Self::Matter => "matter",
        }
    }
}

/// `units/{unit}/{kind}/{id}`: a dated record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordName {
    /// The unit whose record it is.
    pub unit: UnitName,
    /// Of which kind.
    pub kind: RecordKind,
    /// Its id within unit and kind.
    pub id: Id,
}

/// `units/{unit}/returns/{return}`: a form filled for a unit and period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReturnName {
    /// The unit that hands it in.
    pub unit: UnitName,
    /// Its id within the unit.
    pub id: Id,
}

/// `blocs/{bloc}`: an emulation bloc.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlocName {
    /// The slug.
    pub bloc: Id,
}

/// `blocs/{bloc}/years/{year}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearName {
    /// The bloc.
    pub bloc: BlocName,
    /// The year.
    pub year: Year,
}

/// `blocs/{bloc}/years/{year}/nominations/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NominationName {
    /// The year.
    pub year: YearName,
    /// Its id within the year.
    pub id: Id,
}

/// `blocs/{bloc}/years/{year}/ballots/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BallotName {
    /// The year.
    pub year: YearName,
    /// Its id within the year.
    pub id: Id,
}

/// `awards/{award}`: a conferment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AwardName {
    /// Its id.
    pub award: Id,
}

/// `ruleSets/{rule_set}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleSetName {
    /// Its id.
    pub rule_set: Id,
}

impl ResourceName for UnitName {
    const PATTERN: &'static str = "units/{unit}";
}
impl ResourceName for RecordName {
    const PATTERN: &'static str = "units/{unit}/{inspections|receptions|petitions|matters}/{id}";
}
impl ResourceName for ReturnName {
    const PATTERN: &'static str = "units/{unit}/returns/{return}";
}
impl ResourceName for BlocName {
    const PATTERN: &'static str = "blocs/{bloc}";
}
impl ResourceName for YearName {
    const PATTERN: &'static str = "blocs/{bloc}/years/{year}";
}
impl ResourceName for NominationName {
    const PATTERN: &'static str = "blocs/{bloc}/years/{year}/nominations/{nomination}";
}
impl ResourceName for BallotName {
    const PATTERN: &'static str = "blocs/{bloc}/years/{year}/ballots/{ballot}";
}
impl ResourceName for AwardName {
    const PATTERN: &'static str = "awards/{award}";
}
impl ResourceName for RuleSetName {
    const PATTERN: &'static str = "ruleSets/{rule_set}";
}

/// The text before and after the last `/{collection}/`.
fn split_last<'a>(text: &'a str, collection: &str) -> Result<(&'a str, &'a str), NotThatName> {
    let (before, id) = text.rsplit_once('/').ok_or(NotThatName)?;
    let (parent, found) = before.rsplit_once('/').ok_or(NotThatName)?;
    if found == collection { Ok((parent, id)) } else { Err(NotThatName) }
}

/// The id of a name at the top, `{collection}/{id}`.
fn top_level(text: &str, collection: &str) -> Result<Id, NotThatName> {
    match text.split_once('/') {
        Some((found, id)) if found == collection => id.parse(),
        _ => Err(NotThatName),
    }
}

impl FromStr for UnitName {
    type Err = NotThatName;

    fn from_str(text: &str) -> Result<Self, NotThatName> {
        top_level(text, "units").map(|unit| Self { unit })
    }
}

impl FromStr for RecordName {
    type Err = NotThatName;

    fn from_str(text: &str) -> Result<Self, NotThatName> {
        RecordKind::ALL
            .into_iter()
            .find_map(|kind| split_last(text, kind.collection()).ok().map(|parts| (kind, parts)))
            .ok_or(NotThatName)
            .and_then(|(kind, (unit, id))| Ok(Self { unit: unit.parse()?, kind, id: id.parse()? }))
    }
}

impl FromStr for ReturnName {
    type Err = NotThatName;

    fn from_str(text: &str) -> Result<Self, NotThatName> {
        let (unit, id) = split_last(text, "returns")?;
        Ok(Self { unit: unit.parse()?, id: id.parse()? })
    }
}

impl FromStr for BlocName {
    type Err = NotThatName;

    fn from_str(text: &str) -> Result<Self, NotThatName> {
        top_level(text, "blocs").map(|bloc| Self { bloc })
    }
}

impl FromStr for YearName {
    type Err = NotThatName;

    fn from_str(text: &str) -> Result<Self, NotThatName> {
        let (bloc, year) = split_last(text, "years")?;
        let year =
            if year.len() == 4 { year.parse().map_err(|_| NotThatName)? } else { return Err(NotThatName) };
        Ok(Self { bloc: bloc.parse()?, year: Year::new(year).ok_or(NotThatName)? })
    }
}

impl FromStr for NominationName {
    type Err = NotThatName;

    fn from_str(text: &str) -> Result<Self, NotThatName> {
        let (year, id) = split_last(text, "nominations")?;
        Ok(Self { year: year.parse()?, id: id.parse()? })
    }
}

impl FromStr for BallotName {
    type Err = NotThatName;

    fn from_str(text: &str) -> Result<Self, NotThatName> {
        let (year, id) = split_last(text, "ballots")?;
        Ok(Self { year: year.parse()?, id: id.parse()? })
    }
}

impl FromStr for AwardName {
    type Err = NotThatName;

    fn from_str(text: &str) -> Result<Self, NotThatName> {
        top_level(text, "awards").map(|award| Self { award })
    }
}

impl FromStr for RuleSetName {
    type Err = NotThatName;

    fn from_str(text: &str) -> Result<Self, NotThatName> {
        top_level(text, "ruleSets").map(|rule_set| Self { rule_set })
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "units/{}", self.unit)
    }
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.unit, self.kind.collection(), self.id)
    }
}

impl fmt::Display for ReturnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/returns/{}", self.unit, self.id)
    }
}

impl fmt::Display for BlocName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blocs/{}", self.bloc)
    }
}

impl fmt::Display for YearName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/years/{:04}", self.bloc, self.year.0)
    }
}

impl fmt::Display for NominationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/nominations/{}", self.year, self.id)
    }
}

impl fmt::Display for BallotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/ballots/{}", self.year, self.id)
    }
}

impl fmt::Display for AwardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "awards/{}", self.award)
    }
}

impl fmt::Display for RuleSetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ruleSets/{}", self.rule_set)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same<N: ResourceName>(text: &str) {
        assert_eq!(text.parse::<N>().map(|name| name.to_string()), Ok(text.to_owned()));
    }

    proptest! {
        #[test]
        fn names_print_as_they_were_read(a in "[a-z0-9]{1,20}", b in "[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", year in 1900_i32..=9999) {
            same::<UnitName>(&format!("units/{a}"));
            for kind in RecordKind::ALL {
                same::<RecordName>(&format!("units/{a}/{}/{b}", kind.collection()));
            }
            same::<ReturnName>(&format!("units/{a}/returns/{b}"));
            same::<BlocName>(&format!("blocs/{b}"));
            same::<YearName>(&format!("blocs/{a}/years/{year}"));
            same::<NominationName>(&format!("blocs/{a}/years/{year}/nominations/{b}"));
            same::<BallotName>(&format!("blocs/{a}/years/{year}/ballots/{b}"));
            same::<AwardName>(&format!("awards/{a}"));
            same::<RuleSetName>(&format!("ruleSets/{b}"));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = text.parse::<RecordName>();
            let _ = text.parse::<YearName>();
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in
            ["", "units", "units/", "units/-a", "units/a-", "units/A", "units/a/b", "unit/a", "units/đ"]
        {
            assert_eq!(text.parse::<UnitName>(), Err(NotThatName), "{text}");
        }
        assert!(format!("units/{}", "a".repeat(63)).parse::<UnitName>().is_ok());
        assert!(format!("units/{}", "a".repeat(64)).parse::<UnitName>().is_err());
        for text in ["blocs/a/years/23", "blocs/a/years/02023", "blocs/a/years/1899", "blocs/a/years/+999"] {
            assert!(text.parse::<YearName>().is_err(), "{text}");
        }
    }
}
