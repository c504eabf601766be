//! Rows of `receipts`.

use crate::clock::Timestamp;
use crate::ids::{OrganizationId, ReceiptId, SenderId};
use sea_orm::entity::prelude::*;

/// A status that does not move its message.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "receipts")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReceiptId,
    /// Whose message.
    pub organization_id: OrganizationId,
    /// The number it came through.
    pub sender_id: SenderId,
    /// The provider's id of the message.
    pub wamid: String,
    /// `participant` of a group, `payment` inside the message, or `unknown`.
    pub about: String,
    /// The provider's word.
    pub status: String,
    /// The participant's or payer's number.
    pub phone: Option<String>,
    /// Their business-scoped user id.
    pub bsuid: Option<String>,
    /// The whole status, JSON.
    pub content: String,
    /// The same for the same status told again.
    pub digest: String,
    /// When it happened.
    pub occurred_at: Option<Timestamp>,
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
