//! Naming another message of the same conversation: one that is quoted, or gets a reaction.

use super::entity::{Column, Entity};
use crate::context::Tx;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{CustomerId, MessageId, OrganizationId, SenderId};
use sea_orm::{ColumnTrait, QueryFilter};

/// Longest id of the provider's.
const WAMID: usize = 512;

/// Who talks with whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conversation {
    pub(super) organization: OrganizationId,
    pub(super) sender: SenderId,
    pub(super) customer: CustomerId,
}

/// The provider's id of a message named by ours or by the provider's. The latter is taken as it is: it may be older
/// than our books, and the provider sends a quote of what it does not know without the quote.
///
/// # Errors
/// `Invalid` for what is no id, belongs to another conversation or was not sent yet; `NotFound`.
pub(super) async fn resolve(tx: &Tx, talk: Conversation, field: &str, named: &str) -> Result<String> {
    if named.starts_with("wamid.") && named.len() <= WAMID && named.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(named.to_owned());
    }
    let Ok(id) = named.parse::<MessageId>() else {
        let message = "must be the id of a message: yours (msg_…) or WhatsApp's (wamid.…)";
        return Err(Error::invalid(field, "invalid_id", message));
    };
    let query = Entity::secure_find(talk.organization).filter(Column::Id.eq(id));
    let found = query.one(tx.conn()).await?.ok_or_else(|| Error::not_found("message", id))?;
    if found.sender_id != talk.sender || found.customer_id != Some(talk.customer) {
        let message = "that message was not exchanged between this sender and this person";
        return Err(Error::invalid(field, "other_conversation", message));
    }
    found.wamid.ok_or_else(|| {
        let message = "that message was not sent yet; wait until its status is `sent`";
        Error::invalid(field, "not_sent_yet", message)
    })
}
