//! Files as people make them.

use super::counts;
use crate::support::app::both;
use crate::support::shop::phone;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/integrations/csv/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn codes(found: &[(u64, String)]) -> Vec<(u64, &str)> {
    found.iter().map(|(line, code)| (*line, code.as_str())).collect()
}

both!(four_spellings_of_one_table_bring_the_same_person, |app| {
    for (name, encoding, delimiter) in [
        ("utf8_bom.csv", "UTF-8", ","),
        ("utf8_nobom.csv", "UTF-8", ","),
        ("utf16le_bom_tab.txt", "UTF-16LE", "\t"),
        ("windows1252_semicolon_crlf.csv", "windows-1252", ";"),
    ] {
        let shop = app.shop().await;
        let import = shop.imported(fixture(name)).await;
        assert_eq!(
            (&import["encoding"], &import["delimiter"]),
            (&json!(encoding), &json!(delimiter)),
            "{name}"
        );
        assert_eq!((&import["format"], &import["rows_total"]), (&json!("csv"), &json!(11)));
        assert_eq!(counts(&import), [11, 1, 0, 5, 5], "{name}");
        let rejected = shop.rejects(&import).await;
        assert_eq!(
            codes(&rejected),
            [
                (2, "digits_lost"),
                (4, "duplicate_recipient"), // an apostrophe
                (6, "duplicate_recipient"), // 919876543210.0
                (7, "several_phones"),
                (8, "duplicate_recipient"), // digits of another script
                (9, "invalid_phone"),       // a formula
                (10, "invalid_phone"),
                (11, "missing_phone"),
                (12, "duplicate_recipient"), // a space that does not break
                (13, "duplicate_recipient"), // an en dash
            ],
            "{name}"
        );
        let people = shop.all("/api/v1/customers").await;
        assert_eq!((people.len(), &people[0]["phone"]), (1, &json!("+919876543210")));
        assert_eq!(people[0]["name"], "José – Café", "{name}");
        assert_eq!(people[0]["attributes"], json!({"city": "Bengaluru"}));
    }
});

both!(two_columns_of_one_name_ask_which_is_meant, |app| {
    let shop = app.shop().await;
    let import = shop.uploaded(fixture("duplicate_headers.csv")).await;
    let start = format!("/api/v1/imports/{import}/start");
    let refused = shop.api.post(&start, json!({})).await;
    refused.refused(422, "invalid_input");
    assert_eq!(refused.fields(), [("file", "duplicate_column")]);
    let mapping = json!({"phone (2)": ["phone"], "Name": ["name"]});
    shop.started(&import, json!({"mapping": mapping})).await;
    assert_eq!(counts(&shop.over(&import).await), [1, 1, 0, 0, 0]);
    let people = shop.all("/api/v1/customers").await;
    assert_eq!((&people[0]["phone"], &people[0]["name"]), (&json!("+919876543211"), &json!("A")));
});

both!(ragged_rows_are_told_and_blank_ones_are_none, |app| {
    let shop = app.shop().await;
    let import = shop.imported(fixture("ragged_and_blank.csv")).await;
    assert_eq!(counts(&import), [4, 1, 0, 0, 3]);
    let rejected = shop.rejects(&import).await;
    assert_eq!(codes(&rejected), [(5, "too_many_cells"), (6, "missing_phone"), (7, "missing_phone")]);
});

both!(the_line_that_names_the_delimiter_is_obeyed, |app| {
    let shop = app.shop().await;
    let import = shop.imported(fixture("sep_line_semicolon.csv")).await;
    assert_eq!((counts(&import), &import["delimiter"]), ([1, 1, 0, 0, 0], &json!(";")));
    assert_eq!(shop.all("/api/v1/customers").await[0]["name"], "Asha");
});

