//! Which report a request is for.

use jiff::civil::Date;
use thidua_proto::names::{BlocName, Year, YearName};
use thidua_proto::parse::{Problem, Violations};
use thidua_proto::reports as proto;
use thidua_proto::reports::DocumentFormat;

use crate::domain::wording::Language;

/// Which report is to be generated.
#[derive(Debug, Clone)]
pub(super) struct ReportQuery {
    pub(super) year: YearName,
    pub(super) cut_off: Option<Date>,
    pub(super) allow_partial: bool,
    pub(super) min_statistics_revision: i64,
    pub(super) min_awards_revision: i64,
}

impl ReportQuery {
    pub(super) fn parse(v: &mut Violations, m: &proto::GenerateBlocReportRequest) -> Option<Self> {
        let bloc: Option<BlocName> = v.name("bloc", &m.bloc);
        let year = Year::new(m.year);
        if year.is_none() {
            v.refuse("year", Problem::OutOfRange { min: 1900, max: 9999, found: m.year.into() });
        }
        let cut_off = v.day("cut_off_date", m.cut_off_date);
        let min_statistics_revision =
            v.number("min_statistics_revision", m.min_statistics_revision, 0..=i64::MAX);
        let min_awards_revision = v.number("min_awards_revision", m.min_awards_revision, 0..=i64::MAX);
        Some(Self {
            year: YearName { bloc: bloc?, year: year? },
            cut_off: cut_off?,
            allow_partial: m.allow_partial,
            min_statistics_revision: min_statistics_revision?,
            min_awards_revision: min_awards_revision?,
        })
    }
}

/// Which report is to be set, and how.
#[derive(Debug, Clone)]
pub(super) struct DocumentQuery {
    pub(super) report: ReportQuery,
    pub(super) format: DocumentFormat,
    pub(super) language: Language,
}

impl DocumentQuery {
    pub(super) fn parse(v: &mut Violations, m: proto::RenderBlocReportRequest) -> Option<Self> {
        let report = proto::GenerateBlocReportRequest {
            bloc: m.bloc,
            year: m.year,
            cut_off_date: m.cut_off_date,
            allow_partial: m.allow_partial,
            min_statistics_revision: m.min_statistics_revision,
            min_awards_revision: m.min_awards_revision,
        };
        let report = ReportQuery::parse(v, &report);
        let format: Option<Option<DocumentFormat>> = v.optional_choice("format", m.format);
        let language = match m.language_code.as_str() {
            "" => Some(Language::Vietnamese),
            code => Language::of_code(code),
        };
        if language.is_none() {
            let expected = ("`vi` or `en`", "“vi” hoặc “en”");
            v.refuse("language_code", Problem::malformed(expected, &m.language_code));
        }
        Some(Self { report: report?, format: format?.unwrap_or(DocumentFormat::Text), language: language? })
    }
}
