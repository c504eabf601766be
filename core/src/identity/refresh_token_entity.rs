//! Rows of `refresh_tokens`.

use crate::clock::Timestamp;
use crate::ids::SessionId;
use sea_orm::entity::prelude::*;

/// A token that is exchanged once for the next one.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_tokens")]
pub struct Model {
    /// SHA-256 of the token as hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// Its session.
    pub session_id: SessionId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was exchanged.
    pub used_at: Option<Timestamp>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
