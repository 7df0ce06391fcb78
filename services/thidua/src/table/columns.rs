//! The columns of the table of each kind: one line a field, with what it is read and written by, and the headings that it goes by
//! beside the field's own name. Headings are compared without marks, case and spacing; the first is written.

use thidua_proto::names::{RecordKind, UnitName};
use thidua_proto::parse::Problem;
use thidua_proto::statistics as proto;
use thidua_proto::statistics::{export_row, import_row};

use super::cell::{Cell, Customs, Wording};
use super::codec::{DAY, FLAG, INSPECTION_EVENTS, INTEGER, MATTER_EVENTS, OPTIONAL_INTEGER, TEXT};
use super::words::{
    BASIS, COMPETENCE, HANDLING, INSPECTION_KIND, INSTANCE, MODE, OUTCOME, PETITION_COMPETENCE,
    PETITION_KIND, PRIOR_RESOLUTION, SUBJECT,
};

/// A field's column.
struct Column<M: 'static> {
    title: Title,
    read: fn(&mut M, &Cell<'_>, Customs) -> Result<(), Problem>,
    write: for<'m> fn(&'m M, Wording) -> Cell<'m>,
}

/// What a column goes by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Title {
    /// The field of the record.
    pub(crate) field: &'static str,
    /// Whether a table without it is no table of that kind.
    pub(crate) required: bool,
    /// Its headings, beside the field's name.
    pub(crate) headings: &'static [&'static str],
}

/// A kind's columns: `field: CODEC [headings]`, with `(required)` after the field where no table goes without it.
macro_rules! columns {
    ($message:ty: $($field:ident $(($required:ident))?: $codec:ident [$($heading:literal),* $(,)?]),* $(,)?) => {
        &[$(Column {
            title: Title {
                field: stringify!($field),
                required: !concat!("" $(, stringify!($required))?).is_empty(),
                headings: &[$($heading),*],
            },
            read: |record: &mut $message, cell, customs| {
                record.$field = ($codec.read)(cell, customs)?;
                Ok(())
            },
            write: |record: &$message, wording| ($codec.write)(&record.$field, wording),
        }),*]
    };
}

const INSPECTION: &[Column<proto::Inspection>] = columns!(proto::Inspection:
    title (required): TEXT ["Nội dung thanh tra, kiểm tra", "Nội dung", "Tên cuộc", "Tên cuộc thanh tra", "Nội dung thanh tra"],
    kind (required): INSPECTION_KIND ["Loại", "Loại cuộc", "Loại hình", "Hình thức thanh tra"],
    basis (required): BASIS ["Căn cứ", "Theo kế hoạch hay đột xuất", "Kế hoạch/Đột xuất"],
    thematic: FLAG ["Chuyên đề", "Thanh tra chuyên đề"],
    reinspection: FLAG ["Thanh tra lại"],
    start_date (required): DAY ["Ngày bắt đầu", "Ngày triển khai", "Ngày công bố"],
    conclusion_date: DAY ["Ngày kết luận", "Ngày ban hành kết luận"],
    inspected_unit_count (required): INTEGER ["Số đơn vị được thanh tra, kiểm tra", "Số đơn vị", "Số đơn vị được thanh tra"],
    recovery_amount_vnd: INTEGER ["Kiến nghị thu hồi tiền (đồng)", "Tiền kiến nghị thu hồi (đồng)"],
    recovery_area_m2: INTEGER ["Kiến nghị thu hồi đất (m2)", "Kiến nghị thu hồi đất (m²)", "Đất kiến nghị thu hồi (m2)"],
    other_amount_vnd: INTEGER ["Kiến nghị xử lý khác về tiền (đồng)", "Tiền kiến nghị xử lý khác (đồng)"],
    other_area_m2: INTEGER ["Kiến nghị xử lý khác về đất (m2)", "Kiến nghị xử lý khác về đất (m²)", "Đất kiến nghị xử lý khác (m2)"],
    handled_organization_count: INTEGER ["Số tổ chức kiến nghị xử lý hành chính", "Số tổ chức"],
    handled_person_count: INTEGER ["Số cá nhân kiến nghị xử lý hành chính", "Số cá nhân"],
    referred_case_count: INTEGER ["Số vụ chuyển cơ quan điều tra", "Số vụ chuyển"],
    referred_person_count: INTEGER ["Số đối tượng chuyển cơ quan điều tra", "Số đối tượng chuyển"],
    policy_document_count: INTEGER ["Số văn bản kiến nghị hoàn thiện", "Số văn bản kiến nghị hoàn thiện cơ chế, chính sách"],
    executions: INSPECTION_EVENTS ["Thực hiện kết luận (JSON)"],
);

const RECEPTION: &[Column<proto::Reception>] = columns!(proto::Reception:
    reception_date (required): DAY ["Ngày tiếp", "Ngày tiếp công dân"],
    mode (required): MODE ["Hình thức tiếp", "Hình thức", "Người tiếp"],
    people_count (required): INTEGER ["Số người", "Số người được tiếp", "Số công dân"],
    first_time_matter_count: INTEGER ["Số vụ việc tiếp lần đầu", "Vụ việc lần đầu"],
    repeat_matter_count: INTEGER ["Số vụ việc tiếp nhiều lần", "Vụ việc nhiều lần"],
    matter: TEXT ["Vụ việc", "Vụ việc liên quan"],
    opens_session: FLAG ["Mở kỳ tiếp", "Kỳ tiếp"],
);

