//! Too late: a campaign may have a moment after which nothing of it is sent. The claim asks for it; this takes away what
//! nobody would claim for days, so that such a campaign ends in time.

use super::claim::{LATE, LATE_END};
use super::counters::Deltas;
use super::entity::Model;
use super::state::MessageStatus;
use super::tell;
use crate::context::Services;
use crate::error::Result;
use crate::events;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};

/// At most so many slices in one go; what is left is swept a second later.
const SLICES: usize = 20;

/// Ends what waits in campaigns that have stopped by themselves; returns how many rows. What is queued is refused by its
/// claim in a moment, and what is being asked of the provider is still recorded.
pub async fn sweep(services: &Services) -> Result<usize> {
    let any = Statement::from_sql_and_values(
        services.db.backend(),
        "SELECT 1 FROM campaigns WHERE stop_at <= $1 AND status IN ('running', 'settling', 'paused')
            AND EXISTS (SELECT 1 FROM messages WHERE messages.campaign_id = campaigns.id
                AND messages.status IN ('pending', 'held')) LIMIT 1",
        [services.now().into()],
    );
    if services.db.read().query_one_raw(any).await?.is_none() {
        return Ok(0);
    }
    let mut swept = 0;
    for from in [MessageStatus::Pending, MessageStatus::Held] {
        for _ in 0..SLICES {
            let n = slice(services, from).await?;
            swept += n;
            if n == 0 {
                break;
            }
        }
    }
    Ok(swept)
}

async fn slice(services: &Services, from: MessageStatus) -> Result<usize> {
    let (backend, now) = (services.db.backend(), services.now());
    let (most, skip) = match backend {
        DbBackend::Postgres => (1_000, "FOR UPDATE SKIP LOCKED"),
        _ => (250, ""),
    };
    let update = Statement::from_sql_and_values(
        backend,
        format!(
            "WITH chosen AS MATERIALIZED (
                SELECT id FROM messages WHERE status = '{from}' AND campaign_id IN (SELECT id FROM campaigns
                    WHERE stop_at <= $1 AND status IN ('running', 'settling', 'paused'))
                LIMIT {most} {skip})
             UPDATE messages SET status = {LATE_END}, reason = 'too_late', next_attempt_at = NULL, updated_at = $1
             WHERE id IN (SELECT id FROM chosen) AND status = '{from}' AND {LATE}
             RETURNING *"
        ),
        [now.into()],
    );
    let tx = services.db.begin().await?;
    let rows = Model::find_by_statement(update).all(&tx).await?;
    let (mut deltas, mut told) = (Deltas::default(), Vec::new());
    for row in &rows {
        deltas.moved(row.campaign_id, from, row.status);
        told.extend(tell::refused(row, now));
    }
    events::record(&tx, services.clock.as_ref(), &told).await?;
    deltas.write(&tx, &services.shards).await?;
    tx.commit().await?;
    Ok(rows.len())
}
