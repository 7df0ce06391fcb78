//! The services behind the gateway.

use std::fmt;

/// A service behind the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Units, records, figures.
    Statistics,
    /// Blocs, years, titles.
    Awards,
}

impl Service {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Statistics, Self::Awards];

    /// The package of its methods.
    #[must_use]
    pub fn package(self) -> &'static str {
        match self {
            Self::Statistics => "thidua.statistics.v1",
            Self::Awards => "thidua.awards.v1",
        }
    }

    /// The name of its journal.
    #[must_use]
    pub fn journal(self) -> &'static str {
        match self {
            Self::Statistics => "journals/statistics",
            Self::Awards => "journals/awards",
        }
    }

    /// The service that answers the calls of a path such as `/thidua.awards.v1.BlocService/GetBloc`.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let (package, _) = path.strip_prefix('/')?.split('/').next()?.rsplit_once('.')?;
        Self::ALL.into_iter().find(|service| service.package() == package)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Statistics => "statistics",
            Self::Awards => "awards",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_the_service_of_its_package() {
        for (path, service) in [
            ("/thidua.statistics.v1.FigureService/ComputeFigures", Some(Service::Statistics)),
            ("/thidua.awards.v1.BlocService/GetBloc", Some(Service::Awards)),
            ("/thidua.awards.v10.BlocService/GetBloc", None),
            ("/thidua.reports.v1.BlocReportService/GenerateBlocReport", None),
            ("thidua.awards.v1.BlocService/GetBloc", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(Service::of_path(path), service, "{path}");
        }
    }
}
