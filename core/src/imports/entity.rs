//! Rows of `imports`.

use super::mapping::Mapping;
use super::reader::FileFormat;
use super::state::ImportStatus;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::files::FileKey;
use crate::ids::{CampaignId, ImportId, OrganizationId};
use sea_orm::entity::prelude::*;

/// A file of people, and how far it has come.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "imports")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Where it stands.
    pub status: ImportStatus,
    /// What the file was called.
    pub file_name: Option<String>,
    /// Of the file as it came, in bytes.
    pub size: i64,
    /// Of the file as it came, in hex.
    pub sha256: String,
    /// What it turned out to be.
    pub format: FileFormat,
    /// Of text.
    pub encoding: Option<String>,
    /// Of text.
    pub delimiter: Option<String>,
    /// The columns' names, made different from one another.
    pub columns: Json,
    /// Rows below the header.
    pub rows_total: i64,
    /// The draft the people go into; `None`: they become customers only.
    pub campaign_id: Option<CampaignId>,
    /// Which column holds what; known since the start.
    pub mapping: Option<Json>,
    /// Put on everybody.
    pub tags: Json,
    /// How everybody without a word of their own agreed to marketing.
    pub consent_source: Option<String>,
    /// Who started it last, as the consent ledger names them.
    pub started_by: Option<String>,
    /// Rows are judged, and nothing is kept.
    pub dry_run: bool,
    /// How often it was started.
    pub run: i32,
    /// Where the next row begins, in the rows as we keep them.
    pub byte_cursor: i64,
    /// Rows dealt with: added, updated, duplicates and rejected ones.
    pub rows_read: i64,
    /// People who were not there before: in the campaign if there is one, else among the customers.
    pub added: i64,
    /// People who were.
    pub updated: i64,
    /// Rows whose number an earlier row has.
    pub duplicates: i64,
    /// Rows that did not go in for another reason.
    pub rejected: i64,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was last started.
    pub started_at: Option<Timestamp>,
    /// When that ended.
    pub finished_at: Option<Timestamp>,
    /// When the file came.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
}

impl Model {
    /// The columns' names.
    pub fn columns(&self) -> Result<Vec<String>> {
        serde_json::from_value(self.columns.clone()).map_err(Error::internal)
    }

    /// Which column holds what, once it was started.
    pub fn mapping(&self) -> Result<Option<Mapping>> {
        self.mapping.clone().map(serde_json::from_value).transpose().map_err(Error::internal)
    }

    /// The tags for everybody.
    pub fn tags(&self) -> Result<Vec<String>> {
        serde_json::from_value(self.tags.clone()).map_err(Error::internal)
    }

    /// True while its rows are kept: it was never started, or only tried.
    pub fn is_startable(&self) -> bool {
        self.status.check_start(self.dry_run).is_ok()
    }

    /// Where its rows are kept.
    pub fn file(&self) -> FileKey {
        file(self.organization_id, self.id)
    }
}

/// Where an import's rows are kept.
pub fn file(organization: OrganizationId, id: ImportId) -> FileKey {
    FileKey::new(organization, "imports", id)
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
