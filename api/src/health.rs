//! Whether this process is alive, whether it can work, and its numbers.

use crate::error::{ApiError, ApiResult};
use crate::openapi::Tag;
use bellbird_core::Services;
use bellbird_core::queue::LaneName;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use poem::web::Data;
use poem::{IntoResponse, Response, handler};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use std::sync::OnceLock;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A part that takes longer to answer counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often counted values are folded.
const FOLD: Duration = Duration::from_secs(5);
/// Upper bounds of all histograms: they count durations.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// All is well.
#[derive(Object, Debug)]
pub struct Health {
    /// Always `ok`.
    pub status: String,
}

/// Health of this process.
pub struct HealthApi;

#[OpenApi(tag = "Tag::Health")]
impl HealthApi {
    /// Say whether the process is alive
    ///
    /// Looks at nothing else: restarting the process would not bring a database back.
    #[oai(path = "/health", method = "get", operation_id = "getHealth")]
    async fn live(&self) -> ApiResult<Json<Health>> {
        Ok(ok())
    }

    /// Say whether the process can work
    ///
    /// 503 with the part that is away: the database or the queue.
    #[oai(path = "/health/ready", method = "get", operation_id = "getReadiness")]
    async fn ready(&self, services: Data<&Services>) -> ApiResult<Json<Health>> {
        if !matches!(tokio::time::timeout(PATIENCE, services.db.ping()).await, Ok(Ok(()))) {
            return Err(ApiError::unavailable("the database"));
        }
        if !matches!(tokio::time::timeout(PATIENCE, services.queues.ping()).await, Ok(Ok(()))) {
            return Err(ApiError::unavailable("the queue"));
        }
        Ok(ok())
    }
}

fn ok() -> Json<Health> {
    Json(Health { status: "ok".into() })
}

/// The process's numbers; there is one recorder however many applications a process builds.
fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        // fails only for an empty list
        let builder = builder.set_buckets(&SECONDS).unwrap_or_default();
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!(
                "another metrics recorder is installed; /metrics shows only what it gathers itself"
            );
        }
        handle
    })
}

/// Starts counting. What happens before is not counted.
pub(crate) fn start_counting() {
    recorder();
}

/// Folds what was counted, whether or not anybody scrapes: it would pile up otherwise.
pub(crate) async fn fold(shutdown: CancellationToken) {
    while tokio::time::timeout(FOLD, shutdown.cancelled()).await.is_err() {
        recorder().run_upkeep();
    }
}

/// Prometheus' text format; the queue is asked at each scrape.
#[handler]
pub(crate) async fn scrape(services: Data<&Services>) -> Response {
    for lane in LaneName::ALL {
        let name = lane.as_str();
        let asked = async { (services.queues.depth(lane).await, services.queues.oldest_age(lane).await) };
        let Ok((Ok(depth), Ok(oldest))) = tokio::time::timeout(PATIENCE, asked).await else {
            metrics::gauge!("bellbird_queue_up").set(0.0);
            return text();
        };
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
    metrics::gauge!("bellbird_queue_up").set(1.0);
    text()
}

fn text() -> Response {
    recorder().run_upkeep();
    recorder().render().with_content_type("text/plain; version=0.0.4").into_response()
}
