//! Everything that is known about one person, page by page: whoever writes it out holds one page at a time.

use super::subject::Subject;
use crate::consent::event_entity;
use crate::context::Ctx;
use crate::customers::named::Named;
use crate::customers::queries::{self, Tagged};
use crate::db::Owned;
use crate::error::Result;
use crate::ids::{CampaignId, ConsentEventId, CustomerId, MediaId, MessageId};
use crate::imports::erase::{Place, Reject, rejects_naming};
use crate::media::{self, MediaOrigin, Medium};
use crate::messages::queries::WithAttempts;
use crate::messages::{self, attempt_entity, receipt_entity};
use crate::{campaigns, consent};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// Things read at a time.
const PAGE: u64 = 200;

/// Whom an export is about.
#[derive(Debug, Clone)]
pub struct Person {
    /// The customer.
    pub customer: Tagged,
    /// The ids that lead to them since others were merged into them.
    pub merged_ids: Vec<CustomerId>,
    people: Vec<CustomerId>,
    named: Named,
}

/// A message with everything that was told about it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The message with all its attempts.
    pub message: WithAttempts,
    /// What was told past its own way.
    pub receipts: Vec<receipt_entity::Model>,
}

/// Finds the person.
///
/// # Errors
/// `NotFound`.
pub async fn person(ctx: &Ctx, id: CustomerId) -> Result<Person> {
    let customer = queries::get(ctx, id).await?;
    let merged_ids = queries::merged_ids(ctx, customer.customer.id).await?;
    let rows = crate::customers::Entity::secure_find(ctx.organization)
        .filter(
            Condition::any()
                .add(crate::customers::entity::Column::Id.eq(customer.customer.id))
                .add(crate::customers::entity::Column::MergedInto.eq(customer.customer.id)),
        )
        .all(ctx.db.read())
        .await?;
    let subject = Subject::gather(ctx.db.read(), &rows).await?;
    Ok(Person { customer, merged_ids, people: subject.customers, named: subject.named })
}

/// What they said, oldest first, behind `after`.
pub async fn consent_events(
    ctx: &Ctx,
    person: &Person,
    after: Option<ConsentEventId>,
) -> Result<Vec<consent::event_entity::Model>> {
    use event_entity::{Column, Entity};
    let mut query = Entity::find()
        .filter(Column::OrganizationId.eq(ctx.organization))
        .filter(Column::CustomerId.is_in(person.people.iter().copied()))
        .order_by_asc(Column::Id)
        .limit(PAGE);
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    Ok(query.all(ctx.db.read()).await?)
}

/// Every message to and from them, drafts included, oldest first, behind `after`.
pub async fn messages(ctx: &Ctx, person: &Person, after: Option<MessageId>) -> Result<Vec<Told>> {
    use messages::entity::{Column, Entity};
    let mut query = Entity::secure_find(ctx.organization)
        .filter(Column::CustomerId.is_in(person.people.iter().copied()))
        .order_by_asc(Column::Id)
        .limit(PAGE);
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    let page = query.all(ctx.db.read()).await?;
    let mut earlier: HashMap<MessageId, Vec<attempt_entity::Model>> = HashMap::new();
    let attempts = attempt_entity::Entity::find()
        .filter(attempt_entity::Column::MessageId.is_in(page.iter().map(|row| row.id)))
        .order_by_asc(attempt_entity::Column::Attempt)
        .all(ctx.db.read());
    for attempt in attempts.await? {
        earlier.entry(attempt.message_id).or_default().push(attempt);
    }
    let mut told: HashMap<String, Vec<receipt_entity::Model>> = HashMap::new();
    let receipts = receipt_entity::Entity::secure_find(ctx.organization)
        .filter(receipt_entity::Column::Wamid.is_in(page.iter().filter_map(|row| row.wamid.clone())))
        .order_by_asc(receipt_entity::Column::Id)
        .all(ctx.db.read());
    for receipt in receipts.await? {
        told.entry(receipt.wamid.clone()).or_default().push(receipt);
    }
    let whole = |message: messages::Message| Told {
        receipts: message.wamid.as_ref().and_then(|wamid| told.remove(wamid)).unwrap_or_default(),
        message: WithAttempts { earlier: earlier.remove(&message.id).unwrap_or_default(), message },
    };
    Ok(page.into_iter().map(whole).collect())
}

/// The campaigns they were part of, oldest first, behind `after`.
pub async fn campaigns(
    ctx: &Ctx,
    person: &Person,
    after: Option<CampaignId>,
) -> Result<Vec<campaigns::entity::Model>> {
    use campaigns::entity::{Column, Entity};
    let theirs = Query::select()
        .column(messages::entity::Column::CampaignId)
        .from(messages::Entity)
        .and_where(messages::entity::Column::CustomerId.is_in(person.people.iter().copied()))
        .and_where(messages::entity::Column::CampaignId.is_not_null())
        .to_owned();
    let mut query = Entity::secure_find(ctx.organization)
        .filter(Column::Id.in_subquery(theirs))
        .order_by_asc(Column::Id)
        .limit(PAGE);
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    Ok(query.all(ctx.db.read()).await?)
}

/// The files they sent and the first one of each message that was sent to them, oldest first, behind `after`.
pub async fn media(ctx: &Ctx, person: &Person, after: Option<MediaId>) -> Result<Vec<Medium>> {
    use media::entity::{Column, Entity};
    use messages::entity::Column as Message;
    let select = |column| {
        Query::select()
            .column(column)
            .from(messages::Entity)
            .and_where(Message::CustomerId.is_in(person.people.iter().copied()))
            .and_where(Message::MediaId.is_not_null())
            .to_owned()
    };
    let received = Condition::all()
        .add(Column::Origin.eq(MediaOrigin::Inbound))
        .add(Column::MessageId.in_subquery(select(Message::Id)));
    let mut query = Entity::secure_find(ctx.organization)
        .filter(Condition::any().add(received).add(Column::Id.in_subquery(select(Message::MediaId))))
        .order_by_asc(Column::Id)
        .limit(PAGE);
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    Ok(query.all(ctx.db.read()).await?)
}

/// Rows of files that named them and did not go in, behind `after`; the place behind those looked at, until all were.
pub async fn import_rejects(
    ctx: &Ctx,
    person: &Person,
    after: Option<&Place>,
) -> Result<(Vec<Reject>, Option<Place>)> {
    rejects_naming(ctx.db.read(), ctx.organization, &person.named, after).await
}
