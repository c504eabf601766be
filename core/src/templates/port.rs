//! The door to whoever keeps the templates: what Bellbird asks for, and what it can be told in return.
//!
//! Nothing here names a provider. There is no idempotency key for these requests either: after [`RegistryError::Unclear`]
//! the template may or may not have been created, and only asking for it settles that.

use std::time::Duration;

use async_trait::async_trait;

use super::{Category, TemplateModel, TemplateQuality, TemplateStatus};
use crate::senders::port::SenderAccess;

/// Keeps the templates of an account. Every call is made with the token of one of the account's senders, and never
/// repeated by itself.
#[async_trait]
pub trait TemplateRegistry: Send + Sync {
    /// A page of the account's templates; `after` is what the page before said.
    async fn page(&self, access: &SenderAccess, after: Option<&str>) -> Result<TemplatePage, RegistryError>;

    /// One template by its name and language.
    async fn find(
        &self,
        access: &SenderAccess,
        name: &str,
        language: &str,
    ) -> Result<Option<ListedTemplate>, RegistryError>;

    /// Submits a new template.
    async fn create(
        &self,
        access: &SenderAccess,
        model: &TemplateModel,
    ) -> Result<SubmittedTemplate, RegistryError>;

    /// Replaces everything in a template but its name and language.
    async fn edit(
        &self,
        access: &SenderAccess,
        provider_id: &str,
        model: &TemplateModel,
    ) -> Result<(), RegistryError>;

    /// Deletes a template in one language.
    async fn delete(&self, access: &SenderAccess, provider_id: &str, name: &str)
    -> Result<(), RegistryError>;
}

/// Some of an account's templates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TemplatePage {
    /// The templates.
    pub templates: Vec<ListedTemplate>,
    /// Where the next page begins; `None`: this was the last.
    pub next: Option<String>,
}

/// A template as the provider has it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedTemplate {
    /// The provider's id of it.
    pub provider_id: String,
    /// Where it stands.
    pub status: TemplateStatus,
    /// Why, in a sentence.
    pub status_reason: Option<String>,
    /// How customers receive it.
    pub quality: TemplateQuality,
    /// The category it will be moved to.
    pub next_category: Option<Category>,
    /// What it says, as far as we can send it.
    pub model: TemplateModel,
    /// What of it we cannot send, in words.
    pub unsupported: Option<String>,
}

/// What became of a new template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedTemplate {
    /// The provider's id of it.
    pub provider_id: String,
    /// Where it stands.
    pub status: TemplateStatus,
    /// What it is for, as the provider sees it.
    pub category: Option<Category>,
}

/// Why the provider did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// It will not, and a sentence says why.
    #[error("{0}")]
    Refused(String),
    /// A template of this name exists in this language.
    #[error("WhatsApp has a template with this name in this language already")]
    Exists,
    /// There is no such template.
    #[error("WhatsApp has no such template")]
    Missing,
    /// Too many requests; not before so long.
    #[error("WhatsApp asks us to wait with requests about templates")]
    TooMany(Option<Duration>),
    /// It may have been done: the request ended without a clear answer.
    #[error("no clear answer: {0}")]
    Unclear(String),
}
