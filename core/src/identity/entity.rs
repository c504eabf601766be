//! Rows of `api_keys`.

use super::roles::Grants;
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
    /// The key's first characters, to recognise it by.
    pub hint: String,
    /// What it may do, as words with spaces between; nothing: everything.
    pub scopes: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was made to stop working.
    pub revoked_at: Option<Timestamp>,
}

impl Model {
    /// What it may do.
    pub fn grants(&self) -> Grants {
        self.scopes.as_deref().map_or(Grants::ALL, Grants::of_scopes)
    }

    /// Does it work at this moment?
    pub fn works_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
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
