//! Rows of `campaign_approvals`.

use super::approvals::ApprovalStatus;
use crate::clock::Timestamp;
use crate::ids::{CampaignId, OrganizationId};
use sea_orm::entity::prelude::*;

/// Somebody's wish to launch a draft as it is, and what another person said to it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_approvals")]
pub struct Model {
    /// Which draft.
    #[sea_orm(primary_key, auto_increment = false)]
    pub campaign_id: CampaignId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// What was said.
    pub status: ApprovalStatus,
    /// Who wants to launch: the id of a person or a key.
    pub requested_by: String,
    /// Since when.
    pub requested_at: Timestamp,
    /// Who said it.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub note: Option<String>,
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