const PETITION: &[Column<proto::Petition>] = columns!(proto::Petition:
    received_date (required): DAY ["Ngày nhận", "Ngày tiếp nhận", "Ngày nhận đơn", "Ngày đến"],
    kind (required): PETITION_KIND ["Loại đơn", "Loại", "Phân loại đơn"],
    signer_count: OPTIONAL_INTEGER ["Số người đứng tên", "Số người", "Số người ký"],
    processed_date: DAY ["Ngày xử lý", "Ngày xử lý đơn"],
    qualified: FLAG ["Đủ điều kiện xử lý", "Đủ điều kiện"],
    competence: PETITION_COMPETENCE ["Thẩm quyền"],
    handling: HANDLING ["Kết quả xử lý", "Hướng xử lý", "Xử lý"],
    matter: TEXT ["Vụ việc", "Vụ việc liên quan"],
    anonymous: FLAG ["Nặc danh", "Đơn nặc danh"],
    subject: SUBJECT ["Lĩnh vực", "Nội dung đơn"],
    prior_resolution: PRIOR_RESOLUTION ["Tình trạng giải quyết", "Tình trạng"],
    instance: INSTANCE ["Lần giải quyết", "Cấp giải quyết"],
    at_reception: FLAG ["Nhận khi tiếp công dân", "Qua tiếp công dân"],
    repeats_matter: FLAG ["Trùng vụ việc", "Đơn trùng"],
    replied_date: DAY ["Ngày phúc đáp", "Ngày có văn bản phúc đáp"],
    complex: FLAG ["Vụ việc phức tạp"],
    remote: FLAG ["Vùng sâu, vùng xa"],
    content_token: TEXT ["Mã nội dung"],
    several_places: FLAG ["Kiểm tra tại nhiều địa điểm", "Kiểm tra nhiều nơi hoặc ủy quyền"],
);

const MATTER: &[Column<proto::Matter>] = columns!(proto::Matter:
    kind (required): PETITION_KIND ["Loại vụ việc", "Loại"],
    competence (required): COMPETENCE ["Thẩm quyền"],
    accepted_date (required): DAY ["Ngày thụ lý"],
    instance: INSTANCE ["Lần giải quyết", "Cấp giải quyết"],
    due_date: DAY ["Thời hạn giải quyết", "Hạn giải quyết", "Ngày hết hạn"],
    resolved_date: DAY ["Ngày giải quyết", "Ngày giải quyết xong"],
    outcome: OUTCOME ["Kết quả giải quyết", "Kết quả"],
    petition_count: OPTIONAL_INTEGER ["Số đơn"],
    recovery_amount_vnd: INTEGER ["Thu hồi cho Nhà nước: tiền (đồng)"],
    recovery_area_m2: INTEGER ["Thu hồi cho Nhà nước: đất (m2)", "Thu hồi cho Nhà nước: đất (m²)"],
    return_organization_amount_vnd: INTEGER ["Trả lại cho tổ chức: tiền (đồng)"],
    return_organization_area_m2: INTEGER ["Trả lại cho tổ chức: đất (m2)", "Trả lại cho tổ chức: đất (m²)"],
    return_person_amount_vnd: INTEGER ["Trả lại cho cá nhân: tiền (đồng)"],
    return_person_area_m2: INTEGER ["Trả lại cho cá nhân: đất (m2)", "Trả lại cho cá nhân: đất (m²)"],
    benefited_organization_count: INTEGER ["Số tổ chức được trả lại quyền lợi"],
    benefited_person_count: INTEGER ["Số cá nhân được trả lại quyền lợi"],
    handled_person_count: INTEGER ["Số người bị kiến nghị xử lý"],
    handled_official_count: INTEGER ["Số cán bộ, công chức bị kiến nghị xử lý"],
    referred_case_count: INTEGER ["Số vụ chuyển cơ quan điều tra", "Số vụ chuyển"],
    referred_person_count: INTEGER ["Số đối tượng chuyển cơ quan điều tra", "Số đối tượng chuyển"],
    referred_official_count: INTEGER ["Số cán bộ, công chức chuyển cơ quan điều tra"],
    requires_execution: FLAG ["Phải tổ chức thực hiện", "Phải thực hiện"],
    executions: MATTER_EVENTS ["Tổ chức thực hiện (JSON)"],
    complex: FLAG ["Vụ việc phức tạp"],
    remote: FLAG ["Vùng sâu, vùng xa"],
    extension_count: INTEGER ["Số lần gia hạn"],
    content_token: TEXT ["Mã nội dung"],
    disciplinary: FLAG ["Khiếu nại quyết định kỷ luật"],
);

