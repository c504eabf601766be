//! Rows of `api_keys`.

use crate::clock::Timestamp;
use crate::ids::{ApiKeyId, OrganizationId};
use sea_orm::entity::prelude::*;

/// A key; its text is shown once and only its hash is kept.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    /// For whom it speaks.
    pub organization_id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// SHA-256 of the key as hex.
    pub hash: String,
    /// The key's last characters, to recognise it by.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stopped working.
    pub revoked_at: Option<Timestamp>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
