//! How long an organization keeps what, and the log of what was deleted for it.

use super::objects::{ApplyRetention, Retention, RetentionRun};
use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::ids::RetentionRunId;
use bellbird_core::privacy::{queries, retention};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations on an organization's retention policy.
#[derive(Debug, Clone, Copy)]
pub struct RetentionApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Privacy")]
impl RetentionApi {
    /// Get the retention policy
    ///
    /// How long what is kept, in months; what is absent is kept for ever.
    #[oai(path = "/organization/retention", method = "get", operation_id = "getRetention")]
    async fn get(&self, auth: Auth) -> ApiResult<Json<Retention>> {
        Ok(Json(retention::get(&auth).await?.into()))
    }

    /// Set the retention policy
    ///
    /// The whole of it: what is left out is kept for ever. It is applied within the hour and then daily; to see first
    /// what would go, start a run with `dry_run`. What is deleted does not come back.
    #[oai(path = "/organization/retention", method = "put", operation_id = "setRetention")]
    async fn set(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<Retention>,
    ) -> ApiResult<Answer<Retention>> {
        let guard = key.over(&body);
        let periods = body.value.periods();
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move { Ok(retention::set(tx, ctx, periods).await?.into()) })
        })
        .await
    }

    /// Apply the retention policy now
    ///
    /// In the background: `getRetentionRun` says how far it is. With `dry_run` it counts what would go, and changes
    /// nothing.
    #[oai(path = "/organization/retention/runs", method = "post", operation_id = "applyRetention")]
    async fn apply(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<ApplyRetention>,
    ) -> ApiResult<Answer<RetentionRun, 201>> {
        let dry_run = body.dry_run.unwrap_or(false);
        idempotent(&auth, key.over(&body), move |tx, ctx| {
            Box::pin(async move { RetentionRun::of(retention::request(tx, ctx, dry_run).await?) })
        })
        .await
    }

    /// List applications of the retention policy
    ///
    /// Newest first: daily ones, those asked for, and dry runs.
    #[oai(path = "/organization/retention/runs", method = "get", operation_id = "listRetentionRuns")]
    async fn list(
        &self,
        auth: Auth,
        cursor: Query<Option<String>>,
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<RetentionRun>>> {
        let page = queries::retention_runs(&auth, page::request(cursor.0.as_deref(), limit.0)?).await?;
        Ok(Json(List::all(page, RetentionRun::of)?))
    }

    /// Get an application of the retention policy
    ///
    /// How far it is, and how many rows it changed so far.
    #[oai(
        path = "/organization/retention/runs/:retention_run_id",
        method = "get",
        operation_id = "getRetentionRun"
    )]
    async fn run(&self, auth: Auth, retention_run_id: Path<RetentionRunId>) -> ApiResult<Json<RetentionRun>> {
        Ok(Json(RetentionRun::of(queries::retention_run(&auth, retention_run_id.0).await?)?))
    }
}
