use super::super::document::Reading;
use super::super::parts::{Part, split};
use super::super::units::UnitIndex;
use super::*;
use crate::table::Locale;

const HEADING: &str =
    "id,received_date,kind,signer_count,processed_date,qualified,competence,handling,matter";

fn read(document: Result<Document, String>) -> (Vec<ImportRow>, SkippedRows) {
    let (document, unit) = (document.unwrap(), "units/a".parse().unwrap());
    let mut source = Rows::of(&document, None).unwrap();
    let owner = RowOwner { unit: &unit, units: &UnitIndex::default(), skips_others: false };
    let (mut rows, mut skipped) = (Vec::new(), SkippedRows::default());
    while let Some(row) = source.next(owner, &mut skipped).unwrap() {
        rows.push(row);
    }
    (rows, skipped)
}

fn csv_with(reading: Reading, content: &str) -> Result<Document, String> {
    Document::of_csv(content.to_owned(), RecordKind::Petition, reading)
}

fn csv(content: &str) -> Result<Document, String> {
    csv_with(Reading::default(), content)
}

fn refused(skipped: &SkippedRows) -> Vec<(i64, &str, &str)> {
    skipped.refused.iter().map(|row| (row.line, row.field.as_str(), row.reason.as_str())).collect()
}

fn ids(rows: &[ImportRow]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

#[test]
fn spreadsheets_habits_are_read() {
    let plain = format!("{HEADING}\np1,2023-03-05,complaint,2,,,,,m1\n");
    let (expected, skipped) = read(csv(&plain));
    assert!(skipped.refused.is_empty());
    assert_eq!(expected.len(), 1);
    for content in [plain.replace('\n', "\r\n"), plain.replace(',', ";"), plain.replace(',', "\t")] {
        assert_eq!(read(csv(&content)).0, expected);
    }
    let Some(Record::Petition(petition)) = &expected[0].record else { panic!() };
    assert_eq!(petition.matter, "units/a/matters/m1");
}

#[test]
fn headings_are_known_in_vietnamese_below_titles() {
    let content = "SỞ NỘI VỤ,,,\n,,,\nSổ tiếp nhận đơn,,,\nSTT,Mã đơn,NGÀY NHẬN,Loại  đơn\n(1),(2),(3),(4)\n1,p1,2023-03-05,Khiếu nại\n,,,\nTổng cộng,1,,\n";
    let (rows, skipped) = read(csv(content));
    assert_eq!((ids(&rows), rows[0].line), (vec!["p1"], 6));
    assert!(skipped.refused.is_empty());
    assert_eq!(skipped.empty, 1);
    assert_eq!(skipped.lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [5, 8]);
    let plain = csv(&format!("{HEADING}\np1,2023-03-05,complaint,,,,,,\n"));
    assert_eq!(read(plain).0[0].record, rows[0].record);
}

#[test]
fn columns_for_the_forms_may_be_left_out() {
    let content = format!(
        "{HEADING},subject,Tình trạng giải quyết,instance,replied_date,at_reception\n\
         p1,2023-03-05,complaint,2,2023-03-06,yes,within,accepted,,Đất đai,Đã giải quyết lần đầu,second,2023-03-09,x\n"
    );
    let (rows, skipped) = read(csv(&content));
    assert!(skipped.refused.is_empty(), "{skipped:?}");
    let Some(Record::Petition(petition)) = &rows[0].record else { panic!() };
    assert_eq!(petition.subject(), thidua_proto::statistics::PetitionSubject::Land);
    assert_eq!(petition.prior_resolution(), thidua_proto::statistics::PriorResolution::First);
    assert_eq!(petition.instance(), thidua_proto::statistics::MatterInstance::Second);
    assert!(petition.at_reception && !petition.repeats_matter && petition.replied_date.is_some());
}

#[test]
fn what_cannot_be_read_is_told_by_line_and_field() {
    let content =
        format!("{HEADING}\np1,05.03.2023,complaint,3.704,,perhaps,,,\np2,2023-03-05,letter,,,,,,#N/A\n");
    let (rows, skipped) = read(csv(&content));
    assert!(rows.is_empty());
    let expected = [
        (2, "petition.received_date", "MALFORMED"),
        (2, "petition.signer_count", "AMBIGUOUS_NUMBER"),
        (2, "petition.qualified", "MALFORMED"),
        (3, "petition.kind", "MALFORMED"),
        (3, "petition.matter", "MALFORMED"),
    ];
    assert_eq!(refused(&skipped), expected);
}

#[test]
fn vietnamese_reasons_are_wholly_vietnamese() {
    let content = format!(
        "{HEADING}\np1,soon,letter,many,x,perhaps,#N/A,stored,\np2,2023-03-05\np3,2023-03-05,complaint,,,,,,,more\n"
    );
    let mut texts: Vec<String> =
        read(csv(&content)).1.refused.into_iter().map(|row| row.localized_description).collect();
    let json = "{\"id\":7}\nnonsense\n{\"id\":\"p\",\"kind\":\"X\"}\n";
    let json = Document::of_json_lines(json.to_owned(), RecordKind::Petition, Reading::default());
    texts.extend(read(json).1.refused.into_iter().map(|row| row.localized_description));
    assert!(texts.len() >= 10, "{texts:?}");
    for text in texts {
        let said = text.split('“').map(|part| part.split_once('”').map_or(part, |(_, after)| after));
        let said = said.collect::<String>();
        for word in ["the ", " a ", " or ", " of ", "one ", "like", "day ", "number", "cells"] {
            assert!(!said.contains(word), "`{word}` in: {text}");
        }
    }
}

#[test]
fn a_file_of_an_english_machine_needs_its_locale() {
    let content = format!("{HEADING}\np1,3/5/2023,complaint,\"1,204\",,,,,\np2,3/15/2023,complaint,2,,,,,\n");
    let (rows, skipped) = read(csv(&content));
    assert!(rows.is_empty());
    let expected = [
        (2, "petition.received_date", "AMBIGUOUS_DATE"),
        (2, "petition.signer_count", "AMBIGUOUS_NUMBER"),
        (3, "petition.received_date", "NO_SUCH_DAY"),
    ];
    assert_eq!(refused(&skipped), expected);
    let (rows, skipped) =
        read(csv_with(Reading { locale: Some(Locale::En), ..Reading::default() }, &content));
    assert!(skipped.refused.is_empty());
    let Some(Record::Petition(petition)) = &rows[0].record else { panic!() };
    assert_eq!(petition.received_date, Some(thidua_proto::Date { year: 2023, month: 3, day: 5 }));
    assert_eq!(petition.signer_count, Some(1204));
}

#[test]
fn a_row_with_a_cell_too_few_or_too_many_is_refused_alone() {
    let content = format!(
        "{HEADING}\np1,2023-03-05\np2,2023-03-05,complaint,,,,,,\np3,2023-03-05,complaint,,,,,,,more\np4,2023-03-05,complaint,,,,,,,,\n"
    );
    let (rows, skipped) = read(csv(&content));
    assert_eq!(ids(&rows), ["p2", "p4"]);
    assert_eq!(refused(&skipped), [(2, "row", "MALFORMED"), (4, "row", "MALFORMED")]);
}

#[test]
fn a_wrong_heading_is_a_wrong_file() {
    let error = csv("id,name,kind\n").unwrap_err();
    assert!(
        error.contains("missing (thiếu) received_date") && error.contains("unknown (không nhận ra) name"),
        "{error}"
    );
    assert!(csv("").unwrap_err().contains("no heading row"));
    let twice = csv("id,Ngày nhận,received_date,kind\n").unwrap_err();
    assert!(twice.contains("`received_date` stands for a column that is there already"), "{twice}");
    let far = format!("{}id,received_date,kind\n", "a title\n".repeat(20));
    assert!(csv(&far).unwrap_err().contains("no heading row"));
}

#[test]
fn unknown_columns_are_left_out_only_where_that_is_said() {
    let content = "id,received_date,kind,Phone\np1,2023-03-05,complaint,0912\n";
    assert!(csv(content).unwrap_err().contains("Phone"));
    let reading = Reading { ignore_columns: true, ..Reading::default() };
    assert_eq!(ids(&read(csv_with(reading, content)).0), ["p1"]);
    let untitled = "id,received_date,kind,\np1,2023-03-05,complaint,x\np2,2023-03-05,complaint,\n";
    let (rows, skipped) = read(csv(untitled));
    assert_eq!((ids(&rows), refused(&skipped)), (vec!["p2"], vec![(2, "row", "MALFORMED")]));
}

#[test]
fn rows_of_another_unit_are_refused() {
    let content =
        "unit,id,received_date,kind\nunits/a,p1,2023-03-05,complaint\nunits/b,p2,2023-03-05,complaint\n";
    let (rows, skipped) = read(csv(content));
    assert_eq!((ids(&rows), refused(&skipped)), (vec!["p1"], vec![(3, "unit", "MALFORMED")]));
}

/// Two units of whom tables tell.
fn known() -> UnitIndex {
    let unit = |name: &str, display_name: &str| thidua_proto::statistics::Unit {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        ..Default::default()
    };
    UnitIndex::of(&[unit("units/so-a", "Sở A"), unit("units/so-b", "Sở B")])
}

/// The rows of each part, and what is skipped of those of none.
fn routed(document: &Document) -> (Vec<(String, Vec<String>)>, SkippedRows) {
    let known = known();
    let (parts, mut skipped) = split(document, &known).unwrap();
    let of = |part: &Part, skipped: &mut SkippedRows| {
        let mut source = Rows::of(document, part.begin).unwrap();
        let owner = RowOwner { unit: &part.unit, units: &known, skips_others: true };
        let mut rows = Vec::new();
        let mut own = SkippedRows::default();
        while let Some(row) = source.next(owner, &mut own).unwrap() {
            rows.push(format!("{} {}", row.line, row.id));
        }
        skipped.extend(own, false);
        (part.unit.to_string(), rows)
    };
    (parts.iter().map(|part| of(part, &mut skipped)).collect(), skipped)
}

#[test]
fn a_column_of_units_routes_each_row_to_its_own() {
    let content = "Sổ tiếp nhận đơn\r\n\r\nĐơn vị,Mã đơn,Ngày nhận,Loại đơn\r\n(1),(2),(3),(4)\r\nunits/so-a,p1,2023-03-05,Khiếu nại\r\n\r\nSở B,p1,2023-03-05,Tố cáo\r\nso-a,p2,hôm qua,Tố cáo\r\nunits/so-c,p3,2023-03-05,Tố cáo\r\n,p4,2023-03-05,Tố cáo\r\nunits/so-a,p5,2023-03-05,\"Tố cáo\"\r\nTổng cộng,5,,\r\n";
    let (parts, skipped) = routed(&csv(content).unwrap());
    let expected = [("units/so-a", vec!["5 p1", "11 p5"]), ("units/so-b", vec!["7 p1"])];
    let expected =
        expected.map(|(unit, rows)| (unit.to_owned(), rows.into_iter().map(str::to_owned).collect()));
    assert_eq!(parts, expected);
    let mut faults = refused(&skipped);
    faults.sort_unstable();
    let expected =
        [(8, "petition.received_date", "MALFORMED"), (9, "unit", "MALFORMED"), (10, "unit", "REQUIRED")];
    assert_eq!(faults, expected);
    // SkippedRows once, and not again with every part.
    assert_eq!(skipped.lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 12]);
    let near = skipped.refused.iter().find(|row| row.line == 9).unwrap();
    assert!(near.description.contains("units/so-a") && near.localized_description.contains("units/so-a"));
}

