//! Reading organizations.

use super::entity::{Column, Entity, Model};
use crate::context::{Ctx, Services};
use crate::error::{Error, Result};
use sea_orm::{EntityTrait, QueryOrder};

/// All of them, oldest first; for the operator.
pub async fn all(services: &Services) -> Result<Vec<Model>> {
    Ok(Entity::find().order_by_asc(Column::Id).all(services.db.read()).await?)
}

/// The organization that asks.
pub async fn get(ctx: &Ctx) -> Result<Model> {
    let found = Entity::find_by_id(ctx.organization).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("organization", ctx.organization))
}
