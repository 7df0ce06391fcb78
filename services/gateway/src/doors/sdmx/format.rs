//! Which format a caller reads: from the parameter `format`, or else from the header `Accept`.

use super::refusal::Refusal;

/// A format that is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// SDMX-ML 2.1 structure.
    Structure,
    /// SDMX-ML 2.1 structure-specific data.
    Data,
    /// SDMX-CSV 2.0 data.
    Csv,
}

impl Format {
    /// The media type as it is answered.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Structure => "application/vnd.sdmx.structure+xml;version=2.1",
            Self::Data => "application/vnd.sdmx.structurespecificdata+xml;version=2.1",
            Self::Csv => "application/vnd.sdmx.data+csv;version=2.0.0",
        }
    }

    /// A short name: in `format`, and in entity tags.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Structure | Self::Data => "xml",
            Self::Csv => "csv",
        }
    }

    fn is_meant_by(self, range: &str) -> bool {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let (own, version) = self.media_type().split_once(";version=").unwrap_or_default();
        let general: &[&str] = match self {
            Self::Structure | Self::Data => &["application/xml", "text/xml", "application/*", "*/*"],
            Self::Csv => &["text/csv", "application/*", "text/*", "*/*"],
        };
        let parameters = parts.filter_map(|part| part.split_once('='));
        // Of SDMX-CSV's options only the default is offered: codes without labels.
        let mut is_offered = parameters.map(|(name, value)| match name.trim() {
            "version" => value.trim() == version,
            "labels" => value.trim() == "id",
            _ => true,
        });
        general.contains(&kind.as_str()) || (kind == own && is_offered.all(|offered| offered))
    }
}

/// The format to answer in, the first offered being the default.
pub fn choose(asked: Option<&str>, accept: Option<&str>, offered: &[Format]) -> Result<Format, Refusal> {
    let refusal = || Refusal::FormatUnsupported {
        offered: offered.iter().map(|format| format.media_type()).collect::<Vec<_>>().join(", "),
    };
    if let Some(asked) = asked {
        // A plus sign that was not escaped reads as a space.
        let asked = asked.trim().replace("sdmx.data csv", "sdmx.data+csv").replace(" xml", "+xml");
        let mut offered = offered.iter().copied();
        let meant = |format: &Format| format.name() == asked || format.is_meant_by(&asked);
        return offered.find(meant).ok_or_else(refusal);
    }
    let mut ranges: Vec<(&str, f32)> =
        accept.unwrap_or("*/*").split(',').map(str::trim).map(|range| (range, quality(range))).collect();
    // Stable: of ranges with one quality, the first.
    ranges.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let wanted = ranges.into_iter().filter(|(_, quality)| *quality > 0.0);
    let mut found = wanted.filter_map(|(range, _)| offered.iter().find(|format| format.is_meant_by(range)));
    found.next().copied().ok_or_else(refusal)
}

fn quality(range: &str) -> f32 {
    let mut parameters = range.split(';').skip(1).filter_map(|part| part.trim().strip_prefix("q="));
    parameters.next().map_or(1.0, |value| value.trim().parse().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_chooses_what_is_offered() {
        let data = [Format::Data, Format::Csv];
        for (accept, found) in [
            (None, Some(Format::Data)),
            (Some("*/*"), Some(Format::Data)),
            (Some("text/csv"), Some(Format::Csv)),
            (Some("application/vnd.sdmx.data+csv"), Some(Format::Csv)),
            (Some("application/vnd.sdmx.data+csv;version=2.0.0"), Some(Format::Csv)),
            (Some("application/vnd.sdmx.data+csv; version=2.0.0; labels=id"), Some(Format::Csv)),
            (Some("application/vnd.sdmx.data+csv;version=2.0.0;labels=both"), None),
            (Some("application/vnd.sdmx.data+csv;version=1.0.0"), None),
            (Some("application/vnd.sdmx.structurespecificdata+xml;version=2.1"), Some(Format::Data)),
            (Some("application/vnd.sdmx.genericdata+xml;version=2.1"), None),
            (Some("application/vnd.sdmx.genericdata+xml;version=2.1, text/csv;q=0.5"), Some(Format::Csv)),
            (Some("application/xml;q=0.8, text/csv;q=0.9"), Some(Format::Csv)),
            (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Some(Format::Data)),
            (Some("application/xml;q=0"), None),
            (Some("application/json"), None),
        ] {
            assert_eq!(choose(None, accept, &data).ok(), found, "{accept:?}");
        }
        assert_eq!(choose(None, Some("text/csv"), &[Format::Structure]).ok(), None);
    }

    #[test]
    fn the_parameter_goes_before_accept() {
        let data = [Format::Data, Format::Csv];
        for (asked, found) in [
            ("csv", Some(Format::Csv)),
            ("xml", Some(Format::Data)),
            ("application/vnd.sdmx.data+csv;version=2.0.0", Some(Format::Csv)),
            ("application/vnd.sdmx.data csv;version=2.0.0", Some(Format::Csv)),
            ("application/vnd.sdmx.structurespecificdata xml;version=2.1", Some(Format::Data)),
            ("json", None),
        ] {
            assert_eq!(choose(Some(asked), Some("application/json"), &data).ok(), found, "{asked}");
        }
    }
}
