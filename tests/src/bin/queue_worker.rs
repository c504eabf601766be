//! A worker in a process of its own, for the tests that kill one.
//!
//! `queue_worker redis <url> <prefix> <lease ms>` or `queue_worker sqlite <file> - <lease ms>`. Runs the bulk lane;
//! prints `started <id> <attempt>` for each job and then never ends it. SIGTERM shuts it down.

use std::io::Write;
use std::time::Duration;

use bellbird_core::queue::{LaneName, QueueConfig, QueueError, Queues, run_lane};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [kind, place, prefix, lease] = args.as_slice() else {
        return Err("usage: queue_worker redis|sqlite <url or file> <prefix> <lease ms>".into());
    };
    let lease = Duration::from_millis(lease.parse()?);
    let config = QueueConfig { lease, ..QueueConfig::default() };
    let queues = match kind.as_str() {
        "redis" => Queues::redis(place, prefix, &config).await?,
        _ => {
            let file = SqliteConnectOptions::new().filename(place).busy_timeout(Duration::from_secs(10));
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(file).await?;
            Queues::sqlite(pool, &config).await?
        }
    };
    let mut terminate = signal(SignalKind::terminate())?;
    let ended: Result<(), QueueError> = run_lane(
        "killed",
        queues.lane(LaneName::Bulk),
        1,
        lease / 3,
        async |_: serde_json::Value, meta| {
            let mut out = std::io::stdout();
            _ = writeln!(out, "started {} {}", meta.id, meta.attempt);
            _ = out.flush();
            std::future::pending().await
        },
        async move { _ = terminate.recv().await },
    )
    .await;
    Ok(ended?)
}