#[test]
fn json_lines_are_routed_by_their_names() {
    let line =
        |names: &str, id: &str| format!("{{{names}\"id\":\"{id}\",\"kind\":\"PETITION_KIND_COMPLAINT\"}}\n");
    let content = [
        line("\"name\":\"units/so-a/petitions/p1\",", "p1"),
        line("\"unit\":\"so-b\",", "p2"),
        "nonsense\n".to_owned(),
        line("", "p3"),
        line("\"name\":\"units/so-a/petitions/p4\",", "p4"),
    ];
    let json = || Document::of_json_lines(content.concat(), RecordKind::Petition, Reading::default());
    let (parts, skipped) = routed(&json().unwrap());
    let expected = [("units/so-a", vec!["1 p1", "5 p4"]), ("units/so-b", vec!["2 p2"])];
    let expected =
        expected.map(|(unit, rows)| (unit.to_owned(), rows.into_iter().map(str::to_owned).collect()));
    assert_eq!(parts, expected);
    assert_eq!(refused(&skipped), [(3, "line", "MALFORMED"), (4, "unit", "REQUIRED")]);
    // For one unit, those of others are refused, and those that do not say are its own.
    let (rows, skipped) = read(json());
    assert_eq!(ids(&rows), ["p3"]);
    assert_eq!(
        refused(&skipped).iter().map(|(line, field, _)| (*line, *field)).collect::<Vec<_>>(),
        [(1, "unit"), (2, "unit"), (3, "line"), (5, "unit")]
    );
}

