//! Single messages: sending one, and seeing what became of it.

pub mod filter;
pub mod objects;
pub mod outgoing;
pub mod receipts;

use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent, prepared};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::ids::{CustomerId, MessageId, SenderId};
use bellbird_core::messages::queries::{self, Filter};
use bellbird_core::messages::{Direction, read, receipt, send, unknown};
use objects::{DecideUnknown, MarkMessageRead, Message};
use outgoing::SendMessage;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use receipts::Receipt;

/// The operations on single messages.
#[derive(Debug, Clone, Copy)]
pub struct MessagesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Messages")]
impl MessagesApi {
    /// Send a message to one person
    ///
    /// A template, or anything else while the person's 24-hour window is open (409 `window_closed` otherwise). It goes
    /// before campaigns. What WhatsApp would refuse is refused here, every limit with its field. A person who is not known yet becomes a customer. Marketing templates need the person's
    /// opt-in (422 `no_consent`). The answer is 202: `getMessage` tells what became of it.
    #[oai(path = "/messages", method = "post", operation_id = "sendMessage")]
    async fn send(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<SendMessage>,
    ) -> ApiResult<Answer<Message, 202>> {
        let guard = key.over(&body);
        // on the heap: reading a content of any kind makes a large future
        let sent = prepared(&auth, guard, body.value.read(&auth), |tx, ctx, new| {
            Box::pin(async move {
                let message = send::send(tx, ctx, new).await.map_err(outgoing::in_body)?;
                Ok(Message::alone(ctx.provider.as_ref(), message))
            })
        });
        Box::pin(sent).await
    }

    /// List messages
    ///
    /// Newest first: single ones, recipients of launched campaigns, and what people wrote. Without their attempts.
    #[oai(path = "/messages", method = "get", operation_id = "listMessages")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query, with its sentence")]
    async fn list(
        &self,
        auth: Auth,
        /// Only with this customer.
        customer_id: Query<Option<CustomerId>>,
        /// Only from or to this number of yours.
        sender_id: Query<Option<SenderId>>,
        /// Only `out` to customers, or only `in` from them.
        direction: Query<Option<Direction>>,
        /// Only those of which it is not known whether they were sent (`decideMessage`).
        unknown: Query<Option<bool>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Message>>> {
        let page = page::request(cursor.0.as_deref(), limit.0)?;
        let filter = Filter {
            customer: customer_id.0,
            sender: sender_id.0,
            direction: direction.0,
            unknown: unknown.0.unwrap_or(false),
        };
        let found = queries::list(&auth, &filter, page).await?;
        Ok(Json(List::of(found, |message| Message::alone(auth.provider.as_ref(), message))))
    }

    /// Mark a message as read
    ///
    /// One that a customer wrote; WhatsApp marks the ones before it as well. With `typing` they see "typing…" for 25
    /// seconds, or until your answer comes. Done in the background, within a second as a rule.
    #[oai(path = "/messages/:message_id/read", method = "post", operation_id = "markMessageRead")]
    async fn mark_read(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        message_id: Path<MessageId>,
        body: Body<MarkMessageRead>,
    ) -> ApiResult<Answer<Message, 202>> {
        let guard = key.over(&body);
        let (id, typing) = (message_id.0, body.typing.unwrap_or(false));
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move {
                let message = read::request(tx, ctx, id, typing).await?;
                Ok(Message::alone(ctx.provider.as_ref(), message))
            })
        })
        .await
    }

    /// Decide about an unknown outcome
    ///
    /// Of a message that may or may not have been sent, without waiting for the policy: `leave` assumes that it arrived,
    /// `resend` sends it again and accepts that it may come twice. A status that comes later still counts. 409
    /// `message_not_unknown` when there is nothing to decide.
    #[oai(path = "/messages/:message_id/decide", method = "post", operation_id = "decideMessage")]
    async fn decide(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        message_id: Path<MessageId>,
        body: Body<DecideUnknown>,
    ) -> ApiResult<Answer<Message>> {
        let guard = key.over(&body);
        let (id, decision) = (message_id.0, body.value.decision);
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move {
                let message = unknown::settle_one(tx, ctx, id, decision).await?;
                Ok(Message::alone(ctx.provider.as_ref(), message))
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
