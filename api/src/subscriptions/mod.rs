//! Subscriptions: what is posted to integrators.

pub mod deliveries;
mod objects;

use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::events::EventType;
use bellbird_core::ids::SubscriptionId;
use bellbird_core::subscriptions::edit::{self, Change, NewSubscription};
use bellbird_core::subscriptions::{queries, secrets};
pub use objects::*;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use std::time::Duration;

/// The operations on subscriptions.
pub struct SubscriptionsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Subscriptions")]
impl SubscriptionsApi {
    /// List the types of events
    ///
    /// Everything a subscription can name, with a sentence on when it is sent.
    #[oai(path = "/event-types", method = "get", operation_id = "listEventTypes")]
    async fn types(&self, _auth: Auth) -> ApiResult<Json<EventTypes>> {
        let items = EventType::ALL.iter().map(|kind| EventTypeAbout::from(*kind)).collect();
        Ok(Json(EventTypes { items }))
    }

    /// Add a subscription
    ///
    /// From now on, what happens is posted to its address, signed. The answer holds the secret to verify the signatures
    /// with; it is shown this once. The address must lead to the public internet by `https`.
    #[oai(path = "/subscriptions", method = "post", operation_id = "createSubscription")]
    async fn create(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<CreateSubscription>,
    ) -> ApiResult<Answer<NewSubscriptionAnswer, 201>> {
        let guard = key.over(&body);
        let CreateSubscription { url, description, event_types } = body.value;
        let new = NewSubscription { url, description, types: event_types };
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move { NewSubscriptionAnswer::of(edit::add(tx, ctx, new).await?) })
        })
        .await
    }

    /// List subscriptions
    ///
    /// Newest first, those that were switched off too.
    #[oai(path = "/subscriptions", method = "get", operation_id = "listSubscriptions")]
    async fn list(
        &self,
        auth: Auth,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Things in a page, 1 to 200; 50 when not given.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Subscription>>> {
        let page = queries::list(&auth, page::request(cursor.as_deref(), limit.0)?).await?;
        let next_cursor = page.next;
        let items = page.items.into_iter().map(Subscription::of).collect::<Result<_, _>>()?;
        Ok(Json(List { items, next_cursor }))
    }

    /// Get a subscription
    ///
    /// With why it was switched off, if it was.
    #[oai(path = "/subscriptions/:subscription_id", method = "get", operation_id = "getSubscription")]
    async fn get(&self, auth: Auth, subscription_id: Path<SubscriptionId>) -> ApiResult<Json<Subscription>> {
        Ok(Json(Subscription::of(queries::get(&auth, subscription_id.0).await?)?))
    }

    /// Change a subscription
    ///
    /// What is not given stays as it is. Switched on again, its failures are forgotten and what waited for it goes out;
    /// what happened while it was off was not kept for it.
    #[oai(path = "/subscriptions/:subscription_id", method = "patch", operation_id = "updateSubscription")]
    async fn update(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        subscription_id: Path<SubscriptionId>,
        body: Body<UpdateSubscription>,
    ) -> ApiResult<Answer<Subscription>> {
        let guard = key.over(&body);
        let UpdateSubscription { url, description, event_types, enabled } = body.value;
        let change = Change { url, description, types: event_types, enabled };
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move { Subscription::of(edit::update(tx, ctx, subscription_id.0, change).await?) })
        })
        .await
    }

    /// Remove a subscription
    ///
    /// With its deliveries; what still waited to be posted is not.
    #[oai(path = "/subscriptions/:subscription_id", method = "delete", operation_id = "deleteSubscription")]
    async fn remove(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        subscription_id: Path<SubscriptionId>,
    ) -> ApiResult<Answer<Any<()>, 204>> {
        idempotent(&auth, key.alone(), |tx, ctx| {
            Box::pin(async move { edit::remove(tx, ctx, subscription_id.0).await.map(Any) })
        })
        .await
    }

    /// Replace a subscription's secret
    ///
    /// For `overlap_hours` everything is signed with the old secret as well, so that nothing is refused until your
    /// receivers know the new one. With 0 the old one ends at once.
    #[oai(
        path = "/subscriptions/:subscription_id/rotate-secret",
        method = "post",
        operation_id = "rotateSubscriptionSecret"
    )]
    async fn rotate(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        subscription_id: Path<SubscriptionId>,
        body: Body<RotateSecret>,
    ) -> ApiResult<Answer<NewSubscriptionAnswer>> {
        let overlap = Duration::from_secs(u64::from(body.overlap_hours.unwrap_or(24)) * 3_600);
        idempotent(&auth, key.over(&body), |tx, ctx| {
            Box::pin(async move {
                NewSubscriptionAnswer::of(secrets::rotate(tx, ctx, subscription_id.0, overlap).await?)
            })
        })
        .await
    }
}
