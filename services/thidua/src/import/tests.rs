//! Workbooks and tables that `LibreOffice` wrote (`tests/fixtures`, each beside the flat document that it was made from), read as
//! an import reads them.

use super::*;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn open(name: &str, reading: Reading) -> Result<Document, String> {
    Document::read(&fixture(name), RecordKind::Petition, reading)
}

/// What a document holds: rows that can be read, and what is skipped of the others.
fn read(document: &Document) -> (Vec<ImportRow>, SkippedRows) {
    let unit = "units/a".parse().unwrap();
    let mut source = Rows::of(document, None).unwrap();
    let owner = RowOwner { unit: &unit, units: &UnitIndex::default(), skips_others: false };
    let (mut rows, mut skipped) = (Vec::new(), SkippedRows::default());
    while let Some(row) = source.next(owner, &mut skipped).unwrap() {
        rows.push(row);
    }
    (rows, skipped)
}

fn petition(row: &ImportRow) -> &thidua_proto::statistics::Petition {
    let Some(thidua_proto::statistics::import_row::Record::Petition(petition)) = &row.record else {
        panic!("{row:?}")
    };
    petition
}

fn day(row: &ImportRow) -> String {
    thidua_proto::date::from_wire(petition(row).received_date.unwrap()).unwrap().to_string()
}

