//! What an address asks for (SDMX 2.1, REST).

use std::collections::BTreeMap;

use super::artefact::{self, AGENCY, Artefact, References};
use super::format::{self, Format};
use super::key::Key;
use super::period::TimeBound;
use super::refusal::{Refusal, Words};

/// Parameters that SDMX has and this service has not.
const UNSUPPORTED: [&str; 4] = ["updatedAfter", "firstNObservations", "lastNObservations", "includeHistory"];

/// A question in full.
#[derive(Debug)]
pub struct Question {
    /// What is asked for.
    pub subject: Subject,
    /// How it is to be written.
    pub format: Format,
}

/// What is asked for.
#[derive(Debug)]
pub enum Subject {
    /// Structures.
    Structures(Vec<Artefact>),
    /// Observations.
    Data(Selection),
}

/// Which observations.
#[derive(Debug)]
pub struct Selection {
    /// The codes.
    pub key: Key,
    /// What no period may begin before.
    pub first: Option<TimeBound>,
    /// What no period may end after.
    pub last: Option<TimeBound>,
    /// Observations one by one instead of in series.
    pub flat: bool,
    /// How much of them.
    pub detail: Detail,
}

/// How much of the data is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Everything.
    Full,
    /// Values without attributes.
    DataOnly,
    /// Only which series there are.
    SeriesKeysOnly,
    /// Series with their attributes, without values.
    NoData,
}

impl Detail {
    /// Whether values are wanted.
    #[must_use]
    pub fn has_observations(self) -> bool {
        matches!(self, Self::Full | Self::DataOnly)
    }

    /// Whether attributes are wanted.
    #[must_use]
    pub fn has_attributes(self) -> bool {
        matches!(self, Self::Full | Self::NoData)
    }

    fn parse(text: &str) -> Result<Self, Refusal> {
        Ok(match text {
            "full" => Self::Full,
            "dataonly" => Self::DataOnly,
            "serieskeysonly" => Self::SeriesKeysOnly,
            "nodata" => Self::NoData,
            other => {
                return Err(Refusal::ParameterInvalid {
                    parameter: "detail",
                    value: other.to_owned(),
                    expected: Words {
                        vi: "full, dataonly, serieskeysonly hoặc nodata",
                        en: "full, dataonly, serieskeysonly or nodata",
                    },
                });
            }
        })
    }
}

/// The parameters of an address, each taken once.
struct Parameters(BTreeMap<String, String>);

