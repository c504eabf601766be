//! A second message to those with whom a campaign came to something: the same campaign, drafted anew.

use super::audience::Audience;
use super::bounds::Bounds;
use super::edit::{self, Draft};
use super::entity::{Column, Entity, Model};
use super::outcome::Outcome;
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::CampaignId;
use sea_orm::{ColumnTrait, QueryFilter};

/// Drafts a copy of a launched campaign for them. It can be changed like any draft, its template, too. The moment it
/// stops at is not taken over: it was the first one's.
///
/// # Errors
/// `NotFound`; `Conflict("campaign_not_launched")`; `Invalid` for whatever of it could not be written today.
pub async fn retarget(tx: &Tx, ctx: &Ctx, id: CampaignId, outcome: Outcome, name: String) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(tx.conn()).await?;
    let campaign = found.ok_or_else(|| Error::not_found("campaign", id))?;
    if campaign.launched_at.is_none() {
        let message = "this campaign was not launched, so it came to nothing yet";
        return Err(Error::conflict("campaign_not_launched", message));
    }
    let draft = Draft {
        name,
        description: campaign.description.clone(),
        template: campaign.template_id,
        senders: campaign.senders()?,
        sender_choice: campaign.sender_choice,
        multi_day: campaign.multi_day,
        audience: Audience::Outcome { campaign: id, outcome },
        variables: campaign.variables()?,
        rate_per_minute: campaign.rate_per_minute.map(i32::unsigned_abs),
        max_attempts: Some(campaign.max_attempts.unsigned_abs()),
        unknown_policy: Some(campaign.unknown_policy),
        bounds: Bounds { stop_at: None, ..Bounds::of(&campaign) },
    };
    edit::create(tx, ctx, draft).await
}
