//! Whether this process is alive, whether it can work, and its numbers.

use crate::error::{ApiError, ApiResult};
use crate::openapi::Tag;
use bellbird_core::{Services, monitor};
use poem::web::Data;
use poem::{IntoResponse, Response, handler};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

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
        monitor::ready(&services).await.map_err(ApiError::unavailable)?;
        Ok(ok())
    }
}

fn ok() -> Json<Health> {
    Json(Health { status: "ok".into() })
}

/// Prometheus' text format.
#[handler]
pub(crate) async fn scrape(services: Data<&Services>) -> Response {
    monitor::scrape(&services).await.with_content_type(monitor::CONTENT_TYPE).into_response()
}
