//! Who asks: an office or a system, never a person; the unit it acts for; its roles.
//!
//! Until callers are authenticated, the metadata `thidua-caller` is believed where that is allowed (see
//! [`crate::config`]): `office=van-phong-thanh-tra; unit=units/thanh-tra-tinh; roles=recorder,secretary`, where
//! `unit=units/-` is all units. Values are percent-encoded UTF-8. A call without it comes from the local operator, who has
//! every role for every unit, where the program listens on loopback alone; elsewhere from nobody known, who has none.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use http::HeaderMap;
use percent_encoding::percent_decode_str;
use thidua_proto::names::{Id, UnitName};
use thidua_proto::parse::echo;

use crate::failure::CommonError;

/// The metadata key.
pub const HEADER: &str = "thidua-caller";

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Enters and changes the records of its unit and of the units below.
    Recorder,
    /// Approves the returns of its unit and of the units below.
    Approver,
    /// Keeps the common registers: units, blocs, decisions of authorities.
    Registrar,
    /// Acts for its unit in the bloc: runs the year while the unit leads it.
    Secretary,
}

impl Role {
    const ALL: [Self; 4] = [Self::Recorder, Self::Approver, Self::Registrar, Self::Secretary];

    /// The role's name in metadata and texts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recorder => "recorder",
            Self::Approver => "approver",
            Self::Registrar => "registrar",
            Self::Secretary => "secretary",
        }
    }
}

/// For which units a caller acts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    /// For none.
    None,
    /// For one, and through the services for those below it.
    Unit(UnitName),
    /// For all.
    All,
}

/// How all units are written, as in other names (AIP-159).
const ALL_UNITS: &str = "units/-";

/// Who a caller is, in one spelling: what enters the journal and is compared wherever two hands are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    office: String,
    scope: Scope,
}

impl Identity {
    /// Whether both can be the same office: of the same unit, or where one does not say of which. An office of the same
    /// name in another unit is another office.
    #[must_use]
    pub fn is_same_office(&self, other: &Self) -> bool {
        self.office == other.office
            && match (&self.scope, &other.scope) {
                (Scope::Unit(one), Scope::Unit(other)) => one == other,
                (Scope::None | Scope::All, _) | (_, Scope::None | Scope::All) => true,
            }
    }
}

/// `offices/{office}`, with ` for {unit}` where it acts for one.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offices/{}", self.office)?;
        match &self.scope {
            Scope::None => Ok(()),
            Scope::Unit(unit) => write!(f, " for {unit}"),
            Scope::All => write!(f, " for {ALL_UNITS}"),
        }
    }
}

/// A text that is no [`Identity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not like `offices/{{office}}` or `offices/{{office}} for units/{{unit}}`")]
pub struct IdentityError;

impl FromStr for Identity {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, IdentityError> {
        let text = text.strip_prefix("offices/").ok_or(IdentityError)?;
        let (office, scope) = match text.split_once(" for ") {
            None => (text, Scope::None),
            Some((office, ALL_UNITS)) => (office, Scope::All),
            Some((office, unit)) => (office, Scope::Unit(unit.parse().map_err(|_| IdentityError)?)),
        };
        let office: Id = office.parse().map_err(|_| IdentityError)?;
        Ok(Self { office: office.to_string(), scope })
    }
}

/// The office of whoever starts programs on this machine.
const LOCAL_OPERATOR: &str = "local-operator";

/// The office of callers who do not say who they are.
const ANONYMOUS: &str = "anonymous";

/// A caller whose identity has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    identity: Identity,
    roles: BTreeSet<Role>,
}

impl Caller {
    /// Whoever starts programs on this machine.
    #[must_use]
    pub fn local_operator() -> Self {
        let identity = Identity { office: LOCAL_OPERATOR.to_owned(), scope: Scope::None };
        Self { identity, roles: Role::ALL.into() }
    }

    /// A caller who does not say who it is, off loopback: it has no role.
    #[must_use]
    pub fn anonymous() -> Self {
        let identity = Identity { office: ANONYMOUS.to_owned(), scope: Scope::None };
        Self { identity, roles: BTreeSet::new() }
    }

