//! What became of the events of a subscription, and posting them again.

use super::objects::{Delivery, ReplayFailed, ReplayedDeliveries};
use crate::Time;
use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::Timestamp;
use bellbird_core::events::EventType;
use bellbird_core::ids::{EventId, SubscriptionId};
use bellbird_core::subscriptions::queries::{self, Filter};
use bellbird_core::subscriptions::{DeliveryState, replay};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations on deliveries.
pub struct DeliveriesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Subscriptions")]
impl DeliveriesApi {
    /// Send a test event
    ///
    /// An event of type `subscription.test` is posted in a moment; look at its delivery to see what your receiver said.
    #[oai(path = "/subscriptions/:subscription_id/test", method = "post", operation_id = "testSubscription")]
    async fn test(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        subscription_id: Path<SubscriptionId>,
    ) -> ApiResult<Answer<Delivery, 202>> {
        idempotent(&auth, key.alone(), |tx, ctx| {
            Box::pin(async move { Ok(replay::test(tx, ctx, subscription_id.0).await?.into()) })
        })
        .await
    }

    /// List deliveries
    ///
    /// What was posted or is to be posted to a subscription, and what its receiver last said, newest event first. The
    /// filters narrow each other down.
    #[oai(
        path = "/subscriptions/:subscription_id/deliveries",
        method = "get",
        operation_id = "listDeliveries"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the operation")]
    async fn list(
        &self,
        auth: Auth,
        subscription_id: Path<SubscriptionId>,
        /// Only those that got so far.
        state: Query<Option<DeliveryState>>,
        /// Only events of this type.
        #[oai(name = "type")]
        kind: Query<Option<EventType>>,
        /// Only what happened from here on.
        since: Query<Option<Time>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Things in a page, 1 to 200; 50 when not given.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Delivery>>> {
        let request = page::request(cursor.as_deref(), limit.0)?;
        let filter = Filter { state: state.0, kind: kind.0, since: since.0.map(Timestamp::from) };
        let page = queries::deliveries(&auth, subscription_id.0, &filter, request).await?;
        Ok(Json(List::of(page, Delivery::from)))
    }

    /// Get a delivery
    ///
    /// With what is posted.
    #[oai(
        path = "/subscriptions/:subscription_id/deliveries/:event_id",
        method = "get",
        operation_id = "getDelivery"
    )]
    async fn get(
        &self,
        auth: Auth,
        subscription_id: Path<SubscriptionId>,
        event_id: Path<EventId>,
    ) -> ApiResult<Json<Delivery>> {
        let which = (subscription_id.0, event_id.0);
        Ok(Json(Delivery::with_payload(queries::with_payload(&auth, which).await?)))
    }

    /// Post an event again
    ///
    /// Whatever became of it: it is posted in a moment, under the same id, and tried for days like a new one.
    #[oai(
        path = "/subscriptions/:subscription_id/deliveries/:event_id/replay",
        method = "post",
        operation_id = "replayDelivery"
    )]
    async fn replay(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        subscription_id: Path<SubscriptionId>,
        event_id: Path<EventId>,
    ) -> ApiResult<Answer<Delivery, 202>> {
        let which = (subscription_id.0, event_id.0);
        idempotent(&auth, key.alone(), |tx, ctx| {
            Box::pin(async move { Ok(replay::replay(tx, ctx, which).await?.into()) })
        })
        .await
    }

    /// Post failed events again
    ///
    /// All that failed for this subscription and happened since then, for after an outage.
    #[oai(
        path = "/subscriptions/:subscription_id/replay-failed",
        method = "post",
        operation_id = "replayFailedDeliveries"
    )]
    async fn replay_failed(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        subscription_id: Path<SubscriptionId>,
        body: Body<ReplayFailed>,
    ) -> ApiResult<Answer<ReplayedDeliveries, 202>> {
        let since = Timestamp::from(body.since);
        idempotent(&auth, key.over(&body), |tx, ctx| {
            Box::pin(async move {
                let replayed = replay::replay_failed(tx, ctx, subscription_id.0, since).await?;
                Ok(ReplayedDeliveries { replayed })
            })
        })
        .await
    }
}
