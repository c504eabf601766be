//! Workers killed in the middle of a large file of people: others carry on, and every row counts once.

use std::io::Write;

use bellbird_core::imports::{Import, queries};
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::json;

use super::world::{Plan, World, until};
use crate::support::client::Client;
use crate::support::process::Bellbird;
use crate::support::shop::phone;

const ROWS: usize = 20_000;

/// What is wrong with a row, if anything: here and there a number that an earlier row has, portions ago, and one that is
/// none.
fn flaw(row: usize) -> Option<&'static str> {
    match row {
        row if row % 1_000 == 500 => Some("invalid_phone"),
        row if row >= 2_000 && row % 400 == 399 => Some("duplicate_recipient"),
        _ => None,
    }
}

fn file() -> String {
    let number = |row| match flaw(row) {
        Some("invalid_phone") => "12".to_string(),
        Some(_) => phone(row % 1_000),
        None => phone(row),
    };
    let rows: String = (0..ROWS).map(|row| format!("{},Customer {row}\n", number(row))).collect();
    format!("phone,name\n{rows}")
}

/// A draft like the world's, for the people of a file.
async fn draft(api: &Client) -> String {
    let first = async |path: &str| api.get(path).await.ok()["items"][0]["id"].clone();
    let draft = json!({
        "name": "People of a file",
        "template_id": first("/api/v1/templates").await,
        "sender_ids": [first("/api/v1/senders").await],
        "variables": {"1": {"attribute": "name"}, "2": {"value": "CALM20"}},
    });
    api.post("/api/v1/campaigns", draft).await.ok()["id"].as_str().unwrap().to_string()
}

/// One file on its way into one draft.
struct Run {
    world: World,
    api: Client,
    campaign: String,
    import: String,
}

impl Run {
    async fn start() -> Self {
        let world = World::start(Plan { recipients: 0, ..Plan::default() }).await;
        let api = world.client().await;
        let campaign = draft(&api).await;
        let import = api.upload("/api/v1/imports", file()).await.ok()["id"].as_str().unwrap().to_string();
        let start = format!("/api/v1/imports/{import}/start");
        api.post(&start, json!({"campaign_id": campaign})).await.ok();
        Self { world, api, campaign, import }
    }

    async fn row(&self) -> Import {
        queries::get(&self.world.ctx, self.import.parse().unwrap()).await.unwrap()
    }

    async fn reads(&self, rows: i64) {
        until(&format!("{rows} rows read"), async || self.row().await.rows_read >= rows).await;
    }

    /// One number out of the database. `$1` is the world's own campaign, which has nobody.
    async fn number(&self, sql: &str) -> i64 {
        self.world.ask(&format!("{sql} AND $1 <> ''")).await[0].try_get_by_index(0).unwrap()
    }

    /// Kills a worker that stands still in the midst of a portion: its cursor is moved, its people are not in yet.
    async fn kill_within_a_portion(&self, worker: &mut Bellbird) {
        let holder = self.world.ctx.db.write().begin().await.unwrap();
        holder.execute_unprepared("LOCK TABLE customers IN SHARE MODE").await.unwrap();
        let waits = "SELECT COUNT(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        until("a portion waits to bring its people in", async || self.number(waits).await > 0).await;
        worker.kill9().await;
        holder.rollback().await.unwrap();
    }

    /// At any moment what is counted is what is there: no portion is half in.
    async fn is_true(&self) {
        let sql = format!(
            "SELECT ABS(imports.added - (SELECT COUNT(*) FROM messages WHERE campaign_id = '{}'))
                + ABS(imports.added - (SELECT COUNT(*) FROM customers)) FROM imports WHERE id = '{}'",
            self.campaign, self.import
        );
        assert_eq!(self.number(&sql).await, 0, "counted and not there, or there and not counted");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_a_large_import() {
    let run = Run::start().await;
    let mut first = run.world.worker().await;
    run.reads(5_000).await;
    run.kill_within_a_portion(&mut first).await;
    let read_by_first = run.row().await.rows_read;
    run.is_true().await;

    let mut second = run.world.worker().await;
    run.reads(read_by_first + 5_000).await;
    second.kill9().await; // at a moment nobody chose
    let read_by_second = run.row().await.rows_read;
    run.is_true().await;
    assert!(read_by_second < 20_000, "it was over before the second kill");

    let _third = run.world.worker().await;
    until("the import is over", async || run.row().await.status.is_over()).await;
    let flaws: Vec<_> = (0..ROWS).filter_map(|row| Some((row + 2, flaw(row)?.to_string()))).collect();
    let flawed = |code| flaws.iter().filter(|(_, flaw)| *flaw == code).count();
    let (duplicates, rejected) = (flawed("duplicate_recipient"), flawed("invalid_phone"));
    let people = ROWS - flaws.len();
    let import = run.api.get(&format!("/api/v1/imports/{}", run.import)).await.ok();
    let counts =
        ["status", "rows_read", "added", "updated", "duplicates", "rejected"].map(|key| &import[key]);
    assert_eq!(json!(counts), json!(["completed", ROWS, people, 0, duplicates, rejected]));

    run.is_true().await;
    let twice = |thing: &str, table: &str| {
        format!("SELECT COUNT(*) - COUNT(DISTINCT {thing}) FROM {table} WHERE true")
    };
    for (thing, table) in [("phone", "customers"), ("customer_id", "messages"), ("phone", "messages")] {
        assert_eq!(run.number(&twice(thing, table)).await, 0, "the same {thing} twice in {table}");
    }
    let stats = run.api.get(&format!("/api/v1/campaigns/{}/stats", run.campaign)).await.ok();
    assert_eq!(stats["counts"]["planned"], people, "the campaign's counters, too");
    assert_eq!(report(&run).await, flaws, "each row that did not go in, once and in its place");

    until("everything is cleared up", async || {
        let left = "SELECT (SELECT COUNT(*) FROM import_numbers) + (SELECT COUNT(*) FROM outbox) WHERE true";
        run.number(left).await == 0
    })
    .await;
    let kept = run.world.ctx.files.size(&run.row().await.file()).await.unwrap();
    assert_eq!(kept, None, "its rows are kept for nobody");
    let _ = writeln!(
        std::io::stderr(),
        "killed in the middle of a large import: rows {ROWS}, people {people}, duplicates {duplicates}, rejected \
         {rejected}, read at the kills {read_by_first} and {read_by_second}"
    );
}

/// The rows that did not go in: line and code.
async fn report(run: &Run) -> Vec<(usize, String)> {
    let text = run.api.get(&format!("/api/v1/imports/{}/report", run.import)).await.text;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| (row[0].parse().unwrap(), row[1].to_string())).collect()
}
