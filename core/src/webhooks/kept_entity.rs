//! Rows of `kept_changes`: what asks for nothing yet, kept to be looked at.

use crate::clock::Timestamp;
use crate::ids::{KeptChangeId, OrganizationId, SenderId};
use sea_orm::entity::prelude::*;

/// One change nothing is done about.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kept_changes")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KeptChangeId,
    /// Whom it concerns.
    pub organization_id: OrganizationId,
    /// The number it came through.
    pub sender_id: Option<SenderId>,
    /// The account it came through.
    pub waba_id: Option<String>,
    /// The provider's name for the area (`calls`, …).
    pub field: String,
    /// What happened, as far as we can tell.
    pub kind: String,
    /// Why nothing is done.
    pub note: String,
    /// The change, JSON.
    pub content: String,
    /// The same for the same change told again.
    pub digest: String,
    /// When we heard.
    pub received_at: Timestamp,
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
