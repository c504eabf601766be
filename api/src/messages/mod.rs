//! Single messages: sending one, and seeing what became of it.

pub mod filter;
pub mod objects;
pub mod outgoing;
pub mod receipts;

use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, prepared};
use crate::openapi::Tag;
use bellbird_core::ids::MessageId;
use bellbird_core::messages::queries::{self, WithAttempts};
use bellbird_core::messages::{receipt, send};
use objects::Message;
use outgoing::SendMessage;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use receipts::Receipt;

/// The operations on single messages.
#[derive(Debug, Clone, Copy)]
pub struct MessagesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Messages")]
impl MessagesApi {
    /// Send a message to one person
    ///
    /// A template, or a free text while the person's 24-hour window is open (409 `window_closed` otherwise). It goes
    /// before campaigns. A person who is not known yet becomes a customer. Marketing templates need the person's
    /// opt-in (422 `no_consent`). The answer is 202: `getMessage` tells what became of it.
    #[oai(path = "/messages", method = "post", operation_id = "sendMessage")]
    async fn send(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<SendMessage>,
    ) -> ApiResult<Answer<Message, 202>> {
        let guard = key.over(&body);
        prepared(&auth, guard, body.value.read(&auth), |tx, ctx, new| {
            Box::pin(async move {
                let message = send::send(tx, ctx, new).await.map_err(outgoing::in_body)?;
                Ok(Message::of(ctx.provider.as_ref(), WithAttempts { message, earlier: Vec::new() }))
            })
        })
        .await
    }

    /// Get a message
    ///
    /// With every attempt: what WhatsApp was asked, and what it said.
    #[oai(path = "/messages/:message_id", method = "get", operation_id = "getMessage")]
    async fn get(&self, auth: Auth, message_id: Path<MessageId>) -> ApiResult<Json<Message>> {
        let found = queries::get(&auth, message_id.0).await?;
        let receipts = receipt::of(&auth, &found.message).await?;
        let receipts = receipts.into_iter().map(Receipt::from).collect();
        Ok(Json(Message { receipts, ..Message::of(auth.provider.as_ref(), found) }))
    }
}
