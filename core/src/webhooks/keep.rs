//! Keeping: acknowledged means committed. Many webhooks share one insert and one task.

use super::WebhookStatus;
use super::entity::{Column, Entity, Model};
use crate::clock::Timestamp;
use crate::context::Services;
use crate::dead_letters;
use crate::error::{Error, Result};
use crate::ids::{AppId, WebhookEventId};
use crate::outbox::unavailable;
use crate::queue::{Due, LaneName, NewTask};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};

/// Apply these webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyWebhooks {
    /// Which, oldest first.
    pub events: Vec<WebhookEventId>,
}

/// A webhook whose signature was right.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The app whose secret signed it.
    pub app: Option<AppId>,
    /// The raw bytes.
    pub body: Vec<u8>,
}

/// At most so many webhooks in one insert: seven values each, far from the databases' limits.
pub const MOST: usize = 200;

/// Commits the webhooks, then hands them to the queue. When this returns they may be acknowledged; if only the queue
/// is away, the relay hands them on later.
pub async fn keep(services: &Services, arrived: Vec<Arrived>) -> Result<()> {
    let row = |one: Arrived| Model {
        id: WebhookEventId::new(services.clock.as_ref()),
        app_id: one.app,
        body: one.body,
        status: WebhookStatus::Pending,
        note: None,
        received_at: services.now(),
        handled_at: None,
    };
    let rows: Vec<_> = arrived.into_iter().map(row).collect();
    let events: Vec<_> = rows.iter().map(|row| row.id).collect();
    for chunk in rows.chunks(MOST) {
        let rows = chunk.iter().cloned().map(IntoActiveModel::into_active_model);
        Entity::insert_many(rows).exec_without_returning(services.db.write()).await?;
    }
    if let Err(error) = push(services, vec![events]).await {
        tracing::warn!(%error, "webhooks kept but not queued; the relay will queue them");
    }
    Ok(())
}

/// Queues each group of webhooks as one task, called by the first of the group; returns how many are new.
pub(super) async fn push(services: &Services, groups: Vec<Vec<WebhookEventId>>) -> Result<u64> {
    let mut tasks = Vec::with_capacity(groups.len());
    for events in groups {
        let Some(first) = events.first() else { continue };
        let id = first.to_string();
        let body = serde_json::to_string(&ApplyWebhooks { events }).map_err(Error::internal)?;
        tasks.push(NewTask { id, body, due: Due::Now });
    }
    services.queues.push(LaneName::Inbound, tasks).await.map_err(unavailable)
}

#[derive(FromQueryResult)]
struct Found {
    id: WebhookEventId,
    received_at: Timestamp,
}

/// Queues again what was kept before `stale` and is still not applied; returns how many.
pub async fn relay(services: &Services, stale: Timestamp) -> Result<usize> {
    let found = Entity::find()
        .select_only()
        .columns([Column::Id, Column::ReceivedAt])
        .filter(Column::Status.eq(WebhookStatus::Pending))
        .filter(Column::ReceivedAt.lte(stale))
        .order_by_asc(Column::ReceivedAt)
        .limit(1_000)
        .into_model::<Found>()
        .all(services.db.read())
        .await?;
    for chunk in found.chunks(MOST) {
        if push(services, vec![chunk.iter().map(|row| row.id).collect()]).await? == 0 {
            past_the_dead(services, chunk).await?;
        }
    }
    Ok(found.len())
}

/// A task of this name is there already. If it waits, all is well. If it is dead, it is tried again once it has rested;
/// until then the webhooks behind it go on one by one, so that whatever buried it holds up nobody else.
async fn past_the_dead(services: &Services, chunk: &[Found]) -> Result<()> {
    let Some((first, others)) = chunk.split_first() else { return Ok(()) };
    let named = [(first.id.to_string(), first.received_at)];
    let resting = dead_letters::requeue_rested(services, LaneName::Inbound, &named).await?;
    if resting.is_empty() {
        return Ok(());
    }
    let singly = others.iter().map(|row| vec![row.id]).collect();
    if push(services, singly).await? < others.len() as u64 {
        let behind: Vec<_> = others.iter().map(|row| (row.id.to_string(), row.received_at)).collect();
        dead_letters::requeue_rested(services, LaneName::Inbound, &behind).await?;
    }
    Ok(())
}

/// Drops what was handled before `before`; returns how many.
pub async fn forget(services: &Services, before: Timestamp) -> Result<u64> {
    let done = Entity::delete_many()
        .filter(Column::Status.eq(WebhookStatus::Handled))
        .filter(Column::ReceivedAt.lt(before))
        .exec(services.db.write())
        .await?;
    Ok(done.rows_affected)
}
