use super::*;
use proptest::prelude::*;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

const LIMITS: Limits = Limits { rows: 1_000 };

type Found = (Facts, Vec<Row>);

fn read_all(bytes: &[u8]) -> Result<Found, (&'static str, String)> {
    let mut rows = Vec::new();
    let facts = read(Cursor::new(bytes), LIMITS, |row| {
        rows.push(row);
        Ok(())
    });
    match facts {
        Ok(facts) => Ok((facts, rows)),
        Err(Error::Invalid(problems)) => Err((problems[0].code, problems[0].message.clone())),
        Err(other) => panic!("{other}"),
    }
}

fn cells(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
    read_all(bytes).unwrap().1.into_iter().map(|row| (row.line, row.cells)).collect()
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/integrations/csv/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn four_spellings_of_one_table_are_the_same_rows() {
    let (plain, all) = read_all(&fixture("utf8_nobom.csv")).unwrap();
    assert_eq!((plain.encoding, plain.delimiter, plain.rows), (Some("UTF-8"), Some(','), 11));
    assert_eq!(plain.columns, ["Name", "Phone", "City"]);
    let lines: Vec<_> = all.iter().map(|row| row.line).collect();
    assert_eq!(lines, [2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13], "a cell of two lines takes two");
    assert_eq!(all[2].cells, ["Rao, K", "'09876543210", "Navi\nMumbai"]);
    for (name, encoding, delimiter) in
        [("utf8_bom.csv", "UTF-8", ','), ("utf16le_bom_tab.txt", "UTF-16LE", '\t')]
    {
        let (facts, rows) = read_all(&fixture(name)).unwrap();
        assert_eq!(
            (facts.encoding, facts.delimiter, facts.columns),
            (Some(encoding), Some(delimiter), plain.columns.clone())
        );
        assert_eq!(rows.len(), all.len(), "{name}");
        for (row, plain) in rows.iter().zip(&all).filter(|(_, plain)| !matches!(plain.line, 4 | 9)) {
            assert_eq!(row, plain, "{name}");
        }
    }
    let (facts, rows) = read_all(&fixture("windows1252_semicolon_crlf.csv")).unwrap();
    assert_eq!((facts.encoding, facts.delimiter), (Some("windows-1252"), Some(';')));
    assert_eq!(rows[1].cells, ["José – Café", "+91 98765-43210", "Bengaluru"]);
    assert_eq!(rows[2].cells, ["Rao; K", "'09876543210", "Navi\nMumbai"]);
    assert_eq!(rows[10].cells[1], "98765–43210");
}

#[test]
fn headers_are_trimmed_and_told_apart() {
    let (facts, _) = read_all(&fixture("duplicate_headers.csv")).unwrap();
    assert_eq!(facts.columns, ["Phone", "phone (2)", "Name"]);
    let (facts, _) = read_all(b" a , ,A,a (2),,\n1\n").unwrap();
    assert_eq!(facts.columns, ["a", "column 2", "A (2)", "a (2) (2)"]);
    let (facts, _) =
        read_all(format!("phone,{}\n1\n", "x\0y").replace("phone", &"p".repeat(9_000)).as_bytes()).unwrap();
    assert_eq!(facts.columns[1], "x y", "no database keeps the character NUL");
}

#[test]
fn ragged_and_blank_rows_keep_their_lines() {
    let rows = cells(&fixture("ragged_and_blank.csv"));
    let found: Vec<_> = rows.iter().map(|(line, cells)| (*line, cells.len())).collect();
    assert_eq!(found, [(2, 2), (5, 3), (6, 1), (7, 1)]);
    assert!(rows[3].1[0].starts_with("unterminated"), "a quote that is never closed ends with the file");
}

#[test]
fn the_delimiter_is_told_or_guessed_outside_quotes() {
    let (facts, rows) = read_all(&fixture("sep_line_semicolon.csv")).unwrap();
    assert_eq!(
        (facts.delimiter, facts.columns, rows[0].line),
        (Some(';'), vec!["Name".into(), "Phone".into()], 3)
    );
    for (text, delimiter) in [
        ("phone\n1\n2\n", ','),
        ("a|b\n1|2\n", '|'),
        ("a\tb,c\td\n1\t2,3\t4\n", '\t'),
        ("name;phone\n\"Rao, K, L, M\";1\n", ';'),
        ("\"a;b;c\",d\n1,2\n", ','),
        ("sep=|\na|b;c;d\n", '|'),
        ("SEP=;\r\na,b,c;d\r\n", ';'),
        ("\"sep=;\"\na;b\n", ';'),
        ("name;price\nA;1,5\nB;2,5\n", ';'),
    ] {
        assert_eq!(read_all(text.as_bytes()).unwrap().0.delimiter, Some(delimiter), "{text:?}");
    }
}

#[test]
fn any_line_end_counts_once_and_blank_lines_count() {
    for text in ["a\n\n1\n\n\n2", "a\r\n\r\n1\r\n\r\n\r\n2\r\n", "a\r\r1\r\r\r2\r"] {
        assert_eq!(
            cells(text.as_bytes()),
            [(3, vec!["1".to_string()]), (6, vec!["2".to_string()])],
            "{text:?}"
        );
    }
}

#[test]
fn utf16_is_seen_without_its_mark() {
    for big in [false, true] {
        let (facts, rows) = read_all(&utf16("Name\tPhone\nJosé\t1\n", big)).unwrap();
        assert_eq!(facts.encoding, Some(if big { "UTF-16BE" } else { "UTF-16LE" }));
        assert_eq!(rows[0].cells, ["José", "1"]);
    }
}

#[test]
fn one_foreign_letter_far_below_makes_it_windows_1252() {
    let mut file = b"name,phone\n".to_vec();
    (0..900).for_each(|_| file.extend(format!("{},1\n", "x".repeat(200)).bytes()));
    assert_eq!(read_all(&file).unwrap().0.encoding, Some("UTF-8"));
    file.extend(b"Jos\xe9,2\n");
    let (facts, rows) = read_all(&file).unwrap();
    assert_eq!((facts.encoding, rows.last().unwrap().cells[0].as_str()), (Some("windows-1252"), "José"));
}

#[test]
fn what_is_no_table_is_refused_in_words() {
    let old = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 600]].concat();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice();
    for (bytes, code, word) in [
        (b"".as_slice(), "empty_file", "nothing"),
        (b" \n ,,\n\n", "empty_file", "nothing"),
        (&old, "old_excel", "XLSX"),
        (png, "not_text", "XLSX"),
        (b"%PDF-1.7\n", "not_text", "PDF"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "not_text", "XLSX"),
        (b" <html><table>", "not_csv", "web page"),
        (b"PK\x03\x04 and nothing else", "not_xlsx", "workbook"),
        (&archive(&[("a.txt", "no workbook")]), "not_xlsx", "workbook"),
    ] {
        let (found, message) = read_all(bytes).unwrap_err();
        assert_eq!(found, code, "{message}");
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn too_much_is_refused_before_it_is_in_memory() {
    let quote = [b"a,b\n1,\"".as_slice(), "x,\n".repeat(500_000).as_bytes()].concat();
    let (code, message) = read_all(&quote).unwrap_err();
    assert!(code == "row_too_long" && message.contains("line 2"), "{code} {message}");
    assert_eq!(read_all("1\n".repeat(1_002).as_bytes()).unwrap_err().0, "too_many_rows");
    assert_eq!(read_all(",".repeat(600).replace(',', "x,").as_bytes()).unwrap_err().0, "too_many_columns");
}

fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn workbook(strings: &str, sheet: &str) -> Vec<u8> {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    archive(&[
        (
            "_rels/.rels",
            &format!(
                r#"<Relationships><Relationship Id="a" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            r#"<workbook><workbookPr/><sheets><sheet name="H" state="hidden" r:id="r9"/><sheet name="S" r:id="r1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &format!(
                r#"<Relationships><Relationship Id="r1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{kind}/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="r3" Type="{kind}/styles" Target="styles.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/styles.xml",
            r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#,
        ),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

#[test]
fn a_workbook_says_what_a_person_would_have_typed() {
    let strings = r#"<sst count="9" uniqueCount="99999999999999"><si><t>Phone</t></si><si><t xml:space="preserve"> Name </t></si>
        <si><r><t>As</t></r> <r><t>ha &amp; Co</t></r><rPh><t>READING</t></rPh></si></sst>"#;
    let sheet = r#"<worksheet><dimension ref="B9:A1"/><sheetData>
        <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c t="inlineStr"><is><t>Since</t></is></c></row>
        <row r="3"><c r="A3"><v>919876543210</v></c><c r="B3" t="s"><v>2</v></c><c r="C3" s="1"><v>46347</v></c></row>
        <row><c><f>1+1</f><v>9.1987654321E11</v></c><c t="str"><v>9.19877E+11</v></c><c t="b"><v>1</v></c><c r="E4" t="e"><v>#N/A</v></c></row>
        <row r="9"><c r="A9"/></row>
        <row r="10"><c r="A10"><v>9198765432101234567</v></c><c r="B10" t="s"><v>77</v></c><c r="C10"><v>0.1</v></c></row>
        </sheetData></worksheet>"#;
    let (facts, rows) = read_all(&workbook(strings, sheet)).unwrap();
    assert_eq!(
        (facts.format, facts.columns),
        (FileFormat::Xlsx, vec!["Phone".into(), "Name".into(), "Since".into()])
    );
    let rows: Vec<_> = rows.iter().map(|row| (row.line, row.cells.join("|"))).collect();
    assert_eq!(
        rows,
        [
            (3, "919876543210|Asha & Co|2026-11-21".to_string()),
            (4, "919876543210|9.19877E+11|true||#N/A".to_string()),
            (10, "9.198765432101235E18||0.1".to_string()),
        ]
    );
}

#[test]
fn a_workbook_that_unfolds_without_end_is_refused() {
    let row = |cell: &str| {
        format!(
            r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{cell}</t></is></c></row></sheetData></worksheet>"#
        )
    };
    let bomb = workbook("<sst/>", &row(&"a".repeat(3 << 20)));
    assert!(bomb.len() < 20_000, "a small file");
    assert_eq!(read_all(&bomb).unwrap_err().0, "workbook_too_large");
    let comments = workbook("<sst/>", &format!("<worksheet>{}", "<!-- -->".repeat(9 << 20)));
    assert_eq!(read_all(&comments).unwrap_err().0, "workbook_too_large");
    let far = r#"<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>"#;
    assert_eq!(read_all(&workbook("<sst/>", far)).unwrap_err().0, "too_many_columns");
    let many: Vec<(String, &str)> = (0..10_001).map(|n| (n.to_string(), "")).collect();
    let many: Vec<_> = many.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    assert_eq!(read_all(&archive(&many)).unwrap_err().0, "not_xlsx");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read_all(&bytes);
        let _ = read_all(&[b"PK\x03\x04".as_slice(), &bytes].concat());
        let _ = read_all(&workbook(&String::from_utf8_lossy(&bytes), &String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn a_broken_workbook_makes_no_panic(at in 0usize..3_000, byte in any::<u8>()) {
        let mut bytes = workbook("<sst><si><t>a</t></si></sst>", r#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>"#);
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        let _ = read_all(&bytes);
    }

    #[test]
    fn a_written_table_is_read_back(
        rows in prop::collection::vec(prop::collection::vec("[a-zé€ \"\n,;|\t']{0,12}", 3), 1..20),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        encoding in 0..3u8,
    ) {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter).quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(["x", "y", "z"]).unwrap();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let bytes = match encoding {
            0 => text.into_bytes(),
            1 => encoding_rs::WINDOWS_1252.encode(&format!("{text}\"é\"")).0.into_owned(),
            _ => [b"\xff\xfe".to_vec(), utf16(&text, false)].concat(),
        };
        let mut expected: Vec<Vec<String>> = rows.iter()
            .map(|row| row.iter().map(|cell| cell.trim().to_string()).collect())
            .filter(|row: &Vec<String>| row.iter().any(|cell| !cell.is_empty())).collect();
        if encoding == 1 {
            expected.push(vec!["é".into()]);
        }
        let (facts, found) = read_all(&bytes).unwrap();
        prop_assert_eq!(facts.delimiter, Some(char::from(delimiter)));
        prop_assert_eq!(found.into_iter().map(|row| row.cells).collect::<Vec<_>>(), expected);
    }
}
