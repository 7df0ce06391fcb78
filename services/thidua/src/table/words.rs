//! Cells that hold one of a few words: as the API spells them, with or without their prefix, or in Vietnamese.

use std::borrow::Cow;

use thidua_proto::parse::Problem;
use thidua_proto::statistics as proto;
use thidua_statistics::domain::text::search::search_key;

use super::cell::{Cell, Wording};
use super::codec::{Codec, text};

/// A value's word in the API, and its Vietnamese names, the first of which is written.
type Word = (&'static str, &'static [&'static str]);

/// A codec of an enum's numbers; the cell is empty for none. `optional` ones are those of a field that may be left out.
macro_rules! words {
    ($name:ident, $kind:ty, $prefix:literal, $($word:literal $names:expr),* $(,)?) => {
        words!(@codec $name: i32, 0, |number| number, |number: &i32| *number, $kind, $prefix, $($word $names),*);
    };
    (optional $name:ident, $kind:ty, $prefix:literal, $($word:literal $names:expr),* $(,)?) => {
        words!(
            @codec $name: Option<i32>, None, Some, |number: &Option<i32>| number.unwrap_or_default(),
            $kind, $prefix, $($word $names),*
        );
    };
    (@codec $name:ident: $field:ty, $none:expr, $some:expr, $number:expr, $kind:ty, $prefix:literal, $($word:literal $names:expr),*) => {
        pub(super) const $name: Codec<$field> = Codec {
            read: |cell, _| {
                let Some(word) = find(cell, $prefix, &[$(($word, &$names)),*])? else { return Ok($none) };
                let name = format!("{}{}", $prefix, word.to_uppercase());
                Ok($some(<$kind>::from_str_name(&name).map_or(0, i32::from)))
            },
            write: |field, wording| {
                let name = <$kind>::try_from($number(field)).map_or("", |value| value.as_str_name());
                written(name.strip_prefix($prefix).unwrap_or_default(), wording, &[$(($word, &$names)),*])
            },
        };
    };
}

words!(
    INSPECTION_KIND, proto::InspectionKind, "INSPECTION_KIND_",
    "administrative" ["Thanh tra hành chính", "Hành chính"],
    "specialized" ["Thanh tra chuyên ngành", "Chuyên ngành"],
    "check" ["Kiểm tra"],
);
words!(
    BASIS, proto::InspectionBasis, "INSPECTION_BASIS_",
    "planned" ["Theo kế hoạch", "Kế hoạch"],
    "unplanned" ["Đột xuất"],
);
words!(
    MODE, proto::ReceptionMode, "RECEPTION_MODE_",
    "regular" ["Thường xuyên", "Tiếp thường xuyên", "Tiếp công dân thường xuyên"],
    "head" ["Thủ trưởng tiếp", "Thủ trưởng"],
    "delegated" ["Ủy quyền tiếp", "Ủy quyền"],
);
words!(
    PETITION_KIND, proto::PetitionKind, "PETITION_KIND_",
    "complaint" ["Khiếu nại", "Đơn khiếu nại", "KN"],
    "denunciation" ["Tố cáo", "Đơn tố cáo", "TC"],
    "proposal" ["Kiến nghị, phản ánh", "Đơn kiến nghị, phản ánh", "KNPA"],
);
words!(
    COMPETENCE,
    proto::Competence,
    "COMPETENCE_",
    "within"["Thuộc thẩm quyền"],
    "outside"["Không thuộc thẩm quyền"],
);
words!(
    optional PETITION_COMPETENCE,
    proto::Competence,
    "COMPETENCE_",
    "within"["Thuộc thẩm quyền"],
    "outside"["Không thuộc thẩm quyền"],
);
words!(
    optional HANDLING,
    proto::PetitionHandling,
    "PETITION_HANDLING_",
    "accepted"["Thụ lý"],
    "guided"["Hướng dẫn"],
    "forwarded"["Chuyển đơn"],
    "urged"["Đôn đốc"],
    "returned"["Trả đơn"],
    "stored"["Lưu đơn"],
);
words!(
    optional SUBJECT, proto::PetitionSubject, "PETITION_SUBJECT_",
    "policy" ["Chế độ, chính sách", "Chính sách"],
    "land" ["Đất đai, nhà cửa", "Đất đai"],
    "officials" ["Cán bộ, công chức, viên chức", "Cán bộ"],
    "other_administrative" ["Hành chính khác"],
    "corruption" ["Tham nhũng"],
    "judicial" ["Tư pháp"],
    "party" ["Đảng, đoàn thể"],
    "other" ["Khác"],
);
words!(
    optional PRIOR_RESOLUTION, proto::PriorResolution, "PRIOR_RESOLUTION_",
    "none" ["Chưa giải quyết"],
    "in_progress" ["Đang giải quyết"],
    "first" ["Đã giải quyết lần đầu", "Đã có kết luận"],
    "second" ["Đã giải quyết lần hai", "Đã giải quyết nhiều lần"],
    "judgment" ["Đã có bản án, quyết định của tòa", "Đã có bản án"],
    "overdue" ["Quá hạn chưa giải quyết", "Quá hạn"],
);
words!(
    optional INSTANCE, proto::MatterInstance, "MATTER_INSTANCE_",
    "first" ["Lần đầu"],
    "second" ["Lần hai", "Tố cáo tiếp"],
);
words!(
    optional OUTCOME, proto::MatterOutcome, "MATTER_OUTCOME_",
    "upheld" ["Đúng"],
    "rejected" ["Sai"],
    "partly_upheld" ["Đúng một phần", "Có đúng có sai"],
    "withdrawn" ["Rút đơn"],
    "discontinued" ["Đình chỉ"],
);

/// The word that a cell holds, however it is spelled.
fn find(cell: &Cell<'_>, prefix: &str, words: &[Word]) -> Result<Option<&'static str>, Problem> {
    let written = text(cell)?;
    if written.is_empty() {
        return Ok(None);
    }
    let without_prefix = written.strip_prefix(prefix).map(str::to_lowercase);
    let short = without_prefix.as_ref().unwrap_or(&written);
    if let Some((word, _)) = words.iter().find(|(word, _)| word == short) {
        return Ok(Some(word));
    }
    let key = search_key(&written);
    let matches =
        |(word, names): &&Word| search_key(word) == key || names.iter().any(|name| search_key(name) == key);
    if let Some((word, _)) = words.iter().find(matches) {
        return Ok(Some(word));
    }
    let all: Vec<String> =
        words.iter().map(|(word, names)| format!("{word} ({})", names.first().unwrap_or(&""))).collect();
    let names: Vec<String> =
        words.iter().map(|(_, names)| format!("“{}”", names.first().unwrap_or(&""))).collect();
    let (english, vietnamese) =
        (format!("one of {}", all.join(", ")), format!("một trong các giá trị {}", names.join(", ")));
    Err(Problem::malformed((&english, &vietnamese), &written))
}

fn written(name: &str, wording: Wording, words: &[Word]) -> Cell<'static> {
    let name = name.to_lowercase();
    let Some((word, names)) = words.iter().find(|(word, _)| *word == name) else { return Cell::Empty };
    let chosen = match wording {
        Wording::Fields => word,
        Wording::Vi => names.first().unwrap_or(word),
    };
    Cell::Text(Cow::Borrowed(chosen))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Customs;

    fn check<T: PartialEq + std::fmt::Debug>(codec: &Codec<T>, most: i32, of: impl Fn(i32) -> T) {
        for number in 1..=most {
            for wording in [Wording::Fields, Wording::Vi] {
                let field = of(number);
                let cell = (codec.write)(&field, wording);
                assert!(!cell.is_empty(), "{number}");
                assert_eq!((codec.read)(&cell, Customs::default()), Ok(of(number)), "{cell}");
            }
        }
        assert!((codec.write)(&of(0), Wording::Vi).is_empty());
        assert!((codec.write)(&of(most + 1), Wording::Vi).is_empty(), "a value has no word");
    }

    #[test]
    fn every_value_is_read_as_it_is_written_in_both_wordings() {
        for (codec, most) in
            [(&INSPECTION_KIND, 3), (&BASIS, 2), (&MODE, 3), (&PETITION_KIND, 3), (&COMPETENCE, 2)]
        {
            check(codec, most, |number| number);
        }
        for (codec, most) in [
            (&PETITION_COMPETENCE, 2),
            (&HANDLING, 6),
            (&SUBJECT, 8),
            (&PRIOR_RESOLUTION, 6),
            (&INSTANCE, 2),
            (&OUTCOME, 5),
        ] {
            check(codec, most, Some);
            assert_eq!((codec.read)(&Cell::Empty, Customs::default()), Ok(None));
        }
    }

    #[test]
    fn words_are_read_without_marks_and_case_and_others_refused() {
        let read = |text: &str| (PETITION_KIND.read)(&Cell::of_text(text.into()), Customs::default());
        for spelling in
            ["complaint", "COMPLAINT", "PETITION_KIND_COMPLAINT", "Khiếu nại", "khieu nai", "KHIẾU  NẠI"]
        {
            assert_eq!(read(spelling), Ok(1), "{spelling}");
        }
        assert_eq!(read(""), Ok(0));
        for other in ["letter", "PETITION_KIND_UNSPECIFIED", "INSPECTION_KIND_CHECK", "PETITION_KIND_"] {
            assert!(matches!(read(other), Err(Problem::Malformed { .. })), "{other}");
        }
        let other = (SUBJECT.read)(
            &Cell::of_text("PETITION_SUBJECT_OTHER_ADMINISTRATIVE".into()),
            Customs::default(),
        );
        assert_eq!(other, Ok(Some(proto::PetitionSubject::OtherAdministrative.into())));
    }
}
