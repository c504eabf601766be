//! Rows of `retention_runs`: the log of what was deleted because its time was over.

use super::retention::Periods;
use super::{RetentionCounts, RetentionStage, WorkStatus};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::ids::{OrganizationId, RetentionRunId};
use sea_orm::entity::prelude::*;

/// One application of a retention policy.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_runs")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RetentionRunId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// Everything is counted and nothing is changed.
    pub dry_run: bool,
    /// How far it got.
    pub status: WorkStatus,
    /// What it is at.
    pub stage: RetentionStage,
    /// How far it is there, in the stage's own words.
    pub place: Option<String>,
    /// The policy as it stood when this began.
    pub periods: Json,
    /// How many rows it changed.
    pub counts: Json,
    /// On whose behalf: a key's id, `operator`, or `schedule`.
    pub requested_by: String,
    /// When it began; periods are counted back from here.
    pub started_at: Timestamp,
    /// When nothing was left.
    pub finished_at: Option<Timestamp>,
    /// When the row last changed.
    pub updated_at: Timestamp,
}

impl Model {
    /// The policy as it stood when this began.
    pub fn periods(&self) -> Result<Periods> {
        serde_json::from_value(self.periods.clone()).map_err(Error::internal)
    }

    /// How many rows it changed.
    pub fn counts(&self) -> Result<RetentionCounts> {
        serde_json::from_value(self.counts.clone()).map_err(Error::internal)
    }
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
