//! Taking away what was to be told of somebody who is erased. What was delivered lies with the integrator, who is told
//! of the deletion.

use super::EventType;
use super::entity::{Column, Entity};
use crate::context::Tx;
use crate::error::Result;
use crate::ids::CustomerId;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};

/// Deletes the events about these customers with their deliveries, or counts them; but not that they were deleted, which
/// says no more than their ids.
pub async fn erase(tx: &Tx, customers: &[CustomerId], dry_run: bool) -> Result<u64> {
    let theirs = Condition::all()
        .add(Column::CustomerId.is_in(customers.iter().copied()))
        .add(Column::Kind.ne(EventType::CustomerDeleted));
    if dry_run {
        return Ok(Entity::find().filter(theirs).count(tx.conn()).await?);
    }
    Ok(Entity::delete_many().filter(theirs).exec(tx.conn()).await?.rows_affected)
}
