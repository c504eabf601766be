//! Rows of `event_deliveries`.

use super::DeliveryState;
use crate::clock::Timestamp;
use crate::events::EventType;
use crate::ids::{EventId, OrganizationId, SubscriptionId};
use sea_orm::entity::prelude::*;

/// One event on its way to one subscription, and what the receiver last said.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_deliveries")]
pub struct Model {
    /// To whom.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subscription_id: SubscriptionId,
    /// What.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: EventId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// What it is about.
    #[sea_orm(column_name = "type")]
    pub kind: EventType,
    /// How far it got.
    pub state: DeliveryState,
    /// How often it was posted, this time included while it is.
    pub attempts: i32,
    /// Not before this.
    pub next_attempt_at: Option<Timestamp>,
    /// How long the worker that posts it has for it.
    pub leased_until: Option<Timestamp>,
    /// When it was last posted.
    pub last_attempt_at: Option<Timestamp>,
    /// How long the last answer took.
    pub duration_ms: Option<i64>,
    /// The HTTP status of the last answer.
    pub response_status: Option<i32>,
    /// The beginning of its body.
    pub response_body: Option<String>,
    /// Why there was none.
    pub error: Option<String>,
    /// When the receiver took it.
    pub delivered_at: Option<Timestamp>,
    /// When it was caused.
    pub created_at: Timestamp,
    /// When it last changed.
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
