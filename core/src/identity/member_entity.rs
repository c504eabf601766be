//! Rows of `members`.

use super::roles::Role;
use crate::clock::Timestamp;
use crate::ids::{OrganizationId, UserId};
use sea_orm::entity::prelude::*;

/// A person's place in an organization.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "members")]
pub struct Model {
    /// Which organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// Which person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// What they are there.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::db::Owned for Entity {
    fn organization() -> Column {
        Column::OrganizationId
    }
}
