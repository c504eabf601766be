//! Rows of `media`.

use super::{MediaOrigin, MediaStatus};
use crate::clock::Timestamp;
use crate::ids::{MediaId, MessageId, OrganizationId, SenderId};
use sea_orm::entity::prelude::*;

/// A file that is sent or was received.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MediaId,
    /// Whose file.
    pub organization_id: OrganizationId,
    /// Where it comes from.
    pub origin: MediaOrigin,
    /// Where it stands.
    pub status: MediaStatus,
    /// Why it is not here, in words.
    pub reason: Option<String>,
    /// What it is: by its content once it is here, before that as the provider says.
    pub mime_type: Option<String>,
    /// What it was called.
    pub file_name: Option<String>,
    /// In bytes, once it is here.
    pub size: Option<i64>,
    /// Of its content, in hex, once it is here.
    pub sha256: Option<String>,
    /// The inbound message it came with.
    pub message_id: Option<MessageId>,
    /// The number it came to.
    pub sender_id: Option<SenderId>,
    /// The provider's id of what a customer sent.
    pub provider_id: Option<String>,
    /// What the provider says its SHA-256 is, in hex.
    pub provider_sha256: Option<String>,
    /// How often it was tried to be fetched.
    pub tries: i32,
    /// Not fetched before this moment; also the lease of whoever fetches it.
    pub next_attempt_at: Option<Timestamp>,
    /// The provider keeps what a customer sent until then.
    pub expires_at: Option<Timestamp>,
    /// When we first knew of it.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
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
