//! How well the limiter uses a sender's rate: real processes against the sandbox's own bucket, which refuses with 130429
//! what comes too fast. Prints a table for docs/operations.md.
//!
//! `./dev bench-limiter`; it takes some four minutes. No test: what it measures is the machine, too.

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

use bellbird_sandbox::Accepted;
use process::Bellbird;
use scene::{Scene, prefix};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a campaign should take at its rate.
const SECONDS: usize = 20;
/// Nothing here takes this long unless it never happens.
const DEADLINE: Duration = Duration::from_secs(180);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    println!(
        "| Workers | Rate set (a second) | Campaigns | Rate used | Answers 130429 | Share of the first |"
    );
    println!("|---|---|---|---|---|---|");
    for mps in [80, 400] {
        for workers in [1, 2, 4] {
            Box::pin(measure(mps, workers, 1)).await;
        }
    }
    Box::pin(measure(80, 2, 2)).await;
    Box::pin(measure(400, 2, 2)).await;
}

/// Runs campaigns over one sender and prints a row.
async fn measure(mps: u32, workers: usize, campaigns: usize) {
    let scene = Scene::start(mps).await;
    let each = usize::try_from(mps).unwrap() * SECONDS / campaigns;
    let mut running = Vec::new();
    for n in 0..campaigns {
        running.push(scene.campaign(n, each).await);
    }
    let mut processes = Vec::new();
    for _ in 0..workers {
        let mut worker = Bellbird::start("work", &scene.env);
        worker.says("worker started").await;
        processes.push(worker);
    }
    for id in &running {
        scene.api.post(&format!("/api/v1/campaigns/{id}/launch"), Value::Null).await.ok();
    }
    let all = each * campaigns;
    let begun = Instant::now();
    while scene.sandbox.counts().accepted < all as u64 {
        assert!(begun.elapsed() < DEADLINE, "only {} of {all} sent", scene.sandbox.counts().accepted);
        sleep(Duration::from_millis(50)).await;
    }
    let (ledger, counts) = (scene.sandbox.ledger(), scene.sandbox.counts());
    let first = ledger.iter().map(|one| one.at_ms).min().unwrap();
    let last = ledger.iter().map(|one| one.at_ms).max().unwrap();
    let used = (all - 1) as f64 * 1_000.0 / (last - first).max(1) as f64;
    let refused = counts.refused.get(&130_429).copied().unwrap_or(0);
    println!(
        "| {workers} | {mps} | {campaigns} | {:.1} % | {:.2} % | {:.0} % |",
        used * 100.0 / f64::from(mps),
        refused as f64 * 100.0 / counts.requests.max(1) as f64,
        share_of_the_first(&ledger, campaigns),
    );
    for mut worker in processes {
        worker.terminate().await;
    }
    scene.stop().await;
}

/// The first campaign's percentage of what left while every campaign was at it.
fn share_of_the_first(ledger: &[Arc<Accepted>], campaigns: usize) -> f64 {
    let of = |n: usize| {
        let prefix = prefix(n);
        move |one: &Arc<Accepted>| one.to.starts_with(&prefix)
    };
    let from = (0..campaigns).filter_map(|n| ledger.iter().position(of(n))).max().unwrap();
    let until = (0..campaigns).filter_map(|n| ledger.iter().rposition(of(n))).min().unwrap();
    let together = &ledger[from..=until];
    together.iter().filter(|one| of(0)(one)).count() as f64 * 100.0 / together.len() as f64
}
