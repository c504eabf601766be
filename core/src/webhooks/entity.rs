//! Rows of `webhook_events`.

use super::WebhookStatus;
use crate::clock::Timestamp;
use crate::ids::{AppId, WebhookEventId};
use sea_orm::entity::prelude::*;

/// One request of a provider, as it came.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_events")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookEventId,
    /// The app whose secret signed it; `None`: the installation's default app.
    pub app_id: Option<AppId>,
    /// The raw bytes.
    pub body: Vec<u8>,
    /// How far it got.
    pub status: WebhookStatus,
    /// Oddities, or why it failed.
    pub note: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
    /// When it was applied.
    pub handled_at: Option<Timestamp>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
