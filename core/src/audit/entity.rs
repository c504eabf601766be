//! Rows of `audit_events`.

use crate::clock::Timestamp;
use crate::ids::{AuditEventId, OrganizationId, UserId};
use sea_orm::entity::prelude::*;

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEventId,
    /// Where it was done.
    pub organization_id: OrganizationId,
    /// When.
    pub at: Timestamp,
    /// By whom: the id of a person or a key, or `operator`.
    pub actor: String,
    /// The platform's administrator who acted as that person.
    pub impersonator: Option<UserId>,
    /// The operation's id, like `launchCampaign`.
    pub action: String,
    /// The id of what it was done to, or of what was made.
    pub subject: Option<String>,
    /// The address that was asked.
    pub path: String,
    /// What changed, JSON: `{"role": {"before": "agent", "after": "admin"}}`.
    pub changes: Option<String>,
    /// The request's name, as in the log and in the answer.
    pub request_id: Option<String>,
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
