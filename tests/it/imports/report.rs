//! The rows that did not go in, to be downloaded, corrected and brought again.

use super::counts;
use crate::support::app::both;
use crate::support::shop::phone;
use serde_json::json;

/// A CSV file's rows.
pub(super) fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_string).collect()).collect()
}

both!(a_report_has_the_rows_with_their_reasons_and_runs_nothing, |app| {
    let shop = app.shop().await;
    let file = format!("phone,=name\n{},fine\n12,\"=1+1\"\n\"x\ny\",\"say \"\"hi\"\"\"\n", phone(1));
    let import = shop.imported(file).await;
    let path = format!("/api/v1/imports/{}/report", import["id"].as_str().unwrap());
    let report = shop.api.get(&path).await;
    assert_eq!(report.header("content-type"), "text/csv; charset=utf-8");
    assert!(report.header("content-disposition").contains("-report.csv"));
    let rows = rows(&report.text);
    assert_eq!(rows[0], ["import_line", "import_code", "import_message", "phone", "'=name"]);
    assert_eq!(
        (rows[1][0].as_str(), rows[1][1].as_str(), rows[1][4].as_str()),
        ("3", "invalid_phone", "'=1+1")
    );
    assert_eq!(rows[2][3..], ["x\ny", "say \"hi\""]);
    assert_eq!(rows.len(), 3);
});

both!(a_corrected_report_can_be_brought_as_it_is, |app| {
    let shop = app.shop().await;
    let import = shop.imported(format!("phone,name,city\n{},Asha,Pune\n9.1E+11,'-Bo,Goa\n", phone(1))).await;
    let path = format!("/api/v1/imports/{}/report", import["id"].as_str().unwrap());
    let report = shop.api.get(&path).await.text;
    let again = shop.imported(report.replace("9.1E+11", &phone(2))).await;
    assert_eq!(counts(&again), [1, 1, 0, 0, 0]);
    let people = shop.all("/api/v1/customers").await;
    let bo = people.iter().find(|person| person["phone"] == phone(2)).unwrap();
    assert_eq!((&bo["name"], &bo["attributes"]), (&json!("-Bo"), &json!({"city": "Goa"})));
});

both!(a_long_report_comes_in_pages_and_a_monstrous_row_is_cut, |app| {
    let shop = app.shop().await;
    let mut file = String::from("phone,note\n");
    (0..1_300).for_each(|n| file.push_str(&format!("x{n},\n")));
    file.push_str(&format!("y,{}\n", "z".repeat(100_000)));
    let import = shop.imported(file).await;
    assert_eq!(counts(&import), [1_301, 0, 0, 0, 1_301]);
    let path = format!("/api/v1/imports/{}/report", import["id"].as_str().unwrap());
    let rows = rows(&shop.api.get(&path).await.text);
    assert_eq!(rows.len(), 1_302);
    assert!(rows.iter().skip(1).enumerate().all(|(n, row)| row[0] == (n + 2).to_string()), "in their order");
    assert!(rows[1_301][4].len() < 5_000);
});
