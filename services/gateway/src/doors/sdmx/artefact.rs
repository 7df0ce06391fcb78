//! The structures that are served, and how they refer to each other.

use std::collections::BTreeSet;

use super::refusal::{Refusal, Words};

/// The agency that maintains all of them.
pub const AGENCY: &str = "THIDUA";
/// The version of all of them.
pub const VERSION: &str = "1.0";

/// A structure, maintained by [`AGENCY`] in [`VERSION`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Artefact {
    /// The figures as a flow of data.
    Dataflow,
    /// Their dimensions and attributes.
    DataStructure,
    /// What the dimensions and attributes mean.
    Concepts,
    /// Year, half-year, quarter, month.
    Frequencies,
    /// The units of the directory, and all together.
    Units,
    /// The measures of statistics.
    Measures,
    /// How far an observation can be relied on.
    Statuses,
}

impl Artefact {
    /// All.
    pub const ALL: [Self; 7] = [
        Self::Dataflow,
        Self::DataStructure,
        Self::Concepts,
        Self::Frequencies,
        Self::Units,
        Self::Measures,
        Self::Statuses,
    ];

    /// The kind of resource, as it is written in addresses.
    #[must_use]
    pub fn resource(self) -> &'static str {
        match self {
            Self::Dataflow => "dataflow",
            Self::DataStructure => "datastructure",
            Self::Concepts => "conceptscheme",
            Self::Frequencies | Self::Units | Self::Measures | Self::Statuses => "codelist",
        }
    }

    /// The id.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Dataflow => "FIGURES",
            Self::DataStructure => "DSD_FIGURES",
            Self::Concepts => "CS_FIGURES",
            Self::Frequencies => "CL_FREQ",
            Self::Units => "CL_UNIT",
            Self::Measures => "CL_MEASURE",
            Self::Statuses => "CL_OBS_STATUS",
        }
    }

    fn children(self) -> &'static [Self] {
        match self {
            Self::Dataflow => &[Self::DataStructure],
            Self::DataStructure => {
                &[Self::Concepts, Self::Frequencies, Self::Units, Self::Measures, Self::Statuses]
            }
            Self::Concepts | Self::Frequencies | Self::Units | Self::Measures | Self::Statuses => &[],
        }
    }

    fn parents(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |other| other.children().contains(&self))
    }
}

/// Which structures come along with those asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum References {
    /// None.
    None,
    /// Those that refer to them.
    Parents,
    /// And what these refer to.
    ParentsAndSiblings,
    /// Those that they refer to.
    Children,
    /// And so on to the end.
    Descendants,
    /// All of these.
    All,
    /// Of all of these, one kind of resource.
    Resource(&'static str),
}

impl References {
    /// Reads the parameter `references`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Ok(match text {
            "none" => Self::None,
            "parents" => Self::Parents,
            "parentsandsiblings" => Self::ParentsAndSiblings,
            "children" => Self::Children,
            "descendants" => Self::Descendants,
            "all" => Self::All,
            other => {
                let known = Artefact::ALL.into_iter().find(|artefact| artefact.resource() == other);
                let known = known.ok_or_else(|| Refusal::ParameterInvalid {
                    parameter: "references",
                    value: other.to_owned(),
                    expected: Words {
                        vi: "none, parents, parentsandsiblings, children, descendants, all hoặc một loại tài nguyên",
                        en: "none, parents, parentsandsiblings, children, descendants, all or a kind of resource",
                    },
                })?;
                Self::Resource(known.resource())
            }
        })
    }

    /// The structures asked for, with those that come along.
    #[must_use]
    pub fn follow(self, asked: &[Artefact]) -> BTreeSet<Artefact> {
        let mut found: BTreeSet<Artefact> = asked.iter().copied().collect();
        let children = |of: &BTreeSet<Artefact>| -> BTreeSet<Artefact> {
            of.iter().flat_map(|one| one.children()).copied().collect()
        };
        let parents: BTreeSet<Artefact> = found.iter().flat_map(|one| one.parents()).collect();
        match self {
            Self::None => {}
            Self::Parents => found.extend(parents),
            Self::ParentsAndSiblings => {
                found.extend(children(&parents));
                found.extend(parents);
            }
            Self::Children => found.extend(children(&found)),
            Self::Descendants => {
                // Structures refer to each other over two steps at most.
                found.extend(children(&found));
                found.extend(children(&found));
            }
            Self::All => {
                found.extend(Self::ParentsAndSiblings.follow(asked));
                found.extend(Self::Descendants.follow(asked));
            }
            Self::Resource(kind) => {
                found.extend(Self::All.follow(asked).into_iter().filter(|one| one.resource() == kind));
            }
        }
        found
    }
}

/// The structures of a kind by agency, id and version, as an address names them.
pub fn find(resource: &str, agency: &str, id: &str, version: &str) -> Result<Vec<Artefact>, Refusal> {
    let named = |text: &str, own: &str| text.split('+').any(|one| one == "all" || one == own);
    let found: Vec<Artefact> = Artefact::ALL
        .into_iter()
        .filter(|one| one.resource() == resource && named(agency, AGENCY) && named(id, one.id()))
        .filter(|_| is_version(version))
        .collect();
    if found.is_empty() {
        let artefact = format!("{agency}:{id}({version})");
        return Err(Refusal::ArtefactUnknown { resource: resource.to_owned(), artefact });
    }
    Ok(found)
}

/// Whether a version means the one that there is.
#[must_use]
pub fn is_version(text: &str) -> bool {
    text.split('+').any(|one| ["all", "latest", VERSION].contains(&one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(asked: Artefact, references: &str) -> Vec<&'static str> {
        let references = References::parse(references).unwrap();
        references.follow(&[asked]).into_iter().map(Artefact::id).collect()
    }

    #[test]
    fn references_are_followed_as_asked() {
        let all = Artefact::ALL.map(Artefact::id);
        assert_eq!(followed(Artefact::Dataflow, "none"), ["FIGURES"]);
        assert_eq!(followed(Artefact::Dataflow, "children"), ["FIGURES", "DSD_FIGURES"]);
        assert_eq!(followed(Artefact::Dataflow, "descendants"), all);
        assert_eq!(followed(Artefact::Dataflow, "all"), all);
        assert_eq!(followed(Artefact::DataStructure, "parents"), ["FIGURES", "DSD_FIGURES"]);
        assert_eq!(followed(Artefact::DataStructure, "children"), all[1..]);
        assert_eq!(followed(Artefact::Units, "parents"), ["DSD_FIGURES", "CL_UNIT"]);
        assert_eq!(followed(Artefact::Units, "parentsandsiblings"), all[1..]);
        assert_eq!(
            followed(Artefact::Dataflow, "codelist"),
            ["FIGURES", "CL_FREQ", "CL_UNIT", "CL_MEASURE", "CL_OBS_STATUS"]
        );
        assert!(References::parse("everything").is_err());
    }

    #[test]
    fn structures_are_found_by_name_list_and_wildcard() {
        assert_eq!(find("codelist", "all", "all", "latest").unwrap().len(), 4);
        assert_eq!(find("codelist", "THIDUA", "CL_UNIT+CL_FREQ", "1.0").unwrap().len(), 2);
        assert_eq!(find("dataflow", "THIDUA", "FIGURES", "all").unwrap(), [Artefact::Dataflow]);
        for (agency, id, version) in
            [("ECB", "CL_UNIT", "1.0"), ("THIDUA", "CL_X", "1.0"), ("all", "all", "2.0")]
        {
            assert!(find("codelist", agency, id, version).is_err(), "{agency} {id} {version}");
        }
    }
}
