//! Rows of `unrouted_statuses`: news about messages that are none of ours, kept to be looked at.

use crate::clock::Timestamp;
use crate::ids::UnroutedStatusId;
use sea_orm::entity::prelude::*;

/// One status nobody sent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unrouted_statuses")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UnroutedStatusId,
    /// The provider's id of the number.
    pub phone_number_id: Option<String>,
    /// The provider's id of the message.
    pub wamid: Option<String>,
    /// Whose mark it carries.
    pub opaque: Option<String>,
    /// The provider's word.
    pub status: String,
    /// When it happened.
    pub occurred_at: Option<Timestamp>,
    /// When we heard.
    pub received_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