    /// Reads the caller from a request's metadata; `absent` is who calls without it. The error says what is wrong.
    pub fn from_headers(headers: &HeaderMap, absent: fn() -> Self) -> Result<Self, String> {
        let mut values = headers.get_all(HEADER).iter();
        let Some(value) = values.next() else { return Ok(absent()) };
        if values.next().is_some() {
            return Err(format!("`{HEADER}` is repeated"));
        }
        // A value that cannot be read must never count as one that is not there.
        let text = value.to_str().map_err(|_| format!("`{HEADER}` is not percent-encoded"))?;
        Self::parse(text)
    }

    /// Reads the metadata's text; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut office, mut scope, mut roles) = (None, None, None);
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) =
                part.split_once('=').ok_or_else(|| format!("`{}` is not key=value", echo(part)))?;
            let (key, value) = (key.trim(), decode(value.trim())?);
            let is_repeated = match key {
                "office" => office.replace(parse_office(&value)?).is_some(),
                "unit" => scope.replace(parse_scope(&value)?).is_some(),
                "roles" => roles.replace(parse_roles(&value)?).is_some(),
                _ => return Err(format!("unknown key `{}`", echo(key))),
            };
            if is_repeated {
                return Err(format!("`{key}` is repeated"));
            }
        }
        let office = office.ok_or("the office is missing")?;
        let identity = Identity { office, scope: scope.unwrap_or(Scope::None) };
        Ok(Self { identity, roles: roles.unwrap_or_default() })
    }

    /// Whether the caller has a role at all.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the caller acts for a unit itself, with a role. Rights from a unit above are for the service to look up.
    #[must_use]
    pub fn acts_for(&self, unit: &UnitName, role: Role) -> bool {
        let covers = match &self.identity.scope {
            Scope::All => true,
            Scope::Unit(own) => own == unit,
            Scope::None => self.identity.office == LOCAL_OPERATOR,
        };
        covers && self.has(role)
    }

    /// Who the caller is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The unit that the caller acts for, where it is one.
    #[must_use]
    pub fn unit(&self) -> Option<&UnitName> {
        match &self.identity.scope {
            Scope::Unit(unit) => Some(unit),
            Scope::None | Scope::All => None,
        }
    }

    /// Refuses callers without a role.
    pub fn require(&self, role: Role, resource: &impl fmt::Display) -> Result<(), CommonError> {
        if self.has(role) { Ok(()) } else { Err(self.refusal(role, resource)) }
    }

    /// The refusal of a caller who would need a role for a resource.
    #[must_use]
    pub fn refusal(&self, role: Role, resource: &impl fmt::Display) -> CommonError {
        CommonError::CallerNotAllowed {
            caller: self.to_string(),
            resource: resource.to_string(),
            role: role.as_str(),
        }
    }
}

/// As the caller enters the journal.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identity.fmt(f)
    }
}

impl Caller {
    /// The caller of a request, as the edge has read it.
    #[must_use]
    pub fn of<T>(request: &tonic::Request<T>) -> Self {
        // Without an edge there is no network either: a test, or a call within the process.
        request.extensions().get().cloned().unwrap_or_else(Self::local_operator)
    }
}

fn decode(value: &str) -> Result<String, String> {
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let digits = || rest.clone().take(2).filter(u8::is_ascii_hexdigit).count();
        if byte == b'%' && digits() < 2 {
            return Err(format!("`{}` is not percent-encoded", echo(value)));
        }
    }
    let decoded = percent_decode_str(value).decode_utf8();
    decoded.map(Into::into).map_err(|_| format!("`{}` is not percent-encoded UTF-8", echo(value)))
}

fn parse_office(value: &str) -> Result<String, String> {
    let id: Id = value.parse().map_err(|_| format!("`{}` is no office id", echo(value)))?;
    let office = id.to_string();
    if [LOCAL_OPERATOR, ANONYMOUS].contains(&office.as_str()) {
        return Err(format!("`{office}` cannot be claimed"));
    }
    Ok(office)
}

fn parse_scope(value: &str) -> Result<Scope, String> {
    if value == ALL_UNITS {
        return Ok(Scope::All);
    }
    let unit = value.parse().map_err(|_| format!("`{}` is no name like units/{{unit}}", echo(value)))?;
    Ok(Scope::Unit(unit))
}

