//! Structures as SDMX-ML 2.1.

use askama::Template;

use super::artefact::Artefact;
use super::catalogue::Catalogue;
use super::data::STATUSES;
use super::period::Frequency;

/// An item with its names in Vietnamese and English.
#[derive(Debug, Clone, Default)]
struct Item {
    id: String,
    vi: String,
    /// May be empty.
    en: String,
    /// In English; may be empty.
    description: String,
    parent: Option<String>,
}

/// A list of codes.
#[derive(Debug, Clone)]
struct Codelist {
    id: &'static str,
    vi: &'static str,
    en: &'static str,
    codes: Vec<Item>,
}

/// A concept with its names, and the representation that observations give it.
const CONCEPTS: [(&str, &str, &str); 9] = [
    ("FREQ", "Tần suất", "Frequency"),
    ("UNIT_ID", "Cơ quan, đơn vị", "Unit"),
    ("MEASURE", "Chỉ tiêu", "Measure"),
    ("TIME_PERIOD", "Kỳ báo cáo", "Reporting period"),
    ("OBS_VALUE", "Giá trị", "Value"),
    ("OBS_STATUS", "Tình trạng số liệu", "Observation status"),
    ("UNIT_MEASURE", "Đơn vị tính", "Unit of measure"),
    ("DECIMALS", "Số chữ số thập phân", "Decimals"),
    ("REPYEAREND", "Ngày cuối của năm báo cáo", "Last day of the reporting year, which bears the number of the calendar year in which it ends"),
];

#[derive(Template)]
#[template(path = "sdmx/structure.xml")]
struct Page<'p> {
    id: &'p str,
    prepared: &'p str,
    has_dataflow: bool,
    has_data_structure: bool,
    concepts: &'static [(&'static str, &'static str, &'static str)],
    codelists: Vec<Codelist>,
}

/// Writes a message; `id` and `prepared` are those of its header.
#[must_use]
pub fn write((id, prepared): (&str, &str), asked: &[Artefact], catalogue: &Catalogue) -> String {
    let page = Page {
        id,
        prepared,
        has_dataflow: asked.contains(&Artefact::Dataflow),
        has_data_structure: asked.contains(&Artefact::DataStructure),
        concepts: if asked.contains(&Artefact::Concepts) { &CONCEPTS } else { &[] },
        codelists: asked.iter().filter_map(|artefact| codelist(*artefact, catalogue)).collect(),
    };
    // Texts can always be written to memory.
    page.render().unwrap_or_default()
}

fn codelist(artefact: Artefact, catalogue: &Catalogue) -> Option<Codelist> {
    let item = |id: &str, vi: &str, en: &str| Item {
        id: id.to_owned(),
        vi: vi.to_owned(),
        en: en.to_owned(),
        ..Item::default()
    };
    let (vi, en, codes) = match artefact {
        Artefact::Dataflow | Artefact::DataStructure | Artefact::Concepts => return None,
        Artefact::Frequencies => {
            let code = |frequency: Frequency| item(frequency.code(), frequency.labels().0, frequency.labels().1);
            ("Tần suất", "Frequencies", Frequency::ALL.map(code).to_vec())
        }
        Artefact::Units => {
            let units = catalogue.units.iter();
            let codes = units.map(|it| Item { parent: it.superior.clone(), ..item(&it.code, &it.vi, &it.en) });
            ("Cơ quan, đơn vị", "Units", codes.collect())
        }
        Artefact::Measures => {
            let measures = catalogue.measures.iter();
            let codes = measures.map(|it| Item { description: it.description.clone(), ..item(&it.code, &it.vi, &it.en) });
            ("Chỉ tiêu", "Measures", codes.collect())
        }
        Artefact::Statuses => {
            let codes = STATUSES.map(|(code, vi, en)| item(code, vi, en));
            ("Tình trạng số liệu", "Observation statuses", codes.to_vec())
        }
    };
    Some(Codelist { id: artefact.id(), vi, en, codes })
}
