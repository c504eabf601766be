//! Organizations seen from above: finding them, their plan, keeping one out, acting in somebody's name.

use super::objects::{
    ImpersonateMember, PlatformOrganization, SetOrganizationPlan, SuspendOrganization, Usage,
};
use crate::auth::PlatformAuth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::identity::Seen;
use crate::identity::objects::Tokens;
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::Timestamp;
use bellbird_core::ids::OrganizationId;
use bellbird_core::organizations::{OrganizationStatus, queries};
use bellbird_core::plans::usage;
use bellbird_core::platform::impersonate::impersonate;
use bellbird_core::platform::organizations::{self, Search};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations on organizations from above.
#[derive(Debug, Clone, Copy)]
pub struct PlatformOrganizationsApi;

#[OpenApi(prefix_path = "/api/v1/platform", tag = "Tag::Platform")]
impl PlatformOrganizationsApi {
    /// List organizations
    ///
    /// All of the installation, newest first.
    #[oai(path = "/organizations", method = "get", operation_id = "listOrganizations")]
    async fn list(
        &self,
        auth: PlatformAuth,
        /// A part of the name, the slug or the address.
        q: Query<Option<String>>,
        /// Only those that may, or may not, be worked in.
        status: Query<Option<OrganizationStatus>>,
        /// Only those with this plan.
        plan: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<PlatformOrganization>>> {
        let search = Search { text: q.0, status: status.0, plan: plan.0 };
        let page = page::request(cursor.0.as_deref(), limit.0)?;
        let found = organizations::list(&auth.ctx, search, page).await?;
        Ok(Json(List::of(found, PlatformOrganization::from)))
    }

    /// Get an organization
    ///
    /// How it stands, and nothing of its customers or messages.
    #[oai(path = "/organizations/:organization_id", method = "get", operation_id = "getAnyOrganization")]
    async fn get(
        &self,
        auth: PlatformAuth,
        organization_id: Path<OrganizationId>,
    ) -> ApiResult<Json<PlatformOrganization>> {
        let ctx = auth.over(organization_id.0).await?;
        Ok(Json(queries::get(&ctx).await?.into()))
    }

    /// See what an organization uses
    ///
    /// What `getUsage` tells the organization itself.
    #[oai(path = "/organizations/:organization_id/usage", method = "get", operation_id = "getAnyUsage")]
    async fn usage(
        &self,
        auth: PlatformAuth,
        organization_id: Path<OrganizationId>,
    ) -> ApiResult<Json<Usage>> {
        let ctx = auth.over(organization_id.0).await?;
        Ok(Json(usage::of(&ctx).await?.into()))
    }

    /// Suspend an organization
    ///
    /// Nobody gets in from the next request on, by password or by key, and its messages wait. What its customers write
    /// is kept. 409 `organization_suspended`.
    #[oai(
        path = "/organizations/:organization_id/suspend",
        method = "post",
        operation_id = "suspendOrganization"
    )]
    async fn suspend(
        &self,
        auth: PlatformAuth,
        organization_id: Path<OrganizationId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<SuspendOrganization>,
    ) -> ApiResult<Answer<PlatformOrganization>> {
        let guard = key.over(&body);
        let reason = body.value.reason;
        let ctx = auth.over(organization_id.0).await?;
        idempotent(&ctx, guard, |tx, ctx| {
            Box::pin(async move { Ok(organizations::suspend(tx, ctx, &reason).await?.into()) })
        })
        .await
    }

    /// Resume an organization
    ///
    /// Everybody gets in again, and messages that waited go on. 409 `organization_active`.
    #[oai(
        path = "/organizations/:organization_id/resume",
        method = "post",
        operation_id = "resumeOrganization"
    )]
    async fn resume(
        &self,
        auth: PlatformAuth,
        organization_id: Path<OrganizationId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<PlatformOrganization>> {
        let ctx = auth.over(organization_id.0).await?;
        idempotent(&ctx, key.alone(), |tx, ctx| {
            Box::pin(async move { Ok(organizations::resume(tx, ctx).await?.into()) })
        })
        .await
    }

    /// Set an organization's plan
    ///
    /// What is there already stays, also beyond the new limits; nothing is added to it. 422 `unknown_plan`.
    #[oai(
        path = "/organizations/:organization_id/plan",
        method = "put",
        operation_id = "setOrganizationPlan"
    )]
    async fn set_plan(
        &self,
        auth: PlatformAuth,
        organization_id: Path<OrganizationId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<SetOrganizationPlan>,
    ) -> ApiResult<Answer<PlatformOrganization>> {
        let guard = key.over(&body);
        let (plan, trial) = (body.value.plan, body.value.trial_ends_at.map(Timestamp::from));
        let ctx = auth.over(organization_id.0).await?;
        idempotent(&ctx, guard, |tx, ctx| {
            Box::pin(async move { Ok(organizations::set_plan(tx, ctx, plan, trial).await?.into()) })
        })
        .await
    }

    /// Act in a member's name
    ///
    /// Begins a session of theirs that lasts an hour and can do what they can, but nothing to their account. `getMe`
    /// tells `impersonator`, and so does the audit log of everything that is done. 403 `is_platform_admin`, 409
    /// `organization_suspended`.
    #[oai(
        path = "/organizations/:organization_id/impersonate",
        method = "post",
        operation_id = "impersonateMember"
    )]
    async fn impersonate(
        &self,
        auth: PlatformAuth,
        seen: Seen,
        organization_id: Path<OrganizationId>,
        body: Body<ImpersonateMember>,
    ) -> ApiResult<Json<Tokens>> {
        let said = body.value;
        let tokens = impersonate(&auth, &seen, organization_id.0, said.user_id, &said.reason).await?;
        Ok(Json(Tokens::of(&tokens, false)))
    }
}
