//! Webhooks that could not be applied: looking at them, and applying them again once the cause is gone.

use super::WebhookStatus;
use super::entity::{Column, Entity};
use super::keep;
use crate::clock::Timestamp;
use crate::context::{Ctx, Services};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{AppId, WebhookEventId};
use crate::page::{Page, PageRequest};
use crate::senders::{AppEntity, app_entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select};

/// A webhook without its bytes, which may be many.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Summary {
    /// Its id.
    pub id: WebhookEventId,
    /// The app whose secret signed it; `None`: the installation's default app.
    pub app_id: Option<AppId>,
    /// How far it got.
    pub status: WebhookStatus,
    /// Why it failed.
    pub note: Option<String>,
    /// How many bytes it has.
    pub bytes: i64,
    /// When it came.
    pub received_at: Timestamp,
}

/// All failed webhooks of this installation, newest first.
pub async fn failed(services: &Services, page: PageRequest<WebhookEventId>) -> Result<Page<Summary>> {
    list(services, Entity::find(), page).await
}

/// The failed webhooks of the organization's own apps, newest first; the default app's belong to nobody.
pub async fn failed_of(ctx: &Ctx, page: PageRequest<WebhookEventId>) -> Result<Page<Summary>> {
    list(ctx, Entity::find().filter(Column::AppId.is_in(apps(ctx).await?)), page).await
}

async fn apps(ctx: &Ctx) -> Result<Vec<AppId>> {
    let ids = AppEntity::secure_find(ctx.organization).select_only().column(app_entity::Column::Id);
    Ok(ids.into_tuple().all(ctx.db.read()).await?)
}

fn summaries(query: Select<Entity>) -> Select<Entity> {
    query
        .select_only()
        .columns([Column::Id, Column::AppId, Column::Status, Column::Note, Column::ReceivedAt])
        .expr_as(Expr::cust("CAST(LENGTH(body) AS BIGINT)"), "bytes")
}

async fn list(
    services: &Services,
    query: Select<Entity>,
    page: PageRequest<WebhookEventId>,
) -> Result<Page<Summary>> {
    // spelled out, not bound: only then do the databases see that the partial index fits
    let mut query = summaries(query).filter(Expr::cust("status = 'failed'"));
    if let Some(after) = page.after {
        query = query.filter(Column::Id.lt(after));
    }
    let query = query.order_by_desc(Column::Id).limit(page.limit + 1);
    let found = query.into_model::<Summary>().all(services.db.read()).await?;
    Ok(Page::cut(found, page.limit, |event| event.id.to_string()))
}

/// Makes failed webhooks pending again and queues them; returns those that had failed. Each goes by itself: what failed
/// once must not fail its neighbours.
pub async fn replay(services: &Services, ids: &[WebhookEventId]) -> Result<Vec<WebhookEventId>> {
    let mut replayed = Vec::new();
    for id in ids {
        let done = Entity::update_many()
            .col_expr(Column::Status, Expr::value(WebhookStatus::Pending))
            .filter(Column::Id.eq(*id))
            .filter(Column::Status.eq(WebhookStatus::Failed))
            .exec(services.db.write())
            .await?;
        if done.rows_affected == 1 {
            replayed.push(*id);
        }
    }
    if let Err(error) = keep::push(services, replayed.iter().map(|id| vec![*id]).collect()).await {
        tracing::warn!(%error, "webhooks to be applied again are not queued; the relay will queue them");
    }
    Ok(replayed)
}

/// [`replay`] for one webhook of the organization's own apps.
///
/// # Errors
/// `NotFound`; `Conflict` when it did not fail.
pub async fn replay_own(ctx: &Ctx, id: WebhookEventId) -> Result<Summary> {
    let own = Entity::find_by_id(id).filter(Column::AppId.is_in(apps(ctx).await?));
    let found = summaries(own.clone()).into_model::<Summary>().one(ctx.db.read()).await?;
    let event = found.ok_or_else(|| Error::not_found("webhook event", id))?;
    if replay(ctx, &[id]).await?.is_empty() {
        return Err(Error::conflict(
            "webhook_not_failed",
            "only a webhook that could not be applied is replayed",
        ));
    }
    Ok(Summary { status: WebhookStatus::Pending, ..event })
}
