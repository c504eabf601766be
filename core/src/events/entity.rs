//! Rows of `events`.

use super::EventType;
use crate::clock::Timestamp;
use crate::ids::{CustomerId, EventId, OrganizationId};
use sea_orm::entity::prelude::*;

/// Something that happened and that somebody wanted to be told.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// Its id; integrators see it as `webhook-id`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// What it is about.
    #[sea_orm(column_name = "type")]
    pub kind: EventType,
    /// The person it says something about, so that it can go when they do.
    pub customer_id: Option<CustomerId>,
    /// The body that is posted, to the byte.
    pub payload: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was written down.
    pub created_at: Timestamp,
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
