//! Structures as SDMX-ML 2.1.

use askama::Template;

use super::artefact::Artefact;
use super::catalogue::Catalogue;
use super::data::STATUSES;
use super::header::MessageHeader;
use super::period::Frequency;
use super::xml::without_forbidden;

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

/// What a dimension, an attribute or a value means.
#[derive(Debug, Clone, Copy)]
struct Concept {
    id: &'static str,
    vi: &'static str,
    en: &'static str,
    /// How it is written where it is not a code; empty where it is. Some readers expect it of the concept itself.
    text_type: &'static str,
}

const CONCEPTS: [Concept; 9] = [
    Concept { id: "FREQ", vi: "Tần suất", en: "Frequency", text_type: "" },
    Concept { id: "UNIT_ID", vi: "Cơ quan, đơn vị", en: "Unit", text_type: "" },
    Concept { id: "MEASURE", vi: "Chỉ tiêu", en: "Measure", text_type: "" },
    Concept {
        id: "TIME_PERIOD", vi: "Kỳ báo cáo", en: "Reporting period", text_type: "ReportingTimePeriod"
    },
    Concept { id: "OBS_VALUE", vi: "Giá trị", en: "Value", text_type: "Decimal" },
    Concept { id: "OBS_STATUS", vi: "Tình trạng số liệu", en: "Observation status", text_type: "" },
    Concept { id: "UNIT_MEASURE", vi: "Đơn vị tính", en: "Unit of measure", text_type: "String" },
    Concept { id: "DECIMALS", vi: "Số chữ số thập phân", en: "Decimals", text_type: "Integer" },
    Concept {
        id: "REPYEAREND",
        vi: "Ngày cuối của năm báo cáo; năm báo cáo mang số của năm dương lịch có ngày này",
        en: "Last day of the reporting year, which bears the number of the calendar year in which it ends",
        text_type: "MonthDay",
    },
];

/// What the periods of a frequency are called, in Vietnamese and English.
const FREQUENCIES: [(Frequency, &str, &str); 4] = [
    (Frequency::Annual, "Năm báo cáo", "Reporting year"),
    (Frequency::HalfYearly, "Nửa năm báo cáo (6 tháng)", "Half a reporting year"),
    (Frequency::Quarterly, "Quý báo cáo", "Quarter of a reporting year"),
    (Frequency::Monthly, "Tháng báo cáo", "Month of a reporting year"),
];

#[derive(Template)]
#[template(path = "sdmx/structure.xml")]
struct Page<'p> {
    header: &'p MessageHeader,
    has_dataflow: bool,
    has_data_structure: bool,
    concepts: &'static [Concept],
    codelists: Vec<Codelist>,
}

/// Writes a message.
#[must_use]
pub fn write(header: &MessageHeader, asked: &[Artefact], catalogue: &Catalogue) -> String {
    let page = Page {
        header,
        has_dataflow: asked.contains(&Artefact::Dataflow),
        has_data_structure: asked.contains(&Artefact::DataStructure),
        concepts: if asked.contains(&Artefact::Concepts) { &CONCEPTS } else { &[] },
        codelists: asked.iter().filter_map(|artefact| codelist(*artefact, catalogue)).collect(),
    };
    // Texts can always be written to memory.
    without_forbidden(page.render().unwrap_or_default())
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
            let codes = FREQUENCIES.map(|(frequency, vi, en)| item(frequency.code(), vi, en));
            ("Tần suất", "Frequencies", codes.to_vec())
        }
        Artefact::Units => {
            let units = catalogue.units.iter();
            let codes =
                units.map(|it| Item { parent: it.superior.clone(), ..item(&it.code, &it.vi, &it.en) });
            ("Cơ quan, đơn vị", "Units", codes.collect())
        }
        Artefact::Measures => {
            let measures = catalogue.measures.iter();
            let codes = measures
                .map(|it| Item { description: it.description.clone(), ..item(&it.code, &it.vi, &it.en) });
            ("Chỉ tiêu", "Measures", codes.collect())
        }
        Artefact::Statuses => {
            let codes = STATUSES.map(|(code, vi, en)| item(code, vi, en));
            ("Tình trạng số liệu", "Observation statuses", codes.to_vec())
        }
    };
    Some(Codelist { id: artefact.id(), vi, en, codes })
}
