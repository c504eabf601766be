//! Rows of `media_uploads`: the copies of our files at the provider.

use crate::clock::Timestamp;
use crate::ids::{MediaId, SenderId};
use sea_orm::entity::prelude::*;

/// A file's copy for one sender.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "media_uploads")]
pub struct Model {
    /// Which file.
    #[sea_orm(primary_key, auto_increment = false)]
    pub media_id: MediaId,
    /// For which sender; no other may use it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sender_id: SenderId,
    /// The provider's id of the copy; `None`: it is being made.
    pub provider_id: Option<String>,
    /// When it was made.
    pub uploaded_at: Option<Timestamp>,
    /// Not used from this moment on.
    pub expires_at: Option<Timestamp>,
    /// Somebody is making it until then.
    pub leased_until: Option<Timestamp>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
