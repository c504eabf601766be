//! Campaigns: one template to many people.

pub mod approvals;
pub mod cost;
pub mod csv;
pub mod events;
mod examples;
pub mod import_export;
pub mod numbers;
pub mod objects;
pub mod preflight;
pub mod recipient_objects;
pub mod recipients;
pub mod schedule_objects;
pub mod schedules;

use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::Result;
use bellbird_core::campaigns::{CampaignStatus, control, edit, launch, queries, stats};
use bellbird_core::ids::CampaignId;
use bellbird_core::page::Page;
use numbers::CampaignStats;
use objects::{Campaign, CampaignDraft};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Any;

/// The operations on campaigns.
#[derive(Debug, Clone, Copy)]
pub struct CampaignsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Campaigns")]
impl CampaignsApi {
    /// Draft a campaign
    ///
    /// Nothing is sent before it is launched or its schedule lets it go out. With the audience `listed` (the default),
    /// add people with `addRecipients` or `importRecipients`.
    #[oai(path = "/campaigns", method = "post", operation_id = "createCampaign")]
    async fn create(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<CampaignDraft>,
    ) -> ApiResult<Answer<Campaign, 201>> {
        let guard = key.over(&body);
        let draft = body.value.try_into()?;
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move { edit::create(tx, ctx, draft).await?.try_into() })
        })
        .await
    }

    /// List campaigns
    ///
    /// Newest first.
    #[oai(path = "/campaigns", method = "get", operation_id = "listCampaigns")]
    async fn list(
        &self,
        auth: Auth,
        /// Only those that stand here.
        status: Query<Option<CampaignStatus>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// At most so many, 1 to 200; 50 when left out.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Campaign>>> {
        let found = queries::list(&auth, status.0, page::request(cursor.0.as_deref(), limit.0)?).await?;
        let items = found.items.into_iter().map(Campaign::try_from).collect::<Result<Vec<_>>>()?;
        Ok(Json(List::of(Page { items, next: found.next }, |campaign| campaign)))
    }

    /// Get a campaign
    ///
    /// As it stands now. Its numbers are in `getCampaignStats`.
    #[oai(path = "/campaigns/:campaign_id", method = "get", operation_id = "getCampaign")]
    async fn get(&self, auth: Auth, campaign_id: Path<CampaignId>) -> ApiResult<Json<Campaign>> {
        Ok(Json(queries::get(&auth, campaign_id.0).await?.try_into()?))
    }

    /// Replace what a draft says
    ///
    /// What is left out goes back to its default. People already added stay. Only drafts change: 409
    /// `campaign_not_draft` after the launch, `campaign_scheduled` while it is scheduled.
    #[oai(path = "/campaigns/:campaign_id", method = "put", operation_id = "updateCampaign")]
    async fn update(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<CampaignDraft>,
    ) -> ApiResult<Answer<Campaign>> {
        let guard = key.over(&body);
        let draft = body.value.try_into()?;
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move { edit::update(tx, ctx, campaign_id.0, draft).await?.try_into() })
        })
        .await
    }

    /// Delete a draft
    ///
    /// The people added to it leave with it; as customers they stay. 409 `campaign_not_draft` after the launch.
    #[oai(path = "/campaigns/:campaign_id", method = "delete", operation_id = "deleteCampaign")]
    async fn delete(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Any<()>, 204>> {
        idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { edit::delete(tx, ctx, campaign_id.0).await.map(Any) })
        })
        .await
    }

    /// Launch a campaign
    ///
    /// Everything that can be known beforehand is checked for the whole audience: the template is approved (409
    /// `template_not_approved`), no sender is paused (409 `sender_paused`), somebody is in the audience (409
    /// `empty_audience`), and nobody lacks a value (422 `missing_variable`, with examples). Of two who launch it at
    /// once one gets 409 `campaign_not_draft`. Sending begins when its recipients are made final, a moment later.
    #[oai(path = "/campaigns/:campaign_id/launch", method = "post", operation_id = "launchCampaign")]
    async fn launch(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Campaign, 202>> {
        idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { launch::launch(tx, ctx, campaign_id.0).await?.try_into() })
        })
        .await
    }

    /// Pause a campaign
    ///
    /// Bites at once: only what WhatsApp is being asked this moment is still sent. 409 `campaign_not_running` when
    /// it does not run.
    #[oai(path = "/campaigns/:campaign_id/pause", method = "post", operation_id = "pauseCampaign")]
    async fn pause(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Campaign>> {
        idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { control::pause(tx, ctx, campaign_id.0).await?.try_into() })
        })
        .await
    }

    /// Resume a paused campaign
    ///
    /// Goes on where it stopped. 409 `campaign_not_paused` when it is not paused.
    #[oai(path = "/campaigns/:campaign_id/resume", method = "post", operation_id = "resumeCampaign")]
    async fn resume(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Campaign>> {
        idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { control::resume(tx, ctx, campaign_id.0).await?.try_into() })
        })
        .await
    }

    /// Cancel a campaign for good
    ///
    /// Who was not sent to will not be, and nothing is tried again; what was sent keeps being followed. 409
    /// `campaign_not_active` when it was not launched or is over.
    #[oai(path = "/campaigns/:campaign_id/cancel", method = "post", operation_id = "cancelCampaign")]
    async fn cancel(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Campaign>> {
        idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { control::cancel(tx, ctx, campaign_id.0).await?.try_into() })
        })
        .await
    }

    /// Get a campaign's numbers
    ///
    /// How many recipients stand where, how far they got, and why the others were not reached.
    #[oai(path = "/campaigns/:campaign_id/stats", method = "get", operation_id = "getCampaignStats")]
    async fn stats(&self, auth: Auth, campaign_id: Path<CampaignId>) -> ApiResult<Json<CampaignStats>> {
        let snapshot = stats::snapshot(&auth, campaign_id.0).await?;
        let reasons = stats::reasons(&auth, campaign_id.0).await?;
        Ok(Json(CampaignStats::of(auth.provider.as_ref(), &snapshot, reasons)))
    }
}
