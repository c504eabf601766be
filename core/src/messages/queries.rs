//! Reading the ledger.

use super::Direction;
use super::attempt_entity;
use super::entity::{Column, Entity, Model};
use super::state::MessageStatus;
use crate::content::Content;
use crate::context::{Ctx, Services};
use crate::customers;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{CampaignId, CustomerId, MediaId, MessageId, SenderId};
use crate::page::{Page, PageRequest};
use crate::templates::files;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// A message with the attempts before its current one.
#[derive(Debug, Clone)]
pub struct WithAttempts {
    /// The row.
    pub message: Model,
    /// Oldest first.
    pub earlier: Vec<attempt_entity::Model>,
}

/// One message of the organization.
pub async fn get(ctx: &Ctx, id: MessageId) -> Result<WithAttempts> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(ctx.db.read()).await?;
    let message = found.ok_or_else(|| Error::not_found("message", id))?;
    let earlier = attempt_entity::Entity::find()
        .filter(attempt_entity::Column::MessageId.eq(message.id))
        .order_by_asc(attempt_entity::Column::Attempt)
        .all(ctx.db.read())
        .await?;
    Ok(WithAttempts { message, earlier })
}

/// The stored files a message is sent with.
pub async fn named_media(services: &Services, id: MessageId) -> Result<Vec<MediaId>> {
    let found = Entity::find_by_id(id).one(services.db.read()).await?;
    Ok(found.map(|message| media_of(&message)).unwrap_or_default())
}

/// The stored files this message is sent with, each once.
pub fn media_of(message: &Model) -> Vec<MediaId> {
    if message.media_id.is_none() {
        return Vec::new();
    }
    let mut ids: Vec<MediaId> = match (&message.template_id, &message.content) {
        (Some(_), _) => {
            let values = message.variables.as_deref().and_then(|json| serde_json::from_str(json).ok());
            files::named(&values.unwrap_or_default()).into_iter().map(|one| one.id).collect()
        }
        (None, Some(stored)) => {
            let content = Content::from_stored(&message.kind, stored);
            content.iter().flat_map(Content::media).map(|(id, _)| id).collect()
        }
        (None, None) => Vec::new(),
    };
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Which messages to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only with this person.
    pub customer: Option<CustomerId>,
    /// Only from or to this number of ours.
    pub sender: Option<SenderId>,
    /// Only one way.
    pub direction: Option<Direction>,
    /// Only those of which it is not known whether they were sent.
    pub unknown: bool,
}

/// The organization's messages, newest first. Recipients of drafts are not messages yet.
pub async fn list(ctx: &Ctx, filter: &Filter, page: PageRequest<MessageId>) -> Result<Page<Model>> {
    let mut query = Entity::secure_find(ctx.organization).filter(Column::Status.ne(MessageStatus::Planned));
    if let Some(customer) = filter.customer {
        query = query.filter(Column::CustomerId.eq(customer));
    }
    if let Some(sender) = filter.sender {
        query = query.filter(Column::SenderId.eq(sender));
    }
    if let Some(direction) = filter.direction {
        query = query.filter(Column::Direction.eq(direction));
    }
    if filter.unknown {
        query = query.filter(Column::Status.eq(MessageStatus::Unknown));
    }
    Page::newest(ctx.db.read(), query, Column::Id, page, |message| message.id.to_string()).await
}

/// A campaign's recipient: the message to a person, and what they are called.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// The row.
    pub message: Model,
    /// The person's name, if known.
    pub name: Option<String>,
}

/// Like [`recipients`], with the people's names.
pub async fn named_recipients(
    ctx: &Ctx,
    campaign: CampaignId,
    statuses: &[MessageStatus],
    page: PageRequest<MessageId>,
) -> Result<Page<Recipient>> {
    let found = recipients(ctx, campaign, statuses, page).await?;
    let people = found.items.iter().filter_map(|message| message.customer_id).collect();
    let names = customers::queries::names(ctx, people).await?;
    let name = |message: &Model| message.customer_id.and_then(|id| names.get(&id).cloned());
    Ok(found.map(|message| Recipient { name: name(&message), message }))
}

/// A campaign's recipients, oldest first; `statuses` empty: all.
pub async fn recipients(
    ctx: &Ctx,
    campaign: CampaignId,
    statuses: &[MessageStatus],
    page: PageRequest<MessageId>,
) -> Result<Page<Model>> {
    let mut query = Entity::secure_find(ctx.organization)
        .filter(Column::CampaignId.eq(campaign))
        .order_by_asc(Column::Id)
        .limit(page.limit + 1);
    if !statuses.is_empty() {
        query = query.filter(Column::Status.is_in(statuses.iter().copied()));
    }
    if let Some(after) = page.after {
        query = query.filter(Column::Id.gt(after));
    }
    Ok(Page::cut(query.all(ctx.db.read()).await?, page.limit, |message| message.id.to_string()))
}
