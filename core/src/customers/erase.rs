//! Taking a person out of the customers: the row, the rows that lead to it, and what hangs on them.

use super::entity::{Column, Entity, Model};
use super::tag_entity;
use crate::consent::event_entity;
use crate::context::Tx;
use crate::db::Owned;
use crate::error::Result;
use crate::ids::{CustomerId, OrganizationId};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// What goes with a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// The customer, and those that were merged into it.
    pub customers: u64,
    /// Their tags.
    pub tags: u64,
    /// Their words in the consent ledger.
    pub consent_events: u64,
}

/// A customer with the rows that were merged into it, locked until the transaction ends. Empty when it is gone. One that
/// was merged itself stands for the one it leads to.
pub async fn lock(tx: &Tx, organization: OrganizationId, id: CustomerId) -> Result<Vec<Model>> {
    let named = Entity::secure_find(organization).filter(Column::Id.eq(id)).one(tx.conn()).await?;
    let id = named.and_then(|row| row.merged_into).unwrap_or(id);
    let mut query = Entity::secure_find(organization)
        .filter(Condition::any().add(Column::Id.eq(id)).add(Column::MergedInto.eq(id)))
        .order_by_asc(Column::Id);
    if tx.backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    Ok(query.all(tx.conn()).await?)
}

/// What [`remove`] would remove.
pub async fn count(tx: &Tx, ids: &[CustomerId]) -> Result<Removed> {
    let tags = tag_entity::Entity::find().filter(tag_entity::Column::CustomerId.is_in(ids.iter().copied()));
    let words =
        event_entity::Entity::find().filter(event_entity::Column::CustomerId.is_in(ids.iter().copied()));
    Ok(Removed {
        customers: ids.len() as u64,
        tags: tags.count(tx.conn()).await?,
        consent_events: words.count(tx.conn()).await?,
    })
}

/// Removes these customers with their tags and their consent ledger. From the commit on nobody finds them: whoever
/// writes from their number is met for the first time.
pub async fn remove(tx: &Tx, ids: &[CustomerId]) -> Result<Removed> {
    let removed = count(tx, ids).await?;
    // tags and the ledger go along (ON DELETE CASCADE)
    Entity::delete_many().filter(Column::Id.is_in(ids.iter().copied())).exec(tx.conn()).await?;
    Ok(removed)
}
