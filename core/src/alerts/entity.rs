//! Rows of `alerts`.

use super::Severity;
use crate::clock::Timestamp;
use crate::ids::{AlertId, OrganizationId, SenderId};
use sea_orm::entity::prelude::*;

/// One thing people should know; the same thing told again is one row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alerts")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AlertId,
    /// Whom it concerns.
    pub organization_id: OrganizationId,
    /// The sender it is about, if it is about one.
    pub sender_id: Option<SenderId>,
    /// The account it is about.
    pub waba_id: Option<String>,
    /// A stable word: area and event, like `account_update.disabled_update`.
    pub kind: String,
    /// How bad.
    pub severity: Severity,
    /// What happened and what to do, in plain words.
    pub message: String,
    /// As the provider told it, JSON.
    pub raw: String,
    /// The same for everything that is the same alert.
    pub digest: String,
    /// How often it happened.
    pub times: i32,
    /// When it first happened.
    pub first_seen_at: Timestamp,
    /// When it last happened.
    pub last_seen_at: Timestamp,
    /// When somebody had seen it; empty again when it happens once more.
    pub acknowledged_at: Option<Timestamp>,
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
