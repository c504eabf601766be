//! Rows of `organizations`.

use super::UnknownPolicy;
use crate::clock::Timestamp;
use crate::ids::OrganizationId;
use sea_orm::entity::prelude::*;

/// A tenant.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// Country (ISO 3166) of phone numbers written without a country code.
    pub country: Option<String>,
    /// For marketing messages whose outcome stays unknown.
    pub unknown_marketing: UnknownPolicy,
    /// For all other messages whose outcome stays unknown.
    pub unknown_transactional: UnknownPolicy,
    /// When it was created.
    pub created_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
