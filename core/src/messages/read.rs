//! Marking what somebody wrote as read, and showing them "typing…".
//!
//! It is no message, so it has no row in the ledger: it is an outbox job, done by a worker like every request to the
//! provider. Asking twice does no harm, so a lost answer is simply asked again, for a while.

use super::entity::{Column, Entity, Model};
use super::jobs::MarkRead;
use super::{Direction, Message};
use crate::clock::Timestamp;
use crate::context::{Ctx, Services, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{MessageId, OutboxId};
use crate::outbox;
use crate::queue::LaneName;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::time::Duration;

/// "typing…" is shown for at most 25 seconds (Meta, "Typing indicators"); a job that is older shows none.
const TYPING: Duration = Duration::from_secs(25);
/// Nobody cares any more.
const TOO_LATE: Duration = Duration::from_secs(3_600);

/// Asks for a message to be marked as read.
///
/// # Errors
/// `NotFound`; `Conflict` when it is not an inbound one.
pub async fn request(tx: &Tx, ctx: &Ctx, id: MessageId, typing: bool) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(tx.conn()).await?;
    let message = found.ok_or_else(|| Error::not_found("message", id))?;
    if message.direction != Direction::In || message.wamid.is_none() {
        let message = "only a message of a customer can be marked as read";
        return Err(Error::conflict("message_not_inbound", message));
    }
    outbox::enqueue(tx, LaneName::Interactive, &MarkRead { mark_read: id, typing, asked_at: tx.now() })
        .await?;
    Ok(message)
}

/// What is to be asked of the provider.
#[derive(Debug)]
pub struct Due {
    /// The message.
    pub message: Message,
    /// Whether "typing…" is still worth showing.
    pub typing: bool,
}

/// What a job still asks for; nothing when it was done, or when it is too late for it.
pub async fn due(services: &Services, job: OutboxId, asked: &MarkRead) -> Result<Option<Due>> {
    if !outbox::is_open(services.db.read(), job).await? {
        return Ok(None);
    }
    let age = services.now().since(asked.asked_at);
    let found = Entity::find_by_id(asked.mark_read).one(services.db.read()).await?;
    match found.filter(|_| age < TOO_LATE) {
        Some(message) => Ok(Some(Due { message, typing: asked.typing && age < TYPING })),
        None => {
            tracing::warn!(message = %asked.mark_read, "a message was not marked as read: it is too late");
            outbox::settle(services.db.write(), job).await?;
            Ok(None)
        }
    }
}

/// The provider was asked. `at`: since when it is read, unless the provider refused. Then what was written before it is
/// read as well, as WhatsApp shows it.
pub async fn settle(
    services: &Services,
    job: OutboxId,
    message: &Message,
    at: Option<Timestamp>,
) -> Result<()> {
    let tx = services.begin().await?;
    if outbox::settle(tx.conn(), job).await?
        && let Some(at) = at
    {
        Entity::update_many()
            .col_expr(Column::ReadAt, Expr::value(at))
            .col_expr(Column::UpdatedAt, Expr::value(at))
            .filter(Column::CustomerId.eq(message.customer_id))
            .filter(Column::SenderId.eq(message.sender_id))
            .filter(Column::Direction.eq(Direction::In))
            .filter(Column::Id.lte(message.id))
            .filter(Column::ReadAt.is_null())
            .exec(tx.conn())
            .await?;
    }
    tx.commit().await
}
