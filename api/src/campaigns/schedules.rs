//! Campaigns that go out by themselves, and second messages.

use super::objects::Campaign;
use super::schedule_objects::{
    MoveRecipients, MovedRecipients, RetargetCampaign, RetriedRecipients, RetryRecipients, ScheduleCampaign,
};
use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use bellbird_core::campaigns::schedule::plan;
use bellbird_core::campaigns::{pool, retarget, retry};
use bellbird_core::ids::CampaignId;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;

/// The operations on when campaigns go out, and go out again.
#[derive(Debug, Clone, Copy)]
pub struct SchedulesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Campaigns")]
impl SchedulesApi {
    /// Let a draft go out by itself
    ///
    /// Once, at a time in a named zone, or again and again by a rule; then each run is a campaign of its own (`repeats_id`
    /// names this one), with the same people. What a launch checks is checked now and again when the time has come; a
    /// run that cannot be launched then is `failed` and says why, and a rule goes on. It cannot be changed while it is
    /// scheduled (409 `campaign_scheduled`). 422 `unknown_time_zone`, `time_in_past`, `invalid_rule`,
    /// `rule_too_frequent`, `no_occurrence`, `stop_before_schedule`.
    #[oai(path = "/campaigns/:campaign_id/schedule", method = "post", operation_id = "scheduleCampaign")]
    async fn schedule(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<ScheduleCampaign>,
    ) -> ApiResult<Answer<Campaign>> {
        let guard = key.over(&body);
        let wish = body.value.into();
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move { plan::schedule(tx, ctx, campaign_id.0, wish).await?.try_into() })
        })
        .await
    }

    /// Make a scheduled campaign a draft again
    ///
    /// What went out by its schedule goes on. 409 `campaign_not_scheduled`, also when it has just gone out.
    #[oai(path = "/campaigns/:campaign_id/unschedule", method = "post", operation_id = "unscheduleCampaign")]
    async fn unschedule(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Campaign>> {
        idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { plan::unschedule(tx, ctx, campaign_id.0).await?.try_into() })
        })
        .await
    }

    /// Have people get a campaign from another number
    ///
    /// A person sticks to one of a campaign's numbers, also while it is paused. This moves everybody who was not sent to
    /// yet to another number of the same account, which then is one of the campaign's; who is just being sent to is `left`
    /// and can be moved in some seconds. 409 `campaign_not_active`; 422 `unknown_sender`, `other_account`,
    /// `sender_paused`.
    #[oai(path = "/campaigns/:campaign_id/move", method = "post", operation_id = "moveRecipients")]
    async fn move_people(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<MoveRecipients>,
    ) -> ApiResult<Answer<MovedRecipients>> {
        let guard = key.over(&body);
        let MoveRecipients { from_sender_id: from, to_sender_id: to } = body.value;
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move { Ok(pool::move_people(tx, ctx, campaign_id.0, from, to).await?.into()) })
        })
        .await
    }

    /// Try a campaign's failed messages again
    ///
    /// All of them, or those with the codes and reasons you name; each as if it had never been tried. The campaign runs
    /// on, also a completed one. 409 `nothing_to_retry` when none is meant, `campaign_not_retryable` when it is not
    /// sending or completed, `campaign_stopped` after its `stop_at`.
    #[oai(path = "/campaigns/:campaign_id/retry", method = "post", operation_id = "retryRecipients")]
    async fn retry(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<RetryRecipients>,
    ) -> ApiResult<Answer<RetriedRecipients>> {
        let guard = key.over(&body);
        let which = retry::Which::from(body.value);
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move {
                Ok(RetriedRecipients { retried: retry::retry(tx, ctx, campaign_id.0, &which).await? })
            })
        })
        .await
    }

    /// Draft a second campaign to those of a first
    ///
    /// The same campaign with another audience: those with whom the first came to `outcome`, asked when the second is
    /// launched. Change it like any draft. 409 `campaign_not_launched`.
    #[oai(path = "/campaigns/:campaign_id/retarget", method = "post", operation_id = "retargetCampaign")]
    async fn retarget(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<RetargetCampaign>,
    ) -> ApiResult<Answer<Campaign, 201>> {
        let guard = key.over(&body);
        let RetargetCampaign { outcome, name } = body.value;
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(
                async move { retarget::retarget(tx, ctx, campaign_id.0, outcome, name).await?.try_into() },
            )
        })
        .await
    }
}
