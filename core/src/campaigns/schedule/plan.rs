//! Scheduling a draft, and taking that back.

use super::{Schedule, wall};
use crate::campaigns::edit::lock;
use crate::campaigns::entity::{Column, Entity, Model};
use crate::campaigns::state::{Action, CampaignStatus};
use crate::campaigns::{approvals, launch};
use crate::context::{Ctx, Tx};
use crate::error::{Error, Result};
use crate::ids::CampaignId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Lets a draft go out by itself. What a launch checks is checked now, as far as it can be known; it is checked again
/// when the time has come.
///
/// # Errors
/// Those of a launch; `Invalid` for a zone, time or rule that cannot be; `Conflict("campaign_scheduled")`.
pub async fn schedule(tx: &Tx, ctx: &Ctx, id: CampaignId, wish: Schedule) -> Result<Model> {
    let campaign = lock(tx, ctx, id).await?;
    campaign.status.check(Action::Schedule)?;
    let now = tx.now();
    let (_, first) = wish.check(now)?;
    if campaign.stop_at.is_some_and(|stop| stop <= first) {
        let message = format!("the campaign stops before it goes out ({first}); give it a later `stop_at`");
        return Err(Error::invalid("at", "stop_before_schedule", message));
    }
    approvals::check(tx, ctx, id).await?;
    launch::check(tx, ctx, &campaign).await?;
    let changed = Model {
        status: CampaignStatus::Scheduled,
        // written one way, however it was given
        schedule_at: wall::parse("at", &wish.at).ok().map(wall::write),
        schedule_zone: Some(wish.time_zone.trim().to_string()),
        schedule_rule: wish.repeat.map(|rule| rule.trim().to_string()),
        schedule_missed: Some(wish.missed),
        next_run_at: Some(first),
        runs: 0,
        failure: None,
        updated_at: now,
        ..campaign
    };
    write(tx, CampaignStatus::Draft, changed).await
}

/// Makes a scheduled campaign a draft again. What has gone out by its schedule goes on.
///
/// # Errors
/// `NotFound`; `Conflict("campaign_not_scheduled")`, also when it has just gone out.
pub async fn unschedule(tx: &Tx, ctx: &Ctx, id: CampaignId) -> Result<Model> {
    let campaign = lock(tx, ctx, id).await?;
    campaign.status.check(Action::Unschedule)?;
    let changed = Model {
        status: CampaignStatus::Draft,
        schedule_at: None,
        schedule_zone: None,
        schedule_rule: None,
        schedule_missed: None,
        next_run_at: None,
        updated_at: tx.now(),
        ..campaign
    };
    write(tx, CampaignStatus::Scheduled, changed).await
}

/// Writes what a schedule says about a campaign, if it still stands where it was.
pub(super) async fn write(tx: &Tx, from: CampaignStatus, changed: Model) -> Result<Model> {
    let update = Entity::update_many()
        .col_expr(Column::Status, Expr::value(changed.status))
        .col_expr(Column::ScheduleAt, Expr::value(changed.schedule_at.clone()))
        .col_expr(Column::ScheduleZone, Expr::value(changed.schedule_zone.clone()))
        .col_expr(Column::ScheduleRule, Expr::value(changed.schedule_rule.clone()))
        .col_expr(Column::ScheduleMissed, Expr::value(changed.schedule_missed))
        .col_expr(Column::NextRunAt, Expr::value(changed.next_run_at))
        .col_expr(Column::Runs, Expr::value(changed.runs))
        .col_expr(Column::Failure, Expr::value(changed.failure.clone()))
        .col_expr(Column::FinishedAt, Expr::value(changed.finished_at))
        .col_expr(Column::UpdatedAt, Expr::value(changed.updated_at))
        .filter(Column::Id.eq(changed.id))
        .filter(Column::Status.eq(from));
    match update.exec(tx.conn()).await?.rows_affected {
        1 => Ok(changed),
        _ => Err(Error::conflict(
            "campaign_changed",
            "somebody else changed this campaign a moment ago; look again",
        )),
    }
}
