//! Inbound messages: kept once, credited to the message they answer, and heard when they say "stop".

use super::counters::{Deltas, RESPONDED};
use super::erase::faded;
use super::state::MessageStatus;
use super::{Direction, Purpose, entity, merge, originals, tell};
use crate::clock::Timestamp;
use crate::consent::hear::{Heard, hear};
use crate::context::{Services, Tx};
use crate::customers;
use crate::error::Result;
use crate::events;
use crate::ids::{CampaignId, CustomerId, MediaId, MessageId, OrganizationId, SenderId};
use crate::media;
use crate::media::MediaOrigin;
use crate::media::inbound::Source;
use crate::webhooks::change::InboundChange;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, Statement};
use std::time::Duration;

/// A message without a quote answers the last one sent within this time.
const ANSWERS_WITHIN: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The number an inbound message came to.
#[derive(Debug, Clone, Copy)]
pub struct Door {
    /// Which sender.
    pub sender: SenderId,
    /// Whose.
    pub organization: OrganizationId,
}

/// Keeps an inbound message; false when it was kept before (providers repeat themselves). One that nobody can be named
/// for is kept, too, as nobody's.
pub async fn receive(
    tx: &Tx,
    services: &Services,
    door: Door,
    inbound: &InboundChange,
    at: Timestamp,
) -> Result<bool> {
    let known = entity::Entity::find().filter_inbound(door.sender, &inbound.wamid).one(tx.conn()).await?;
    if known.is_some() {
        return Ok(false);
    }
    let customer = who_wrote(tx, services, door, inbound, at).await?;
    let attachment = services.media.attachment(&inbound.kind, &inbound.content);
    let file = attachment.map(|attachment| (MediaId::new(tx.clock()), attachment));
    let row = entity::Model {
        direction: Direction::In,
        media_id: file.as_ref().map(|(id, _)| *id),
        kind: inbound.kind.clone(),
        status: MessageStatus::Received,
        content: Some(inbound.content.to_string()),
        wamid: Some(inbound.wamid.clone()),
        context_wamid: inbound.context_wamid.clone(),
        customer_id: customer,
        phone: inbound.from.phone.clone(),
        bsuid: inbound.from.bsuid.clone(),
        sent_at: Some(at),
        ..super::send::blank(tx, door.organization, door.sender, Purpose::Service)
    };
    let (message, told) = (row.id, tell::received(&row, at));
    // another worker may apply a repetition of this webhook at the same moment: whoever was first, there is one row
    let nothing = OnConflict::new().do_nothing().to_owned();
    let inserted = entity::Entity::insert(row.into_active_model())
        .on_conflict(nothing)
        .exec_without_returning(tx.conn())
        .await?;
    if inserted == 0 {
        return Ok(false);
    }
    events::record(tx.conn(), tx.clock(), &[told]).await?;
    if let Some((id, attachment)) = file {
        let (organization, sender) = (door.organization, door.sender);
        let source = Source { origin: MediaOrigin::Inbound, organization, sender, message };
        media::inbound::note(tx, id, source, attachment).await?;
    }
    originals::mark(tx, door.sender, Direction::In, &inbound.kind, inbound.context_wamid.as_deref(), at)
        .await?;
    originals::catch_up(tx, door.sender, message, &inbound.wamid).await?;
    let Some(customer) = customer else { return Ok(true) };
    if inbound.speaks() {
        customers::meet::heard_from(tx, customer, door.sender, at).await?;
        let mut deltas = Deltas::default();
        mark_answered(tx, door, customer, inbound.context_wamid.as_deref(), at, &mut deltas).await?;
        deltas.write(tx.conn(), &services.shards).await?;
    }
    let (text, payload) = (inbound.text.as_deref(), inbound.payload.as_deref());
    hear(tx, door.organization, Heard { customer, message, text, payload, at }).await?;
    Ok(true)
}

/// Whoever wrote, met or known; somebody who has a new number or id is known by it from now on.
async fn who_wrote(
    tx: &Tx,
    services: &Services,
    door: Door,
    inbound: &InboundChange,
    at: Timestamp,
) -> Result<Option<CustomerId>> {
    match &inbound.moved {
        Some(moved) => {
            let (before, now) = (moved.before.identity(), moved.now.identity());
            merge::rekey(tx, services, door.organization, (&before, &now), at).await
        }
        None => {
            let (who, name) = (inbound.from.identity(), inbound.from.name.as_deref());
            merge::meet(tx, services, door.organization, &who, name).await
        }
    }
}

#[derive(FromQueryResult)]
struct Answered {
    campaign_id: Option<CampaignId>,
}

/// Marks the message that was answered, once: the quoted one, else the last one sent to this person.
async fn mark_answered(
    tx: &Tx,
    door: Door,
    customer: CustomerId,
    quoted: Option<&str>,
    at: Timestamp,
    deltas: &mut Deltas,
) -> Result<()> {
    let found = match quoted {
        Some(wamid) => find_answered(tx, "wamid = $3", door, customer, wamid.into()).await?,
        None => None,
    };
    let since = at.minus(ANSWERS_WITHIN);
    let found = match found {
        None => find_answered(tx, "accepted_at > $3", door, customer, since.into()).await?,
        found => found,
    };
    let Some(message) = found else { return Ok(()) };
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE messages SET responded_at = $2, updated_at = $3 WHERE id = $1 AND responded_at IS NULL
         RETURNING campaign_id",
        [message.into(), at.into(), tx.now().into()],
    );
    if let Some(row) = Answered::find_by_statement(update).one(tx.conn()).await? {
        deltas.add(row.campaign_id, RESPONDED, 1);
    }
    Ok(())
}

async fn find_answered(
    tx: &Tx,
    which: &str,
    door: Door,
    customer: CustomerId,
    value: sea_orm::Value,
) -> Result<Option<MessageId>> {
    let select = Statement::from_sql_and_values(
        tx.backend(),
        format!(
            "SELECT id FROM messages WHERE customer_id = $1 AND sender_id = $2 AND direction = 'out' AND {which}
             ORDER BY id DESC LIMIT 1"
        ),
        [customer.into(), door.sender.into(), value],
    );
    let row = tx.conn().query_one_raw(select).await?;
    Ok(row.map(|row| row.try_get("", "id")).transpose()?)
}

/// Finding an inbound message by what makes it the same.
trait InboundFilter {
    /// Only the one with this id at the provider, also as an erased row knows it.
    fn filter_inbound(self, sender: SenderId, wamid: &str) -> Self;
}

impl InboundFilter for sea_orm::Select<entity::Entity> {
    fn filter_inbound(self, sender: SenderId, wamid: &str) -> Self {
        use sea_orm::{ColumnTrait, QueryFilter};
        self.filter(entity::Column::Direction.eq(Direction::In))
            .filter(entity::Column::SenderId.eq(sender))
            .filter(entity::Column::Wamid.is_in([wamid.to_owned(), faded(wamid)]))
    }
}
