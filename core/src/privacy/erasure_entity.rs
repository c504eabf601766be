//! Rows of `erasures`. They stay: that somebody was erased, when and by whom, is what an organization answers for. They
//! name nobody but by an id that leads nowhere any more.

use super::{ErasureCounts, ErasureStage, WorkStatus};
use crate::clock::Timestamp;
use crate::consent::ConsentState;
use crate::error::{Error, Result};
use crate::ids::{CustomerId, ErasureId, OrganizationId};
use sea_orm::entity::prelude::*;

/// The erasure of one person.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "erasures")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ErasureId,
    /// Whose customer.
    pub organization_id: OrganizationId,
    /// Who; the id leads nowhere once they are gone.
    pub customer_id: CustomerId,
    /// Everything is counted and nothing is changed.
    pub dry_run: bool,
    /// How far it got.
    pub status: WorkStatus,
    /// What it is at.
    pub stage: ErasureStage,
    /// How far it is there, in the stage's own words.
    pub place: Option<String>,
    /// By what the person is recognised, sealed; gone when it is over.
    pub subject: Option<String>,
    /// The database's own time, in milliseconds, once the person was gone: what began before may still know them.
    pub fence: Option<i64>,
    /// What they last said about marketing, and when: all that is left of their consent ledger.
    pub last_word: Option<ConsentState>,
    /// When they said it.
    pub last_word_at: Option<Timestamp>,
    /// How many rows it changed.
    pub counts: Json,
    /// On whose behalf: a key's id, or `operator`.
    pub requested_by: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When nothing was left.
    pub finished_at: Option<Timestamp>,
    /// When the row last changed.
    pub updated_at: Timestamp,
}

impl Model {
    /// How many rows it changed.
    pub fn counts(&self) -> Result<ErasureCounts> {
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
