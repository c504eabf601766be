//! A second pair of eyes: where an organization asks for it, who may launch but not approve needs somebody who may.
//!
//! What is approved is the draft as it stands: any change to it or to its people takes the approval away.

use super::approval_entity::{Column, Entity, Model};
use super::edit::lock;
use super::state::Action;
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::identity::Permission;
use crate::ids::CampaignId;
use crate::organizations;
use crate::words::words;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

words! {
    /// What was said to the wish to launch.
    pub enum ApprovalStatus {
        /// Nothing yet.
        Requested = "requested",
        /// Yes.
        Approved = "approved",
        /// No.
        Rejected = "rejected",
    }
}

/// Asks for approval of a draft as it stands. Asked again, the question is new.
///
/// # Errors
/// `NotFound`; `Conflict("campaign_not_draft")`.
pub async fn request(tx: &Tx, ctx: &Ctx, id: CampaignId) -> Result<Model> {
    lock(tx, ctx, id).await?.status.check(Action::Launch)?;
    let row = Model {
        campaign_id: id,
        organization_id: ctx.organization,
        status: ApprovalStatus::Requested,
        requested_by: ctx.actor.to_string(),
        requested_at: tx.now(),
        decided_by: None,
        decided_at: None,
        note: None,
    };
    let anew = [
        Column::Status,
        Column::RequestedBy,
        Column::RequestedAt,
        Column::DecidedBy,
        Column::DecidedAt,
        Column::Note,
    ];
    Entity::insert(row.clone().into_active_model())
        .on_conflict(OnConflict::column(Column::CampaignId).update_columns(anew).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(row)
}

/// Says yes or no to it.
///
/// # Errors
/// `NotFound` when nobody asked; `Conflict("campaign_not_draft")`, `Conflict("approval_decided")` when it was decided
/// before; `Forbidden("own_request")` for who asked.
pub async fn decide(
    tx: &Tx,
    ctx: &Ctx,
    id: CampaignId,
    status: ApprovalStatus,
    note: Option<String>,
) -> Result<Model> {
    lock(tx, ctx, id).await?.status.check(Action::Launch)?;
    let found =
        Entity::secure_find(ctx.organization).filter(Column::CampaignId.eq(id)).one(tx.conn()).await?;
    let asked = found.ok_or_else(|| Error::not_found("approval request", id))?;
    let by = ctx.actor.to_string();
    if asked.requested_by == by {
        return Err(Error::forbidden("own_request", "somebody else has to look at it"));
    }
    let decided = Model { status, decided_by: Some(by), decided_at: Some(tx.now()), note, ..asked };
    let won = Entity::update_many()
        .col_expr(Column::Status, Expr::value(decided.status))
        .col_expr(Column::DecidedBy, Expr::value(decided.decided_by.clone()))
        .col_expr(Column::DecidedAt, Expr::value(decided.decided_at))
        .col_expr(Column::Note, Expr::value(decided.note.clone()))
        .filter(Column::CampaignId.eq(id))
        .filter(Column::Status.eq(ApprovalStatus::Requested))
        .exec(tx.conn())
        .await?;
    match won.rows_affected {
        1 => Ok(decided),
        _ => Err(Error::conflict("approval_decided", "it was approved or rejected before; ask anew")),
    }
}

/// What was asked and said about a draft.
///
/// # Errors
/// `NotFound`.
pub async fn get(ctx: &Ctx, id: CampaignId) -> Result<Model> {
    let found =
        Entity::secure_find(ctx.organization).filter(Column::CampaignId.eq(id)).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("approval request", id))
}

/// Takes an approval away because the draft is another one now.
pub(super) async fn void(tx: &Tx, id: CampaignId) -> Result<()> {
    Entity::delete_many().filter(Column::CampaignId.eq(id)).exec(tx.conn()).await?;
    Ok(())
}

/// Refuses a launch that needs somebody's approval and has none.
pub(super) async fn check(tx: &Tx, ctx: &Ctx, id: CampaignId) -> Result<()> {
    if ctx.grants.has(Permission::CampaignsApprove) {
        return Ok(());
    }
    let organization = organizations::Entity::find_by_id(ctx.organization).one(tx.conn()).await?;
    if !organization.is_some_and(|organization| organization.launch_needs_approval) {
        return Ok(());
    }
    let approved = Entity::secure_find(ctx.organization)
        .filter(Column::CampaignId.eq(id))
        .filter(Column::Status.eq(ApprovalStatus::Approved))
        .one(tx.conn())
        .await?;
    if approved.is_some() {
        return Ok(());
    }
    let message = "this organization asks for a second pair of eyes: request an approval, then launch";
    Err(Error::forbidden("approval_needed", message))
}
