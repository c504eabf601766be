//! Webhooks that could not be applied: looking at them, and applying them again.

use crate::Time;
use crate::auth::Auth;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, prepared};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::ids::{AppId, WebhookEventId};
use bellbird_core::webhooks::{WebhookStatus, replay};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// What Meta posted once, without its bytes.
#[derive(Object, Debug)]
pub struct WebhookEvent {
    /// Its id.
    pub id: WebhookEventId,
    /// The app whose secret signed it.
    #[oai(skip_serializing_if_is_none)]
    pub app_id: Option<AppId>,
    /// How far it got.
    pub status: WebhookStatus,
    /// Why it could not be applied.
    #[oai(skip_serializing_if_is_none)]
    pub note: Option<String>,
    /// How many bytes it has.
    pub bytes: i64,
    /// When it came.
    pub received_at: Time,
}

impl From<replay::Summary> for WebhookEvent {
    fn from(event: replay::Summary) -> Self {
        Self {
            id: event.id,
            app_id: event.app_id,
            status: event.status,
            note: event.note,
            bytes: event.bytes,
            received_at: event.received_at.to_utc(),
        }
    }
}

/// Webhooks that could not be applied.
pub struct FailedWebhooksApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Webhooks")]
impl FailedWebhooksApi {
    /// List failed webhooks
    ///
    /// What Meta posted for this organization's apps and could not be applied. The bytes are kept until it is.
    #[oai(path = "/failed-webhooks", method = "get", operation_id = "listFailedWebhooks")]
    async fn list(
        &self,
        auth: Auth,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Things in a page, 1 to 200; 50 when not given.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<WebhookEvent>>> {
        let page = replay::failed_of(&auth, page::request(cursor.as_deref(), limit.0)?).await?;
        Ok(Json(List::of(page, WebhookEvent::from)))
    }

    /// Apply a failed webhook again
    ///
    /// It is pending again, and applied in a moment.
    #[oai(
        path = "/failed-webhooks/:webhook_event_id/replay",
        method = "post",
        operation_id = "replayWebhook"
    )]
    async fn replay(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        webhook_event_id: Path<WebhookEventId>,
    ) -> ApiResult<Answer<WebhookEvent>> {
        // before the transaction: an embedded queue and the database share one writer
        let replayed = replay::replay_own(&auth, webhook_event_id.0);
        prepared(&auth, key.alone(), replayed, |_, _, event| Box::pin(async move { Ok(event.into()) })).await
    }
}
