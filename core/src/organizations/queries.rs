//! Reading an organization.

use super::entity::{Entity, Model};
use crate::context::Ctx;
use crate::error::{Error, Result};
use sea_orm::EntityTrait;

/// The organization that asks.
pub async fn get(ctx: &Ctx) -> Result<Model> {
    let found = Entity::find_by_id(ctx.organization).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("organization", ctx.organization))
}
