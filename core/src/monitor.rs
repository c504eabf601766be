//! What every process says about itself to those who watch it: whether it can work, and its numbers in Prometheus' text
//! format. The doors are the API's and the worker's own. `docs/operations.md` has every number with its meaning.

use crate::context::Services;
use crate::queue::LaneName;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use std::sync::OnceLock;
use std::time::Duration;

/// The format of [`scrape`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4";
/// A part that takes longer to answer counts as away.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often counted values are folded.
const FOLD: Duration = Duration::from_secs(5);
/// Upper bounds of all histograms, in seconds: they count durations.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Which part this process cannot work without is away: the database or the queue.
///
/// # Errors
/// Its name.
pub async fn ready(services: &Services) -> Result<(), &'static str> {
    let (database, queue) = tokio::join!(
        tokio::time::timeout(PATIENCE, services.db.ping()),
        tokio::time::timeout(PATIENCE, services.queues.ping()),
    );
    match (database, queue) {
        (Ok(Ok(())), Ok(Ok(()))) => Ok(()),
        (Ok(Ok(())), _) => Err("the queue"),
        _ => Err("the database"),
    }
}

/// Starts counting; what happens before is not counted. There is one recorder however many parts a process has.
pub fn start_counting() {
    recorder();
}

fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        // fails only for an empty list
        let builder = PrometheusBuilder::new().set_buckets(&SECONDS).unwrap_or_default();
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!(
                "another metrics recorder is installed; /metrics shows only what it gathers itself"
            );
        }
        metrics::gauge!("bellbird_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        handle
    })
}

/// Folds what was counted until `shutdown`, whether or not anybody scrapes: it would pile up otherwise.
pub async fn fold(shutdown: impl Future<Output = ()>) {
    let mut shutdown = std::pin::pin!(shutdown);
    while tokio::time::timeout(FOLD, shutdown.as_mut()).await.is_err() {
        recorder().run_upkeep();
    }
}

/// This process's counters, and the installation's gauges as the queue and the database tell them now. Every process
/// tells the same gauges: take the largest, never the sum.
pub async fn scrape(services: &Services) -> String {
    let (queue, database) = tokio::join!(
        tokio::time::timeout(PATIENCE, queue(services)),
        tokio::time::timeout(PATIENCE, database(services)),
    );
    let up = |answer: bool| if answer { 1.0 } else { 0.0 };
    metrics::gauge!("bellbird_queue_up").set(up(matches!(queue, Ok(Ok(())))));
    metrics::gauge!("bellbird_database_up").set(up(matches!(database, Ok(Ok(())))));
    recorder().run_upkeep();
    recorder().render()
}

async fn queue(services: &Services) -> Result<(), crate::queue::QueueError> {
    for lane in LaneName::ALL {
        let name = lane.as_str();
        let (depth, oldest) = (services.queues.depth(lane).await?, services.queues.oldest_age(lane).await?);
        for (state, count) in [
            ("ready", depth.ready),
            ("delayed", depth.delayed),
            ("leased", depth.leased),
            ("dead", depth.dead),
        ] {
            metrics::gauge!("bellbird_queue_tasks", "lane" => name, "state" => state).set(count as f64);
        }
        let age = oldest.unwrap_or_default().as_secs_f64();
        metrics::gauge!("bellbird_queue_oldest_seconds", "lane" => name).set(age);
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Standing {
    active: i64,
    paused: i64,
    unknown: i64,
    webhooks_failed: i64,
    webhook_received: Option<i64>,
    job_created: Option<i64>,
}

/// Small tables and partial indexes only: a scrape must cost nothing worth mentioning.
const STANDING: &str = "SELECT
    (SELECT COUNT(*) FROM senders WHERE status = 'active') AS active,
    (SELECT COUNT(*) FROM senders WHERE status <> 'active') AS paused,
    (SELECT COUNT(*) FROM messages WHERE status = 'unknown' AND decided_at IS NULL) AS unknown,
    (SELECT COUNT(*) FROM webhook_events WHERE status = 'failed') AS webhooks_failed,
    (SELECT MIN(received_at) FROM webhook_events WHERE status = 'pending') AS webhook_received,
    (SELECT MIN(created_at) FROM outbox) AS job_created";

async fn database(services: &Services) -> Result<(), sea_orm::DbErr> {
    let db = services.db.read();
    let row = db.query_one_raw(Statement::from_string(services.db.backend(), STANDING)).await?;
    let Some(row) = row.map(|row| Standing::from_query_result(&row, "")).transpose()? else { return Ok(()) };
    metrics::gauge!("bellbird_senders", "status" => "active").set(row.active as f64);
    metrics::gauge!("bellbird_senders", "status" => "paused").set(row.paused as f64);
    metrics::gauge!("bellbird_messages_unknown").set(row.unknown as f64);
    metrics::gauge!("bellbird_webhooks_failed").set(row.webhooks_failed as f64);
    let age =
        |since: Option<i64>| since.map_or(0.0, |at| services.now().since(crate::Timestamp(at)).as_secs_f64());
    metrics::gauge!("bellbird_webhooks_oldest_seconds").set(age(row.webhook_received));
    metrics::gauge!("bellbird_outbox_oldest_seconds").set(age(row.job_created));
    Ok(())
}
