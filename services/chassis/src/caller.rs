//! Who asks: an office or a system, never a person; the unit it acts for; its roles.
//!
//! Until callers are authenticated, the metadata `thidua-caller` is believed where that is allowed (see
//! [`crate::config`]): `office=van-phong-thanh-tra; unit=units/thanh-tra-tinh; roles=recorder,secretary`. A call without
//! it comes from the local operator, who has every role for every unit.

use std::collections::BTreeSet;
use std::fmt;

use thidua_proto::names::{Id, UnitName};

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

/// A caller whose identity has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    office: String,
    unit: Option<UnitName>,
    roles: BTreeSet<Role>,
    everywhere: bool,
}

impl Caller {
    /// Whoever starts programs on this machine.
    #[must_use]
    pub fn local_operator() -> Self {
        Self { office: "local-operator".to_owned(), unit: None, roles: Role::ALL.into(), everywhere: true }
    }

    /// Reads the metadata's text; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut office, mut unit, mut roles) = (None, None, BTreeSet::new());
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').ok_or_else(|| format!("`{part}` is not key=value"))?;
            match (key.trim(), value.trim()) {
                ("office", value) => {
                    let id: Id = value.parse().map_err(|_| format!("`{value}` is no office id"))?;
                    office = Some(id.to_string());
                }
                ("unit", value) => {
                    unit =
                        Some(value.parse().map_err(|_| format!("`{value}` is no name like units/{{unit}}"))?);
                }
                ("roles", value) => {
                    for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                        let role = Role::ALL.into_iter().find(|role| role.as_str() == name);
                        roles.insert(role.ok_or_else(|| format!("unknown role `{name}`"))?);
                    }
                }
                (key, _) => return Err(format!("unknown key `{key}`")),
            }
        }
        let office = office.ok_or("the office is missing")?;
        Ok(Self { office, unit, roles, everywhere: false })
    }

    /// Whether the caller has a role at all.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the caller acts for a unit itself, with a role. Rights from a unit above are for the service to look up.
    #[must_use]
    pub fn acts_for(&self, unit: &UnitName, role: Role) -> bool {
        self.has(role) && (self.everywhere || self.unit.as_ref() == Some(unit))
    }

    /// The office, as it stands in texts: `offices/{office}`.
    #[must_use]
    pub fn office(&self) -> String {
        format!("offices/{}", self.office)
    }

    /// The unit that the caller acts for.
    #[must_use]
    pub fn unit(&self) -> Option<&UnitName> {
        self.unit.as_ref()
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

/// As the caller enters the journal: `offices/{office}`, with its unit where it has one.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offices/{}", self.office)?;
        if let Some(unit) = &self.unit {
            write!(f, " for {unit}")?;
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_acts_for_its_unit_in_its_roles() {
        let caller = Caller::parse("office=van-phong; unit=units/a; roles=recorder, secretary").unwrap();
        let (a, b): (UnitName, UnitName) = ("units/a".parse().unwrap(), "units/b".parse().unwrap());
        assert!(caller.acts_for(&a, Role::Recorder));
        assert!(!caller.acts_for(&b, Role::Recorder));
        assert!(!caller.acts_for(&a, Role::Registrar));
        assert_eq!(caller.to_string(), "offices/van-phong for units/a");
        assert!(Caller::local_operator().acts_for(&b, Role::Registrar));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (text, problem) in [
            ("", "the office is missing"),
            ("unit=units/a", "the office is missing"),
            ("office=A B", "`A B` is no office id"),
            ("office=a;unit=a", "`a` is no name like units/{unit}"),
            ("office=a;roles=chief", "unknown role `chief`"),
            ("office=a;x=1", "unknown key `x`"),
            ("office", "`office` is not key=value"),
        ] {
            assert_eq!(Caller::parse(text), Err(problem.to_owned()), "{text}");
        }
    }
}