both!(a_workbook_says_what_its_author_typed, |app| {
    let shop = app.shop().await;
    let mut book = Workbook::new();
    let notes = book.add_worksheet();
    notes.set_name("Notes").unwrap().write(0, 0, "not this one").unwrap().set_hidden(true);
    let sheet = book.add_worksheet().set_active(true);
    let date = Format::new().set_num_format("dd/mm/yyyy");
    for (column, name) in ["Full Name", "Mobile No.", "Opt-in", "Since", "Tags", "Spent"].iter().enumerate() {
        sheet.write(0, column as u16, *name).unwrap();
    }
    sheet.write(1, 0, "Asha & Söhne").unwrap().write(1, 1, 919_876_543_210.0).unwrap();
    sheet.write(1, 2, true).unwrap().write(1, 4, "vip; new").unwrap().write(1, 5, 12.5).unwrap();
    let since = ExcelDateTime::parse_from_str("2026-11-21").unwrap();
    sheet.write_with_format(1, 3, since, &date).unwrap();
    sheet.write(3, 0, "Bo").unwrap().write(3, 1, "9.19877E+11").unwrap();
    sheet.write(4, 0, "Cy").unwrap().write(4, 1, "9.19876543211E+11").unwrap().write(4, 2, "no").unwrap();
    sheet.write(5, 0, "Di").unwrap().write(5, 1, 91_987_654_321_098_765.0).unwrap();
    let import = shop.imported(book.save_to_buffer().unwrap()).await;
    assert_eq!((&import["format"], import.get("encoding")), (&json!("xlsx"), None));
    assert_eq!(counts(&import), [4, 2, 0, 0, 2]);
    let rejected = shop.rejects(&import).await;
    assert_eq!(codes(&rejected), [(4, "digits_lost"), (6, "digits_lost")]);
    let people = shop.all("/api/v1/customers").await;
    let named = |name: &str| people.iter().find(|person| person["name"] == name).unwrap();
    let asha = named("Asha & Söhne");
    assert_eq!(asha["phone"], "+919876543210");
    assert_eq!(asha["attributes"], json!({"since": "2026-11-21", "spent": "12.5"}));
    let mut tags: Vec<_> = asha["tags"].as_array().unwrap().iter().map(Value::to_string).collect();
    tags.sort();
    assert_eq!(tags, ["\"new\"", "\"vip\""]);
    assert_eq!(
        (&asha["marketing_consent"]["state"], &asha["marketing_consent"]["source"]),
        (&json!("opted_in"), &json!("import"))
    );
    assert_eq!(named("Cy")["marketing_consent"]["state"], "opted_out");
});

both!(a_file_is_what_its_bytes_say_and_a_liar_is_refused, |app| {
    let shop = app.shop().await;
    let old = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 600]].concat();
    for (name, file, code) in [
        ("people.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "not_text"),
        ("people.xlsx", b"PK\x03\x04 but nothing follows".to_vec(), "not_xlsx"),
        ("people.xlsx", old, "old_excel"),
        ("people.xls", b"<html><table><tr><td>phone</td></tr></table>".to_vec(), "not_csv"),
        ("people.csv", Vec::new(), "empty_file"),
        ("people.csv", [b"phone\n\"".to_vec(), b"1\n".repeat(600_000)].concat(), "row_too_long"),
    ] {
        let answer = shop.api.upload(&format!("/api/v1/imports?file_name={name}"), file).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [("file", code)]);
        assert!(answer.json["detail"].as_str().unwrap().len() > 20, "in words: {}", answer.text);
    }
    let text = format!("phone\n{}\n", phone(1));
    let import = shop.api.upload("/api/v1/imports?file_name=people.xlsx", text).await.ok();
    assert_eq!((&import["format"], &import["file_name"]), (&json!("csv"), &json!("people.xlsx")));
    assert_eq!(shop.all("/api/v1/imports").await.len(), 1);
    assert_eq!(crate::imports::kept_files(app).len(), 1, "of a refused file nothing is kept");
});
