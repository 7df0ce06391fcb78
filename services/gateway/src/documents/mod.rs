//! A report as a document: one model, composed in a language, set in a format.

mod compose;
pub mod document;
mod html;
mod markdown;
mod text;

use thidua_proto::reports::{BlocReport, DocumentFormat, RenderBlocReportResponse};

use self::document::KEEP;
use crate::domain::wording::Language;

/// Sets a report.
#[must_use]
pub fn render(report: &BlocReport, language: Language, format: DocumentFormat) -> RenderBlocReportResponse {
    let document = compose::compose(report, language);
    let (content_type, content) = match format {
        DocumentFormat::Unspecified | DocumentFormat::Text => ("text/plain", text::set(&document)),
        DocumentFormat::Markdown => ("text/markdown", markdown::set(&document)),
        DocumentFormat::Html => ("text/html", html::set(&document)),
    };
    let content = content.replace(KEEP, " ");
    RenderBlocReportResponse { content_type: format!("{content_type}; charset=utf-8"), content }
}
