//! Data rights: what is known about a person comes out as a whole, goes as a whole, and nothing that counted is lost.

mod columns;
mod erasing;
mod export;
mod plant;
mod retention;
mod standing;

use crate::support::app::TestApp;
use crate::support::client::Answer;
use crate::support::shop::Shop;
use crate::support::wait::wait_for;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};

impl Shop {
    /// Asks for an erasure.
    pub(super) async fn erase(&self, customer: &str, dry_run: bool) -> Answer {
        self.api.post(&format!("/api/v1/customers/{customer}/erasures"), json!({"dry_run": dry_run})).await
    }

    /// Erases somebody, or counts what would go, and waits until nothing is left to do.
    pub(super) async fn erased(&self, customer: &str, dry_run: bool) -> Value {
        let erasure = self.erase(customer, dry_run).await.ok();
        self.completed("erasures", &erasure).await
    }

    /// Waits until an erasure or a run of the policy is over.
    pub(super) async fn completed(&self, kind: &str, begun: &Value) -> Value {
        let path = format!("/api/v1/{kind}/{}", begun["id"].as_str().unwrap());
        wait_for(&format!("{path} to be completed"), async || {
            let found = self.api.get(&path).await.ok();
            (found["status"] == "completed").then_some(found)
        })
        .await
    }
}

/// Every table with its columns.
async fn tables(app: &TestApp) -> Vec<(String, Vec<(String, bool)>)> {
    let (db, sql) = (app.services.db.read(), match app.services.db.backend() {
        DbBackend::Postgres => {
            "SELECT table_name AS t, column_name AS c, data_type = 'bytea' AS b FROM information_schema.columns
             WHERE table_schema = 'public' ORDER BY table_name"
        }
        _ => {
            "SELECT m.name AS t, c.name AS c, c.type = 'BLOB' AS b FROM sqlite_master m, pragma_table_info(m.name) c
             WHERE m.type = 'table' ORDER BY m.name"
        }
    });
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let mut found: Vec<(String, Vec<(String, bool)>)> = Vec::new();
    for row in rows {
        let table: String = row.try_get("", "t").unwrap();
        let column = (row.try_get("", "c").unwrap(), row.try_get("", "b").unwrap());
        match found.last_mut() {
            Some((last, columns)) if *last == table => columns.push(column),
            _ => found.push((table, vec![column])),
        }
    }
    found
}

/// Every row of every table as text, and every file: what somebody would see who stole the disk.
pub(super) async fn dump(app: &TestApp) -> Vec<(String, String)> {
    let db = app.services.db.read();
    let postgres = app.services.db.backend() == DbBackend::Postgres;
    let mut lines = Vec::new();
    for (table, columns) in tables(app).await {
        let text = columns.iter().map(|(column, bytes)| match (postgres, bytes) {
            (true, true) => format!("COALESCE(encode(\"{column}\", 'escape'), '')"),
            _ => format!("COALESCE(CAST(\"{column}\" AS TEXT), '')"),
        });
        let sql = format!("SELECT {} AS line FROM \"{table}\"", text.collect::<Vec<_>>().join(" || '|' || "));
        for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap() {
            lines.push((table.clone(), row.try_get("", "line").unwrap()));
        }
    }
    for path in crate::imports::kept_files(app) {
        let bytes = std::fs::read(&path).unwrap();
        lines.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
    }
    lines
}

/// Where a text stands in everything we keep, apart from tables that are named.
pub(super) async fn places(app: &TestApp, text: &str, apart_from: &[&str]) -> Vec<(String, String)> {
    let all = dump(app).await;
    assert!(all.len() > 20, "the dump sees something");
    all.into_iter()
        .filter(|(place, line)| !apart_from.contains(&place.as_str()) && line.contains(text))
        .collect()
}
