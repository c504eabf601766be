//! Reading organizations.

use super::OrganizationStatus;
use super::entity::{Column, Entity, Model};
use crate::context::{Ctx, Services};
use crate::error::{Error, Result};
use crate::ids::OrganizationId;
use sea_orm::{EntityTrait, QueryOrder};

/// All of them, oldest first; for the operator.
pub async fn all(services: &Services) -> Result<Vec<Model>> {
    Ok(Entity::find().order_by_asc(Column::Id).all(services.db.read()).await?)
}

/// Whether an organization may be worked in; one that is not there may not.
pub async fn status(services: &Services, id: OrganizationId) -> Result<OrganizationStatus> {
    let found = Entity::find_by_id(id).one(services.db.read()).await?;
    Ok(found.map_or(OrganizationStatus::Suspended, |row| row.status))
}

/// The organization that asks.
pub async fn get(ctx: &Ctx) -> Result<Model> {
    let found = Entity::find_by_id(ctx.organization).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("organization", ctx.organization))
}
