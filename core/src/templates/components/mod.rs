//! The templates we can write and send.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

mod gaps;
mod parts;
#[cfg(test)]
pub(crate) mod samples;

pub use gaps::Gap;
pub(super) use gaps::{button_key, card_key, header_key};
pub use parts::{
    AppLink, Authentication, Button, Card, FlowAction, FlowRef, Header, LimitedTimeOffer, OtpApp, OtpKind,
};

/// A template in one language.
///
/// Its gaps have keys, the same everywhere: in [`TemplateModel::gaps`], in `examples`, and in the values given to
/// [`render`](super::render()). `docs/templates.md` lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateModel {
    /// Name; lower-case letters, digits and underscores.
    pub name: String,
    /// Language code, as `en_US`.
    pub language: String,
    /// What the template is for; decides price and who may get it.
    pub category: Category,
    /// Whether gaps are numbered or named.
    #[serde(default)]
    pub parameter_format: ParameterFormat,
    /// Above the text.
    pub header: Option<Header>,
    /// The text. WhatsApp writes that of one-time codes: empty until it was read from there.
    pub body: String,
    /// Small print below the text.
    pub footer: Option<String>,
    /// Below everything, in this order.
    #[serde(default)]
    pub buttons: Vec<Button>,
    /// Cards to swipe through, below the text; they have the buttons then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<Card>,
    /// An offer that ends, above the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limited_time_offer: Option<LimitedTimeOffer>,
    /// What WhatsApp is to write around a one-time code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    /// Asks the person for leave to call them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub call_permission: bool,
    /// How long the provider tries to deliver a message, in seconds; -1: 30 days; `None`: its own default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_seconds: Option<i32>,
    /// A sample value per key; approval asks for one for each gap. For a file it is an upload handle.
    #[serde(default)]
    pub examples: BTreeMap<String, String>,
}

/// What a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Category {
    /// Offers and news.
    Marketing,
    /// About something the person has ordered or asked for.
    Utility,
    /// One-time codes.
    Authentication,
}

/// How gaps are called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ParameterFormat {
    /// `{{1}}`, `{{2}}`, …
    #[default]
    Positional,
    /// `{{first_name}}`.
    Named,
}

impl TemplateModel {
    /// A template with nothing in it but its text.
    pub fn plain(name: &str, language: &str, category: Category, body: &str) -> Self {
        Self {
            name: name.into(),
            language: language.into(),
            category,
            parameter_format: ParameterFormat::Positional,
            header: None,
            body: body.into(),
            footer: None,
            buttons: Vec::new(),
            cards: Vec::new(),
            limited_time_offer: None,
            authentication: None,
            call_permission: false,
            ttl_seconds: None,
            examples: BTreeMap::new(),
        }
    }

    /// The keys of everything that has to be supplied per message, in the order in which a person reads.
    pub fn variables(&self) -> Vec<String> {
        self.gaps().into_iter().filter(|gap| gap.required).map(|gap| gap.key).collect()
    }

    /// The keys of what may be supplied per message besides.
    pub fn optional_variables(&self) -> Vec<String> {
        self.gaps().into_iter().filter(|gap| !gap.required).map(|gap| gap.key).collect()
    }

    /// All keys that a message may have values for.
    pub fn keys(&self) -> Vec<String> {
        self.gaps().into_iter().map(|gap| gap.key).collect()
    }

    /// The name to send along with a value: only named gaps have one.
    pub(super) fn sent_name(&self, name: &str) -> Option<String> {
        (self.parameter_format == ParameterFormat::Named).then(|| name.to_owned())
    }
}