impl Parameters {
    fn new(pairs: Vec<(String, String)>) -> Result<Self, Refusal> {
        let mut found = BTreeMap::new();
        for (parameter, value) in pairs {
            if found.insert(parameter.clone(), value).is_some() {
                return Err(Refusal::ParameterUnknown { parameter });
            }
        }
        Ok(Self(found))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    fn finish(mut self) -> Result<(), Refusal> {
        match self.0.pop_first() {
            None => Ok(()),
            Some((parameter, value)) if UNSUPPORTED.contains(&parameter.as_str()) => {
                Err(Refusal::ParameterUnsupported { parameter, value })
            }
            Some((parameter, _)) => Err(Refusal::ParameterUnknown { parameter }),
        }
    }
}

impl Question {
    /// Reads the part of an address after the version of the standard, its parameters, and the header `Accept`.
    pub fn parse(
        path: &str,
        parameters: Vec<(String, String)>,
        accept: Option<&str>,
    ) -> Result<Self, Refusal> {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let resource = parts.next().ok_or(Refusal::NothingNamed)?;
        let rest: Vec<&str> = parts.collect();
        let mut parameters = Parameters::new(parameters)?;
        let format = parameters.take("format");
        let choose = |offered: &[Format]| format::choose(format.as_deref(), accept, offered);
        let question = if resource == "data" {
            let format = choose(&[Format::Data, Format::Csv])?;
            Self { subject: Subject::Data(selection(&rest, &mut parameters, format)?), format }
        } else if Artefact::ALL.into_iter().any(|artefact| artefact.resource() == resource) {
            let format = choose(&[Format::Structure])?;
            Self { subject: Subject::Structures(structures(resource, &rest, &mut parameters)?), format }
        } else {
            return Err(Refusal::ResourceUnsupported { resource: resource.to_owned() });
        };
        parameters.finish()?;
        Ok(question)
    }
}

fn structures(resource: &str, rest: &[&str], parameters: &mut Parameters) -> Result<Vec<Artefact>, Refusal> {
    if rest.len() > 3 {
        return Err(Refusal::PathInvalid);
    }
    let part = |at: usize, default| rest.get(at).copied().unwrap_or(default);
    let found = artefact::find(resource, part(0, "all"), part(1, "all"), part(2, "latest"))?;
    if let Some(value) = parameters.take("detail").filter(|detail| detail != "full") {
        return Err(Refusal::ParameterUnsupported { parameter: "detail".to_owned(), value });
    }
    let references = parameters.take("references");
    let references = References::parse(references.as_deref().unwrap_or("none"))?;
    Ok(references.follow(&found).into_iter().collect())
}

fn selection(rest: &[&str], parameters: &mut Parameters, format: Format) -> Result<Selection, Refusal> {
    let (flow, key, provider) = match *rest {
        [flow] => (flow, "all", "all"),
        [flow, key] => (flow, key, "all"),
        [flow, key, provider] => (flow, key, provider),
        _ => return Err(Refusal::PathInvalid),
    };
    if !is_flow(flow) || ![AGENCY, "all"].contains(&provider) {
        let (resource, artefact) = (Artefact::Dataflow.resource().to_owned(), flow.to_owned());
        return Err(Refusal::ArtefactUnknown { resource, artefact });
    }
    let key = Key::parse(key)?;
    let (first, last) = (bound(parameters, "startPeriod")?, bound(parameters, "endPeriod")?);
    let flat = match parameters.take("dimensionAtObservation").as_deref() {
        None | Some("TIME_PERIOD") => false,
        Some("AllDimensions") => true,
        Some(other) => {
            let parameter = "dimensionAtObservation".to_owned();
            return Err(Refusal::ParameterUnsupported { parameter, value: other.to_owned() });
        }
    };
    let detail = parameters.take("detail");
    let detail = detail.map_or(Ok(Detail::Full), |text| Detail::parse(&text))?;
    // A row of SDMX-CSV is an observation.
    if format == Format::Csv && !detail.has_observations() {
        let (parameter, value) = ("detail".to_owned(), "serieskeysonly / nodata (CSV)".to_owned());
        return Err(Refusal::ParameterUnsupported { parameter, value });
    }
    Ok(Selection { key, first, last, flat, detail })
}

/// Whether `{id}`, `{agency},{id}` or `{agency},{id},{version}` means the flow.
fn is_flow(text: &str) -> bool {
    let parts: Vec<&str> = text.split(',').collect();
    let (agency, id, version) = match *parts {
        [id] => ("all", id, "latest"),
        [agency, id] => (agency, id, "latest"),
        [agency, id, version] => (agency, id, version),
        _ => return false,
    };
    [AGENCY, "all"].contains(&agency) && id == Artefact::Dataflow.id() && artefact::is_version(version)
}

fn bound(parameters: &mut Parameters, parameter: &'static str) -> Result<Option<TimeBound>, Refusal> {
    let Some(value) = parameters.take(parameter) else { return Ok(None) };
    let found = TimeBound::parse(&value);
    let expected = Words {
        vi: "2023 (năm báo cáo; cũng là 2023-A1, 2023-Y), 2023-S1 (2023-6M), 2023-9M, 2023-Q1, 2023-M03, 2023-03 (tháng dương lịch) hoặc 2023-03-15",
        en: "2023 (the reporting year; also 2023-A1, 2023-Y), 2023-S1 (2023-6M), 2023-9M, 2023-Q1, 2023-M03, 2023-03 (a month of the calendar) or 2023-03-15",
    };
    found.map(Some).ok_or(Refusal::ParameterInvalid { parameter, value, expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(address: &str) -> Result<Question, Refusal> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Question::parse(path, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), None)
    }

    #[test]
    fn addresses_may_leave_parts_out() {
        for (address, count) in [
            ("dataflow", 1),
            ("dataflow/THIDUA/FIGURES/1.0", 1),
            ("dataflow/THIDUA/FIGURES/latest?references=all", 7),
            ("codelist/all", 4),
            ("conceptscheme/THIDUA/CS_FIGURES/?references=parents&detail=full", 2),
        ] {
            let Subject::Structures(found) = parse(address).unwrap().subject else { panic!("{address}") };
            assert_eq!(found.len(), count, "{address}");
        }
        for address in ["data/FIGURES", "data/THIDUA,FIGURES/all", "data/all,FIGURES,latest/../all/"] {
            assert!(matches!(parse(address).unwrap().subject, Subject::Data(_)), "{address}");
        }
    }

    #[test]
    fn bounds_and_details_are_read() {
        let question = parse("data/FIGURES/all?startPeriod=2023-Q2&endPeriod=2023&detail=nodata");
        let Subject::Data(selection) = question.unwrap().subject else { panic!() };
        assert_eq!(
            (selection.first, selection.last),
            (TimeBound::parse("2023-Q2"), TimeBound::parse("2023"))
        );
        assert_eq!((selection.flat, selection.detail), (false, Detail::NoData));
    }

    #[test]
    fn what_cannot_be_answered_is_told_apart() {
        for (address, status) in [
            ("", 404),
            ("schema/dataflow/THIDUA/FIGURES", 501),
            ("codelist/THIDUA/CL_UNIT/1.0/_T", 400),
            ("codelist/THIDUA/CL_NONE", 404),
            ("codelist/THIDUA/CL_UNIT?detail=allstubs", 501),
            ("codelist/THIDUA/CL_UNIT?references=many", 400),
            ("codelist/THIDUA/CL_UNIT?format=csv", 406),
            ("data", 400),
            ("data/OTHER", 404),
            ("data/ECB,FIGURES", 404),
            ("data/FIGURES/all/ECB", 404),
            ("data/FIGURES/A.b", 400),
            ("data/FIGURES?startPeriod=soon", 400),
            ("data/FIGURES?dimensionAtObservation=MEASURE", 501),
            ("data/FIGURES?detail=some", 400),
            ("data/FIGURES?format=csv&detail=nodata", 501),
            ("data/FIGURES?updatedAfter=2023", 501),
            ("data/FIGURES?startperiod=2023", 400),
            ("data/FIGURES?detail=full&detail=full", 400),
            ("data/FIGURES?format=json", 406),
        ] {
            let refusal = parse(address).expect_err(address);
            assert_eq!(axum::response::IntoResponse::into_response(refusal).status(), status, "{address}");
        }
    }
}
