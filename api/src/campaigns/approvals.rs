//! A second pair of eyes before a launch.

use crate::Time;
use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use bellbird_core::campaigns::approval_entity::Model;
use bellbird_core::campaigns::approvals::{self, ApprovalStatus};
use bellbird_core::ids::CampaignId;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

/// What is said to a wish to launch.
#[derive(Object)]
#[oai(deny_unknown_fields, example)]
pub struct DecideApproval {
    /// `approved` or `rejected`.
    pub decision: ApprovalDecision,
    /// Why, for who asked.
    #[oai(validator(max_length = 1000))]
    pub note: Option<String>,
}

/// Yes or no.
#[derive(poem_openapi::Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum ApprovalDecision {
    /// It may be launched as it is.
    Approved,
    /// It may not.
    Rejected,
}

impl Example for DecideApproval {
    fn example() -> Self {
        Self { decision: ApprovalDecision::Rejected, note: Some("The code ends on Friday already.".into()) }
    }
}

impl From<ApprovalDecision> for ApprovalStatus {
    fn from(decision: ApprovalDecision) -> Self {
        match decision {
            ApprovalDecision::Approved => Self::Approved,
            ApprovalDecision::Rejected => Self::Rejected,
        }
    }
}

/// The wish to launch a draft, and what was said to it.
#[derive(Object)]
pub struct Approval {
    /// Which draft.
    pub campaign_id: CampaignId,
    /// What was said.
    pub status: ApprovalStatus,
    /// Who wants to launch: the id of a person or of a key.
    pub requested_by: String,
    /// Since when.
    pub requested_at: Time,
    /// Who decided.
    #[oai(skip_serializing_if_is_none)]
    pub decided_by: Option<String>,
    /// When.
    #[oai(skip_serializing_if_is_none)]
    pub decided_at: Option<Time>,
    /// Why.
    #[oai(skip_serializing_if_is_none)]
    pub note: Option<String>,
}

impl From<Model> for Approval {
    fn from(row: Model) -> Self {
        Self {
            campaign_id: row.campaign_id,
            status: row.status,
            requested_by: row.requested_by,
            requested_at: row.requested_at.to_utc(),
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(bellbird_core::Timestamp::to_utc),
            note: row.note,
        }
    }
}

/// The operations on approvals.
#[derive(Debug, Clone, Copy)]
pub struct ApprovalsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Campaigns")]
impl ApprovalsApi {
    /// Ask for approval of a draft
    ///
    /// Of the draft as it stands: any change to it or to its people takes the approval away. Asked again, the question
    /// is new. 409 `campaign_not_draft` after the launch.
    #[oai(path = "/campaigns/:campaign_id/approval", method = "post", operation_id = "requestApproval")]
    async fn request(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Approval, 201>> {
        idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { Ok(approvals::request(tx, ctx, campaign_id.0).await?.into()) })
        })
        .await
    }

    /// Approve or reject a draft
    ///
    /// 403 `own_request` for who asked, 404 when nobody did, 409 `approval_decided` when it was decided before.
    #[oai(path = "/campaigns/:campaign_id/approval", method = "put", operation_id = "decideApproval")]
    async fn decide(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<DecideApproval>,
    ) -> ApiResult<Answer<Approval>> {
        let guard = key.over(&body);
        let DecideApproval { decision, note } = body.value;
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move {
                Ok(approvals::decide(tx, ctx, campaign_id.0, decision.into(), note).await?.into())
            })
        })
        .await
    }

    /// Get a draft's approval
    ///
    /// 404 when nobody has asked for one since the draft last changed.
    #[oai(path = "/campaigns/:campaign_id/approval", method = "get", operation_id = "getApproval")]
    async fn get(&self, auth: Auth, campaign_id: Path<CampaignId>) -> ApiResult<Json<Approval>> {
        Ok(Json(approvals::get(&auth, campaign_id.0).await?.into()))
    }
}