/// What the column of ids goes by.
pub(crate) fn id_title(kind: RecordKind) -> Title {
    let headings: &[&str] = match kind {
        RecordKind::Inspection => &["Mã cuộc", "Mã cuộc thanh tra", "Mã", "Mã số", "Số hiệu"],
        RecordKind::Reception => &["Mã lượt", "Mã lượt tiếp", "Mã", "Mã số", "Số hiệu"],
        RecordKind::Petition => &["Mã đơn", "Số đơn", "Mã", "Mã số", "Số hiệu"],
        RecordKind::Matter => &["Mã vụ việc", "Số vụ việc", "Mã", "Mã số", "Số hiệu"],
    };
    Title { field: "id", required: true, headings }
}

/// What the column of units goes by, where a table is of several.
pub(crate) const UNIT: Title = Title { field: "unit", required: false, headings: &["Đơn vị"] };

/// The columns of a kind beside `id`, in the order of [`record`]'s indexes and of [`cells`].
pub(crate) fn titles(kind: RecordKind) -> Vec<Title> {
    fn titles<M>(columns: &[Column<M>]) -> Vec<Title> {
        columns.iter().map(|column| column.title).collect()
    }
    match kind {
        RecordKind::Inspection => titles(INSPECTION),
        RecordKind::Reception => titles(RECEPTION),
        RecordKind::Petition => titles(PETITION),
        RecordKind::Matter => titles(MATTER),
    }
}

/// The record of a row, from its cells by column; what cannot be read is told with its field.
pub(crate) fn record<'c>(
    kind: RecordKind,
    unit: &UnitName,
    cells: impl Iterator<Item = (usize, &'c Cell<'c>)>,
    customs: Customs,
    refuse: &mut impl FnMut(String, Problem),
) -> import_row::Record {
    use import_row::Record;
    fn fill<'c, M: Default>(
        columns: &[Column<M>],
        kind: RecordKind,
        cells: impl Iterator<Item = (usize, &'c Cell<'c>)>,
        customs: Customs,
        refuse: &mut impl FnMut(String, Problem),
    ) -> M {
        let mut record = M::default();
        for (index, cell) in cells {
            if let Some(column) = columns.get(index)
                && let Err(problem) = (column.read)(&mut record, cell, customs)
            {
                refuse(format!("{}.{}", kind.singular(), column.title.field), problem);
            }
        }
        record
    }
    match kind {
        RecordKind::Inspection => Record::Inspection(fill(INSPECTION, kind, cells, customs, refuse)),
        RecordKind::Reception => {
            let mut reception: proto::Reception = fill(RECEPTION, kind, cells, customs, refuse);
            reception.matter = full_name(unit, &reception.matter);
            Record::Reception(reception)
        }
        RecordKind::Petition => {
            let mut petition: proto::Petition = fill(PETITION, kind, cells, customs, refuse);
            petition.matter = full_name(unit, &petition.matter);
            Record::Petition(petition)
        }
        RecordKind::Matter => Record::Matter(fill(MATTER, kind, cells, customs, refuse)),
    }
}

/// An office writes the number of its own matter; another unit's is written as a full name.
fn full_name(unit: &UnitName, matter: &str) -> String {
    if matter.is_empty() || matter.contains('/') {
        matter.to_owned()
    } else {
        format!("{unit}/matters/{matter}")
    }
}

/// A record's name, and its cells, one a column.
pub(crate) fn cells(record: &export_row::Record, wording: Wording) -> (&str, Vec<Cell<'_>>) {
    use export_row::Record;
    fn write<'m, M>(columns: &[Column<M>], record: &'m M, wording: Wording) -> Vec<Cell<'m>> {
        columns.iter().map(|column| (column.write)(record, wording)).collect()
    }
    match record {
        Record::Inspection(record) => (&record.name, write(INSPECTION, record, wording)),
        Record::Reception(record) => (&record.name, write(RECEPTION, record, wording)),
        Record::Petition(record) => (&record.name, write(PETITION, record, wording)),
        Record::Matter(record) => (&record.name, write(MATTER, record, wording)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use thidua_proto::resource::Resource;
    use thidua_statistics::domain::text::search::search_key;

    use super::*;

    #[test]
    fn every_field_has_one_column() {
        let fields =
            |kind| titles(kind).iter().map(|title| title.field.to_owned()).collect::<BTreeSet<String>>();
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
        assert_eq!(fields(RecordKind::Inspection), set(proto::Inspection::CHANGEABLE));
        assert_eq!(fields(RecordKind::Reception), set(proto::Reception::CHANGEABLE));
        assert_eq!(fields(RecordKind::Petition), set(proto::Petition::CHANGEABLE));
        assert_eq!(fields(RecordKind::Matter), set(proto::Matter::CHANGEABLE));
    }

    #[test]
    fn no_heading_means_two_columns() {
        for kind in RecordKind::ALL {
            let all = titles(kind).into_iter().chain([id_title(kind), UNIT]);
            let mut seen = BTreeSet::new();
            for title in all {
                let own: BTreeSet<String> =
                    title.headings.iter().chain([&title.field]).map(|one| search_key(one)).collect();
                for key in own {
                    assert!(seen.insert(key.clone()), "{kind:?}: `{key}` twice");
                }
            }
        }
    }
}
