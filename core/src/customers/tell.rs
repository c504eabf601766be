//! What integrators are told of customers: who they are after the change, in the API's words.

use super::entity::{Column, Entity, Model};
use super::queries::{Tagged, tags_of};
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::db::Owned;
use crate::error::Result;
use crate::events::{self, EventType, NewEvent, about};
use crate::ids::{CustomerId, OrganizationId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::HashSet;

const WRITTEN: [EventType; 2] = [EventType::CustomerCreated, EventType::CustomerUpdated];

/// Tells of customers that were written down, in the transaction that did it: `created` are new, `updated` were known.
/// Asks once whether anybody wants to know, and reads nobody otherwise.
pub async fn written(
    tx: &Tx,
    organization: OrganizationId,
    created: &HashSet<CustomerId>,
    updated: &HashSet<CustomerId>,
) -> Result<()> {
    if (created.is_empty() && updated.is_empty())
        || !events::wanted(tx.conn(), organization, &WRITTEN).await?
    {
        return Ok(());
    }
    let found = Entity::secure_find(organization)
        .filter(Column::Id.is_in(created.union(updated).copied()))
        .all(tx.conn())
        .await?;
    let tagged = tags_of(tx.conn(), organization, found).await?;
    let event = |one: &Tagged| {
        let new = created.contains(&one.customer.id);
        let kind = if new { EventType::CustomerCreated } else { EventType::CustomerUpdated };
        told(organization, one.customer.id, kind, tx.now(), data(one))
    };
    events::record(tx.conn(), tx.clock(), &tagged.iter().map(event).collect::<Vec<_>>()).await
}

/// Tells that something about one known customer changed.
pub async fn updated(tx: &Tx, organization: OrganizationId, id: CustomerId) -> Result<()> {
    written(tx, organization, &HashSet::new(), &HashSet::from([id])).await
}

/// Tells of somebody who was not known before.
pub(super) async fn created(tx: &Tx, customer: Model) -> Result<()> {
    let (organization, id) = (customer.organization_id, customer.id);
    let data = data(&Tagged { customer, tags: Vec::new() });
    let event = told(organization, id, EventType::CustomerCreated, tx.now(), data);
    events::record(tx.conn(), tx.clock(), &[event]).await
}

/// Tells that `gone` turned out to be `keep`.
pub async fn merged(tx: &Tx, organization: OrganizationId, keep: CustomerId, gone: CustomerId) -> Result<()> {
    let data = json!({ "id": keep, "merged_id": gone });
    let event = told(organization, keep, EventType::CustomerMerged, tx.now(), data);
    events::record(tx.conn(), tx.clock(), &[event]).await
}

/// Tells that a customer was deleted, in the transaction that does it. What is still kept of earlier events about them
/// goes with them, told or not.
pub async fn deleted(tx: &Tx, organization: OrganizationId, id: CustomerId) -> Result<()> {
    events::entity::Entity::delete_many()
        .filter(events::entity::Column::OrganizationId.eq(organization))
        .filter(events::entity::Column::CustomerId.eq(id))
        .exec(tx.conn())
        .await?;
    let event = told(organization, id, EventType::CustomerDeleted, tx.now(), json!({ "id": id }));
    events::record(tx.conn(), tx.clock(), &[event]).await
}

fn told(
    organization: OrganizationId,
    customer: CustomerId,
    kind: EventType,
    at: Timestamp,
    data: Value,
) -> NewEvent {
    NewEvent { organization, kind, customer: Some(customer), at, data }
}

fn data(Tagged { customer, tags }: &Tagged) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let consent = about(json!({
        "state": customer.marketing_consent, "source": customer.marketing_consent_source,
        "at": time(customer.marketing_consent_at),
    }));
    about(json!({
        "id": customer.id, "phone": customer.phone.as_ref().map(|phone| phone.as_str()), "bsuid": customer.bsuid,
        "wa_id": customer.wa_id, "username": customer.username, "name": customer.name,
        "attributes": customer.attributes, "tags": tags, "marketing_consent": consent,
        "last_inbound_at": time(customer.last_inbound_at), "created_at": customer.created_at.to_string(),
        "updated_at": customer.updated_at.to_string(),
    }))
}
