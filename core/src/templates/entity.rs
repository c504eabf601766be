//! Rows of `templates`.

use super::{TemplateModel, TemplateQuality, TemplateStatus};
use crate::clock::Timestamp;
use crate::consent::Purpose;
use crate::error::{Error, Result};
use crate::ids::{OrganizationId, TemplateId};
use sea_orm::entity::prelude::*;

/// A template in one language.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "templates")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TemplateId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The account it belongs to at the provider.
    pub waba_id: String,
    /// Its name there.
    pub name: String,
    /// Its language there, as `en_US`.
    pub language: String,
    /// What it is for.
    pub category: Purpose,
    /// Where it stands.
    pub status: TemplateStatus,
    /// The provider's id of it, once it was submitted or synchronised.
    pub provider_id: Option<String>,
    /// Why it stands where it stands, in the provider's words.
    pub status_reason: Option<String>,
    /// How customers receive it.
    pub quality: Option<TemplateQuality>,
    /// The category the provider has announced to move it to.
    pub next_category: Option<Purpose>,
    /// What of it we cannot send, in words; such a template is shown, and refused when used.
    pub unsupported: Option<String>,
    /// When the provider was last asked about it.
    pub synced_at: Option<Timestamp>,
    /// `POSITIONAL` or `NAMED`.
    pub parameter_format: String,
    /// The whole [`TemplateModel`].
    pub components: Json,
    /// When it was written.
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

impl Model {
    /// The model to validate and render with.
    pub fn model(&self) -> Result<TemplateModel> {
        serde_json::from_value(self.components.clone())
            .map_err(|error| Error::internal(format!("template {} cannot be read: {error}", self.id)))
    }
}
