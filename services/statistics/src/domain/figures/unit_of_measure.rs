//! What one stands for, in English beside the Vietnamese of forms and measures.

/// Every unit of measure of the data, and what several are called in English.
const LABELS: [(&str, &str); 18] = [
    ("%", "%"),
    ("cuộc", "inspections and checks"),
    ("kết luận", "conclusions"),
    ("kỳ", "sessions"),
    ("lượt", "visits"),
    ("m²", "m²"),
    ("ngày", "days"),
    ("người", "people"),
    ("quyết định", "decisions"),
    ("triệu đồng", "million đồng"),
    ("tổ chức", "organisations"),
    ("văn bản", "documents"),
    ("vụ", "cases"),
    ("vụ việc", "matters"),
    ("đoàn", "groups"),
    ("đơn", "petitions"),
    ("đơn vị", "units"),
    ("đồng", "đồng"),
];

/// The English of a unit of measure; the Vietnamese itself where it has none.
#[must_use]
pub fn english(unit: &str) -> &str {
    LABELS.iter().find(|(vietnamese, _)| *vietnamese == unit).map_or(unit, |(_, english)| english)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::Rules;

    #[test]
    fn every_unit_of_the_data_has_an_english_label_and_no_other_is_here() {
        let rules = Rules::built_in().unwrap();
        let measures = rules.catalogue.all().map(|measure| measure.unit_of_measure.as_str());
        let columns = rules.forms.all().flat_map(|form| &form.columns);
        let used: BTreeSet<&str> =
            measures.chain(columns.map(|column| column.unit_of_measure.as_str())).collect();
        assert_eq!(used, LABELS.map(|(vietnamese, _)| vietnamese).into());
    }
}
