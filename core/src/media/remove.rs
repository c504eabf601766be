//! Deleting a file. Messages that still name it fail and say so; copies at the provider run out by themselves.

use super::entity::{Column, Entity};
use super::key;
use crate::context::{Ctx, Tx};
use crate::error::{Error, Result};
use crate::ids::MediaId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Forgets a file of the organization. Call [`discard`] once that is committed: nobody must find a row without a file.
///
/// # Errors
/// `NotFound`.
pub async fn remove(tx: &Tx, ctx: &Ctx, id: MediaId) -> Result<()> {
    let done = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::OrganizationId.eq(ctx.organization))
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Error::not_found("media", id)) }
}

/// Deletes the content of a file that has no row, or no row any more. Only logged when it fails: nobody sees it.
pub async fn discard(ctx: &Ctx, id: MediaId) {
    if let Err(error) = ctx.files.delete(&key(ctx.organization, id)).await {
        tracing::warn!(media = %id, %error, "a file without a row stays behind");
    }
}
