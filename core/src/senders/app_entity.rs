//! Rows of `apps`.

use crate::clock::Timestamp;
use crate::ids::{AppId, OrganizationId};
use sea_orm::entity::prelude::*;

/// A Meta app: it has a webhook address of its own, and its secret signs what arrives there.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "apps")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The unguessable end of its webhook address.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Sealed.
    pub secret: String,
    /// Sealed.
    pub verify_token: String,
    /// When it was added.
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
