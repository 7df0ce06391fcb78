//! One HTML page without outside resources.

use askama::Template;

use super::document::{Block, Document};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'d> {
    document: &'d Document,
}

pub(super) fn set(document: &Document) -> String {
    // A page of texts can always be written to memory.
    Page { document }.render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_people_means_itself() {
        let document = Document {
            language: "vi",
            kind: "BÁO CÁO".to_owned(),
            title: "<script>alert(1)</script>".to_owned(),
            notices: vec![],
            blocks: vec![Block::Paragraph("a & b".to_owned())],
        };
        let page = set(&document);
        assert!(!page.contains("<script>"), "{page}");
        assert!(page.contains("lang=\"vi\"") && page.contains("BÁO CÁO"), "{page}");
    }
}
