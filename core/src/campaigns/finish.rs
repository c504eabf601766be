//! Noticing that a campaign is done: fully expanded, and no row is left that anybody will still do something about.

use super::entity::{Column, Entity};
use super::state::CampaignStatus;
use crate::context::Services;
use crate::error::Result;
use crate::events::{self, EventType};
use crate::ids::CampaignId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};

/// Rows that will still be sent, now or when their time comes.
const UNSENT: &str = "(EXISTS (SELECT 1 FROM messages WHERE messages.campaign_id = campaigns.id
        AND messages.status IN ('planned', 'pending', 'queued', 'sending'))
    OR EXISTS (SELECT 1 FROM messages WHERE messages.campaign_id = campaigns.id
        AND messages.status = 'held' AND messages.attempt = 0))";
/// Rows that wait for a retry, or for the truth.
const UNSETTLED: &str = "(EXISTS (SELECT 1 FROM messages WHERE messages.campaign_id = campaigns.id
        AND messages.status = 'held')
    OR EXISTS (SELECT 1 FROM messages WHERE messages.campaign_id = campaigns.id
        AND messages.status = 'unknown' AND messages.decided_at IS NULL))";

/// Moves running campaigns on: to `settling` when everything was sent once, to `completed` when nothing is left.
/// A retry that comes late (a failure reported after the end) reopens a campaign: the ledger does that. The truth is
/// asked in the same statement that changes the status. Returns how many were completed.
pub async fn finish(services: &Services) -> Result<u64> {
    let (backend, now) = (services.db.backend(), services.now());
    let statement = |sql: String| Statement::from_sql_and_values(backend, sql, [now.into()]);
    if !any_active(services).await? {
        return Ok(0);
    }
    let settling = statement(format!(
        "UPDATE campaigns SET status = 'settling', updated_at = $1
         WHERE status = 'running' AND expanded_at IS NOT NULL AND {UNSETTLED} AND NOT {UNSENT}"
    ));
    services.db.write().execute_raw(settling).await?;
    let completed = statement(format!(
        "UPDATE campaigns SET status = 'completed', finished_at = $1, updated_at = $1
         WHERE status IN ('running', 'settling') AND expanded_at IS NOT NULL AND NOT {UNSETTLED} AND NOT {UNSENT}
         RETURNING id"
    ));
    let tx = services.begin().await?;
    let completed = tx.conn().query_all_raw(completed).await?;
    let completed: Vec<CampaignId> =
        completed.iter().map(|row| row.try_get("", "id")).collect::<Result<_, sea_orm::DbErr>>()?;
    events::campaigns::tell(tx.conn(), tx.clock(), EventType::CampaignCompleted, &completed).await?;
    tx.commit().await?;
    Ok(completed.len() as u64)
}

async fn any_active(services: &Services) -> Result<bool> {
    let active = Entity::find()
        .filter(Column::Status.is_in([CampaignStatus::Running, CampaignStatus::Settling]))
        .one(services.db.read())
        .await?;
    Ok(active.is_some())
}
