//! A message on its way out: to whom, and everything they get, in words no provider owns.

use crate::content::Content;
use crate::ids::MediaId;
use serde::{Deserialize, Serialize};

use super::template_parts::TemplatePart;

/// One message, ready to go.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboundMessage {
    /// Who gets it.
    pub to: Recipient,
    /// What they get.
    pub body: OutboundBody,
    /// The provider's id of the message this one quotes.
    pub reply_to: Option<String>,
    /// Comes back with every status of this message; we put message id and attempt number here.
    pub opaque: String,
}

/// A person's address. Either may be the only one we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// E.164 with its `+`: without it, the provider would prepend the sender's own country code.
    Phone(String),
    /// Business-scoped user id, for people whose number is hidden from us.
    Bsuid(String),
}

/// What a person gets.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboundBody {
    /// An approved template with this person's values.
    Template {
        /// Template name.
        name: String,
        /// Language code, as `en_US`.
        language: String,
        /// The filled gaps; empty for a template without any. Stored files among them were uploaded before, as below.
        components: Vec<TemplatePart>,
    },
    /// Anything else; only while the person's window is open. Its files are links or the provider's ids: stored ones
    /// were uploaded before.
    FreeForm(Box<Content>),
}

/// A file that goes along, where the provider finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaRef {
    /// Public address the provider fetches it from.
    Link(String),
    /// The provider's id of a file uploaded for this number before.
    Id(String),
    /// A file kept by us; before it is sent, the id of its copy at the provider takes its place.
    Stored(MediaId),
}
