//! Rows of `suppression_keys`.

use crate::clock::Timestamp;
use crate::ids::OrganizationId;
use sea_orm::entity::prelude::*;

/// The key of one organization.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "suppression_keys")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The key, sealed for its place, `suppression_keys.sealed:<organization>`.
    pub sealed: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