fn ids(rows: &[ImportRow]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

#[test]
fn a_clean_workbook_is_read_whole() {
    let (expected, skipped) = read(&open("clean.xlsx", Reading::default()).unwrap());
    assert!(skipped.refused.is_empty() && skipped.lines.is_empty() && skipped.empty == 0, "{skipped:?}");
    assert_eq!(ids(&expected), ["dt-1", "dt-2", "dt-3"]);
    assert_eq!(expected.iter().map(day).collect::<Vec<_>>(), ["2023-03-05", "2023-04-03", "2023-12-31"]);
    let first = petition(&expected[0]);
    assert!(first.qualified && first.kind == 1 && first.competence == Some(1) && first.handling == Some(1));
    assert_eq!(petition(&expected[1]).signer_count, Some(6));
    // The same, in the format before 2007, and counting days from 1904.
    for other in ["clean.xls", "clean-1904.xlsx"] {
        assert_eq!(read(&open(other, Reading::default()).unwrap()).0, expected, "{other}");
    }
}

#[test]
fn a_messy_workbook_is_read_as_far_as_it_is_certain() {
    let unknown = open("messy.xlsx", Reading::default()).unwrap_err();
    assert!(unknown.contains("Ghi chú của văn thư") && unknown.contains("--ignore-columns"), "{unknown}");

    let reading = Reading { ignore_columns: true, ..Reading::default() };
    let document = open("messy.xlsx", reading).unwrap();
    let (rows, skipped) = read(&document);
    assert_eq!(ids(&rows), ["dt-1", "dt-5", "dt-8", "dt-12"]);
    assert_eq!(
        rows.iter().map(day).collect::<Vec<_>>(),
        ["2023-03-05", "2023-04-16", "2023-03-15", "2023-05-06"]
    );
    assert_eq!(petition(&rows[1]).signer_count, Some(12));

    let refused: Vec<(String, &str)> = skipped
        .refused
        .iter()
        .map(|row| (document.place(row.line, &row.field), row.reason.as_str()))
        .collect();
    let expected = [
        ("Đơn!E8", "MALFORMED"),
        ("Đơn!C9", "AMBIGUOUS_DATE"),
        ("Đơn!E10", "AMBIGUOUS_NUMBER"),
        ("Đơn!C14", "MALFORMED"),
        ("Đơn!C15", "MALFORMED"),
        ("Đơn!E17", "MALFORMED"),
        ("Đơn!D18", "MALFORMED"),
        ("Đơn!C19", "MALFORMED"),
        ("Đơn!D21", "MALFORMED"),
    ];
    assert_eq!(refused, expected.map(|(place, reason)| (place.to_owned(), reason)));
    let description = |index: usize| skipped.refused[index].description.as_str();
    assert!(description(0).contains("#N/A") && description(6).contains("#REF!"));
    assert!(description(3).contains("unmerge") && description(3).contains("`C14:C15`"), "{}", description(3));
    let lines: Vec<(i64, &str)> = skipped.lines.clone();
    assert_eq!(lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [6, 13, 22], "{lines:?}");
    assert_eq!(skipped.empty, 1);
    assert_eq!(document.heading().unwrap().left(), ["STT", "Ghi chú của văn thư"]);
}

#[test]
fn a_locale_settles_what_was_open_and_nothing_else() {
    let reading = Reading { ignore_columns: true, locale: Some(Locale::Vi), ..Reading::default() };
    let document = open("messy.xlsx", reading).unwrap();
    let (rows, skipped) = read(&document);
    assert_eq!(ids(&rows), ["dt-1", "dt-3", "dt-4", "dt-5", "dt-8", "dt-12"]);
    assert_eq!((day(&rows[1]), petition(&rows[2]).signer_count), ("2023-04-03".to_owned(), Some(3704)));
    assert_eq!(skipped.refused.len(), 7);
}

#[test]
fn the_sheet_is_the_first_with_a_heading_or_the_one_that_is_named() {
    let named = |sheet: &str| {
        let reading = Reading { sheet: Some(sheet.to_owned()), ignore_columns: true, ..Reading::default() };
        open("messy.xlsx", reading)
    };
    assert_eq!(read(&named("Đơn").unwrap()).0.len(), 4);
    assert!(named("Bìa").unwrap_err().contains("no heading row"));
    let none = named("Sheet9").unwrap_err();
    assert!(none.contains("Bìa, Đơn"), "{none}");
}

#[test]
fn a_table_from_an_english_machine_is_refused_where_it_is_ambiguous() {
    let document = open("english.csv", Reading::default()).unwrap();
    let (rows, skipped) = read(&document);
    assert_eq!((ids(&rows), day(&rows[0])), (vec!["dt-3"], "2023-05-05".to_owned()));
    let refused: Vec<(i64, &str, &str)> =
        skipped.refused.iter().map(|row| (row.line, row.field.as_str(), row.reason.as_str())).collect();
    let expected = [
        (2, "petition.received_date", "AMBIGUOUS_DATE"),
        (2, "petition.signer_count", "AMBIGUOUS_NUMBER"),
        (3, "petition.received_date", "AMBIGUOUS_DATE"),
        (5, "petition.received_date", "NO_SUCH_DAY"),
    ];
    assert_eq!(refused, expected);
    let reading = Reading { locale: Some(Locale::En), ..Reading::default() };
    let (rows, skipped) = read(&open("english.csv", reading).unwrap());
    assert!(skipped.refused.is_empty());
    assert_eq!(
        rows.iter().map(day).collect::<Vec<_>>(),
        ["2023-03-05", "2023-04-03", "2023-05-05", "2023-12-31"]
    );
    assert_eq!(petition(&rows[0]).signer_count, Some(1204));
}

#[test]
fn a_workbook_in_a_legacy_encoding_is_refused_with_the_way_out_or_converted() {
    let open = |encoding| {
        let reading = Reading { encoding, ..Reading::default() };
        Document::read(&fixture("tcvn3.xlsx"), RecordKind::Inspection, reading)
    };
    let error = open(None).unwrap_err();
    assert!(error.contains("Cuéc!B2") && error.contains("--encoding tcvn3"), "{error}");
    let (rows, _) = read(&open(Some(Encoding::Tcvn3)).unwrap());
    let Some(thidua_proto::statistics::import_row::Record::Inspection(inspection)) = &rows[0].record else {
        panic!("{rows:?}")
    };
    assert_eq!(inspection.title, "Kiểm tra việc giải quyết khiếu nại tại Sở Nội vụ");
}

#[test]
fn bytes_that_are_no_utf_8_are_read_where_it_is_certain_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let content = "id,received_date,kind\np1,2023-03-05,Khiếu nại\n";
    let wide: Vec<u16> = content.encode_utf16().collect();
    let of_bytes = |bytes: &[u8], encoding| {
        let path = folder.path().join("a.csv");
        std::fs::write(&path, bytes).unwrap();
        Document::read(&path, RecordKind::Petition, Reading { encoding, ..Reading::default() })
    };
    let expected = read(&of_bytes(content.as_bytes(), None).unwrap()).0;
    let little: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(wide.iter().flat_map(|unit| unit.to_le_bytes())).collect();
    let big: Vec<u8> =
        [0xfe, 0xff].into_iter().chain(wide.iter().flat_map(|unit| unit.to_be_bytes())).collect();
    let marked = format!("\u{feff}{content}").into_bytes();
    for bytes in [&little, &big, &marked] {
        assert_eq!(read(&of_bytes(bytes, None).unwrap()).0, expected);
    }
    assert!(of_bytes(&little[..little.len() - 1], None).unwrap_err().contains("UTF-16"));
    // `Khiếu nại` in TCVN3 and in VNI.
    let legacy = |kind: &[u8]| [b"id,received_date,kind\np1,2023-03-05,", kind, b"\n"].concat();
    for (bytes, encoding, word) in [
        (legacy(b"Khi\xd5u n\xb9i"), Encoding::Tcvn3, "tcvn3"),
        (legacy(b"Khie\xe1u na\xefi"), Encoding::Vni, "vni"),
    ] {
        let error = of_bytes(&bytes, None).unwrap_err();
        assert!(error.contains(&format!("--encoding {word}")), "{error}");
        assert_eq!(read(&of_bytes(&bytes, Some(encoding)).unwrap()).0, expected);
    }
    assert!(of_bytes(&legacy(b"caf\xe9"), None).unwrap_err().contains("not UTF-8"));
}

#[test]
fn refused_rows_are_written_with_their_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("refused.csv");
    let document = open("english.csv", Reading::default()).unwrap();
    let outcome = Outcome::of(thidua_proto::statistics::ImportRecordsResponse::default(), read(&document).1);
    assert_eq!(outcome.answer.refused_count, 3);
    outcome.write_refused(&path, &document).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "ID,Received date,Kind,Signer count,Dòng bị từ chối,Lý do từ chối,Reason of refusal"
    );
    assert!(lines[1].starts_with("dt-1,3/5/2023,complaint,\"1,204\",2,"), "{}", lines[1]);
    assert_eq!(lines.len(), 4);
    // The file itself can be imported, once it is right.
    let reading = Reading { locale: Some(Locale::En), ..Reading::default() };
    let (rows, skipped) = read(&Document::read(&path, RecordKind::Petition, reading).unwrap());
    assert_eq!((ids(&rows), skipped.refused.len()), (vec!["dt-1", "dt-2", "dt-4"], 0));
}
