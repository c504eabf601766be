//! Templates on the wire: readable words instead of the provider's nested components.

use super::parts::*;
use crate::Time;
use bellbird_core::consent::Purpose;
use bellbird_core::ids::TemplateId;
use bellbird_core::templates::{
    self, Category, ParameterFormat, TemplateChange, TemplateQuality, TemplateStatus,
};
use bellbird_core::{Error, Result, Timestamp};
use poem_openapi::{Enum, Object};
use std::collections::BTreeMap;

/// What a template is for; decides its price and who may get it.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum TemplateCategory {
    /// Offers and news; needs the person's opt-in.
    Marketing,
    /// About something the person ordered or asked for.
    Utility,
    /// One-time codes.
    Authentication,
}

/// How gaps are called.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum VariableFormat {
    /// `{{1}}`, `{{2}}`, …
    Positional,
    /// `{{first_name}}`.
    Named,
}

/// A template in one language.
#[derive(Object, Debug)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// Meta's id of the account it belongs to.
    pub waba_id: String,
    /// Its name there.
    pub name: String,
    /// Its language code.
    pub language: String,
    /// What it is for.
    pub category: TemplateCategory,
    /// Where it stands with the provider. Only an `approved` one can be sent.
    pub status: TemplateStatus,
    /// Why it stands there.
    #[oai(skip_serializing_if_is_none)]
    pub status_reason: Option<String>,
    /// What the provider is still being asked: to `create`, `edit` or `delete` it.
    #[oai(skip_serializing_if_is_none)]
    pub pending_change: Option<TemplateChange>,
    /// Why the provider refused the last change, in words.
    #[oai(skip_serializing_if_is_none)]
    pub change_error: Option<String>,
    /// What of it cannot be sent from here, in words.
    #[oai(skip_serializing_if_is_none)]
    pub unsupported: Option<String>,
    /// How customers receive it.
    #[oai(skip_serializing_if_is_none)]
    pub quality: Option<TemplateQuality>,
    /// The category the provider will move it to.
    #[oai(skip_serializing_if_is_none)]
    pub next_category: Option<TemplateCategory>,
    /// Meta's id of it, once known.
    #[oai(skip_serializing_if_is_none)]
    pub provider_id: Option<String>,
    /// When it was last seen at the provider.
    #[oai(skip_serializing_if_is_none)]
    pub synced_at: Option<Time>,
    /// How gaps are called.
    pub parameter_format: VariableFormat,
    /// Above the body.
    #[oai(skip_serializing_if_is_none)]
    pub header: Option<TemplateHeader>,
    /// The text.
    pub body: String,
    /// Small print below the body.
    #[oai(skip_serializing_if_is_none)]
    pub footer: Option<String>,
    /// Below everything, in this order.
    pub buttons: Vec<TemplateButton>,
    /// Cards to swipe through.
    pub cards: Vec<TemplateCard>,
    /// An offer that ends.
    #[oai(skip_serializing_if_is_none)]
    pub limited_time_offer: Option<TemplateOffer>,
    /// What WhatsApp writes around a one-time code.
    #[oai(skip_serializing_if_is_none)]
    pub authentication: Option<TemplateAuthentication>,
    /// It asks the person for leave to call them.
    pub call_permission: bool,
    /// How long WhatsApp tries to deliver a message, in seconds; -1: 30 days.
    #[oai(skip_serializing_if_is_none)]
    pub ttl_seconds: Option<i32>,
    /// A sample value for each gap.
    pub examples: BTreeMap<String, String>,
    /// The keys of everything that must be given per message: `1` or `first_name` (body), `header.1`,
    /// `header.image`, `button.0.1`, `card.0.header.image`. `docs/templates.md` lists all there are.
    pub variables: Vec<String>,
    /// The keys of what may be given per message besides: `button.1.payload`, `header.document.filename`.
    pub optional_variables: Vec<String>,
    /// When it was written.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl TryFrom<templates::Template> for Template {
    type Error = Error;
    fn try_from(row: templates::Template) -> Result<Self> {
        let model = row.model()?;
        Ok(Self {
            id: row.id,
            waba_id: row.waba_id,
            variables: model.variables(),
            optional_variables: model.optional_variables(),
            name: model.name,
            language: model.language,
            category: model.category.into(),
            status: row.status,
            status_reason: row.status_reason,
            pending_change: row.pending_change,
            change_error: row.change_error,
            unsupported: row.unsupported,
            quality: row.quality,
            next_category: row.next_category.map(Into::into),
            provider_id: row.provider_id,
            synced_at: row.synced_at.map(Timestamp::to_utc),
            parameter_format: match model.parameter_format {
                ParameterFormat::Positional => VariableFormat::Positional,
                ParameterFormat::Named => VariableFormat::Named,
            },
            header: model.header.map(Into::into),
            body: model.body,
            footer: model.footer,
            buttons: model.buttons.into_iter().map(Into::into).collect(),
            cards: model.cards.into_iter().map(Into::into).collect(),
            limited_time_offer: model.limited_time_offer.map(Into::into),
            authentication: model.authentication.map(Into::into),
            call_permission: model.call_permission,
            ttl_seconds: model.ttl_seconds,
            examples: model.examples,
            created_at: row.created_at.to_utc(),
            updated_at: row.updated_at.to_utc(),
        })
    }
}

impl From<Category> for TemplateCategory {
    fn from(category: Category) -> Self {
        match category {
            Category::Marketing => Self::Marketing,
            Category::Utility => Self::Utility,
            Category::Authentication => Self::Authentication,
        }
    }
}

impl From<TemplateCategory> for Category {
    fn from(category: TemplateCategory) -> Self {
        match category {
            TemplateCategory::Marketing => Self::Marketing,
            TemplateCategory::Utility => Self::Utility,
            TemplateCategory::Authentication => Self::Authentication,
        }
    }
}

impl From<Purpose> for TemplateCategory {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Marketing => Self::Marketing,
            Purpose::Utility | Purpose::Service => Self::Utility,
            Purpose::Authentication => Self::Authentication,
        }
    }
}

impl From<TemplateCategory> for Purpose {
    fn from(category: TemplateCategory) -> Self {
        match category {
            TemplateCategory::Marketing => Self::Marketing,
            TemplateCategory::Utility => Self::Utility,
            TemplateCategory::Authentication => Self::Authentication,
        }
    }
}
