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

impl FromStr for Year {
    type Err = NotThatName;

    fn from_str(text: &str) -> Result<Self, NotThatName> {
        let year = if text.len() == 4 { text.parse().ok() } else { None };
        year.and_then(Self::new).ok_or(NotThatName)
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// Declares the name of a resource: its fields, the collection that it is in, and its pattern. A name below another has that one as
/// its first field. `tests/conventions/resources.rs` compares the patterns with the contract.
macro_rules! name {
    ($(#[$about:meta])* $name:ident { $(#[$is:meta])* $part:ident: $type:ty } in $collection:literal as $pattern:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            $(#[$is])*
            pub $part: $type,
        }

        impl FromStr for $name {
            type Err = NotThatName;

            fn from_str(text: &str) -> Result<Self, NotThatName> {
                match text.split_once('/') {
                    Some((found, id)) if found == $collection => Ok(Self { $part: id.parse()? }),
                    _ => Err(NotThatName),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($collection, "/{}"), self.$part)
            }
        }

        impl ResourceName for $name {
            const PATTERN: &'static str = $pattern;
        }
    };
    (
        $(#[$about:meta])* $name:ident {
            $(#[$above_is:meta])* $parent:ident: $above:ty, $(#[$is:meta])* $part:ident: $type:ty
        } in $collection:literal as $pattern:literal
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            $(#[$above_is])*
            pub $parent: $above,
            $(#[$is])*
            pub $part: $type,
        }

        impl FromStr for $name {
            type Err = NotThatName;

            fn from_str(text: &str) -> Result<Self, NotThatName> {
                let (parent, id) = split_last(text, $collection)?;
                Ok(Self { $parent: parent.parse()?, $part: id.parse()? })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{}/", $collection, "/{}"), self.$parent, self.$part)
            }
        }

        impl ResourceName for $name {
            const PATTERN: &'static str = $pattern;
        }
    };
}

name!(
    /// `units/{unit}`: an agency.
    UnitName {
        /// The slug.
        unit: Id
    } in "units" as "units/{unit}"
);

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

impl ResourceName for RecordName {
    const PATTERN: &'static str = "units/{unit}/{inspections|receptions|petitions|matters}/{id}";
}

name!(
    /// `units/{unit}/returns/{return}`: a form filled for a unit and period.
    ReturnName {
        /// The unit that hands it in.
        unit: UnitName,
        /// Its id within the unit.
        id: Id
    } in "returns" as "units/{unit}/returns/{return}"
);
name!(
    /// `blocs/{bloc}`: an emulation bloc.
    BlocName {
        /// The slug.
        bloc: Id
    } in "blocs" as "blocs/{bloc}"
);
name!(
    /// `blocs/{bloc}/years/{year}`.
    YearName {
        /// The bloc.
        bloc: BlocName,
        /// The year.
        year: Year
    } in "years" as "blocs/{bloc}/years/{year}"
);
name!(
    /// `blocs/{bloc}/years/{year}/nominations/{nomination}`.
    NominationName {
        /// The year.
        year: YearName,
        /// Its id within the year.
        id: Id
    } in "nominations" as "blocs/{bloc}/years/{year}/nominations/{nomination}"
);
name!(
    /// `blocs/{bloc}/years/{year}/ballots/{ballot}`.
    BallotName {
        /// The year.
        year: YearName,
        /// Its id within the year.
        id: Id
    } in "ballots" as "blocs/{bloc}/years/{year}/ballots/{ballot}"
);
name!(
    /// `awards/{award}`: a conferment.
    AwardName {
        /// Its id.
        award: Id
    } in "awards" as "awards/{award}"
);
name!(
    /// `ruleSets/{rule_set}`.
    RuleSetName {
        /// Its id.
        rule_set: Id
    } in "ruleSets" as "ruleSets/{rule_set}"
);

/// The text before and after the last `/{collection}/`.
fn split_last<'a>(text: &'a str, collection: &str) -> Result<(&'a str, &'a str), NotThatName> {
    let (before, id) = text.rsplit_once('/').ok_or(NotThatName)?;
    let (parent, found) = before.rsplit_once('/').ok_or(NotThatName)?;
    if found == collection { Ok((parent, id)) } else { Err(NotThatName) }
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

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.unit, self.kind.collection(), self.id)
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
