//! Files of people: what becomes of every row, whatever the file is like and whoever dies on the way.

mod files;
mod mapping;
mod report;
mod running;
mod upload;

use crate::support::app::TestApp;
use crate::support::shop::Shop;
use crate::support::wait::wait_for;
use serde_json::{Value, json};

impl Shop {
    /// Uploads a file and gives the import's id.
    pub(crate) async fn uploaded(&self, file: impl Into<Vec<u8>>) -> String {
        let import = self.api.upload("/api/v1/imports", file.into()).await.ok();
        assert_eq!((&import["status"], &import["rows_read"]), (&json!("uploaded"), &json!(0)), "{import:#}");
        import["id"].as_str().unwrap().to_string()
    }

    /// Starts an import.
    pub(crate) async fn started(&self, import: &str, options: Value) -> Value {
        self.api.post(&format!("/api/v1/imports/{import}/start"), options).await.ok()
    }

    /// Waits until an import is over.
    pub(crate) async fn over(&self, import: &str) -> Value {
        wait_for("the import to be over", async || {
            let import = self.api.get(&format!("/api/v1/imports/{import}")).await.ok();
            ["completed", "failed", "cancelled"].iter().any(|end| import["status"] == *end).then_some(import)
        })
        .await
    }

    /// Uploads a file, imports it among the customers and waits.
    pub(crate) async fn imported(&self, file: impl Into<Vec<u8>>) -> Value {
        let import = self.uploaded(file).await;
        self.started(&import, json!({})).await;
        let import = self.over(&import).await;
        assert_eq!(import["status"], "completed", "{import:#}");
        import
    }

    /// The rows that did not go in: line and code.
    pub(crate) async fn rejects(&self, import: &Value) -> Vec<(u64, String)> {
        let path = format!("/api/v1/imports/{}/report", import["id"].as_str().unwrap());
        let report = self.api.get(&path).await;
        let rows = crate::imports::report::rows(&report.text);
        rows.iter().skip(1).map(|row| (row[0].parse().unwrap(), row[1].clone())).collect()
    }
}

/// What an import counts: rows read, added, updated, duplicates, rejected.
pub(crate) fn counts(import: &Value) -> [u64; 5] {
    ["rows_read", "added", "updated", "duplicates", "rejected"].map(|name| import[name].as_u64().unwrap())
}

/// Every file this installation keeps.
pub(crate) fn kept_files(app: &TestApp) -> Vec<std::path::PathBuf> {
    fn below(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => below(&path, found),
                path => found.push(path),
            }
        }
    }
    let url = app.services.config.files_url();
    let mut found = Vec::new();
    below(std::path::Path::new(url.strip_prefix("file:").unwrap()), &mut found);
    found
}