#[test]
fn totals_are_left_out_and_records_that_look_like_them_kept() {
    let content = "id,received_date,kind\ntong,2023-03-05,complaint\nCộng,,\n";
    let (rows, skipped) = read(csv(content));
    assert_eq!((ids(&rows), skipped.lines.len()), (vec!["tong"], 1));
}

#[test]
fn legacy_text_is_refused_or_converted() {
    let kinds = RecordKind::Inspection;
    let heading = "id,title,kind,basis,start_date,inspected_unit_count";
    let content = format!("{heading}\nt1,Thanh tra Së Néi vô,check,planned,2023-03-05,1\n");
    let error = Document::of_csv(content.clone(), kinds, Reading::default()).unwrap_err();
    assert!(
        error.contains("line 2") && error.contains("Së") && error.contains("--encoding tcvn3"),
        "{error}"
    );
    let reading = Reading { encoding: Some(super::super::legacy::Encoding::Tcvn3), ..Reading::default() };
    let (rows, _) = read(Document::of_csv(content, kinds, reading.clone()));
    let Some(Record::Inspection(inspection)) = &rows[0].record else { panic!() };
    assert_eq!(inspection.title, "Thanh tra Sở Nội vụ");
    let mixed = format!("{heading}\nt1,Sở Néi vô,check,planned,2023-03-05,1\n");
    let (_, skipped) = read(Document::of_csv(mixed, kinds, reading));
    assert_eq!(refused(&skipped), [(2, "inspection.title", "MALFORMED")]);
}

#[test]
fn json_lines_are_records() {
    let content = "{\"id\":\"p1\",\"receivedDate\":{\"year\":2023,\"month\":3,\"day\":5},\"kind\":\"PETITION_KIND_COMPLAINT\"}\n\nnonsense\n";
    let (rows, skipped) =
        read(Document::of_json_lines(content.to_owned(), RecordKind::Petition, Reading::default()));
    assert_eq!(ids(&rows), ["p1"]);
    assert_eq!(refused(&skipped), [(3, "line", "MALFORMED")]);
}
