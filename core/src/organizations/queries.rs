//! Reading organizations.

use super::entity::{Column, Entity, Model};
use crate::context::Services;
use crate::error::Result;
use sea_orm::{EntityTrait, QueryOrder};

/// All of them, oldest first; for the operator.
pub async fn all(services: &Services) -> Result<Vec<Model>> {
    Ok(Entity::find().order_by_asc(Column::Id).all(services.db.read()).await?)
}
