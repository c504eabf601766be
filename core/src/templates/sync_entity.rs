//! Rows of `template_syncs`: one per account, telling how its last synchronisation went.

use super::SyncStatus;
use crate::clock::Timestamp;
use crate::ids::{OrganizationId, TemplateSyncId};
use sea_orm::entity::prelude::*;

/// The synchronisation of an account's templates.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "template_syncs")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TemplateSyncId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The account at the provider.
    pub waba_id: String,
    /// How far it is.
    pub status: SyncStatus,
    /// Where the provider's next page begins, while it is under way.
    pub next_page: Option<String>,
    /// Templates read so far.
    pub found: i32,
    /// Why it failed or waits, in words.
    pub error: Option<String>,
    /// When it was last asked for.
    pub requested_at: Timestamp,
    /// When its first page was asked for. What is not seen from then on is gone.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
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
