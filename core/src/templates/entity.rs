//! Rows of `templates`.

use super::{Category, TemplateChange, TemplateModel, TemplateQuality, TemplateStatus};
use crate::clock::Timestamp;
use crate::consent::Purpose;
use crate::error::{Error, Problem, Result};
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
    /// What the provider is still to be asked.
    pub pending_change: Option<TemplateChange>,
    /// The [`TemplateModel`] that an edit puts in place once the provider has taken it.
    pub next_components: Option<Json>,
    /// Why the provider refused the last change, in words.
    pub change_error: Option<String>,
    /// While its examples are handed to the provider: a JSON object of our files' ids with the handles they got.
    pub example_handles: Option<String>,
    /// The moment the status was told for. A matter is only changed by what is newer.
    pub status_at: Option<Timestamp>,
    /// The same for the quality.
    pub quality_at: Option<Timestamp>,
    /// The same for the category.
    pub category_at: Option<Timestamp>,
    /// The same for the content.
    pub components_at: Option<Timestamp>,
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
    /// The model to validate and render with. Its category is the row's: the provider may move a template.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub fn model(&self) -> Result<TemplateModel> {
        let model = self.read(&self.components)?;
        let category = match self.category {
            Purpose::Marketing => Category::Marketing,
            Purpose::Authentication => Category::Authentication,
            Purpose::Utility | Purpose::Service => Category::Utility,
        };
        Ok(TemplateModel { category, ..model })
    }

    /// The model an edit puts in place.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn next_model(&self) -> Result<TemplateModel> {
        self.read(self.next_components.as_ref().unwrap_or(&Json::Null))
    }

    /// Why it may not be sent, if so.
    pub fn unsendable(&self) -> Option<Problem> {
        if let Some(what) = &self.unsupported {
            let message = format!("the template `{}` has {what}, which cannot be sent from here", self.name);
            return Some(Problem::new("template_id", "template_unsupported", message));
        }
        if self.status == TemplateStatus::Approved {
            return None;
        }
        let why = self.status_reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        let message =
            format!("the template `{}` is {}; only an approved one can be sent{why}", self.name, self.status);
        Some(Problem::new("template_id", "template_not_approved", message))
    }

    /// Refuses a template that may not be sent.
    ///
    /// # Errors
    /// `Conflict` with the reason.
    pub fn check_sendable(&self) -> Result<()> {
        match self.unsendable() {
            Some(problem) => Err(Error::conflict(problem.code, problem.message)),
            None => Ok(()),
        }
    }

    fn read(&self, json: &Json) -> Result<TemplateModel> {
        serde_json::from_value(json.clone())
            .map_err(|error| Error::internal(format!("template {} cannot be read: {error}", self.id)))
    }
}
