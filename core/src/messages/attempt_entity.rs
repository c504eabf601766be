//! Rows of `message_attempts`: the attempts before the current one.

use crate::clock::Timestamp;
use crate::ids::MessageId;
use sea_orm::entity::prelude::*;

/// One request to the provider that was followed by another.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_attempts")]
pub struct Model {
    /// Of which message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    /// Its number, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub attempt: i32,
    /// The provider's id.
    pub wamid: Option<String>,
    /// The provider's code of its failure.
    pub code: Option<i32>,
    /// The provider's title of it.
    pub error_title: Option<String>,
    /// More about it, for operators.
    pub error_detail: Option<String>,
    /// When it was claimed.
    pub claimed_at: Option<Timestamp>,
    /// When the provider took it.
    pub accepted_at: Option<Timestamp>,
    /// When it left the provider.
    pub sent_at: Option<Timestamp>,
    /// When it reached a device.
    pub delivered_at: Option<Timestamp>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it failed.
    pub failed_at: Option<Timestamp>,
    /// Since when its outcome is unknown.
    pub unknown_at: Option<Timestamp>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
