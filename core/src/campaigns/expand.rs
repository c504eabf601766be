//! Expansion: every recipient made final, page by page. Variables are resolved and frozen, and who may not be messaged
//! becomes a `skipped` row with its reason, so that nobody is missing from the campaign's answer.
//!
//! Safe to run twice and to be killed: the cursor moves in the transaction that writes the page, by compare-and-set,
//! and a person is in a campaign once by a unique index.

mod pages;
mod verdict;

use super::control;
use super::entity::{Column, Entity, Model};
use super::recipients::Judge;
use super::state::CampaignStatus;
use crate::context::{Services, Tx};
use crate::error::{Error, Result};
use crate::events::{self, EventType};
use crate::ids::{CampaignId, OutboxId};
use crate::outbox::{self, Progress};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect};
use std::time::{Duration, Instant};

/// Works on a campaign's expansion for a while.
pub async fn expand(services: &Services, job: OutboxId, id: CampaignId) -> Result<Progress> {
    let begun = Instant::now();
    while begun.elapsed() < services.slice() {
        let tx = services.begin().await?;
        let mut query = Entity::find_by_id(id);
        if tx.backend() == DbBackend::Postgres {
            query = query.lock_exclusive();
        }
        let campaign = query.one(tx.conn()).await?;
        let Some(campaign) = campaign.filter(|c| c.status == CampaignStatus::Preparing) else {
            outbox::settle(tx.conn(), job).await?;
            tx.commit().await?;
            return Ok(Progress::Done);
        };
        let judge = Judge::of(tx.conn(), campaign).await?.with_links(&tx, services).await?;
        let last = pages::next(&tx, services, &judge).await?;
        let done = last.is_none();
        move_cursor(&tx, &judge.campaign, last).await?;
        if done {
            outbox::settle(tx.conn(), job).await?;
        }
        tx.commit().await?;
        if done {
            tracing::info!(campaign = %id, "campaign expanded; sending begins");
            return Ok(Progress::Done);
        }
    }
    Ok(Progress::More { after: Duration::ZERO })
}

/// Gives up a campaign that cannot be prepared, with the reason; true when this call did it.
pub async fn fail(services: &Services, job: OutboxId, id: CampaignId, why: &str) -> Result<bool> {
    let tx = services.begin().await?;
    let failed = Entity::update_many()
        .col_expr(Column::Status, Expr::value(CampaignStatus::Failed))
        .col_expr(Column::Failure, Expr::value(why))
        .col_expr(Column::FinishedAt, Expr::value(tx.now()))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(CampaignStatus::Preparing))
        .exec(tx.conn())
        .await?;
    outbox::settle(tx.conn(), job).await?;
    if failed.rows_affected == 1 {
        events::campaigns::tell(tx.conn(), tx.clock(), EventType::CampaignFailed, &[id]).await?;
    }
    tx.commit().await?;
    Ok(failed.rows_affected == 1)
}

async fn move_cursor(tx: &Tx, campaign: &Model, last: Option<String>) -> Result<()> {
    let mut paused = false;
    let mut update = Entity::update_many()
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(campaign.id))
        .filter(Column::Status.eq(CampaignStatus::Preparing));
    update = match last {
        Some(cursor) => update.col_expr(Column::ExpandCursor, Expr::value(cursor)),
        None => {
            // a template that was paused meanwhile found no running campaign to take along
            let refused = control::not_sendable(tx, campaign.template_id).await?;
            paused = refused.is_some();
            let status = if refused.is_some() { CampaignStatus::Paused } else { CampaignStatus::Running };
            update
                .col_expr(Column::Status, Expr::value(status))
                .col_expr(Column::PausedAt, Expr::value(refused.as_ref().map(|_| tx.now())))
                .col_expr(Column::PausedReason, Expr::value(refused.map(|problem| problem.message)))
                .col_expr(Column::ExpandedAt, Expr::value(tx.now()))
        }
    };
    match update.exec(tx.conn()).await?.rows_affected {
        1 if paused => {
            events::campaigns::tell(tx.conn(), tx.clock(), EventType::CampaignPaused, &[campaign.id]).await
        }
        1 => Ok(()),
        _ => Err(Error::conflict("campaign_changed", "the campaign changed while it was expanded")),
    }
}
