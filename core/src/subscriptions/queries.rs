//! Reading subscriptions and what became of their deliveries.

use super::DeliveryState;
use super::delivery_entity::{self, Model as Delivery};
use super::entity::{Column, Entity, Model};
use crate::clock::Timestamp;
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::events::{self, EventType};
use crate::ids::{EventId, OrganizationId, SubscriptionId};
use crate::page::{Page, PageRequest};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, QueryFilter, QuerySelect};

/// One subscription of the organization.
pub async fn get(ctx: &Ctx, id: SubscriptionId) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("subscription", id))
}

/// The organization's subscriptions, newest first.
pub async fn list(ctx: &Ctx, page: PageRequest<SubscriptionId>) -> Result<Page<Model>> {
    let query = Entity::secure_find(ctx.organization);
    Page::newest(ctx.db.read(), query, Column::Id, page, |subscription| subscription.id.to_string()).await
}

/// One subscription, kept from others until the transaction ends.
pub(super) async fn lock(tx: &Tx, organization: OrganizationId, id: SubscriptionId) -> Result<Model> {
    let mut query = Entity::secure_find(organization).filter(Column::Id.eq(id));
    if tx.backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    query.one(tx.conn()).await?.ok_or_else(|| Error::not_found("subscription", id))
}

/// Which deliveries are wanted; empty fields mean all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those that got so far.
    pub state: Option<DeliveryState>,
    /// Only of this type.
    pub kind: Option<EventType>,
    /// Only what was caused from here on.
    pub since: Option<Timestamp>,
}

/// A subscription's deliveries, newest event first.
pub async fn deliveries(
    ctx: &Ctx,
    id: SubscriptionId,
    filter: &Filter,
    page: PageRequest<EventId>,
) -> Result<Page<Delivery>> {
    use delivery_entity::Column as Of;
    let subscription = get(ctx, id).await?.id;
    let mut query =
        delivery_entity::Entity::secure_find(ctx.organization).filter(Of::SubscriptionId.eq(subscription));
    if let Some(state) = filter.state {
        query = query.filter(Of::State.eq(state));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(Of::Kind.eq(kind));
    }
    if let Some(since) = filter.since {
        query = query.filter(Of::CreatedAt.gte(since));
    }
    Page::newest(ctx.db.read(), query, Of::EventId, page, |delivery| delivery.event_id.to_string()).await
}

/// One delivery of one subscription.
pub(super) async fn delivery(
    conn: &impl ConnectionTrait,
    organization: OrganizationId,
    (subscription, event): (SubscriptionId, EventId),
) -> Result<Delivery> {
    use delivery_entity::Column as Of;
    let found = delivery_entity::Entity::secure_find(organization)
        .filter(Of::SubscriptionId.eq(subscription))
        .filter(Of::EventId.eq(event))
        .one(conn)
        .await?;
    found.ok_or_else(|| Error::not_found("delivery", event))
}

/// One delivery with what is posted.
pub async fn with_payload(ctx: &Ctx, which: (SubscriptionId, EventId)) -> Result<(Delivery, String)> {
    let delivery = delivery(ctx.db.read(), ctx.organization, which).await?;
    let event = events::entity::Entity::secure_find(ctx.organization)
        .filter(events::entity::Column::Id.eq(which.1))
        .one(ctx.db.read())
        .await?;
    let event = event.ok_or_else(|| Error::not_found("delivery", which.1))?;
    Ok((delivery, event.payload))
}