fn parse_roles(value: &str) -> Result<BTreeSet<Role>, String> {
    let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
    let role = |name: &str| {
        let found = Role::ALL.into_iter().find(|role| role.as_str() == name);
        found.ok_or_else(|| format!("unknown role `{}`", echo(name)))
    };
    names.map(role).collect()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn unit(name: &str) -> UnitName {
        name.parse().unwrap()
    }

    #[test]
    fn an_office_acts_for_its_unit_in_its_roles() {
        let caller = Caller::parse("office=van-phong; unit=units/a; roles=recorder, secretary").unwrap();
        assert!(caller.acts_for(&unit("units/a"), Role::Recorder));
        assert!(!caller.acts_for(&unit("units/b"), Role::Recorder));
        assert!(!caller.acts_for(&unit("units/a"), Role::Registrar));
        assert_eq!(caller.to_string(), "offices/van-phong for units/a");
    }

    #[test]
    fn all_units_have_a_spelling_and_nobody_known_has_no_rights() {
        let loader = Caller::parse("office=loader; unit=units/-; roles=recorder").unwrap();
        assert!(loader.acts_for(&unit("units/b"), Role::Recorder));
        assert!(!loader.acts_for(&unit("units/b"), Role::Approver));
        assert_eq!((loader.to_string().as_str(), loader.unit()), ("offices/loader for units/-", None));
        assert!(Caller::local_operator().acts_for(&unit("units/b"), Role::Registrar));
        assert!(Role::ALL.into_iter().all(|role| !Caller::anonymous().acts_for(&unit("units/b"), role)));
        let without_unit = Caller::parse("office=a; roles=recorder").unwrap();
        assert!(!without_unit.acts_for(&unit("units/b"), Role::Recorder));
    }

    #[test]
    fn texts_that_are_no_caller_are_refused() {
        for (text, problem) in [
            ("", "the office is missing"),
            ("unit=units/a", "the office is missing"),
            ("office=A B", "`A B` is no office id"),
            ("office=a;unit=a", "`a` is no name like units/{unit}"),
            ("office=a;roles=chief", "unknown role `chief`"),
            ("office=a;x=1", "unknown key `x`"),
            ("office", "`office` is not key=value"),
            ("office=a; office=b", "`office` is repeated"),
            ("office=local-operator", "`local-operator` cannot be claimed"),
            ("office=local%2Doperator", "`local-operator` cannot be claimed"),
            ("office=anonymous", "`anonymous` cannot be claimed"),
            ("office=v%C4%83n", "`văn` is no office id"),
            ("office=a%", "`a%` is not percent-encoded"),
            ("office=a%2", "`a%2` is not percent-encoded"),
            ("office=%ff", "`%ff` is not percent-encoded UTF-8"),
        ] {
            assert_eq!(Caller::parse(text), Err(problem.to_owned()), "{text}");
        }
    }

    #[test]
    fn one_caller_has_one_identity_however_it_is_written() {
        let plain = Caller::parse("office=van-phong; unit=units/a").unwrap();
        assert_eq!(Caller::parse("unit=units%2Fa;office=van%2dphong").unwrap(), plain);
    }

    #[test]
    fn a_value_that_cannot_be_read_is_not_an_absent_one() {
        let read = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(HEADER, HeaderValue::from_bytes(value).unwrap());
            }
            Caller::from_headers(&headers, Caller::local_operator)
        };
        assert_eq!(read(&[]), Ok(Caller::local_operator()));
        assert_eq!(read(&[b"office=a"]).unwrap().to_string(), "offices/a");
        let unreadable = read(&["office=văn-phòng; roles=recorder".as_bytes()]);
        assert_eq!(unreadable, Err("`thidua-caller` is not percent-encoded".to_owned()));
        let twice: [&[u8]; 2] = [b"office=a", b"office=b"];
        assert_eq!(read(&twice), Err("`thidua-caller` is repeated".to_owned()));
    }

    #[test]
    fn offices_are_compared_with_their_units() {
        let same = |one: &str, other: &str| {
            let (one, other): (Identity, Identity) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(one.is_same_office(&other), other.is_same_office(&one));
            one.is_same_office(&other)
        };
        assert!(same("offices/a for units/x", "offices/a for units/x"));
        assert!(!same("offices/a for units/x", "offices/a for units/y"));
        assert!(!same("offices/a for units/x", "offices/b for units/x"));
        assert!(same("offices/a for units/x", "offices/a"));
        assert!(same("offices/a for units/x", "offices/a for units/-"));
        assert!("van-phong".parse::<Identity>().is_err());
    }
}
