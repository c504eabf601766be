//! How long the pre-flight of a large audience takes on PostgreSQL: `./dev bench-preflight`. No test: what it measures is
//! the machine, too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench stops by panicking, and is read on the screen"
)]

#[path = "../support/backend.rs"]
#[expect(dead_code, reason = "shared with the tests, which need more of it")]
mod backend;
#[path = "../support/client.rs"]
#[expect(dead_code, reason = "shared with the tests, which need more of it")]
mod client;
#[path = "../support/process.rs"]
#[expect(dead_code, reason = "shared with the tests, which need more of it")]
mod process;
#[expect(dead_code, reason = "shared with another bench, which needs more of it")]
mod scene;

use scene::{Scene, created};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use serde_json::{Value, json};
use tokio::time::Instant;

const PEOPLE: i64 = 1_000_000;
const RUNS: usize = 5;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let scene = Scene::start(80).await;
    println!("writing {PEOPLE} customers …");
    fill(&scene).await;
    let draft = json!({
        "name": "Everybody", "template_id": scene.template, "sender_ids": [scene.sender],
        "audience": {"kind": "opted_in"}, "variables": {"1": {"attribute": "city"}},
    });
    let campaign = created(&scene.api, "/api/v1/campaigns", draft).await;
    let path = format!("/api/v1/campaigns/{campaign}/preflight");
    let mut took = Vec::new();
    let mut found = Value::Null;
    for _ in 0..RUNS {
        let begun = Instant::now();
        found = scene.api.post(&path, Value::Null).await.ok();
        took.push(begun.elapsed().as_millis());
    }
    took.sort_unstable();
    println!("| People | Reachable | Left out | Median | Slowest |\n|---|---|---|---|---|");
    println!(
        "| {} | {} | {} | {} ms | {} ms |",
        found["people"],
        found["reachable"],
        found["people"].as_i64().unwrap() - found["reachable"].as_i64().unwrap(),
        took[RUNS / 2],
        took[RUNS - 1],
    );
    scene.stop().await;
}

/// Most are Indians; some live elsewhere, some in the United States, and one in a thousand has no city.
async fn fill(scene: &Scene) {
    let database = Database::connect(&scene.env["DATABASE_URL"]).await.unwrap();
    let insert = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "INSERT INTO customers (id, organization_id, phone, name, attributes, marketing_consent, created_at, updated_at)
         SELECT 'cus_01kawz1m4c' || LPAD(TO_HEX(n), 16, '0'), $1,
            CASE n % 20 WHEN 0 THEN '+49151' WHEN 1 THEN '+55119' WHEN 2 THEN '+1212' WHEN 3 THEN '+6281' ELSE '+9198' END
                || LPAD(n::text, 8, '0'),
            'Ana', CASE WHEN n % 1000 = 0 THEN '{}' ELSE '{\"city\": \"Pune\"}' END::jsonb, 'opted_in', 1, 1
         FROM generate_series(1, $2) AS n",
        [scene.organization.to_string().into(), PEOPLE.into()],
    );
    database.execute_raw(insert).await.unwrap();
    database.execute_unprepared("ANALYZE customers").await.unwrap();
    database.close().await.unwrap();
}
