//! Posting again, and posting to try it out. Nothing is posted from here: rows are made due, and a worker finds them.

use super::delivery_entity::{Entity as Deliveries, Model as Delivery};
use super::{DeliveryState, SubscriptionStatus, queries};
use crate::clock::Timestamp;
use crate::context::{Ctx, Tx};
use crate::error::{Error, Result};
use crate::events::{self, EventType, NewEvent};
use crate::ids::{EventId, SubscriptionId};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, Statement};
use serde_json::json;

/// Makes due once more what was delivered, failed or waits, with all its attempts. The event keeps its id.
///
/// # Errors
/// `NotFound`; `Conflict` while it is being posted, or when the subscription is switched off.
pub async fn replay(tx: &Tx, ctx: &Ctx, which: (SubscriptionId, EventId)) -> Result<Delivery> {
    active(tx, ctx, which.0).await?;
    queries::delivery(tx.conn(), ctx.organization, which).await?;
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE event_deliveries SET state = 'pending', attempts = 0, next_attempt_at = $3, delivered_at = NULL,
            updated_at = $3
         WHERE subscription_id = $1 AND event_id = $2 AND state <> 'sending'",
        [which.0.into(), which.1.into(), tx.now().into()],
    );
    if tx.conn().execute_raw(update).await?.rows_affected() == 0 {
        return Err(Error::conflict("delivery_under_way", "it is being posted at this moment; look again"));
    }
    queries::delivery(tx.conn(), ctx.organization, which).await
}

/// Makes due everything that failed and was caused from `since` on; returns how many.
///
/// # Errors
/// `NotFound`; `Conflict` when the subscription is switched off.
pub async fn replay_failed(tx: &Tx, ctx: &Ctx, id: SubscriptionId, since: Timestamp) -> Result<u64> {
    active(tx, ctx, id).await?;
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE event_deliveries SET state = 'pending', attempts = 0, next_attempt_at = $3, updated_at = $3
         WHERE subscription_id = $1 AND created_at >= $2 AND state = 'failed'",
        [id.into(), since.into(), tx.now().into()],
    );
    Ok(tx.conn().execute_raw(update).await?.rows_affected())
}

/// Makes an event of type `subscription.test` for this subscription alone.
///
/// # Errors
/// `NotFound`; `Conflict` when the subscription is switched off.
pub async fn test(tx: &Tx, ctx: &Ctx, id: SubscriptionId) -> Result<Delivery> {
    active(tx, ctx, id).await?;
    let (event, kind) = (EventId::new(tx.clock()), EventType::SubscriptionTest);
    let data = json!({ "subscription_id": id, "message": "This is a test. Nothing happened." });
    let new = NewEvent { organization: ctx.organization, kind, customer: None, at: tx.now(), data };
    let row = events::entity::Model {
        id: event,
        organization_id: ctx.organization,
        kind,
        customer_id: None,
        payload: new.payload(event),
        occurred_at: tx.now(),
        created_at: tx.now(),
    };
    events::entity::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    let delivery = Delivery {
        subscription_id: id,
        event_id: event,
        organization_id: ctx.organization,
        kind,
        state: DeliveryState::Pending,
        attempts: 0,
        next_attempt_at: Some(tx.now()),
        leased_until: None,
        last_attempt_at: None,
        duration_ms: None,
        response_status: None,
        response_body: None,
        error: None,
        delivered_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    Deliveries::insert(delivery.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(delivery)
}

async fn active(tx: &Tx, ctx: &Ctx, id: SubscriptionId) -> Result<()> {
    match queries::lock(tx, ctx.organization, id).await?.status {
        SubscriptionStatus::Active => Ok(()),
        SubscriptionStatus::Disabled => {
            Err(Error::conflict("subscription_disabled", "switch the subscription on first"))
        }
    }
}
