//! The plans of the installation.

use super::objects::{Plan, Plans, PutPlan};
use crate::auth::PlatformAuth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use bellbird_core::plans::catalog;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Any;

/// The operations on plans.
#[derive(Debug, Clone, Copy)]
pub struct PlansApi;

#[OpenApi(prefix_path = "/api/v1/platform", tag = "Tag::Platform")]
impl PlansApi {
    /// List plans
    ///
    /// All of them by name.
    #[oai(path = "/plans", method = "get", operation_id = "listPlans")]
    async fn list(&self, auth: PlatformAuth) -> ApiResult<Json<Plans>> {
        let items = catalog::list(&auth.ctx).await?.into_iter().map(Plan::from).collect();
        Ok(Json(Plans { items }))
    }

    /// Make or change a plan
    ///
    /// Every organization that has it is limited by it from now on; what is there already stays.
    #[oai(path = "/plans/:plan", method = "put", operation_id = "putPlan")]
    async fn put(
        &self,
        auth: PlatformAuth,
        /// Its name: 1 to 40 small letters, digits and hyphens.
        plan: Path<String>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<PutPlan>,
    ) -> ApiResult<Answer<Plan>> {
        let guard = key.over(&body);
        let wanted = body.value.into();
        idempotent(&auth.ctx, guard, |tx, _| {
            Box::pin(async move { Ok(catalog::put(tx, &plan.0, wanted).await?.into()) })
        })
        .await
    }

    /// Remove a plan
    ///
    /// 409 `plan_in_use` while an organization has it.
    #[oai(path = "/plans/:plan", method = "delete", operation_id = "removePlan")]
    async fn remove(
        &self,
        auth: PlatformAuth,
        /// Its name.
        plan: Path<String>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Any<()>, 204>> {
        idempotent(&auth.ctx, key.alone(), |tx, _| {
            Box::pin(async move { catalog::remove(tx, &plan.0).await.map(Any) })
        })
        .await
    }
}
